//! Runbooks carried out: backed up, proved, rehearsed, spoiled and restored on real servers.
//!
//! The commands are those of a runbook, to the letter. In the place of a cluster stands a `kubectl`
//! that runs what is to run in a pod beside itself, with the variables that the pod's container has,
//! and answers for Secrets. So what is tried here is what an operator gets, but for the way to the
//! pod. Servers listen on sockets in a temporary folder; one that is not installed skips its test.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use refit::flux::ObjectName;
use refit::runbook::{Block, Runbook, SectionKind};

use crate::parts::{have, wait_until};
use crate::runbooks::{read, write};

/// Runs what stands behind `--` where it is, and answers for pods, clusters and, by variables,
/// for the keys of Secrets.
const KUBECTL: &str = r#"#!/bin/bash
case "$1 $2" in
exec*)
    while [ "$1" != "--" ]; do shift; done
    shift
    exec "$@"
    ;;
"get secret")
    key=${*: -1}
    key=${key#*\{.data.}
    key=SECRET_${key%\}*}
    printf '%s' "${!key?no such key}" | base64
    ;;
"get pod" | "get cluster.postgresql.cnpg.io")
    printf 'named'
    ;;
*)
    echo "kubectl $* is not answered here" >&2
    exit 1
    ;;
esac
"#;

/// A folder with a server and the place of a cluster.
struct Place {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
    path: Vec<PathBuf>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let anyone = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), anyone).unwrap();
        let place = Self { path: vec![folder.path().join("bin")], folder, variables: Vec::new() };
        place.program("kubectl", KUBECTL);
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a script where programs are looked for first.
    fn program(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.at("bin")).unwrap();
        std::fs::write(self.at("bin").join(name), text).unwrap();
        let runs = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.at("bin").join(name), runs).unwrap();
    }

    /// Returns a command with the place's variables. Servers refuse to run as root, so nobody does.
    fn command(&self, program: &str) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
            command
        } else {
            Command::new(program)
        };
        let own = std::env::var_os("PATH").unwrap_or_default();
        let path = self.path.iter().cloned().chain(std::env::split_paths(&own));
        command.env("PATH", std::env::join_paths(path).unwrap());
        command.env("LC_ALL", "C.UTF-8").env("HOME", self.folder.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path());
        command
    }

    fn shell(&self, commands: &str) -> Output {
        self.command("bash").args(["-euo", "pipefail", "-c", commands]).output().unwrap()
    }

    /// Carries commands out that have to succeed.
    #[track_caller]
    fn does(&self, commands: &str) -> String {
        let output = self.shell(commands);
        let said = String::from_utf8_lossy(&output.stderr);
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{commands}\nsaid:\n{said}{shown}");
        shown.into_owned()
    }

    fn fails(&self, commands: &str) -> bool {
        !self.shell(commands).status.success()
    }

    fn serve(&self, program: &str, arguments: &[&str]) -> Server {
        let log = std::fs::File::create(self.at("server.log")).unwrap();
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        Server(command.spawn().unwrap())
    }
}

/// A server that is ended with its handle.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.starts_with(b"0\n")
}

/// Returns the commands of a section that concern some pods.
fn of(runbook: &Runbook, kind: SectionKind, pods: &str) -> Vec<String> {
    let sections = runbook.sections.iter().filter(|section| section.kind == kind);
    let blocks = sections.flat_map(|section| &section.blocks);
    let found: Vec<String> = blocks
        .filter_map(|block| match block {
            // A proof may need the dump alone.
            Block::Shell(text) if text.contains(pods) || text.contains("Dump completed") => {
                Some(text.clone())
            }
            _ => None,
        })
        .collect();
    assert!(!found.is_empty(), "nothing under {kind:?} for {pods}");
    found
}

/// Backs up, proves and rehearses by a runbook, then spoils the data and takes it back.
fn carry_out(place: &Place, runbook: &Runbook, pods: &str, spoil: &str, look: &str) {
    let each = |kind| {
        for commands in of(runbook, kind, pods) {
            place.does(&commands);
        }
    };
    each(SectionKind::Preflight);
    each(SectionKind::Backup);
    each(SectionKind::Verify);
    let before = place.does(look);
    each(SectionKind::Drill);
    assert_eq!(place.does(look), before, "the rehearsal left something behind");
    place.does(spoil);
    assert_ne!(place.does(look), before, "nothing was spoiled");
    each(SectionKind::Back);
    assert_eq!(place.does(look), before);
}

/// Says whether a rehearsal tells of a backup that holds less than was counted.
fn tells_of_a_loss(place: &Place, runbook: &Runbook, pods: &str) -> bool {
    let counts = "for file in *.before.counts; do sed -i 1d \"$file\"; done";
    place.does(counts);
    of(runbook, SectionKind::Drill, pods).iter().any(|commands| place.fails(commands))
}

