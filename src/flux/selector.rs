//! Which objects a patch is for: kustomize's `target`, with its selectors.
//!
//! Names and namespaces are regular expressions over the whole name, labels and annotations are
//! selected as Kubernetes does it: a key that is absent satisfies `!=` and `notin`.

use regex::Regex;

use super::load::Object;
use super::model::ObjectName;
use crate::yaml::Node;

/// What a patch says of the objects that it is for.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Option<String>,
    annotations: Option<String>,
}

/// What a name must be.
#[derive(Debug, Clone, Default)]
enum Pattern {
    #[default]
    Any,
    /// This and nothing else; most are plain words.
    Word(String),
    Regex(Regex),
    /// What kustomize fails on selects nothing.
    None,
}

impl Pattern {
    fn read(text: Option<String>) -> Self {
        let Some(text) = text else { return Self::Any };
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Self::Word(text);
        }
        Regex::new(&format!("^(?:{text})$")).map_or(Self::None, Self::Regex)
    }

    fn is(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Word(word) => word == text,
            Self::Regex(regex) => regex.is_match(text),
            Self::None => false,
        }
    }
}

/// An object that a patch may be for.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// The version of its API, without the group.
    pub(super) version: String,
    pub(super) kind: String,
    /// The name as written, and as it is in the cluster.
    pub(super) names: [String; 2],
    pub(super) namespace: Option<String>,
    pub(super) labels: Vec<(String, String)>,
    pub(super) annotations: Vec<(String, String)>,
}

impl Target {
    /// Reads a `target`.
    pub(super) fn read(node: Node<'_>) -> Self {
        let text = |key: &str| {
            let text = node.get(key)?.value()?.into_owned();
            (!text.is_empty()).then_some(text)
        };
        Self {
            version: Pattern::read(text("version")),
            kind: Pattern::read(text("kind")),
            name: Pattern::read(text("name")),
            namespace: Pattern::read(text("namespace")),
            labels: text("labelSelector"),
            annotations: text("annotationSelector"),
        }
    }

    /// Reads what a patch without a `target` says of itself: the one object of its kind and name.
    pub(super) fn of_patch(root: Node<'_>) -> Option<Self> {
        let text = |path: &[&str]| root.at(path)?.value().map(std::borrow::Cow::into_owned);
        Some(Self {
            kind: Pattern::Word(text(&["kind"])?),
            name: Pattern::Word(text(&["metadata", "name"])?),
            namespace: text(&["metadata", "namespace"]).map_or(Pattern::Any, Pattern::Word),
            ..Self::default()
        })
    }

    /// Says whether a patch may be for a release or a Flux Kustomization at all.
    pub(super) fn is_wanted(&self) -> bool {
        ["HelmRelease", "Kustomization"].iter().any(|kind| self.kind.is(kind))
    }

    /// Says whether a patch may be for objects of a kind.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.kind.is(kind)
    }

    /// Says whether a patch is for an object.
    pub(super) fn matches(&self, subject: &Subject) -> bool {
        let selects = |selector: &Option<String>, pairs: &[(String, String)]| {
            selector.as_ref().is_none_or(|selector| selected(selector, pairs))
        };
        self.kind.is(&subject.kind)
            && self.version.is(&subject.version)
            && subject.names.iter().any(|name| self.name.is(name))
            // A namespace that nothing tells may be any.
            && subject.namespace.as_ref().is_none_or(|namespace| self.namespace.is(namespace))
            && selects(&self.labels, &subject.labels)
            && selects(&self.annotations, &subject.annotations)
    }
}

/// Reads the labels and names by which patches choose an object.
pub(super) fn subject(object: Object<'_>, id: &ObjectName) -> Subject {
    let text = |path: &[&str]| object.text(path).unwrap_or_default().into_owned();
    let version = text(&["apiVersion"]);
    let pairs = |key: &str| {
        let map = object.root.at(&["metadata", key]);
        let entries = map.into_iter().flat_map(|map| map.merged());
        let pair = |(key, value): (Node<'_>, Node<'_>)| {
            Some((key.value()?.into_owned(), value.value()?.into_owned()))
        };
        entries.filter_map(pair).collect()
    };
    Subject {
        version: version.rsplit('/').next().unwrap_or_default().to_owned(),
        kind: text(&["kind"]),
        names: [text(&["metadata", "name"]), id.name.clone()],
        namespace: id.namespace.clone(),
        labels: pairs("labels"),
        annotations: pairs("annotations"),
    }
}

/// Says whether a selector selects an object with these labels; one that cannot be read selects
/// nothing, as kustomize fails on it.
fn selected(selector: &str, pairs: &[(String, String)]) -> bool {
    requirements(selector).into_iter().all(|text| requirement(text, pairs).unwrap_or(false))
}

/// Splits a selector at the commas that stand outside of brackets.
fn requirements(selector: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let parts = selector.split(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn requirement(text: &str, pairs: &[(String, String)]) -> Option<bool> {
    let value = |key: &str| {
        let found = pairs.iter().find(|(have, _)| have == key.trim());
        found.map(|(_, value)| value.as_str())
    };
    if let Some(listed) = text.strip_suffix(')') {
        let (left, list) = listed.split_once('(')?;
        let mut words = left.split_whitespace();
        let (key, operator) = (words.next()?, words.next()?);
        let contains = |value: &str| list.split(',').any(|item| item.trim() == value);
        return match operator {
            "in" => Some(value(key).is_some_and(contains)),
            "notin" => Some(!value(key).is_some_and(contains)),
            _ => None,
        };
    }
    if let Some((key, wanted)) = text.split_once("!=") {
        return Some(value(key) != Some(wanted.trim()));
    }
    if let Some((key, wanted)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Some(value(key) == Some(wanted.trim()));
    }
    Some(match text.strip_prefix('!') {
        Some(key) => value(key).is_none(),
        None => value(text).is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_read_as_kubernetes_reads_them() {
        let pairs = [("a/b".to_owned(), "x".to_owned()), ("c".to_owned(), String::new())];
        for (selector, expected) in [
            ("a/b=x", true),
            ("a/b == x", true),
            ("a/b=y", false),
            ("a/b!=y", true),
            ("d!=y", true),
            ("a/b", true),
            ("!a/b", false),
            ("!d", true),
            ("a/b in (x, y)", true),
            ("a/b in (y)", false),
            ("d in (x)", false),
            ("d notin (x, y)", true),
            ("a/b notin (x, y)", false),
            ("a/b notin (y),c", true),
            ("a/b=x,d", false),
            ("a/b among (x)", false),
            ("c=", true),
        ] {
            assert_eq!(selected(selector, &pairs), expected, "{selector}");
        }
    }

    #[test]
    fn names_and_versions_are_whole_patterns() {
        let subject = Subject {
            version: "v2".into(),
            kind: "HelmRelease".into(),
            names: ["web".into(), "my-web".into()],
            namespace: Some("shop".into()),
            ..Subject::default()
        };
        let target = |text: &str| {
            let stream = crate::yaml::Stream::parse(text.to_owned()).unwrap();
            Target::read(stream.document(0).unwrap()).matches(&subject)
        };
        for (text, expected) in [
            ("{kind: HelmRelease}", true),
            ("{kind: HelmRelease, version: v2beta1}", false),
            ("{name: web}", true),
            ("{name: my-.*}", true),
            ("{name: we}", false),
            ("{name: ''}", true),
            ("{namespace: shop}", true),
            ("{namespace: sho}", false),
            ("{name: '('}", false),
        ] {
            assert_eq!(target(text), expected, "{text}");
        }
    }
}
