//! A block collection's changes as splices.
//!
//! Entries are whole lines, except for one that starts on the line of its dash (`- name: x`). An
//! entry goes with its comments; what comes in goes directly behind an entry and its comments, or
//! directly before, so that taking it out again touches nothing else. A file without a final line
//! break gets none: there a line is added, and taken out, with the break before it.

use super::super::cursor::break_len;
use super::super::index::{Kind, Layout, ScalarStyle};
use super::super::node::Node;
use super::super::stream::Stream;
use super::entries::{Entries, Entry, before_break, line_after, line_end, line_start, next_line};
use super::plan::{Addition, Becomes, Changes, Content, stands_for};
use super::splice::Splice;
use super::value::{Hand, Value, entry_lines, item_lines, spaces};
use super::{EditError, Side, Slot, habits, scalars, shift};

/// Turns a collection's changes into splices, and finds what it becomes.
pub(super) fn splices(changes: &mut Changes<'_>) -> Result<Vec<Splice>, EditError> {
    let mut splices = Vec::new();
    let emptied = changes.empties();
    for (start, end, edit) in removed(changes)? {
        splices.push(Splice::remove(edit, changes.entries.node, start, end));
    }
    if emptied {
        splices.extend(left_behind(changes)?);
    }
    if changes.entries.list.is_empty() {
        splices.extend(filled(changes)?);
        return Ok(splices);
    }
    for addition in &changes.additions {
        splices.push(added(&changes.entries, addition)?);
    }
    Ok(splices)
}

/// Finds the ranges that go, each with the edit that takes it.
fn removed(changes: &Changes<'_>) -> Result<Vec<(usize, usize, usize)>, EditError> {
    let entries = &changes.entries;
    let mut ranges: Vec<(usize, usize, usize)> = Vec::new();
    let mut removals: Vec<_> = changes.removals.iter().collect();
    removals.sort_by_key(|removal| removal.first);
    let exact = removals.last().is_some_and(|removal| removal.exact.is_some());
    for removal in removals {
        if let Some((start, end)) = removal.exact {
            ranges.push((start, end, removal.edit));
            continue;
        }
        let Some(entry) = entries.list.get(removal.first) else { continue };
        let (start, end) = range(changes, removal.first, entry)?;
        match ranges.last_mut() {
            Some(last) if start <= last.1 && end > last.1 => last.1 = end,
            _ => ranges.push((start, end, removal.edit)),
        }
    }
    // At the end of a text without a final line break, the break before goes instead.
    let text = entries.text();
    let unfinished = !text.ends_with(['\n', '\r']) && !exact;
    if let Some(last) = ranges.last_mut().filter(|last| unfinished && last.1 == text.len())
        && line_start(text, last.0) == last.0
        && !ends_block_scalar(entries, last.0)
    {
        last.0 = before_break(text, last.0);
    }
    Ok(ranges)
}

/// Tells whether a block scalar ends at a place, so that the line break there is part of it.
fn ends_block_scalar(entries: &Entries<'_>, at: usize) -> bool {
    let rows = &entries.node.stream().index().rows;
    let first = rows.partition_point(|row| (row.start as usize) < at);
    let before = first.checked_sub(1).and_then(|index| rows.get(index));
    before.is_some_and(|row| {
        let block = matches!(row.kind, Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded));
        block && row.end as usize == at
    })
}

/// Finds the bytes of an entry and its comments.
fn range(
    changes: &Changes<'_>,
    index: usize,
    entry: &Entry<'_>,
) -> Result<(usize, usize), EditError> {
    let entries = &changes.entries;
    let text = entries.text();
    let end = entries.tail(entry);
    if entries.on_own_line(entry) {
        return Ok((entries.head(entry), end));
    }
    if index > 0 || !changes.additions.is_empty() {
        let what = "its entry shares a line with others and cannot be taken out together with them";
        return Err(EditError::unsupported(entry.value, what));
    }
    // The first entry, on the line of a dash. The next one takes its place there, unless it has
    // comments above it.
    let next = entries.list.get(index + 1).filter(|_| !changes.removes(index + 1));
    match next {
        Some(next) if line_start(text, next.start) == end => Ok((entry.start, next.start)),
        _ => Ok((entries.introducer(), before_break(text, end))),
    }
}