/// Serves an empty PostgreSQL whose superuser has this name, where it is installed.
fn postgresql(place: &mut Place, superuser: &str) -> Option<Server> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    place.path.extend(installed.map(|version| version.path().join("bin")));
    let found = place.path.iter().any(|folder| folder.join("initdb").is_file());
    if !found && !have("initdb", "Debian: postgresql") {
        return None;
    }
    let socket = place.folder.path().to_str().unwrap().to_owned();
    place.variables.push(("PGHOST", socket.clone()));
    place.does(&format!("initdb -U {superuser} --auth-local=trust -D data"));
    let arguments = ["-D", "data", "-k", &socket, "-c", "listen_addresses=", "-c", "fsync=off"];
    let server = place.serve("postgres", &arguments);
    let asked = format!("pg_isready -U {superuser} -d postgres");
    wait_until("PostgreSQL", || !place.fails(&asked));
    Some(server)
}

#[test]
fn a_postgresql_is_rehearsed_and_restored() {
    let mut place = Place::new();
    place.variables = vec![
        ("POSTGRES_USER", "owner".into()),
        ("SECRET_DATABASE_USER", "owner".into()),
        ("SECRET_DATABASE_NAME", "Tesla Mate".into()),
    ];
    let Some(_server) = postgresql(&mut place, "owner") else { return };
    place.does(
        r#"createdb -U owner 'Tesla Mate'
        psql -U owner -d 'Tesla Mate' -qc 'CREATE SCHEMA private; CREATE TABLE drives (id int PRIMARY KEY, at text);
        CREATE TABLE private."Odd ""name" (id int); INSERT INTO drives SELECT n, n::text FROM generate_series(1, 5000) n;
        INSERT INTO private."Odd ""name" VALUES (1), (2)'"#,
    );
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/repo");
    let release = ObjectName::new(Some("home-automation"), "teslamate");
    let runbook = write(&read(&demo), &release);
    let look = r"psql -U owner -l -At | cut -d '|' -f 1
        psql -U owner -d 'Tesla Mate' -At -c '\dt public.*' -c '\dt private.*' -c 'SELECT count(*), sum(id) FROM drives'";
    let spoil = r#"psql -U owner -d 'Tesla Mate' -qc 'DELETE FROM drives WHERE id > 10; DROP TABLE private."Odd ""name"; CREATE TABLE newer (id int REFERENCES drives)'"#;
    carry_out(&place, &runbook, "teslamate-postgres", spoil, look);
    let counts = place.does("cat *.before.counts");
    assert_eq!(counts, "private.\"Odd \"\"name\"|2\npublic.drives|5000\n");
    assert!(tells_of_a_loss(&place, &runbook, "teslamate-postgres"));
}

/// What the database of a shop holds, who owns it, and what a migration makes of it: what it adds
/// stands on what was there.
const ORDERS: &str =
    r"psql -U shop -At -c '\dt' -c 'SHOW timezone' -c 'SELECT count(*) FROM orders'";
const OWNERS: &str = "psql -U postgres -l -At | cut -d '|' -f 1,2";
const MIGRATED: &str = "psql -U shop -qc 'DELETE FROM orders WHERE id > 10' -c 'CREATE TABLE lines (of int REFERENCES orders)' -c 'CREATE VIEW seen AS SELECT * FROM lines'";

/// Fills the database of a shop, which its own user owns.
fn fill(place: &Place) {
    place.does(
        "psql -U postgres -qc 'CREATE ROLE shop LOGIN' -c 'CREATE DATABASE shop OWNER shop' -c \"ALTER DATABASE shop SET timezone TO 'Europe/Vienna'\"
        psql -U shop -qc 'CREATE TABLE orders (id int PRIMARY KEY)' -c 'INSERT INTO orders SELECT generate_series(1, 100)'",
    );
}

/// What a migration adds must not keep the restore from happening.
#[test]
fn a_database_of_a_cluster_is_rehearsed_and_restored() {
    let mut place = Place::new();
    let Some(_server) = postgresql(&mut place, "postgres") else { return };
    fill(&place);
    let repository = tempfile::tempdir().unwrap();
    let values = "controllers: {web: {containers: {app: {image: {repository: registry.example/web, tag: 1.0.0}, env: {PGHOST: pg-rw.db.svc, PGDATABASE: shop, PGUSER: shop}}}}}";
    let cluster = "---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: db}\n\
         spec: {instances: 1, imageName: ghcr.io/cloudnative-pg/postgresql:17.5, storage: {size: 1Gi}}\n";
    let text = format!("{}{cluster}", release("app-template", values));
    std::fs::write(repository.path().join("web.yaml"), text).unwrap();
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "web"));
    carry_out(&place, &runbook, "-n db ", MIGRATED, &format!("{OWNERS}\n{ORDERS}"));
}

