//! Where one sentence ends and the next begins.
//!
//! Rules are tried on one sentence at a time, so a full stop inside of a version, a name in
//! backticks or an abbreviation must not end it. What never ends is cut, so that a hostile
//! paragraph costs no more than any other.

use std::ops::Range;

use super::Plain;

/// The longest run of text that is taken as one sentence, in bytes.
const LONGEST_SENTENCE: usize = 1500;

impl Plain {
    /// Splits the text into sentences.
    pub(in crate::notes) fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut start = 0;
        let mut in_code = false;
        let bytes = self.text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'`' {
                in_code = !in_code;
            }
            let long = at - start > LONGEST_SENTENCE;
            let ends = *byte == b' ' && ((!in_code && self.ends_sentence(start, at)) || long);
            if ends {
                sentences.push(start..at);
                start = at + 1;
                in_code = in_code && !long;
            }
        }
        if start < bytes.len() {
            sentences.push(start..bytes.len());
        }
        sentences
    }

    /// Tells whether the space at `at` stands between two sentences.
    fn ends_sentence(&self, start: usize, at: usize) -> bool {
        let before = self.text.get(start..at).unwrap_or_default();
        let stripped = before.trim_end_matches([')', '"', '\'', '`']);
        if !stripped.ends_with(['.', '!', '?']) {
            return false;
        }
        let word = stripped.rsplit([' ', '(']).next().unwrap_or_default().to_ascii_lowercase();
        let short = [
            "e.g.", "i.e.", "eg.", "ie.", "etc.", "vs.", "cf.", "approx.", "incl.", "no.", "resp.",
            "ver.", "v.",
        ];
        if short.contains(&word.as_str()) {
            return false;
        }
        let next = self.text.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| !c.is_lowercase() && !matches!(c, ')' | ',' | ';'))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Document};

    #[test]
    fn sentences_end_where_people_end_them() {
        for (text, expected) in [
            ("One. Two! Three?", vec!["One.", "Two!", "Three?"]),
            (
                "Use e.g. this, or v1.2.3 of it. Then go.",
                vec!["Use e.g. this, or v1.2.3 of it.", "Then go."],
            ),
            (
                "It says `a. B` there. (See below.) End",
                vec!["It says `a. B` there.", "(See below.)", "End"],
            ),
        ] {
            let document = Document::parse(Dialect::Markdown, text);
            let plain = document.plain(&document.blocks[0]);
            let found: Vec<&str> =
                plain.sentences().into_iter().map(|range| &plain.text[range]).collect();
            assert_eq!(found, expected);
        }
    }
}
