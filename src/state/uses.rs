//! Which datastores a release uses, from its settings.
//!
//! A group of settings with a host, an address or a sign-in is a use; what longer texts name and
//! what a release depends on is one as well. Several signs of one datastore make one store, with all
//! their evidence. Where nothing tells its place it stays unknown, and a sentence says why.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::apps::App;
use super::around::Around;
use super::files::is_file;
use super::groups::{Group, address_of, groups};
use super::hosts;
use super::model::{CredentialRole, How, Lives, Store};
use super::places::{Found, lives};
use super::servers::Server;
use super::settings::{Setting, Value};
use super::sign_in::sign_in;
use crate::diagnostic::{RuleRef, Why};
use crate::flux::{ObjectName, Sign};
use crate::policy::Policies;

/// What uses are looked for with.
pub(super) struct Scene<'s, 'a> {
    pub(super) policies: &'s Policies,
    pub(super) around: &'s Around,
    pub(super) servers: &'s [Server],
    pub(super) apps: &'s BTreeMap<ObjectName, App<'a>>,
}

/// Lists what a release uses, and what could not be told.
pub(super) fn uses(app: &App<'_>, scene: &Scene<'_, '_>) -> (Vec<Store>, Vec<Why>) {
    let mut stores: Vec<Store> = Vec::new();
    let mut unknown = Vec::new();
    for server in scene.servers.iter().filter(|server| server.release.as_ref() == Some(&app.id)) {
        let how = if server.by_image { How::Image } else { How::Chart };
        let sign = Sign { position: server.at.clone(), shows: server.shows.clone() };
        let mut store = scene.store(&server.engine, server.own.clone(), how, sign);
        fill(&mut store, server);
        store.credentials.clone_from(&server.credentials);
        stores.push(store);
    }
    let groups = groups(app, scene.policies);
    for group in groups.values() {
        match scene.use_of(app, group) {
            Some(Ok(store)) => add(&mut stores, store),
            Some(Err(why)) => unknown.push(why),
            None => {}
        }
    }
    for store in scene.mentions(app, &groups) {
        add(&mut stores, store);
    }
    scene.named_files(app, &mut stores);
    for store in scene.dependencies(app, &stores) {
        add(&mut stores, store);
    }
    // An application that is told to use a file leaves the addresses beside it alone.
    if groups.values().any(|group| scene.is_told_a_file(group)) {
        stores.retain(|store| {
            let elsewhere = matches!(store.lives, Lives::Unknown | Lives::External { .. });
            !(elsewhere && scene.is_sql(&store.engine))
        });
    }
    // What nothing tells is no second database where another sign found the first.
    let known: Vec<String> = stores
        .iter()
        .filter(|store| store.lives != Lives::Unknown)
        .map(|store| store.engine.clone())
        .collect();
    stores.retain(|store| {
        store.lives != Lives::Unknown || !known.iter().any(|k| scene.is_like(k, &store.engine))
    });
    for store in stores.iter().filter(|store| store.lives == Lives::Unknown) {
        unknown.extend(scene.unknown(store));
    }
    if stores.is_empty() && !app.settings.opaque.is_empty() {
        let mut names: Vec<String> = app
            .settings
            .opaque
            .iter()
            .map(|opaque| format!("`{}` ({})", opaque.secret, opaque.at))
            .collect();
        names.sort();
        names.dedup();
        let message = format!(
            "it takes its environment from the Secret {}, whose keys the repository does not name; a database may stand there",
            names.join(", ")
        );
        unknown.push(Why::new("keys-not-named", message));
    }
    (stores, unknown)
}

/// Adds a store, or what it adds to one that is known.
pub(super) fn add(stores: &mut Vec<Store>, store: Store) {
    let same = stores.iter_mut().find(|known| {
        let one = known.lives == store.lives || is_one_file(&known.lives, &store.lives);
        one && (store.lives != Lives::Unknown || known.engine == store.engine)
    });
    let Some(known) = same else {
        stores.push(store);
        return;
    };
    if matches!(known.lives, Lives::OwnVolume { path: None, .. }) {
        known.lives = store.lives;
        known.evidence.splice(0..0, store.evidence.clone());
    }
    known.how = known.how.min(store.how);
    for sign in store.evidence {
        if !known.evidence.contains(&sign) {
            known.evidence.push(sign);
        }
    }
    for credential in store.credentials {
        let have = known.credentials.iter().any(|c| {
            c.role == credential.role
                && c.secret == credential.secret
                && c.key == credential.key
                && c.literal == credential.literal
        });
        if !have {
            known.credentials.push(credential);
        }
    }
    known.only_reads &= store.only_reads;
}

