use std::num::NonZeroU32;

use super::*;
use crate::diagnostic::{Position, RuleRef};
use crate::flux::{Sign, discover};
use crate::policy::{self, Glob};
use crate::state::{Credential, CredentialRole, How, Lives, Store, Volume, VolumeKind};
use crate::tree::{MemoryTree, Overlay, RepoPath, Tree};
use crate::upgrade::{Change, render};
use crate::yaml::Stream;

const WEB: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: a}\nspec: {chart: {spec: {chart: x}}}\n";
const DB: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: db, namespace: a}\nspec:\n  \
                  chart: {spec: {chart: x}}\n  values: {image: {repository: docker.io/library/postgres, tag: \"17.2\"}}\n";
const CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: main}\nspec:\n  instances: 1\nMORE";
const SOURCE: &str = "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: web\n  namespace: a\nspec:\n  \
                      sourcePVC: web-data\n  trigger:\n    schedule: 0 3 * * * # at night\n";
const SCHEDULE: &str = "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 1 * * *\n  \
                        template: {storageLocation: off-site, snapshotMoveData: true, ttl: 24h0m0s}\n";

fn flux(name: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  \
         path: ./{name}\n  prune: true\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )
}

/// The files of a repository; `more` replaces some of them or adds others.
fn files(more: &[(&str, &str)]) -> MemoryTree {
    let cluster = CLUSTER.replace(
        "MORE",
        "  plugins:\n    - name: barman-cloud.cloudnative-pg.io\n      isWALArchiver: true\n",
    );
    let (apps, data) = (flux("apps", ""), flux("data", ""));
    let mut files = vec![
        ("flux/apps.yaml", apps.as_str()),
        ("flux/data.yaml", data.as_str()),
        ("apps/kustomization.yaml", "resources:\n  - ./web.yaml # the shop\n  - ./db.yaml\n"),
        ("apps/web.yaml", WEB),
        ("apps/db.yaml", DB),
        ("data/kustomization.yaml", "namespace: pg\nresources: [cluster.yaml]"),
        ("data/cluster.yaml", &cluster),
    ];
    files.retain(|(path, _)| !more.iter().any(|(other, _)| other == path));
    files.extend(more.iter().copied());
    MemoryTree::of(files).unwrap()
}

fn position() -> Position {
    Position { file: RepoPath::new("apps/web.yaml").unwrap(), line: 1, column: 1 }
}

fn store(engine: &str, lives: Lives) -> Store {
    Store {
        engine: engine.into(),
        policy: RuleRef { name: engine.into(), file: "builtin:x".into(), line: 1 },
        lives,
        how: How::Host,
        version: None,
        pin: None,
        evidence: vec![Sign { position: position(), shows: "a host".into() }],
        credentials: Vec::new(),
        setup: Vec::new(),
        only_reads: false,
        shared_with: Vec::new(),
        beside: Vec::new(),
        workload: None,
        volumes: Vec::new(),
    }
}

fn cnpg() -> State {
    let cluster = ObjectName::new(Some("pg"), "main");
    State { stores: vec![store("postgresql", Lives::Cnpg { cluster })], ..State::default() }
}

fn claim(name: &str) -> Volume {
    Volume {
        name: "data".into(),
        kind: VolumeKind::Claim,
        claim: Some(ObjectName::new(Some("a"), name)),
        existing: true,
        mounts: Vec::new(),
        controllers: Vec::new(),
        size: None,
        storage_class: None,
        modes: Vec::new(),
        backed_up_by: Vec::new(),
        position: position(),
        shared_with: Vec::new(),
    }
}

fn volume() -> State {
    State { volumes: vec![claim("web-data")], ..State::default() }
}

/// Chooses the backups of `a/web` from 1.0 to 2.0.
fn chosen(tree: &MemoryTree, state: State, preference: &[Backup]) -> Backups {
    let dumps = [Dumps { releases: vec![Glob::new("a/*")], claim: "dumps".into(), user: None }];
    chosen_with(tree, state, preference, &dumps)
}

