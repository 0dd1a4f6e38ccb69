//! How the data is kept: what there is of it, how it is backed up, how the backup is proved.

use super::case::{Case, Kept};
use super::halt;
use super::model::{Block, Section, SectionKind};
use super::procedure::{Procedure, procedure};
use super::shell;
use crate::flux::Release;
use crate::notes::FactKind;
use crate::policy::Strategy;
use crate::upgrade::StageKind;
use crate::version::Bump;

/// Lists what is kept of all releases, one after the other.
pub(super) fn kept<'c>(case: &Case<'c>) -> Vec<(&'c Release, Kept<'c>)> {
    let mut seen: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for release in case.releases() {
        for kept in case.kept(release) {
            // A database that two releases share is backed up once.
            if seen.contains(&kept.identity) {
                continue;
            }
            seen.push(kept.identity.clone());
            found.push((release, kept));
        }
    }
    found
}

/// Says how the data is backed up.
pub(super) fn backup(case: &Case<'_>) -> Section {
    let mut blocks = Vec::new();
    if !needs_backup(case) {
        return Section { kind: SectionKind::Backup, blocks };
    }
    let staged = case.plan.stages.iter().any(|stage| stage.kind == StageKind::Backup);
    if staged {
        blocks.push(Block::Text("The stage `backup` does it; what follows is for what it does not cover, or for doing it by hand.".to_owned()));
    } else if case.stops() {
        blocks.push(Block::Text("Do it after the stage `stop` and before `upgrade`, so that nothing is written in between.".to_owned()));
    } else if halt::is_by_hand(case) {
        blocks.extend(halt::stop(case));
    }
    for (release, kept) in kept(case) {
        let filled = procedure(case.policies, &kept.subject, Procedure::Backup);
        blocks.push(Block::Text(format!("**{}** of `{}`", kept.title, release.id)));
        if filled.blocks.is_empty() {
            blocks.push(Block::Text(by_words(&kept)));
        } else {
            blocks.extend(filled.blocks);
        }
        let count = procedure(case.policies, &kept.subject, Procedure::Count);
        if count.is_whole {
            blocks.extend(count.blocks);
        }
    }
    let keys: Vec<String> = case
        .releases()
        .into_iter()
        .filter_map(|release| case.state(release))
        .flat_map(|state| &state.keeps)
        .filter_map(|kept| {
            let (secret, key) = (kept.secret.as_ref()?, kept.key.as_ref()?);
            let length = shell::secret(secret.namespace.as_deref()?, &secret.name, key)?;
            let length = length.strip_prefix("$(")?.strip_suffix(')')?.to_owned();
            Some(format!("{length} | wc -c"))
        })
        .collect();
    if !keys.is_empty() {
        blocks.push(Block::Warning("The keys that people forget: without them the backup cannot be read. Here each is asked for its length only; keep a copy of it where you keep such things.".to_owned()));
        blocks.push(Block::Shell(keys.join("\n")));
    }
    Section { kind: SectionKind::Backup, blocks }
}

/// Says whether the data may be changed by the upgrade.
pub(super) fn needs_backup(case: &Case<'_>) -> bool {
    let kinds = case.plan.briefing.kinds();
    let told = kinds.contains(&FactKind::Irreversible) || kinds.contains(&FactKind::Breaking);
    let by_chart = case.plan.bump == Bump::Major && case.chart_brings_application();
    case.has_data() && (case.plan.strategy != Strategy::Rolling || told || by_chart)
}

/// Says what to do where no command is known.
fn by_words(kept: &Kept<'_>) -> String {
    if let Some(volume) = kept.volume {
        return match &volume.backed_up_by.first() {
            Some(backup) => format!(
                "The repository backs it up by the {} `{}`: run it now and wait until it is done.",
                backup.kind, backup.name
            ),
            None => format!(
                "Nothing in the repository backs it up. Take a snapshot of {}, or copy what cannot be made again; what is a cache can be left.",
                kept.title
            ),
        };
    }
    format!(
        "No command is given for {}: what the repository shows is not enough. Back it up by its own means.",
        kept.title
    )
}

/// Says how the backup is proved.
pub(super) fn verify(case: &Case<'_>) -> Section {
    let mut blocks = Vec::new();
    if needs_backup(case) {
        for (_, kept) in kept(case) {
            let backup = procedure(case.policies, &kept.subject, Procedure::Backup);
            let filled = procedure(case.policies, &kept.subject, Procedure::Verify);
            if backup.is_whole && filled.is_whole {
                blocks.push(Block::Text(format!("**{}**", kept.title)));
                blocks.extend(filled.blocks);
            }
        }
    }
    Section { kind: SectionKind::Verify, blocks }
}
