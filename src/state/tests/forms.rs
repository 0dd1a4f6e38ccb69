//! The many forms in which releases are told their datastores, as they stand in repositories.

use super::*;

#[test]
fn what_runs_in_the_pod_itself_is_told_from_what_is_elsewhere() {
    let two = |env: &str, kind: &str, beside: &str| {
        release(
            "app",
            &format!(
                "controllers:\n  app:\n    {kind}:\n      store:\n        image: {{repository: docker.io/library/mariadb, tag: 11.4.2}}\n        restartPolicy: Always\n    containers:\n      app:\n        image: {{repository: registry.example/shop/app, tag: 1.0.0}}\n        env: {env}\n{beside}"
            ),
        )
    };
    let env = "{DB_HOST: 127.0.0.1, DB_USER: u, DB_NAME: x}";
    let url = "{DATABASE_URL: 'jdbc:mariadb://localhost:3306/x'}";
    let ours = "mariadb in its app by image";
    check(&two(env, "initContainers", ""), &[ours]);
    check(&two(url, "initContainers", ""), &[ours]);
    check(&app("REDIS_HOST: localhost\nREDIS_PORT: 6379"), &["redis unknown by host"]);
    let page = app("OTHER_ENDPOINT: http://store.shop.svc:8080/api");
    let service = "service:\n  app: {controller: app, ports: {http: {port: 8080}}}\n";
    let store = two("{}", "initContainers", service).replace("{name: app,", "{name: store,");
    let states = read(&[("app.yaml", &page), ("store.yaml", &store)]);
    assert_eq!(of(&states, "app").stores, []);
}

#[test]
fn what_a_release_is_told_is_found_in_every_spelling() {
    let volume = "persistence:\n  data: {existingClaim: app-data, globalMounts: [{path: /data}]}\n";
    for (env, expected) in [
        ("{SHOP_BACKEND: sqlite}", "sqlite on data - by file"),
        ("{DB_CLIENT: sqlite3, DB_FILE: /data/a.db}", "sqlite on data /data/a.db by file"),
        ("{DB_CLIENT: sqlite3, AUTH_FILE: /data/a.db}", "sqlite on data /data/a.db by file"),
        ("{DB_ENGINE: sqlite, POSTGRES_SERVER: db0, POSTGRES_DB: x}", "sqlite on data - by file"),
        (
            "{SHOP_STORE: {valueFrom: {secretKeyRef: {name: made-by-hand, key: POSTGRES_URL}}}}",
            "postgresql unknown by key of a Secret",
        ),
    ] {
        check(&app_with(&format!("env: {env}"), volume), &[expected]);
    }
    let glued = "{SHOP_DBHOST: pg-rw.data.svc, SHOP_DBNAME: shop, SHOP_DBUSER: u}";
    let states =
        read(&[("app.yaml", &app_with(&format!("env: {glued}"), "")), ("pg.yaml", CLUSTER)]);
    let name = part(only(of(&states, "app")), CredentialRole::Database).literal.as_deref();
    assert_eq!(name, Some("shop"));
    let section = release(
        "app",
        "config:\n  database: {DB_TYPE: postgres, HOST: pg-rw.data:5432, NAME: x}\n  mailer: {HOST: db}",
    );
    check(&section, &["cloudnative-pg in the cluster data/pg by host"]);
    let password = "SHOP_DB_PASS: {valueFrom: {secretKeyRef: {name: db-secret, key: PASS}}}";
    check(&app(password), &["postgresql in shop/db by shared Secret"]);
    let dashboard = release("app", "dashboards:\n  main:\n    postgresql: {datasource: Main}");
    check(&dashboard, &[]);
}

#[test]
fn a_secret_s_value_among_the_values_is_a_setting() {
    let from = "  valuesFrom:\n    - {kind: Secret, name: shop-db, valuesKey: HOST, targetPath: sql.postgres.host}\n    - {kind: Secret, name: shop-db, valuesKey: USER, targetPath: sql.postgres.user}\n";
    let text = release("app", "sql: {postgres: {host: \"\"}}") + from;
    let states = read(&[("app.yaml", &text)]);
    let store = only(of(&states, "app"));
    assert_eq!(said(store), "postgresql unknown by key of a Secret");
    let user = part(store, CredentialRole::User);
    assert_eq!(user.secret, Some(ObjectName::new(Some("shop"), "shop-db")));
    assert_eq!(user.key.as_deref(), Some("USER"));
}

