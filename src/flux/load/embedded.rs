//! The YAML inside block scalars that matters: patches on releases and on Flux Kustomizations, values
//! in `ConfigMap`s.

use super::super::selector::Target;
use super::{Inner, Kind, Outer, kind};
use crate::yaml::{self, Node, ScalarStyle, Stream};

/// Reads the YAML inside block scalars that matters: patches on releases and on Flux
/// Kustomizations, values in ConfigMaps.
pub(super) fn embedded(stream: &Stream, kinds: &[Option<Kind>]) -> Vec<Inner> {
    let mut found = Vec::new();
    for (document, (root, kind)) in stream.documents().zip(kinds).enumerate() {
        match kind {
            Some(host @ (Kind::FluxKustomization | Kind::Kustomization)) => {
                let lists = match host {
                    Kind::FluxKustomization => vec![root.at(&["spec", "patches"])],
                    _ => vec![root.get("patches"), root.get("patchesJson6902")],
                };
                for patch in lists.into_iter().flatten().flat_map(|list| list.items()) {
                    found.extend(patched(stream, document, *host, patch));
                }
            }
            Some(Kind::ConfigMap) => {
                let name = root.at(&["metadata", "name"]).and_then(|name| name.value());
                let (Some(name), Some(data)) = (name, root.get("data")) else { continue };
                for (key, value) in data.entries() {
                    let Some(key) = key.value() else { continue };
                    let is_yaml = key.ends_with(".yaml") || key.ends_with(".yml");
                    if !is_yaml && !key.contains("values") {
                        continue;
                    }
                    let Some((outer, inner)) = inner(stream, value) else { continue };
                    found.push(Inner {
                        outer,
                        stream: inner,
                        kind: Kind::Values,
                        host: Kind::ConfigMap,
                        document,
                        map: Some((name.clone().into_owned(), key.into_owned())),
                        target: None,
                    });
                }
            }
            _ => {}
        }
    }
    found
}

/// Reads one item of a list of patches, if it is written inline and for a kind that matters.
fn patched(stream: &Stream, document: usize, host: Kind, item: Node<'_>) -> Vec<Inner> {
    let Some(patch) = item.get("patch") else { return Vec::new() };
    let target = item.get("target").map(Target::read);
    let on_releases = target.as_ref().is_some_and(|target| target.is_of("HelmRelease"));
    let source = patch.source();
    if !on_releases && !source.contains("HelmRelease") && !source.contains("Kustomization") {
        return Vec::new();
    }
    let Some((outer, inner)) = inner(stream, patch) else { return Vec::new() };
    let kinds = inner.documents().map(|root| match kind(root, false) {
        Some(known @ (Kind::HelmRelease | Kind::FluxKustomization)) => Some(known),
        Some(Kind::JsonPatch) if on_releases => Some(Kind::JsonPatch),
        _ => None,
    });
    let kinds: Vec<_> = kinds.enumerate().collect();
    let made = kinds.into_iter().filter_map(|(index, kind)| {
        let outer = Outer { inner: index, ..outer.clone() };
        let (stream, target) = (inner.clone(), target.clone());
        Some(Inner { outer, stream, kind: kind?, host, document, map: None, target })
    });
    made.collect()
}

/// Reads the YAML of one literal block scalar; folded ones cannot be edited line by line.
fn inner(stream: &Stream, node: Node<'_>) -> Option<(Outer, Stream)> {
    if node.kind() != yaml::Kind::Scalar(ScalarStyle::Literal) {
        return None;
    }
    let embedded = node.embedded()?.ok()?;
    let line = node.line() + 1;
    let rest = stream.text().get(node.span().start.get()..)?;
    let first = rest.lines().skip(1).find(|line| !line.trim().is_empty())?;
    let indent = first.len() - first.trim_start_matches(' ').len();
    let indent = u32::try_from(indent).ok()?;
    Some((Outer { spot: node.spot(), line, indent, inner: 0 }, embedded))
}