/// Says whether both are on one volume, and only one of them tells the file.
fn is_one_file(one: &Lives, other: &Lives) -> bool {
    match (one, other) {
        (
            Lives::OwnVolume { volume, path, .. },
            Lives::OwnVolume { volume: other, path: known, .. },
        ) => volume == other && path.is_some() != known.is_some(),
        _ => false,
    }
}

/// Takes over what a server knows of itself.
pub(super) fn fill(store: &mut Store, server: &Server) {
    store.version.clone_from(&server.version);
    store.pin.clone_from(&server.pin);
    store.workload.clone_from(&server.workload);
    store.setup.clone_from(&server.credentials);
    store.volumes.clone_from(&server.volumes);
}

impl Scene<'_, '_> {
    /// Says whether one engine is another, or speaks its protocol.
    pub(super) fn is_like(&self, one: &str, other: &str) -> bool {
        let family = |name: &str| {
            let family = self.policies.datastore_family(name);
            family.last().map_or_else(|| name.to_owned(), |root| root.policy.name.clone())
        };
        let sql = |name: &str| matches!(name, "mysql" | "mariadb");
        one == "any" || other == "any" || family(one) == family(other) || (sql(one) && sql(other))
    }

    /// Says whether a setting of a group tells the application to use an embedded database.
    fn is_told_a_file(&self, group: &Group<'_>) -> bool {
        let word = group.kind.and_then(|setting| setting.value.readable());
        let word = word.map(|word| word.rsplit('.').next().unwrap_or(word));
        let engine = word.and_then(|word| self.policies.datastore_of_word(word));
        engine.is_some_and(|engine| engine.policy.name == "sqlite")
    }

    /// Says whether an engine takes the place that an embedded database has in an application.
    fn is_sql(&self, engine: &str) -> bool {
        engine == "any" || ["postgresql", "mysql"].iter().any(|sql| self.is_like(engine, sql))
    }

    fn rule(&self, engine: &str) -> RuleRef {
        let rule = self.policies.datastore(engine).map(|engine| engine.rule.clone());
        rule.unwrap_or_else(|| RuleRef { name: engine.to_owned(), file: String::new(), line: 0 })
    }

    pub(super) fn store(&self, engine: &str, lives: Lives, how: How, sign: Sign) -> Store {
        Store {
            engine: engine.to_owned(),
            policy: self.rule(engine),
            lives,
            how,
            version: None,
            pin: None,
            evidence: vec![sign],
            credentials: Vec::new(),
            setup: Vec::new(),
            only_reads: false,
            shared_with: Vec::new(),
            beside: Vec::new(),
            workload: None,
            volumes: Vec::new(),
        }
    }

