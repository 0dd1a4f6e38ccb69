//! Variables that a block of code adds, takes away or lists.
//!
//! Some notes leave it to a diff of a compose file to say which variables are new, or list them in
//! a block below `set the following environment variables:`. In a diff a name counts where its line
//! is added or removed while what it stands in stays: what comes with a whole new service may have
//! been set elsewhere for years, and a name on both sides is only moved. In a block the words above
//! it say what becomes of all its names.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::super::rules::Makes;
use super::{examples, listed};

/// A variable, what becomes of it, and the index of the line that shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) makes: Makes,
    pub(super) name: String,
    pub(super) line: usize,
}

/// The most lines of one block that are read.
const MOST_LINES: usize = 400;

/// A line of a diff.
struct Line<'a> {
    sign: char,
    indent: usize,
    text: &'a str,
}

/// Reads the variables that a diff adds or takes away.
pub(super) fn of_diff(lines: &[&str]) -> Vec<Shown> {
    let lines: Vec<Line<'_>> = lines.iter().take(MOST_LINES).map(|line| Line::read(line)).collect();
    let names_with = |is: &dyn Fn(char) -> bool| -> HashSet<String> {
        lines.iter().filter(|line| is(line.sign)).filter_map(|line| variable(line.text)).collect()
    };
    let (kept, new) = (names_with(&|sign| sign != '+'), names_with(&|sign| sign != '-'));
    let mut shown: Vec<Shown> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (makes, elsewhere) = match line.sign {
            '+' => (Makes::Added, &kept),
            '-' => (Makes::Removed, &new),
            _ => continue,
        };
        let Some(name) = variable(line.text).filter(|name| !elsewhere.contains(name)) else {
            continue;
        };
        let is_known = shown.iter().any(|known| known.name == name);
        if !is_known && stands_in_what_stays(lines.get(..at).unwrap_or_default(), line) {
            shown.push(Shown { makes, name, line: at });
        }
    }
    shown
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Self {
        let sign = line.chars().next().filter(|sign| "+-".contains(*sign)).unwrap_or(' ');
        let rest = line.strip_prefix(['+', '-', ' ']).unwrap_or(line);
        let text = rest.trim();
        Line { sign, indent: rest.len() - rest.trim_start().len(), text }
    }

    /// Tells whether a line can hold another one: it is not further in, and no item beside it.
    fn holds(&self, other: &Line<'_>) -> bool {
        let beside = other.text.starts_with("- ") && !self.text.starts_with('-');
        let is_name = self.text.ends_with(':') && !self.text.starts_with('#');
        is_name && (self.indent < other.indent || (beside && self.indent == other.indent))
    }
}

/// Tells whether what a changed line stands in is there before and after; a new list of variables
/// in what stays is one of them.
fn stands_in_what_stays(before: &[Line<'_>], line: &Line<'_>) -> bool {
    let holder = |place: usize, line: &Line<'_>| {
        let above = before.iter().enumerate().take(place);
        above.rev().find(|(_, other)| other.holds(line))
    };
    let Some((at, holds)) = holder(before.len(), line) else { return true };
    if holds.sign == ' ' {
        return true;
    }
    let is_list = matches!(holds.text, "environment:" | "env:" | "envs:");
    is_list && holder(at, holds).is_none_or(|(_, outer)| outer.sign == ' ')
}

/// Reads the variables that a block lists below words that say what becomes of them.
pub(super) fn of_list(above: &str, language: &str, lines: &[&str]) -> Vec<Shown> {
    let Some(makes) = said(above).filter(|_| LANGUAGES.contains(&language)) else {
        return Vec::new();
    };
    let mut names: HashSet<String> = HashSet::new();
    let lines = lines.iter().take(MOST_LINES).enumerate();
    let shown = lines.filter_map(|(line, text)| {
        let name = variable(text).or_else(|| bare(text))?;
        names.insert(name.clone()).then_some(Shown { makes, name, line })
    });
    shown.collect()
}

