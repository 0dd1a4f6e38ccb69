//! What stops a release, and what shows that it writes data.

use super::*;

#[track_caller]
fn check(values: &str, expected: &str) {
    check_lever(&[("web.yaml", &with_values(values)), ("source.yaml", SOURCE)], expected);
}

#[test]
fn replicas_are_inserted_set_or_overridden() {
    check_stop("controllers:\n  web:\n    containers: {}", "+        replicas: 0\n");
    check_stop(
        "controllers:\n  web:\n    replicas: 3 # three",
        "-        replicas: 3 # three\n+        replicas: 0 # three\n",
    );
    check_stop(
        "controllers:\n  web:\n    replicas: null",
        "-        replicas: null\n+        replicas: 0\n",
    );
    check_stop("controllers:\n  web:", "+        replicas: 0\n");
    check_stop(
        "controllers:\n  a: &a\n    replicas: 2\n  web:\n    <<: *a",
        "-        replicas: 2\n+        replicas: 0\n+        replicas: 0\n",
    );
    check_stop(
        "controllers:\n  job:\n    type: cronjob\n    cronjob:\n      schedule: '@daily'",
        "+          suspend: true\n",
    );
}

#[test]
fn what_cannot_be_stopped_says_why() {
    for (values, reason) in [
        ("controllers: {web: {type: daemonset}}", "`controllers.web`: a DaemonSet has no replicas"),
        ("controllers: {web: {type: job}}", "`controllers.web`: a Job runs to its end"),
        (
            "controllers: {web: {type: rollout}}",
            "nothing is known to stop `controllers.web`, a rollout",
        ),
        ("controllers: {web: {replicas: 0}}", "`controllers.web.replicas` is already 0"),
        (
            "controllers: {web: {replicas: '${REPLICAS:=1}'}}",
            "`controllers.web.replicas` comes from a variable",
        ),
        (
            "x: &x {replicas: 1}\ncontrollers: {web: *x}",
            "`controllers.web.replicas` stands behind an alias that others share",
        ),
        (
            "x: &x {cronjob: {schedule: '@daily'}}\ncontrollers: {web: {<<: *x, type: cronjob}}",
            "`controllers.web.cronjob.suspend` comes through a merge key",
        ),
        (
            "controllers: {db: {containers: {app: {image: {repository: postgres, tag: 17}}}}}",
            "`controllers.db` is postgresql and keeps running",
        ),
        (
            "controllers: {web: {enabled: false}}",
            "its values define no workload that the chart `app-template` could stop",
        ),
        ("x: 1", "its values define no workload that the chart `app-template` could stop"),
    ] {
        check(values, &format!("None: {reason}"));
    }
}

#[test]
fn a_datastore_beside_the_application_keeps_running() {
    let values = "controllers:\n  web: {containers: {app: {image: {repository: acme/web, tag: 1}}}}\n  db: {containers: {app: {image: {repository: postgres, tag: 17}}}}";
    check(values, "Values: controllers.web.replicas: 0");
    // One that only waits for a database is none.
    let waits = "controllers:\n  web:\n    initContainers: {wait: {image: {repository: postgres, tag: 17}}}\n    containers: {app: {image: {repository: acme/web, tag: 1}}}";
    check(waits, "Values: controllers.web.replicas: 0");
}

#[test]
fn version_1_has_one_controller() {
    let old = SOURCE.replace("4.1.0", "1.5.1");
    let file = with_values("controller: {replicas: 2}\nimage: {repository: acme/web, tag: 1}");
    check_lever(&[("web.yaml", &file), ("s.yaml", &old)], "Values: controller.replicas: 0");
    let file = with_values("image: {repository: acme/web, tag: 1}");
    check_lever(&[("web.yaml", &file), ("s.yaml", &old)], "Values: controller.replicas: 0");
}

#[test]
fn controllers_of_a_file_are_stopped_inline() {
    let app = release("web", "valuesFrom: [{kind: ConfigMap, name: vars}]");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: default}\ndata:\n  values.yaml: |\n    controllers: {web: {replicas: 2}}\n";
    let files = [("a.yaml", app.as_str()), ("map.yaml", map), ("source.yaml", SOURCE)];
    check_lever(&files, "Values: controllers.web.replicas: 0");
    let stopped = stop(&files, "a.yaml");
    assert!(
        stopped.ends_with("  values:\n    controllers:\n      web:\n        replicas: 0\n"),
        "{stopped}"
    );
    let forced = app.replace(
        "name: vars}",
        "name: vars}, {kind: Secret, name: s, targetPath: controllers.web.replicas}",
    );
    check_lever(
        &[("a.yaml", &forced), ("map.yaml", map), ("source.yaml", SOURCE)],
        "None: the Secret `s` sets `controllers.web.replicas` as well",
    );
}

