//! Who the commits are by.
//!
//! Commit ids depend on the author, so there is exactly one: the author is also the committer. The
//! environment (`GIT_AUTHOR_NAME`) is the caller's to read.

use serde::{Deserialize, Serialize};

/// The name and address that stand on refit's commits, as author and committer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    name: String,
    email: String,
}

impl Author {
    /// Makes an author of any two texts: what git does not allow in them is dropped, as git does.
    ///
    /// A name or address of which nothing is left becomes that of [`Author::default`].
    #[must_use]
    pub fn new(name: &str, email: &str) -> Self {
        let fallback = Self::default();
        let or = |text: String, fallback: String| if text.is_empty() { fallback } else { text };
        Self { name: or(clean(name), fallback.name), email: or(clean(email), fallback.email) }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the address.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }
}

impl Default for Author {
    /// Returns `refit <refit@localhost>`, for a machine on which git does not know the user.
    fn default() -> Self {
        Self { name: "refit".to_owned(), email: "refit@localhost".to_owned() }
    }
}

/// Drops what git calls crud (`ident.c`): control characters and angle brackets anywhere, and
/// punctuation at the ends.
fn clean(text: &str) -> String {
    let kept: String =
        text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect();
    kept.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | '"' | '\\' | '\'')
    })
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_texts_make_an_author() {
        for (name, email, expected) in [
            ("A. Admiral", "a@b.example", ("A. Admiral", "a@b.example")),
            ("  \"quoted\"\n", "<a@b>", ("quoted", "a@b")),
            ("", "<>", ("refit", "refit@localhost")),
            ("a\0b", "x", ("ab", "x")),
        ] {
            let author = Author::new(name, email);
            assert_eq!((author.name(), author.email()), expected);
            assert!(git2::Signature::now(author.name(), author.email()).is_ok());
        }
    }
}