/// The languages of blocks that set variables; a block of a program names its own.
const LANGUAGES: [&str; 14] = [
    "",
    "env",
    "dotenv",
    "bash",
    "sh",
    "shell",
    "console",
    "yaml",
    "yml",
    "ini",
    "toml",
    "text",
    "properties",
    "docker",
];

/// Reads what the words above a block say of its variables.
fn said(above: &str) -> Option<Makes> {
    static ASKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let asked = r"\b(?:set|add|provide|define|configure|need|specify|using|use)\b[^.]{0,60}\b(?:environment|env) (?:variables?|vars?)\b[^.]{0,80}:\W*$";
        Regex::new(&format!("(?i){}", asked.replace(r"\b", r"(?-u:\b)"))).ok()
    });
    if !listed::has_environment(above) {
        return None;
    }
    let asked = || ASKED.as_ref().is_some_and(|pattern| pattern.is_match(above));
    listed::makes(above, false, "", false).or_else(|| asked().then_some(Makes::Added))
}

/// Returns the variable that a line sets.
fn variable(line: &str) -> Option<String> {
    let line = line.trim_start_matches("export ");
    let (name, _) = examples::entry(line)?;
    examples::is_variable(&name).then_some(name)
}

/// Returns the variable that is all that a line holds.
fn bare(line: &str) -> Option<String> {
    let name = line.trim().trim_start_matches("- ");
    examples::is_variable(name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(text: &str) -> Vec<(Makes, String)> {
        let lines: Vec<&str> = text.lines().collect();
        of_diff(&lines).into_iter().map(|shown| (shown.makes, shown.name)).collect()
    }

    #[test]
    fn a_diff_tells_what_is_new_and_what_is_gone() {
        let text = "\
 services:
   lamp:
     environment:
       OIL_KIND: whale
-      WICK_LENGTH: 3
-      GLASS_COLOUR: red
+      GLASS_COLOUR: green
+      BURNER_URL: http://burner
+      # BURNER_NOTE: of old
+  burner:
+    environment:
+      FLAME_SIZE: 3
   bell:
+    environment:
+      - BELL_TONE=c
";
        let expected = [
            (Makes::Removed, "WICK_LENGTH"),
            (Makes::Added, "BURNER_URL"),
            (Makes::Added, "BELL_TONE"),
        ];
        assert_eq!(diff(text), expected.map(|(makes, name)| (makes, name.to_owned())));
        assert_eq!(diff("+SAIL_AREA=3\n-SAIL_SIZE=4\n RIG_KIND=1").len(), 2, "a file of settings");
    }

    #[test]
    fn words_above_a_block_say_what_becomes_of_its_names() {
        let lines = ["# ours", "LAMP_KEY=abc", "export LAMP_ID=1", "LAMP_KEY=twice", "ls -l"];
        let read = |above: &str, language: &str| {
            let shown = of_list(above, language, &lines).into_iter();
            shown.map(|shown| (shown.makes, shown.name, shown.line)).collect::<Vec<_>>()
        };
        let expected =
            |makes| vec![(makes, "LAMP_KEY".to_owned(), 1), (makes, "LAMP_ID".to_owned(), 2)];
        for (above, makes) in [
            ("To light it, set the following environment variables:", Makes::Added),
            ("These environment variables were removed:", Makes::Removed),
            ("The following env vars are now required:", Makes::Required),
        ] {
            assert_eq!(read(above, ""), expected(makes), "{above}");
        }
        assert_eq!(read("Set the following environment variables:", "ruby"), []);
        for above in ["Run the following:", "The environment variables are read.", ""] {
            assert_eq!(read(above, "bash"), [], "{above}");
        }
        let bare = of_list("Removed environment variables:", "", &["LAMP_OIL", "not one"]);
        assert_eq!(bare.len(), 1);
    }
}
