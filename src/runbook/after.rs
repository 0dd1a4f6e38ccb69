//! What is looked at once the last stage has landed.

use super::case::{Case, Kept};
use super::keeping::{kept, needs_backup};
use super::model::{Block, Section, SectionKind};
use super::procedure::{Procedure, procedure};
use super::shell;
use super::slots::{Moment, selector, target};
use crate::flux::Release;
use crate::upgrade::Unit;

/// Lists what is looked at afterwards.
pub(super) fn look(case: &Case<'_>) -> Section {
    let mut checks = Vec::new();
    let mut commands = Vec::new();
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
    }
    for dependant in case.dependants() {
        let id = &dependant.release.id;
        let why =
            if dependant.uses_data { "which uses the same data" } else { "which depends on it" };
        checks.push(format!("`{id}`, {why}, still shows what it showed before."));
        commands.extend(ready(dependant.release));
        commands.extend(answers(case, dependant.release));
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
        if let Some(commands) = recount(case, &kept, Moment::After) {
            blocks.push(Block::Text(format!("Count what {} holds again, and hold it against the count from before. No table that matters has fewer.", kept.title)));
            blocks.push(Block::Shell(commands));
        }
    }
    Section { kind: SectionKind::After, blocks }
}

/// Returns the commands that count again what was counted with the backup, and compare.
pub(super) fn recount(case: &Case<'_>, kept: &Kept<'_>, moment: Moment) -> Option<String> {
    let count = |moment| {
        let subject = kept.subject.with(kept.subject.slots.clone().at(moment));
        let filled = procedure(case.policies, &subject, Procedure::Count);
        filled.is_whole.then(|| filled.commands().collect::<Vec<_>>().join("\n"))
    };
    count(Moment::Before)?;
    let (before, again) =
        (kept.subject.slots.counts(Moment::Before)?, kept.subject.slots.counts(moment)?);
    Some(format!("{}\ndiff {before} {again}", count(moment)?))
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
    lines.extend(answers(case, release));
    lines
}

/// Returns the command that says whether a release is ready.
pub(super) fn ready(release: &Release) -> Option<String> {
    let (namespace, name) = shell::object(&release.id)?;
    Some(format!("kubectl get helmrelease.helm.toolkit.fluxcd.io -n {namespace} {name}"))
}

/// Lists the commands that ask a release's addresses.
pub(super) fn answers(case: &Case<'_>, release: &Release) -> Vec<String> {
    let addresses = case.state(release).into_iter().flat_map(|state| &state.addresses);
    let plain = addresses.filter(|address| shell::is_plain(address));
    let ask = |address| format!("curl -sS -o /dev/null -w '%{{http_code}}\\n' https://{address}");
    plain.map(ask).collect()
}
