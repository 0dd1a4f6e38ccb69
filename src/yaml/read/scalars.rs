//! Scalars and aliases: where they end, and whether the text there is what the scanner read.

use yaml_rust2::parser::Tag;
use yaml_rust2::scanner::{Marker, TScalarStyle};

use super::super::cursor::{Comment, lines};
use super::super::error::Error;
use super::super::index::{Kind, NONE, ScalarStyle};
use super::super::scalar;
use super::{Reader, number};

impl Reader<'_> {
    pub(super) fn scalar(
        &mut self,
        value: &str,
        style: TScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mark: Marker,
    ) -> Result<(), Error> {
        let absent = style == TScalarStyle::Plain && value.is_empty();
        self.slot(absent && anchor == 0 && tag.is_none())?;
        let decorated = self.properties(anchor, tag.is_some())?;
        if !absent {
            self.skip_trivia();
        }
        let begin = self.cursor;
        let style = match style {
            TScalarStyle::Plain => ScalarStyle::Plain,
            TScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            TScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            TScalarStyle::Literal => ScalarStyle::Literal,
            TScalarStyle::Folded => ScalarStyle::Folded,
        };
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if !absent && !block {
            self.check(mark)?;
        }
        let (end, verbatim, detail) = match style {
            _ if absent => (begin.pos, true, NONE),
            ScalarStyle::Plain => self.plain(value)?,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.quoted(value, style)?,
            ScalarStyle::Literal | ScalarStyle::Folded => self.block(value, style)?,
        };
        if !absent {
            self.cursor.advance(end);
            self.last_end = end;
        }
        let id = self.push(Kind::Scalar(style), begin, detail, decorated, anchor > 0);
        self.close(id, end);
        if let Some(row) = self.index.rows.get_mut(id as usize) {
            row.verbatim = verbatim;
        }
        Ok(())
    }

    /// Measures a plain scalar: its end, whether its text is its value, no detail.
    fn plain(&self, value: &str) -> Result<(usize, bool, u32), Error> {
        let rest = self.cursor.rest();
        let len = scalar::plain_end(rest, value).ok_or_else(|| self.no_plain_end(rest))?;
        let source = rest.get(..len).unwrap_or_default();
        if scalar::decode_plain(source) != value {
            return Err(self.lost("a plain scalar's value"));
        }
        Ok((self.cursor.pos + len, source == value, NONE))
    }

    /// Says why a plain scalar's value does not lie in the text.
    ///
    /// The scanner skips a comment behind a tab and then goes on with the scalar, where the
    /// specification (section 6.6) has it end.
    fn no_plain_end(&self, rest: &str) -> Error {
        let inside = lines(rest).skip(1).any(|line| {
            let content = line.trim_start_matches([' ', '\t']);
            content.starts_with('#') && line.starts_with([' ', '\t'])
        });
        if !inside {
            return self.lost("a plain scalar");
        }
        let what = "a plain scalar that goes on behind a comment";
        Error::unreadable(self.text, self.cursor.line, self.cursor.col + 1, what)
    }

    fn quoted(&self, value: &str, style: ScalarStyle) -> Result<(usize, bool, u32), Error> {
        let rest = self.cursor.rest();
        let single = style == ScalarStyle::SingleQuoted;
        let quote = if single { '\'' } else { '"' };
        let len = scalar::quoted_end(rest).filter(|_| rest.starts_with(quote));
        let len = len.ok_or_else(|| self.lost("a quoted scalar"))?;
        let inner = rest.get(1..len - 1).unwrap_or_default();
        let decoded =
            if single { Some(scalar::decode_single(inner)) } else { scalar::decode_double(inner) };
        if decoded.as_deref() != Some(value) {
            return Err(self.lost("a quoted scalar's value"));
        }
        Ok((self.cursor.pos + len, inner == value, NONE))
    }

    fn block(&mut self, value: &str, style: ScalarStyle) -> Result<(usize, bool, u32), Error> {
        let rest = self.cursor.rest();
        let indicator = if style == ScalarStyle::Folded { '>' } else { '|' };
        let header = scalar::header(rest).filter(|_| rest.starts_with(indicator));
        let header = header.ok_or_else(|| self.lost("a block scalar"))?;
        let parent = self.frames.last().map(|frame| frame.column as usize);
        let block = scalar::block(rest, parent, None);
        let block = block.ok_or_else(|| self.lost("a block scalar's content"))?;
        // The scanner adds a newline of its own where the stream ends inside or right behind the
        // content; go-yaml, which Flux and Helm read with, does not.
        let behind = rest.get(block.end..).unwrap_or_default();
        let at_the_end = behind.trim_start_matches([' ', '\n', '\r']).is_empty();
        let same = block.value == value
            || at_the_end && block.value.trim_end_matches('\n') == value.trim_end_matches('\n');
        if !same && block.indent == 0 {
            // The scanner takes `---` for content here, the specification for a document's start.
            let what = "a block scalar without indentation that holds a document marker";
            let (line, column) = (self.cursor.line, self.cursor.col + 1);
            return Err(Error::unreadable(self.text, line, column, what));
        }
        if !same {
            return Err(self.lost("a block scalar's value"));
        }
        // A comment behind the indicators is inside the scalar's span.
        let first_line = rest.get(header.len..header.line_end).unwrap_or_default();
        if let Some(at) = first_line.find('#') {
            let start = self.cursor.pos + header.len + at;
            let end = self.cursor.pos + header.line_end;
            self.comment(Comment { start, end, trailing: true });
        }
        Ok((self.cursor.pos + block.end, false, number(block.indent)))
    }

    pub(super) fn alias(&mut self, anchor: usize, mark: Marker) -> Result<(), Error> {
        self.slot(false)?;
        self.skip_trivia();
        self.check(mark)?;
        let begin = self.cursor;
        if anchor <= self.document_anchors {
            let what = "this alias names an anchor of another document";
            return Err(Error::unreadable(self.text, begin.line, begin.col + 1, what));
        }
        if self.cursor.peek() != b'*' {
            return Err(self.lost("an alias"));
        }
        let target = self.anchors.get(anchor - 1).copied();
        let target = target.ok_or_else(|| self.lost("an alias's anchor"))?;
        self.cursor.step(1);
        self.name();
        let id = self.push(Kind::Alias, begin, target, false, false);
        self.close(id, self.cursor.pos);
        Ok(())
    }
}
