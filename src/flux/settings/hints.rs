//! What keys and names say by their spelling.
//!
//! Charts agree on little, and on this much: where variables of an environment stand, `env` is in
//! the key; where a Secret or a ConfigMap is named, its kind is; and a variable is written in
//! capitals.

/// Says whether a key holds variables: `env`, `extraEnvVars`, `environment` …
pub(super) fn holds_variables(key: &str) -> bool {
    let plain = plain(key);
    let ends = ["env", "envs", "envvar", "envvars", "envvariables"];
    let long = ["environment", "environments", "environmentvars", "environmentvariables"];
    ends.iter().chain(&long).any(|end| plain.ends_with(end))
}

/// Says whether a key holds the words of a command line.
pub(super) fn holds_flags(key: &str) -> bool {
    let plain = plain(key);
    ["args", "arguments", "command", "flags"].iter().any(|end| plain.ends_with(end))
}

/// Says whether a text can be the name of a variable.
pub(super) fn is_variable(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(valid)
}

/// Says whether a text is a variable wherever it stands: two capitals or more, and nothing small.
pub(super) fn is_capital(name: &str) -> bool {
    let capitals = name.chars().filter(char::is_ascii_uppercase).count();
    let valid = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    capitals >= 2 && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(valid)
}

/// Says whether the value of such a name is to be kept to oneself, in a Secret or not.
pub(super) fn is_private(name: &str, value: &str) -> bool {
    let plain = plain(name);
    let words = ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey"];
    let ends = ["pass", "key", "dsn", "auth", "salt", "pwd"];
    let login = value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    login
        || words.iter().any(|word| plain.contains(word))
        || ends.iter().any(|end| plain.ends_with(end))
        || value.contains("-----BEGIN")
}

/// What kind of object a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Map {
    ConfigMap,
    Secret,
}

/// Reads which kind of object a key names; `None` for a key that names none.
pub(super) fn names_map(key: &str) -> Option<Map> {
    let plain = plain(key);
    if plain.contains("secret") {
        Some(Map::Secret)
    } else if plain.contains("configmap") || key.ends_with("CM") {
        Some(Map::ConfigMap)
    } else {
        None
    }
}

/// Says whether a key takes all keys of an object as variables: `envFrom`, `extraEnvVarsSecret`.
pub(super) fn takes_all(key: &str) -> bool {
    plain(key).contains("env")
}

/// Says whether a key names one key of an object: `secretKeyRef`.
pub(super) fn takes_one(key: &str) -> bool {
    let plain = plain(key);
    plain.ends_with("keyref") || plain == "valuefrom"
}

/// How the text of a file is read, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// YAML, of which JSON is a part.
    Yaml,
    /// Lines of `key = value` below `[sections]`.
    Lines,
}

/// Reads from a file's name how its text is read.
pub(super) fn format(name: &str) -> Option<Format> {
    let (_, end) = name.rsplit_once('.')?;
    match end.to_ascii_lowercase().as_str() {
        "yaml" | "yml" | "json" => Some(Format::Yaml),
        "toml" | "ini" | "conf" | "cfg" | "properties" | "env" => Some(Format::Lines),
        _ => None,
    }
}

/// Takes a key's letters and digits, small.
fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_what_they_hold() {
        for key in ["env", "extraEnv", "extraEnvVars", "environment", "podEnv", "env_vars"] {
            assert!(holds_variables(key), "{key}");
        }
        for key in ["envFrom", "environmentName", "event", "environmentFile"] {
            assert!(!holds_variables(key), "{key}");
        }
        assert!(is_capital("TZ") && is_capital("DB_HOST") && is_capital("ND_1"));
        assert!(!is_capital("A") && !is_capital("Tz") && !is_capital("1A_B") && !is_capital("__"));
        assert_eq!(names_map("existingSecret"), Some(Map::Secret));
        assert_eq!(names_map("extraEnvVarsCM"), Some(Map::ConfigMap));
        assert_eq!(names_map("cm"), None);
        assert_eq!(format("app.JSON"), Some(Format::Yaml));
        assert_eq!(format("app"), None);
    }

    #[test]
    fn what_is_private_is_told_by_name_and_by_look() {
        for (name, value, private) in [
            ("DB_PASSWORD", "x", true),
            ("SMTP_PASS", "x", true),
            ("API_KEY", "x", true),
            ("DATABASE_URL", "postgres://u:p@db/app", true),
            ("DATABASE_URL", "postgres://db/app", false),
            ("LOG_LEVEL", "info", false),
            ("KEYBOARD", "us", false),
        ] {
            assert_eq!(is_private(name, value), private, "{name}");
        }
    }
}
