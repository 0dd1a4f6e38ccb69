//! How one signs in to a server, as its own settings say: a chart's `auth`, the environment of its
//! container, the bootstrap of a cluster.

use super::super::apps::App;
use super::super::hosts::is_plain;
use super::super::model::{Credential, CredentialRole};
use super::super::roles::{Role, is_administrator, normal, role};
use super::super::settings::{Setting, Value};
use super::super::written::Written;
use crate::flux::ObjectName;

/// Reads how one signs in from the `auth` of a chart that is an engine.
pub(super) fn auth(app: &App<'_>, values: &Written, title: &str) -> Vec<Credential> {
    let Some(auth) = values.get("auth").or_else(|| values.at(&["global", "postgresql", "auth"]))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |role, key: &str, name: &str| {
        let Some(written) = auth.get(key) else { return };
        let Some(text) = written.text() else { return };
        let literal = (role != CredentialRole::Password).then(|| text.to_owned());
        if literal.is_none() {
            return;
        }
        let (name, position) = (name.to_owned(), written.at.clone());
        found.push(Credential { role, name, secret: None, key: None, literal, position });
    };
    add(CredentialRole::User, "username", "auth.username");
    add(CredentialRole::Database, "database", "auth.database");
    let secret =
        auth.get("existingSecret").and_then(|at| Some((at.text()?.to_owned(), at.at.clone())));
    if let Some((secret, position)) = secret {
        // The charts' own default where the key has no name of its own.
        let named = auth.text_at(&["secretKeys", "userPasswordKey"]);
        let by_title = if title.contains("PostgreSQL") { Some("password") } else { None };
        let key = named.or(by_title).map(str::to_owned);
        found.push(Credential {
            role: CredentialRole::Password,
            name: "auth.existingSecret".to_owned(),
            secret: Some(app.named(&secret)),
            key,
            literal: None,
            position,
        });
    }
    found
}

/// Reads how one signs in from the settings of an engine's own container.
pub(super) fn credentials(app: &App<'_>, settings: &[&Setting]) -> Vec<Credential> {
    let mut found: Vec<Credential> = Vec::new();
    for setting in settings {
        let Some((_, Role::Part(part))) = role(&setting.normal) else { continue };
        let wanted = matches!(
            part,
            CredentialRole::User | CredentialRole::Password | CredentialRole::Database
        );
        if wanted && !is_administrator(&setting.normal) && setting.is_variable {
            found.push(credential(app, setting, part));
        }
    }
    found
}

/// Makes a part of a sign-in of a setting.
pub(in crate::state) fn credential(
    app: &App<'_>,
    setting: &Setting,
    part: CredentialRole,
) -> Credential {
    let (secret, key, literal) = match &setting.value {
        Value::Secret { secret, key, .. } => (Some(app.named(secret)), Some(key.clone()), None),
        Value::Plain(text) => {
            let open = !matches!(part, CredentialRole::Password | CredentialRole::Url);
            let plain = open && is_plain(text);
            (None, None, plain.then(|| text.clone()))
        }
    };
    let (name, position) = (setting.name.clone(), setting.at.clone());
    Credential { role: part, name, secret, key, literal, position }
}

/// Reads the first database of a cluster and its owner.
pub(super) fn bootstrap(written: &Written, id: &ObjectName) -> Vec<Credential> {
    let Some(init) = written.at(&["spec", "bootstrap", "initdb"]) else { return Vec::new() };
    let mut found = Vec::new();
    for (role, key) in [(CredentialRole::Database, "database"), (CredentialRole::User, "owner")] {
        let Some(at) = init.get(key) else { continue };
        let Some(text) = at.text() else { continue };
        found.push(Credential {
            role,
            name: format!("bootstrap.initdb.{key}"),
            secret: None,
            key: None,
            literal: Some(text.to_owned()),
            position: at.at.clone(),
        });
    }
    if let Some(secret) = init.get("secret")
        && let Some(name) = secret.text_at(&["name"])
    {
        found.push(Credential {
            role: CredentialRole::Password,
            name: "bootstrap.initdb.secret".to_owned(),
            secret: Some(ObjectName { namespace: id.namespace.clone(), name: name.to_owned() }),
            key: Some("password".to_owned()),
            literal: None,
            position: secret.at.clone(),
        });
    }
    found
}

/// Reads how one signs in from the environment of a plain pod's container.
pub(super) fn pod_credentials(container: &Written, id: &ObjectName) -> Vec<Credential> {
    let items = container.get("env").map(Written::items).unwrap_or_default();
    let found = items.iter().filter_map(|item| {
        let name = item.text_at(&["name"])?;
        let spelled = normal(name);
        let (_, Role::Part(part)) = role(&spelled)? else { return None };
        let wanted = matches!(
            part,
            CredentialRole::User | CredentialRole::Password | CredentialRole::Database
        );
        if !wanted || is_administrator(&spelled) {
            return None;
        }
        let reference = item.at(&["valueFrom", "secretKeyRef"]);
        let secret = reference.and_then(|r| r.text_at(&["name"]));
        let literal = item.text_at(&["value"]).filter(|_| part != CredentialRole::Password);
        Some(Credential {
            role: part,
            name: name.to_owned(),
            secret: secret
                .map(|name| ObjectName { namespace: id.namespace.clone(), name: name.to_owned() }),
            key: reference.and_then(|r| r.text_at(&["key"])).map(str::to_owned),
            literal: literal.map(str::to_owned),
            position: item.at.clone(),
        })
    });
    found.collect()
}
