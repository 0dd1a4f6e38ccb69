//! The version part of a reference: a tag, a digest, or both.
//!
//! Two of three tags in real manifests carry their digest behind an `@` in the same scalar, and
//! the two move together; so they are read and printed as one thing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::InvalidReference;
use super::grammar::check_tag;

/// The version part of a reference where it stands alone: `1.2.3`, `1.2.3@sha256:…` or
/// `sha256:…` with or without its `@`.
///
/// A tag value in a manifest holds the digest behind its tag more often than not. Printing gives
/// back what was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagAndDigest {
    /// The tag, if one is written.
    pub tag: Option<String>,
    /// The digest, if one is written.
    pub digest: Option<Digest>,
    /// Whether an `@` stands before the digest although there is no tag.
    at_alone: bool,
}

/// A content digest, `algorithm:hex`, of a registered algorithm (`sha256` or `sha512`).
///
/// Only the lower-case form is one: the OCI image specification, "Digests", section "Registered
/// algorithms".
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl TagAndDigest {
    /// Reads a version part.
    ///
    /// # Errors
    /// When it is empty, or its tag or digest is not one.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let (tag, digest) = match text.split_once('@') {
            Some((tag, digest)) => (tag, Some(check_digest(digest, text)?)),
            // A tag holds no `:`, so this can only be a digest.
            None if text.contains(':') => ("", Some(check_digest(text, text)?)),
            None => (text, None),
        };
        if tag.is_empty() && digest.is_none() {
            return Err(InvalidReference::Empty);
        }
        if !tag.is_empty() {
            check_tag(tag, text)?;
        }
        Ok(Self {
            tag: (!tag.is_empty()).then(|| tag.to_owned()),
            digest,
            at_alone: text.starts_with('@'),
        })
    }
}

impl fmt::Display for TagAndDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag.as_deref().unwrap_or_default())?;
        match &self.digest {
            Some(digest) if self.tag.is_some() || self.at_alone => write!(f, "@{digest}"),
            Some(digest) => write!(f, "{digest}"),
            None => Ok(()),
        }
    }
}

impl Digest {
    /// Reads a digest.
    ///
    /// # Errors
    /// When it is of no registered algorithm, or has not as many lower-case hexadecimal digits as
    /// that algorithm gives.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        check_digest(text, text)
    }

    /// Returns the digest as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the algorithm's name, `sha256` or `sha512`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// Returns the hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidReference;

    fn try_from(text: String) -> Result<Self, InvalidReference> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

/// Checks `digest` within `text`.
pub(super) fn check_digest(digest: &str, text: &str) -> Result<Digest, InvalidReference> {
    let digits = match digest.split_once(':') {
        Some(("sha256", hex)) if hex.len() == 64 => hex,
        Some(("sha512", hex)) if hex.len() == 128 => hex,
        _ => "",
    };
    let lower_hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    if !digits.is_empty() && digits.bytes().all(lower_hex) {
        return Ok(Digest(digest.to_owned()));
    }
    Err(InvalidReference::Digest { text: text.to_owned(), part: digest.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn version_parts_stand_alone() {
        let digest = format!("sha256:{HEX}");
        let both = format!("v1.2.3@{digest}");
        let at = format!("@{digest}");
        let cases: [(&str, Option<&str>, bool); 5] = [
            ("1.10", Some("1.10"), false),
            (&both, Some("v1.2.3"), true),
            (&digest, None, true),
            (&at, None, true),
            ("latest", Some("latest"), false),
        ];
        for (text, tag, has_digest) in cases {
            let read = TagAndDigest::parse(text).unwrap();
            assert_eq!(read.tag.as_deref(), tag, "{text}");
            assert_eq!(read.digest.map(String::from), has_digest.then(|| digest.clone()));
            assert_eq!(TagAndDigest::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "@", "1.2@", "1.2@sha256:abc", "a b", "${TAG}", "1.2:3", ">=1.0", "1.2+3"]
        {
            assert!(TagAndDigest::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn digests_have_parts() {
        let digest = Digest::parse(&format!("sha256:{HEX}")).unwrap();
        assert_eq!((digest.algorithm(), digest.hex()), ("sha256", HEX));
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert!(serde_json::from_str::<Digest>("\"sha256:0\"").is_err());
    }
}
