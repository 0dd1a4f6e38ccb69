//! Where the charts are in an index.
//!
//! An index is a mapping `entries` from chart names to lists of versions. As helm and its kin
//! write it, that is a matter of lines: `entries:` begins at the margin, the names stand below it
//! at one indentation, and whatever belongs to a chart is indented further or begins with `-`.
//! YAML does not let the inside of any value fall back to the indentation of its parent's keys, so
//! a line there is a key whatever stands above it. An index may also be JSON, on one line or on
//! many; then depth takes the place of indentation. Both are read byte by byte as they arrive,
//! without keeping more than the current name, and without recursion.

use std::collections::BTreeMap;
use std::ops::Range;

/// Where each chart's parts lie, in bytes.
pub(super) type Parts = BTreeMap<String, Vec<Range<u64>>>;

/// What was found: where each chart's part lies, in bytes. In YAML it begins with the line of the
/// chart's name, in JSON it is the value alone. A name that comes twice has two parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) charts: Parts,
    pub(super) json: bool,
}

/// An index that is being read.
#[derive(Default)]
pub(super) struct Scan {
    at: u64,
    format: Format,
    found: Parts,
}

#[derive(Default)]
enum Format {
    #[default]
    Unknown,
    Yaml(Yaml),
    Json(Json),
}

impl Scan {
    /// Reads on.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        if let Format::Unknown = self.format {
            // Blank space and a byte order mark say nothing of the format.
            let tells = |byte: &u8| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte);
            let skipped = chunk.iter().position(tells).unwrap_or(chunk.len());
            rest = chunk.get(skipped..).unwrap_or_default();
            self.at += length(skipped);
            self.format = match rest.first() {
                None => return,
                Some(b'{') => Format::Json(Json::default()),
                Some(_) => Format::Yaml(Yaml { line_start: self.at, ..Yaml::default() }),
            };
        }
        match &mut self.format {
            Format::Unknown => {}
            Format::Yaml(yaml) => yaml.push(rest, self.at, &mut self.found),
            Format::Json(json) => {
                for (offset, byte) in rest.iter().enumerate() {
                    json.push(*byte, self.at + length(offset), &mut self.found);
                }
            }
        }
        self.at += length(rest.len());
    }

    /// Returns what was found; `None` where there were no entries at all.
    pub(super) fn finish(mut self) -> Option<Found> {
        let (seen, json) = match self.format {
            Format::Unknown => (false, false),
            Format::Yaml(mut yaml) => {
                yaml.end_of_line(&mut self.found);
                yaml.close(self.at, &mut self.found);
                (yaml.seen, false)
            }
            Format::Json(json) => (json.seen, true),
        };
        seen.then_some(Found { charts: self.found, json })
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// The longest beginning of a line that is kept: an indentation and a chart's name.
const LONGEST: usize = 1024;

#[derive(Default)]
struct Yaml {
    line_start: u64,
    /// The beginning of the line.
    line: Vec<u8>,
    seen: bool,
    inside: bool,
    /// The indentation of the charts' names.
    indent: Option<usize>,
    open: Option<(String, u64)>,
}

impl Yaml {
    fn push(&mut self, chunk: &[u8], at: u64, found: &mut Parts) {
        let mut at = at;
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            at += length(piece.len());
            let text = piece.strip_suffix(b"\n");
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend(text.unwrap_or(piece).iter().take(room));
            if text.is_some() {
                self.end_of_line(found);
                self.line.clear();
                self.line_start = at;
            }
        }
    }

    /// Looks at a line once it is there.
    fn end_of_line(&mut self, found: &mut Parts) {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        let text = line.get(indent..).unwrap_or_default();
        let item = text == b"-" || text.starts_with(b"- ");
        if text.trim_ascii().is_empty() || text.starts_with(b"#") {
            return;
        }
        if indent == 0 {
            // A list at the margin belongs to the key above it.
            if !item {
                let key = key(text);
                let line_start = self.line_start;
                self.close(line_start, found);
                self.inside = key.as_deref() == Some("entries");
                self.seen |= self.inside;
                self.indent = None;
            }
            return;
        }
        if !self.inside || item || indent > *self.indent.get_or_insert(indent) {
            return;
        }
        if let Some(name) = key(text) {
            let line_start = self.line_start;
            self.close(line_start, found);
            self.open = Some((name, line_start));
        }
    }

    fn close(&mut self, at: u64, found: &mut Parts) {
        if let Some((name, start)) = self.open.take() {
            found.entry(name).or_default().push(start..at);
        }
    }
}