/// Leaves something where no entry is left: an empty collection, or what stood there once.
fn left_behind(changes: &mut Changes<'_>) -> Result<Option<Splice>, EditError> {
    let entries = &changes.entries;
    let Some(removal) = changes.removals.first() else { return Ok(None) };
    let brackets = if entries.mapping { " {}" } else { " []" };
    let leave = changes.leave().unwrap_or(brackets).to_owned();
    let at = entries.introducer();
    let root = entries.node.parent().is_none();
    if root && !leave.is_empty() && line_start(entries.text(), at) == at {
        let what = "it is all that the document holds";
        return Err(EditError::unsupported(entries.node, what));
    }
    changes.becomes = Some(left_as(&leave));
    Ok((!leave.is_empty()).then(|| Splice::leave(removal.edit, entries.node, at, leave)))
}

/// Tells what a text is that was left in the place of a collection.
pub(super) fn left_as(leave: &str) -> Becomes {
    let read = Stream::parse(leave.trim()).ok();
    let root = read.as_ref().and_then(|stream| stream.document(0));
    match root.map(|root| (root.kind(), root.value())) {
        Some((Kind::Scalar(style), Some(value))) => Becomes::Scalar(style, value.into_owned()),
        Some((kind, _)) => Becomes::Kind(kind),
        None => Becomes::Scalar(ScalarStyle::Plain, String::new()),
    }
}

/// Adds to a collection that has entries.
fn added(entries: &Entries<'_>, addition: &Addition<'_>) -> Result<Splice, EditError> {
    let text = entries.text();
    let edit = addition.edit;
    if let Content::Verbatim { slot, text: verbatim, .. } = &addition.content {
        let at = place(entries, addition.gap, slot)?;
        return Ok(Splice::add(edit, entries.node, at, verbatim.clone()));
    }
    let line_break = habits::line_break(text);
    let lines = lines(entries.node, entries.mapping, &addition.content, entries.column())?;
    let before = addition.gap.checked_sub(1).and_then(|index| entries.list.get(index));
    let behind = entries.list.get(addition.gap);
    match (before, behind) {
        (Some(before), _) if addition.behind => {
            let at = entries.tail(before);
            Ok(Splice::add(edit, entries.node, at, whole_lines(text, at, &lines, line_break)))
        }
        (_, Some(behind)) if entries.on_own_line(behind) => {
            let at = entries.head(behind);
            Ok(Splice::add(edit, entries.node, at, whole_lines(text, at, &lines, line_break)))
        }
        (_, Some(behind)) => {
            // In front of the first entry, on the line of a dash: the two change places.
            let column = entries.column();
            let joined = lines.join(line_break);
            let indent = spaces(column);
            let inserted = format!("{}{line_break}{indent}", joined.trim_start_matches(' '));
            Ok(Splice::add(edit, entries.node, behind.start, inserted))
        }
        (None | Some(_), None) => {
            Err(EditError::unsupported(entries.node, "there is no such place in it"))
        }
    }
}

/// Joins lines so that they stand on their own at a place: the start of a line, or the end of a
/// text whose last line has no break.
fn whole_lines(text: &str, at: usize, lines: &[String], line_break: &str) -> String {
    let joined = lines.join(line_break);
    let unfinished = at == text.len() && line_start(text, at) != at;
    if !unfinished {
        return format!("{joined}{line_break}");
    }
    // A literal block needs the break behind its last line: it is part of the text.
    let mut headers = lines.iter().rev().map(|line| line.trim_end());
    let literal = headers.any(|line| line.ends_with(" |") || line.ends_with(" |+"));
    let end = if literal { line_break } else { "" };
    format!("{line_break}{joined}{end}")
}

