//! Names with `*` in them.

use schemars::JsonSchema;
use serde::Deserialize;

/// A name in which `*` stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Glob(String);

impl Glob {
    /// Reads a name; every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Says whether `text` is such a name. Takes time linear in the text for each `*`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let Some(last) = pieces.next_back() else { return rest.is_empty() };
        for piece in pieces {
            let Some(at) = rest.find(piece) else { return false };
            rest = rest.get(at + piece.len()..).unwrap_or_default();
        }
        rest.ends_with(last)
    }

    fn segments(&self) -> usize {
        self.0.split('/').count()
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
