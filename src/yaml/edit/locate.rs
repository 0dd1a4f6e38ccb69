//! Finds what an edit is about, more strictly than reading does.
//!
//! Reading follows aliases and merge keys; an edit must change the text that is meant and no
//! other, so a spot that leads through either, or to two nodes, is refused and the error says
//! where the text stands instead.

use super::super::index::Kind;
use super::super::node::Node;
use super::super::path::{Spot, Step};
use super::super::stream::Stream;
use super::EditError;

/// Finds the node at a spot, which must be its own only text.
pub(super) fn locate<'a>(stream: &'a Stream, spot: &Spot) -> Result<Node<'a>, EditError> {
    let (node, missing) = locate_deepest(stream, spot)?;
    match missing {
        [] => Ok(node),
        [step, ..] => Err(not_found(spot, node, step)),
    }
}

/// Finds the deepest node on the way to a spot, and the steps that lead on from it to nowhere.
pub(super) fn locate_deepest<'a, 's>(
    stream: &'a Stream,
    spot: &'s Spot,
) -> Result<(Node<'a>, &'s [Step]), EditError> {
    let mut node = stream.document(spot.document).ok_or_else(|| EditError::NotFound {
        spot: spot.clone(),
        missing: format!("the file has {} documents", stream.documents().count()),
    })?;
    refuse_encrypted(node)?;
    let mut steps = spot.path.0.as_slice();
    while let [step, rest @ ..] = steps {
        refuse_alias(node, spot)?;
        let Some(child) = only_child(node, step, spot)? else { break };
        (node, steps) = (child, rest);
    }
    Ok((node, steps))
}

/// Refuses an alias: what is edited is its anchor.
pub(super) fn refuse_alias(node: Node<'_>, spot: &Spot) -> Result<(), EditError> {
    if node.kind() != Kind::Alias {
        return Ok(());
    }
    let target = node.target();
    Err(EditError::Alias {
        spot: spot.clone(),
        line: node.line(),
        anchor: node.source().trim_start_matches('*').to_owned(),
        target: target.spot(),
        target_line: target.line(),
    })
}

fn only_child<'a>(node: Node<'a>, step: &Step, spot: &Spot) -> Result<Option<Node<'a>>, EditError> {
    let mut found = candidates(node, step).into_iter();
    let first = found.next();
    if let Some(second) = found.next() {
        let what = match step {
            Step::Named(key, value) => format!("two items have `{key}: {value}`"),
            _ => format!("the key stands twice (`{step}`)"),
        };
        return Err(EditError::Ambiguous { spot: spot.clone(), line: second.line(), what });
    }
    let merged = first.is_none() && step.as_key().is_some_and(|key| node.get(&key).is_some());
    if merged && node.is_mapping() {
        return Err(EditError::Merged { spot: spot.clone(), line: node.line() });
    }
    Ok(first)
}

fn candidates<'a>(node: Node<'a>, step: &Step) -> Vec<Node<'a>> {
    if node.is_mapping() {
        let Some(wanted) = step.as_key() else { return Vec::new() };
        let same = |key: Node<'_>| key.value().is_some_and(|text| text == wanted);
        return node.pairs().filter(|(key, _)| same(*key)).map(|(_, value)| value).collect();
    }
    match step {
        Step::Named(key, value) => node.items().filter(|item| item.is_named(key, value)).collect(),
        other => other.as_index().and_then(|index| node.items().nth(index)).into_iter().collect(),
    }
}

fn not_found(spot: &Spot, node: Node<'_>, step: &Step) -> EditError {
    let what = match node.kind() {
        Kind::Mapping(_) => "the mapping",
        Kind::Sequence(_) => "the list",
        Kind::Scalar(_) | Kind::Alias => "the scalar",
    };
    let missing = format!("{what} on line {} has no `{step}`", node.line());
    EditError::NotFound { spot: spot.clone(), missing }
}

/// Refuses a document that SOPS has encrypted: it carries a checksum over everything in it.
fn refuse_encrypted(root: Node<'_>) -> Result<(), EditError> {
    let encrypted = root.entries().find(|(key, value)| {
        key.value().is_some_and(|name| name == "sops") && value.get("mac").is_some()
    });
    match encrypted {
        Some((key, _)) => Err(EditError::Encrypted { line: key.line() }),
        None => Ok(()),
    }
}
