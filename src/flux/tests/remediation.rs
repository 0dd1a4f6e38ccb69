//! What Helm does with an upgrade that fails, who says so, and what keeps it from it.

use super::*;

/// Writes a release whose `spec` says this beside its chart.
fn with_spec(spec: &str) -> String {
    release("web", spec)
}

/// Compares what is known: what rolls back, the timeout, what overrides, then the lines that change
/// when it is switched off. The way back is tried as well.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let inventory = inventory(files);
    let [release] = inventory.releases.as_slice() else { panic!("{:?}", inventory.releases) };
    let remediation = &release.remediation;
    let mut said = Vec::new();
    let place = |sign: &crate::flux::Sign| format!("{}:{}", sign.position.file, sign.position.line);
    said.extend(remediation.rolls_back.iter().map(|s| format!("rolls back {}", place(s))));
    let timeout = &remediation.timeout;
    said.push(format!("{} {:?}", timeout.text, timeout.seconds));
    said.extend(remediation.overridden.iter().map(|s| format!("overridden {}", place(s))));
    said.extend(remediation.short.iter().map(|s| format!("short {}", place(s))));
    said.extend(remediation.refused.iter().map(|why| format!("refused: {}", why.message)));
    let file = &release.position.file;
    let edits = remediation.off.iter().cloned();
    let edits: Vec<_> = edits.map(|edit| FileEdit { file: file.clone(), edit }).collect();
    let tree = MemoryTree::of(files.iter().copied()).unwrap();
    let change = |edits| Change::of("x", "", edits);
    let off = render(&tree, &[], &[&change(edits)]).unwrap();
    let overlay = Overlay::new(&tree, &off.patches);
    let back = render(&overlay, &[], &[&change(off.inverse)]).unwrap();
    let before = tree.read(file).unwrap().unwrap();
    if let Some(after) = off.patches.get(file) {
        assert_eq!(back.patches[file].as_ref(), Some(&before));
        let (before, after) = (String::from_utf8(before).unwrap(), after.clone().unwrap());
        let after = String::from_utf8(after).unwrap();
        let diff = similar::TextDiff::from_lines(&before, &after);
        let changes = diff.iter_all_changes();
        said.extend(
            changes
                .filter(|change| change.tag() != similar::ChangeTag::Equal)
                .map(|change| format!("{}{}", change.tag(), change.value().trim())),
        );
        // What is off is seen to be off.
        let again = discover(&overlay, &policy::builtin().0, &|_| true).unwrap();
        let again = &again.releases[0].remediation;
        assert_eq!((&again.rolls_back, again.off.len()), (&None, 0), "{after}");
    }
    assert_eq!(said, expected);
}

#[track_caller]
fn check_spec(spec: &str, expected: &[&str]) {
    check(&[("web.yaml", &with_spec(spec)), ("source.yaml", SOURCE)], expected);
}

#[test]
fn only_what_is_needed_is_edited() {
    check_spec("interval: 1h", &["5m0s Some(300)", "+upgrade:", "+timeout: 30m"]);
    check_spec("timeout: 1h", &["1h Some(3600)"]);
    check_spec(
        "timeout: 1h\nupgrade:\n  timeout: 10m # long\n",
        &["10m Some(600)", "-timeout: 10m # long", "+timeout: 30m # long"],
    );
    check_spec(
        "timeout: 1h\nupgrade:\n  remediation:\n    retries: 3 # three\n",
        &["rolls back web.yaml:11", "1h Some(3600)", "-retries: 3 # three", "+retries: 0 # three"],
    );
    check_spec(
        "timeout: 1h\nupgrade: {remediation: {retries: -1, remediateLastFailure: true}}\n",
        &[
            "rolls back web.yaml:9",
            "1h Some(3600)",
            "-upgrade: {remediation: {retries: -1, remediateLastFailure: true}}",
            "+upgrade: {remediation: {retries: 0, remediateLastFailure: false}}",
        ],
    );
    check_spec(
        "timeout: 1h\nupgrade: {remediation: {retries: 0, remediateLastFailure: false}}\n",
        &["1h Some(3600)"],
    );
    check_spec(
        "timeout: 1h\nupgrade: {strategy: {name: RetryOnFailure}, remediation: {retries: 3}}\n",
        &["1h Some(3600)"],
    );
    check_spec(
        "timeout: 1h\nupgrade: {strategy: {name: RemediateOnFailure}, remediation: {retries: 3}}\n",
        &[
            "rolls back web.yaml:9",
            "1h Some(3600)",
            "-upgrade: {strategy: {name: RemediateOnFailure}, remediation: {retries: 3}}",
            "+upgrade: {strategy: {name: RemediateOnFailure}, remediation: {retries: 0}}",
        ],
    );
}

