//! What comes after the last stage: looking, deciding, going back, rehearsing.

use super::before::{kept, needs_backup};
use super::case::Case;
use super::model::{Alone, Block, Section, SectionKind, WayBack};
use super::procedure::{Procedure, procedure};
use super::shell;
use super::slots::{selector, target};
use crate::flux::{ObjectName, Release};
use crate::notes::FactKind;
use crate::upgrade::{StageKind, Unit};

/// Says what taking the upgrade back means for the data.
pub(super) fn way_back(case: &Case<'_>) -> WayBack {
    let (from, to) = case.versions();
    if !case.has_data() {
        let text = format!(
            "A revert alone is enough: nothing shows that data is written, and `{from}` starts again as it stood."
        );
        return WayBack { alone: Alone::Enough, text };
    }
    let told = case.plan.briefing.told.iter().find(|told| told.fact.kind == FactKind::Irreversible);
    if let Some(told) = told {
        let quote =
            told.fact.evidence.first().map(|evidence| format!(": “{}”", evidence.quote.trim()));
        let text = format!(
            "The restore comes first. The notes of {} say that there is no way back on the same data{}. `{from}` must not start on data that `{to}` has touched.",
            told.fact.version,
            quote.unwrap_or_default()
        );
        return WayBack { alone: Alone::Never, text };
    }
    if !needs_backup(case) {
        let readings = &case.plan.briefing.readings;
        let read = readings.iter().any(|reading| !reading.notes.versions.is_empty());
        let why = if read {
            "the notes that were read speak of no migration"
        } else {
            "no notes were read, and so small a step seldom changes data"
        };
        let text = format!(
            "A revert alone is enough: `{from}` starts again on the data as it is; {why} (`{from}` to `{to}`)."
        );
        return WayBack { alone: Alone::Enough, text };
    }
    let text = format!(
        "Until `{to}` has started for the first time a revert alone is enough. After that its migrations may have changed the data: stop, restore the backup, then start `{from}`."
    );
    WayBack { alone: Alone::UntilStarted, text }
}

/// Lists what is looked at afterwards.
pub(super) fn look(case: &Case<'_>) -> Section {
    let mut checks = Vec::new();
    let mut commands = Vec::new();
    let mut dependants: Vec<ObjectName> = Vec::new();
    let (_, to) = case.versions();
    for release in case.releases() {
        checks.push(match &case.plan.unit {
            Unit::Image(_) => {
                format!("The pods of `{}` run `{to}` and are ready; their probes pass.", release.id)
            }
            _ => format!("The pods of `{}` are ready; their probes pass.", release.id),
        });
        for address in case.state(release).iter().flat_map(|state| &state.addresses) {
            checks.push(format!("`https://{address}` answers, and shows what it should."));
        }
        commands.extend(pods(case, release));
        if let Some(state) = case.state(release) {
            let shared = state.stores.iter().flat_map(|store| &store.shared_with);
            dependants.extend(shared.filter(|other| !case.plan.releases.contains(other)).cloned());
        }
        let upgraded = &release.id;
        let waiting = case.inventory.releases.iter().filter(|other| {
            other.depends_on.contains(upgraded) && !case.plan.releases.contains(&other.id)
        });
        dependants.extend(waiting.map(|other| other.id.clone()));
    }
    dependants.sort();
    dependants.dedup();
    for dependant in &dependants {
        checks.push(format!(
            "`{dependant}`, which uses the same data or depends on it, still shows what it should."
        ));
    }
    checks.extend(case.application_checks());
    let mut blocks = Vec::new();
    if case.has_data() {
        checks.push(
            "What was there before is there: old entries can be seen, and a new one can be made."
                .to_owned(),
        );
    }
    blocks.push(Block::Checks(checks));
    if !commands.is_empty() {
        blocks.push(Block::Shell(commands.join("\n")));
    }
    for (_, kept) in kept(case).into_iter().filter(|_| needs_backup(case)) {
        let before = procedure(case.policies, &kept.subject, Procedure::Check);
        let subject = super::procedure::Subject {
            slots: kept.subject.slots.clone().at("after"),
            ..kept.subject
        };
        let after = procedure(case.policies, &subject, Procedure::Check);
        let counts = |block: &Block| match block {
            Block::Shell(text) => text
                .lines()
                .last()?
                .split("> ")
                .nth(1)
                .filter(|file| file.ends_with(".counts"))
                .map(str::to_owned),
            _ => None,
        };
        let first = before.blocks.iter().find_map(counts);
        let second = after.blocks.iter().find_map(|block| counts(block).map(|file| (file, block)));
        if let (Some(first), Some((file, Block::Shell(text)))) = (first, second) {
            blocks.push(Block::Text(format!("Count the rows of {} again, and hold them against those from before. No table that matters has fewer.", kept.title)));
            blocks.push(Block::Shell(format!("{text}\ndiff {first} {file}")));
        }
    }
    Section { kind: SectionKind::After, blocks }
}

