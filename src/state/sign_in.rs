//! How a release signs in to a datastore: by which variables, Secrets and keys, never with what.

use super::apps::App;
use super::groups::Group;
use super::hosts::Address;
use super::model::{Credential, CredentialRole};
use super::roles::is_administrator;
use super::servers::credential;
use super::settings::{Setting, Value};

/// Lists how a release signs in, the application's own names before the administrator's.
pub(super) fn sign_in(
    app: &App<'_>,
    group: &Group<'_>,
    address: Option<&Address>,
) -> Vec<Credential> {
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
pub(super) fn from_address(
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