#[test]
fn merge_keys_are_overridden_and_aliases_left_alone() {
    check_spec(
        "timeout: 1h\ninstall: &i\n  crds: Skip\n  remediation:\n    retries: 3\nupgrade:\n  <<: *i\n",
        &["rolls back web.yaml:12", "1h Some(3600)", "+remediation:", "+retries: 0"],
    );
    check_spec(
        "timeout: 1h\ninstall:\n  remediation: &r\n    retries: 3\nupgrade:\n  remediation:\n    <<: *r\n",
        &["rolls back web.yaml:11", "1h Some(3600)", "+retries: 0"],
    );
    check_spec(
        "timeout: 1h\ninstall:\n  remediation: &r\n    retries: 3\nupgrade:\n  remediation: *r\n",
        &[
            "rolls back web.yaml:11",
            "1h Some(3600)",
            "refused: `spec.upgrade.remediation` stands behind an alias that others share",
        ],
    );
    check_spec("upgrade:", &["5m0s Some(300)", "+timeout: 30m"]);
}

/// Applies `apps/web.yaml` by a Flux Kustomization in `flux/apps.yaml` with this in its `spec`, which
/// one in `flux/cluster.yaml` with that in its `spec` applies.
#[track_caller]
fn check_applied(own: &str, apps: &str, cluster: &str, expected: &[&str]) {
    let apps = flux_kustomization("apps", "./apps", apps);
    let cluster = flux_kustomization("cluster", "./flux", cluster);
    check(
        &[
            ("apps/web.yaml", &with_spec(own)),
            ("flux/apps.yaml", &apps),
            ("cluster.yaml", &cluster),
            ("flux/source.yaml", SOURCE),
        ],
        expected,
    );
}

#[test]
fn a_parent_s_patch_wins_over_the_file() {
    let patch = "patches:\n  - patch: |\n      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n      \
                 metadata: {name: any}\n      spec:\n        upgrade:\n          remediation: {retries: 2}\n    target:\n      kind: HelmRelease\n";
    let own = "timeout: 1h\nupgrade: {remediation: {retries: 0}}\n";
    let found = ["rolls back flux/apps.yaml:16", "1h Some(3600)", "overridden flux/apps.yaml:16"];
    check_applied(own, patch, "", &found);
    for not_for_it in [
        "name: other",
        "labelSelector: patched=yes",
        "version: v2beta2",
        "namespace: other",
        "annotationSelector: patched",
    ] {
        check_applied(own, &format!("{patch}      {not_for_it}\n"), "", &["1h Some(3600)"]);
    }
    for for_it in ["name: w.*", "labelSelector: patched notin (no)", "version: v2"] {
        check_applied(own, &format!("{patch}      {for_it}\n"), "", &found);
    }
}

#[test]
fn what_a_patch_overrides_can_be_retried_instead() {
    let patch = "patches:\n  - patch: |\n      kind: HelmRelease\n      metadata: {name: any}\n      spec:\n        \
                 upgrade: {remediation: {retries: 2}UPGRADE}\n    target: {kind: HelmRelease}\n";
    for (own, more, expected) in [
        ("timeout: 1h", "", "upgrade:\n    strategy:\n      name: RetryOnFailure\n"),
        (
            "upgrade:\n  crds: Skip",
            "",
            "crds: Skip\n    timeout: 30m\n    strategy:\n      name: RetryOnFailure\n",
        ),
        (
            "upgrade: {strategy: {name: RemediateOnFailure}}",
            "",
            "{strategy: {name: RetryOnFailure}, timeout: 30m}",
        ),
        ("timeout: 1h", ", strategy: {name: RemediateOnFailure}", ""),
    ] {
        let web = with_spec(own);
        let apps = flux_kustomization("apps", "./apps", &patch.replace("UPGRADE", more));
        let files = [("apps/web.yaml", &*web), ("flux/apps.yaml", &apps)];
        let release = inventory(&files).releases.remove(0);
        assert!(release.remediation.overridden.is_some() && release.remediation.off.is_empty());
        let edited = crate::yaml::edit(
            &crate::yaml::Stream::parse(web.clone()).unwrap(),
            &release.remediation.instead,
        );
        let edited = edited.unwrap().text;
        assert!(edited.contains(expected), "{edited}");
        assert_eq!(edited == web, expected.is_empty());
    }
}

