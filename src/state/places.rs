//! Where the datastore of a group lives, by the most telling sign that there is.
//!
//! A host leads to a server, a Secret to the server that signs in by it; then the release's own
//! server, what it depends on, and what the same Kustomization applies beside it. Two that fit are
//! as good as none: nothing is guessed.

use super::apps::App;
use super::groups::Group;
use super::hosts::{self, Address, Host};
use super::model::{How, Lives};
use super::servers::Server;
use super::settings::{Setting, Value};
use super::uses::Scene;
use crate::flux::Sign;
use crate::policy::Glob;

/// Where a use leads.
pub(super) struct Found<'s> {
    pub(super) server: Option<&'s Server>,
    pub(super) lives: Lives,
    pub(super) how: How,
    pub(super) sign: Sign,
}

impl<'s> Scene<'s, '_> {
    /// Finds where a group's datastore lives.
    pub(super) fn place(
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
            if setting.value.readable().is_some_and(hosts::leads_home) {
                let shows = format!("`{}` points at its own pod", setting.name);
                return Some(match self.own(app, engine) {
                    Some(server) => found(server, app, How::Host, setting, shows),
                    // Whatever answers there, it is none of the servers elsewhere.
                    None => Found {
                        server: None,
                        lives: Lives::Unknown,
                        how: How::Host,
                        sign: Sign { position: setting.at.clone(), shows },
                    },
                });
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
    pub(super) fn server_at(
        &self,
        app: &App<'_>,
        host: &Host,
        engine: Option<&str>,
    ) -> Option<&'s Server> {
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
    pub(super) fn by_secret(
        &self,
        app: &App<'_>,
        group: &Group<'_>,
        engine: &str,
    ) -> Option<Found<'s>> {
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
}

/// Says where a server lives, as a release sees it.
pub(super) fn lives(server: &Server, app: &App<'_>) -> Lives {
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