#[test]
fn what_would_undo_a_stop_takes_the_lever_away() {
    let app = with_values("controllers: {web: {}}");
    let patch = "resources: [web.yaml, source.yaml]\npatches:\n  - patch: |\n      - op: add\n        path: /spec/values/controllers/web/replicas\n        value: 2\n    target: {kind: HelmRelease}\n";
    check_lever(
        &[("web.yaml", &app), ("source.yaml", SOURCE), ("kustomization.yaml", patch)],
        "None: the patch at kustomization.yaml:6:16 sets `/spec/values/controllers/web/replicas` as well",
    );
    let keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web, namespace: default}\nspec: {scaleTargetRef: {kind: Deployment, name: web}}\n";
    check_lever(
        &[("web.yaml", &app), ("source.yaml", SOURCE), ("keda.yaml", keda)],
        "None: KEDA scales `web` up again (keda.yaml:1:1); pause it with the annotation autoscaling.keda.sh/paused-replicas",
    );
}

fn of_chart(chart: &str, spec: &str) -> String {
    let indented = indent(spec);
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web}}\nspec:\n  chart: {{spec: {{chart: {chart}, sourceRef: {{kind: HelmRepository, name: r}}}}}}\n{indented}"
    )
}

#[test]
fn a_chart_that_ignores_zero_is_patched() {
    let file = of_chart("grafana", "");
    check_lever(&[("web.yaml", &file)], "Patch: Deployment/web-grafana, StatefulSet/web-grafana");
    let stopped = stop(&[("web.yaml", &file)], "web.yaml");
    let added = stopped.strip_prefix(&file).unwrap();
    let expected = "  postRenderers:
    - kustomize:
        patches:
          - target:
              kind: Deployment
              name: web-grafana
            patch: |
              apiVersion: apps/v1
              kind: Deployment
              metadata:
                name: web-grafana
              spec:
                replicas: 0
";
    assert!(added.starts_with(expected), "{added}");
    let named = of_chart("grafana", "releaseName: my-grafana\nvalues: {fullnameOverride: dash}");
    check_lever(&[("web.yaml", &named)], "Patch: Deployment/dash, StatefulSet/dash");
    let named = of_chart("grafana", "releaseName: my-grafana");
    check_lever(&[("web.yaml", &named)], "Patch: Deployment/my-grafana, StatefulSet/my-grafana");
}

#[test]
fn charts_of_one_name_are_told_by_their_source() {
    let bitnami =
        ["https://charts.bitnami.com/bitnami", "oci://registry-1.docker.io/bitnamicharts"];
    let others = ["https://charts.example", "oci://registry.example/charts"];
    let table = [
        ("cert-manager", bitnami, "Values: controller.replicaCount: 0, webhook.replicaCount: 0"),
        ("cert-manager", others, "Values: replicaCount: 0, webhook.replicaCount: 0"),
        ("kube-state-metrics", bitnami, "Values: replicaCount: 0"),
        ("kube-state-metrics", others, "Values: replicas: 0"),
        ("gitea", bitnami, "Patch: Deployment/web-gitea"),
        ("gitea", others, "Values: replicaCount: 0"),
        ("wordpress", bitnami, "Values: replicaCount: 0"),
        ("wordpress", others, "None: no policy says how the chart `wordpress` stops"),
    ];
    for (chart, sources, expected) in table {
        for url in sources {
            let file = of_chart(chart, "");
            let source = format!(
                "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n\
                 metadata: {{name: r}}\nspec: {{url: '{url}'}}\n"
            );
            let inventory = inventory(&[("web.yaml", &file), ("source.yaml", &source)]);
            let lever = &inventory.releases[0].lever;
            let said = lever.r#where.as_ref().unwrap_or(&lever.reason);
            let said = format!("{:?}: {said}", lever.kind);
            assert!(said.starts_with(expected), "{chart} of {url}: {said}");
        }
    }
}

#[test]
fn a_patch_goes_behind_the_other_post_renderers() {
    let file = of_chart(
        "grafana",
        "postRenderers:\n  - kustomize:\n      images: [{name: a/b, newTag: 1}]\nvalues: {}",
    );
    let stopped = stop(&[("web.yaml", &file)], "web.yaml");
    let (before, after) = (stopped.find("newTag").unwrap(), stopped.find("patches:").unwrap());
    assert!(before < after && after < stopped.find("values:").unwrap(), "{stopped}");
    for (list, reason) in [
        ("x: &x []\npostRenderers: *x", "`postRenderers` stands behind an alias that others share"),
        ("postRenderers: {}", "`postRenderers` is no list"),
    ] {
        check_lever(&[("web.yaml", &of_chart("grafana", list))], &format!("None: {reason}"));
    }
    for empty in ["postRenderers: []", "postRenderers:", "postRenderers: null"] {
        stop(&[("web.yaml", &of_chart("grafana", empty))], "web.yaml");
    }
}