#[test]
fn a_patch_on_a_kustomization_may_hold_one_on_releases() {
    let inner = "patches:\n  - patch: |-\n      apiVersion: kustomize.toolkit.fluxcd.io/v1\n      kind: Kustomization\n      \
                 metadata:\n        name: any\n      spec:\n        wait: true\n        patches:\n          - patch: |-\n              \
                 apiVersion: helm.toolkit.fluxcd.io/v2\n              kind: HelmRelease\n              metadata:\n                name: any\n              \
                 spec:\n                upgrade:\n                  timeout: 3m\n                  remediation:\n                    retries: 2\n            \
                 target:\n              kind: HelmRelease\n    target:\n      kind: Kustomization\n";
    check_applied(
        "timeout: 1h",
        "",
        inner,
        &[
            "rolls back cluster.yaml:27",
            "3m Some(180)",
            "overridden cluster.yaml:27",
            "short cluster.yaml:25",
        ],
    );
    let elsewhere = inner
        .replace("      kind: Kustomization\n", "      kind: Kustomization\n      name: others\n");
    let elsewhere = elsewhere.replacen("      name: others\n", "", 1);
    check_applied("timeout: 1h", "", &elsewhere, &["1h Some(3600)"]);

    let files = [
        ("apps/web.yaml", &*with_spec("timeout: 1h")),
        (
            "flux/apps.yaml",
            &flux_kustomization("apps", "./apps", "timeout: 3m\ninterval: 1h\nprune: true"),
        ),
        ("cluster.yaml", &flux_kustomization("cluster", "./flux", inner)),
    ];
    let by = inventory(&files).releases[0].applied_by.clone();
    let [by] = by.as_slice() else { panic!("{by:?}") };
    assert_eq!(by.kustomization.to_string(), "flux-system/apps");
    assert!(by.wait && by.tells_released() && by.prune && !by.suspended && !by.health_checks);
    assert_eq!((by.timeout, by.interval), (Some(180), Some(3600)));
}

#[test]
fn a_health_check_on_the_release_tells_as_much_as_waiting() {
    for (checks, health, release) in [
        ("", false, false),
        (
            "healthChecks: [{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, name: web, namespace: default}]",
            true,
            true,
        ),
        (
            "healthChecks: [{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, name: web, namespace: other}]",
            true,
            false,
        ),
        (
            "healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web, namespace: default}]",
            true,
            false,
        ),
    ] {
        let files = [
            ("apps/web.yaml", &*with_spec("interval: 1h")),
            ("flux/apps.yaml", &flux_kustomization("apps", "./apps", checks)),
        ];
        let by = &inventory(&files).releases[0].applied_by[0];
        assert_eq!((by.health_checks, by.tells_released()), (health, release), "{checks}");
    }
}

/// Applies releases `web` and `db` by kustomizations, the one of `web` with this in it.
#[track_caller]
fn check_kustomization(kustomization: &str, expected: [bool; 2]) {
    let [web, db] = ["web", "db"].map(|name| release(name, "timeout: 1h"));
    let web_kustomization = format!("resources: [web.yaml]\n{kustomization}");
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {upgrade: {remediation: {retries: 1}}}\n";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - path: patch.yaml\n    target: {kind: HelmRelease}\n";
    let files = [
        ("apps/kustomization.yaml", "resources: [./web, ./db]\n"),
        ("apps/web/kustomization.yaml", &web_kustomization),
        ("apps/web/web.yaml", &web),
        ("apps/web/patch.yaml", patch),
        ("apps/db/kustomization.yaml", "resources: [db.yaml]\n"),
        ("apps/db/db.yaml", &db),
        ("components/c/kustomization.yaml", component),
        ("components/c/patch.yaml", patch),
        ("flux/apps.yaml", &flux_kustomization("apps", "./apps", "")),
    ];
    let inventory = inventory(&files);
    let rolls = |name: &str| {
        let release = inventory.releases.iter().find(|release| release.id.name == name).unwrap();
        release.remediation.overridden.is_some()
    };
    assert_eq!([rolls("web"), rolls("db")], expected, "{kustomization}");
}

#[test]
fn a_kustomization_patches_what_it_names_and_nothing_else() {
    check_kustomization("", [false, false]);
    check_kustomization("patches: [{path: patch.yaml}]", [true, false]);
    check_kustomization(
        "patches: [{path: patch.yaml, target: {kind: HelmRelease}}]",
        [true, false],
    );
    check_kustomization("patchesStrategicMerge: [patch.yaml]", [true, false]);
    check_kustomization("components: [../../components/c]", [true, false]);
    check_kustomization(
        "patches:\n  - target: {kind: HelmRelease}\n    patch: |-\n      - op: add\n        path: /spec/upgrade\n        value: {remediation: {retries: 1}}\n",
        [true, false],
    );
    check_kustomization(
        "patches:\n  - target: {kind: HelmRelease}\n    patch: |-\n      - op: remove\n        path: /spec/upgrade\n",
        [false, false],
    );
}
