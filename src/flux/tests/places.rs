//! Who applies a file: namespaces, names, variables.

use super::*;

fn bare(name: &str, values: &str) -> String {
    release(name, &format!("values: {values}")).replace("  namespace: default\n", "")
}

#[test]
fn namespaces_come_from_the_nearest_that_names_one() {
    let app = bare("web", "{}");
    let kustomization = "namespace: inner\nresources: [web.yaml]\n";
    check_releases(&[("web.yaml", &app)], &["-/web"]);
    check_releases(
        &[("a/web.yaml", &app), ("a/kustomization.yaml", kustomization)],
        &["inner/web"],
    );
    for name in ["kustomization.yml", "Kustomization"] {
        check_releases(
            &[("a/web.yaml", &app), (&format!("a/{name}"), kustomization)],
            &["inner/web"],
        );
    }
    // kustomize's outermost namespace wins over those inside it.
    check_releases(
        &[
            ("a/web.yaml", &app),
            ("a/kustomization.yaml", kustomization),
            ("kustomization.yaml", "namespace: outer\nresources: [a]\n"),
        ],
        &["outer/web"],
    );
    let flux = flux_kustomization("apps", "./a", "targetNamespace: target");
    check_releases(&[("a/web.yaml", &app), ("flux.yaml", &flux)], &["target/web"]);
}

#[test]
fn a_base_used_twice_is_two_releases() {
    let app = bare("web", "{}");
    check_releases(
        &[
            ("base/web.yaml", &app),
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("kustomization.yaml", "resources: [one, two]\n"),
            ("one/kustomization.yaml", "namespace: one\nresources: [../base]\n"),
            (
                "two/kustomization.yaml",
                "namespace: two\nresources: [../base]\nnamePrefix: my-\nnameSuffix: -x\n",
            ),
        ],
        &["one/web", "two/my-web-x"],
    );
}

#[test]
fn files_of_other_folders_and_components_belong_to_who_names_them() {
    let app = bare("web", "{}");
    check_releases(
        &[
            ("shared/web.yaml", &app),
            (
                "part/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [api.yaml]\n",
            ),
            ("part/api.yaml", &bare("api", "{}")),
            (
                "x/kustomization.yaml",
                "namespace: x\nresources: [../shared/web.yaml]\ncomponents: [../part]\n",
            ),
        ],
        &["x/api", "x/web"],
    );
}

#[test]
fn folders_that_name_each_other_come_to_an_end() {
    let inventory = inventory(&[
        ("a/kustomization.yaml", "resources: [../b, web.yaml]\nnamePrefix: a-\n"),
        ("a/web.yaml", &bare("web", "{}")),
        ("b/kustomization.yaml", "resources: [../a]\nnamespace: b\n"),
    ]);
    let names: Vec<String> = inventory.releases.iter().map(|r| r.id.to_string()).collect();
    assert!(names.contains(&"b/a-a-web".to_owned()), "{names:?}");
    assert!(names.len() < 300);
}

#[test]
fn a_missing_path_is_the_root_and_a_missing_source_a_patch() {
    let app = bare("web", "{}");
    let flux = flux_kustomization("apps", "x", "targetNamespace: root").replace("  path: x\n", "");
    check_releases(&[("web.yaml", &app), ("flux.yaml", &flux)], &["root/web"]);
    let patch = flux.replace("  sourceRef: {kind: GitRepository, name: flux-system}\n", "");
    check_releases(&[("web.yaml", &app), ("flux.yaml", &patch)], &["-/web"]);
}

#[test]
fn the_files_of_another_repository_are_not_these() {
    let app = bare("web", "{}");
    let own = flux_kustomization("apps", "./apps", "targetNamespace: own");
    let other = flux_kustomization("other", "./", "targetNamespace: other")
        .replace("flux-system}", "other}");
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: other}\nspec: {url: https://git.example/other}\n";
    let files = [
        ("apps/web.yaml", app.as_str()),
        ("own.yaml", &own),
        ("other.yaml", &other),
        ("s.yaml", source),
    ];
    check_releases(&files, &["own/web"]);
    // A source that the repository does not define may be another name of it.
    check_releases(&files[..3], &["other/web", "own/web"]);
}

#[test]
fn variables_name_releases_and_paths() {
    let outer = flux_kustomization("cluster", "./cluster", "postBuild: {substitute: {APP: web}}");
    let inner = flux_kustomization(
        "${APP}",
        "./apps/${APP}",
        "targetNamespace: ${APP}-ns\npostBuild: {substitute: {APP: web}}",
    );
    check_releases(
        &[
            ("flux.yaml", &outer),
            ("cluster/web.yaml", &inner),
            ("apps/web/release.yaml", &bare("${APP}", "{}")),
        ],
        &["web-ns/web"],
    );
}

