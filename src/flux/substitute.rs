//! The variables of a Flux Kustomization's `postBuild`, as text.
//!
//! Flux replaces `${VAR}` and `${VAR:=default}` in what it has built, with the names and functions
//! of the `envsubst` library that it uses; `$${VAR}` stays `${VAR}`. This file only reads the text:
//! which variable stands where, and what its default is. Who defines a variable is `kustomize`'s
//! knowledge.

use std::ops::Range;

/// A variable in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// What stands in for it where nothing defines it, with its range in the text.
    pub(super) default: Option<(&'a str, Range<usize>)>,
    /// `${…}` as a range of bytes of the text.
    pub(super) range: Range<usize>,
}

/// Lists the variables of `text` in order; `$${…}` is none.
pub(super) fn variables(text: &str) -> Vec<Variable<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${")).map(|i| i + at) {
        let escaped = text.get(..start).is_some_and(|before| before.ends_with('$'));
        let inside = start + 2;
        let Some(length) = text.get(inside..).and_then(length) else { break };
        let end = inside + length;
        if !escaped && let Some(variable) = variable(text, inside..end) {
            found.push(variable);
        }
        at = end + 1;
    }
    found
}

/// Returns the length of what stands before the `}` that closes a variable; a default may hold
/// variables of its own.
fn length(inside: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    loop {
        let rest = inside.get(at..)?;
        let next = rest.find(['$', '}'])?;
        if rest.get(next..)?.starts_with("${") {
            open += 1;
        } else if rest.get(next..)?.starts_with('}') {
            let Some(left) = open.checked_sub(1) else { return Some(at + next) };
            open = left;
        }
        at += next + 1;
    }
}

/// Reads what stands between `${` and `}`.
fn variable(text: &str, inside: Range<usize>) -> Option<Variable<'_>> {
    let body = text.get(inside.clone())?;
    let length =
        body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(body.len());
    let (name, rest) = body.split_at_checked(length)?;
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let operator = [":=", ":-", "=", "-"].into_iter().find(|operator| rest.starts_with(operator));
    let default = operator.and_then(|operator| {
        let start = inside.start + length + operator.len();
        let range = start..inside.end;
        text.get(range.clone()).map(|value| (value, range))
    });
    (rest.is_empty() || default.is_some()).then(|| Variable {
        name,
        default,
        range: inside.start - 2..inside.end + 1,
    })
}

/// Replaces every variable of `text` by what `lookup` knows of it, or by its default.
///
/// Returns the text and the names that stayed unresolved; those keep their `${…}`.
pub(super) fn expand(
    text: &str,
    lookup: &mut dyn FnMut(&str) -> Option<String>,
) -> (String, Vec<String>) {
    let mut expanded = String::with_capacity(text.len());
    let mut unresolved = Vec::new();
    let mut at = 0;
    for variable in variables(text) {
        let known = lookup(variable.name).or_else(|| {
            let (value, _) = variable.default.as_ref()?;
            if !value.contains("${") {
                return Some((*value).to_owned());
            }
            let (value, inner) = expand(value, lookup);
            let is_whole = inner.is_empty();
            unresolved.extend(inner);
            is_whole.then_some(value)
        });
        let Some(value) = known else {
            unresolved.push(variable.name.to_owned());
            continue;
        };
        expanded.push_str(text.get(at..variable.range.start).unwrap_or_default());
        expanded.push_str(&value);
        at = variable.range.end;
    }
    expanded.push_str(text.get(at..).unwrap_or_default());
    (expanded, unresolved)
}

/// Returns where the version stands in an image reference that may hold variables: what is behind
/// the colon of its last segment, or behind `@`; all of it where there is neither.
#[must_use]
pub fn version_span(text: &str) -> Range<usize> {
    let mut masked = text.to_owned();
    for variable in variables(text) {
        masked.replace_range(variable.range.clone(), &"v".repeat(variable.range.len()));
    }
    let name_end = masked.find('@').unwrap_or(masked.len());
    let last_slash = masked.get(..name_end).and_then(|name| name.rfind('/')).map_or(0, |at| at + 1);
    let colon = masked.get(last_slash..name_end).and_then(|name| name.find(':'));
    match colon {
        Some(colon) => last_slash + colon + 1..text.len(),
        None if name_end < text.len() => name_end + 1..text.len(),
        None => 0..text.len(),
    }
}

