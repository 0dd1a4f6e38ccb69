//! One block as plain text that remembers where it came from.
//!
//! Rules are written for sentences, not for markup: emphasis, links, badges, HTML, comments and
//! hidden characters are taken away, typographic quotes, dashes and NO-BREAK SPACE become plain
//! ones, and what stands in backticks stays in backticks because that is how notes mark names.
//! Each byte keeps the offset of the text it stands for, so that a match can be quoted verbatim.
//! Every search for a closing mark is bounded, which keeps a page of opening marks linear.

use super::marks::{ENTITIES, is_hidden, is_html, plain_mark};
use super::{Block, Document, Kind, Piece};

/// How far a closing mark is looked for, in bytes.
const REACH: usize = 2048;

/// The most of one block that is read, in bytes; what is longer is data, not prose.
const LONGEST: usize = 48 * 1024;

/// What a web address becomes, so that no rule reads words inside of it.
const ADDRESS: &str = "<url>";

/// A block's text without markup.
#[derive(Debug, Default, Clone)]
pub(in crate::notes) struct Plain {
    /// The text; names stand in backticks.
    pub(in crate::notes) text: String,
    /// The fragments of the links in it, as in `guide#SETTING`.
    pub(in crate::notes) anchors: Vec<String>,
    /// Whether it links to a pull request, an issue or a commit, as an entry of a change list does.
    pub(in crate::notes) refers: bool,
    /// For each byte of the text, the offset in the document that it stands for.
    origins: Vec<u32>,
}

impl Plain {
    /// Renders a block.
    pub(super) fn of(document: &Document<'_>, block: &Block) -> Self {
        let mut plain = Self::default();
        for piece in document.pieces_of(block) {
            if plain.text.len() > LONGEST {
                break;
            }
            plain.space(piece.start);
            plain.render(document.text, *piece);
        }
        plain.trim()
    }

    /// Renders the cells of a table's row.
    pub(in crate::notes) fn cells(document: &Document<'_>, block: &Block) -> Vec<Self> {
        let Some(piece) = document.pieces_of(block).first().copied() else { return Vec::new() };
        if !matches!(block.kind, Kind::Row { .. }) {
            return Vec::new();
        }
        let row = document.text_of(piece);
        let mut cells = Vec::new();
        let mut start = usize::from(row.starts_with('|'));
        let mut escaped = false;
        for (at, byte) in row.bytes().enumerate().skip(start) {
            if byte == b'|' && !escaped {
                cells.push(piece.start + start..piece.start + at);
                start = at + 1;
            }
            escaped = byte == b'\\' && !escaped;
        }
        if start < row.len() {
            cells.push(piece.start + start..piece.end);
        }
        cells
            .into_iter()
            .take(32)
            .map(|cell| {
                let mut plain = Self::default();
                plain.render(document.text, Piece { start: cell.start, end: cell.end, ..piece });
                plain.trim()
            })
            .collect()
    }

    /// Returns the offset in the document that a byte of the text stands for.
    pub(in crate::notes) fn origin(&self, at: usize) -> usize {
        self.origins.get(at).or(self.origins.last()).copied().unwrap_or_default() as usize
    }

    fn push(&mut self, text: &str, origin: usize) {
        self.text.push_str(text);
        let origin = u32::try_from(origin).unwrap_or(u32::MAX);
        self.origins.resize(self.text.len(), origin);
    }

