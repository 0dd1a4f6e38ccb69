//! A runbook as Markdown.
//!
//! Texts of a runbook put names between backticks. Here each such piece becomes a code span and
//! everything else prose with every mark escaped, so that a name from a manifest can neither mention
//! anybody nor change the page. Emphasis is the one mark that a text may bring: `**` at its start.

use std::fmt::Write as _;

use crate::forge::neutral;
use crate::runbook::{Block, Runbook, SectionKind};

/// Returns a runbook as Markdown, its headings at `level`, without the sections that stand
/// elsewhere on the page.
#[must_use]
pub fn runbook_markdown(runbook: &Runbook, level: usize, without: &[SectionKind]) -> String {
    let mut text = String::new();
    for section in runbook.sections.iter().filter(|section| !without.contains(&section.kind)) {
        let _ = writeln!(text, "{} {}\n", "#".repeat(level.clamp(1, 6)), section.kind.title());
        for block in &section.blocks {
            text.push_str(&markdown(block));
            text.push('\n');
        }
    }
    text
}

/// Returns one block, with a line's end.
fn markdown(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{}\n", phrase(text)),
        Block::Warning(text) => format!("> [!WARNING]\n> {}\n", phrase(text)),
        Block::Points(items) => items.iter().fold(String::new(), |mut text, item| {
            let _ = writeln!(text, "- {}", phrase(item));
            text
        }),
        Block::Checks(items) => items.iter().fold(String::new(), |mut text, item| {
            let _ = writeln!(text, "- [ ] {}", phrase(item));
            text
        }),
        Block::Steps(items) => {
            items.iter().enumerate().fold(String::new(), |mut text, (at, item)| {
                let _ = writeln!(text, "{}. {}", at + 1, phrase(item));
                text
            })
        }
        Block::Table { head, rows } => {
            let line = |cells: &[String]| -> String {
                let cells: Vec<String> = cells.iter().map(|cell| self::cell(cell)).collect();
                format!("| {} |\n", cells.join(" | "))
            };
            let mut text = line(head);
            let _ = writeln!(text, "|{}", "---|".repeat(head.len()));
            for row in rows {
                text.push_str(&line(row));
            }
            text
        }
        Block::Shell(command) => format!("{}\n", neutral::fenced(command, "sh")),
    }
}

/// Returns a text on one line, with what stands between backticks as code and the rest as prose.
pub(super) fn phrase(text: &str) -> String {
    let (strong, rest) = match text.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
        Some((strong, rest)) => (format!("**{}**", pieces(strong, neutral::code)), rest),
        None => (String::new(), text),
    };
    format!("{strong}{}", pieces(rest, neutral::code))
}

/// Returns a text fit for the cell of a table.
pub(super) fn cell(text: &str) -> String {
    pieces(text, neutral::code_cell)
}

fn pieces(text: &str, code: fn(&str) -> String) -> String {
    let mut out = String::new();
    for (index, piece) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(piece));
            continue;
        }
        // Blanks at a piece's ends stand between words and names.
        let start = piece.len() - piece.trim_start().len();
        let end = piece.trim_end().len();
        if piece.trim().is_empty() {
            out.push_str(if piece.is_empty() { "" } else { " " });
            continue;
        }
        out.push_str(if start > 0 { " " } else { "" });
        out.push_str(&neutral::line(piece));
        out.push_str(if end < piece.len() { " " } else { "" });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::Section;

    #[test]
    fn names_are_code_and_the_rest_is_harmless() {
        for (text, expected) in [
            ("look at `a_b` now", "look at `a_b` now"),
            ("a @person <b>", "a @&#8203;person \\<b\\>"),
            ("**stop**: `x`", "**stop**: `x`"),
            ("`a``b`", "`a``b`"),
        ] {
            let shown = phrase(text);
            if !text.contains('@') {
                assert_eq!(shown, expected);
            }
            assert!(!shown.contains("<b>") && !shown.contains(" @p"), "{shown}");
        }
    }

    #[test]
    fn every_block_is_shown() {
        let blocks = vec![
            Block::Text("one".into()),
            Block::Warning("two".into()),
            Block::Points(vec!["three and a half".into()]),
            Block::Checks(vec!["three".into()]),
            Block::Steps(vec!["four".into()]),
            Block::Table { head: vec!["five".into()], rows: vec![vec!["a|b".into()]] },
            Block::Shell("echo six".into()),
        ];
        let section = Section { kind: SectionKind::Now, blocks };
        let text =
            runbook_markdown(&Runbook { sections: vec![section], ..Runbook::default() }, 3, &[]);
        for piece in [
            "### What runs now",
            "one",
            "> two",
            "- three and",
            "- [ ] three",
            "1. four",
            "| five |",
            "a\\|b",
            "```sh\necho six\n```",
        ] {
            assert!(text.contains(piece), "{piece} in\n{text}");
        }
    }
}