/// Compares what shows that a release writes data.
#[track_caller]
fn check_writes(values: &str, more: &[(&str, &str)], expected: Option<&str>) {
    let file = with_values(values);
    let mut files = vec![("web.yaml", file.as_str()), ("source.yaml", SOURCE)];
    files.extend(more);
    let inventory = inventory(&files);
    let writes = inventory.releases[0].writes.as_ref().map(|sign| sign.shows.as_str());
    assert_eq!(writes, expected, "{values}");
}

#[test]
fn volumes_show_data() {
    for (values, expected) in [
        ("persistence: {data: {existingClaim: x}}", Some("the volume `data` is a claim")),
        (
            "persistence: {data: {enabled: true, mountPath: /data}}",
            Some("the volume `data` is a claim"),
        ),
        (
            "persistence: {data: {globalMounts: [{path: /data}]}}",
            Some("the volume `data` is a claim"),
        ),
        ("persistence: {data: {type: nfs, server: x, path: /y}}", Some("the volume `data` is nfs")),
        (
            "persistence: {data: {type: hostPath, hostPath: /srv/x}}",
            Some("the volume `data` is hostPath"),
        ),
        ("persistence: {gpu: {type: hostPath, hostPath: /dev/dri}}", None),
        ("persistence: {data: {type: nfs, enabled: false}}", None),
        (
            "persistence: {tmp: {type: emptyDir}, c: {type: configMap, name: x}, s: {type: secret}}",
            None,
        ),
        ("persistence: {tmp: {type: custom, volumeSpec: {emptyDir: {}}}}", None),
        (
            "persistence: {data: {type: custom, volumeSpec: {nfs: {server: x, path: /y}}}}",
            Some("the volume `data` is custom"),
        ),
        ("persistence: {enabled: true, size: 1Gi}", Some("`persistence` is enabled")),
        ("persistence: {size: 1Gi}", Some("`persistence` has a size")),
        ("persistence: {enabled: false, size: 1Gi}", None),
        ("volumeClaimTemplates: [{metadata: {name: x}}]", Some("it has a `volumeClaimTemplates`")),
        ("volumeClaimTemplates: []", None),
        ("extraVolumes: [{name: x, nfs: {server: s, path: /p}}]", Some("it mounts `/p` by NFS")),
        ("extraVolumes: [{name: x, hostPath: {path: /srv}}]", Some("it mounts `/srv` of the node")),
        ("extraVolumes: [{name: x, hostPath: {path: /dev/x}}]", None),
        ("image: {repository: postgres, tag: 17}", Some("it runs postgresql")),
        ("x: 1", None),
    ] {
        check_writes(values, &[], expected);
    }
}

#[test]
fn variables_show_databases() {
    for (values, expected) in [
        ("env: {DB_HOST: x}", Some("`DB_HOST` points at a database")),
        ("env: {POSTGRES_HOST: {valueFrom: {}}}", Some("`POSTGRES_HOST` points at postgresql")),
        ("env: [{name: MYSQL_HOST, value: x}]", Some("`MYSQL_HOST` points at mysql")),
        ("env: [{name: DB_HOST, value: x}]", Some("`DB_HOST` points at a database")),
        ("env: {TZ: x}", None),
    ] {
        check_writes(values, &[], expected);
    }
}

#[test]
fn key_names_of_secrets_show_databases() {
    let values =
        "controllers: {web: {containers: {app: {envFrom: [{secretRef: {name: web-secret}}]}}}}";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: web-secret, namespace: default}\nstringData: {PGHOST: 'ENC[x]'}\nsops: {mac: x}\n";
    let shown = Some("`PGHOST` of the Secret `web-secret` points at postgresql");
    check_writes(values, &[("s.yaml", secret)], shown);
    check_writes(
        values,
        &[("s.yaml", &secret.replace("namespace: default", "namespace: x"))],
        None,
    );
    check_writes(values, &[("s.yaml", &secret.replace("PGHOST", "TOKEN"))], None);
    let named = values.replace("name: web-secret", "name: '{{ .Release.Name }}-secret'");
    check_writes(&named, &[("s.yaml", secret)], shown);
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web, namespace: default}\nspec:\n  target:\n    name: web-secret\n    template: {data: {PGHOST: '{{ .x }}'}}\n";
    check_writes(values, &[("s.yaml", external)], shown);
    let listed = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web-secret, namespace: default}\nspec: {data: [{secretKey: PGHOST, remoteRef: {key: x}}]}\n";
    check_writes(values, &[("s.yaml", listed)], shown);
    let generated = "namespace: default\nsecretGenerator: [{name: web-secret, envs: [s.env]}]\n";
    let files = [("kustomization.yaml", generated), ("s.env", "PGHOST=x\n")];
    check_writes(values, &files, shown);
}
