//! Scalars in the source: where they end, and what they decode to.
//!
//! The scanner says where a scalar starts and what its value is, never where it ends. These
//! functions find the end and decode the value a second time, from the text alone; reading
//! compares the two for every scalar, so that an index never holds a span that means something
//! else. Values are decoded as YAML 1.2, chapters 7 and 8, and go-yaml (which Flux and Helm use)
//! do: a block scalar whose last line has no line break does not gain one.

use std::borrow::Cow;

use super::cursor::{break_len, line_len};

/// What separates words: blanks and line breaks.
const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Finds the end of a plain scalar that starts `text` and has this value.
///
/// Where the scalar stands on one line, its text is its value. Where it is folded over several,
/// one break stands for a space and each further one for a newline.
pub(super) fn plain_end(text: &str, value: &str) -> Option<usize> {
    if !value.contains('\n') && text.starts_with(value) {
        return Some(value.len());
    }
    let (mut rest, mut wanted) = (text, value);
    while !wanted.is_empty() {
        let gap = rest.len() - rest.trim_start_matches(WHITE).len();
        let (taken, meant) = if gap == 0 {
            let word = rest.find(WHITE).unwrap_or(rest.len());
            let whole = rest.get(..word)?;
            // The last word may end before white space does, at a `:` or a bracket.
            let word = if wanted.starts_with(whole) { whole } else { wanted };
            (word, Cow::Borrowed(word))
        } else {
            let gap = rest.get(..gap)?;
            (gap, fold_gap(gap).map_or(Cow::Borrowed(gap), Cow::Owned))
        };
        rest = rest.strip_prefix(taken)?;
        wanted = wanted.strip_prefix(meant.as_ref())?;
    }
    Some(text.len() - rest.len())
}

/// Decodes a plain scalar, folding its lines.
pub(super) fn decode_plain(source: &str) -> Cow<'_, str> {
    if !source.contains(['\n', '\r']) {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(WHITE) {
        let (word, tail) = rest.split_at(at);
        out.push_str(word);
        let gap = tail.len() - tail.trim_start_matches(WHITE).len();
        let (blank, tail) = tail.split_at(gap);
        match fold_gap(blank) {
            Some(folded) => out.push_str(&folded),
            None => out.push_str(blank),
        }
        rest = tail;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Folds white space that holds breaks: one is a space, each further one a newline; `None` where
/// there is no break in it.
fn fold_gap(gap: &str) -> Option<String> {
    match break_count(gap) {
        0 => None,
        1 => Some(" ".to_owned()),
        n => Some("\n".repeat(n - 1)),
    }
}

fn break_count(gap: &str) -> usize {
    let crlf = gap.matches("\r\n").count();
    gap.bytes().filter(|&byte| byte == b'\n' || byte == b'\r').count() - crlf
}

/// Finds the end, behind the closing quote, of a quoted scalar that starts `text`.
pub(super) fn quoted_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    loop {
        match (*bytes.get(at)?, bytes.get(at + 1)) {
            (b'\\', _) if quote == b'"' => at += 2,
            (b'\'', Some(b'\'')) if quote == b'\'' => at += 2,
            (byte, _) if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Decodes the inside of a single-quoted scalar.
pub(super) fn decode_single(inner: &str) -> Cow<'_, str> {
    let folded = fold_quoted(inner, false);
    if folded.contains("''") { Cow::Owned(folded.replace("''", "'")) } else { folded }
}

/// Decodes the inside of a double-quoted scalar; `None` where an escape is not one of YAML's.
pub(super) fn decode_double(inner: &str) -> Option<Cow<'_, str>> {
    let folded = fold_quoted(inner, true);
    if !folded.contains('\\') {
        return Some(folded);
    }
    let mut out = String::with_capacity(folded.len());
    let mut chars = folded.chars();
    while let Some(c) = chars.next() {
        if c == '\\' { unescape(&mut chars, &mut out)? } else { out.push(c) }
    }
    Some(Cow::Owned(out))
}

/// Joins the lines of a quoted scalar.
///
/// Blanks around a break are dropped. A break behind a backslash is dropped too, but keeps the
/// blanks before it (YAML 1.2, section 7.3.1).
fn fold_quoted(inner: &str, escapes: bool) -> Cow<'_, str> {
    if !inner.contains(['\n', '\r']) {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    loop {
        let line = line_len(rest);
        let (text, tail) = rest.split_at(line);
        if tail.is_empty() {
            out.push_str(text);
            return Cow::Owned(out);
        }
        let gap = tail.len() - tail.trim_start_matches(WHITE).len();
        let (gap, tail) = tail.split_at(gap);
        let breaks = break_count(gap);
        let backslashes = text.len() - text.trim_end_matches('\\').len();
        if escapes && backslashes % 2 == 1 {
            out.push_str(text.get(..text.len() - 1).unwrap_or_default());
            out.push_str(&"\n".repeat(breaks - 1));
        } else {
            out.push_str(trim_unescaped(text, escapes));
            out.push_str(&fold_gap(gap).unwrap_or_default());
        }
        rest = tail;
    }
}

/// Trims blanks from the end of a line, but not one that a backslash escapes.
fn trim_unescaped(text: &str, escapes: bool) -> &str {
    let trimmed = text.trim_end_matches([' ', '\t']);
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    let keep = usize::from(escapes && backslashes % 2 == 1 && trimmed.len() < text.len());
    text.get(..trimmed.len() + keep).unwrap_or(trimmed)
}

fn unescape(chars: &mut std::str::Chars<'_>, out: &mut String) -> Option<()> {
    let width = match chars.next()? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        simple => {
            out.push(match simple {
                '0' => '\0',
                'a' => '\x07',
                'b' => '\x08',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\x0b',
                'f' => '\x0c',
                'r' => '\r',
                'e' => '\x1b',
                ' ' | '"' | '/' | '\\' => simple,
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                _ => return None,
            });
            return Some(());
        }
    };
    let digits = chars.as_str().get(..width)?;
    *chars = chars.as_str().get(width..)?.chars();
    out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
    Some(())
}

/// What happens to the line breaks at the end of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomping {
    /// `-`: all are dropped.
    Strip,
    /// The first is kept.
    Clip,
    /// `+`: all are kept.
    Keep,
}

