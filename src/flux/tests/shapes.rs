//! The shapes in which manifests spell images and charts.

use super::*;

#[track_caller]
fn check(values: &str, expected: &[&str]) {
    let file = with_values(values);
    let expected: Vec<String> = expected.iter().map(|line| format!("web.yaml:{line}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check_images(&[("web.yaml", &file), ("source.yaml", SOURCE)], &expected);
}

const DIGEST: &str = "sha256:4a1c4b21597c1b4415bdbecb28a3296c6b5e23ca4f9feeb599860a1dac6a0108";

#[test]
fn parts_under_any_key() {
    check(
        "image: {repository: acme/web, tag: 1.10}\nsidecar: {registry: ghcr.io, repository: acme/side, tag: '2'}",
        &["9 docker.io/acme/web 1.10", "10 ghcr.io/acme/side 2"],
    );
    check("image: {name: acme/web, version: v1}", &["9 docker.io/acme/web v1"]);
    check("other: {name: acme/web, version: v1}", &[]);
    check("image:\n  repository: nginx\n  tag: latest", &["11 docker.io/library/nginx latest"]);
}

#[test]
fn one_scalar_holds_it_all() {
    check("image: ghcr.io/acme/web:1.2", &["9 ghcr.io/acme/web 1.2"]);
    check("imageName: acme/web:1.2", &["9 docker.io/acme/web 1.2"]);
    check("image: host:5000/acme/web:1", &["9 host:5000/acme/web 1"]);
    check(
        &format!("x: ghcr.io/acme/web:1.2@{DIGEST}"),
        &[&format!("9 ghcr.io/acme/web 1.2@{DIGEST}")],
    );
    check("images: [acme/a:1, acme/b:2]", &["9 docker.io/acme/a 1", "9 docker.io/acme/b 2"]);
}

#[test]
fn pairs_and_digests() {
    check("imageRepository: acme/web\nimageTag: 1", &["10 docker.io/acme/web 1"]);
    check("image: acme/web\ntag: 1", &["10 docker.io/acme/web 1"]);
    check(
        &format!("image: {{repository: acme/web, tag: 1, digest: '{DIGEST}'}}"),
        &["9 docker.io/acme/web 1 with a digest"],
    );
    check(
        &format!("image: {{repository: acme/web, tag: '', digest: '{DIGEST}'}}"),
        &[&format!("9 docker.io/acme/web {DIGEST}")],
    );
}

#[test]
fn a_tag_alone_belongs_to_the_image_that_the_chart_names() {
    let source = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: app-template, namespace: flux-system}
spec: {url: oci://ghcr.io/immich-app/immich-charts/immich, ref: {tag: 1.0.0}}
";
    for (values, expected) in [
        (
            "server: {controllers: {main: {containers: {main: {image: {tag: v2.1.0}}}}}}",
            &["web.yaml:9 ghcr.io/immich-app/immich-server v2.1.0"][..],
        ),
        ("image: {repository: acme/web, tag: v1}", &["web.yaml:9 docker.io/acme/web v1"]),
        ("image: {tag: ''}", &[]),
        ("other: {tag: v1}", &[]),
    ] {
        let file = with_values(values);
        check_images(&[("web.yaml", &file), ("source.yaml", source)], expected);
        // Another chart of the name is nobody that is known.
        let other = source.replace("immich-app", "acme");
        let named = values.contains("repository");
        let found = if named { expected } else { &[] };
        check_images(&[("web.yaml", &file), ("source.yaml", &other)], found);
    }
}

#[test]
fn a_set_of_the_operator_writes_releases() {
    let set = "\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: webs, namespace: default}
spec:
  inputs: [{name: one}, {name: two}]
  resources:
    - apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: {name: 'web-<< inputs.name >>', namespace: << inputs.provider.namespace >>}
      spec:
        chartRef: {kind: OCIRepository, name: app-template, namespace: flux-system}
        values:
          controllers: {main: {containers: {app: {image: {repository: acme/web, tag: v1}}}}}
    - apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: {name: '<< inputs.name | upper >>'}
      spec: {chartRef: {kind: OCIRepository, name: app-template, namespace: flux-system}}
";
    let files = [("set.yaml", set), ("source.yaml", SOURCE)];
    check_images(&files, &["set.yaml:13 docker.io/acme/web v1"]);
    let inventory = inventory(&files);
    let names: Vec<String> = inventory.releases.iter().map(|r| r.id.to_string()).collect();
    assert_eq!(names, ["default/web-one", "default/web-two"]);
    let codes: Vec<&str> = inventory.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["name-not-told"]);
    let lever = &inventory.releases[0].lever;
    assert_eq!(lever.r#where.as_deref(), Some("controllers.main.replicas: 0"));
    assert_eq!(
        inventory.pins.iter().find(|pin| pin.releases.len() == 2).map(|pin| pin.id.as_str()),
        Some("set.yaml#0:/spec/resources/0/spec/values/controllers/main/containers/app/image/tag")
    );
}

#[test]
fn values_of_a_secret_that_kustomize_makes_of_a_file() {
    let web =
        release("web", "valuesFrom:\n  - {kind: Secret, name: web-values, valuesKey: v.yaml}");
    let files = |values: &'static str| {
        [
            (
                "app/kustomization.yaml",
                "resources: [web.yaml]\nsecretGenerator:\n  - {name: web-values, files: [v.yaml=values/web-1.2.yaml]}\n",
            ),
            ("app/values/web-1.2.yaml", values),
            ("source.yaml", SOURCE),
        ]
    };
    let with_web = |values| {
        let mut all: Vec<(&str, &str)> = files(values).to_vec();
        all.push(("app/web.yaml", &web));
        all
    };
    let values = "image: {repository: acme/web, tag: v1}\n";
    let found = "app/values/web-1.2.yaml:1 docker.io/acme/web v1";
    check_images(&with_web(values), &[found]);
    let locked = "image: {repository: acme/web, tag: v1}\nsops: {mac: 'ENC[x]'}\n";
    check_images(&with_web(locked), &[]);
}

#[test]
fn what_is_no_image() {
    for values in [
        "image: {repository: acme/web, tag: ''}",
        "image: {repository: acme/web}",
        "image: {repository: acme/web, tag: null}",
        "image: ACME/Web:1",
        "image: '{{ .image }}:1'",
        "imageRegistry: registry.example:5000",
        "imageServer: localhost:8080",
        "imageHost: images.example:443",
        "imageCache: images.example:443",
        "imagePullSecrets: [{name: registry}]",
        "imagePullPolicy: Always",
        "text: acme/web:1",
    ] {
        check(values, &[]);
    }
}

#[test]
fn aliases_and_merge_keys_lead_to_the_scalar() {
    check("a: {image: &img acme/web:1}\nb: {image: *img}", &["9 docker.io/acme/web 1"]);
    check(
        "a: &img {repository: acme/web, tag: 1}\nb: {image: {<<: *img, tag: 2}}",
        &["9 docker.io/acme/web 1", "10 docker.io/acme/web 2"],
    );
    // An anchored map whose key says nothing is an image by the alias that uses it.
    check("a: &img {name: acme/web, version: 1}\nimage: *img", &["9 docker.io/acme/web 1"]);
    let file = with_values("a: {image: &img acme/web:1}\nb: {image: *img}");
    let inventory = inventory(&[("web.yaml", &file), ("source.yaml", SOURCE)]);
    let pin = inventory.pins.iter().find(|pin| pin.kind == crate::flux::PinKind::Image).unwrap();
    let uses = pin.used_by.iter().map(|use_| (use_.position.line, use_.position.column));
    assert_eq!(uses.collect::<Vec<_>>(), [(10, 16)]);
}

#[test]
fn an_image_policy_keeps_its_image() {
    let values = "image: acme/web:1 # {\"$imagepolicy\": \"flux-system:web\"}";
    check(values, &["9 docker.io/acme/web 1 (image-automation)"]);
}

/// Compares the chart pins of a chart from an HTTP repository, as `text range?`.
#[track_caller]
fn check_chart(version: &str, expected: Option<(&str, bool)>) {
    let file = format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: r}}\nspec: {{url: https://charts.example}}\n---\n\
         apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web}}\nspec:\n  chart:\n    spec:\n      \
         chart: web\n      sourceRef: {{kind: HelmRepository, name: r}}\n{version}"
    );
    let inventory = inventory(&[("web.yaml", &file)]);
    let found: Vec<_> =
        inventory.pins.iter().map(|pin| (pin.current.text.as_str(), pin.range)).collect();
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    assert!(
        inventory.pins.iter().all(|pin| pin.package.to_string() == "https://charts.example#web")
    );
}

