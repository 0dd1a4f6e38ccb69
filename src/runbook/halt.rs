//! How a person stops what no commit stops, and starts it again.
//!
//! Where a release writes data and nothing in its values brings its pods to zero, the upgrade is
//! left to a person, and so is the stop: a copy of data that is written to is none. The release is
//! suspended first, since Helm would bring back what is taken away, and resumed when the new version
//! stands in the repository. What delivers the next stage itself is never stopped, and a datastore is
//! dumped while it runs.

use super::case::Case;
use super::model::Block;
use super::shell;
use super::slots::target;
use crate::flux::Release;

/// The label that Helm's charts give to all that a release makes.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// Says whether a person has to stop what writes to the data.
pub(super) fn is_by_hand(case: &Case<'_>) -> bool {
    case.plan.why.iter().any(|why| why.code == "no-lever")
}

/// Says how the releases are stopped by hand.
pub(super) fn stop(case: &Case<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Text(
        "No commit stops what writes to the data: stop it by hand, then copy. The release is suspended before its pods are taken away; its datastore keeps running. Note how many pods there were."
            .to_owned(),
    )];
    let reasons = case.releases().into_iter().map(|release| &release.lever.reason);
    let reasons: Vec<String> = reasons.map(|reason| format!("{reason}.")).collect();
    blocks.push(Block::Text(format!("Why: {}", reasons.join(" "))));
    let commands: Vec<String> =
        case.releases().into_iter().flat_map(|release| commands(case, release)).collect();
    if !commands.is_empty() {
        blocks.push(Block::Shell(commands.join("\n")));
    }
    blocks
}

/// Lists the commands that suspend a release, show its workloads and take those to zero whose names
/// are known.
fn commands(case: &Case<'_>, release: &Release) -> Vec<String> {
    let Some((namespace, name)) = shell::object(&release.id) else { return Vec::new() };
    let mut lines = vec![format!("flux suspend helmrelease -n {namespace} {name}")];
    let mut labels = case.workloads(release).iter().filter_map(|workload| {
        let instance = workload.selector.iter().find(|(key, _)| key == INSTANCE);
        Some((&workload.namespace, &instance?.1)).filter(|(_, value)| shell::is_plain(value))
    });
    lines.extend(labels.next().map(|(namespace, instance)| {
        format!("kubectl get deployment,statefulset,daemonset,cronjob -n {namespace} -l {INSTANCE}={instance}")
    }));
    for workload in case.workloads(release) {
        let namespace = &workload.namespace;
        let scales = |target: &String| !target.starts_with("daemonset/");
        lines.extend(
            target(workload)
                .filter(scales)
                .map(|target| format!("kubectl scale -n {namespace} {target} --replicas=0")),
        );
    }
    lines
}

/// Lists the commands by which Flux takes the releases up again.
pub(super) fn resume(case: &Case<'_>) -> Vec<String> {
    let releases = case.releases().into_iter();
    let names = releases.filter_map(|release| shell::object(&release.id));
    names
        .map(|(namespace, name)| format!("flux resume helmrelease -n {namespace} {name}"))
        .collect()
}
