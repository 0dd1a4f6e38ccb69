//! Edits of YAML inside a literal block scalar.
//!
//! The inner text is a stream of its own and is edited as one, with its own proof. Its splices are
//! then carried over to the outer text line by line, so that the outer bytes that are not meant
//! stay as they are, blank lines and all; and the outer proof shows that the scalar's new value is
//! the new inner text.

use super::super::cursor::{break_len, line_len};
use super::super::index::{Kind, ScalarStyle};
use super::super::node::Node;
use super::super::path::{Path, Spot, Step};
use super::super::stream::Stream;
use super::plan::Respelling;
use super::splice::Splice;
use super::value::spaces;
use super::{Edit, EditError, habits, transact};

/// How many block scalars may stand inside each other.
const MAX_DEPTH: usize = 4;

/// Splits an edit that leads into a block scalar: the scalar's spot, and the edit inside.
pub(super) fn split(edit: &Edit) -> Option<(Spot, Edit)> {
    let (outer, inner) = split_spot(edit.spot())?;
    let mut edit = edit.clone();
    match &mut edit {
        Edit::Replace { at, .. }
        | Edit::Set { at, .. }
        | Edit::Respell { at, .. }
        | Edit::RenameKey { at, .. }
        | Edit::Remove { at, .. } => *at = inner,
        Edit::Insert { into, .. } | Edit::Restore { into, .. } => *into = inner,
        Edit::Move { from, into, .. } => {
            // Out of the scalar there is no way; what then stands at the spot is not found.
            let (other, target) = split_spot(into)?;
            if other != outer {
                return None;
            }
            (*from, *into) = (inner, target);
        }
    }
    Some((outer, edit))
}

fn split_spot(spot: &Spot) -> Option<(Spot, Spot)> {
    let steps = &spot.path.0;
    let at = steps.iter().position(|step| *step == Step::Embedded)?;
    let outer = Spot::new(spot.document, Path(steps.get(..at)?.to_vec()));
    Some((outer, Spot::new(0, Path(steps.get(at + 1..)?.to_vec()))))
}

/// Returns a spot inside a block scalar as seen from outside.
pub(super) fn inside(outer: &Spot, inner: &Spot) -> Spot {
    let mut steps = outer.path.0.clone();
    steps.push(Step::Embedded);
    steps.extend(inner.path.0.iter().cloned());
    Spot::new(outer.document, Path(steps))
}

/// Returns an edit inside a block scalar as seen from outside.
pub(super) fn outside(outer: &Spot, edit: &Edit) -> Edit {
    let mut edit = edit.clone();
    match &mut edit {
        Edit::Replace { at, .. }
        | Edit::Set { at, .. }
        | Edit::Respell { at, .. }
        | Edit::RenameKey { at, .. }
        | Edit::Remove { at, .. } => *at = inside(outer, at),
        Edit::Insert { into, .. } | Edit::Restore { into, .. } => *into = inside(outer, into),
        Edit::Move { from, into, .. } => {
            *from = inside(outer, from);
            *into = inside(outer, into);
        }
    }
    edit
}

/// Makes the edits inside a block scalar; each comes with its number in the outer set.
pub(super) fn respell(
    node: Node<'_>,
    edits: &[(usize, Edit)],
    depth: usize,
) -> Result<(Respelling, Vec<Splice>), EditError> {
    let wrapped = |error: EditError| EditError::Embedded {
        spot: node.spot(),
        line: node.line(),
        error: Box::new(error),
    };
    if node.kind() != Kind::Scalar(ScalarStyle::Literal) {
        let what = "only YAML in a literal block scalar (`|`) is edited";
        return Err(EditError::unsupported(node, what));
    }
    if depth >= MAX_DEPTH {
        return Err(EditError::unsupported(node, "block scalars are nested too deeply"));
    }
    let text = node.value().unwrap_or_default().into_owned();
    let inner = Stream::parse(text).map_err(|error| wrapped(EditError::Unreadable(error)))?;
    let only: Vec<Edit> = edits.iter().map(|(_, edit)| edit.clone()).collect();
    let (edited, splices) = transact(&inner, &only, depth + 1).map_err(wrapped)?;
    let first = edits.first().map_or(0, |(number, _)| *number);
    let number = |edit: usize| edits.get(edit).map_or(first, |(number, _)| *number);
    let content = Content::of(node, inner.text());
    let splices = splices.iter().map(|splice| content.outer(splice, number(splice.edit))).collect();
    let respelling = Respelling {
        edit: first,
        key: false,
        open_end: false,
        style: ScalarStyle::Literal,
        value: edited.text.clone(),
        source: String::new(),
        note: None,
        inner: Some(edited),
    };
    Ok((respelling, splices))
}

/// A line of a block scalar's content.
struct Line {
    /// Where it starts in the value.
    inner: usize,
    /// Where it starts in the outer text.
    outer: usize,
    /// How much of its indentation is not part of the value.
    indent: usize,
}

/// The lines of a block scalar, inside and out.
struct Content<'a> {
    lines: Vec<Line>,
    indent: usize,
    line_break: &'a str,
}

impl<'a> Content<'a> {
    fn of(node: Node<'a>, value: &str) -> Self {
        let row = node.row();
        let (source, indent) = (node.source(), row.detail as usize);
        let mut outer = line_len(source);
        outer += break_len(source.get(outer..).unwrap_or_default());
        let mut inner = 0;
        let mut lines = Vec::new();
        // One line more than there are, for what is added behind the last.
        while inner <= value.len() {
            let line = source.get(outer..).unwrap_or_default();
            let len = line_len(line);
            let blanks = len.min(line.len() - line.trim_start_matches(' ').len());
            let own = Line { inner, outer: row.start as usize + outer, indent: blanks.min(indent) };
            inner += len - own.indent + 1;
            outer += len + break_len(line.get(len..).unwrap_or_default());
            lines.push(own);
        }
        Self { lines, indent, line_break: habits::line_break(node.stream().text()) }
    }

    /// Carries a splice of the value over to the outer text.
    fn outer(&self, splice: &Splice, edit: usize) -> Splice {
        let (from, to) = (self.line(splice.start), self.line(splice.end));
        let whole = from.is_some_and(|line| line.inner == splice.start)
            && to.is_some_and(|line| line.inner == splice.end)
            && (splice.text.is_empty() || splice.text.ends_with('\n'));
        let place = |line: Option<&Line>, at: usize| match line {
            Some(line) if whole => line.outer,
            Some(line) => line.outer + line.indent + (at - line.inner),
            None => 0,
        };
        let text = self.indented(&splice.text, whole);
        Splice::respell(edit, place(from, splice.start), place(to, splice.end), text)
    }

    fn line(&self, at: usize) -> Option<&Line> {
        let behind = self.lines.partition_point(|line| line.inner <= at);
        behind.checked_sub(1).and_then(|index| self.lines.get(index))
    }

    /// Indents the lines of an inner text; the first one only where it starts a line.
    fn indented(&self, text: &str, whole: bool) -> String {
        let mut out = String::new();
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                out.push_str(self.line_break);
            }
            if !line.is_empty() && (whole || number > 0) {
                out.push_str(&spaces(self.indent));
            }
            out.push_str(line);
        }
        out
    }
}
