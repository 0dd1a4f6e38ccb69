//! Volumes: by a source of their own or a shared one, and by namespace.

use super::*;

#[test]
fn a_source_of_its_own_is_triggered_once() {
    let with = |source: &str| {
        let list = "resources:\n  - web.yaml\n  - source.yaml\n";
        files(&[("apps/source.yaml", source), ("apps/kustomization.yaml", list)])
    };
    let part = check(
        &with(SOURCE),
        volume(),
        &[Backup::Cnpg, Backup::Volsync],
        "apps/source.yaml\n+    manual: refit-web-2-0-#\n",
    );
    assert!(part.removal.contains("the schedule `0 3 * * *` counts again"), "{}", part.removal);
    check(
        &with(&SOURCE.replace("schedule: 0 3 * * * # at night", "manual: first")),
        volume(),
        &[Backup::Volsync],
        "apps/source.yaml\n-    manual: first\n+    manual: refit-web-2-0-#\n",
    );
    let only = &[Backup::Volsync];
    check_by_hand(&files(&[]), volume(), only, "volsync-unknown: ");
    check_by_hand(&with(&SOURCE.replace("web-data", "other")), volume(), only, "volsync-unknown: ");
    check_by_hand(
        &with(&format!("{SOURCE}  paused: true\n")),
        volume(),
        only,
        "volsync-not-usable: ",
    );
    let mut shared = volume();
    shared.volumes[0].shared_with = vec![ObjectName::new(Some("a"), "db")];
    check_by_hand(&with(SOURCE), shared, only, "claim-shared: a/db writes");
    check_by_hand(&with(SOURCE), cnpg(), only, "keeps-running: ");
}

#[test]
fn a_shared_source_is_triggered_for_one_application_alone() {
    let component =
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [source.yaml]";
    let source = SOURCE.replace("name: web\n  namespace: a", "name: \"${APP}\"");
    let source = source.replace("web-data", "${APP}-data");
    let app = |name: &str| {
        let more = format!("  targetNamespace: a\n  postBuild: {{substitute: {{APP: {name}}}}}\n");
        flux(name, &more)
    };
    let (web, shop) = (app("web"), app("shop"));
    let other = WEB.replace("name: web", "name: shop");
    let kustomization = "resources:\n  - app.yaml\ncomponents:\n  - ../volsync\n";
    let tree = |kustomization: &str, web: &str| {
        MemoryTree::of([
            ("flux/web.yaml", web),
            ("flux/shop.yaml", &shop),
            ("web/app.yaml", WEB),
            ("web/kustomization.yaml", kustomization),
            ("shop/app.yaml", &other),
            ("shop/kustomization.yaml", "resources: [app.yaml]\ncomponents: [../volsync]\n"),
            ("volsync/source.yaml", &source),
            ("volsync/kustomization.yaml", component),
        ])
        .unwrap()
    };
    let only = &[Backup::Volsync];
    let patch = "+  - target:\n+      group: volsync.backube\n+      kind: ReplicationSource\n+    patch: |\n\
                 +      apiVersion: volsync.backube/v1alpha1\n+      kind: ReplicationSource\n+      metadata:\n+        name: any\n\
                 +      spec:\n+        trigger:\n+          manual: refit-web-2-0-#\n";
    let part = check(
        &tree(kustomization, &web),
        volume(),
        only,
        &format!("web/kustomization.yaml\n+patches:\n{patch}"),
    );
    assert_eq!(part.gate.asks.unwrap().name.to_string(), "a/web");
    let patched = format!("{kustomization}patches:\n  - path: x.yaml\n");
    check(&tree(&patched, &web), volume(), only, &format!("web/kustomization.yaml\n{patch}"));

    // What a second Kustomization builds as well is not this application's alone.
    let second =
        web.replace("{name: web, n", "{name: second, n").replace("APP: web", "APP: second");
    let twice = format!("{web}---\n{second}");
    check_by_hand(&tree(kustomization, &twice), volume(), only, "volsync-not-usable: ");
}

#[test]
fn velero_backs_the_namespace_up_from_its_own() {
    let velero = flux("velero", "");
    let more = [("flux/velero.yaml", velero.as_str()), ("velero/schedule.yaml", SCHEDULE)];
    let part = check(
        &files(&more),
        volume(),
        &[Backup::Volsync, Backup::Velero],
        "velero/refit-web-2-0-#.yaml\n+---\n+# Made for image a/web: 1.0 → 2.0@sha256:abc.\n+apiVersion: velero.io/v1\n+kind: Backup\n\
         +metadata:\n+  name: refit-web-2-0-#\n+  namespace: velero\n+  annotations:\n+    # Velero deletes it when its time is over; so it stays when this file goes.\n\
         +    kustomize.toolkit.fluxcd.io/prune: disabled\n+spec:\n+  includedNamespaces:\n+    - a\n+  storageLocation: off-site\n+  snapshotMoveData: true\n",
    );
    let codes: Vec<_> = part.why.iter().map(|why| why.code.as_str()).collect();
    assert_eq!(codes, ["backup-velero", "volsync-unknown"]);
    check_by_hand(&files(&[]), volume(), &[Backup::Velero], "velero-unknown: ");
    let mut nfs = volume();
    nfs.volumes[0].kind = VolumeKind::Nfs;
    check_by_hand(&files(&more), nfs, &[Backup::Volsync, Backup::Velero], "");
}