/// The user of an application may make no database, and so empties the one that it has.
#[test]
fn a_database_that_a_chart_brings_along_is_restored() {
    let mut place = Place::new();
    let known = [("SECRET_password", "none"), ("POSTGRES_USER", "postgres")];
    place.variables.extend(known.map(|(name, value)| (name, value.to_owned())));
    let Some(_server) = postgresql(&mut place, "postgres") else { return };
    fill(&place);
    let repository = tempfile::tempdir().unwrap();
    let values = "image: {repository: registry.example/web, tag: 1.0.0}\n    postgresql: {enabled: true, auth: {username: shop, database: shop, existingSecret: web-db}}";
    std::fs::write(repository.path().join("web.yaml"), release("web", values)).unwrap();
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "web"));
    carry_out(&place, &runbook, "name=postgresql", MIGRATED, &format!("{OWNERS}\n{ORDERS}"));
}

/// A release `shop/web` with these values.
fn release(chart: &str, values: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: shop}}\nspec:\n  \
         chart: {{spec: {{chart: {chart}, version: 4.0.0, sourceRef: {{kind: HelmRepository, name: charts, namespace: shop}}}}}}\n  \
         values:\n    {values}\n"
    )
}

/// A shop with a database in a controller of its own.
fn shop(controller: &str, volume: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: shop}}\nspec:\n  \
         chart: {{spec: {{chart: app-template, version: 4.0.0, sourceRef: {{kind: HelmRepository, name: bjw-s, namespace: shop}}}}}}\n  \
         values:\n    controllers:\n      web:\n        containers:\n          app:\n            image: {{repository: registry.example/web, tag: 1.0.0}}\n            \
         env:\n{controller}    persistence:\n      data:\n        existingClaim: shop-data\n        advancedMounts: {{{volume}: {{app: [{{path: /data}}]}}}}\n"
    );
    std::fs::write(folder.path().join("web.yaml"), text).unwrap();
    folder
}

#[test]
fn a_mariadb_is_rehearsed_and_restored() {
    let mut place = Place::new();
    place.path.push("/usr/sbin".into());
    if !have("mariadb-install-db", "Debian: mariadb-server") {
        return;
    }
    let socket = place.at("socket").to_str().unwrap().to_owned();
    place.variables = vec![
        ("MYSQL_UNIX_PORT", socket.clone()),
        ("MARIADB_ROOT_PASSWORD", "root's own".into()),
        ("SECRET_password", "it's \"quoted\" $here".into()),
    ];
    // A machine's own configuration may name another socket; in the pod it names the server's.
    let path = std::env::var_os("PATH").unwrap_or_default();
    for client in ["mariadb", "mariadb-dump"] {
        let mut programs = std::env::split_paths(&path).map(|folder| folder.join(client));
        let program = programs.find(|program| program.is_file()).unwrap();
        let program = program.display();
        let text = format!(
            "#!/bin/sh\n[ \"$1\" = --no-defaults ] && exec {program} \"$@\"\nexec {program} --no-defaults \"$@\"\n"
        );
        place.program(client, &text);
    }
    let data = place.at("data").to_str().unwrap().to_owned();
    let base = std::env::var("REFIT_MARIADB_BASE").map(|base| format!(" --basedir={base}"));
    let base = base.unwrap_or_default();
    place.does(&format!(
        "mariadb-install-db --no-defaults{base} --auth-root-authentication-method=normal --datadir={data} --skip-test-db"
    ));
    let data = format!("--datadir={data}");
    let own = format!("--socket={socket}");
    let pid = format!("--pid-file={}", place.at("pid").display());
    let base = base.trim_start().to_owned();
    let mut arguments = vec!["--no-defaults", &data, &own, &pid, "--skip-networking"];
    arguments.extend((!base.is_empty()).then_some(base.as_str()));
    let _server = place.serve("mariadbd", &arguments);
    wait_until("MariaDB", || !place.fails("mariadb --no-defaults -u root -e 'SELECT 1'"));
    place.does(
        r#"mariadb --no-defaults -u root <<'EOF'
CREATE DATABASE shop; USE shop; CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT seq FROM seq_1_to_3000;
CREATE TABLE `an odd-name` (id int); INSERT INTO `an odd-name` VALUES (1), (2);
CREATE USER `shop-user`@`%` IDENTIFIED BY 'it''s "quoted" $here'; GRANT ALL ON shop.* TO `shop-user`@`%`;
ALTER USER root@localhost IDENTIFIED BY 'root''s own';
EOF"#,
    );
    let repository = shop(
        "              DB_TYPE: mariadb\n              DB_HOST: web-db\n              DB_NAME: shop\n              DB_USER: shop-user\n              \
         DB_PASSWORD: {valueFrom: {secretKeyRef: {name: shop-secret, key: password}}}\n      db:\n        containers:\n          \
         app:\n            image: {repository: docker.io/library/mariadb, tag: 11.4.2}\n    service:\n      db: {controller: db, ports: {db: {port: 3306}}}\n",
        "db",
    );
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "web"));
    let sql = "SHOW DATABASES; USE shop; SHOW TABLES; SELECT COUNT(*), SUM(id) FROM orders; SHOW GRANTS FOR `shop-user`";
    let root = "MYSQL_PWD=\"$MARIADB_ROOT_PASSWORD\" mariadb --no-defaults -u root";
    let look = format!("{root} -N -e '{sql}'");
    let spoil =
        format!("{root} shop -e 'DELETE FROM orders WHERE id > 5; DROP TABLE `an odd-name`'");
    carry_out(&place, &runbook, "deploy/web-db", &spoil, &look);
    assert_eq!(place.does("cat *.before.counts"), "an odd-name\t2\norders\t3000\n");
    assert!(tells_of_a_loss(&place, &runbook, "deploy/web-db"));
}

