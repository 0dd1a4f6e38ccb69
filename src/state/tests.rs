//! The states of small repositories: one sign each, and what must not be taken for one.

mod forms;

use std::collections::BTreeMap;

use super::{Credential, CredentialRole, Lives, State, Store, states};
use crate::flux::{ObjectName, discover};
use crate::policy::builtin;
use crate::tree::{MemoryTree, RepoPath};

const SOURCE: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: app-template, namespace: shop}
spec: {url: oci://registry.example/app-template, ref: {tag: 4.3.0}}
";

/// Wraps values into a release of the common library.
fn release(name: &str, values: &str) -> String {
    let values = indented(values, 4);
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  chartRef: {{kind: OCIRepository, name: app-template}}\n  values:\n{values}"
    )
}

fn indented(text: &str, by: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| " ".repeat(by) + line).collect();
    lines.join("\n") + "\n"
}

/// Returns a release of one application: what stands in its container beside the image, and what
/// stands beside its controllers.
fn app_with(container: &str, beside: &str) -> String {
    let container = indented(container, 8);
    release(
        "app",
        &format!(
            "controllers:\n  app:\n    containers:\n      app:\n        image: {{repository: registry.example/shop/app, tag: 1.0.0}}\n{container}{beside}"
        ),
    )
}

fn app(env: &str) -> String {
    app_with(&format!("env:\n{}", indented(env, 2)), "")
}

fn database(name: &str) -> String {
    release(
        name,
        "\
controllers:
  main:
    type: statefulset
    containers:
      app:
        image: {repository: docker.io/library/postgres, tag: \"17.5\"}
        env:
          POSTGRES_DB: shop
          POSTGRES_USER: {valueFrom: {secretKeyRef: {name: db-secret, key: USER}}}
service:
  main: {controller: main, ports: {sql: {port: 5432}}}
persistence:
  data: {existingClaim: db-data, globalMounts: [{path: /var/lib/postgresql/data}]}",
    )
}

fn read(files: &[(&str, &str)]) -> BTreeMap<ObjectName, State> {
    let all: Vec<_> = files.iter().copied().chain([("source.yaml", SOURCE)]).collect();
    read_all(&all)
}

fn read_all(files: &[(&str, &str)]) -> BTreeMap<ObjectName, State> {
    let tree = MemoryTree::of(files.iter().copied()).unwrap();
    let (policies, broken) = builtin();
    assert_eq!(broken, []);
    let keep = |_: &RepoPath| true;
    let inventory = discover(&tree, &policies, &keep).unwrap();
    states(&tree, &inventory, &policies, &keep, None).unwrap()
}

fn of<'s>(states: &'s BTreeMap<ObjectName, State>, name: &str) -> &'s State {
    &states[&ObjectName::new(Some("shop"), name)]
}

fn only(state: &State) -> &Store {
    assert_eq!(state.stores.len(), 1, "{:#?}", state.stores);
    &state.stores[0]
}

fn part(store: &Store, role: CredentialRole) -> &Credential {
    store.credentials.iter().find(|credential| credential.role == role).unwrap()
}

const CLUSTER: &str = "\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: pg, namespace: data}
spec:
  imageName: ghcr.io/cloudnative-pg/postgresql:17.5@sha256:0000000000000000000000000000000000000000000000000000000000000000
  bootstrap: {initdb: {database: app, owner: app}}
  storage: {size: 10Gi, storageClass: fast}
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: {name: pg-nightly, namespace: data}
spec: {schedule: '0 0 3 * * *', cluster: {name: pg}}
";

/// Says what a store is: its engine, where it lives, by which sign.
fn said(store: &Store) -> String {
    let lives = match &store.lives {
        Lives::Neighbour { release } => format!("in {release}"),
        Lives::Cnpg { cluster } => format!("in the cluster {cluster}"),
        Lives::External { host } => format!("at {host}"),
        Lives::OwnVolume { volume, path, .. } => {
            format!("on {volume} {}", path.as_deref().unwrap_or("-"))
        }
        Lives::OwnController { controller } => format!("in its {controller}"),
        Lives::Subchart { key } => format!("with {key}"),
        other => format!("{other:?}").to_lowercase(),
    };
    format!("{} {lives} by {}", store.engine, store.how.as_str())
}

