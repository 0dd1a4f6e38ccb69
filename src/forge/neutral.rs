//! Untrusted text made harmless for a pull request.
//!
//! Release notes are written by strangers. Copied into a pull request they could mention people,
//! link issues of this and other repositories, load images, hide text from the reader or show a
//! diff other than the real one. Here such a text becomes one of three things in which nothing is
//! active: prose, in which every mark of Markdown and HTML is escaped and every reference is broken
//! by a zero-width space; a code span; or a fenced block. Characters that a reader cannot see are
//! dropped from prose and shown by number in code, where leaving them out would change what is
//! quoted (as in CVE-2021-42574).

use std::fmt::Write as _;

/// The zero-width space that keeps a forge from seeing a reference, as an entity, so that it can be
/// seen in the source.
const BREAK: &str = "&#8203;";

/// Returns text as Markdown that shows it and nothing else; lines stay lines.
///
/// Mentions, issue references, addresses and HTML stay text. Runs of blank lines become one.
#[must_use]
pub fn prose(text: &str) -> String {
    let text = without_hidden(text);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(|line| escaped(line.trim())) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// Returns text as Markdown on one line, fit for a table's cell or a heading.
#[must_use]
pub fn line(text: &str) -> String {
    escaped(&without_hidden(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns text as a block quote of prose.
#[must_use]
pub fn quote(text: &str) -> String {
    let quoted = |line: &str| if line.is_empty() { ">".to_owned() } else { format!("> {line}") };
    prose(text).lines().map(quoted).collect::<Vec<_>>().join("\n")
}

/// Returns text as a code span on one line; nothing for an empty text.
#[must_use]
pub fn code(text: &str) -> String {
    let text = with_hidden_shown(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return text;
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns text as a code span fit for a table's cell, in which a bar must be escaped even there.
#[must_use]
pub fn code_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Returns text as a fenced block with a fence longer than any in it.
///
/// `language` is for highlighting, as in `diff`; other characters than letters, digits, `-`, `+`
/// and `#` are dropped from it.
#[must_use]
pub fn fenced(text: &str, language: &str) -> String {
    let text = with_hidden_shown(text);
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    let language: String = language
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '#'))
        .collect();
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

/// Escapes one line.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 4);
    let mut before = None;
    let mut rest = line.chars().peekable();
    let mut word = String::new();
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let list_mark = line.len() - numbered.len();
    let mut at = 0;
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let special = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' | '&' | '$' | '#' | '{'
            | '}' | '!' => true,
            // Marks of a list or of a heading's underline, at a line's start only.
            '-' | '+' | '=' => before.is_none(),
            '.' | ')' => list_mark > 0 && at == list_mark,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        // What stands between two marks of a reference decides whether a forge sees one.
        let reference = match c {
            '@' => next.is_some_and(|next| !next.is_whitespace()),
            '#' | '!' | '%' | '&' | '$' | '~' | '^' => next.is_some_and(char::is_alphanumeric),
            ':' => next == Some('/'),
            '.' => word.eq_ignore_ascii_case("www"),
            '-' => word.eq_ignore_ascii_case("gh"),
            _ => false,
        };
        if reference {
            out.push_str(BREAK);
        }
        if c.is_alphanumeric() {
            word.push(c);
        } else {
            word.clear();
        }
        before = Some(c);
        at += c.len_utf8();
    }
    out
}

/// Drops what cannot be seen; other blanks become spaces, other line ends newlines.
fn without_hidden(text: &str) -> String {
    let plain = text.replace("\r\n", "\n");
    let chars = plain.chars().map(|c| match c {
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\t' | '\u{a0}' => ' ',
        other => other,
    });
    chars.filter(|c| !is_hidden(*c)).collect()
}

/// Shows what cannot be seen by its number.
fn with_hidden_shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if is_hidden(c) || matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            // Writing to a string does not fail.
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Tells whether a character is invisible, reorders what is around it, or carries hidden data.
///
/// After Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), with the controls
/// and the interlinear marks, and without the selectors of text and emoji style.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' | '\u{fe0e}' | '\u{fe0f}' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{feff}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_control(),
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_prose_is_active() {
        for (text, shown) in [
            ("plain words, 1.2.3 (ok)", "plain words, 1.2.3 (ok)"),
            ("thanks @octocat and @org/team", "thanks @&#8203;octocat and @&#8203;org/team"),
            ("mail a@b.example", "mail a@&#8203;b.example"),
            (
                "fixes #12, o/r#3, GH-4, !5",
                "fixes \\#&#8203;12, o/r\\#&#8203;3, GH-&#8203;4, \\!&#8203;5",
            ),
            ("see https://h.example/x", "see https:&#8203;//h.example/x"),
            ("see www.h.example", "see www.&#8203;h.example"),
            ("![x](https://h/i.png)", "\\!\\[x\\](https:&#8203;//h/i.png)"),
            ("<img src=x onerror=y>", "\\<img src=x onerror=y\\>"),
            ("<!-- hidden --> shown", "\\<\\!-- hidden --\\> shown"),
            ("&lt;b&gt; &#64;x", "\\&&#8203;lt;b\\&&#8203;gt; \\&\\#&#8203;64;x"),
            (
                "# heading\n- item\n1. one\n    code\n===",
                "\\# heading\n\\- item\n1\\. one\ncode\n\\===",
            ),
            ("`@octocat`", "\\`@&#8203;octocat\\`"),
            ("a\u{200b}b\u{202e}c\u{e0041}d\u{feff}e\u{0}f", "abcdef"),
            ("no\u{a0}break\ttab\r\nnext\u{2028}line", "no break tab\nnext\nline"),
            ("one\n\n\n\ntwo\n\n", "one\n\ntwo"),
            ("⚠️ warning", "⚠️ warning"),
            ("", ""),
        ] {
            assert_eq!(prose(text), shown, "{text:?}");
        }
        assert_eq!(line(" a |\n b "), "a \\| b");
        assert_eq!(quote("a\n\n@b"), "> a\n>\n> @&#8203;b");
    }

    #[test]
    fn code_shows_its_text_and_ends_where_it_should() {
        for (text, shown) in [
            ("1.10", "`1.10`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("a\n@b", "`a @b`"),
            ("x\u{202e}y", "`x‹U+202E›y`"),
            ("", ""),
        ] {
            assert_eq!(code(text), shown, "{text:?}");
        }
        assert_eq!(code_cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn a_fence_is_longer_than_any_inside() {
        assert_eq!(fenced("-a\n+b\n", "diff"), "```diff\n-a\n+b\n```");
        assert_eq!(fenced("````\nx\n````", "a b\n!"), "`````ab\n````\nx\n````\n`````");
        assert_eq!(fenced("+x\u{2066}y\u{200b}\r\n", ""), "```\n+x‹U+2066›y‹U+200B›\n```");
    }
}
