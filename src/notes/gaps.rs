//! What the notes do not tell.
//!
//! Notes that begin after the version that runs now, that end before the one to upgrade to, or
//! that leave out a version in between are read all the same, and the reader is told; a silence is
//! not the same as nothing having happened.

use super::fact::Remark;
use super::span::Span;
use super::version::Version;

/// The most missing versions that one remark names.
const MOST_NAMED: usize = 5;

/// Compares the versions that notes were found for, in order, with the span; `told` are the
/// lowest and the highest version that any of the sources tells of.
pub(super) fn remarks(
    span: &Span,
    found: &[Version],
    told: Option<&(Version, Version)>,
) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut say = |code: &str, message: String| remarks.push(Remark::new(code, message));
    let (from, to) = (span.start(), span.end());
    if found.is_empty() {
        let told = told
            .map_or_else(String::new, |(first, last)| format!("; they tell of {first} to {last}"));
        say("nothing-found", format!("no notes were found between {from} and {to}{told}"));
        return remarks;
    }
    if !found.iter().any(|version| version.is_within(to) || to.is_within(version)) {
        say("no-section", format!("no notes were found for {to} itself"));
    }
    if let Some((first, _)) = told.filter(|(first, _)| span.is_after_from(first)) {
        say(
            "starts-late",
            format!(
                "the notes begin with {first}; they do not tell what came between {from} and it"
            ),
        );
    }
    let missing: Vec<String> = found.windows(2).flat_map(between).collect();
    if !missing.is_empty() {
        let more = missing.len().saturating_sub(MOST_NAMED);
        let named: Vec<&str> = missing.iter().take(MOST_NAMED).map(String::as_str).collect();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        say(
            "gap",
            format!(
                "nothing is told of {}{more}; they may never have been released",
                named.join(", ")
            ),
        );
    }
    remarks
}

/// Returns the versions that numbering would put between two that follow each other.
fn between(pair: &[Version]) -> Vec<String> {
    match pair {
        [before, after] => before.skipped_before(after),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(from: &str, to: &str, found: &[&str], first: &str) -> Vec<String> {
        let version = |text: &&str| Version::parse(text).unwrap();
        let found: Vec<Version> = found.iter().map(version).collect();
        let last = Version::parse("4.0.0").unwrap();
        let told = Version::parse(first).map(|first| (first, last));
        let remarks = remarks(&Span::new(from, to).unwrap(), &found, told.as_ref());
        remarks.into_iter().map(|remark| format!("{}: {}", remark.code, remark.message)).collect()
    }

    #[test]
    fn silences_are_told() {
        assert_eq!(codes("1.0.0", "1.0.2", &["1.0.1", "1.0.2"], "0.1.0"), Vec::<String>::new());
        assert_eq!(codes("1.0.0", "1.1", &["1.1"], "1.0.0"), Vec::<String>::new());
        assert_eq!(
            codes("1.0.0", "2.0.0", &[], ""),
            ["nothing-found: no notes were found between 1.0.0 and 2.0.0"]
        );
        assert_eq!(
            codes("5.0.0", "6.0.0", &[], "0.1.0"),
            [
                "nothing-found: no notes were found between 5.0.0 and 6.0.0; they tell of 0.1.0 to 4.0.0"
            ]
        );
        assert_eq!(
            codes("1.0.0", "1.0.3", &["1.0.1"], "0.1.0"),
            ["no-section: no notes were found for 1.0.3 itself"]
        );
        assert_eq!(
            codes("1.0.0", "3.0.0", &["2.0.0", "3.0.0"], "2.0.0"),
            [
                "starts-late: the notes begin with 2.0.0; they do not tell what came between 1.0.0 and it"
            ]
        );
        assert_eq!(
            codes("1.0.0", "1.0.5", &["1.0.1", "1.0.3", "1.0.5"], "0.1.0"),
            ["gap: nothing is told of 1.0.2, 1.0.4; they may never have been released"]
        );
    }
}
