//! What stands against an upgrade in stages before it begins.
//!
//! A stop that lands and cannot be followed leaves an application at zero. So everything that would
//! keep a later stage from landing, or a gate from ever opening, is looked for before the first one:
//! what Flux leaves alone, what is at zero already and would not be "stopped" but started by the
//! way back, what scales up again, and what nobody would hear from. Pure: what only the cluster or
//! the forge knows is asked elsewhere, just before landing.

use crate::diagnostic::Why;
use crate::flux::{ENOUGH, ObjectName, Release};
use crate::policy::Strategy;

/// What stands against an upgrade, and what a person should know before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preflight {
    /// Why it must not begin.
    pub refusals: Vec<Why>,
    /// What else should be known.
    pub notes: Vec<Why>,
}

/// Looks for what stands against an upgrade of releases.
///
/// Only an upgrade by `maintenance` is refused for what concerns the stop; a suspended release is
/// left alone whatever the strategy.
#[must_use]
pub fn preflight(releases: &[&Release], strategy: Strategy) -> Preflight {
    let mut preflight = Preflight::default();
    for release in releases {
        suspended(release, &mut preflight);
        signals(release, strategy, &mut preflight);
        if strategy == Strategy::Maintenance {
            stop(release, &mut preflight);
            remediation(release, &mut preflight);
        }
    }
    preflight
}

fn suspended(release: &Release, preflight: &mut Preflight) {
    let then = "nothing happens until it is resumed, and then every stage at once";
    if release.suspended {
        let message = format!("{} is suspended ({}): {then}", release.id, release.position);
        preflight.refusals.push(Why::new("suspended", message));
    }
    for by in release.applied_by.iter().filter(|by| by.suspended) {
        let message = format!(
            "the Kustomization {}, which applies {}, is suspended ({}): {then}",
            by.kustomization, release.id, by.position
        );
        preflight.refusals.push(Why::new("kustomization-suspended", message));
    }
}

/// Looks for what could tell that a stage has been reached.
fn signals(release: &Release, strategy: Strategy, preflight: &mut Preflight) {
    let Release { id, applied_by, .. } = release;
    if applied_by.is_empty() {
        let message = format!(
            "nothing in the repository applies {id} ({}), so no status can open a gate; watch the cluster itself",
            release.position
        );
        let why = Why::new("no-signal", message);
        match strategy {
            Strategy::Maintenance => preflight.refusals.push(why),
            Strategy::Rolling | Strategy::Manual => preflight.notes.push(why),
        }
    }
    for by in applied_by.iter().filter(|by| !by.tells_released()) {
        let message = format!(
            "the Kustomization {} neither waits nor checks the health of {id} ({}): its success means that the release was applied, not that it runs",
            by.kustomization, by.position
        );
        preflight.notes.push(Why::new("only-applied", message));
    }
    if applied_by.len() > 1 {
        let places: Vec<String> =
            applied_by.iter().map(|by| format!("{} ({})", by.kustomization, by.position)).collect();
        let mut names: Vec<&ObjectName> = applied_by.iter().map(|by| &by.kustomization).collect();
        names.sort_unstable();
        names.dedup();
        // One cluster has no two objects of one name.
        let clusters = if names.len() < applied_by.len() {
            "they have one name, so each is in a cluster of its own: every command of the runbook is for each cluster, and each"
        } else {
            "each"
        };
        let message = format!(
            "{id} is applied by {}; {clusters} must have applied a stage",
            places.join(", ")
        );
        preflight.notes.push(Why::new("applied-twice", message));
    }
    for by in applied_by.iter().filter(|by| by.tells_released()) {
        let Some(seconds) = by.timeout.filter(|seconds| *seconds < ENOUGH) else { continue };
        let message = format!(
            "the Kustomization {} waits for {} ({}): a migration of {id} that takes longer shows as its failure first",
            by.kustomization,
            length(seconds),
            by.position
        );
        preflight.notes.push(Why::new("short-wait", message));
    }
}

/// Looks for what a stop would not stop, or not for long.
fn stop(release: &Release, preflight: &mut Preflight) {
    if release.lever.at_rest {
        let message = format!(
            "{} is at zero already ({}): there is nothing to stop, and the upgrade would not start it",
            release.id, release.lever.reason
        );
        preflight.refusals.push(Why::new("at-rest", message));
    }
    let Some(scaled) = &release.scaled else { return };
    let sign = &scaled.sign;
    let what = format!("{}: {} ({})", release.id, sign.shows, sign.position);
    if scaled.from_zero {
        let message = format!(
            "{what}, and scales it up again from zero; pause it with the annotation autoscaling.keda.sh/paused-replicas: \"0\""
        );
        preflight.refusals.push(Why::new("keda", message));
    } else {
        let message =
            format!("{what}; it stands aside at zero and takes over again after the start");
        preflight.notes.push(Why::new("autoscaler", message));
    }
}

/// Looks for what would take a migration back half way.
fn remediation(release: &Release, preflight: &mut Preflight) {
    let remediation = &release.remediation;
    let Some(rolls_back) = &remediation.rolls_back else { return };
    if let Some(sign) = &remediation.overridden {
        let mut message = format!(
            "{}: {} ({}), so a failed upgrade is taken back on data that may be migrated; set it to 0 there for the length of the upgrade",
            release.id, sign.shows, sign.position
        );
        if !remediation.instead.is_empty() {
            message.push_str(
                ", or, with Flux 2.7 or newer, set `spec.upgrade.strategy.name` of the release to `RetryOnFailure`",
            );
        }
        preflight.refusals.push(Why::new("remediation-overridden", message));
    } else if let Some(why) = &remediation.refused {
        let message = format!(
            "{}: {} ({}), and that cannot be switched off by an edit: {}",
            release.id, rolls_back.shows, rolls_back.position, why.message
        );
        preflight.refusals.push(Why::new("remediation-locked", message));
    }
}

