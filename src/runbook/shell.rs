//! Names as words of a shell.
//!
//! Names come from manifests, so none is put into a command as it is: a plain one may stand bare,
//! any other is quoted, and inside quotes of a command only plain ones may stand.

use crate::flux::ObjectName;

/// Says whether a text is one word in any shell, quoted or not.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/:@%+=,-".contains(&b))
}

/// Returns the namespace and the name of an object, where both are plain.
pub(super) fn object(id: &ObjectName) -> Option<(&str, &str)> {
    let namespace = id.namespace.as_deref().filter(|name| is_plain(name))?;
    is_plain(&id.name).then_some((namespace, id.name.as_str()))
}

/// Returns a text as one word.
pub(super) fn word(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Returns what reads a key of a Secret; nothing where the key cannot stand in a path of `kubectl`.
pub(super) fn secret(namespace: &str, name: &str, key: &str) -> Option<String> {
    let plain = [namespace, name].into_iter().all(is_plain);
    let keyed = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !plain || !keyed || key.is_empty() {
        return None;
    }
    let key = key.replace('.', r"\.");
    Some(format!(
        "$(kubectl get secret -n {namespace} {name} -o jsonpath='{{.data.{key}}}' | base64 -d)"
    ))
}

/// Returns a name for an object of the cluster: lower-case letters, digits and `-`, no more than
/// `longest` of them.
pub(super) fn object_name(text: &str, longest: usize) -> String {
    let mut name = String::new();
    for c in text.to_ascii_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    name.truncate(longest);
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_word() {
        for (text, expected) in [
            ("shop-db", "shop-db"),
            ("a b", "'a b'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's", r"'it'\''s'"),
            ("-rf", "'-rf'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), expected);
        }
    }

    #[test]
    fn keys_of_secrets_are_read_by_name() {
        let read = secret("shop", "shop-secret", "db.user").unwrap();
        assert_eq!(
            read,
            r"$(kubectl get secret -n shop shop-secret -o jsonpath='{.data.db\.user}' | base64 -d)"
        );
        for key in ["a b", "", "x'y", "$(id)"] {
            assert_eq!(secret("shop", "shop-secret", key), None, "{key}");
        }
        assert_eq!(secret("shop", "x;y", "user"), None);
    }

    #[test]
    fn objects_get_names_that_the_cluster_takes() {
        assert_eq!(object_name("Shop 2.0.1+build", 63), "shop-2-0-1-build");
        assert_eq!(object_name("abc-def", 4), "abc");
    }
}