/// Compares where the version of `image: acme/web:${TAG}` is found.
#[track_caller]
fn check_variable(spec: &str, image: &str, more: &[(&str, &str)], expected: &[&str]) {
    let flux = flux_kustomization("apps", "./apps", spec);
    let app = bare("web", &format!("{{image: \"{image}\"}}"));
    let mut files = vec![("flux.yaml", flux.as_str()), ("apps/web.yaml", &app)];
    files.extend(more);
    check_images(&files, expected);
}

#[test]
fn a_version_is_placed_where_its_variable_is_defined() {
    let inline = "postBuild: {substitute: {TAG: '1.2'}}";
    check_variable(inline, "acme/web:${TAG}", &[], &["flux.yaml:9 docker.io/acme/web 1.2"]);
    check_variable(inline, "acme/web:${TAG:=9}", &[], &["flux.yaml:9 docker.io/acme/web 1.2"]);
    check_variable("", "acme/web:${TAG:=1.3}", &[], &["apps/web.yaml:7 docker.io/acme/web 1.3"]);
    check_variable(
        "",
        "acme/web:${TAG}",
        &[],
        &["apps/web.yaml:7 docker.io/acme/web ${TAG} (unresolved-variable)"],
    );
    check_variable(
        inline,
        "acme/web:v${TAG}",
        &[],
        &["apps/web.yaml:7 docker.io/acme/web v${TAG} (variable-inside-text)"],
    );
    check_variable("", "ghcr.io/${ORG:=acme}/web:1", &[], &["apps/web.yaml:7 ghcr.io/acme/web 1"]);
}

#[test]
fn variables_come_from_config_maps() {
    fn map(tag: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: vars}}\ndata:\n  TAG: '{tag}'\n"
        )
    }
    let from = "postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}";
    let held = map("1.2");
    check_variable(
        from,
        "acme/web:${TAG}",
        &[("vars.yaml", &held)],
        &["vars.yaml:5 docker.io/acme/web 1.2"],
    );
    // A Secret is never read.
    let secret = held.replace("ConfigMap", "Secret");
    check_variable(
        &from.replace("ConfigMap", "Secret"),
        "acme/web:${TAG}",
        &[("vars.yaml", &secret)],
        &["apps/web.yaml:7 docker.io/acme/web ${TAG} (unresolved-variable)"],
    );
    // The last of several maps counts.
    let two = "postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}, {kind: ConfigMap, name: more}]}";
    let more = map("1.3").replace("vars", "more");
    check_variable(
        two,
        "acme/web:${TAG}",
        &[("vars.yaml", &held), ("more.yaml", &more)],
        &["more.yaml:5 docker.io/acme/web 1.3"],
    );
    // Of two clusters each has its own.
    let cluster = flux_kustomization("apps", "./apps", from);
    let app = bare("web", "{image: \"acme/web:${TAG}\"}");
    check_images(
        &[
            ("a/vars.yaml", &map("1.1")),
            ("b/flux.yaml", &cluster),
            ("b/vars.yaml", &map("1.2")),
            ("apps/web.yaml", &app),
        ],
        &["b/vars.yaml:5 docker.io/acme/web 1.2"],
    );
    // kustomize may generate the map.
    let generated = "configMapGenerator:\n  - name: vars\n    literals:\n      - TAG=1.4\n";
    check_variable(
        from,
        "acme/web:${TAG}",
        &[("config/kustomization.yaml", generated)],
        &["config/kustomization.yaml:4 docker.io/acme/web 1.4"],
    );
    // Lines of a file are read and not edited; one that is secret is not read.
    let lines = "configMapGenerator:\n  - name: vars\n    envs: [versions.env]\n";
    let file = ("config/versions.env", "# versions\nTAG=1.5\n");
    check_variable(
        from,
        "acme/web:${TAG}",
        &[("config/kustomization.yaml", lines), file],
        &["apps/web.yaml:7 docker.io/acme/web 1.5 (plain-file)"],
    );
    check_variable(
        from,
        "acme/web:${TAG}",
        &[("config/kustomization.yaml", &lines.replace("configMap", "secret")), file],
        &["apps/web.yaml:7 docker.io/acme/web ${TAG} (unresolved-variable)"],
    );
}

#[test]
fn a_cluster_gives_variables_to_all_its_kustomizations() {
    let cluster = flux_kustomization(
        "cluster",
        "./cluster",
        "patches:\n  - patch: |\n      apiVersion: kustomize.toolkit.fluxcd.io/v1\n      kind: Kustomization\n      metadata: {name: all}\n      spec:\n        postBuild:\n          substitute:\n            TAG: '1.2'\n    target: {kind: Kustomization}",
    );
    let apps = flux_kustomization("apps", "./apps", "");
    let app = bare("web", "{image: \"acme/web:${TAG}\"}");
    check_images(
        &[("flux.yaml", &cluster), ("cluster/apps.yaml", &apps), ("apps/web.yaml", &app)],
        &["flux.yaml:17 docker.io/acme/web 1.2"],
    );
}
