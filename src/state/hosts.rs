//! Hosts and addresses, as applications write them.
//!
//! `NAME.NAMESPACE.svc.cluster.local`, `NAME.NAMESPACE`, `NAME`, with or without a port, alone or
//! inside `scheme://user:password@host:port/database`. A password is dropped the moment it is met.
//! What holds a template or a variable that nothing defines has no value here.

/// A host inside or outside the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// The whole name without a port.
    pub(super) text: String,
    /// Its first label: a service, if it is inside.
    pub(super) service: String,
    /// The namespace, where one is written or could be.
    pub(super) namespace: Option<String>,
    /// Whether it can only be a service of the cluster.
    pub(super) is_service: bool,
    /// The port, where one is written.
    pub(super) port: Option<u16>,
}

/// An address with what it says beside its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: String,
    pub(super) user: Option<String>,
    pub(super) host: Option<Host>,
    pub(super) database: Option<String>,
}

/// Reads a host, `NAME.NAMESPACE.svc:5432`.
pub(super) fn host(text: &str) -> Option<Host> {
    let text = text.trim();
    // Of several hosts of one server the first stands for all.
    let text = text.split(',').next().unwrap_or_default();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.strip_prefix("tcp:").unwrap_or(text);
    let text = text.split(['/', '?']).next().unwrap_or_default();
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (text, None),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !labels.iter().all(is_label) || is_own_pod(&name) {
        return None;
    }
    let (service, namespace, is_service) = match labels.as_slice() {
        [service] => (*service, None, true),
        // Four labels before the domain are a pod of a StatefulSet behind its headless service.
        [service, namespace, "svc", ..] | [_, service, namespace, "svc", ..] => {
            (*service, Some(*namespace), true)
        }
        [service, namespace] => (*service, Some(*namespace), false),
        [service, ..] => (*service, None, false),
        [] => return None,
    };
    let (service, namespace) = (service.to_owned(), namespace.map(str::to_owned));
    Some(Host { text: name.clone(), service, namespace, is_service, port })
}

/// Says whether a name or a number without its port leads to the pod itself.
fn is_own_pod(name: &str) -> bool {
    matches!(name, "localhost" | "localhost.localdomain" | "127.0.0.1" | "0.0.0.0")
}

/// Says whether what is written for a host or an address leads to the pod itself.
pub(super) fn leads_home(text: &str) -> bool {
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split(['/', '?']).next().unwrap_or_default();
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    if text.starts_with("[::1]") || text == "::1" {
        return true;
    }
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    is_own_pod(&name.to_ascii_lowercase())
}

impl Host {
    /// Says whether the name is an address in numbers.
    pub(super) fn is_number(&self) -> bool {
        self.text.split('.').all(|label| label.bytes().all(|b| b.is_ascii_digit()))
    }
}

/// Reads an address with a scheme.
pub(super) fn address(text: &str) -> Option<Address> {
    let text = text.trim();
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let (scheme, rest) = text.split_once(":/")?;
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_');
    if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
        return None;
    }
    let rest = rest.trim_start_matches('/');
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (user.split(':').next().filter(|user| is_plain(user)), place),
        None => (None, authority),
    };
    let database = path.split(['?', '#', ';']).next().filter(|name| is_plain(name));
    Some(Address {
        scheme: scheme.to_ascii_lowercase(),
        user: user.map(str::to_owned),
        host: host(place).filter(|_| !place.is_empty()),
        database: database.map(str::to_owned),
    })
}