/// Writes a length of time, `5m`.
fn length(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flux::discover;
    use crate::policy;
    use crate::tree::MemoryTree;
    use crate::upgrade::{Gate, GateWord};

    const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec:\n  \
                        path: ./apps\n  sourceRef: {kind: GitRepository, name: flux-system}\n";
    const HPA: &str = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: a}\nspec: {scaleTargetRef: {kind: Deployment, name: web}}\n";
    const KEDA: &str = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web, namespace: a}\nspec: {scaleTargetRef: {name: web-main}}\n";

    /// Compares the codes of what is refused and, behind a bar, of what is only noted; `spec` and
    /// `values` are the release's, `flux` the Kustomization's, `more` stands beside the release.
    #[track_caller]
    fn check(spec: &str, flux: Option<&str>, more: &str, strategy: Strategy, expected: &str) {
        let release = format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: a}}\nspec:\n  \
             timeout: 1h\n  chart: {{spec: {{chart: app-template, version: 4.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}\n{spec}"
        );
        let flux = flux.map(|spec| format!("{FLUX}{spec}"));
        let mut files = vec![("apps/web.yaml", release.as_str()), ("apps/more.yaml", more)];
        files.extend(flux.as_deref().map(|text| ("flux.yaml", text)));
        let tree = MemoryTree::of(files).unwrap();
        let inventory = discover(&tree, &policy::builtin().0, &|_| true).unwrap();
        let found = preflight(&[&inventory.releases[0]], strategy);
        let codes =
            |whys: &[Why]| whys.iter().map(|w| w.code.clone()).collect::<Vec<_>>().join(" ");
        let found = format!("{}|{}", codes(&found.refusals), codes(&found.notes));
        assert_eq!(found, expected, "{spec} {more}");
    }

    #[test]
    fn what_would_leave_it_at_zero_is_refused() {
        use Strategy::{Maintenance, Rolling};
        let wait = Some("  wait: true\n");
        let one = "  values: {controllers: {web: {containers: {}}}}\n";
        check(one, wait, "", Maintenance, "|");
        check(one, None, "", Maintenance, "no-signal|");
        check(one, None, "", Rolling, "|no-signal");
        check(one, Some(""), "", Maintenance, "|only-applied");
        check(one, Some("  wait: true\n  timeout: 5m\n"), "", Maintenance, "|short-wait");
        check(
            one,
            Some("  wait: true\n  suspend: true\n"),
            "",
            Rolling,
            "kustomization-suspended|",
        );
        check(&format!("  suspend: true\n{one}"), wait, "", Rolling, "suspended|");
        let zero = "  values: {controllers: {web: {replicas: 0}}}\n";
        check(zero, wait, "", Maintenance, "at-rest|");
        check(zero, wait, "", Rolling, "|");
        check(one, wait, HPA, Maintenance, "|autoscaler");
        check(one, wait, &HPA.replace("name: web}", "name: website}"), Maintenance, "|");
        check(one, wait, KEDA, Maintenance, "keda|");
        check(one, wait, KEDA, Rolling, "|");
        let rolls = format!("  upgrade: {{remediation: {{retries: 3}}}}\n{one}");
        check(&rolls, wait, "", Maintenance, "|");
        let patch = "  wait: true\n  patches:\n    - target: {kind: HelmRelease}\n      patch: |-\n        - {op: add, path: /spec/upgrade, value: {remediation: {retries: 1}}}\n";
        check(one, Some(patch), "", Maintenance, "remediation-overridden|");
        check(one, Some(patch), "", Rolling, "|");
        let alias = format!(
            "  install: {{remediation: &r {{retries: 3}}}}\n  upgrade: {{remediation: *r}}\n{one}"
        );
        check(&alias, wait, "", Maintenance, "remediation-locked|");
    }

    #[test]
    fn kustomizations_of_one_name_are_of_several_clusters() {
        let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: a}\nspec: {chart: {spec: {chart: x}}}\n";
        let flux = format!("{FLUX}  wait: true\n");
        let other = flux.replace("name: apps", "name: others");
        for (second, one_name) in [(&flux, true), (&other, false)] {
            let files = [("apps/web.yaml", release), ("east.yaml", &flux), ("west.yaml", second)];
            let tree = MemoryTree::of(files).unwrap();
            let inventory = discover(&tree, &policy::builtin().0, &|_| true).unwrap();
            let found = preflight(&[&inventory.releases[0]], Strategy::Rolling);
            let [note] = found.notes.as_slice() else { panic!("{found:?}") };
            assert_eq!(note.code, "applied-twice");
            assert_eq!(note.message.contains("each cluster"), one_name, "{}", note.message);
            assert!(note.message.contains("west.yaml:1:1"), "{}", note.message);
        }
    }

    #[test]
    fn gates_say_what_they_know() {
        for (spec, word) in [("  wait: true\n", GateWord::Released), ("", GateWord::Applied)] {
            let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: a}\nspec: {chart: {spec: {chart: x}}}\n";
            let flux = format!("{FLUX}{spec}");
            let tree = MemoryTree::of([("apps/web.yaml", release), ("flux.yaml", &flux)]).unwrap();
            let inventory = discover(&tree, &policy::builtin().0, &|_| true).unwrap();
            let gates = Gate::reached(&inventory.releases[0]);
            let [gate] = gates.as_slice() else { panic!("{gates:?}") };
            assert_eq!(gate.word, word);
            let asks = gate.asks.as_ref().unwrap();
            assert_eq!(asks.name.to_string(), "flux-system/apps");
            assert!(gate.sentence.contains("flux-system/apps"), "{}", gate.sentence);
        }
    }
}