/// Compares what is said of the stores of `shop/app` beside a neighbour and a cluster.
#[track_caller]
fn check(app: &str, expected: &[&str]) {
    let db = database("db");
    let states = read(&[("app.yaml", app), ("db.yaml", &db), ("pg.yaml", CLUSTER)]);
    let state = of(&states, "app");
    assert_eq!(state.stores.iter().map(said).collect::<Vec<_>>(), expected, "{app}");
    for store in &state.stores {
        assert_eq!(store.evidence[0].position.file.as_str(), "app.yaml", "{app}");
        // What is not told is said.
        assert_eq!(state.unknown.is_empty(), store.lives != Lives::Unknown, "{app}");
    }
}

#[test]
fn each_sign_leads_to_where_the_data_lives() {
    for (env, expected) in [
        ("DB_HOST: db\nDB_NAME: shop", "postgresql in shop/db by host"),
        ("DB_HOST: db.shop.svc.cluster.local\nDB_PORT: 5432", "postgresql in shop/db by host"),
        ("DATABASE_URL: postgres://u@db:5432/shop", "postgresql in shop/db by host"),
        ("SHOP_DATABASE_SOURCE: postgres://u@db:5432/shop", "postgresql in shop/db by host"),
        ("PGHOST: db", "postgresql in shop/db by host"),
        ("SHOP__POSTGRES__HOST: db\nSHOP__POSTGRES__MAINDB: shop", "postgresql in shop/db by host"),
        (
            "DB_URL: postgres://$(DB_USER)@$(DB_HOST)/shop\nDB_USER: u\nDB_HOST: db",
            "postgresql in shop/db by host",
        ),
        (
            "DB_USER: {valueFrom: {secretKeyRef: {name: db-secret, key: USER}}}\nDB_PASS: {valueFrom: {secretKeyRef: {name: db-secret, key: PASS}}}",
            "postgresql in shop/db by shared Secret",
        ),
        (
            "DB_HOST: pg-rw.data.svc\nDB_TYPE: postgres",
            "cloudnative-pg in the cluster data/pg by host",
        ),
        ("POSTGRES_HOST: pg-rw.data", "cloudnative-pg in the cluster data/pg by host"),
        (
            "DB_HOST: sql.example.org\nDB_TYPE: mysql\nDB_NAME: x",
            "mysql at sql.example.org by host",
        ),
        (
            "SQL_SERVER_NAME: sql.example.org\nSQL_DATABASE_NAME: x",
            "any at sql.example.org by host",
        ),
        ("DB_HOST: 192.0.2.7\nDB_PORT: 5432\nDB_NAME: x", "postgresql at 192.0.2.7 by host"),
        ("REDIS_URL: redis://cache.example.org:6379/0", "redis at cache.example.org by host"),
        ("DB_HOST: elsewhere\nDB_TYPE: postgres\nDB_NAME: x", "postgresql unknown by host"),
    ] {
        check(&app(env), &[expected]);
    }
}

#[test]
fn files_of_databases_are_found_by_their_paths() {
    let volumes = "\
persistence:
  cache: {type: emptyDir, globalMounts: [{path: /cache}]}
  data: {existingClaim: app-data, globalMounts: [{path: /data}]}
  state: {existingClaim: app-state}
";
    for (container, expected) in [
        ("env: {DB_TYPE: sqlite, DB_PATH: /data/shop.db}", "sqlite on data /data/shop.db by file"),
        (
            "env: {SHOP_CACHE_FILE: /data/a.db, SHOP_AUTH_FILE: /data/b.db}",
            "sqlite on data /data/a.db by file",
        ),
        (
            "command: [sh, -c, 'test -s /state/x.sqlite3 || setup']",
            "sqlite on state /state/x.sqlite3 by file",
        ),
        ("args:\n  - |\n    path = \"/data/shop.db3\"", "sqlite on data /data/shop.db3 by file"),
    ] {
        check(&app_with(container, volumes), &[expected]);
    }
    for container in [
        "env: {SHOP_CACHE_FILE: /cache/a.db}",
        "env: {GEO_FILE: /usr/share/geo.db}",
        "env: {PAGE: 'https://example.org/data/a.db'}",
        "args:\n  - |\n    # /data/old.db\n    serve",
    ] {
        check(&app_with(container, volumes), &[]);
    }
}

