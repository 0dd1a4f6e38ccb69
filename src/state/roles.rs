//! What the name of a variable says: which part of a sign-in it holds, and which ones go together.
//!
//! `DB_HOSTNAME`, `DB_USERNAME` and `DB_NAME` share the stem `DB`; `externalDatabase.host`
//! reads as `EXTERNAL_DATABASE_HOST`. The words are those that programs use for hosts, users and
//! the like, whatever the program.

use super::model::CredentialRole;

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// A part of a sign-in.
    Part(CredentialRole),
    /// Which engine is meant.
    Type,
    /// The path of a file.
    File,
}

/// Words at the end of a name, longest first, with what they mean.
const ENDS: &[(&str, Role)] = &[
    ("CONNECTION_STRING", Role::Part(CredentialRole::Url)),
    ("CONNECTIONSTRING", Role::Part(CredentialRole::Url)),
    ("CONN_STRING", Role::Part(CredentialRole::Url)),
    ("DATA_SOURCE_NAME", Role::Part(CredentialRole::Url)),
    ("DATASOURCE", Role::Part(CredentialRole::Url)),
    ("SOURCE", Role::Part(CredentialRole::Url)),
    ("HOSTNAME", Role::Part(CredentialRole::Host)),
    ("HOST", Role::Part(CredentialRole::Host)),
    ("HOSTS", Role::Part(CredentialRole::Host)),
    ("SERVER", Role::Part(CredentialRole::Host)),
    ("SERVER_NAME", Role::Part(CredentialRole::Host)),
    ("ADDRESS", Role::Part(CredentialRole::Host)),
    ("ADDR", Role::Part(CredentialRole::Host)),
    ("ENDPOINT", Role::Part(CredentialRole::Host)),
    ("PORT", Role::Part(CredentialRole::Port)),
    ("USERNAME", Role::Part(CredentialRole::User)),
    ("USER_NAME", Role::Part(CredentialRole::User)),
    ("USER", Role::Part(CredentialRole::User)),
    ("LOGIN", Role::Part(CredentialRole::User)),
    ("OWNER", Role::Part(CredentialRole::User)),
    ("PASSWORD", Role::Part(CredentialRole::Password)),
    ("PASSWD", Role::Part(CredentialRole::Password)),
    ("PASS", Role::Part(CredentialRole::Password)),
    ("PWD", Role::Part(CredentialRole::Password)),
    ("URL", Role::Part(CredentialRole::Url)),
    ("URI", Role::Part(CredentialRole::Url)),
    ("DSN", Role::Part(CredentialRole::Url)),
    ("DBNAME", Role::Part(CredentialRole::Database)),
    ("DATABASE", Role::Part(CredentialRole::Database)),
    ("MAINDB", Role::Part(CredentialRole::Database)),
    ("MAIN_DB", Role::Part(CredentialRole::Database)),
    ("NAME", Role::Part(CredentialRole::Database)),
    ("DB", Role::Part(CredentialRole::Database)),
    ("TYPE", Role::Type),
    ("ENGINE", Role::Type),
    ("DRIVER", Role::Type),
    ("CLIENT", Role::Type),
    ("BACKEND", Role::Type),
    ("DIALECT", Role::Type),
    ("VENDOR", Role::Type),
    ("ADAPTER", Role::Type),
    ("CONNECTION", Role::Type),
    ("PATH", Role::File),
    ("FILE", Role::File),
    ("FILENAME", Role::File),
    ("LOCATION", Role::File),
];

/// Names that speak of the server's own administrator.
const ADMINISTRATORS: &[&str] = &["SUPER", "ROOT", "ADMIN", "SUPERUSER", "REPLICATION", "REPMGR"];

/// Returns a name as variables are spelled: `externalDatabase.host` is `EXTERNAL_DATABASE_HOST`.
pub(super) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '_';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let next_is_lower = rest.peek().is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_alphanumeric() {
            let inner = before.is_ascii_lowercase()
                || (before.is_ascii_uppercase() && next_is_lower && c.is_ascii_uppercase());
            if c.is_ascii_uppercase() && inner && !out.ends_with('_') {
                out.push('_');
            }
            out.push(c.to_ascii_uppercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
        before = c;
    }
    out
}

