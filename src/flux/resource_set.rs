//! Objects inside a `ResourceSet` of the Flux operator, and the names that its inputs give them.
//!
//! A `ResourceSet` writes manifests once and makes them for every one of its `inputs`, filling in
//! `<< inputs.KEY >>`. Here its `resources` are read where they stand, so that their versions have
//! places like any other; only names are filled in, since a release is known by its name. What is
//! more than a plain input, and inputs that come from elsewhere, are not followed; the manifests in
//! `resourcesTemplate` are text with loops and conditions, and stay unread.

use super::model::ObjectName;
use crate::yaml::Node;

/// Lists the manifests that a `ResourceSet` writes.
pub(super) fn resources(set: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    set.at(&["spec", "resources"]).into_iter().flat_map(|list| list.items())
}

/// Returns the names that the inputs of a set give an object: one where the name says nothing of
/// them, none for inputs that do not tell the name.
pub(super) fn names(set: Node<'_>, written: &ObjectName) -> Vec<ObjectName> {
    let own = set.at(&["metadata", "namespace"]).and_then(|node| node.value());
    let is_provider = |text: &str| inside(text).is_some_and(|inner| inner == PROVIDER);
    // Without a namespace of its own a set stands where its Kustomization puts it, as the object does.
    let namespace = match &written.namespace {
        Some(text) if is_provider(text) => own.as_deref().map(str::to_owned),
        other => other.clone(),
    };
    let written = ObjectName { namespace, name: written.name.clone() };
    let open = |text: &str| text.contains("<<");
    if !open(&written.name) && !written.namespace.as_deref().is_some_and(open) {
        return vec![written];
    }
    let inputs = set.at(&["spec", "inputs"]).into_iter().flat_map(|list| list.items());
    let named = inputs.filter_map(|input| {
        let namespace = match &written.namespace {
            Some(text) => Some(filled(text, input)?),
            None => None,
        };
        Some(ObjectName { namespace, name: filled(&written.name, input)? })
    });
    let mut names: Vec<ObjectName> = Vec::new();
    for name in named {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The input that stands for the namespace of the set itself.
const PROVIDER: &str = "inputs.provider.namespace";

/// Returns what stands between `<<` and `>>` where that is the whole text.
fn inside(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("<<")?.strip_suffix(">>")?.trim())
}

/// Fills plain inputs into a text; `None` where it holds anything else.
fn filled(text: &str, input: Node<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        let (inner, after) = after.split_once(">>")?;
        let keys: Vec<&str> = inner.trim().strip_prefix("inputs.")?.split('.').collect();
        let value = input.at(&keys)?.value()?;
        out.push_str(before);
        out.push_str(&value);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Stream;

    #[test]
    fn inputs_fill_names() {
        let stream = Stream::parse(
            "metadata: {namespace: shops}\nspec:\n  inputs:\n    - {name: one, to: {ns: a}}\n    - {name: two, to: {ns: b}}\n    - {other: x}\n",
        )
        .unwrap();
        let set = stream.document(0).unwrap();
        for (namespace, name, expected) in [
            (None, "plain", &["plain"][..]),
            (None, "web-<< inputs.name >>", &["web-one", "web-two"]),
            (Some("<< inputs.to.ns >>"), "web", &["a/web", "b/web"]),
            (
                Some("<< inputs.provider.namespace >>"),
                "<<inputs.name>>",
                &["shops/one", "shops/two"],
            ),
            (None, "<< inputs.name | upper >>", &[]),
            (None, "<< range inputs >>", &[]),
        ] {
            let found = names(set, &ObjectName::new(namespace, name));
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            let found: Vec<&str> = found.iter().map(|name| name.trim_start_matches("-/")).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