/// Returns what of a text is written, and not made by a template when it is applied.
pub(super) fn without_templates(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("{{") {
        out.push_str(before);
        rest = inside.split_once("}}").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// Says whether a text is what it says, and not a template or a variable.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['{', '}', '$', '<', '>', '%', '(', ' ', '"'])
}

/// Lists the hosts of services, with namespaces, that a longer text names, each with its line from
/// 0 and the address around it where there is one.
pub(super) fn mentioned(text: &str) -> Vec<(u32, Host, Option<Address>)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().take(20_000) {
        // Most lines hold no host at all.
        if !line.contains(".svc") && !line.contains("://") {
            continue;
        }
        let separators: &[char] =
            &[' ', '"', '\'', ',', '=', '(', ')', '[', ']', '<', '>', ';', '`'];
        for word in line.split(separators) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if let Some(address) = word.contains("://").then(|| address(word)).flatten() {
                if let Some(host) = address.host.clone() {
                    found.push((number, host, Some(address)));
                }
            } else if let Some(host) = word.contains(".svc").then(|| host(word)).flatten()
                && host.is_service
            {
                found.push((number, host, None));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_makes_is_not_written() {
        for (text, expected) in [
            (r#"{{ .uri | replace "a://" "b://" }}"#, ""),
            ("postgres://{{ .user }}@db/x", "postgres://@db/x"),
            ("plain", "plain"),
            ("open {{ end", "open "),
        ] {
            assert_eq!(without_templates(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts_are_cut_into_service_and_namespace() {
        for (text, expected) in [
            ("db", Some(("db", None, true))),
            ("db:5432", Some(("db", None, true))),
            ("db.data", Some(("db", Some("data"), false))),
            ("db.data.svc", Some(("db", Some("data"), true))),
            ("db.data.svc.cluster.local:5432", Some(("db", Some("data"), true))),
            ("db-0.db.data.svc.cluster.local", Some(("db", Some("data"), true))),
            ("db.example.org", Some(("db", None, false))),
            ("a-rw.data.svc,b-rw.data.svc", Some(("a-rw", Some("data"), true))),
            ("tcp://cache:6379/0", Some(("cache", None, true))),
            ("localhost", None),
            ("127.0.0.1:5432", None),
            ("{{ .host }}", None),
            ("${HOST}", None),
            ("", None),
            ("a b", None),
        ] {
            let found = host(text);
            let seen = found.as_ref().map(|h| (&*h.service, h.namespace.as_deref(), h.is_service));
            assert_eq!(seen, expected, "{text}");
        }
    }

    #[test]
    fn the_pod_itself_is_known_by_its_names() {
        for (text, expected) in [
            ("localhost", true),
            ("127.0.0.1:5432", true),
            ("jdbc:mariadb://localhost:3306/shop", true),
            ("postgres://u:w@127.0.0.1/shop", true),
            ("redis://[::1]:6379", true),
            ("localhost.example.org", false),
            ("db", false),
        ] {
            assert_eq!(leads_home(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_lose_their_password() {
        for (text, scheme, user, service, database) in [
            (
                "postgresql://app:word@db.data.svc:5432/shop?x=1",
                "postgresql",
                Some("app"),
                Some("db"),
                Some("shop"),
            ),
            (
                "postgres://{{ .user }}:{{ .word }}@db/shop",
                "postgres",
                None,
                Some("db"),
                Some("shop"),
            ),
            ("redis://cache:6379/0", "redis", None, Some("cache"), Some("0")),
            ("jdbc:postgresql://db/shop", "postgresql", None, Some("db"), Some("shop")),
            ("sqlite:////data/app.db", "sqlite", None, Some("data"), Some("app.db")),
        ] {
            let found = address(text).unwrap();
            assert_eq!(found.scheme, scheme, "{text}");
            assert_eq!(found.user.as_deref(), user, "{text}");
            assert_eq!(found.host.as_ref().map(|h| &*h.service), service, "{text}");
            assert_eq!(found.database.as_deref(), database, "{text}");
            assert!(!format!("{found:?}").contains("word@"), "{text}");
        }
        for text in ["no address", "://x", "a b://c"] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn longer_texts_are_searched_line_by_line() {
        let text =
            "a: 1\nurl: \"postgres://u@db.data.svc/x\"\nhost: cache.data.svc.cluster.local:6379\n";
        let found = mentioned(text);
        let seen: Vec<_> = found.iter().map(|(line, host, _)| (*line, &*host.service)).collect();
        assert_eq!(seen, [(1, "db"), (2, "cache")]);
    }
}