fn chosen_with(
    tree: &MemoryTree,
    mut state: State,
    preference: &[Backup],
    dumps: &[Dumps],
) -> Backups {
    let inventory = discover(tree, &policy::builtin().0, &|_| true).unwrap();
    let web = inventory.releases.iter().find(|release| release.id.name == "web").unwrap();
    let server = inventory.pins.iter().find(|pin| pin.package.to_string().ends_with("postgres"));
    for store in &mut state.stores {
        store.pin = server.map(|pin| pin.id.clone());
    }
    let states = [(web.id.clone(), state)].into();
    let unit = Unit::Image(web.id.clone());
    let subject = Subject {
        unit: &unit,
        from: "1.0",
        to: "2.0@sha256:abc",
        releases: &[web],
        states: &states,
        inventory: &inventory,
    };
    let once = backups(&subject, preference, dumps);
    assert_eq!(once, backups(&subject, preference, dumps), "it depends on the moment");
    once
}

/// Makes the one part that there is, compares the lines that are new, file by file, and takes it
/// back; a digest in a name is written as `#`.
#[track_caller]
fn check(tree: &MemoryTree, state: State, preference: &[Backup], expected: &str) -> BackupPart {
    let backups = chosen(tree, state, preference);
    let [part] = backups.parts.as_slice() else { panic!("{backups:?}") };
    assert_eq!(backups.by_hand, []);
    let change = |edits| Change::of("x", "", edits);
    let edited = render(tree, &[], &[&change(part.edits.clone())]).unwrap();
    let mut patches = edited.patches.clone();
    patches.extend(lay(tree, &part.files).unwrap());
    let overlay = Overlay::new(tree, &patches);
    assert!(lay(&overlay, &part.files).is_err() || part.files.is_empty(), "it would be laid twice");
    let name = part.gate.asks.as_ref().map(|asks| asks.name.name.clone()).unwrap();
    let mut said = String::new();
    for (path, text) in &patches {
        let before = String::from_utf8(tree.read(path).unwrap().unwrap_or_default()).unwrap();
        let after = String::from_utf8(text.clone().unwrap()).unwrap();
        Stream::parse(after.clone()).unwrap();
        said.extend([path.as_str(), "\n"]);
        let diff = similar::TextDiff::from_lines(&before, &after);
        for change in diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal) {
            let tag = change.tag().to_string();
            said.extend([&tag, change.value().trim_end(), "\n"]);
        }
    }
    let digest = |text: &str| {
        let at = text.find("refit-web-2-0-").map(|at| at + "refit-web-2-0-".len());
        at.and_then(|at| text.get(at..at + 8)).map(str::to_owned)
    };
    let digest = digest(&said).unwrap_or_default();
    assert!(name == "web" || name == format!("refit-web-2-0-{digest}"), "{name}");
    let said = said.replace(&digest, "#");
    assert_eq!(said, expected);
    let back = render(&overlay, &[], &[&change(edited.inverse)]).unwrap();
    for (path, text) in &back.patches {
        assert_eq!(*text, tree.read(path).unwrap(), "{path}");
    }
    part.clone()
}

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

