//! Examples before and after: diff blocks, and pairs of code blocks.
//!
//! Some notes never say in words that an image moved; they show the old line and the new one. A
//! diff block does so with signs, two code blocks after `Before:` and `After:` (or two tabs) do so
//! by their order. Only what is plain in such a pair is taken: another image in the same place, or
//! another variable with the same value.

use super::super::names::Name;
use super::super::rules::Makes;

/// What a pair of lines says, with the index of the new line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// An image moved, or a variable was renamed.
    pub(super) makes: Makes,
    /// The old image or variable.
    pub(super) old: String,
    /// The new one.
    pub(super) new: String,
    /// The line that shows the new one, counted from the first line given.
    pub(super) line: usize,
}

/// The longest words before a code block that call it old or new, in bytes.
const LONGEST_LABEL: usize = 120;

/// The most lines of a change that are compared with each other.
const MOST_LINES: usize = 60;

/// Reads the lines of a diff.
pub(super) fn diff(lines: &[&str]) -> Vec<Shown> {
    let mut shown = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let rest = lines.get(start..).unwrap_or_default();
        let removed = rest.iter().take_while(|line| is_sign(line, '-')).count();
        let after = rest.get(removed..).unwrap_or_default();
        let added = after.iter().take_while(|line| is_sign(line, '+')).count();
        if removed > 0 && added > 0 && removed <= MOST_LINES && added <= MOST_LINES {
            let strip = |lines: &[&str]| {
                lines.iter().map(|l| l.get(1..).unwrap_or_default().to_owned()).collect::<Vec<_>>()
            };
            let pair = pair(
                &strip(rest.get(..removed).unwrap_or_default()),
                &strip(after.get(..added).unwrap_or_default()),
            );
            shown.extend(pair.into_iter().map(|s| Shown { line: s.line + start + removed, ..s }));
        }
        start += (removed + added).max(1);
    }
    shown
}

/// Compares an example before with the one after it.
pub(super) fn pair<S: AsRef<str>>(before: &[S], after: &[S]) -> Vec<Shown> {
    let read = |lines: &[S]| -> Vec<(usize, String, String)> {
        let lines = lines.iter().enumerate().take(400);
        lines
            .filter_map(|(at, line)| entry(line.as_ref()).map(|(key, value)| (at, key, value)))
            .collect()
    };
    let (old, new) = (read(before), read(after));
    let mut shown = Vec::new();
    let images = |entries: &[(usize, String, String)]| -> Vec<(usize, String)> {
        let images = entries
            .iter()
            .filter(|(_, key, _)| matches!(key.as_str(), "image" | "repository" | "FROM"));
        images
            .filter(|(_, _, value)| value.contains('/'))
            .map(|(at, _, value)| (*at, without_tag(value)))
            .collect()
    };
    let (was, is) = (images(&old), images(&new));
    if was.len() == is.len() {
        for ((_, old), (line, new)) in was.into_iter().zip(is) {
            if old != new {
                shown.push(Shown { makes: Makes::ImageMoved, old, new, line });
            }
        }
    }
    for (line, key, value) in &new {
        let moved = old.iter().filter(|(_, k, v)| v == value && is_variable(k) && is_variable(key));
        let mut gone = moved.filter(|(_, k, _)| !new.iter().any(|(_, other, _)| other == k));
        let is_new = !old.iter().any(|(_, other, _)| other == key);
        if let (Some((_, from, _)), None, true) =
            (gone.next(), gone.next(), is_new && value.len() > 1)
        {
            shown.push(Shown {
                makes: Makes::Renamed,
                old: from.clone(),
                new: key.clone(),
                line: *line,
            });
        }
    }
    shown
}

impl Shown {
    /// Returns the old and the new name of a renaming.
    pub(super) fn names(&self) -> (Name, Name) {
        let name = |text: &str| Name {
            text: text.to_owned(),
            is_variable: is_variable(text),
            value: None,
        };
        (name(&self.old), name(&self.new))
    }
}

fn is_sign(line: &str, sign: char) -> bool {
    line.starts_with(sign) && !line.starts_with("---") && !line.starts_with("+++")
}

/// Reads `key: value`, `- KEY=value`, `FROM image`.
pub(super) fn entry(line: &str) -> Option<(String, String)> {
    let line = line.trim().trim_start_matches("- ").trim();
    let (key, value) = match (line.split_once(": "), line.split_once('=')) {
        (Some(pair), _) if !pair.0.contains(['=', ' ']) => pair,
        (_, Some(pair)) if !pair.0.contains(' ') => pair,
        _ => line.strip_prefix("FROM ").map(|image| ("FROM", image))?,
    };
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    Some((key.trim_matches(['"', '\'']).to_owned(), value.to_owned()))
}

/// Tells whether a key is a variable's.
pub(super) fn is_variable(key: &str) -> bool {
    key.contains('_')
        && key.len() > 3
        && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Cuts the tag and the digest off an image.
fn without_tag(image: &str) -> String {
    let image = image.split('@').next().unwrap_or_default();
    let image = image.split_once(":${").map_or(image, |(repository, _)| repository);
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository.to_owned(),
        _ => image.to_owned(),
    }
}

/// Tells whether the words before a code block call it the old way.
pub(super) fn is_before(label: &str) -> bool {
    let words = ["before", "old", "previous", "v1", "from:"];
    label.len() < LONGEST_LABEL && words.iter().any(|word| label.contains(word))
}

/// Tells whether the words before a code block call it the new way.
pub(super) fn is_after(label: &str) -> bool {
    let words = ["after", "new", "now", "v2", "to:", "become"];
    label.len() < LONGEST_LABEL && words.iter().any(|word| label.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_a_moved_image() {
        let lines = [
            " services:",
            "-  image: old-yard/lighthouse:1.2",
            "+  image: ghcr.io/lighthouse/server:2.0",
            "   ports: x",
        ];
        let shown = diff(&lines);
        assert_eq!(
            shown,
            [Shown {
                makes: Makes::ImageMoved,
                old: "old-yard/lighthouse".into(),
                new: "ghcr.io/lighthouse/server".into(),
                line: 2
            }]
        );
    }

    #[test]
    fn a_new_tag_is_no_move() {
        assert_eq!(diff(&["-image: a/b:1", "+image: a/b:2"]), []);
        assert_eq!(
            pair(&["FOO_BAR=1x", "OTHER_ONE=1x"], &["NEW_BAR=1x"]),
            [],
            "two may have become it"
        );
    }

    #[test]
    fn the_same_value_under_another_name_is_a_renaming() {
        let shown = pair(&["- FOO_BAR=hello"], &["- NEW_BAR=hello"]);
        assert_eq!(
            shown,
            [Shown {
                makes: Makes::Renamed,
                old: "FOO_BAR".into(),
                new: "NEW_BAR".into(),
                line: 0
            }]
        );
    }
}
