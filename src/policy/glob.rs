//! Names with `*` in them.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// A name in which `*` stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(with = "String")]
pub struct Glob {
    /// What stands before the first `*`, or all of it.
    first: String,
    /// What stands between stars, and behind the last; empty where there is none.
    rest: Vec<String>,
}

impl Glob {
    /// Reads a name; every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut pieces = text.split('*').map(str::to_owned);
        Self { first: pieces.next().unwrap_or_default(), rest: pieces.collect() }
    }

    /// Says whether `text` is such a name. Takes time linear in the text for each `*`, times the
    /// length of the glob at worst.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((last, inner)) = self.rest.split_last() else { return self.first == text };
        let Some(behind) = text.strip_prefix(&*self.first) else { return false };
        // Nothing stands behind most globs' last star, and comparing with nothing is not free.
        let mut rest = match last.as_str() {
            "" => behind,
            last => match behind.strip_suffix(last) {
                Some(rest) => rest,
                None => return false,
            },
        };
        inner.iter().all(|piece| match find(rest, piece) {
            Some(at) => {
                rest = rest.get(at + piece.len()..).unwrap_or_default();
                true
            }
            None => false,
        })
    }

    fn segments(&self) -> usize {
        1 + self.rest.iter().chain([&self.first]).map(|p| p.matches('/').count()).sum::<usize>()
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        self.rest.iter().try_for_each(|piece| write!(f, "*{piece}"))
    }
}

impl From<String> for Glob {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

/// Finds a short piece in a short text.
///
/// Every key of a repository's values is asked for some twenty of them, so that the standard
/// library's search would take longer to set up than to search.
fn find(text: &str, piece: &str) -> Option<usize> {
    match piece.len() {
        0 => Some(0),
        length => text.as_bytes().windows(length).position(|window| window == piece.as_bytes()),
    }
}

/// Says whether one of `globs` names the last segments of `path`, as many as the glob has.
pub(super) fn names(globs: &[Glob], path: &str) -> bool {
    globs.iter().any(|glob| {
        let starts = path.rmatch_indices('/').map(|(at, _)| at + 1).chain([0]);
        let mut tails = starts.filter_map(|at| path.get(at..));
        tails.nth(glob.segments() - 1).is_some_and(|tail| glob.matches(tail))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        let cases = [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("a*c", "abbc", true),
            ("a*a", "a", false),
            ("*_DB_*", "APP_DB_HOST", true),
            ("*_DB_*", "APP_DBX_HOST", false),
            ("*", "", true),
            ("a**b", "ab", true),
            ("a*b*b", "ab", false),
            ("a*b*c*d", "a_c_b_d", false),
            ("a*b*c*d", "a_b_c_d", true),
            ("*é*", "caférée", true),
        ];
        for (glob, text, expected) in cases {
            assert_eq!(Glob::new(glob).matches(text), expected, "{glob} {text}");
        }
    }

    #[test]
    fn images_are_named_by_their_last_segments() {
        let globs = [Glob::new("postgres"), Glob::new("immich-app/db")];
        for (path, expected) in [
            ("library/postgres", true),
            ("postgres", true),
            ("home/postgres-init", false),
            ("postgres/exporter", false),
            ("immich-app/db", true),
            ("x/immich-app/db", true),
            ("other/db", false),
        ] {
            assert_eq!(names(&globs, path), expected, "{path}");
        }
    }
}
