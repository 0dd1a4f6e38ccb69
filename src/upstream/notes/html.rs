//! A page for people as text that can be read as notes.
//!
//! A policy may name an upgrade guide on a project's site, which is HTML. Of that the structure is
//! kept that notes are read by: headings, lists, tables, code, paragraphs; what leads around the
//! site is left out. Nothing is parsed into a tree: tags are handled one after the other, so that
//! no page, however deep or broken, costs more than its length.

use std::fmt::Write as _;

/// Tells whether a text is HTML.
pub(super) fn is_page(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    let start = start.get(..start.len().min(15)).unwrap_or_default().to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// Writes a page as Markdown.
pub(super) fn markdown(page: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = main_part(page);
    while let Some((text, behind)) = rest.split_once('<') {
        writer.text(text);
        if let Some(comment) = behind.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        if !behind.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            writer.text("<");
            rest = behind;
            continue;
        }
        let end = tag_end(behind);
        let (tag, after) = behind.split_at(end);
        rest = after.strip_prefix('>').unwrap_or(after);
        let (closes, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if !closes && SKIPPED.contains(&name.as_str()) && !tag.ends_with('/') {
            rest = behind_close(rest, &name);
            continue;
        }
        writer.tag(&name, closes);
    }
    writer.text(rest);
    writer.finish()
}

/// Elements whose content is no text of the page.
const SKIPPED: [&str; 13] = [
    "script", "style", "nav", "header", "footer", "aside", "svg", "head", "template", "noscript",
    "button", "form", "select",
];

/// Returns the part between `<main …>` and `</main>`, or the whole page where there is none.
fn main_part(page: &str) -> &str {
    let Some(at) = find(page, "<main") else { return page };
    let inside = page.get(at..).unwrap_or_default();
    inside.get(..find(inside, "</main").unwrap_or(inside.len())).unwrap_or_default()
}

/// Finds a text of ASCII letters, whatever their case.
fn find(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    text.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

/// Returns what follows the end of an element that is skipped.
fn behind_close<'a>(text: &'a str, name: &str) -> &'a str {
    let Some(at) = find(text, &format!("</{name}")) else { return "" };
    text.get(at..).and_then(|tag| tag.split_once('>')).map_or("", |(_, rest)| rest)
}

/// Finds the end of a tag; a `>` inside a quoted value is none.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that never closes is a mistake of the page.
    text.find('>').unwrap_or(text.len())
}

#[derive(Default)]
struct Writer {
    out: String,
    /// How many lists are open.
    depth: usize,
    preformatted: bool,
    /// The cells of the table row so far, and whether they are its head.
    cells: usize,
    head: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.preformatted {
            self.out.push_str(&decoded(text));
            return;
        }
        let spaced = text.starts_with(char::is_whitespace);
        let mut words = text.split_whitespace().peekable();
        if spaced || words.peek().is_none() && !text.is_empty() {
            self.space();
        }
        let mut first = true;
        for word in words {
            if !first {
                self.out.push(' ');
            }
            self.out.push_str(&decoded(word));
            first = false;
        }
        if !first && text.ends_with(char::is_whitespace) {
            self.space();
        }
    }

    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn paragraph(&mut self) {
        self.line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn tag(&mut self, name: &str, closes: bool) {
        /// Deeper lists are written at this depth.
        const DEEPEST: usize = 8;
        if self.preformatted && name != "pre" {
            return;
        }
        match (name, closes) {
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
                self.paragraph();
                let level = name.bytes().last().map_or(1, |digit| usize::from(digit - b'0'));
                let _ = write!(self.out, "{} ", "#".repeat(level));
            }
            ("ul" | "ol", false) => {
                if self.depth == 0 {
                    self.paragraph();
                }
                self.depth += 1;
            }
            ("ul" | "ol", true) => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.paragraph();
                }
            }
            ("li", false) => {
                self.line();
                let indent = "  ".repeat(self.depth.saturating_sub(1).min(DEEPEST));
                let _ = write!(self.out, "{indent}- ");
            }
            ("pre", false) => {
                self.paragraph();
                self.out.push_str("```\n");
                self.preformatted = true;
            }
            ("pre", true) if self.preformatted => {
                self.preformatted = false;
                self.line();
                self.out.push_str("```\n\n");
            }
            ("code" | "kbd", _) => self.out.push('`'),
            ("strong" | "b", _) => self.out.push_str("**"),
            ("br", _) | ("li", true) => self.line(),
            ("tr", false) => {
                self.line();
                self.out.push('|');
                (self.cells, self.head) = (0, false);
            }
            ("td" | "th", true) => {
                self.space();
                self.out.push('|');
                self.cells += 1;
                self.head |= name == "th";
            }
            ("td" | "th", false) => self.out.push(' '),
            ("tr", true) => {
                self.line();
                if self.head && self.cells > 0 {
                    let _ = writeln!(self.out, "|{}", "---|".repeat(self.cells.min(64)));
                }
            }
            // A paragraph inside an item stays in its line.
            ("p" | "div" | "section" | "article" | "blockquote" | "table" | "dl", _)
            | ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", true) => {
                if self.depth == 0 {
                    self.paragraph();
                } else {
                    self.space();
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> String {
        self.line();
        let length = self.out.trim_end().len();
        self.out.truncate(length);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }
}

