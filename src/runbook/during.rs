//! The stages, one by one, and what to watch while each is carried out.

use super::case::Case;
use super::halt;
use super::keeping::needs_backup;
use super::model::{Block, Section, SectionKind};
use super::shell;
use super::slots::{selector, target};
use crate::flux::Release;
use crate::notes::FactKind;
use crate::upgrade::{Stage, StageKind};

/// What the log of a migration is searched for.
const TELLING: &str = "migrat|error|fatal|panic";

/// Lists the stages with what to watch.
pub(super) fn stages(case: &Case<'_>) -> Section {
    let mut blocks = Vec::new();
    let layers = case.layers();
    if layers.len() > 1 {
        let rows = layers.iter().enumerate().map(|(index, layer)| {
            let names: Vec<String> =
                layer.iter().map(|release| format!("`{}`", release.id)).collect();
            vec![(index + 1).to_string(), names.join(", ")]
        });
        blocks.push(Block::Text("The releases depend on one another: they go up in this order, and down in the reverse one.".to_owned()));
        let head = vec!["Layer".to_owned(), "Releases".to_owned()];
        blocks.push(Block::Table { head, rows: rows.collect() });
    }
    for (index, stage) in case.plan.stages.iter().enumerate() {
        blocks.push(Block::Text(format!("**{}**: `{}`", stage.kind.as_str(), stage.message)));
        if let Some(text) = watch(case, stage) {
            blocks.push(Block::Text(text));
        }
        let resumed = stage.kind == first_run(case) && halted(case);
        if resumed {
            blocks.push(Block::Text("It was suspended for the backup: resume it when this is merged. Helm brings back the pods whose number the chart writes; bring back the others yourself.".to_owned()));
        }
        let watched =
            layers.iter().flatten().flat_map(|release| commands(case, release, stage.kind));
        let resume = if resumed { halt::resume(case) } else { Vec::new() };
        let commands: Vec<String> = resume.into_iter().chain(watched).collect();
        if !commands.is_empty() {
            blocks.push(Block::Shell(commands.join("\n")));
        }
        if !stage.gates.is_empty() && index + 1 < case.plan.stages.len() {
            blocks.push(Block::Text("Before the next stage:".to_owned()));
            let gates = stage.gates.iter().map(|gate| gate.sentence.clone());
            blocks.push(Block::Checks(gates.collect()));
        }
    }
    Section { kind: SectionKind::Stages, blocks }
}

/// Says whether a person has stopped the releases for the backup.
fn halted(case: &Case<'_>) -> bool {
    halt::is_by_hand(case) && needs_backup(case)
}

/// Says what a stage does to what runs, and what to look for.
fn watch(case: &Case<'_>, stage: &Stage) -> Option<String> {
    let migrates = case.plan.briefing.kinds().contains(&FactKind::Irreversible);
    let starts = first_run(case) == stage.kind;
    Some(match stage.kind {
        StageKind::Stop => "What writes to the data goes to zero; its datastore keeps running. It is done when no pod is left.".to_owned(),
        StageKind::Backup => "The objects of the backup are made; it is done when each says that it is complete.".to_owned(),
        StageKind::Upgrade if !starts => "The new version is put in its place, and nothing of it runs yet: what has to be done before it runs is done now.".to_owned(),
        StageKind::Upgrade | StageKind::Start if starts && needs_backup(case) => {
            let sure = if migrates { "The notes speak of a migration" } else { "A migration may run" };
            format!("{sure} when the new version starts for the first time: follow its log until it serves. If it tells of an error there, do not restart it; read on under “Go on or go back”.")
        }
        StageKind::Upgrade => "The pods are replaced; the old ones serve until the new ones are ready, where the chart says so.".to_owned(),
        StageKind::Start => "The workloads run again.".to_owned(),
        StageKind::Settle => "Helm's own remediation, which was switched off for the migration, is on again. It changes nothing that runs.".to_owned(),
        StageKind::Revert => return None,
    })
}

/// Returns the stage in which the new version runs for the first time.
fn first_run(case: &Case<'_>) -> StageKind {
    let apart = case.plan.stages.iter().any(|stage| stage.kind == StageKind::Start);
    if apart { StageKind::Start } else { StageKind::Upgrade }
}

/// Lists the commands that show a stage at work.
fn commands(case: &Case<'_>, release: &Release, stage: StageKind) -> Vec<String> {
    let mut lines = Vec::new();
    let Some((namespace, name)) = shell::object(&release.id) else { return lines };
    let release_line =
        format!("kubectl get helmrelease.helm.toolkit.fluxcd.io -n {namespace} {name}");
    match stage {
        StageKind::Stop => {
            for workload in case.workloads(release) {
                let Some(labels) = selector(workload) else { continue };
                let namespace = &workload.namespace;
                lines.push(format!(
                    "kubectl wait -n {namespace} pod -l {labels} --for=delete --timeout=10m"
                ));
            }
        }
        _ if stage == first_run(case) => {
            lines.push(release_line);
            for workload in case.workloads(release) {
                let namespace = &workload.namespace;
                if let Some(target) = target(workload) {
                    lines.push(format!(
                        "kubectl rollout status -n {namespace} {target} --timeout=15m"
                    ));
                    lines.push(format!("kubectl logs -n {namespace} {target} --all-containers --since=30m | grep -iE '{TELLING}'"));
                } else if let Some(labels) = selector(workload) {
                    lines.push(format!("kubectl get pods -n {namespace} -l {labels}"));
                    lines.push(format!("kubectl logs -n {namespace} -l {labels} --all-containers --since=30m --tail=-1 | grep -iE '{TELLING}'"));
                }
            }
        }
        StageKind::Upgrade | StageKind::Start | StageKind::Settle => lines.push(release_line),
        StageKind::Backup | StageKind::Revert => {}
    }
    lines
}
