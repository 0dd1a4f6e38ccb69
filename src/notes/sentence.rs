//! A sentence with its names taken out.
//!
//! Rules look for words around names: `X has been renamed to Y` is the same whatever X and Y are.
//! So before rules are tried, every name is replaced by a mark with its number. Patterns become
//! small and fast, words inside of names and code cannot be mistaken for the sentence's own, and
//! what a pattern captures is a number that leads straight to the name. `This variable` becomes a
//! mark too where the sentence before has named one. The name of a file in code is told without its
//! backticks, and not at all before the word for what is in it: `the values.yaml option X`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::names::{self, Name};

/// What stands before the number of a variable.
pub(super) const VARIABLE: char = '\u{1}';
/// What stands before the number of any other name.
pub(super) const KEY: char = '\u{3}';
/// What stands behind the number.
pub(super) const END: char = '\u{2}';

/// Words that refer to the variable named before.
const REFERENCES: [&str; 7] = [
    "this environment variable",
    "this env variable",
    "this env var",
    "this variable",
    "this setting",
    "this option",
    "the variable",
];

/// A sentence with marks for names.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    /// The text that patterns are tried on.
    pub(super) text: String,
    /// The names, by number.
    pub(super) names: Vec<Name>,
    /// Pairs of an offset in `text` and the same place in the original, after each mark.
    offsets: Vec<(usize, usize)>,
}

impl Sentence {
    /// Takes the names out of a sentence; `last` is the variable that was named before it.
    pub(super) fn of(original: &str, last: Option<&Name>) -> Self {
        let mut sentence = Self::default();
        let mut at = 0;
        for (range, name) in names::find_at(original) {
            let range = unquoted(original, at, range);
            sentence.push(original, at..range.start);
            sentence.mark(name, range.end);
            at = range.end;
        }
        sentence.push(original, at..original.len());
        if let Some(last) = last
            && !sentence.names.iter().any(|name| name.is_variable && name.text.contains('_'))
        {
            sentence.refer(last);
        }
        sentence
    }

    /// Takes over a part of the original that holds no name.
    fn push(&mut self, original: &str, part: Range<usize>) {
        let mut at = part.start;
        let text = original.get(part.clone()).unwrap_or_default();
        let in_code = text.len() > SHORTEST_FILE && text.contains('`');
        let Some(files) = FILES.as_ref().filter(|_| in_code) else {
            self.text.push_str(text);
            return;
        };
        for found in files.find_iter(text) {
            self.text.push_str(original.get(at..part.start + found.start()).unwrap_or_default());
            at = part.start + found.end();
            let rest = original.get(at..).unwrap_or_default();
            if OF_A_FILE.iter().any(|word| rest.starts_with(word)) {
                at += 1;
            } else {
                self.text.push_str("file");
            }
            self.offsets.push((self.text.len(), at));
        }
        self.text.push_str(original.get(at..part.end).unwrap_or_default());
    }

    fn mark(&mut self, name: Name, end: usize) {
        let sign = if name.is_variable { VARIABLE } else { KEY };
        self.text.push(sign);
        self.text.push_str(&self.names.len().to_string());
        self.text.push(END);
        self.names.push(name);
        self.offsets.push((self.text.len(), end));
    }

    /// Puts the name that was named before in place of the words that refer to it.
    fn refer(&mut self, last: &Name) {
        let lower = self.text.to_ascii_lowercase();
        let found =
            REFERENCES.iter().find_map(|words| lower.find(words).map(|at| (at, words.len())));
        if let Some((at, length)) = found {
            let mark = format!("{VARIABLE}{}{END}", self.names.len());
            self.text.replace_range(at..at + length, &mark);
            self.names.push(last.clone());
            // From here on offsets are off by the difference, which is less than the words' length.
            self.offsets.retain(|(end, _)| *end <= at);
        }
    }

    /// Returns the place in the original of a place in the text.
    pub(super) fn original(&self, at: usize) -> usize {
        let before = self.offsets.iter().rev().find(|(end, _)| *end <= at);
        before.map_or(at, |(end, original)| original + (at - end))
    }

