//! The states of small repositories: one sign each, and what must not be taken for one.

use super::{Credential, CredentialRole, How, Lives, State, Store, states};
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

fn app(env: &str) -> String {
    let env = indented(env, 10);
    release(
        "app",
        &format!(
            "controllers:\n  app:\n    containers:\n      app:\n        image: {{repository: registry.example/shop/app, tag: 1.0.0}}\n        env:\n{env}"
        ),
    )
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

fn read(files: &[(&str, &str)]) -> std::collections::BTreeMap<ObjectName, State> {
    let all = files.iter().copied().chain([("source.yaml", SOURCE)]);
    let tree = MemoryTree::of(all).unwrap();
    let (policies, broken) = builtin();
    assert_eq!(broken, []);
    let keep = |_: &RepoPath| true;
    let inventory = discover(&tree, &policies, &keep).unwrap();
    states(&tree, &inventory, &policies, &keep, None).unwrap()
}

fn of<'s>(states: &'s std::collections::BTreeMap<ObjectName, State>, name: &str) -> &'s State {
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

#[test]
fn each_sign_leads_to_where_the_data_lives() {
    let neighbour = Lives::Neighbour { release: ObjectName::new(Some("shop"), "db") };
    let cnpg = Lives::Cnpg { cluster: ObjectName::new(Some("data"), "pg") };
    let external = |host: &str| Lives::External { host: host.to_owned() };
    let cases: &[(&str, &str, Lives, How)] = &[
        ("DB_HOST: db\nDB_NAME: shop", "postgresql", neighbour.clone(), How::Host),
        (
            "DB_HOST: db.shop.svc.cluster.local\nDB_PORT: 5432",
            "postgresql",
            neighbour.clone(),
            How::Host,
        ),
        ("DATABASE_URL: postgres://u@db:5432/shop", "postgresql", neighbour.clone(), How::Host),
        ("PGHOST: db", "postgresql", neighbour.clone(), How::Host),
        (
            "SHOP__POSTGRES__HOST: db\nSHOP__POSTGRES__MAINDB: shop",
            "postgresql",
            neighbour.clone(),
            How::Host,
        ),
        (
            "DB_URL: postgres://$(DB_USER)@$(DB_HOST)/shop\nDB_USER: u\nDB_HOST: db",
            "postgresql",
            neighbour.clone(),
            How::Host,
        ),
        (
            "DB_USER: {valueFrom: {secretKeyRef: {name: db-secret, key: USER}}}\nDB_PASS: {valueFrom: {secretKeyRef: {name: db-secret, key: PASS}}}",
            "postgresql",
            neighbour,
            How::SharedSecret,
        ),
        ("DB_HOST: pg-rw.data.svc\nDB_TYPE: postgres", "cloudnative-pg", cnpg.clone(), How::Host),
        ("POSTGRES_HOST: pg-rw.data", "cloudnative-pg", cnpg, How::Host),
        (
            "DB_HOST: sql.example.org\nDB_TYPE: mysql\nDB_NAME: x",
            "mysql",
            external("sql.example.org"),
            How::Host,
        ),
        (
            "DB_HOST: 192.0.2.7\nDB_PORT: 5432\nDB_NAME: x",
            "postgresql",
            external("192.0.2.7"),
            How::Host,
        ),
        (
            "REDIS_URL: redis://cache.example.org:6379/0",
            "redis",
            external("cache.example.org"),
            How::Host,
        ),
        (
            "DB_HOST: elsewhere\nDB_TYPE: postgres\nDB_NAME: x",
            "postgresql",
            Lives::Unknown,
            How::Host,
        ),
    ];
    let db = database("db");
    for (env, engine, lives, how) in cases {
        let app = app(env);
        let states = read(&[("app.yaml", &app), ("db.yaml", &db), ("pg.yaml", CLUSTER)]);
        let store = only(of(&states, "app"));
        assert_eq!(
            (store.engine.as_str(), &store.lives, store.how),
            (*engine, lives, *how),
            "{env}"
        );
        assert_eq!(store.evidence[0].position.file.as_str(), "app.yaml", "{env}");
        assert_eq!(of(&states, "app").unknown.is_empty(), *lives != Lives::Unknown, "{env}");
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
    let text = release(
        "app",
        "\
controllers:
  app:
    containers:
      app:
        image: {repository: registry.example/shop/app, tag: 1.0.0}
        env: {DB_TYPE: sqlite, DB_PATH: /data/state/app.db}
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
    let text = release(
        "app",
        "\
controllers:
  app:
    containers:
      app:
        image: {repository: registry.example/shop/app, tag: 1.0.0}
        envFrom: [{secretRef: {name: app-secret}}]",
    );
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
    let text = release(
        "app",
        "\
controllers:
  app:
    containers:
      app:
        image: {repository: registry.example/shop/app, tag: 1.0.0}
        envFrom: [{secretRef: {name: made-by-hand}}]",
    );
    let states = read(&[("app.yaml", &text)]);
    let state = of(&states, "app");
    assert_eq!(state.stores, []);
    assert_eq!(state.unknown[0].code, "keys-not-named");
    assert!(state.unknown[0].message.contains("app.yaml:"));
}

#[test]
fn controllers_and_subcharts_are_the_release_s_own() {
    let two = release(
        "app",
        "\
controllers:
  app:
    containers:
      app:
        image: {repository: registry.example/shop/app, tag: 1.0.0}
        env: {REDIS_HOST: app-cache}
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
        let tree = MemoryTree::of([("app.yaml", text.as_str()), ("source.yaml", &source)]).unwrap();
        let (policies, _) = builtin();
        let keep = |_: &RepoPath| true;
        let inventory = discover(&tree, &policies, &keep).unwrap();
        let states = states(&tree, &inventory, &policies, &keep, None).unwrap();
        let state = of(&states, "app");
        let found: Vec<_> = state.workloads.iter().map(|w| w.name.clone().unwrap()).collect();
        assert_eq!(found, names, "{version}");
        assert_eq!(state.workloads[0].selector[1].0, label, "{version}");
        let found: Vec<_> =
            state.volumes.iter().map(|v| v.claim.as_ref().unwrap().name.clone()).collect();
        assert_eq!(found, claims, "{version}");
    }
}