/// Lists the commands that show the pods of a release.
fn pods(case: &Case<'_>, release: &Release) -> Vec<String> {
    let mut lines = Vec::new();
    for workload in case.workloads(release) {
        let namespace = &workload.namespace;
        if let Some(labels) = selector(workload) {
            lines.push(format!(
                "kubectl get pods -n {namespace} -l {labels} -o custom-columns='NAME:.metadata.name,IMAGE:.spec.containers[*].image,READY:.status.containerStatuses[*].ready,RESTARTS:.status.containerStatuses[*].restartCount'"
            ));
        }
        let what =
            target(workload).or_else(|| selector(workload).map(|labels| format!("-l {labels}")));
        lines.extend(what.map(|what| format!("kubectl logs -n {namespace} {what} --all-containers --tail=50 | grep -iE 'error|warn'")));
    }
    let addresses = case.state(release).into_iter().flat_map(|state| &state.addresses);
    let plain = addresses.filter(|address| super::shell::is_plain(address));
    lines.extend(
        plain.map(|address| {
            format!("curl -sS -o /dev/null -w '%{{http_code}}\\n' https://{address}")
        }),
    );
    let addresses = case.state(release).into_iter().flat_map(|state| &state.addresses);
    let plain = addresses.filter(|address| shell::is_plain(address));
    lines.extend(
        plain.map(|address| {
            format!("curl -sS -o /dev/null -w '%{{http_code}}\\n' https://{address}")
        }),
    );
    lines
}

/// Says when to go on and when to go back.
pub(super) fn decide(case: &Case<'_>) -> Section {
    let way = way_back(case);
    if case.plan.stages.is_empty() {
        return Section { kind: SectionKind::Decide, blocks: Vec::new() };
    }
    let row = |seen: &str, then: &str| vec![seen.to_owned(), then.to_owned()];
    let mut rows = Vec::new();
    if case.stops() {
        rows.push(row(
            "The backup is not proved.",
            "Do not land the next stage. Start again by the way back; nothing has changed.",
        ));
    }
    rows.push(row(
        "The image cannot be pulled, or a pod never starts.",
        "Go back. The new version has not run: a revert alone is enough.",
    ));
    match way.alone {
        Alone::Enough => {
            rows.push(row(
                "It starts and fails, or behaves badly.",
                "Go back. A revert alone is enough.",
            ));
        }
        Alone::UntilStarted | Alone::Never => {
            rows.push(row(
                "The log tells of an error in a migration.",
                "Do not restart it. Keep the log, stop it, restore the backup, go back.",
            ));
            rows.push(row(
                "It runs, and data is missing or wrong.",
                "Stop it, restore the backup, go back.",
            ));
            let tail = if way.alone == Alone::Never {
                "Stop it, restore the backup, go back: the notes leave no other way."
            } else {
                "Mend it forward if you can. Going back means restoring the backup."
            };
            rows.push(row("It runs on the new data, and something else is wrong.", tail));
        }
    }
    rows.push(row(
        "All is well for as long as you watch such things.",
        "Go on, and keep the backup until the next one is proved.",
    ));
    let head = vec!["What you see".to_owned(), "What you do".to_owned()];
    Section { kind: SectionKind::Decide, blocks: vec![Block::Table { head, rows }] }
}

