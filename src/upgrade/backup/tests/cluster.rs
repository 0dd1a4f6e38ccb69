//! Clusters of an operator, and the folders that their backups are put into.

use super::*;

#[test]
fn a_cluster_is_backed_up_where_it_is_applied() {
    let part = check(
        &files(&[]),
        cnpg(),
        &[Backup::Cnpg],
        "data/kustomization.yaml\n-resources: [cluster.yaml]\n+resources: [cluster.yaml, refit-web-2-0-#.yaml]\n\
         data/refit-web-2-0-#.yaml\n+---\n+# Made for image a/web: 1.0 → 2.0@sha256:abc.\n+apiVersion: postgresql.cnpg.io/v1\n+kind: Backup\n\
         +metadata:\n+  name: refit-web-2-0-#\n+  namespace: pg\n+  annotations:\n\
         +    # Deleting a Backup can delete its snapshot; so it stays when this file goes.\n\
         +    kustomize.toolkit.fluxcd.io/prune: disabled\n+spec:\n+  cluster:\n+    name: main\n+  method: plugin\n\
         +  pluginConfiguration:\n+    name: barman-cloud.cloudnative-pg.io\n",
    );
    let asks = part.gate.asks.unwrap();
    assert_eq!((asks.kind.as_str(), asks.name.namespace.as_deref()), ("Backup", Some("pg")));
    assert_eq!(part.keeps, ["postgresql in the Cluster pg/main"]);
}

#[test]
fn a_cluster_without_a_place_of_its_own_is_left_to_a_person() {
    let only = &[Backup::Cnpg];
    let bare = CLUSTER.replace("MORE", "");
    check_by_hand(&files(&[("data/cluster.yaml", &bare)]), cnpg(), only, "cnpg-no-method: ");
    let gone = files(&[("data/cluster.yaml", ""), ("data/kustomization.yaml", "resources: []")]);
    check_by_hand(&gone, cnpg(), only, "cnpg-unknown: ");
    let second = flux("second", "").replace("path: ./second", "path: ./data");
    check_by_hand(
        &files(&[("flux/second.yaml", &second)]),
        cnpg(),
        only,
        "no-place: data/cluster.yaml: there is no place for a new object beside it: 2 Kustomizations apply",
    );
    let prefixed = "namespace: pg\nnamePrefix: x-\nresources: [cluster.yaml]";
    let state = || {
        let cluster = ObjectName::new(Some("pg"), "x-main");
        State { stores: vec![store("postgresql", Lives::Cnpg { cluster })], ..State::default() }
    };
    check_by_hand(&files(&[("data/kustomization.yaml", prefixed)]), state(), only, "no-place: ");
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: pg\nresources: [cluster.yaml]";
    check_by_hand(&files(&[("data/kustomization.yaml", component)]), cnpg(), only, "no-place: ");
    let shared = "x: &x [cluster.yaml]\nnamespace: pg\nresources: *x";
    check_by_hand(&files(&[("data/kustomization.yaml", shared)]), cnpg(), only, "no-place: ");
    // Nothing is made where nobody asks, and another way is not worth a word.
    check_by_hand(&files(&[]), cnpg(), &[Backup::Manual, Backup::Cnpg], "");
    let unknown = chosen(
        &files(&[]),
        State { stores: cnpg().stores, volumes: Vec::new(), ..State::default() },
        &[],
    );
    assert_eq!((unknown.parts.len(), unknown.by_hand.len()), (0, 1));
}

#[test]
fn a_folder_without_a_kustomization_takes_the_file_alone() {
    let (alone, apps) = (flux("alone", ""), flux("apps", ""));
    let snapshot = "  backup: {volumeSnapshot: {snapshotOwnerReference: backup}}\n";
    let cluster = CLUSTER.replace("{name: main}", "{name: main, namespace: pg}");
    let tree = MemoryTree::of([
        ("flux/alone.yaml", alone.as_str()),
        ("flux/apps.yaml", &apps),
        ("apps/web.yaml", WEB),
        ("alone/cluster.yaml", &cluster.replace("MORE", snapshot)),
    ])
    .unwrap();
    let backups = chosen(&tree, cnpg(), &[Backup::Cnpg]);
    let [part] = backups.parts.as_slice() else { panic!("{backups:?}") };
    assert_eq!((part.edits.len(), part.files.len()), (0, 1));
    assert!(part.files[0].path.as_str().starts_with("alone/refit-web-2-0-"));
    assert!(part.files[0].text.contains("  method: volumeSnapshot\n"));
    assert!(part.removal.contains("take its snapshot along"));
}
