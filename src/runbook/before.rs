//! What comes before the first stage: what runs, what is required, what to look at, the backup.

use super::case::{Case, Kept, place, volume_title};
use super::model::{Block, Section, SectionKind};
use super::procedure::{Procedure, procedure};
use super::shell;
use crate::notes::FactKind;
use crate::policy::Strategy;
use crate::state::{How, State, Store};
use crate::upgrade::{Satisfied, StageKind};

/// Says what runs now, and where it stands.
pub(super) fn now(case: &Case<'_>) -> Section {
    let mut rows = Vec::new();
    let mut row = |what: String, value: String| rows.push(vec![what, value]);
    for pin in &case.plan.pins {
        let (from, to) = crate::upgrade::short(&pin.from, &pin.to);
        row(
            format!("`{}`", pin.package),
            format!("`{from}`, to be `{to}` (`{}:{}`)", pin.file, pin.line),
        );
    }
    for release in case.releases() {
        let chart = release.chart.name.as_deref().unwrap_or("its chart");
        let version = release.chart.version.as_deref().unwrap_or("of no fixed version");
        row(
            format!("release `{}`", release.id),
            format!("`{}`, chart `{chart}` `{version}`", release.position),
        );
        let Some(state) = case.state(release) else { continue };
        for store in &state.stores {
            let title = case.policies.datastore(&store.engine);
            let title = title.map_or(store.engine.as_str(), |engine| engine.policy.title());
            row(title.to_owned(), describe(store));
            if let Some(keys) = sign_in(store) {
                row("how it signs in".to_owned(), keys);
            }
            for volume in &store.volumes {
                row("data of the datastore".to_owned(), volume_title(volume));
            }
        }
        for volume in &state.volumes {
            let mounts: Vec<String> =
                volume.mounts.iter().map(|path| format!("`{path}`")).collect();
            let at = if mounts.is_empty() {
                String::new()
            } else {
                format!(" at {}", mounts.join(", "))
            };
            row(
                "data of the release".to_owned(),
                format!("{}{at} (`{}`)", volume_title(volume), volume.position),
            );
        }
    }
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table { head: vec!["What".to_owned(), "Where".to_owned()], rows });
    }
    Section { kind: SectionKind::Now, blocks }
}

/// Says what a store is, with the evidence that says most.
fn describe(store: &Store) -> String {
    let version =
        store.version.as_deref().map(|version| format!("`{version}`, ")).unwrap_or_default();
    let reads = if store.only_reads { "; only read from" } else { "" };
    let shown =
        store.evidence.first().map(|sign| format!(": {} (`{}`)", sign.shows, sign.position));
    let how = if store.how == How::DependsOn { ", by `dependsOn`" } else { "" };
    format!("{version}{}{reads}{how}{}", place(&store.lives), shown.unwrap_or_default())
}

/// Names the Secret and the keys by which a release signs in.
fn sign_in(store: &Store) -> Option<String> {
    let mut secrets: Vec<(String, Vec<String>)> = Vec::new();
    let mut plain = Vec::new();
    for credential in &store.credentials {
        match (&credential.secret, &credential.key) {
            (Some(secret), Some(key)) => {
                let name = secret.to_string();
                let key = format!("`{key}`");
                match secrets.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, keys)) if keys.contains(&key) => {}
                    Some((_, keys)) => keys.push(key),
                    None => secrets.push((name, vec![key])),
                }
            }
            _ => plain.extend(
                credential
                    .literal
                    .as_ref()
                    .map(|text| format!("`{}` is `{text}`", credential.name)),
            ),
        }
    }
    let mut said: Vec<String> = secrets
        .into_iter()
        .map(|(secret, keys)| format!("the keys {} of the Secret `{secret}`", keys.join(", ")))
        .collect();
    said.extend(plain);
    (!said.is_empty()).then(|| said.join("; "))
}