/// Replaces the references to characters that pages use (HTML, "Named character references", the
/// common ones).
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let end = behind.bytes().take(10).position(|byte| byte == b';');
        let name = end.and_then(|end| behind.get(..end));
        if let (Some(character), Some(end)) = (name.and_then(character), end) {
            out.push(character);
            rest = behind.get(end + 1..).unwrap_or_default();
        } else {
            out.push('&');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rarr" => '→',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_is_kept() {
        let page = "<!DOCTYPE html><html><head><title>x</title></head><body>\n\
            <nav><ul><li>Home</li></ul></nav><header>Site</header>\n\
            <main class=\"a>b\"><h1>To <em>2.0</em></h1><p>Stop\n it &amp; wait.</p><!-- <h2>no</h2> -->\n\
            <ul><li><p>Set <code>A_B</code></p></li><li>Then<ul><li>this &#8594; that</li></ul></li></ul>\n\
            <pre><span>a:  1\n  b: &lt;2&gt;</span>\n</pre>\n\
            <table><tr><th>Old</th><th>New</th></tr><tr><td>A</td><td><b>B</b></td></tr></table>\n\
            <script>if (a < b) { alert('</h1>') }</script>\n\
            1 < 2</main><footer>end</footer></body></html>";
        assert_eq!(
            markdown(page),
            "# To 2.0\n\nStop it & wait.\n\n- Set `A_B`\n- Then\n  - this → that\n\n```\na:  1\n  b: <2>\n```\n\n| Old |\u{20}New |\n|---|---|\n| A | **B** |\n\n1 < 2\n"
        );
    }

    #[test]
    fn broken_pages_end() {
        for (page, expected) in [
            ("", ""),
            ("<html>", ""),
            ("<html><p", ""),
            ("<html>a<script>b", "a\n"),
            ("<html>a<p title=\"b>c", "a\n\nc\n"),
            ("<html>a<!-- b", "a\n"),
            ("<html></ul></pre></td>a &bogus; &#0; &", "|a &bogus; &#0; &\n"),
        ] {
            assert_eq!(markdown(page), expected, "{page}");
        }
        let deep = format!("<html>{}x", "<ul><li>".repeat(50_000));
        assert!(markdown(&deep).ends_with("x\n"));
    }

    #[test]
    fn pages_are_told_from_texts() {
        for (text, is) in [
            ("<!doctype html>", true),
            ("\n <HTML lang=en>", true),
            ("# Notes\n<html>", false),
            ("<!-- a comment -->\n# Notes", false),
            ("", false),
        ] {
            assert_eq!(is_page(text.as_bytes()), is, "{text}");
        }
    }
}