/// Tells the role of a normal name, with the stem that stands before it.
///
/// Names in one word, such as `PGHOST`, are cut where a role's word ends them.
pub(super) fn role(normal: &str) -> Option<(&str, Role)> {
    // A password in a file is a password; `DB_FILE` stays a file.
    let name = match normal.strip_suffix("_FILE") {
        Some(inner) if matches!(end_of(inner), Some((_, Role::Part(part))) if is_secret(part)) => {
            inner
        }
        _ => normal,
    };
    end_of(name).map(|(stem, role)| (stem.trim_end_matches('_'), role))
}

/// Says whether a part is commonly kept in a file of its own.
fn is_secret(part: CredentialRole) -> bool {
    matches!(part, CredentialRole::User | CredentialRole::Password | CredentialRole::Url)
}

fn end_of(name: &str) -> Option<(&str, Role)> {
    let whole = ENDS.iter().find_map(|(end, role)| {
        let stem = name.strip_suffix(end)?;
        (stem.is_empty() || stem.ends_with('_')).then_some((stem, *role))
    });
    whole.or_else(|| {
        let last = name.rsplit('_').next()?;
        ["HOST", "PORT", "USER", "PASSWORD", "PASS", "DATABASE", "NAME"].iter().find_map(|end| {
            let stem = last.strip_suffix(end)?;
            let short = matches!(stem, "PG" | "DB" | "MYSQL" | "REDIS" | "SQL" | "POSTGRES");
            let (_, role) = ENDS.iter().find(|(known, _)| known == end)?;
            Some((name.strip_suffix(end)?, *role)).filter(|_| short)
        })
    })
}

/// Says whether a normal name speaks of the server's administrator rather than of the application.
pub(super) fn is_administrator(normal: &str) -> bool {
    normal.split('_').any(|word| ADMINISTRATORS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use CredentialRole::{Database, Host, Password, Port, Url, User};

    #[test]
    fn names_are_spelled_as_variables() {
        for (name, expected) in [
            ("externalDatabase.host", "EXTERNAL_DATABASE_HOST"),
            ("SONARR__POSTGRES__HOST", "SONARR_POSTGRES_HOST"),
            ("dbURL", "DB_URL"),
            ("DB_HOST", "DB_HOST"),
            ("database.dbName", "DATABASE_DB_NAME"),
            ("grafana.ini.database.type", "GRAFANA_INI_DATABASE_TYPE"),
        ] {
            assert_eq!(normal(name), expected);
        }
    }

    #[test]
    fn the_end_of_a_name_tells_its_role() {
        let part = |role| Some(Role::Part(role));
        for (name, stem, expected) in [
            ("DB_HOSTNAME", "DB", part(Host)),
            ("DB_DATABASE_NAME", "DB_DATABASE", part(Database)),
            ("DB_USERNAME", "DB", part(User)),
            ("POSTGRES_DB", "POSTGRES", part(Database)),
            ("DATABASE_NAME", "DATABASE", part(Database)),
            ("DATABASE_URL", "DATABASE", part(Url)),
            ("POSTGRES_PASSWORD_FILE", "POSTGRES", part(Password)),
            ("PGHOST", "PG", part(Host)),
            ("DBUSER", "DB", part(User)),
            ("SONARR_POSTGRES_MAINDB", "SONARR_POSTGRES", part(Database)),
            ("REDIS_PORT", "REDIS", part(Port)),
            ("DATABASE_SOURCE", "DATABASE", part(Url)),
            ("SQL_SERVER_NAME", "SQL", part(Host)),
            ("DB_TYPE", "DB", Some(Role::Type)),
            ("DB_FILE", "DB", Some(Role::File)),
            ("DB_POOL_SIZE", "", None),
            ("GHOST", "", None),
        ] {
            let found = role(name);
            assert_eq!(found.map(|(_, role)| role), expected, "{name}");
            if let Some((found, _)) = found {
                assert_eq!(found, stem, "{name}");
            }
        }
    }
}