/// Holds what is required against what is there.
pub(super) fn compatibility(case: &Case<'_>) -> Section {
    let mut rows = Vec::new();
    for requirement in &case.plan.briefing.requirements {
        let yours = match &requirement.yours {
            Some(yours) => {
                let at = yours.position.as_ref().map(|at| format!(" (`{at}`)")).unwrap_or_default();
                format!("`{}`{at}", yours.version)
            }
            None => "not told by the repository".to_owned(),
        };
        let verdict = match requirement.verdict {
            Satisfied::Yes => "fine",
            Satisfied::No => "not met",
            Satisfied::Unknown => "look at it",
        };
        let quote = format!("“{}”", requirement.evidence.quote.trim());
        rows.push(vec![
            requirement.component.clone(),
            format!("`{}`", requirement.range),
            yours,
            verdict.to_owned(),
            quote,
        ]);
    }
    // What nothing is required of is still what the new version will meet.
    for release in case.releases() {
        for store in case.state(release).iter().flat_map(|state| &state.stores) {
            let title = case.policies.datastore(&store.engine);
            let title = title.map_or(store.engine.as_str(), |engine| engine.policy.title());
            let family = case.policies.datastore_family(&store.engine);
            let named = |row: &Vec<String>| {
                row.first().is_some_and(|component| {
                    family.iter().any(|engine| {
                        engine.policy.is_called(component) || engine.policy.title() == component
                    })
                })
            };
            let Some(version) = store.version.as_ref().filter(|_| !rows.iter().any(named)) else {
                continue;
            };
            if !case.plan.briefing.readings.is_empty() && !store.only_reads {
                rows.push(vec![
                    title.to_owned(),
                    "nothing was found in the notes".to_owned(),
                    format!("`{version}`"),
                    "look at it".to_owned(),
                    String::new(),
                ]);
            }
        }
    }
    let head =
        ["Component", "Required", "Yours", "", "The notes' words"].map(str::to_owned).to_vec();
    let blocks = if rows.is_empty() { Vec::new() } else { vec![Block::Table { head, rows }] };
    Section { kind: SectionKind::Compatibility, blocks }
}

