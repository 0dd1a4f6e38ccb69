//! Which datastores a release uses, from its settings.
//!
//! Settings whose names share a stem make a group, and a group with a host, an address or a sign-in
//! is a use. Its place is looked for from the most telling sign to the least: the host, the Secret,
//! `dependsOn`, what the same Kustomization applies. Where all are silent the place stays unknown,
//! and a sentence says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::apps::App;
use super::around::Around;
use super::hosts::{self, Address, Host};
use super::model::{Credential, CredentialRole, How, Lives, Store};
use super::roles::{Role, is_administrator, role};
use super::servers::{Server, credential};
use super::settings::{Setting, Value};
use crate::diagnostic::{RuleRef, Why};
use crate::flux::{ObjectName, Sign};
use crate::policy::{Glob, Policies};

/// What uses are looked for with.
pub(super) struct Scene<'s, 'a> {
    pub(super) policies: &'s Policies,
    pub(super) around: &'s Around,
    pub(super) servers: &'s [Server],
    pub(super) apps: &'s BTreeMap<ObjectName, App<'a>>,
}

/// Where a use leads.
struct Found<'s> {
    server: Option<&'s Server>,
    lives: Lives,
    how: How,
    sign: Sign,
}

/// Settings that belong together.
#[derive(Default)]
struct Group<'g> {
    settings: Vec<&'g Setting>,
    parts: BTreeMap<CredentialRole, &'g Setting>,
    kind: Option<&'g Setting>,
    file: Option<&'g Setting>,
    /// The engine that the names speak of; `any` where they say only `database`.
    named: Option<String>,
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
    for store in scene.dependencies(app, &stores) {
        add(&mut stores, store);
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
fn add(stores: &mut Vec<Store>, store: Store) {
    let same = stores.iter_mut().find(|known| {
        known.lives == store.lives
            && (store.lives != Lives::Unknown || known.engine == store.engine)
    });
    let Some(known) = same else {
        stores.push(store);
        return;
    };
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

/// Takes over what a server knows of itself.
fn fill(store: &mut Store, server: &Server) {
    store.version.clone_from(&server.version);
    store.pin.clone_from(&server.pin);
    store.workload.clone_from(&server.workload);
    store.setup.clone_from(&server.credentials);
    store.volumes.clone_from(&server.volumes);
}

/// Gathers the settings that speak of a datastore by their stems.
fn groups<'g>(app: &'g App<'_>, policies: &Policies) -> BTreeMap<String, Group<'g>> {
    let mut groups: BTreeMap<String, Group<'g>> = BTreeMap::new();
    for setting in &app.settings.list {
        // What an engine's own container is told is how it is set up, not what the release uses.
        let inside = app.containers.iter().any(|container| {
            container.engine.is_some()
                && !container.is_client
                && !container.path.is_empty()
                && setting.path.starts_with(&container.path)
        });
        if inside || is_off(setting) {
            continue;
        }
        let named = policies.datastore_hinted(&setting.normal);
        let address = address_of(setting, policies);
        let role = role(&setting.normal);
        let (stem, role) = match (role, &address) {
            (Some((stem, role)), _) if named.is_some() => (stem.to_owned(), role),
            (_, Some(_)) => (setting.normal.clone(), Role::Part(CredentialRole::Url)),
            _ => continue,
        };
        // A setting that is no variable must say where the database is.
        let is_place = matches!(role, Role::Part(CredentialRole::Host | CredentialRole::Url))
            || address.is_some();
        if !setting.is_variable
            && !is_place
            && !groups.contains_key(&stem)
            && !has_place(app, &stem)
        {
            continue;
        }
        let group = groups.entry(stem).or_default();
        group.settings.push(setting);
        let named = named.map(|engine| engine.policy.name.clone());
        if group.named.as_deref().is_none_or(|known| known == "any") {
            group.named = named.or(group.named.take());
        }
        match role {
            Role::Part(part) => {
                group.parts.entry(part).or_insert(setting);
            }
            Role::Type => group.kind = group.kind.or(Some(setting)),
            Role::File => group.file = group.file.or(Some(setting)),
        }
    }
    joined(groups)
}

/// Puts `DB_DATABASE`, which holds only a name, into `DB`.
fn joined(mut groups: BTreeMap<String, Group<'_>>) -> BTreeMap<String, Group<'_>> {
    let stems: Vec<String> = groups.keys().cloned().collect();
    for stem in stems {
        let outer = ["_DATABASE", "_DB", "_DBNAME"].iter().find_map(|end| stem.strip_suffix(end));
        let Some(outer) = outer.filter(|outer| groups.contains_key(*outer)) else { continue };
        let only = |group: &Group<'_>| group.parts.keys().eq([&CredentialRole::Database]);
        if !groups.get(&stem).is_some_and(only) {
            continue;
        }
        let Some(inner) = groups.remove(&stem) else { continue };
        if let Some(group) = groups.get_mut(outer) {
            for (role, setting) in inner.parts {
                group.parts.entry(role).or_insert(setting);
            }
            group.settings.extend(inner.settings);
        }
    }
    groups
}

/// Says whether another setting of the stem says where the database is.
fn has_place(app: &App<'_>, stem: &str) -> bool {
    app.settings.list.iter().any(|setting| {
        matches!(
            role(&setting.normal),
            Some((other, Role::Part(CredentialRole::Host | CredentialRole::Url))) if other == stem
        )
    })
}

/// Says whether a setting says no, or nothing.
fn is_off(setting: &Setting) -> bool {
    match &setting.value {
        Value::Plain(text) => {
            let text = text.trim().to_ascii_lowercase();
            text.is_empty() || matches!(text.as_str(), "false" | "none" | "null" | "disabled")
        }
        Value::Secret { .. } => false,
    }
}

/// Reads a setting's value as the address of a datastore.
fn address_of(setting: &Setting, policies: &Policies) -> Option<Address> {
    let text = setting.value.readable()?;
    if text.len() > 4096 {
        return None;
    }
    let address = hosts::address(text)?;
    policies.datastore_of_word(&address.scheme).map(|_| address)
}

impl<'s> Scene<'s, '_> {
    /// Says whether one engine is another, or speaks its protocol.
    fn is_like(&self, one: &str, other: &str) -> bool {
        let family = |name: &str| {
            let family = self.policies.datastore_family(name);
            family.last().map_or_else(|| name.to_owned(), |root| root.policy.name.clone())
        };
        let sql = |name: &str| matches!(name, "mysql" | "mariadb");
        one == "any" || other == "any" || family(one) == family(other) || (sql(one) && sql(other))
    }

    fn rule(&self, engine: &str) -> RuleRef {
        let rule = self.policies.datastore(engine).map(|engine| engine.rule.clone());
        rule.unwrap_or_else(|| RuleRef { name: engine.to_owned(), file: String::new(), line: 0 })
    }

    fn store(&self, engine: &str, lives: Lives, how: How, sign: Sign) -> Store {
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
        if place.is_none() && signs < 2 {
            return None;
        }
        // An address with another scheme, as of a web page, is none of a datastore.
        let readable = place.and_then(|setting| setting.value.readable()).unwrap_or_default();
        if address.is_none() && readable.contains("://") && !readable.contains("tcp://") {
            let scheme = readable.split("://").next().unwrap_or_default();
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

    /// Tells the engine of a group: by the address, by what a setting calls it, by its name, by the
    /// port.
    fn engine(&self, group: &Group<'_>, address: Option<&Address>) -> String {
        let by_address =
            address.and_then(|address| self.policies.datastore_of_word(&address.scheme));
        let word = group.kind.and_then(|setting| setting.value.readable());
        let word = word.map(|word| word.rsplit('.').next().unwrap_or(word));
        let by_word = word.and_then(|word| self.policies.datastore_of_word(word));
        let named = || group.named.clone().filter(|name| name != "any");
        let by_port = || {
            let setting = group.parts.get(&CredentialRole::Port)?;
            let port: u16 = setting.value.readable()?.parse().ok()?;
            self.by_port(port)
        };
        let by_host = || {
            let setting = group.parts.get(&CredentialRole::Host)?;
            self.by_port(hosts::host(setting.value.readable()?)?.port?)
        };
        let by_file = || {
            let file = group.file?;
            let text = file.value.readable()?;
            is_file(text).then(|| "sqlite".to_owned()).filter(|_| group.parts.is_empty())
        };
        by_address
            .or(by_word)
            .map(|engine| engine.policy.name.clone())
            .or_else(named)
            .or_else(by_port)
            .or_else(by_host)
            .or_else(by_file)
            .unwrap_or_else(|| "any".to_owned())
    }

    /// Tells the engine of a port; of several builds the one that the others are like.
    fn by_port(&self, port: u16) -> Option<String> {
        let engines = self.policies.datastores.iter().map(|engine| &engine.policy);
        let mut found = engines.filter(|engine| engine.port == Some(port) && engine.like.is_none());
        let first = found.next()?;
        // MariaDB and MySQL share one; nothing tells them apart here.
        Some(first.name.clone())
    }

    /// Finds where a group's datastore lives.
    fn place(
        &self,
        app: &App<'_>,
        group: &Group<'_>,
        engine: &str,
        place: Option<&Setting>,
        address: Option<&Address>,
    ) -> Option<Found<'s>> {
        if let Some(setting) = place {
            let host = match address {
                Some(address) => address.host.clone(),
                None => setting.value.readable().and_then(hosts::host),
            };
            if let Some(host) = host {
                return Some(self.at_host(app, setting, &host, engine));
            }
            let local = setting
                .value
                .readable()
                .is_some_and(|text| text.contains("localhost") || text.contains("127.0.0.1"));
            if local && let Some(server) = self.own(app, engine) {
                let shows = format!("`{}` points at its own pod", setting.name);
                return Some(found(server, app, How::Host, setting, shows));
            }
        }
        self.by_secret(app, group, engine)
            .or_else(|| self.by_own(app, group, engine))
            .or_else(|| self.by_dependency(app, group, engine))
            .or_else(|| self.by_company(app, group, engine))
    }

    fn own(&self, app: &App<'_>, engine: &str) -> Option<&'s Server> {
        let mut own = self.servers.iter().filter(|server| {
            server.release.as_ref() == Some(&app.id) && self.is_like(&server.engine, engine)
        });
        own.next().filter(|_| own.next().is_none())
    }

    /// Follows a host: to a server, to something else in the repository, or out of it.
    fn at_host(&self, app: &App<'_>, setting: &Setting, host: &Host, engine: &str) -> Found<'s> {
        let shows = |what: &str| match &setting.value {
            Value::Secret { secret, .. } => {
                format!(
                    "`{}` of the Secret `{secret}` is made with the host `{}`{what}",
                    setting.name, host.text
                )
            }
            Value::Plain(_) => format!("`{}` names the host `{}`{what}", setting.name, host.text),
        };
        if let Some(server) = self.server_at(app, host, Some(engine)) {
            return found(server, app, How::Host, setting, shows(""));
        }
        let sign = |what: &str| Sign { position: setting.at.clone(), shows: shows(what) };
        let outside = !host.is_service && (host.namespace.is_none() || host.is_number());
        let two_labels = !host.is_service && host.namespace.is_some();
        if outside || two_labels && !self.is_namespace(host.namespace.as_deref()) {
            let lives = Lives::External { host: host.text.clone() };
            return Found { server: None, lives, how: How::Host, sign: sign("") };
        }
        let sign = sign(", which no manifest of the repository shows");
        Found { server: None, lives: Lives::Unknown, how: How::Host, sign }
    }

    fn is_namespace(&self, name: Option<&str>) -> bool {
        self.apps.values().any(|app| app.namespace.as_deref() == name)
            || self.servers.iter().any(|server| server.namespace.as_deref() == name)
    }

    /// Finds the server that a host leads to.
    fn server_at(&self, app: &App<'_>, host: &Host, engine: Option<&str>) -> Option<&'s Server> {
        let namespace = host.namespace.as_deref().or(app.namespace.as_deref());
        if !host.is_service && host.namespace.is_none() {
            return None;
        }
        let near = |server: &&Server| {
            server.namespace.is_none()
                || namespace.is_none()
                || server.namespace.as_deref() == namespace
        };
        let fits =
            |server: &&Server| engine.is_none_or(|engine| self.is_like(&server.engine, engine));
        let exact = |server: &&Server| server.hosts.contains(&host.service);
        let servers = || self.servers.iter().filter(near);
        // A service's exact name tells more than what a variable is called.
        if let Some(server) = servers().filter(fits).find(exact).or_else(|| servers().find(exact)) {
            return Some(server);
        }
        let starts = |server: &&Server| {
            server.prefix.as_ref().is_some_and(|prefix| {
                let rest = host.service.strip_prefix(prefix.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
        };
        servers()
            .filter(fits)
            .filter(starts)
            .max_by_key(|server| server.prefix.as_ref().map_or(0, String::len))
    }

    /// Finds the server that makes, or signs in by, a Secret of the group.
    fn by_secret(&self, app: &App<'_>, group: &Group<'_>, engine: &str) -> Option<Found<'s>> {
        group.settings.iter().find_map(|setting| {
            let Value::Secret { secret, .. } = &setting.value else { return None };
            let server = self.servers.iter().find(|server| {
                server.namespace == app.namespace
                    && server.secrets.iter().any(|own| Glob::new(own).matches(secret))
                    && self.is_like(&server.engine, engine)
            })?;
            let shows = format!(
                "`{}` comes from the Secret `{secret}`, as the server's own sign-in does",
                setting.name
            );
            Some(found(server, app, How::SharedSecret, setting, shows))
        })
    }

    /// Takes the release's own server, where it has just one that fits.
    fn by_own(&self, app: &App<'_>, group: &Group<'_>, engine: &str) -> Option<Found<'s>> {
        let server = self.own(app, engine)?;
        let setting = group.settings.first()?;
        // Only what the name of the engine says; `DB_…` may mean any other.
        if engine == "any" {
            return None;
        }
        let shows = format!("`{}` speaks of the engine that the release runs itself", setting.name);
        Some(found(server, app, How::Variable, setting, shows))
    }

    /// Finds the server of a release that this one, or its Kustomization, depends on.
    fn by_dependency(&self, app: &App<'_>, group: &Group<'_>, engine: &str) -> Option<Found<'s>> {
        let mut fitting = self.servers.iter().filter(|server| {
            let depends = server
                .release
                .as_ref()
                .is_some_and(|release| app.release.depends_on.contains(release));
            depends && self.is_like(&server.engine, engine)
        });
        let server = fitting.next()?;
        if fitting.next().is_some() {
            return None;
        }
        let setting = group.settings.first()?;
        let release = server.release.as_ref()?;
        let shows =
            format!("it depends on `{release}`, and `{}` speaks of a database", setting.name);
        Some(found(server, app, How::DependsOn, setting, shows))
    }

    /// Finds the one server that the same Kustomization applies beside the release.
    fn by_company(&self, app: &App<'_>, group: &Group<'_>, engine: &str) -> Option<Found<'s>> {
        let mut near = self.servers.iter().filter(|server| {
            let company = server.release.as_ref().and_then(|id| self.apps.get(id)).map_or_else(
                || server.at.file.parent() == app.object.manifest.position().file.parent(),
                |other| {
                    other.object.manifest.is_applied_with(&app.object.manifest)
                        && other.object.manifest.position().file.parent()
                            == app.object.manifest.position().file.parent()
                },
            );
            server.release.as_ref() != Some(&app.id)
                && server.namespace == app.namespace
                && company
                && self.is_like(&server.engine, engine)
        });
        let server = near.next()?;
        if near.next().is_some() {
            return None;
        }
        let setting = group.settings.first()?;
        let shows = format!(
            "`{}` speaks of a database, and one stands beside the release ({})",
            setting.name, server.at
        );
        Some(found(server, app, How::Applied, setting, shows))
    }

    /// Makes a store of a file on a volume of the release.
    fn file(&self, app: &App<'_>, group: &Group<'_>) -> Option<Store> {
        let file = group.file.or_else(|| group.parts.get(&CredentialRole::Url).copied());
        let file = file.or_else(|| group.parts.get(&CredentialRole::Host).copied());
        let file = file.or_else(|| {
            let named = group.parts.get(&CredentialRole::Database).copied();
            named.filter(|setting| setting.value.readable().is_some_and(is_file))
        });
        let setting = file.or(group.kind).or_else(|| group.settings.first().copied())?;
        let text = file.and_then(|file| file.value.readable()).unwrap_or_default();
        let text = text
            .split_once(':')
            .filter(|(scheme, _)| !scheme.contains('/'))
            .map_or(text, |(_, rest)| rest);
        let path = text.trim_start_matches("//").split('?').next().unwrap_or_default();
        let path = format!("/{}", path.trim_start_matches('/'));
        let path = (path.len() > 1).then_some(path);
        Some(self.sqlite(app, setting, path.as_deref()))
    }

    fn sqlite(&self, app: &App<'_>, setting: &Setting, path: Option<&str>) -> Store {
        let volumes = super::volumes::of_app(app, self.around);
        let holds = |volume: &&super::model::Volume| {
            path.is_some_and(|path| {
                volume.mounts.iter().any(|mount| {
                    let rest = path.strip_prefix(mount.trim_end_matches('/'));
                    rest.is_some_and(|rest| rest.starts_with('/'))
                })
            })
        };
        let mut fitting: Vec<_> = volumes.iter().filter(holds).cloned().collect();
        if fitting.is_empty() && volumes.len() == 1 {
            fitting.clone_from(&volumes);
        }
        fitting
            .sort_by_key(|volume| std::cmp::Reverse(volume.mounts.iter().map(String::len).max()));
        let shows = match path {
            Some(path) => format!("`{}` names the file `{path}`", setting.name),
            None => format!("`{}` speaks of SQLite", setting.name),
        };
        let sign = Sign { position: setting.at.clone(), shows };
        let lives = match fitting.first() {
            Some(volume) => Lives::OwnVolume {
                volume: volume.name.clone(),
                claim: volume.claim.clone(),
                path: path.map(str::to_owned),
            },
            None => Lives::Unknown,
        };
        let mut store = self.store("sqlite", lives, How::File, sign);
        store.volumes = fitting.into_iter().take(1).collect();
        store
    }

    /// Finds the servers that longer texts of a release name: files of settings, arguments, the
    /// ConfigMaps and Secrets that it mounts.
    fn mentions(&self, app: &App<'_>, groups: &BTreeMap<String, Group<'_>>) -> Vec<Store> {
        let used: BTreeSet<(u32, u32)> = groups
            .values()
            .flat_map(|group| &group.settings)
            .map(|setting| (setting.at.line, setting.at.column))
            .collect();
        let mut texts = Vec::new();
        super::texts::all(&app.values, &mut texts);
        super::texts::beside(app, self.around, &mut texts);
        let mut found: Vec<Store> = Vec::new();
        for text in texts {
            if used.contains(&(text.at.line, text.at.column)) {
                continue;
            }
            for (line, host, address) in hosts::mentioned(&text.content) {
                let engine = address
                    .as_ref()
                    .and_then(|address| self.policies.datastore_of_word(&address.scheme));
                let web =
                    address.as_ref().is_some_and(|address| address.scheme.starts_with("http"));
                let name = engine.map(|engine| engine.policy.name.as_str());
                let server = self.server_at(app, &host, name);
                let server = server
                    .filter(|server| server.release.as_ref() != Some(&app.id) || engine.is_some());
                let Some(server) = server else { continue };
                // A page of a chart beside a datastore is not the datastore.
                if web && server.prefix.is_some() {
                    continue;
                }
                let mut position = text.at.clone();
                if line > 0 {
                    position.line += line + u32::from(text.is_block);
                    position.column = 1;
                }
                let shows = format!("`{}` names the host `{}`", text.name, host.text);
                let how =
                    if server.release.as_ref() == Some(&app.id) { How::Image } else { How::Host };
                let sign = Sign { position: position.clone(), shows };
                let lives = lives(server, app);
                let mut store = self.store(&server.engine, lives, how, sign);
                store.how = How::Host;
                store.only_reads =
                    text.path.iter().any(|key| key.to_ascii_lowercase().contains("datasource"));
                if let Some(address) = address.filter(|_| engine.is_some()) {
                    store.credentials = from_address(&text.name, &position, &address);
                }
                if let Some((key, name)) = &text.database {
                    store.credentials.push(Credential {
                        role: CredentialRole::Database,
                        name: key.clone(),
                        secret: None,
                        key: None,
                        literal: Some(name.clone()),
                        position: text.at.clone(),
                    });
                }
                fill(&mut store, server);
                add(&mut found, store);
            }
        }
        found
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

/// Says where a server lives, as a release sees it.
fn lives(server: &Server, app: &App<'_>) -> Lives {
    if server.release.as_ref() == Some(&app.id) { server.own.clone() } else { server.lives.clone() }
}

fn found<'s>(
    server: &'s Server,
    app: &App<'_>,
    how: How,
    setting: &Setting,
    shows: String,
) -> Found<'s> {
    let sign = Sign { position: setting.at.clone(), shows };
    Found { server: Some(server), lives: lives(server, app), how, sign }
}

/// Lists how a release signs in, the application's own names before the administrator's.
fn sign_in(app: &App<'_>, group: &Group<'_>, address: Option<&Address>) -> Vec<Credential> {
    let mut found = Vec::new();
    for (part, setting) in &group.parts {
        if !is_administrator(&setting.normal) {
            found.push(credential(app, setting, *part));
        }
    }
    if let (Some(address), Some(setting)) = (address, group.parts.get(&CredentialRole::Url)) {
        found.extend(from_address(&setting.name, &setting.at, address));
        found.extend(from_variables(app, setting));
    }
    found
}

/// Reads the user and the database of an address that takes them from other variables, as
/// `scheme://$(USER):$(WORD)@host/$(NAME)`.
fn from_variables(app: &App<'_>, url: &Setting) -> Vec<Credential> {
    let Value::Plain(text) = &url.value else { return Vec::new() };
    let variable = |text: &str| {
        let name = text.strip_prefix("$(")?.split_once(')')?.0;
        app.settings.list.iter().find(|setting| setting.is_variable && setting.name == name)
    };
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let (signs, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let word = signs.split_once(':').map(|(_, word)| word);
    let parts = [
        (CredentialRole::User, Some(signs)),
        (CredentialRole::Password, word),
        (CredentialRole::Database, place.split_once('/').map(|(_, name)| name)),
    ];
    let found = parts
        .into_iter()
        .filter_map(|(role, text)| Some(credential(app, text.and_then(variable)?, role)));
    found.collect()
}

/// Lists what an address says openly.
fn from_address(
    name: &str,
    position: &crate::diagnostic::Position,
    address: &Address,
) -> Vec<Credential> {
    let host = address.host.as_ref().map(|host| host.text.clone());
    let parts = [
        (CredentialRole::Host, host),
        (CredentialRole::User, address.user.clone()),
        (CredentialRole::Database, address.database.clone()),
    ];
    let parts = parts.into_iter().filter_map(|(role, literal)| {
        let (name, position) = (name.to_owned(), position.clone());
        Some(Credential { role, name, secret: None, key: None, literal: Some(literal?), position })
    });
    parts.collect()
}

/// Says whether a text is the path of an embedded database.
fn is_file(text: &str) -> bool {
    let text = text.split('?').next().unwrap_or_default().to_ascii_lowercase();
    [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|end| text.ends_with(end))
}