    fn space(&mut self, origin: usize) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.push(" ", origin);
        }
    }

    fn trim(mut self) -> Self {
        let length = self.text.trim_end().len();
        self.text.truncate(length);
        self.origins.truncate(length);
        self
    }

    fn render(&mut self, text: &str, piece: Piece) {
        let mut at = piece.start;
        let end = piece.end.min(piece.start + LONGEST);
        while at < end {
            let Some(rest) = text.get(at..end) else {
                at += 1;
                continue;
            };
            let Some(c) = rest.chars().next() else { break };
            at += self.step(c, rest, at).max(1);
        }
    }

    /// Renders what a text starts with, and returns how many bytes that was.
    fn step(&mut self, c: char, rest: &str, at: usize) -> usize {
        match c {
            '\\' => match rest.chars().nth(1).filter(char::is_ascii_punctuation) {
                Some(next) => {
                    self.push(next.encode_utf8(&mut [0; 4]), at + 1);
                    2
                }
                None => 1,
            },
            '`' => self.code(rest, at),
            '!' if rest.starts_with("![") => 1,
            ']' => self.link_end(rest),
            '[' | '*' => 1,
            '_' => self.underscore(rest, at),
            '~' if rest.starts_with("~~") => {
                within(rest, 2, "~~").map_or(2, |inner| inner.len() + 4)
            }
            '<' => self.tag(rest, at),
            '{' if rest.starts_with("{/*") => within(rest, 3, "*/}").map_or(1, |i| i.len() + 6),
            '&' => self.entity(rest, at),
            ':' => self.short_code(rest, at),
            'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                let length = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '|' | '"'));
                let address = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
                self.refer(address);
                self.push(ADDRESS, at);
                address.len()
            }
            c if c.is_whitespace() => {
                self.space(at);
                c.len_utf8()
            }
            c if is_hidden(c) => c.len_utf8(),
            c => {
                let plain = plain_mark(c);
                if plain.is_empty() {
                    self.push(c.encode_utf8(&mut [0; 4]), at);
                } else {
                    self.push(plain, at);
                }
                c.len_utf8()
            }
        }
    }

    fn code(&mut self, rest: &str, at: usize) -> usize {
        let ticks = rest.bytes().take_while(|b| *b == b'`').count();
        let fence = rest.get(..ticks).unwrap_or_default();
        let Some(inner) = within(rest, ticks, fence) else { return ticks };
        let length = inner.len() + 2 * ticks;
        // A link of reStructuredText, `text <address>`_, is no code.
        let is_link = inner.ends_with('>') && inner.contains(" <");
        let shown = if is_link { inner.split(" <").next().unwrap_or_default() } else { inner };
        let mark = if is_link { "" } else { "`" };
        self.push(mark, at);
        let mut origin = at + ticks;
        let lead = shown.len() - shown.trim_start().len();
        origin += lead;
        for c in shown.trim().chars() {
            if !is_hidden(c) && c != '`' {
                let c_plain = if c.is_whitespace() { ' ' } else { c };
                self.push(c_plain.encode_utf8(&mut [0; 4]), origin);
            }
            origin += c.len_utf8();
        }
        self.push(mark, at + length - 1);
        length
    }

    /// Skips the target of a link, keeping its fragment.
    fn link_end(&mut self, rest: &str) -> usize {
        let (open, close) = match rest.as_bytes().get(1) {
            Some(b'(') => (b'(', b')'),
            Some(b'[') => (b'[', b']'),
            _ => return 1,
        };
        let mut depth = 0_usize;
        for (at, byte) in rest.bytes().enumerate().skip(1).take(REACH) {
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    self.refer(rest.get(2..at).unwrap_or_default());
                    return at + 1;
                }
            }
        }
        1
    }

    fn refer(&mut self, address: &str) {
        if let Some((_, fragment)) = address.rsplit_once('#')
            && self.anchors.len() < 64
        {
            self.anchors.push(fragment.to_owned());
        }
        let change = ["/pull/", "/issues/", "/commit/", "/pulls/", "/merge_requests/"];
        self.refers |= change.iter().any(|part| address.contains(part));
    }

    /// Takes an underscore as emphasis where it stands at the edge of a word.
    fn underscore(&mut self, rest: &str, at: usize) -> usize {
        let run = rest.bytes().take_while(|b| *b == b'_').count();
        let before = self.text.chars().next_back().is_some_and(char::is_alphanumeric);
        let after =
            rest.get(run..).and_then(|r| r.chars().next()).is_some_and(char::is_alphanumeric);
        if before && after {
            self.push(rest.get(..run).unwrap_or_default(), at);
        }
        run
    }

    fn tag(&mut self, rest: &str, at: usize) -> usize {
        if rest.starts_with("<!--") {
            return within(rest, 4, "-->").map_or(rest.len(), |inner| inner.len() + 7);
        }
        let named = rest.as_bytes().get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/');
        let Some(inner) = within(rest, 1, ">").filter(|_| named) else {
            self.push("<", at);
            return 1;
        };
        let lower = inner.to_ascii_lowercase();
        if lower.starts_with("http") {
            self.refer(inner);
            self.push(ADDRESS, at);
        } else if lower.trim_matches('/').trim() == "code" {
            self.push("`", at);
        } else if lower.starts_with("br")
            || lower.starts_with("/td")
            || lower.starts_with("/p")
            || lower.starts_with("/li")
        {
            self.space(at);
        } else if let Some((_, alt)) = inner.split_once("alt=\"") {
            self.push(alt.split('"').next().unwrap_or_default(), at);
        } else if !is_html(&lower) {
            // `<name>` in prose is a placeholder, not a tag.
            self.push(rest.get(..inner.len() + 2).unwrap_or_default(), at);
        }
        inner.len() + 2
    }

    fn entity(&mut self, rest: &str, at: usize) -> usize {
        match ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) {
            Some((entity, " ")) => {
                self.space(at);
                entity.len()
            }
            Some((entity, text)) => {
                self.push(text, at);
                entity.len()
            }
            None => {
                self.push("&", at);
                1
            }
        }
    }

    /// Takes `:warning:` as the sign it stands for, and other signs as nothing.
    fn short_code(&mut self, rest: &str, at: usize) -> usize {
        let name =
            within(rest.get(..rest.len().min(40)).unwrap_or_default(), 1, ":").filter(|name| {
                !name.is_empty()
                    && name.bytes().all(|b| {
                        b.is_ascii_lowercase()
                            || b.is_ascii_digit()
                            || matches!(b, b'_' | b'-' | b'+')
                    })
                    && name.bytes().any(|b| b.is_ascii_lowercase())
            });
        let Some(name) = name else {
            self.push(":", at);
            return 1;
        };
        let sign = match name {
            "boom" | "collision" => "💥",
            "warning" => "⚠",
            "rotating_light" => "🚨",
            _ => "",
        };
        self.push(sign, at);
        name.len() + 2
    }
}

