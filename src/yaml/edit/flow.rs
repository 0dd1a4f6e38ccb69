//! A flow collection's changes as splices.
//!
//! An entry goes together with the comma and the blanks up to the next one, or, if it is the last,
//! from the end of the one before it. What comes in brings its own comma the same way, so that
//! taking it out again leaves the spacing of its neighbours as it was. Comments between the
//! entries belong to no entry for certain; an edit that would touch one is refused.

use super::super::index::{Kind, Layout};
use super::super::node::Node;
use super::block::left_as;
use super::entries::{Entries, column_of, line_start};
use super::plan::{Addition, Becomes, Changes, Content, stands_for};
use super::splice::Splice;
use super::value::{Hand, Value, flow_entry, flow_source, spaces};
use super::{EditError, Side, Slot, block, habits, scalars};

/// Turns a collection's changes into splices, and finds what it becomes.
pub(super) fn splices(changes: &mut Changes<'_>) -> Result<Vec<Splice>, EditError> {
    let node = changes.entries.node;
    if !super::plan::in_flow(node) && changes.entries.list.is_empty() && !is_restored(changes) {
        // `key: {}` in a block is filled as a block; `{}` between brackets stays one.
        return block::splices(changes);
    }
    if changes.entries.flow && !node.source().starts_with(['{', '[']) {
        let what = "a pair without braces neither gains nor loses entries";
        return Err(EditError::unsupported(node, what));
    }
    let mut splices = Vec::new();
    let emptied = changes.empties();
    for (start, end, edit) in removed(changes)? {
        splices.push(Splice::remove(edit, node, start, end));
        if emptied && let Some(leave) = changes.leave() {
            splices.push(Splice::leave(edit, node, start, leave));
            let inside = node.row().start as usize <= start;
            changes.becomes = (!inside).then(|| left_as(leave));
        }
    }
    if changes.entries.list.is_empty() {
        splices.extend(filled(changes)?);
    } else {
        let all = (0..changes.entries.list.len()).all(|index| changes.removes(index));
        if all && !changes.additions.is_empty() {
            let what = "all its entries go while others come, do one after the other";
            return Err(EditError::unsupported(node, what));
        }
        for addition in &changes.additions {
            splices.push(added(&changes.entries, addition)?);
        }
    }
    Ok(splices)
}

/// Tells whether text comes back into a collection that was emptied between its brackets.
fn is_restored(changes: &Changes<'_>) -> bool {
    let inner = inner(&changes.entries);
    changes.additions.iter().any(|addition| match &addition.content {
        Content::Verbatim { slot, instead_of, .. } => {
            slot.side == Side::Behind && instead_of.as_deref() == inner
        }
        _ => false,
    })
}

/// Returns the text between the brackets of a flow collection.
fn inner<'a>(entries: &Entries<'a>) -> Option<&'a str> {
    let source = entries.node.source();
    entries.flow.then(|| source.get(1..source.len().saturating_sub(1))).flatten()
}

/// Finds the ranges that go, each with the edit that takes it.
fn removed(changes: &Changes<'_>) -> Result<Vec<(usize, usize, usize)>, EditError> {
    let entries = &changes.entries;
    let mut ranges = Vec::new();
    let mut removals: Vec<_> = changes.removals.iter().collect();
    removals.sort_by_key(|removal| removal.first);
    let mut removals = removals.into_iter().peekable();
    while let Some(removal) = removals.next() {
        if let Some((start, end)) = removal.exact {
            ranges.push((start, end, removal.edit));
            continue;
        }
        // Neighbours go as one: which comma goes depends on what is left.
        let mut last = removal.last;
        while let Some(next) =
            removals.next_if(|next| next.exact.is_none() && next.first == last + 1)
        {
            last = next.last;
        }
        let (start, end) = range(entries, removal.first, last)?;
        ranges.push((start, end, removal.edit));
    }
    Ok(ranges)
}

fn range(entries: &Entries<'_>, first: usize, last: usize) -> Result<(usize, usize), EditError> {
    let row = entries.node.row();
    let at = |index: usize| entries.list.get(index);
    let before = first.checked_sub(1).and_then(at);
    let (start, end) = match (at(first), at(last), before, at(last + 1)) {
        (Some(first), _, _, Some(next)) => (first.start, next.start),
        (_, Some(last), Some(before), None) => (before.end, last.end),
        _ => (row.start as usize + 1, row.end as usize - 1),
    };
    if entries.comments_in(start, end).next().is_some() {
        let what = "a comment between the brackets may belong to it or to its neighbour";
        return Err(EditError::unsupported(entries.node, what));
    }
    Ok((start, end))
}

