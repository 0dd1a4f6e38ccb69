//! The edits that undo others.
//!
//! Each splice has its counterpart in the new text: a scalar goes back to its text or, where its
//! quotes changed, to its spelling; what was added is taken out by its exact text; what was taken
//! out is put back verbatim, at a place told by the entry before it and the lines between.

use super::super::index::Kind;
use super::super::node::Node;
use super::super::path::Step;
use super::super::stream::Stream;
use super::entries::{Entries, line_after, line_end, line_start, next_line};
use super::plan::{Content, Plan, Respelling, in_flow};
use super::proof::Proved;
use super::splice::{Role, Splice, Spliced};
use super::{Edit, EditError, Side, Slot, embedded, scalars};

/// Builds the edits that turn the new text back into the old one.
pub(super) fn inverse(
    plan: &Plan<'_>,
    spliced: &Spliced,
    after: &Stream,
    proved: &Proved,
) -> Result<Vec<Edit>, EditError> {
    let mut edits = Vec::new();
    for (id, respelling) in &plan.scalars {
        let new = proved.counterpart(*id).map(|new| Node::new(after, new)).ok_or_else(lost)?;
        edits.extend(respelled(Node::new(plan.stream, *id), new, respelling));
    }
    let mut emptied = std::collections::HashSet::new();
    for (splice, &start) in spliced.splices.iter().zip(&spliced.starts) {
        match splice.role {
            Role::Respell | Role::Leave(_) | Role::Clear => {}
            Role::Add(of) => {
                let first = proved.added(of, splice.edit).ok_or_else(lost)?;
                let node = Node::new(after, first);
                let value = node.parent().and_then(|parent| {
                    parent.pairs().find(|(key, _)| *key == node).map(|(_, value)| value)
                });
                let addition = plan.collections.get(&of).and_then(|changes| {
                    changes.additions.iter().find(|addition| addition.edit == splice.edit)
                });
                let leave = addition.and_then(|addition| match &addition.content {
                    Content::Verbatim { instead_of, .. } => instead_of.clone(),
                    Content::New { .. } | Content::Moved { .. } => addition.leave.clone(),
                });
                edits.push(Edit::Remove {
                    at: value.unwrap_or(node).spot(),
                    before: Some(splice.text.clone()),
                    leave,
                });
            }
            Role::Remove(of) => {
                let changes = plan.collections.get(&of).ok_or_else(lost)?;
                let collection = proved.counterpart(of).ok_or_else(lost)?;
                let collection = Node::new(after, collection);
                let first = changes.empties() && emptied.insert(of);
                let left = spliced.splices.iter().find(|s| s.role == Role::Leave(of));
                let left = left.map_or("", |splice| splice.text.as_str());
                let slot = if changes.empties() {
                    emptied_slot(collection, left, start)
                } else {
                    slot(collection, start)
                };
                edits.push(Edit::Restore {
                    into: collection.spot(),
                    slot: slot.ok_or_else(lost)?,
                    text: removed_text(plan.stream, splice).to_owned(),
                    instead_of: first.then(|| left.to_owned()),
                });
            }
        }
    }
    Ok(edits)
}

fn lost() -> EditError {
    EditError::NoInverse("its place in the new text is not clear".to_owned())
}

fn removed_text<'a>(stream: &'a Stream, splice: &Splice) -> &'a str {
    stream.text().get(splice.start..splice.end).unwrap_or_default()
}

/// Undoes a scalar or a key that was written anew.
fn respelled(old: Node<'_>, new: Node<'_>, respelling: &Respelling) -> Vec<Edit> {
    if let Some(inner) = &respelling.inner {
        let spot = new.spot();
        return inner.inverse.iter().map(|edit| embedded::outside(&spot, edit)).collect();
    }
    let text = old.value().unwrap_or_default().into_owned();
    let at = new.spot();
    if respelling.key {
        let same = scalars::spell_key(new, &text).is_ok_and(|(_, source)| source == old.source());
        if same {
            return vec![Edit::RenameKey { at, to: text }];
        }
    } else if let Ok(Some(back)) = scalars::replace(new, 0, &text)
        && back.source == scalars::written(old)
        && !new.source().is_empty()
    {
        let before = new.value().unwrap_or_default().into_owned();
        return vec![Edit::Replace { at, before, after: text }];
    }
    vec![Edit::Respell {
        at,
        key: respelling.key,
        before: scalars::written(new).to_owned(),
        after: scalars::written(old).to_owned(),
    }]
}

/// Describes a place in a collection that has entries, so that it is found again.
fn slot(collection: Node<'_>, at: usize) -> Option<Slot> {
    let entries = Entries::of(collection);
    let text = entries.text();
    let gap = entries.list.iter().take_while(|entry| entry.end <= at).count();
    // An entry that ends behind a line break may have been cut short before that break.
    let before = gap.checked_sub(1).and_then(|index| entries.list.get(index));
    let behind = entries.list.get(gap);
    let after = before.map(|entry| match entry.key.and_then(|key| key.value()) {
        Some(key) if only(&entries, &key) => Step::Key(key.into_owned()),
        _ => Step::Item(gap - 1),
    });
    let side = if entries.flow {
        match (before, behind) {
            (_, Some(behind)) if behind.start == at => Side::Ahead,
            (Some(before), _) if before.end == at => Side::Behind,
            _ => return None,
        }
    } else {
        let from = before.map_or_else(|| entries.introducer(), |entry| entry.end);
        side(text, from, behind.map(|entry| entry.start), at)?
    };
    Some(Slot { after, side })
}

/// Tells whether a key stands only once.
fn only(entries: &Entries<'_>, key: &str) -> bool {
    let keys = entries.list.iter().filter_map(|entry| entry.key?.value());
    keys.filter(|other| other == key).count() == 1
}

/// Describes a place in a collection that has lost all its entries.
fn emptied_slot(collection: Node<'_>, left: &str, at: usize) -> Option<Slot> {
    let row = collection.row();
    let between_brackets = matches!(collection.kind(), Kind::Mapping(_) | Kind::Sequence(_))
        && (row.start as usize) < at
        && at < row.end as usize + usize::from(row.start == row.end);
    if between_brackets || in_flow(collection) {
        return Some(Slot { after: None, side: Side::Behind });
    }
    let from = super::entries::introducer(collection);
    // What was left stands where the entries began.
    let at = if at == from + left.len() { from } else { at };
    let side = side(collection.stream().text(), from, None, at)?;
    Some(Slot { after: None, side })
}

/// Tells how to get from the end of what is before to a place.
fn side(text: &str, from: usize, behind: Option<usize>, at: usize) -> Option<Side> {
    if line_start(text, at) == at && at >= line_after(text, from) {
        let lines = lines_between(text, line_after(text, from), at, |line| line)?;
        return Some(Side::Lines(lines));
    }
    if at == from {
        return Some(Side::Behind);
    }
    if behind == Some(at) {
        return Some(Side::Ahead);
    }
    let first = if line_start(text, from) == from { from.saturating_sub(1) } else { from };
    lines_between(text, first, at, |line| line_end(text, line)).map(Side::LineEnd)
}

/// Counts the lines from one place to another, as `place` sees them; `None` if it is not met.
fn lines_between(
    text: &str,
    from: usize,
    at: usize,
    place: impl Fn(usize) -> usize,
) -> Option<usize> {
    let (mut line, mut count) = (from, 0);
    loop {
        if place(line) == at {
            return Some(count);
        }
        let next = next_line(text, line);
        if next == line || place(line) > at {
            return None;
        }
        (line, count) = (next, count + 1);
    }
}
