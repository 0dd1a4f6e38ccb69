//! Pins that stay because nothing comes any more where they look.
//!
//! Such a pin has no notes to read, so what says that it has moved must be known without asking
//! for each: a policy names its place, the entry of its chart says that it was given up, or the
//! chart's repository is gone. Where the new place has a newer version it becomes an upgrade like
//! any other; where only one kind of evidence speaks for it, its reason for staying is a question.

use std::collections::BTreeMap;

use super::Asking;
use super::address::place_of;
use super::charts::{Said, newest};
use super::sources::source_of;
use super::stream::Stopped;
use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::upgrade::candidates::{Candidates, Outcome, PinCandidate, UPSTREAM_ERROR};
use crate::upgrade::learned::{Moved, Step, Verdict};
use crate::upgrade::resolve::{Limits, NO_CANDIDATE};
use crate::upstream::{Error, Upstream};

/// The reasons for staying that a move elsewhere would explain.
const STALLED: [&str; 3] = ["up-to-date", NO_CANDIDATE, UPSTREAM_ERROR];

impl<U: Upstream> Asking<'_, U> {
    /// Looks for the pins that stay where they may have gone; returns what is known of those that
    /// move now, by pin.
    pub(super) async fn revive(&self, candidates: &mut Candidates) -> BTreeMap<String, Moved> {
        let pins = self.inventory.pins_by_id();
        let mut known = BTreeMap::new();
        for candidate in &mut candidates.pins {
            let Outcome::Held(why) = &candidate.outcome else { continue };
            let Some(&pin) = pins.get(candidate.pin.as_str()) else { continue };
            if pin.locked.is_some() || !STALLED.contains(&why.code.as_str()) {
                continue;
            }
            let why = why.clone();
            let (moved, stopped) = self.elsewhere(pin).await;
            match moved {
                Some(mut moved) if moved.verdict == Verdict::Change => {
                    if let Some(answer) = self.there(pin, &mut moved).await {
                        *candidate = answer;
                        known.insert(pin.id.clone(), moved);
                    } else {
                        candidate.outcome = Outcome::Held(asked(&why, &moved));
                    }
                }
                Some(moved) if moved.verdict == Verdict::Question => {
                    candidate.outcome = Outcome::Held(asked(&why, &moved));
                }
                _ if why.code == UPSTREAM_ERROR => {
                    if let Some(gone) = self.repository_gone(pin, &why).await {
                        candidate.outcome = Outcome::Held(gone);
                    }
                }
                moved => {
                    if let Some(stopped) = stopped {
                        candidate.outcome = Outcome::Held(ended(stopped, moved.as_ref()));
                    }
                }
            }
        }
        candidates.note_failures();
        known
    }

    /// Asks whether a pin that stays is published elsewhere now.
    async fn elsewhere(&self, pin: &Pin) -> (Option<Moved>, Option<Why>) {
        if let Package::Image(repository) = &pin.package {
            return match self.stopped(pin, repository).await {
                Some(Stopped { moved, why }) => (moved, Some(why)),
                None => (self.moved(pin, None, &[], None).await, None),
            };
        }
        (self.chart_elsewhere(pin).await, None)
    }

    async fn chart_elsewhere(&self, pin: &Pin) -> Option<Moved> {
        let (location, name) = place_of(&pin.package)?;
        // Asked and answered before; a registry's versions do not tell, and are not asked to.
        let versions = self.upstream.chart_versions(&location, name).await.ok();
        let versions = versions.filter(|list| list.iter().any(|version| version.deprecated));
        let given_up = versions.as_deref().and_then(newest).filter(|newest| newest.deprecated);
        self.chart_moved(pin, &Said { entry: given_up, ..Said::default() }).await
    }

    /// Looks a pin up where it has gone; `None` where that cannot be followed.
    async fn there(&self, pin: &Pin, moved: &mut Moved) -> Option<PinCandidate> {
        let place = self.settle(pin, moved).await?;
        let limits = Limits::of_policies(pin, self.policies);
        let answer = self.resolver.candidates(&[(pin, limits)], Some(&place)).await.pop()?;
        match &answer.outcome {
            Outcome::Move(_) => Some(answer),
            Outcome::Held(why) => {
                moved.verdict = Verdict::Question;
                moved.why.push(Why::new(&why.code, why.message.clone()));
                // An upgrade moves a version; an address alone is for a person to change.
                moved.by_hand = Some(Step {
                    text: format!("take {} from {}; its version stays", moved.from, moved.to),
                    position: Some(pin.place().position.clone()),
                    before: false,
                });
                None
            }
        }
    }

    /// Says that a chart's repository is gone, in the same words for all that it served.
    async fn repository_gone(&self, pin: &Pin, why: &Why) -> Option<Why> {
        let (location, name) = place_of(&pin.package)?;
        let answer = self.upstream.chart_versions(&location, name).await;
        if !matches!(answer, Err(Error::NotFound { .. })) {
            return None;
        }
        let release = pin.releases.first()?;
        let release = self.whole.releases.iter().find(|known| known.id == *release)?;
        let source = source_of(self.whole, release)?;
        let address = source.address.as_ref()?;
        let message = format!(
            "{}; has it moved? Set `spec.url` of {} {} ({}), or name the new place among the \
             `moves` of an app policy",
            why.message,
            source.kind.as_str(),
            source.id,
            address.url.place.position
        );
        Some(Why { message, ..why.clone() })
    }
}

/// Says that tags stopped, and what was found where they might go on.
fn ended(stopped: Why, moved: Option<&Moved>) -> Why {
    let found = match moved {
        Some(moved) => format!("; {} is no place for it: {}", moved.to, moved.because()),
        None => "; nothing says where it is published now".to_owned(),
    };
    Why { message: stopped.message.clone() + &found, ..stopped }
}

/// Makes a reason for staying of a question.
fn asked(why: &Why, moved: &Moved) -> Why {
    let Moved { from, to, .. } = moved;
    let by_hand = moved.by_hand.as_ref().map(|step| {
        let at = step.position.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        format!("; by hand: {}{at}", step.text)
    });
    let question = format!(
        "is {from} published as {to} now? {}{}",
        moved.because(),
        by_hand.unwrap_or_default()
    );
    if why.code == UPSTREAM_ERROR {
        return Why::new(UPSTREAM_ERROR, format!("{}; {question}", why.message));
    }
    Why::new("may-have-moved", question)
}