#[test]
fn a_redis_on_a_volume_is_rehearsed() {
    let mut place = Place::new();
    if !have("redis-server", "Debian: redis-server") {
        return;
    }
    let socket = place.at("socket").to_str().unwrap().to_owned();
    place.variables = vec![("REDIS_PASSWORD", "hush".into())];
    let client = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join("redis-cli"))
        .find(|program| program.is_file());
    let client = client.unwrap();
    // In the pod the server listens where the client looks first.
    place.program(
        "redis-cli",
        &format!(
            "#!/bin/sh\n[ \"$1\" = -s ] && exec {0} \"$@\"\nexec {0} -s {socket} \"$@\"\n",
            client.display()
        ),
    );
    let own = ["--port", "0", "--unixsocket", &socket, "--requirepass", "hush", "--save", ""];
    let _server = place.serve("redis-server", &own);
    let ask = "REDISCLI_AUTH=hush redis-cli";
    wait_until("Redis", || !place.fails(&format!("{ask} PING | grep -q PONG")));
    place.does(&format!("for n in $(seq 40); do echo SET key$n $n; done | {ask} >/dev/null"));
    let repository = shop(
        "              REDIS_HOST: web-cache\n      cache:\n        containers:\n          app:\n            \
         image: {repository: docker.io/library/redis, tag: 7.4.1}\n    service:\n      cache: {controller: cache, ports: {redis: {port: 6379}}}\n",
        "cache",
    );
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "web"));
    for kind in [SectionKind::Preflight, SectionKind::Backup, SectionKind::Verify] {
        for commands in of(&runbook, kind, "deploy/web-cache") {
            place.does(&commands);
        }
    }
    let drill = of(&runbook, SectionKind::Drill, "deploy/web-cache");
    assert!(place.does(&drill[0]).contains("db0:keys=40"), "{}", drill[0]);
    place.does(&drill[1]);
    assert!(!Path::new("/tmp/refit_drill").exists());
    let verify = of(&runbook, SectionKind::Verify, "deploy/web-cache");
    place.does("for file in *.rdb; do truncate -s -9 \"$file\"; done");
    assert!(place.fails(&verify[0]), "half a snapshot was taken for a whole one");
}

#[test]
fn a_sqlite_is_read_to_its_end() {
    let place = Place::new();
    if !have("sqlite3", "Debian: sqlite3") {
        return;
    }
    let repository =
        shop("              DB_TYPE: sqlite3\n              DB_PATH: /data/shop.sqlite3\n", "web");
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "web"));
    let drill = of(&runbook, SectionKind::Drill, "sqlite3");
    let archive = drill[0].split_whitespace().find(|word| word.ends_with(".tar.gz")).unwrap();
    let make = format!(
        "mkdir volume; sqlite3 volume/shop.sqlite3 'CREATE TABLE \"odd \"\"name\" (id); INSERT INTO \"odd \"\"name\" VALUES (1), (2)'
        tar -C volume -czf {archive} ."
    );
    place.does(&make);
    let said = place.does(&drill[0]);
    assert!(said.contains("ok\nodd \"name|2"), "{said}");
    place.does(&of(&runbook, SectionKind::Drill, "rm -r")[0]);
    assert_eq!(place.does("ls").lines().collect::<Vec<_>>(), ["bin", archive, "volume"]);
}
