//! What the tier of the releases demands, and what the repository has for it.
//!
//! The numbers are the policy's, and so is what must be there before the upgrade lands. What the
//! repository shows, backups on a schedule, is held against them. What brings which loss back is
//! told for the data at hand.

use super::case::{Case, Kept};
use super::keeping::{kept, needs_backup};
use super::model::{Block, Section, SectionKind};
use super::procedure::{Procedure, procedure};
use super::schedule::longest_gap;
use crate::flux::Release;
use crate::policy::{Demand, Length, Ruled, Tier};
use crate::state::VolumeBackup;

/// Says how much may be lost and how long it may take, and what that demands.
pub(super) fn tiers(case: &Case<'_>) -> Section {
    let mut blocks = Vec::new();
    if needs_backup(case) {
        for (tier, releases) in case.tiers() {
            blocks.push(Block::Text(allows(&tier, &releases)));
            let demands = tier.policy.before.iter().flatten();
            let checks: Vec<String> =
                demands.map(|demand| demands_of(case, *demand, &tier.policy, &releases)).collect();
            if !checks.is_empty() {
                let text = if case.plan.stages.len() > 1 {
                    "Before the stage `upgrade` lands it demands:"
                } else {
                    "Before the upgrade lands it demands:"
                };
                blocks.push(Block::Text(text.to_owned()));
                blocks.push(Block::Checks(checks));
            }
        }
        let rows = brings_back(case);
        if !rows.is_empty() {
            let head = vec!["What goes wrong".to_owned(), "What brings it back".to_owned()];
            blocks.push(Block::Table { head, rows });
        }
    }
    Section { kind: SectionKind::Tiers, blocks }
}

/// Says what a tier allows.
fn allows(tier: &Ruled<Tier>, releases: &[&Release]) -> String {
    let names: Vec<String> = releases.iter().map(|release| format!("`{}`", release.id)).collect();
    let Ruled { policy, rule } = tier;
    let mut said = vec![format!(
        "{} {} of the tier `{}` (`{}:{}`).",
        names.join(", "),
        if names.len() == 1 { "is" } else { "are" },
        policy.name,
        rule.file,
        rule.line
    )];
    match (policy.may_lose, policy.may_take) {
        (Some(lose), Some(take)) => said.push(format!(
            "Up to {} of what was written may be lost, and after {} it must serve again.",
            spoken(lose),
            spoken(take)
        )),
        (Some(lose), None) => {
            said.push(format!("Up to {} of what was written may be lost.", spoken(lose)));
        }
        (None, Some(take)) => said.push(format!("After {} it must serve again.", spoken(take))),
        (None, None) => {}
    }
    said.extend(policy.keeps.clone());
    said.join(" ")
}

/// Says what one demand means for the case at hand.
fn demands_of(case: &Case<'_>, demand: Demand, tier: &Tier, releases: &[&Release]) -> String {
    match demand {
        Demand::Backup => {
            "The data is backed up for this upgrade, and the backup is proved.".to_owned()
        }
        Demand::Schedule => schedule(case, tier, releases),
        Demand::Drill => {
            let take = tier.may_take.map(|take| format!(" within {}", spoken(take)));
            format!(
                "This backup was restored in a rehearsal{}, as told under “Rehearse the restore”.",
                take.unwrap_or_default()
            )
        }
        Demand::Approval => "A second person has read this, and agrees.".to_owned(),
    }
}

/// Holds the schedules that the repository has for the data against what a tier allows.
fn schedule(case: &Case<'_>, tier: &Tier, releases: &[&Release]) -> String {
    let allowed = tier.may_lose.map(minutes);
    let within = |backup: &&&VolumeBackup| {
        let gap = backup.schedule.as_deref().and_then(longest_gap);
        gap.zip(allowed).is_some_and(|(gap, allowed)| gap <= allowed)
    };
    let mut enough: Vec<&VolumeBackup> = Vec::new();
    let mut lacking: Vec<String> = Vec::new();
    let of_tier = |release: &Release| releases.iter().any(|other| other.id == release.id);
    for (_, kept) in kept(case).into_iter().filter(|(release, _)| of_tier(release)) {
        if is_cache(case, &kept) {
            continue;
        }
        match kept.backups.iter().find(within) {
            Some(backup) if enough.iter().any(|known| known.name == backup.name) => {}
            Some(backup) => enough.push(backup),
            None if kept.backups.is_empty() => {
                lacking.push(format!("the repository shows none for {}", kept.title));
            }
            None => lacking.push(format!(
                "for {} it has {}, which does not show that",
                kept.title,
                list(&kept.backups)
            )),
        }
    }
    let lose = tier.may_lose.map(|lose| format!(" within {}", spoken(lose))).unwrap_or_default();
    if lacking.is_empty() && !enough.is_empty() {
        return format!("The schedule keeps what is written{lose}: {}.", list(&enough));
    }
    let lacking =
        if lacking.is_empty() { String::new() } else { format!(": {}", lacking.join("; ")) };
    format!("The data is backed up on a schedule, so that what is written{lose} is kept{lacking}.")
}