/// Adds to a collection that has entries.
fn added(entries: &Entries<'_>, addition: &Addition<'_>) -> Result<Splice, EditError> {
    let edit = addition.edit;
    let before = addition.gap.checked_sub(1).and_then(|index| entries.list.get(index));
    let behind = entries.list.get(addition.gap);
    if let Content::Verbatim { slot, text, .. } = &addition.content {
        let at = match (slot.side, before, behind) {
            (Side::Behind, Some(before), _) => before.end,
            (Side::Ahead, _, Some(behind)) => behind.start,
            _ => {
                let what = "the entries around the place have changed since the text was taken out";
                return Err(EditError::unsupported(entries.node, what));
            }
        };
        return Ok(Splice::add(edit, entries.node, at, text.clone()));
    }
    let source = source(entries.node, entries.mapping, &addition.content)?;
    let separator = separator(entries);
    match (before, behind) {
        (_, Some(behind)) => Ok(Splice::add(edit, entries.node, behind.start, source + &separator)),
        (Some(before), None) => {
            Ok(Splice::add(edit, entries.node, before.end, separator + &source))
        }
        (None, None) => Err(EditError::unsupported(entries.node, "there is no such place in it")),
    }
}

/// Returns what stands between two entries: a comma, and a line break where each has its line.
fn separator(entries: &Entries<'_>) -> String {
    let text = entries.text();
    let first = entries.list.first().map_or(0, |entry| entry.start);
    let own_lines = entries.list.iter().all(|entry| entries.on_own_line(entry));
    if own_lines && line_start(text, first) > entries.node.row().start as usize {
        let indent = spaces(column_of(text, first));
        return format!(",{}{indent}", habits::line_break(text));
    }
    ", ".to_owned()
}

/// Fills a collection that has no entries, or a null between brackets.
fn filled(changes: &mut Changes<'_>) -> Result<Vec<Splice>, EditError> {
    let node = changes.entries.node;
    let Some(first) = changes.additions.first() else { return Ok(Vec::new()) };
    let text = node.stream().text();
    let edit = first.edit;
    let (start, end, brackets) = if changes.entries.flow {
        (node.row().start as usize + 1, node.row().end as usize - 1, false)
    } else {
        let (start, end) = stands_for(node);
        (start, end, true)
    };
    let stood = text.get(start..end).unwrap_or_default().to_owned();
    if stood.contains('#') {
        return Err(EditError::unsupported(node, "a comment stands where entries would go"));
    }
    let mut sources = Vec::new();
    let mut mapping = matches!(node.kind(), Kind::Mapping(_));
    for addition in &changes.additions {
        if let Content::Verbatim { slot: Slot { side, .. }, text, instead_of } = &addition.content {
            if *side != Side::Behind || instead_of.as_deref() != Some(stood.as_str()) {
                return Err(EditError::Changed {
                    spot: node.spot(),
                    line: node.line(),
                    expected: instead_of.clone().unwrap_or_default(),
                    found: stood,
                });
            }
            changes.becomes = brackets.then_some(Becomes::Collection(Layout::Flow));
            let mut splices = vec![Splice::add(edit, node, start, text.clone())];
            splices.extend((!stood.is_empty()).then(|| Splice::clear(edit, start, end)));
            return Ok(splices);
        }
        if brackets {
            mapping = matches!(&addition.content, Content::New { key: Some(_), .. });
        }
        sources.push(source(node, mapping, &addition.content)?);
    }
    if sources.len() > 1 {
        let what = "only one entry at a time fills an empty collection between brackets";
        return Err(EditError::unsupported(node, what));
    }
    let joined = sources.concat();
    let inserted = match (brackets, mapping) {
        (false, _) => joined,
        (true, true) => format!(" {{{joined}}}"),
        (true, false) => format!(" [{joined}]"),
    };
    for addition in &mut changes.additions {
        addition.leave = Some(stood.clone());
    }
    if brackets {
        let kind = if mapping { Kind::Mapping(Layout::Flow) } else { Kind::Sequence(Layout::Flow) };
        changes.becomes = Some(Becomes::Kind(kind));
    }
    let mut splices = vec![Splice::add(edit, node, start, inserted)];
    splices.extend((!stood.is_empty()).then(|| Splice::clear(edit, start, end)));
    Ok(splices)
}

/// Writes what comes in, in one line.
fn source(into: Node<'_>, mapping: bool, content: &Content<'_>) -> Result<String, EditError> {
    let hand = Hand { step: 2, dash: 2, json: habits::is_json(into) };
    match content {
        Content::New { key: Some(key), value } if mapping => Ok(flow_entry(key, value, hand)),
        Content::New { key: None, value } if !mapping => Ok(flow_source(value, hand, true)),
        Content::Moved { from, index, key, under } if from.flow => {
            let Some(entry) = from.list.get(*index) else { return Ok(String::new()) };
            let mut source = from.text().get(entry.start..entry.end).unwrap_or_default().to_owned();
            if let (Some(name), Some(old)) = (key, entry.key) {
                let (_, spelled) = scalars::spell_key(old, name)?;
                let start = old.row().start as usize - entry.start;
                source.replace_range(start..old.row().end as usize - entry.start, &spelled);
            }
            for key in under.iter().rev() {
                let entry = flow_entry(key, &Value::Null, hand);
                let key = entry.strip_suffix("null").unwrap_or(&entry);
                source = format!("{key}{{{source}}}");
            }
            Ok(source)
        }
        Content::Moved { .. } => {
            Err(EditError::unsupported(into, "an entry of a block does not move between brackets"))
        }
        Content::New { .. } | Content::Verbatim { .. } => {
            Err(EditError::unsupported(into, "an entry only goes into its own kind"))
        }
    }
}
