//! Datastores that longer texts of a release name: files of settings, arguments, what it mounts.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::App;
use super::groups::Group;
use super::hosts;
use super::model::{Credential, CredentialRole, How, Lives, Store};
use super::places::lives;
use super::sign_in::from_address;
use super::uses::{Scene, add, fill};
use crate::flux::Sign;

impl Scene<'_, '_> {
    /// Finds the servers that longer texts of a release name: files of settings, arguments, the
    /// ConfigMaps and Secrets that it mounts.
    pub(super) fn mentions(
        &self,
        app: &App<'_>,
        groups: &BTreeMap<String, Group<'_>>,
    ) -> Vec<Store> {
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
                // A page of a chart beside a datastore is not the datastore, nor is one of what runs
                // in the same release.
                let engine_of = |name: &str| self.policies.datastore(name)?.policy.port;
                let other_port = host.port.is_none() || host.port != engine_of(&server.engine);
                if web && (server.prefix.is_some() || server.own != Lives::Itself && other_port) {
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
}
