//! The name of a git object, as plain data.
//!
//! A wrapper, so that plans, observations and decisions can be printed, stored and compared
//! without knowing libgit2; in JSON it is forty hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A git object's SHA-1 name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid(git2::Oid);

/// A text that is no full object name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a git object name; forty hexadecimal digits are expected")]
pub struct InvalidOid(pub String);

impl Oid {
    pub(super) fn raw(self) -> git2::Oid {
        self.0
    }

    /// Returns the first seven digits, as git prints them.
    #[must_use]
    pub fn short(self) -> String {
        self.to_string().chars().take(7).collect()
    }
}

impl From<git2::Oid> for Oid {
    fn from(oid: git2::Oid) -> Self {
        Self(oid)
    }
}

impl FromStr for Oid {
    type Err = InvalidOid;

    fn from_str(text: &str) -> Result<Self, InvalidOid> {
        // libgit2 pads shorter names with zeros, which would name another object.
        if text.len() != 40 {
            return Err(InvalidOid(text.to_owned()));
        }
        git2::Oid::from_str(text).map(Self).map_err(|_| InvalidOid(text.to_owned()))
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for Oid {
    type Error = InvalidOid;

    fn try_from(text: String) -> Result<Self, InvalidOid> {
        text.parse()
    }
}

impl From<Oid> for String {
    fn from(oid: Oid) -> Self {
        oid.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_names_are_read() {
        let full = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(full.parse::<Oid>().unwrap().to_string(), full);
        assert_eq!(full.parse::<Oid>().unwrap().short(), "0123456");
        for bad in ["", "0123456", "g123456789abcdef0123456789abcdef01234567", &full.repeat(2)] {
            assert_eq!(bad.parse::<Oid>(), Err(InvalidOid(bad.to_owned())));
        }
    }
}