#[test]
fn what_only_sounds_like_a_database_is_none() {
    for env in [
        "APP_NAME: shop",
        "DB_POOL_SIZE: 10",
        "REDIS_ENABLED: \"false\"",
        "REDIS_HOST: \"\"",
        "DATABASE_URL: https://page.example.org",
        "SMTP_HOST: mail.example.org\nSMTP_PORT: 587",
        "MQTT_HOST: broker",
        "GEODB_PATH: /usr/share/geo",
        "POSTGRES_PORT: 5432",
    ] {
        let states = read(&[("app.yaml", &app(env))]);
        assert_eq!(of(&states, "app").stores, [], "{env}");
    }
}

#[test]
fn an_embedded_database_stands_on_its_volume() {
    let text = app_with(
        "env: {DB_TYPE: sqlite, DB_PATH: /data/state/app.db}",
        "\
persistence:
  cache: {type: emptyDir}
  data: {existingClaim: app-data, globalMounts: [{path: /data}]}
  logs: {existingClaim: app-logs, globalMounts: [{path: /logs}]}",
    );
    let claim = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: app-data, namespace: shop}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 3Gi}}}
---
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: app-nightly, namespace: shop}
spec: {sourcePVC: app-data, trigger: {schedule: 0 4 * * *}}
";
    let states = read(&[("app.yaml", &text), ("claim.yaml", claim)]);
    let state = of(&states, "app");
    let store = only(state);
    let claim = Some(ObjectName::new(Some("shop"), "app-data"));
    let path = Some("/data/state/app.db".to_owned());
    assert_eq!(store.lives, Lives::OwnVolume { volume: "data".into(), claim, path });
    let names: Vec<&str> = state.volumes.iter().map(|volume| volume.name.as_str()).collect();
    assert_eq!(names, ["data", "logs"]);
    let data = &state.volumes[0];
    assert_eq!((data.size.as_deref(), data.storage_class.as_deref()), (Some("3Gi"), Some("fast")));
    assert_eq!(data.backed_up_by[0].schedule.as_deref(), Some("0 4 * * *"));
    assert!(state.volumes[1].backed_up_by.is_empty());
}

#[test]
fn keys_of_secrets_are_named_and_values_never_are() {
    let text = app_with("envFrom: [{secretRef: {name: app-secret}}]", "");
    let secret = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: app, namespace: shop}
spec:
  target:
    name: app-secret
    template:
      data:
        DATABASE_URL: postgres://{{ .user }}:{{ .word }}@db.shop.svc/shop
        DB_PASSWORD: hunter2
        APP_ENCRYPTION_KEY: '{{ .key }}'
        AWS_SECRET_KEY: '{{ .aws }}'
";
    let states =
        read(&[("app.yaml", &text), ("secret.yaml", secret), ("db.yaml", &database("db"))]);
    let state = of(&states, "app");
    let store = only(state);
    assert_eq!(store.lives, Lives::Neighbour { release: ObjectName::new(Some("shop"), "db") });
    let url = part(store, CredentialRole::Url);
    assert_eq!((url.key.as_deref(), url.literal.as_deref()), (Some("DATABASE_URL"), None));
    assert_eq!(part(store, CredentialRole::Database).literal.as_deref(), Some("shop"));
    let kept: Vec<&str> = state.keeps.iter().map(|kept| kept.name.as_str()).collect();
    assert_eq!(kept, ["APP_ENCRYPTION_KEY"]);
    assert!(!format!("{states:?}").contains("hunter2"));
}