/// The first line of a block scalar: `|` or `>` and what may follow it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// `>` rather than `|`.
    pub(super) folded: bool,
    pub(super) chomping: Chomping,
    /// The indentation indicator, 1 to 9; 0 if there is none.
    pub(super) indicator: usize,
    /// How many bytes the indicators take, from the `|` on.
    pub(super) len: usize,
    /// Where the first line ends, without its break.
    pub(super) line_end: usize,
}

/// Reads the header of a block scalar that starts `text`.
pub(super) fn header(text: &str) -> Option<Header> {
    let bytes = text.as_bytes();
    let mut header = Header {
        folded: bytes.first() == Some(&b'>'),
        chomping: Chomping::Clip,
        indicator: 0,
        len: 1,
        line_end: line_len(text),
    };
    while let Some(&byte) = bytes.get(header.len) {
        match byte {
            b'+' => header.chomping = Chomping::Keep,
            b'-' => header.chomping = Chomping::Strip,
            b'1'..=b'9' => header.indicator = usize::from(byte - b'0'),
            b' ' | b'\t' | b'\n' | b'\r' => break,
            _ => return None,
        }
        header.len += 1;
    }
    Some(header)
}

/// A block scalar, measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// How many spaces each line of the content is indented by.
    pub(super) indent: usize,
    /// Where it ends: behind the break of its last line of content, and behind blank lines too
    /// where they belong to its value; at the end of the first line where it has no content.
    pub(super) end: usize,
    /// What it decodes to.
    pub(super) value: String,
}

/// Measures and decodes a block scalar that starts `text`.
///
/// `parent` is the column of the innermost block collection that holds it, if one does;
/// `indent` is the content's indentation where it is already known.
pub(super) fn block(text: &str, parent: Option<usize>, indent: Option<usize>) -> Option<Block> {
    let header = header(text)?;
    let indent = indent.unwrap_or_else(|| content_indent(text, header, parent));
    let body = header.line_end + break_len(text.get(header.line_end..)?);
    let mut out = String::new();
    // Breaks that are pending: those of blank lines, and that of the last line of content.
    let (mut blank_lines, mut line_break) = (0, false);
    let mut after_more_indented = false;
    let (mut at, mut end, mut keep_end) = (body, header.line_end, header.line_end);
    while at < text.len() {
        let line = text.get(at..)?;
        let len = line_len(line);
        let next = at + len + break_len(line.get(len..)?);
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let content = line.get(spaces.min(indent)..len)?;
        if content.is_empty() {
            // A blank line; a last one without a break is no line.
            if next > at + len {
                blank_lines += 1;
                keep_end = next;
            }
            at = next;
            continue;
        }
        if spaces < indent || (indent == 0 && is_marker(line)) {
            break;
        }
        let more_indented = content.starts_with([' ', '\t']);
        if header.folded && line_break && !after_more_indented && !more_indented {
            if blank_lines == 0 {
                out.push(' ');
            }
        } else if line_break {
            out.push('\n');
        }
        (0..blank_lines).for_each(|_| out.push('\n'));
        out.push_str(content);
        blank_lines = 0;
        line_break = next > at + len;
        after_more_indented = more_indented;
        (end, keep_end, at) = (next, next, next);
    }
    if header.chomping != Chomping::Strip && line_break {
        out.push('\n');
    }
    if header.chomping == Chomping::Keep {
        (0..blank_lines).for_each(|_| out.push('\n'));
        end = keep_end;
    }
    Some(Block { indent, end, value: out })
}

/// Finds the indentation of a block scalar's content (YAML 1.2, section 8.1.1.1).
fn content_indent(text: &str, header: Header, parent: Option<usize>) -> usize {
    if header.indicator > 0 {
        return parent.unwrap_or(0) + header.indicator;
    }
    let mut deepest = parent.map_or(0, |column| column + 1);
    for line in super::cursor::lines(text).skip(1) {
        let content = line.trim_start_matches(' ');
        deepest = deepest.max(line.len() - content.len());
        if !content.is_empty() {
            break;
        }
    }
    deepest
}

/// Tells whether a line without indentation is `---` or `...`.
fn is_marker(line: &str) -> bool {
    let rest = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(WHITE))
}