/// Writes what comes in, one line after the other, at a column.
fn lines(
    into: Node<'_>,
    mapping: bool,
    content: &Content<'_>,
    column: usize,
) -> Result<Vec<String>, EditError> {
    let hand = habits::hand(into.stream(), false);
    match content {
        Content::New { key: Some(key), value } if mapping => {
            Ok(entry_lines(key, value, column, hand))
        }
        Content::New { key: None, value } if !mapping => Ok(item_lines(value, column, hand)),
        Content::Moved { from, index, key, under } => {
            let key = key.as_deref();
            let [first, rest @ ..] = under.as_slice() else {
                return moved_lines(from, *index, key, column);
            };
            // What stands in for the entry gives way to it, and shows where it goes.
            let made = Value::Null.under(rest.iter().map(String::as_str).chain(["_"]));
            let mut lines = entry_lines(first, &made, column, hand);
            let stand_in = lines.pop().unwrap_or_default();
            let column = stand_in.len() - stand_in.trim_start_matches(' ').len();
            lines.extend(moved_lines(from, *index, key, column)?);
            Ok(lines)
        }
        Content::New { .. } | Content::Verbatim { .. } => {
            Err(EditError::unsupported(into, "an entry only goes into its own kind"))
        }
    }
}

/// Returns the bytes of an entry that go with it to another collection.
pub(super) fn moved_range(from: &Entries<'_>, entry: &Entry<'_>) -> (usize, usize) {
    match (from.flow, from.on_own_line(entry)) {
        (true, _) => (entry.start, entry.end),
        (false, true) => (from.head(entry), from.tail(entry)),
        (false, false) => (entry.start, from.tail(entry)),
    }
}

/// Writes an entry of another collection, with its comments, at a column.
fn moved_lines(
    from: &Entries<'_>,
    index: usize,
    key: Option<&str>,
    column: usize,
) -> Result<Vec<String>, EditError> {
    let Some(entry) = from.list.get(index) else { return Ok(Vec::new()) };
    let (start, end) = moved_range(from, entry);
    let own = !from.flow && from.on_own_line(entry);
    let mut source = from.text().get(start..end).unwrap_or_default().to_owned();
    if let (Some(name), Some(old)) = (key, entry.key) {
        let (_, spelled) = scalars::spell_key(old, name)?;
        let (from, to) = (old.row().start as usize - start, old.row().end as usize - start);
        source.replace_range(from..to, &spelled);
    }
    if from.flow && source.contains(['\n', '\r']) {
        let what = "an entry of several lines between brackets does not move out of them";
        return Err(EditError::unsupported(entry.value, what));
    }
    if from.flow && !from.mapping {
        source.insert_str(0, "- ");
    }
    if !own {
        source.insert_str(0, &spaces(from.column()));
    }
    Ok(shift::lines(&source, from.column(), column))
}

/// Finds the exact place of a text that was taken out.
fn place(entries: &Entries<'_>, gap: usize, slot: &Slot) -> Result<usize, EditError> {
    let text = entries.text();
    let before = gap.checked_sub(1).and_then(|index| entries.list.get(index));
    let from = before.map_or_else(|| entries.introducer(), |entry| entry.end);
    let behind = entries.list.get(gap);
    let at = match slot.side {
        Side::Behind => from,
        Side::Ahead => behind.map_or(from, |entry| entry.start),
        Side::Lines(below) => (0..below).fold(line_after(text, from), |at, _| next_line(text, at)),
        Side::LineEnd(below) => {
            // A block scalar ends behind a break: its last line is the one before.
            let first =
                if line_start(text, from) == from { before_break(text, from) } else { from };
            line_end(text, (0..below).fold(first, |at, _| next_line(text, at)))
        }
    };
    if behind.is_some_and(|entry| at > entry.start)
        || at < from && break_len(text.get(at..).unwrap_or_default()) == 0
    {
        let what = "the lines around the place have changed since the text was taken out";
        return Err(EditError::unsupported(entries.node, what));
    }
    Ok(at)
}

