//! Scalars and keys written anew.

use super::super::cursor::break_len;
use super::super::index::{Kind, Layout, ScalarStyle};
use super::super::node::Node;
use super::super::scalar;
use super::super::spelling;
use super::entries::before_break;
use super::plan::{Respelling, in_flow};
use super::splice::Splice;
use super::value::{Value, spaces};
use super::{EditError, habits};

/// Plans to give a scalar another text; nothing where it has that text already.
pub(super) fn replace(
    node: Node<'_>,
    edit: usize,
    after: &str,
) -> Result<Option<Respelling>, EditError> {
    let Kind::Scalar(old) = node.kind() else { return Ok(None) };
    if node.value().is_some_and(|value| value == after) {
        return Ok(None);
    }
    let respelling = Respelling {
        edit,
        key: false,
        open_end: false,
        style: old,
        value: after.to_owned(),
        source: String::new(),
        note: None,
        inner: None,
    };
    if matches!(old, ScalarStyle::Literal | ScalarStyle::Folded) {
        let source = block_source(node, after).ok_or_else(|| {
            EditError::unsupported(node, "the block scalar cannot hold this text as it is written")
        })?;
        return Ok(Some(Respelling { source, ..respelling }));
    }
    let (style, source) = spelling::spell(after, old, in_flow(node));
    let reason = (style != old).then(|| reason(after, old));
    Ok(Some(Respelling { style, source, note: reason, ..respelling }))
}

/// Says why a text is written in another style than the old one.
fn reason(after: &str, old: ScalarStyle) -> String {
    let kind = spelling::plain_type(after);
    if old == ScalarStyle::Plain && kind != spelling::PlainType::Text {
        format!("written in quotes, since a plain `{after}` is {}", kind.name())
    } else {
        format!("written in double quotes, since nothing else can hold `{}`", after.escape_debug())
    }
}

/// Plans to give a scalar a value of a type that is meant.
pub(super) fn set(
    node: Node<'_>,
    edit: usize,
    value: &Value,
) -> Result<Option<Respelling>, EditError> {
    let plain = match value {
        Value::Text(text) => return replace(node, edit, text),
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Mapping(_) | Value::Sequence(_) => {
            return Err(EditError::unsupported(node, "a scalar is not set to a collection"));
        }
    };
    if node.tag().is_some() {
        return Err(EditError::unsupported(node, "its tag would decide what the new value is"));
    }
    let written = node.source() == plain && node.kind() == Kind::Scalar(ScalarStyle::Plain);
    Ok((!written).then(|| Respelling {
        edit,
        key: false,
        open_end: false,
        style: ScalarStyle::Plain,
        source: plain.clone(),
        value: plain,
        note: None,
        inner: None,
    }))
}

/// Plans to write a scalar or a key exactly so.
pub(super) fn respell(
    node: Node<'_>,
    edit: usize,
    key: bool,
    before: &str,
    after: &str,
) -> Result<Option<Respelling>, EditError> {
    let found = written(node);
    if found != before {
        return Err(EditError::Changed {
            spot: node.spot(),
            line: node.line(),
            expected: before.to_owned(),
            found: found.to_owned(),
        });
    }
    let inner = || after.get(1..after.len().saturating_sub(1)).unwrap_or_default();
    let quoted = after.len() >= 2 && scalar::quoted_end(after) == Some(after.len());
    let (style, value) = match after.as_bytes().first() {
        Some(b'\'') if quoted => (ScalarStyle::SingleQuoted, Some(scalar::decode_single(inner()))),
        Some(b'"') if quoted => (ScalarStyle::DoubleQuoted, scalar::decode_double(inner())),
        Some(b'|' | b'>') if !in_flow(node) => {
            let folded = after.starts_with('>');
            let style = if folded { ScalarStyle::Folded } else { ScalarStyle::Literal };
            let block = format!("{after}{}", break_behind(node));
            let block = scalar::block(&block, parent_column(node), None);
            (style, block.map(|block| block.value.into()))
        }
        _ => (ScalarStyle::Plain, Some(scalar::decode_plain(after))),
    };
    let Some(value) = value else {
        return Err(EditError::unsupported(node, format!("`{after}` is no scalar")));
    };
    let (value, source) = (value.into_owned(), after.to_owned());
    let open_end = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    Ok(Some(Respelling { edit, key, open_end, style, value, source, note: None, inner: None }))
}