/// Says whether something comes back by itself, so that nobody backs it up.
fn is_cache(case: &Case<'_>, kept: &Kept<'_>) -> bool {
    let backup = procedure(case.policies, &kept.subject, Procedure::Backup);
    let backed_up = backup.is_whole && backup.commands().next().is_some();
    !backed_up && backup.is_whole && kept.volume.is_none() && kept.backups.is_empty()
}

fn list(backups: &[&VolumeBackup]) -> String {
    let said = backups.iter().map(|backup| {
        let when = backup.schedule.as_deref().unwrap_or_default();
        let gap = longest_gap(when).map(|gap| format!(", every {}", in_words(gap)));
        format!(
            "the {} `{}` at `{when}`{} (`{}`)",
            backup.kind,
            backup.name,
            gap.unwrap_or_default(),
            backup.position
        )
    });
    said.collect::<Vec<_>>().join(", ")
}

/// Lists what may go wrong with the data at hand, and what brings each back.
fn brings_back(case: &Case<'_>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (_, kept) in kept(case) {
        let backup = procedure(case.policies, &kept.subject, Procedure::Backup);
        let backed_up = backup.is_whole && backup.commands().next().is_some();
        // What is a cache comes back by itself, and `loss` says so.
        if is_cache(case, &kept) {
            continue;
        }
        if backed_up && procedure(case.policies, &kept.subject, Procedure::Restore).is_whole {
            rows.push(vec![
                format!("The upgrade spoils {}.", kept.title),
                "The backup of this upgrade, by the way back.".to_owned(),
            ]);
        }
        let back = off_cluster(&kept, backed_up);
        rows.push(vec![format!("The disk under {} is lost.", kept.title), back]);
    }
    for state in case.releases().into_iter().filter_map(|release| case.state(release)) {
        for kept in &state.keeps {
            let what = match (&kept.secret, &kept.key) {
                (Some(secret), None) => format!("The Secret `{secret}`"),
                (_, key) => format!("The key `{}`", key.as_ref().unwrap_or(&kept.name)),
            };
            rows.push(vec![
                format!("{what} is lost."),
                "Nothing but a copy of it that is kept elsewhere.".to_owned(),
            ]);
        }
    }
    rows.dedup();
    rows
}

/// Says what is left when a disk is gone.
fn off_cluster(kept: &Kept<'_>, backed_up: bool) -> String {
    match kept.backups.as_slice() {
        [] if !backed_up => "Nothing that the repository shows.".to_owned(),
        [] => "Nothing that the repository shows; the backup of this upgrade, where it is kept off the cluster."
            .to_owned(),
        backups => {
            let names = backups.iter().map(|backup| format!("the {} `{}`", backup.kind, backup.name));
            format!("What {} has copied, up to its last run.", names.collect::<Vec<_>>().join(" or "))
        }
    }
}

/// Returns a length as people say it.
fn spoken(length: Length) -> String {
    in_words(minutes(length))
}

fn minutes(length: Length) -> usize {
    usize::try_from(length.seconds() / 60).unwrap_or_default()
}

fn in_words(minutes: usize) -> String {
    let said = |number: usize, unit: &str| match number {
        0 => None,
        1 => Some(format!("1 {unit}")),
        _ => Some(format!("{number} {unit}s")),
    };
    let parts: Vec<String> =
        said(minutes / 60, "hour").into_iter().chain(said(minutes % 60, "minute")).collect();
    if parts.is_empty() { "less than a minute".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_words() {
        for (minutes, said) in [
            (1, "1 minute"),
            (30, "30 minutes"),
            (60, "1 hour"),
            (1440, "24 hours"),
            (90, "1 hour 30 minutes"),
        ] {
            assert_eq!(in_words(minutes), said);
        }
    }
}