    /// Makes a store of a group; nothing where the group is no use.
    fn use_of(&self, app: &App<'_>, group: &Group<'_>) -> Option<Result<Store, Why>> {
        let part = |role: CredentialRole| group.parts.get(&role).copied();
        let place = part(CredentialRole::Url).or_else(|| part(CredentialRole::Host));
        let address = place.and_then(|setting| address_of(setting, self.policies));
        let engine = self.engine(group, address.as_ref());
        if engine == "sqlite" {
            return self.file(app, group).map(Ok);
        }
        let named = part(CredentialRole::Database).and_then(|setting| setting.value.readable());
        if place.is_none() && named.is_some_and(|text| text.starts_with('/') && is_file(text)) {
            return self.file(app, group).map(Ok);
        }
        // A name alone, or a number of a port, is no use.
        let signs_in = [CredentialRole::User, CredentialRole::Password, CredentialRole::Database];
        let signs = signs_in.iter().filter(|role| group.parts.contains_key(role)).count();
        if place.is_none() && signs < 2 && self.by_secret(app, group, &engine).is_none() {
            return None;
        }
        // An address with another scheme, as of a web page, is none of a datastore.
        let readable = place.and_then(|setting| setting.value.readable()).unwrap_or_default();
        let written = hosts::without_templates(readable);
        if address.is_none() && written.contains("://") && !written.contains("tcp://") {
            let scheme = written.split("://").next().unwrap_or_default();
            let engine = self.policies.datastore(&engine).map(|engine| &engine.policy);
            let by_http =
                engine.is_some_and(|engine| matches!(engine.port, Some(8086 | 9200 | 2379 | 9000)));
            if !(by_http && scheme.starts_with("http")) {
                return None;
            }
        }
        if place.is_none_or(|place| matches!(place.value, Value::Plain(_)))
            && readable.starts_with('/')
        {
            return if is_file(readable) { self.file(app, group).map(Ok) } else { None };
        }
        let first = place.or_else(|| group.settings.first().copied())?;
        let found = self.place(app, group, &engine, place, address.as_ref());
        let found = found.unwrap_or_else(|| Found {
            server: None,
            lives: Lives::Unknown,
            how: match &first.value {
                Value::Secret { .. } => How::SecretKey,
                Value::Plain(_) => How::Variable,
            },
            sign: Sign { position: first.at.clone(), shows: self.speaks(first, &engine) },
        });
        let engine = found.server.map_or(engine, |server| server.engine.clone());
        if matches!(found.lives, Lives::External { .. }) && engine == "any" && signs == 0 {
            return None;
        }
        let mut store = self.store(&engine, found.lives, found.how, found.sign);
        for setting in &group.settings {
            let sign = Sign { position: setting.at.clone(), shows: self.speaks(setting, &engine) };
            if store.evidence.len() < 6
                && !store.evidence.iter().any(|s| s.position == sign.position)
            {
                store.evidence.push(sign);
            }
        }
        store.credentials = sign_in(app, group, address.as_ref());
        store.only_reads =
            first.path.iter().any(|key| key.to_ascii_lowercase().contains("datasource"));
        if let Some(server) = found.server {
            fill(&mut store, server);
        }
        Some(Ok(store))
    }

    /// Says what a setting shows.
    fn speaks(&self, setting: &Setting, engine: &str) -> String {
        let title = self.policies.datastore(engine).map_or(engine, |engine| engine.policy.title());
        match &setting.value {
            Value::Secret { secret, .. } => {
                format!("`{}` of the Secret `{secret}` speaks of {title}", setting.name)
            }
            Value::Plain(_) => format!("`{}` speaks of {title}", setting.name),
        }
    }

    /// Finds the datastores that a release depends on and that nothing else shows.
    fn dependencies(&self, app: &App<'_>, known: &[Store]) -> Vec<Store> {
        let servers = self.servers.iter().filter(|server| {
            let depends = server
                .release
                .as_ref()
                .is_some_and(|release| app.release.depends_on.contains(release));
            depends && server.own == Lives::Itself
        });
        let servers =
            servers.filter(|server| !known.iter().any(|store| store.lives == server.lives));
        let stores = servers.filter_map(|server| {
            let release = server.release.as_ref()?;
            let at = app.object.written.at(&["spec", "dependsOn"]).map_or_else(
                || app.object.manifest.position(),
                |list| {
                    let item = list
                        .items()
                        .iter()
                        .find(|item| item.text_at(&["name"]) == Some(&release.name));
                    item.map_or(list.at.clone(), |item| item.at.clone())
                },
            );
            let sign = Sign { position: at, shows: format!("it depends on `{release}`") };
            let mut store = self.store(&server.engine, lives(server, app), How::DependsOn, sign);
            fill(&mut store, server);
            Some(store)
        });
        stores.collect()
    }

    /// Says what is not known of a store.
    fn unknown(&self, store: &Store) -> Option<Why> {
        let sign = store.evidence.first()?;
        let title = self
            .policies
            .datastore(&store.engine)
            .map_or(store.engine.as_str(), |e| e.policy.title());
        let mut message =
            format!("where {title} lives is not told: {} ({})", sign.shows, sign.position);
        let like: Vec<&Server> = self
            .servers
            .iter()
            .filter(|server| self.is_like(&server.engine, &store.engine))
            .collect();
        if let [only] = like.as_slice()
            && store.engine != "any"
        {
            let _ = write!(message, "; the only one in the repository stands at {}", only.at);
        }
        Some(Why::new("datastore-not-found", message))
    }
}
