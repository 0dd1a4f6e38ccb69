//! The reference grammar: what a registry, a name and a tag may be made of.
//!
//! The rules are those of the distribution project's package `reference` and of the OCI
//! distribution specification. They are the whole judge of what an image is, so that templates,
//! variables and prose are told from images here and nowhere else.

use super::InvalidReference;

/// The longest repository name, registry included, in bytes (distribution's `NameTotalLengthMax`).
pub(super) const MAX_NAME: usize = 255;

/// Tells whether a text can be a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
///
/// The rule is the OCI distribution specification's, section "Pulling manifests".
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    text.len() <= 128
        && text.bytes().all(inner)
        && text.bytes().next().is_some_and(|first| !matches!(first, b'.' | b'-'))
}

/// Cuts the registry off a name, if its first segment is one.
pub(super) fn split_registry(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

/// Checks `registry` within `text`: a host, perhaps with a port.
pub(super) fn check_registry(registry: &str, text: &str) -> Result<(), InvalidReference> {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (registry, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host_fits = match literal {
        Some(address) => {
            !address.is_empty()
                && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        }
        None => host.split('.').all(label),
    };
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok());
    if host_fits && port_fits {
        return Ok(());
    }
    Err(InvalidReference::Registry { text: text.to_owned(), part: registry.to_owned() })
}

/// Checks `path` within `text`: lower-case names with `/` between them.
pub(super) fn check_path(path: &str, text: &str) -> Result<(), InvalidReference> {
    let wrong = path.split('/').find(|component| !is_path_component(component));
    match wrong {
        None => Ok(()),
        Some(part) => Err(InvalidReference::Path { text: text.to_owned(), part: part.to_owned() }),
    }
}

/// Tells whether a text is `[a-z0-9]+` groups with one of `.`, `_`, `__` or any number of `-`
/// between them.
fn is_path_component(component: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separated = component
        .split(alphanumeric)
        .all(|run| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-'));
    separated && component.starts_with(alphanumeric) && component.ends_with(alphanumeric)
}

/// Checks `tag` within `text`.
pub(super) fn check_tag(tag: &str, text: &str) -> Result<(), InvalidReference> {
    if is_tag(tag) {
        return Ok(());
    }
    Err(InvalidReference::Tag { text: text.to_owned(), part: tag.to_owned() })
}