/// Spells another text for a key that no other entry may have yet.
pub(super) fn rename(key: Node<'_>, to: &str) -> Result<(ScalarStyle, String), EditError> {
    let same = |other: Node<'_>| other.value().is_some_and(|text| text == to) && other != key;
    let taken = key.parent().and_then(|parent| parent.pairs().find(|(other, _)| same(*other)));
    match taken {
        Some((found, _)) => Err(EditError::Exists { spot: found.spot(), line: found.line() }),
        None => spell_key(key, to),
    }
}

/// Spells another text for a key, in the style that the key has.
pub(super) fn spell_key(key: Node<'_>, to: &str) -> Result<(ScalarStyle, String), EditError> {
    let word = !key.is_merge_key() && !key.source().is_empty();
    match key.kind() {
        Kind::Scalar(
            style @ (ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted),
        ) if word => Ok(spelling::spell(to, style, in_flow(key))),
        _ => {
            Err(EditError::unsupported(key, "only a key that is a plain or quoted word is renamed"))
        }
    }
}

/// Turns a respelling into its splice.
///
/// An absent value gains a blank in front of it, and one that becomes absent loses it.
pub(super) fn splice(node: Node<'_>, respelling: &Respelling) -> Splice {
    let start = node.row().start as usize;
    let end = start + written(node).len();
    let text = node.stream().text();
    let source = respelling.source.as_str();
    if start == end && !source.is_empty() {
        return Splice::respell(respelling.edit, start, end, format!(" {source}"));
    }
    let blank = start.checked_sub(1).and_then(|at| text.as_bytes().get(at)) == Some(&b' ');
    let start = start - usize::from(blank && source.is_empty() && start < end);
    Splice::respell(respelling.edit, start, end, source)
}

/// Returns a scalar's own text without the line break behind a block scalar's content, which
/// whatever takes its place needs as well.
pub(super) fn written(node: Node<'_>) -> &str {
    let source = node.source();
    match node.kind() {
        Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => {
            source.get(..before_break(source, source.len())).unwrap_or(source)
        }
        _ => source,
    }
}

/// Returns the line break directly behind a scalar's own text, if there is one.
fn break_behind(node: Node<'_>) -> &str {
    let end = node.row().start as usize + written(node).len();
    let rest = node.stream().text().get(end..).unwrap_or_default();
    rest.get(..break_len(rest)).unwrap_or_default()
}

/// Returns the column of the innermost block collection around a node, as block scalars count it.
fn parent_column(node: Node<'_>) -> Option<usize> {
    let block = |node: &Node<'_>| {
        matches!(node.kind(), Kind::Mapping(Layout::Block) | Kind::Sequence(Layout::Block))
    };
    let parent = std::iter::successors(node.parent(), Node::parent).find(block);
    parent.map(|parent| parent.column() as usize - 1)
}

/// Writes another text into a block scalar: the same first line, the same indentation.
fn block_source(node: Node<'_>, after: &str) -> Option<String> {
    let source = node.source();
    let header = scalar::header(source)?;
    let first_break = source.get(header.line_end..)?;
    let first_break = first_break.get(..break_len(first_break))?;
    let line_break =
        if first_break.is_empty() { habits::line_break(node.stream().text()) } else { first_break };
    let indent = node.row().detail as usize;
    let mut out = source.get(..header.line_end)?.to_owned();
    for line in after.strip_suffix('\n').unwrap_or(after).split('\n') {
        out.push_str(line_break);
        if !line.is_empty() {
            out.push_str(&spaces(indent));
            out.push_str(line);
        }
    }
    let whole = format!("{out}{}", break_behind(node));
    let read = scalar::block(&whole, None, Some(indent))?;
    (read.value == after && read.end == whole.len()).then_some(out)
}