/// Says how to go back.
pub(super) fn back(case: &Case<'_>) -> Section {
    let way = way_back(case);
    let mut blocks = vec![match way.alone {
        Alone::Never => Block::Warning(way.text.clone()),
        _ => Block::Text(way.text.clone()),
    }];
    blocks.push(Block::Text(format!("The branch `{}` holds the stages:", case.plan.revert_branch)));
    let mut steps = Vec::new();
    let restored = way.alone != Alone::Enough;
    for stage in &case.plan.revert {
        let after = if stage.kind == StageKind::Revert && restored {
            " Then restore the data, as below."
        } else {
            ""
        };
        steps.push(format!("`{}`.{after}", stage.message));
    }
    blocks.push(Block::Steps(steps));
    if restored {
        let layers = case.layers();
        if layers.len() > 1 {
            let names: Vec<String> = layers
                .iter()
                .rev()
                .map(|layer| {
                    layer
                        .iter()
                        .map(|release| format!("`{}`", release.id))
                        .collect::<Vec<_>>()
                        .join(", ")
                })
                .collect();
            blocks.push(Block::Text(format!("Last up, first down: {}.", names.join(", then "))));
        }
        for (_, kept) in kept(case) {
            let backup = procedure(case.policies, &kept.subject, Procedure::Backup);
            let filled = procedure(case.policies, &kept.subject, Procedure::Restore);
            if backup.is_whole && !filled.blocks.is_empty() {
                blocks.push(Block::Text(format!("**{}**", kept.title)));
                blocks.extend(filled.blocks);
            }
        }
    }
    Section { kind: SectionKind::Back, blocks }
}

/// Says what is lost on the way back.
pub(super) fn loss(case: &Case<'_>) -> Section {
    let mut said: Vec<String> = Vec::new();
    if way_back(case).alone != Alone::Enough {
        for (_, kept) in kept(case) {
            let text = kept.loss.as_ref().map(|loss| format!("{}: {loss}", capital(&kept.title)));
            said.extend(text.filter(|text| !said.contains(text)));
        }
    }
    let blocks = if said.is_empty() { Vec::new() } else { vec![Block::Points(said)] };
    Section { kind: SectionKind::Loss, blocks }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

/// Says how a restore is rehearsed.
pub(super) fn drill(case: &Case<'_>) -> Section {
    if way_back(case).alone == Alone::Enough {
        return Section { kind: SectionKind::Drill, blocks: Vec::new() };
    }
    let mut steps = vec![
        "Make an empty namespace, and in it the same datastore in the same version.".to_owned(),
    ];
    let keys = case
        .releases()
        .into_iter()
        .filter_map(|release| case.state(release))
        .any(|state| !state.keeps.is_empty());
    if keys {
        steps.push("Put the keys there that are kept beside the data; without them the drill proves nothing.".to_owned());
    }
    steps.push("Restore the latest backup into it by the commands of the way back, with the other namespace.".to_owned());
    steps.push("Start the release against it, look at old entries, and count the rows.".to_owned());
    steps.push(
        "Write down how long it took: that is how long it will take. Take it all away again."
            .to_owned(),
    );
    let text = "A backup that was never restored is a hope. Rehearse it once before you rely on it, and every quarter after.";
    let blocks = vec![Block::Text(text.to_owned()), Block::Steps(steps)];
    Section { kind: SectionKind::Drill, blocks }
}