/// Returns where the default of the version's variable stands in a text such as
/// `${REGISTRY:=ghcr.io}/app:${TAG:=1.2}`: the last one, since versions come last.
#[must_use]
pub fn default_span(text: &str) -> Option<Range<usize>> {
    let mut defaults = variables(text).into_iter().rev().filter_map(|variable| variable.default);
    defaults.find(|(value, _)| !value.contains("${")).map(|(_, range)| range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_flux_would_replace() {
        type Seen<'a> = &'a [(&'a str, Option<&'a str>)];
        let cases: &[(&str, Seen<'_>)] = &[
            ("1.2.3", &[]),
            ("${TAG}", &[("TAG", None)]),
            ("${TAG:=1.0}", &[("TAG", Some("1.0"))]),
            ("${TAG:-v2}", &[("TAG", Some("v2"))]),
            ("ghcr.io/${ORG}/app:${TAG}", &[("ORG", None), ("TAG", None)]),
            ("$${TAG}", &[]),
            ("${1TAG}", &[]),
            ("${}", &[]),
            ("${TAG", &[]),
            ("${TAG/a/b}", &[]),
            ("$TAG", &[]),
            ("${A:=}", &[("A", Some(""))]),
            ("${CLAIM:=${APP}}-x", &[("CLAIM", Some("${APP}"))]),
            ("${A:-${B:-${C}}}${D}", &[("A", Some("${B:-${C}}")), ("D", None)]),
            ("${A:-${B}", &[]),
        ];
        for (text, expected) in cases {
            let found = variables(text);
            let seen: Vec<_> = found
                .iter()
                .map(|v| (v.name, v.default.as_ref().map(|(value, _)| *value)))
                .collect();
            assert_eq!(&seen, expected, "{text}");
            for variable in &found {
                assert!(text[variable.range.clone()].starts_with("${"), "{text}");
                if let Some((value, range)) = &variable.default {
                    assert_eq!(&text[range.clone()], *value, "{text}");
                }
            }
        }
    }

    #[test]
    fn versions_and_defaults_are_found_among_variables() {
        for (text, version) in [
            ("ghcr.io/${ORG}/app:1.2", "1.2"),
            ("${REGISTRY:=host:5000}/app:1.2@sha256:0", "1.2@sha256:0"),
            ("host:5000/app:${TAG}", "${TAG}"),
            ("app@sha256:0", "sha256:0"),
            ("${IMAGE}", "${IMAGE}"),
        ] {
            assert_eq!(&text[version_span(text)], version, "{text}");
        }
        for (text, default) in [
            ("${REGISTRY:=ghcr.io}/app:${TAG:=1.2}", Some("1.2")),
            ("${TAG:-1.2}", Some("1.2")),
            ("${REGISTRY:=ghcr.io}/app:${TAG}", Some("ghcr.io")),
            ("${TAG}", None),
            ("${TAG:=${OTHER}}", None),
        ] {
            assert_eq!(default_span(text).map(|range| &text[range]), default, "{text}");
        }
    }

    #[test]
    fn expands_what_is_known_and_names_the_rest() {
        let mut lookup = |name: &str| (name == "ORG").then(|| "acme".to_owned());
        let (text, unresolved) = expand("ghcr.io/${ORG}/${APP}:${TAG:=1.0}", &mut lookup);
        assert_eq!(text, "ghcr.io/acme/${APP}:1.0");
        assert_eq!(unresolved, ["APP"]);
        for (text, expected) in [
            ("${CLAIM:=${ORG}}", "acme"),
            ("${CLAIM:=${ORG}-config}/x", "acme-config/x"),
            ("${CLAIM:=${NAME:=${ORG}}}", "acme"),
            ("${CLAIM:=${APP}}", "${CLAIM:=${APP}}"),
        ] {
            assert_eq!(expand(text, &mut lookup).0, expected, "{text}");
        }
    }
}