/// Returns what stands between the first `skip` bytes and the closing mark, if it is near.
fn within<'a>(rest: &'a str, skip: usize, close: &str) -> Option<&'a str> {
    let mut limit = rest.len().min(skip + REACH);
    while !rest.is_char_boundary(limit) {
        limit -= 1;
    }
    let inner = rest.get(skip..limit)?;
    inner.find(close).and_then(|end| inner.get(..end))
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::*;

    fn plain(text: &str) -> Plain {
        let document = Document::parse(Dialect::Markdown, text);
        document.plain(document.blocks.first().unwrap())
    }

    #[test]
    fn markup_is_taken_away_and_names_stay() {
        for (text, expected) in [
            ("a **bold** _word_ and `CODE_NAME`", "a bold word and `CODE_NAME`"),
            ("a [link](page#PART_NAME), an ![badge](x.svg)", "a link, an badge"),
            ("snake_case_stays and *this* goes", "snake_case_stays and this goes"),
            ("see https://example.org/a_b.", "see <url>"),
            ("(see <https://example.org>)", "(see <url>)"),
            ("a\u{a0}b\u{200b}c “d” – e…", "a bc \"d\" - e..."),
            (":warning: take care :tada:", "⚠ take care"),
            ("a<br>b <b>c</b> <name> <!-- hidden -->d", "a b c <name> d"),
            ("escaped \\*stars\\* &amp; &lt;tags&gt;", "escaped *stars* & <tags>"),
            ("~~gone~~ kept", "kept"),
            ("wrapped\nlines", "wrapped lines"),
            ("``two `ticks` ``", "`two ticks`"),
        ] {
            assert_eq!(plain(text).text, expected, "{text}");
        }
    }

    #[test]
    fn every_byte_knows_where_it_came_from() {
        let text = "a **b** [c](d) `E_F` “g”";
        let plain = plain(text);
        for (needle, at) in [("b", 4), ("c", 9), ("E_F", 16), ("g", 24)] {
            let found = plain.text.find(needle).unwrap();
            assert_eq!(plain.origin(found), at, "{needle}");
        }
    }
}