#[test]
fn pods_in_a_namespace_that_nothing_tells_are_in_no_command() {
    for (namespace, known) in [("shop", 1), ("${SPACE}", 0)] {
        let text = app("TZ: x").replace("namespace: shop", &format!("namespace: '{namespace}'"));
        let states = read(&[("app.yaml", &text)]);
        let state = states.values().next().unwrap();
        assert_eq!(state.workloads.len(), known, "{namespace}");
    }
}

#[test]
fn a_policy_of_snapshots_backs_its_claims_up() {
    let volume = "persistence:\n  data: {existingClaim: app-data, globalMounts: [{path: /data}]}\n";
    let policy = "\
apiVersion: kopiur.home-operations.com/v1alpha1
kind: SnapshotPolicy
metadata: {name: app, namespace: shop}
spec: {sources: [{pvc: {name: app-data}}]}
";
    let states = read(&[("app.yaml", &app_with("", volume)), ("policy.yaml", policy)]);
    let backups = &of(&states, "app").volumes[0].backed_up_by;
    assert_eq!(backups[0].kind, "SnapshotPolicy");
    assert_eq!(backups[0].name, ObjectName::new(Some("shop"), "app"));
}

#[test]
fn of_a_file_that_is_mounted_alone_nothing_else_is_read() {
    let map = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: bridge, namespace: shop}
data:
  registration.yaml: 'id: bridge'
  config.yaml: |
    # the store
    uri: postgres://u@db.shop.svc/x
";
    for (mounts, stores) in [
        ("globalMounts: [{path: /a.yaml, subPath: registration.yaml}]", 0),
        ("globalMounts: [{path: /a.yaml, subPath: config.yaml}]", 1),
        ("globalMounts: [{path: /config}]", 1),
        ("advancedMounts: {app: {app: [{path: /a.yaml, subPath: registration.yaml}]}}", 0),
        ("subPath: registration.yaml", 0),
    ] {
        let persistence =
            format!("persistence:\n  bridge: {{type: configMap, name: bridge, {mounts}}}\n");
        let text = app_with("", &persistence);
        let files = [("app.yaml", &*text), ("map.yaml", map), ("db.yaml", &database("db"))];
        let states = read(&files);
        let found = &of(&states, "app").stores;
        assert_eq!(found.len(), stores, "{mounts}");
        assert!(found.iter().all(|store| store.evidence[0].position.line == 8), "{found:?}");
    }
}

#[test]
fn of_a_secret_everything_counts_whichever_key_is_mounted() {
    let secret = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: bridge, namespace: shop}
spec:
  target:
    name: bridge
    template:
      data:
        bridge.properties: 'pages: 3'
        PGHOST: db.shop.svc.cluster.local
";
    let mount = "globalMounts: [{path: /b, subPath: bridge.properties}]";
    let values = format!("persistence:\n  bridge: {{type: secret, name: bridge, {mount}}}\n");
    let text = app_with("", &values);
    let states = read(&[("app.yaml", &text), ("es.yaml", secret), ("db.yaml", &database("db"))]);
    assert_eq!(of(&states, "app").stores[0].evidence[0].position.line, 10);
}

#[test]
fn the_image_of_a_chart_that_is_brought_along_is_not_the_release() {
    let chart = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: shop}
spec:
  chart: {spec: {chart: wiki, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}
  values:
";
    for (values, expected) in [
        (
            "    postgresql: {image: {repository: registry.example/postgresql, tag: '17'}}\n",
            "postgresql with postgresql by image",
        ),
        (
            "    image: {repository: registry.example/wiki, tag: 1.0.0}\n    sidecars: {cache: {image: 'redis:8'}}\n",
            "redis in its app by image",
        ),
    ] {
        check(&format!("{chart}{values}"), &[expected]);
    }
    let catalogue = "    images:\n      apiVersion: example.org/v1\n      kind: ImageCatalog\n      spec: {images: [{image: 'registry.example/postgresql:17'}]}\n";
    check(&format!("{chart}{catalogue}"), &[]);
}