/// Reads the key at the beginning of a line: `name:`, `"name":` or `'name':`.
fn key(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let (name, rest) = text.strip_prefix(quote)?.split_once(quote)?;
        Some((name, rest))
    });
    let plain = || {
        let ends = |at: &usize| text.as_bytes().get(at + 1).is_none_or(u8::is_ascii_whitespace);
        let at = text.match_indices(':').map(|(at, _)| at).find(ends)?;
        text.split_at_checked(at)
    };
    let (name, rest) = quoted.or_else(plain)?;
    rest.trim_start().starts_with(':').then(|| name.trim().to_owned())
}

/// Where a byte of JSON stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

#[derive(Default)]
struct Json {
    depth: usize,
    text: Text,
    /// The string that is being read, or was read last, as written.
    string: Vec<u8>,
    /// Whether the next string at this depth is a key.
    expects_key: bool,
    /// The last key at the depth of `entries`, then at the depth of the charts.
    key: Vec<u8>,
    seen: bool,
    inside: bool,
    open: Option<(String, u64)>,
}

impl Json {
    fn push(&mut self, byte: u8, at: u64, found: &mut Parts) {
        if self.text != Text::Outside {
            self.text = match (self.text, byte) {
                (Text::Inside, b'\\') => Text::Escaped,
                (Text::Inside, b'"') => Text::Outside,
                _ => Text::Inside,
            };
            if self.text != Text::Outside && self.string.len() < LONGEST {
                self.string.push(byte);
            }
            return;
        }
        match byte {
            b'"' => {
                self.text = Text::Inside;
                self.string.clear();
            }
            b':' if self.expects_key && self.depth <= 2 => {
                self.expects_key = false;
                self.key.clone_from(&self.string);
                if self.depth == 2 && self.inside {
                    let quoted = [b"\"", &self.key[..], b"\""].concat();
                    let name = serde_json::from_slice(&quoted).ok();
                    self.open = name.map(|name| (name, at + 1));
                }
            }
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth == 2 && byte == b'{' && self.key == b"entries" {
                    (self.seen, self.inside) = (true, true);
                }
                self.expects_key = byte == b'{';
            }
            b'}' | b']' => {
                if self.depth == 2 {
                    self.close(at, found);
                    self.inside = false;
                }
                self.depth = self.depth.saturating_sub(1);
                self.expects_key = false;
            }
            b',' => {
                if self.depth == 2 {
                    self.close(at, found);
                }
                self.expects_key = self.depth == 1 || (self.depth == 2 && self.inside);
            }
            _ => {}
        }
    }

    fn close(&mut self, at: u64, found: &mut Parts) {
        if let Some((name, start)) = self.open.take() {
            found.entry(name).or_default().push(start..at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(text: &str, chunk: usize) -> Option<Found> {
        let mut scan = Scan::default();
        for chunk in text.as_bytes().chunks(chunk) {
            scan.push(chunk);
        }
        scan.finish()
    }

    fn parts(text: &str) -> Vec<(String, String)> {
        let found = scan(text, 7).unwrap();
        let cut = |range: &Range<u64>| {
            let start = usize::try_from(range.start).unwrap();
            text[start..usize::try_from(range.end).unwrap()].to_owned()
        };
        found
            .charts
            .iter()
            .flat_map(|(name, ranges)| ranges.iter().map(move |range| (name.clone(), cut(range))))
            .collect()
    }

    #[test]
    fn finds_charts_in_yaml() {
        let a = "  a:\n  - version: 1\n    description: |\n      x:\n\n      - y\n  - version: 2\n";
        let b = "  \"b.c\":\n  # note\n  - version: 3\n    urls:\n    - https://e.org/b\n";
        let text = format!("apiVersion: v1\nentries:\n{a}{b}generated: \"x\"\n");
        let expected = [("a".to_owned(), a.to_owned()), ("b.c".to_owned(), b.to_owned())];
        assert_eq!(parts(&text), expected);
        // A mark at the beginning, a document start, other ends of lines, no end of line at all.
        assert_eq!(parts(&format!("\u{feff}---\n{text}")), expected);
        let windows = parts(&text.replace('\n', "\r\n"));
        assert_eq!(windows[1].1, b.replace('\n', "\r\n"));
        let cut = text.split("generated").next().unwrap().trim_end();
        assert_eq!(parts(cut)[1].1, b.trim_end());
        // Deeper indentation, inline values, a list at the margin above.
        let deep = "    x:\n        - version: 1\n    y: [{version: 2}]\n    z: []\n";
        let names: Vec<String> = parts(&format!("list:\n- entries:\n- b\nentries:\n{deep}"))
            .into_iter()
            .map(|p| p.0)
            .collect();
        assert_eq!(names, ["x", "y", "z"]);
        // A name that comes twice.
        let twice = "entries:\n  a:\n  - version: 1\n  b: []\n  a:\n  - version: 2\n";
        assert_eq!(parts(twice).iter().filter(|part| part.0 == "a").count(), 2);
    }

    #[test]
    fn finds_charts_in_json() {
        let list = r#"[{"version":"1","entries":{"no":[]},"d":"\"},{ \\"},{"version":"2"}]"#;
        let text = format!(
            r#" {{"apiVersion":"v1","x":{{"entries":[]}},"entries":{{"a":{list},"b\u002fc": [] ,"d":null}},"z":{{"e":1}}}}"#
        );
        let expected = [("a", list), ("b/c", " [] "), ("d", "null")];
        let got = parts(&text);
        let got: Vec<(&str, &str)> = got.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(got, expected);
        let pretty = "{\n  \"entries\": {\n    \"a\": [\n      {}\n    ]\n  }\n}\n";
        assert_eq!(parts(pretty).len(), 1);
        assert!(scan("{\"entries\": 1}", 1).is_none());
    }

    #[test]
    fn what_is_no_index() {
        for text in ["", "\n\n", "<html>", "404 page not found", "entriesx:\n  a:\n", "{}", "[]"] {
            assert_eq!(scan(text, 3), None, "{text}");
        }
        let empty = Found { charts: BTreeMap::new(), json: false };
        assert_eq!(scan("entries: {}\n", 3).as_ref(), Some(&empty));
        assert_eq!(scan("entries:\n", 3).as_ref(), Some(&empty));
    }

    #[test]
    fn long_lines_and_depth_cost_nothing() {
        let deep = format!("{{\"entries\":{{\"a\":{}", "[".repeat(1_000_000));
        assert!(scan(&deep, 4096).unwrap().charts.is_empty());
        let long = format!("entries:\n  a:\n  - d: {}\n", "x: ".repeat(500_000));
        assert_eq!(scan(&long, 4096).unwrap().charts.len(), 1);
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(text in "[ {}\\[\\]\":,\\\\a\n-]{0,80}", size in 1usize..20) {
            let text = format!("entries:\n{text}");
            prop_assert_eq!(scan(&text, size), scan(&text, 1000));
            let text = format!("{{\"entries\":{{{text}");
            prop_assert_eq!(scan(&text, size), scan(&text, 1000));
        }
    }
}
