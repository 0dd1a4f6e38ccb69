//! Carrying out what was decided.
//!
//! One action after another, in their order. When one fails, the rest of that unit is passed over,
//! since each builds on the one before, and the other units go on; a failure that would meet every
//! action alike, such as a refused token, ends the run.

use serde::Serialize;

use crate::forge::{self, Forge, Pull};
use crate::git::{self, Update};

use super::Action;

/// What became of one action.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The action.
    pub action: &'a Action,
    /// The pull request as it is now, for those that concern one.
    pub result: Result<Option<Pull>, Failure>,
}

/// Why an action failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Its branches could not be written.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The forge did not do it.
    #[error(transparent)]
    Forge(#[from] forge::Error),
    /// An action before it for the same unit failed.
    #[error("passed over, since a step before it failed")]
    PassedOver,
    /// The pull request that it names was not among those found.
    #[error("pull request #{0} was not found")]
    NoSuchPull(u64),
}

/// How much a failure says about the actions that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Reach {
    Unit,
    Everything,
}

/// Carries actions out; `publish` writes branches, on a remote or in the repository itself.
///
/// The answer has one outcome for each action.
pub async fn carry_out<'a>(
    actions: &'a [Action],
    pulls: &[Pull],
    forge: &dyn Forge,
    publish: &(dyn Fn(&[Update]) -> Result<(), git::Error> + Sync),
) -> Vec<Outcome<'a>> {
    let mut outcomes: Vec<Outcome<'a>> = Vec::with_capacity(actions.len());
    let mut failed: Vec<&str> = Vec::new();
    let mut over = false;
    for action in actions {
        let unit = unit(action);
        let result = if over || failed.contains(&unit) {
            Err(Failure::PassedOver)
        } else {
            perform(action, pulls, forge, publish).await
        };
        if let Err(failure) = &result {
            failed.push(unit);
            over |= reach(failure) == Reach::Everything;
        }
        outcomes.push(Outcome { action, result });
    }
    outcomes
}

async fn perform(
    action: &Action,
    pulls: &[Pull],
    forge: &dyn Forge,
    publish: &(dyn Fn(&[Update]) -> Result<(), git::Error> + Sync),
) -> Result<Option<Pull>, Failure> {
    let found = |number: u64| {
        pulls.iter().find(|pull| pull.number == number).ok_or(Failure::NoSuchPull(number))
    };
    Ok(match action {
        Action::Push { updates, .. } => {
            publish(updates)?;
            None
        }
        Action::Open { request, .. } => Some(forge.open(request).await?),
        Action::Update { number, request, .. } => {
            Some(forge.update(found(*number)?, request).await?)
        }
        Action::Close { number, reason, .. } => Some(forge.close(found(*number)?, reason).await?),
    })
}

fn unit(action: &Action) -> &str {
    match action {
        Action::Push { unit, .. }
        | Action::Open { unit, .. }
        | Action::Update { unit, .. }
        | Action::Close { unit, .. } => unit,
    }
}

fn reach(failure: &Failure) -> Reach {
    use forge::Error as F;
    use git::Error as G;
    match failure {
        Failure::Git(G::Auth { .. } | G::NoRemoteRepository { .. } | G::Unreachable { .. })
        | Failure::Forge(
            F::Unauthorized { .. }
            | F::NotFound { .. }
            | F::Moved { .. }
            | F::RateLimited { .. }
            | F::Unavailable { .. },
        ) => Reach::Everything,
        _ => Reach::Unit,
    }
}
