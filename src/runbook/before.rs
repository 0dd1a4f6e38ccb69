//! What comes before the first stage: what a person looks at, and what is done by hand.

use super::after::{answers, ready};
use super::case::{Case, volume_title};
use super::keeping::{kept, needs_backup};
use super::model::{Block, Section, SectionKind};
use super::procedure::{Procedure, procedure};
use crate::flux::{ObjectName, Release};
use crate::state::State;
use crate::upgrade::Unit;

/// Lists what is looked at before anything is done.
pub(super) fn preflight(case: &Case<'_>) -> Section {
    let mut checks = notes(case);
    let mut commands = Vec::new();
    for release in case.releases() {
        if release.suspended {
            checks.push(format!("`{}` is suspended ({}): nothing happens until it is resumed, and then everything at once.", release.id, release.position));
        }
        commands.extend(ready(release));
        if needs_backup(case) {
            checks.extend(data(case, release));
        }
    }
    if case.stops() {
        checks.extend(case.quiet_checks());
    }
    if !commands.is_empty() {
        checks.push("Every release is ready before the first stage.".to_owned());
    }
    if needs_backup(case) {
        for dependant in case.dependants() {
            let id = &dependant.release.id;
            let why = if dependant.uses_data { "uses the same data" } else { "depends on it" };
            checks.push(format!(
                "`{id}` {why}: look at what it shows now, to compare with afterwards."
            ));
            commands.extend(ready(dependant.release));
            commands.extend(answers(case, dependant.release));
        }
    }
    let mut blocks = Vec::new();
    if !checks.is_empty() {
        blocks.push(Block::Checks(checks));
    }
    if !commands.is_empty() {
        blocks.push(Block::Shell(commands.join("\n")));
    }
    for (_, kept) in kept(case).into_iter().filter(|_| needs_backup(case)) {
        let filled = procedure(case.policies, &kept.subject, Procedure::Check);
        if filled.is_whole {
            blocks.push(Block::Text(format!("Look at {}.", kept.title)));
            blocks.extend(filled.blocks);
        }
    }
    Section { kind: SectionKind::Preflight, blocks }
}

/// Says what was read of the way, and what is still to be read.
fn notes(case: &Case<'_>) -> Vec<String> {
    let briefing = &case.plan.briefing;
    let mut checks = Vec::new();
    let read: Vec<_> =
        briefing.readings.iter().filter(|reading| !reading.notes.versions.is_empty()).collect();
    for reading in &read {
        let places: Vec<String> =
            reading.homes.iter().map(|home| format!("`{}`", home.url)).collect();
        let at =
            if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
        checks.push(format!(
            "The notes of {} from {} to {} are read{at}.",
            reading.subject, reading.from, reading.to
        ));
    }
    if read.is_empty() && !case.plan.pins.is_empty() && case.has_data() {
        checks.push(
            "No notes were found: read what the makers say of these versions before you go on."
                .to_owned(),
        );
    }
    let questions = briefing.questions.len();
    if questions > 0 {
        checks.push(format!(
            "The {questions} questions to the reviewer in the pull request are answered."
        ));
    }
    if !read.is_empty() && matches!(case.plan.unit, Unit::Image(_)) && needs_backup(case) {
        let names = unchanged(case);
        if !names.is_empty() {
            checks.push(format!(
                "What it signs in and encrypts with keeps its name: the notes that were read rename or remove none of {}.",
                names.join(", ")
            ));
        }
    }
    checks
}

/// Lists the variables and keys of the data that no fact of the notes speaks of.
fn unchanged(case: &Case<'_>) -> Vec<String> {
    let briefing = &case.plan.briefing;
    let told = briefing.told.iter().chain(&briefing.questions);
    let spoken: Vec<&String> =
        told.flat_map(|told| told.fact.old.iter().chain(&told.fact.name)).collect();
    let mut names: Vec<String> = Vec::new();
    for state in case.releases().into_iter().filter_map(|release| case.state(release)) {
        let credentials = state.stores.iter().flat_map(|store| &store.credentials);
        let credentials = credentials.map(|credential| &credential.name);
        let keys = state.keeps.iter().filter(|kept| kept.key.is_some());
        for name in credentials.chain(keys.map(|kept| &kept.name)) {
            let quoted = format!("`{name}`");
            if !spoken.contains(&name) && !names.contains(&quoted) {
                names.push(quoted);
            }
        }
    }
    names
}

/// Lists what is looked at of the data of a release.
fn data(case: &Case<'_>, release: &Release) -> Vec<String> {
    let Some(state) = case.state(release) else { return Vec::new() };
    let mut checks = shared(case, release, state);
    checks.extend(state.unknown.iter().map(|why| format!("Find out: {}.", why.message)));
    for kept in &state.keeps {
        checks.push(match (&kept.secret, &kept.key) {
            (Some(secret), Some(key)) => format!(
                "The key `{key}` of the Secret `{secret}` is kept where this cluster cannot take it along: {} (`{}`).",
                kept.why, kept.position
            ),
            (Some(secret), None) => format!(
                "A copy of the Secret `{secret}` is kept elsewhere: {} (`{}`).",
                kept.why, kept.position
            ),
            _ => format!("`{}` is kept: {} (`{}`).", kept.name, kept.why, kept.position),
        });
    }
    if case.has_data() && case.stops() {
        checks.push(format!("Nobody needs `{}` for a while: what is written after the backup is lost if the upgrade is taken back.", release.id));
    }
    checks
}

/// Says who else uses the data of a release.
fn shared(case: &Case<'_>, release: &Release, state: &State) -> Vec<String> {
    let mut said = Vec::new();
    for store in &state.stores {
        let title = case.policies.datastore(&store.engine);
        let title = title.map_or(store.engine.as_str(), |engine| engine.policy.title());
        let names = |list: &[ObjectName]| -> String {
            list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        // Those that move with it are no others.
        let planned = |id: &&ObjectName| !case.plan.releases.contains(id);
        let others: Vec<ObjectName> = store.shared_with.iter().filter(planned).cloned().collect();
        if !others.is_empty() {
            said.push(format!(
                "{title} of `{}` is used by {} as well: they see the new schema, and what they write is lost with a restore.", release.id, names(&others)
            ));
        }
        if !store.beside.is_empty() {
            said.push(format!("On the same server stand the databases of {}: restore one database, never the whole server.", names(&store.beside)));
        }
    }
    for volume in state.volumes.iter().filter(|volume| !volume.shared_with.is_empty()) {
        let names: Vec<String> =
            volume.shared_with.iter().map(|name| format!("`{name}`")).collect();
        said.push(format!("{} is mounted by {} as well.", volume_title(volume), names.join(", ")));
    }
    said
}

/// Lists what a person does by hand, before the first stage and after the last.
pub(super) fn by_hand(case: &Case<'_>) -> Section {
    let say = |before: bool| -> Vec<String> {
        let steps = case.plan.briefing.steps.iter().filter(|step| step.before == before);
        steps
            .map(|step| {
                let at = step.position.as_ref().map(|at| format!(" (`{at}`)")).unwrap_or_default();
                format!("{}{at}", step.text)
            })
            .collect()
    };
    let mut blocks = Vec::new();
    let (before, after) = (say(true), say(false));
    if !before.is_empty() {
        blocks.push(Block::Text("Before the first stage lands:".to_owned()));
        blocks.push(Block::Steps(before));
    }
    if !after.is_empty() {
        blocks.push(Block::Text("After the last one:".to_owned()));
        blocks.push(Block::Steps(after));
    }
    Section { kind: SectionKind::ByHand, blocks }
}