/// Fills a collection that has no entries, or a null.
fn filled(changes: &mut Changes<'_>) -> Result<Vec<Splice>, EditError> {
    let node = changes.entries.node;
    let text = node.stream().text();
    let (start, end) = stands_for(node);
    let stood = text.get(start..end).unwrap_or_default().to_owned();
    let mut splices = Vec::new();
    let Some(first) = changes.additions.first() else { return Ok(splices) };
    if stood.contains('#')
        || node.parent().is_none() && line_start(text, start) == start && !stood.is_empty()
    {
        let what = "an empty collection on a line of its own is not filled";
        return Err(EditError::unsupported(node, what));
    }
    let mapping = match &first.content {
        Content::New { key, .. } => key.is_some(),
        Content::Moved { from, .. } => from.mapping,
        Content::Verbatim { instead_of, .. } => {
            let edit = first.edit;
            if instead_of.as_deref().is_some_and(|text| text != stood) {
                return Err(EditError::Changed {
                    spot: node.spot(),
                    line: node.line(),
                    expected: instead_of.clone().unwrap_or_default(),
                    found: stood,
                });
            }
            if !stood.is_empty() {
                splices.push(Splice::clear(edit, start, end));
            }
            for addition in &changes.additions {
                let Content::Verbatim { slot, text, .. } = &addition.content else {
                    return Err(EditError::unsupported(node, "it is restored and filled at once"));
                };
                let at = place(&changes.entries, 0, slot)?;
                splices.push(Splice::add(addition.edit, node, at, text.clone()));
            }
            changes.becomes = Some(Becomes::Collection(Layout::Block));
            return Ok(splices);
        }
    };
    let frame = Frame::of(node, mapping, end);
    for (number, addition) in changes.additions.iter().enumerate() {
        let lines = lines(node, mapping, &addition.content, frame.column)?;
        splices.push(frame.splice(addition.edit, number, &lines, start, end));
    }
    for addition in &mut changes.additions {
        addition.leave = Some(stood.clone());
    }
    if !stood.is_empty() {
        let edit = changes.additions.first().map_or(0, |addition| addition.edit);
        splices.push(Splice::clear(edit, start, end));
    }
    let kind = if mapping { Kind::Mapping(Layout::Block) } else { Kind::Sequence(Layout::Block) };
    changes.becomes = Some(Becomes::Kind(kind));
    Ok(splices)
}

/// Where the entries of a collection go that had none.
struct Frame<'a> {
    node: Node<'a>,
    text: &'a str,
    line_break: &'a str,
    column: usize,
    /// Whether the first entry goes on the line of the dash.
    on_dash: bool,
}

impl<'a> Frame<'a> {
    fn of(node: Node<'a>, mapping: bool, end: usize) -> Self {
        let text = node.stream().text();
        let hand: Hand = habits::hand(node.stream(), false);
        let line_break = habits::line_break(text);
        let parent = node.parent();
        let in_list = parent.is_some_and(|parent| parent.is_sequence());
        let commented = text.get(end..line_end(text, end)).unwrap_or_default().contains('#');
        let column = match parent {
            None => 0,
            Some(parent) if in_list => parent.column() as usize - 1 + 2,
            Some(parent) => {
                parent.column() as usize - 1 + if mapping { hand.step } else { hand.dash }
            }
        };
        let on_dash = in_list && !commented && node.properties().is_none();
        Self { node, text, line_break, column, on_dash }
    }

    fn splice(
        &self,
        edit: usize,
        number: usize,
        lines: &[String],
        start: usize,
        end: usize,
    ) -> Splice {
        if self.on_dash {
            let joined = lines.join(self.line_break);
            let inserted = match number {
                0 => format!(" {}", joined.trim_start_matches(' ')),
                _ => format!("{}{joined}", self.line_break),
            };
            return Splice::add(edit, self.node, start, inserted);
        }
        let at = next_line(self.text, end);
        Splice::add(edit, self.node, at, whole_lines(self.text, at, lines, self.line_break))
    }
}