    /// Returns the names whose marks stand in a part of the text.
    pub(super) fn names_in(&self, part: &str) -> Vec<Name> {
        part.split([VARIABLE, KEY])
            .skip(1)
            .filter_map(|rest| rest.split(END).next()?.parse::<usize>().ok())
            .filter_map(|number| self.names.get(number).cloned())
            .collect()
    }
}

/// Widens the place of a name by the quotation marks around it, so that `the "NAME" variable` reads
/// like `the NAME variable`; nothing before `from` is taken.
fn unquoted(text: &str, from: usize, range: Range<usize>) -> Range<usize> {
    let before = text.get(from..range.start).unwrap_or_default().chars().next_back();
    let after = text.get(range.end..).unwrap_or_default().chars().next();
    match (before, after) {
        (Some(open), Some(close)) if QUOTES.contains(&(open, close)) => {
            range.start - open.len_utf8()..range.end + close.len_utf8()
        }
        _ => range,
    }
}

/// The shortest text with a file in code: `` `.env` ``.
const SHORTEST_FILE: usize = 5;

/// What is said to be in a file whose name stands before it.
const OF_A_FILE: [&str; 9] = [
    " setting",
    " option",
    " variable",
    " env",
    " parameter",
    " flag",
    " config",
    " key",
    " value",
];

/// The name of a file in code.
static FILES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"[\w./~-]*\.(?:env|php|ya?ml|json|toml|ini|conf|cfg|py|js|properties|xml|rb)(?:\.(?:example|dist|sample|local|default))?";
    Regex::new(&format!("(?i)`{name}`").replace(r"\w", "0-9A-Za-z_")).ok()
});

/// Quotation marks, as they open and close.
const QUOTES: [(char, char); 3] = [('"', '"'), ('\'', '\''), ('“', '”')];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_marks_and_come_back() {
        let original = "Rename `OLD_NAME` to NEW_NAME=x in `server.key`, not in `values.yaml`.";
        let sentence = Sentence::of(original, None);
        assert_eq!(sentence.text, "Rename \u{1}0\u{2} to \u{1}1\u{2} in \u{3}2\u{2}, not in file.");
        let names: Vec<String> =
            sentence.names_in(&sentence.text).into_iter().map(|n| n.text).collect();
        assert_eq!(names, ["OLD_NAME", "NEW_NAME", "server.key"]);
        let at = sentence.text.find(", not").unwrap();
        assert_eq!(sentence.original(at), original.find(", not").unwrap());
        assert_eq!(sentence.original(2), 2);
    }

    #[test]
    fn quotation_marks_go_with_the_name() {
        for original in
            ["Drop \"OLD_NAME\" for now", "Drop 'OLD_NAME' for now", "Drop “OLD_NAME” for now"]
        {
            let sentence = Sentence::of(original, None);
            assert_eq!(sentence.text, "Drop \u{1}0\u{2} for now");
            let at = sentence.text.find(" for").unwrap();
            assert_eq!(sentence.original(at), original.find(" for").unwrap());
        }
        assert_eq!(Sentence::of("the \"OLD_NAME for now", None).text, "the \"\u{1}0\u{2} for now");
    }

    #[test]
    fn this_variable_is_the_one_named_before() {
        let last = names::find("`SECRET_KEY`").pop();
        let sentence =
            Sentence::of("From here on this environment variable is mandatory.", last.as_ref());
        assert_eq!(sentence.text, "From here on \u{1}0\u{2} is mandatory.");
    }

    #[test]
    fn a_file_goes_without_its_name() {
        for (original, expected) in [
            ("the new `config.php` setting `MAST_KIND`", "the new setting \u{1}0\u{2}"),
            ("set `MAST_KIND` in your `.env` file", "set \u{1}0\u{2} in your file file"),
            ("run `make all`, not `./x.sh` `a`", "run `make all`, not `./x.sh` `a`"),
        ] {
            let sentence = Sentence::of(original, None);
            assert_eq!(sentence.text, expected);
            assert_eq!(sentence.original(sentence.text.len()), original.len());
        }
    }
}
