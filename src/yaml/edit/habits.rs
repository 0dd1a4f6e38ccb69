//! The habits of a file: how it indents, breaks lines and writes lists.

use super::super::cursor::{break_len, line_len};
use super::super::index::{Kind, Layout, NONE};
use super::super::node::Node;
use super::super::stream::Stream;
use super::entries::Entries;
use super::value::Hand;

/// Returns the line break that the text uses first; a lone newline where it has none.
pub(super) fn line_break(text: &str) -> &str {
    let at = line_len(text);
    let rest = text.get(at..).unwrap_or_default();
    match rest.get(..break_len(rest)) {
        Some(found) if !found.is_empty() => found,
        _ => "\n",
    }
}

/// The indentation that most block collections of a stream have, measured from their parents.
///
/// What a file never shows is two spaces for a mapping, and for a list as much as for a mapping.
pub(super) fn hand(stream: &Stream, json: bool) -> Hand {
    // How often each indentation occurs; deeper ones than these are no habit.
    let (mut steps, mut dashes) = ([0_usize; 12], [0_usize; 12]);
    let rows = &stream.index().rows;
    for row in rows {
        let block = match row.kind {
            Kind::Mapping(Layout::Block) => true,
            Kind::Sequence(Layout::Block) => false,
            _ => continue,
        };
        let parent = if row.parent == NONE { None } else { rows.get(row.parent as usize) };
        let Some(parent) = parent.filter(|p| p.kind == Kind::Mapping(Layout::Block)) else {
            continue;
        };
        let Some(indent) = row.column.checked_sub(parent.column) else { continue };
        let counts = if block { &mut steps } else { &mut dashes };
        if let Some(count) = counts.get_mut(indent as usize) {
            *count += 1;
        }
    }
    let step = most(&steps).unwrap_or(2).max(1);
    Hand { step, dash: most(&dashes).unwrap_or(step), json }
}

fn most(counts: &[usize]) -> Option<usize> {
    // The smallest of equals.
    let (indent, count) = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count)?;
    (*count > 0).then_some(indent)
}

/// Tells whether a flow mapping, or what holds it, writes its keys in double quotes as JSON does.
pub(super) fn is_json(node: Node<'_>) -> bool {
    let mut next = Some(node);
    while let Some(node) = next {
        let (Kind::Mapping(Layout::Flow) | Kind::Sequence(Layout::Flow)) = node.kind() else {
            return false;
        };
        let entries = Entries::of(node);
        if let Some(key) = entries.list.iter().find_map(|entry| entry.key) {
            return key.source().starts_with('"');
        }
        next = node.parent();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_are_those_of_the_file() {
        for (text, step, dash) in [
            ("a: 1\n", 2, 2),
            ("a:\n    b:\n        c: 1\n", 4, 4),
            ("a:\n- b\nc:\n  d: 1\n", 2, 0),
            ("a:\n  - b\nc:\n- d\ne:\n- f\n", 2, 0),
            ("a:\n   - b\n", 2, 3),
        ] {
            let hand = hand(&Stream::parse(text).unwrap(), false);
            assert_eq!((hand.step, hand.dash), (step, dash), "{text:?}");
        }
        assert_eq!(line_break("a\r\nb\n"), "\r\n");
        assert_eq!(line_break("a"), "\n");
    }

    #[test]
    fn json_is_recognised_by_its_keys() {
        for (text, json) in [
            ("{\"a\": {}}", true),
            ("{a: {\"b\": 1}}", true),
            ("{\"x\": 1, a: {}}", true),
            ("{a: {}}", false),
            ("a: {}", false),
        ] {
            let stream = Stream::parse(text).unwrap();
            let inner = stream.document(0).unwrap().get("a").unwrap();
            assert_eq!(is_json(inner), json, "{text}");
        }
    }
}
