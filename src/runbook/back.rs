//! The way back: what it means for the data, when it is taken, how, and what is lost on it.

use super::after::recount;
use super::case::Case;
use super::halt;
use super::keeping::{kept, needs_backup};
use super::model::{Alone, Block, Section, SectionKind, WayBack};
use super::procedure::{Procedure, procedure};
use super::shell;
use super::slots::{Moment, selector, target};
use crate::notes::FactKind;
use crate::upgrade::StageKind;
use crate::version::Bump;

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
        let why = match (read, case.plan.bump) {
            (true, _) => "the notes that were read speak of no migration",
            (false, Bump::Digest | Bump::Patch | Bump::Minor) => {
                "no notes were read, and so small a step seldom changes data"
            }
            (false, Bump::Major | Bump::Other) => {
                "no notes were read, and no rule expects a migration of such a step"
            }
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
    let on = if needs_backup(case) {
        "Go on, and keep the backup until the next one is proved."
    } else {
        "Go on."
    };
    rows.push(row("All is well for as long as you watch such things.", on));
    let head = vec!["What you see".to_owned(), "What you do".to_owned()];
    let mut blocks = vec![Block::Table { head, rows }];
    let commands = if needs_backup(case) { findings(case) } else { Vec::new() };
    if !commands.is_empty() {
        blocks.push(Block::Text("Where it does not come up, this tells why:".to_owned()));
        blocks.push(Block::Shell(commands.join("\n")));
    }
    Section { kind: SectionKind::Decide, blocks }
}

/// Lists the commands that tell why a release does not come up.
fn findings(case: &Case<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for release in case.releases() {
        let Some((namespace, name)) = shell::object(&release.id) else { continue };
        lines.push(format!(
            "kubectl describe helmrelease.helm.toolkit.fluxcd.io -n {namespace} {name} | tail -20"
        ));
        let events =
            format!("kubectl get events -n {namespace} --sort-by=.lastTimestamp | tail -20");
        if !lines.contains(&events) {
            lines.push(events);
        }
        for workload in case.workloads(release) {
            let namespace = &workload.namespace;
            let labels = || selector(workload).map(|labels| format!("-l {labels}"));
            lines.extend(target(workload).or_else(labels).map(|what| {
                format!("kubectl logs -n {namespace} {what} --all-containers --previous --tail=50")
            }));
        }
    }
    lines
}

/// Says how to go back.
pub(super) fn back(case: &Case<'_>) -> Section {
    let way = way_back(case);
    let mut blocks = vec![match way.alone {
        Alone::Never => Block::Warning(way.text.clone()),
        _ => Block::Text(way.text.clone()),
    }];
    let restored = way.alone != Alone::Enough;
    let branch = &case.plan.revert_branch;
    if let ([only], true) = (case.plan.revert.as_slice(), restored) {
        // Old code must not start on new data, and no stage keeps it from that.
        blocks.push(Block::Text(format!(
            "The branch `{branch}` takes it back in one step, which starts the old version at once. Where the new version has started, the data comes before it:"
        )));
        let by_hand = halt::is_by_hand(case);
        let stop = if by_hand { ", as for the backup" } else { "" };
        let resume = if by_hand { " Then resume the release." } else { "" };
        blocks.push(Block::Steps(vec![
            format!("Stop by hand what writes to the data{stop}."),
            "Restore the data, as below.".to_owned(),
            format!("Merge `{}`.{resume}", only.message),
        ]));
    } else {
        blocks.push(Block::Text(format!("The branch `{branch}` holds the stages:")));
        let steps = case.plan.revert.iter().map(|stage| {
            let after = if stage.kind == StageKind::Revert && restored {
                " Then restore the data, as below."
            } else {
                ""
            };
            format!("`{}`.{after}", stage.message)
        });
        blocks.push(Block::Steps(steps.collect()));
    }
    let above: Vec<String> = case
        .dependants()
        .iter()
        .filter(|dependant| dependant.waits)
        .map(|dependant| format!("`{}`", dependant.release.id))
        .collect();
    if !above.is_empty() {
        blocks.push(Block::Text(format!(
            "Last up, first down: what has moved since of {} goes back first.",
            above.join(", ")
        )));
    }
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
                if let Some(commands) = recount(case, &kept, Moment::Restored) {
                    let text = "Count it before the old version starts: what was there with the backup is there.";
                    blocks.push(Block::Text(text.to_owned()));
                    blocks.push(Block::Shell(commands));
                }
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