/// Compares what is said of the one thing that is left to a person, by its codes.
#[track_caller]
fn check_by_hand(tree: &MemoryTree, state: State, preference: &[Backup], expected: &str) {
    let backups = chosen(tree, state, preference);
    assert_eq!(backups.parts, []);
    let said: Vec<String> = backups
        .by_hand
        .iter()
        .map(|hand| {
            let whys = hand.why.iter().map(|why| format!("{}: {}", why.code, why.message));
            whys.collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(expected), "{said:?}");
    assert!(said[0].is_empty() == expected.is_empty(), "{said:?}");
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

fn credentials() -> Vec<Credential> {
    use CredentialRole::{Database, Host, Password, User};
    let secret =
        |key: &str| (Some(ObjectName::new(Some("a"), "web-db")), Some(key.to_owned()), None);
    let all = [
        (Host, (None, None, Some("db.a.svc.cluster.local".to_owned()))),
        (User, secret("DB_USER")),
        (Password, secret("DB_PASS")),
        (Database, (None, None, Some("on".to_owned()))),
    ];
    let made = all.into_iter().map(|(role, (secret, key, literal))| Credential {
        role,
        name: format!("{role:?}"),
        secret,
        key,
        literal,
        position: position(),
    });
    made.collect()
}

fn neighbour() -> State {
    let release = ObjectName::new(Some("a"), "db");
    let mut store = store("postgresql", Lives::Neighbour { release });
    store.credentials = credentials();
    State { stores: vec![store], ..State::default() }
}

#[test]
fn a_job_dumps_a_database_with_the_server_s_own_tools() {
    let part = check(
        &files(&[]),
        neighbour(),
        &[Backup::Cnpg, Backup::Job],
        "apps/kustomization.yaml\n+  - ./refit-web-2-0-#.yaml\n\
         apps/refit-web-2-0-#.yaml\n+---\n+# Made for image a/web: 1.0 → 2.0@sha256:abc. The dump goes to refit-web-2-0-#.dump on the claim dumps.\n\
         +apiVersion: batch/v1\n+kind: Job\n+metadata:\n+  name: refit-web-2-0-#\n+  namespace: a\n+  annotations:\n\
         +    kustomize.toolkit.fluxcd.io/substitute: disabled\n+spec:\n+  backoffLimit: 0\n+  template:\n+    spec:\n+      restartPolicy: Never\n\
         +      automountServiceAccountToken: false\n+      securityContext:\n+        runAsNonRoot: true\n+        runAsUser: 65534\n\
         +        runAsGroup: 65534\n+        fsGroup: 65534\n+        fsGroupChangePolicy: OnRootMismatch\n+        seccompProfile:\n\
         +          type: RuntimeDefault\n+      containers:\n+        - name: dump\n+          image: \"docker.io/library/postgres:17.2\"\n+          command:\n+            - sh\n\
         +            - -ec\n+            - |\n+              pg_dump --format=custom --file=\"$DUMP\"\n\
         +              pg_restore --list \"$DUMP\" > /dev/null\n+          env:\n+            - name: DUMP\n\
         +              value: /dumps/refit-web-2-0-#.dump\n+            - name: PGHOST\n+              value: db.a.svc.cluster.local\n\
         +            - name: PGUSER\n+              valueFrom:\n+                secretKeyRef:\n+                  name: web-db\n+                  key: DB_USER\n\
         +            - name: PGPASSWORD\n+              valueFrom:\n+                secretKeyRef:\n+                  name: web-db\n+                  key: DB_PASS\n\
         +            - name: PGDATABASE\n+              value: \"on\"\n+          securityContext:\n+            allowPrivilegeEscalation: false\n\
         +            readOnlyRootFilesystem: true\n+            capabilities:\n+              drop:\n+                - ALL\n\
         +          resources:\n+            requests:\n+              cpu: 50m\n+              memory: 128Mi\n+            limits:\n\
         +              memory: 1Gi\n+          volumeMounts:\n+            - name: dumps\n+              mountPath: /dumps\n\
         +            - name: tmp\n+              mountPath: /tmp\n+      volumes:\n+        - name: dumps\n\
         +          persistentVolumeClaim:\n+            claimName: dumps\n+        - name: tmp\n+          emptyDir:\n+            sizeLimit: 64Mi\n",
    );
    assert!(!part.files[0].text.contains("${") && !part.files[0].text.contains("ttlSeconds"));
    let only = &[Backup::Job];
    let mut state = neighbour();
    state.stores[0].credentials.remove(2);
    check_by_hand(&files(&[]), state, only, "job-no-credentials: the password for postgresql");
    let mut state = neighbour();
    state.stores[0].credentials[1].secret = Some(ObjectName::new(Some("b"), "web-db"));
    check_by_hand(&files(&[]), state, only, "job-no-credentials: the user");
    let mut state = neighbour();
    state.stores[0].credentials[0].literal = Some("${DB_HOST}".into());
    check_by_hand(&files(&[]), state, only, "job-no-credentials: the host");
    let mut state = neighbour();
    state.stores[0].engine = "cockroachdb".into();
    check_by_hand(&files(&[]), state, only, "job-unknown-engine: ");
    let unnamed = DB.replace("docker.io/library/postgres", "acme/db");
    check_by_hand(&files(&[("apps/db.yaml", &unnamed)]), neighbour(), only, "job-no-image: ");
    let nowhere = chosen_with(&files(&[]), neighbour(), only, &[]);
    assert_eq!(nowhere.by_hand[0].why[0].code, "job-no-destination");
}

#[test]
fn every_engine_is_dumped_by_its_own_tool() {
    let one = NonZeroU32::new(1000);
    let dumps = [Dumps { releases: Vec::new(), claim: "dumps".into(), user: one }];
    for (engine, telling, ending) in [
        ("timescaledb", "pg_dump --format=custom", ".dump"),
        ("mysql", "value: \"3306\"", ".sql"),
        ("mongodb", "--config=/tmp/sign-in.yaml", ".archive.gz"),
        ("redis", "--rdb \"$DUMP\"", ".rdb"),
    ] {
        let mut state = neighbour();
        state.stores[0].engine = engine.into();
        state.stores[0].volumes = vec![claim("db-data")];
        let made = chosen_with(&files(&[]), state.clone(), &[Backup::Job], &dumps);
        let text = &made.parts[0].files[0].text;
        assert!(text.contains(telling) && text.contains("runAsUser: 1000"), "{text}");
        assert!(text.contains(&format!("{ending} on the claim")), "{text}");
        // A password is a variable of its own and never an argument.
        let script = text.split("env:").next().unwrap();
        assert!(!script.contains("--password=") && !text.contains("${"), "{text}");
        Stream::parse(text.clone()).unwrap();
        state.stores[0].volumes.clear();
        let without = chosen_with(&files(&[]), state, &[Backup::Job], &dumps);
        assert_eq!(without.parts.is_empty(), engine == "redis", "{without:?}");
    }
}

#[test]
fn everything_is_kept_by_the_first_way_that_is_possible() {
    let mut state = neighbour();
    state.volumes = vec![claim("web-data"), claim("other")];
    let list = "resources:\n  - web.yaml\n  - db.yaml\n  - source.yaml\n";
    let velero = flux("velero", "");
    let tree = files(&[
        ("apps/source.yaml", SOURCE),
        ("apps/kustomization.yaml", list),
        ("flux/velero.yaml", &velero),
        ("velero/schedule.yaml", SCHEDULE),
    ]);
    let all = [Backup::Cnpg, Backup::Volsync, Backup::Velero, Backup::Job, Backup::Manual];
    let backups = chosen(&tree, state.clone(), &all);
    let ways: Vec<_> = backups.parts.iter().map(|part| (part.way, part.keeps.len())).collect();
    assert_eq!(ways, [(Backup::Job, 1), (Backup::Volsync, 1), (Backup::Velero, 1)]);
    assert_eq!(backups.by_hand, []);
    // One backup of the namespace keeps both claims, and a file on a volume is kept with it.
    let file = Lives::OwnVolume { volume: "data".into(), claim: None, path: None };
    state.stores.push(store("sqlite", file));
    let backups = chosen(&tree, state, &[Backup::Velero]);
    let ways: Vec<_> = backups.parts.iter().map(|part| (part.way, part.keeps.len())).collect();
    assert_eq!(ways, [(Backup::Velero, 2)]);
    assert_eq!(backups.by_hand[0].why[0].code, "keeps-running");
}

#[test]
fn another_plan_gets_another_name() {
    let inventory = discover(&files(&[]), &policy::builtin().0, &|_| true).unwrap();
    let states = BTreeMap::new();
    let name = |unit: &str, from: &str, to: &str, object: &str| {
        let unit = Unit::Image(ObjectName::new(Some("a"), unit));
        let (states, inventory) = (&states, &inventory);
        let subject = Subject { unit: &unit, from, to, releases: &[], states, inventory };
        super::name::unique(&subject, object)
    };
    let base = name("web", "1", "2", "x");
    for other in [
        name("shop", "1", "2", "x"),
        name("web", "0", "2", "x"),
        name("web", "1", "3", "x"),
        name("web", "1", "2", "y"),
    ] {
        assert_ne!(base, other);
    }
    let long = name(&"Long_Name.".repeat(20), "1", "v2.0.0-RC.1+build", "x");
    assert!(long.len() <= 50, "{long}");
    for name in [base, long] {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(name.bytes().all(fits) && !name.contains("--refit"), "{name}");
    }
}
