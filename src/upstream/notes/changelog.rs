//! Whether a changelog has come as far as a version.
//!
//! A changelog at a tag may have been written before the tag's own section was. Whether it tells
//! of the target decides where to look next; what it tells is for the reader of notes.

/// Tells whether a text has a line of its own for a version: a heading, a bold line, a bare one.
pub(super) fn tells_of(text: &str, version: &str) -> bool {
    const LONGEST: usize = 160;
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.');
    text.lines().map(str::trim).filter(|line| line.len() <= LONGEST).any(|line| {
        let is_heading = line.starts_with(['#', '*', '=', '[', 'v', 'V', '<', '_'])
            || line.starts_with(|c: char| c.is_ascii_digit())
            || line.len() <= version.len() + 32;
        is_heading
            && line.match_indices(version).any(|(at, _)| {
                let before = line.get(..at).and_then(|text| text.chars().next_back());
                let behind = line.get(at + version.len()..).unwrap_or_default();
                let mut behind = behind.chars();
                let (next, second) = (behind.next(), behind.next());
                // A full stop may end the line.
                let ends = free(next)
                    || next == Some('.') && second.is_none_or(|c| !c.is_ascii_alphanumeric());
                (free(before) || matches!(before, Some('v' | 'V'))) && ends
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changelogs_tell_of_versions() {
        for (text, version, tells) in [
            ("# Changelog\n\n## [1.2.3] - 2024-01-01\n", "1.2.3", true),
            ("## v1.2.3\n", "1.2.3", true),
            ("1.2.3 (2024-01-01)\n-----\n", "1.2.3", true),
            ("**Release 1.2.3.**", "1.2.3", true),
            ("Version 1.2.3", "1.2.3", true),
            ("## 1.2.30\n", "1.2.3", false),
            ("## 11.2.3\n", "1.2.3", false),
            ("## 1.2.3.4\n", "1.2.3", false),
            (
                "- since this is a long sentence about something else it may say 1.2.3 in passing",
                "1.2.3",
                false,
            ),
            ("", "1.2.3", false),
        ] {
            assert_eq!(tells_of(text, version), tells, "{text}");
        }
    }
}
