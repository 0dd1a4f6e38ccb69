//! A place in a text that moves forward and always knows its line and column.
//!
//! The scanner reports lines and columns in characters; the index needs bytes. The cursor walks
//! the text once, in step with the scanner's events, so the two views are compared at every node
//! instead of one being computed from the other. Line breaks are LF, CR LF and a lone CR, as in
//! YAML 1.2, section 5.4; NEL, LS and PS are ordinary characters there.

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// Where the walk began: 0, or behind a byte order mark.
    base: usize,
    /// The offset in bytes.
    pub(super) pos: usize,
    /// The line, from 1.
    pub(super) line: u32,
    /// The characters before the place on its line.
    pub(super) col: u32,
}

/// A `#` comment met while trivia was skipped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) trailing: bool,
}

impl<'a> Cursor<'a> {
    /// Stands at `pos`, the start of the text behind a byte order mark if it has one.
    pub(super) fn new(text: &'a str, pos: usize) -> Self {
        Self { text, base: pos, pos, line: 1, col: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or_default()
    }

    /// Returns the byte at the place, `0` at the end of the text (a text never holds a NUL).
    pub(super) fn peek(&self) -> u8 {
        self.byte(0)
    }

    /// Returns the byte `ahead` bytes further, `0` behind the end of the text.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// Tells whether what stands `ahead` bytes further is a blank, a break or the text's end.
    pub(super) fn blank_or_end(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t' | b'\n' | b'\r' | 0)
    }

    /// Moves over `bytes` bytes that hold no line break and only ASCII.
    pub(super) fn step(&mut self, bytes: usize) {
        self.pos += bytes;
        self.col += u32::try_from(bytes).unwrap_or(u32::MAX);
    }

    /// Moves to `end`, counting breaks and characters on the way.
    pub(super) fn advance(&mut self, end: usize) {
        let Some(passed) = self.text.as_bytes().get(self.pos..end) else { return };
        let mut after_cr = false;
        for &byte in passed {
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => {
                    self.line += 1;
                    self.col = 0;
                }
                // Continuation bytes of a character are not counted again.
                0x80..=0xbf => {}
                _ => self.col += 1,
            }
            after_cr = byte == b'\r';
        }
        self.pos = end;
    }

    /// Moves over blanks, breaks and comments, and calls `found` for each comment.
    pub(super) fn skip_trivia(&mut self, mut found: impl FnMut(Comment)) {
        loop {
            match self.peek() {
                b' ' | b'\t' => self.step(1),
                b'\n' | b'\r' => self.advance(self.pos + break_len(self.rest())),
                b'#' => {
                    let end = self.pos + line_len(self.rest());
                    let trailing = !self.only_blanks_before();
                    found(Comment { start: self.pos, end, trailing });
                    self.advance(end);
                }
                _ => return,
            }
        }
    }

    /// Tells whether nothing but blanks stands between the line's start and the place.
    pub(super) fn only_blanks_before(&self) -> bool {
        let before = self.text.as_bytes().get(self.base..self.pos).unwrap_or_default();
        before
            .iter()
            .rev()
            .take_while(|&&byte| byte != b'\n' && byte != b'\r')
            .all(|&byte| byte == b' ' || byte == b'\t')
    }
}

/// Returns the length of the line at the start of `text`, without its break.
pub(super) fn line_len(text: &str) -> usize {
    text.bytes().position(|byte| byte == b'\n' || byte == b'\r').unwrap_or(text.len())
}

/// Returns the length of the line break at the start of `text`, 0 if there is none.
pub(super) fn break_len(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Returns the lines of a text without their breaks.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let len = line_len(text);
        let next = len + break_len(text.get(len..).unwrap_or_default());
        rest = if next > len { text.get(next..) } else { None };
        text.get(..len)
    })
}