#[test]
fn chart_versions_and_ranges() {
    check_chart("", None);
    check_chart("      version: ''\n", None);
    check_chart("      version: 1.10.0\n", Some(("1.10.0", false)));
    check_chart("      version: '*'\n", Some(("*", true)));
    check_chart("      version: \">=1 <2\"\n", Some((">=1 <2", true)));
}

/// Compares the pin of an `OCIRepository` by its `ref`.
#[track_caller]
fn check_oci(reference: &str, expected: &str) {
    let file = format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: r}}\nspec:\n  url: oci://ghcr.io/acme/web\n  ref: {reference}\n"
    );
    let inventory = inventory(&[("source.yaml", &file)]);
    let found: Vec<String> = inventory.pins.iter().map(image).collect();
    assert_eq!(found.join("\n"), expected);
}

#[test]
fn the_reference_that_flux_takes() {
    let pinned = "source.yaml:6 oci://ghcr.io/acme/web";
    check_oci("{tag: 1.2.0}", &format!("{pinned} 1.2.0"));
    check_oci("{tag: 1.2.0, semver: '>=1'}", &format!("{pinned} >=1"));
    check_oci(
        &format!("{{tag: 1.2.0, digest: '{DIGEST}'}}"),
        &format!("{pinned} 1.2.0 with a digest"),
    );
    check_oci(
        "{semver: '>=1', semverFilter: '.*-alpine'}",
        &format!("{pinned} >=1 (semver-filter)"),
    );
    check_oci("{}", "");
}

#[test]
fn a_chart_from_git_has_no_version_of_its_own() {
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: r}\nspec: {url: https://git.example/x}\n";
    let file = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart:\n    spec:\n      \
                chart: ./charts/web\n      version: '*'\n      sourceRef: {kind: GitRepository, name: r}\n";
    let inventory = inventory(&[("source.yaml", source), ("web.yaml", file)]);
    assert_eq!(inventory.pins, []);
    assert_eq!(inventory.releases[0].chart.name.as_deref(), Some("web"));
}