#[test]
fn a_secret_that_nothing_defines_is_said_to_be_unknown() {
    let text = app_with("envFrom: [{secretRef: {name: made-by-hand}}]", "");
    let states = read(&[("app.yaml", &text)]);
    let state = of(&states, "app");
    assert_eq!(state.stores, []);
    assert_eq!(state.unknown[0].code, "keys-not-named");
    assert!(state.unknown[0].message.contains("app.yaml:"));
}

#[test]
fn controllers_and_subcharts_are_the_release_s_own() {
    let two = app_with(
        "env: {REDIS_HOST: app-cache}",
        "
  cache:
    containers:
      app: {image: {repository: docker.io/valkey/valkey, tag: 8.1.3}}
service:
  app: {controller: app, ports: {http: {port: 80}}}
  cache: {controller: cache, ports: {redis: {port: 6379}}}",
    );
    let chart = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: wiki, namespace: shop}
spec:
  chart: {spec: {chart: wiki, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}
  values:
    image: {repository: registry.example/wiki, tag: 1.0.0}
    postgresql: {enabled: true, auth: {username: wiki, database: wiki, existingSecret: wiki-db}}
    redis: {enabled: false}
";
    let states = read(&[("app.yaml", &two), ("wiki.yaml", chart)]);
    let own = only(of(&states, "app"));
    assert_eq!(own.lives, Lives::OwnController { controller: "cache".into() });
    let pods = own.workload.as_ref().unwrap();
    assert_eq!(pods.name.as_deref(), Some("app-cache"));
    assert_eq!(pods.selector[1], ("app.kubernetes.io/controller".into(), "cache".into()));
    let names = of(&states, "app").workloads.iter().map(|w| w.name.clone().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["app"]);
    let subchart = only(of(&states, "wiki"));
    assert_eq!(subchart.lives, Lives::Subchart { key: "postgresql".into() });
    assert_eq!(part(subchart, CredentialRole::Password).key.as_deref(), Some("password"));
}

#[test]
fn who_shares_a_database_is_told_from_who_shares_a_server() {
    let user = |name: &str, database: &str| {
        app(&format!("DB_HOST: pg-rw.data.svc\nDB_TYPE: postgres\nDB_NAME: {database}"))
            .replace("{name: app,", &format!("{{name: {name},"))
    };
    let (one, two, three) = (user("one", "shop"), user("two", "shop"), user("three", "wiki"));
    let states =
        read(&[("1.yaml", &one), ("2.yaml", &two), ("3.yaml", &three), ("pg.yaml", CLUSTER)]);
    let id = |name: &str| ObjectName::new(Some("shop"), name);
    let store = only(of(&states, "one"));
    assert_eq!(store.shared_with, [id("two")]);
    assert_eq!(store.beside, [id("three")]);
    assert_eq!(store.version.as_deref(), Some("17.5"));
    assert_eq!(store.volumes[0].backed_up_by[0].kind, "ScheduledBackup");
}

#[test]
fn names_follow_the_library_s_major() {
    let text = release(
        "app",
        "\
controllers:
  main: {containers: {app: {image: {repository: registry.example/shop/app, tag: 1.0.0}}}}
  jobs: {containers: {app: {image: {repository: registry.example/shop/app, tag: 1.0.0}}}}
persistence:
  data: {size: 1Gi}",
    );
    for (version, names, claims, label) in [
        ("4.3.0", ["app-main", "app-jobs"], ["app"], "app.kubernetes.io/controller"),
        ("3.7.3", ["app-main", "app-jobs"], ["app-data"], "app.kubernetes.io/component"),
        ("2.6.0", ["app", "app-jobs"], ["app-data"], "app.kubernetes.io/component"),
    ] {
        let source = SOURCE.replace("4.3.0", version);
        let states = read_all(&[("app.yaml", text.as_str()), ("source.yaml", &source)]);
        let state = of(&states, "app");
        let found: Vec<_> = state.workloads.iter().map(|w| w.name.clone().unwrap()).collect();
        assert_eq!(found, names, "{version}");
        assert_eq!(state.workloads[0].selector[1].0, label, "{version}");
        let found: Vec<_> =
            state.volumes.iter().map(|v| v.claim.as_ref().unwrap().name.clone()).collect();
        assert_eq!(found, claims, "{version}");
    }
}