/// Lists what is looked at before anything is done.
pub(super) fn preflight(case: &Case<'_>) -> Section {
    let mut checks = Vec::new();
    let briefing = &case.plan.briefing;
    for reading in briefing.readings.iter().filter(|reading| !reading.notes.versions.is_empty()) {
        let places: Vec<String> =
            reading.homes.iter().map(|home| format!("`{}`", home.url)).collect();
        let at =
            if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
        checks.push(format!(
            "The notes of {} from {} to {} are read{at}.",
            reading.subject, reading.from, reading.to
        ));
    }
    if briefing.readings.iter().all(|reading| reading.notes.versions.is_empty())
        && !case.plan.pins.is_empty()
        && case.has_data()
    {
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
    let mut blocks = Vec::new();
    let mut commands = Vec::new();
    for release in case.releases() {
        if release.suspended {
            checks.push(format!("`{}` is suspended ({}): nothing happens until it is resumed, and then everything at once.", release.id, release.position));
        }
        if let Some(namespace) = release.id.namespace.as_deref()
            && shell::is_plain(namespace)
            && shell::is_plain(&release.id.name)
        {
            commands.push(format!(
                "kubectl get helmrelease.helm.toolkit.fluxcd.io -n {namespace} {}",
                release.id.name
            ));
        }
        let Some(state) = case.state(release) else { continue };
        if !needs_backup(case) {
            continue;
        }
        checks.extend(shared(case, release.id.to_string().as_str(), state));
        for why in &state.unknown {
            checks.push(format!("Find out: {}.", why.message));
        }
        for kept in &state.keeps {
            checks.push(match (&kept.secret, &kept.key) {
                (Some(secret), Some(key)) => format!(
                    "The key `{key}` of the Secret `{secret}` is kept where this cluster cannot take it along: {} (`{}`).",
                    kept.why, kept.position
                ),
                _ => format!("`{}` is kept: {} (`{}`).", kept.name, kept.why, kept.position),
            });
        }
        if case.has_data() && case.stops() {
            checks.push(format!("Nobody needs `{}` for a while: what is written after the backup is lost if the upgrade is taken back.", release.id));
        }
    }
    if !commands.is_empty() {
        checks.push("Every release is ready before the first stage.".to_owned());
    }
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

/// Says who else uses the data of a release.
fn shared(case: &Case<'_>, release: &str, state: &State) -> Vec<String> {
    let mut said = Vec::new();
    for store in &state.stores {
        let title = case.policies.datastore(&store.engine);
        let title = title.map_or(store.engine.as_str(), |engine| engine.policy.title());
        let names = |list: &[crate::flux::ObjectName]| -> String {
            list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        if !store.shared_with.is_empty() {
            said.push(format!(
                "{title} of `{release}` is used by {} as well: they see the new schema, and what they write is lost with a restore.", names(&store.shared_with)
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

/// Lists what is kept of all releases, one after the other.
pub(super) fn kept<'c>(case: &Case<'c>) -> Vec<(&'c crate::flux::Release, Kept<'c>)> {
    let mut seen: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for release in case.releases() {
        for kept in case.kept(release) {
            // A database that two releases share is backed up once.
            if seen.contains(&kept.title) {
                continue;
            }
            seen.push(kept.title.clone());
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
    }
    for (release, kept) in kept(case) {
        let filled = procedure(case.policies, &kept.subject, Procedure::Backup);
        blocks.push(Block::Text(format!("**{}** of `{}`", kept.title, release.id)));
        if filled.blocks.is_empty() {
            blocks.push(Block::Text(by_words(&kept)));
        } else {
            blocks.extend(filled.blocks);
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
    case.has_data() && (case.plan.strategy != Strategy::Rolling || told)
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

/// Says how much may be lost and how long it may take, by tier, and what the repository has.
pub(super) fn tiers(case: &Case<'_>) -> Section {
    if !needs_backup(case) {
        return Section { kind: SectionKind::Tiers, blocks: Vec::new() };
    }
    let mut has = Vec::new();
    for release in case.releases() {
        let Some(state) = case.state(release) else { continue };
        let volumes =
            state.volumes.iter().chain(state.stores.iter().flat_map(|store| &store.volumes));
        for backup in volumes.flat_map(|volume| &volume.backed_up_by) {
            let when =
                backup.schedule.as_deref().map_or_else(String::new, |when| format!(" at `{when}`"));
            let said =
                format!("the {} `{}`{when} (`{}`)", backup.kind, backup.name, backup.position);
            if !has.contains(&said) {
                has.push(said);
            }
        }
    }
    let own = if has.is_empty() {
        "Nothing in the repository backs this data up on a schedule: the backup of this upgrade is the only one it shows, and its age is what a restore loses.".to_owned()
    } else {
        format!(
            "The repository has {}. A restore from these loses what was written since they ran; the backup of this upgrade loses less.",
            has.join(", ")
        )
    };
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let rows = vec![
        row([
            "hobby",
            "24 hours",
            "2 hours",
            "a dump every night, kept off the cluster for two weeks",
        ]),
        row([
            "serious",
            "1 hour",
            "30 minutes",
            "a base copy every night and the log in between, snapshots kept elsewhere",
        ]),
        row([
            "production",
            "5 minutes",
            "15 minutes",
            "the log shipped all the time, a standby, recovery to a moment rehearsed every quarter",
        ]),
    ];
    let head = ["Tier", "May be lost", "May take", "Needs"].map(str::to_owned).to_vec();
    let blocks = vec![Block::Text(own), Block::Table { head, rows }];
    Section { kind: SectionKind::Tiers, blocks }
}
