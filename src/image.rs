//! Container image references, read and printed losslessly.
//!
//! An image reference is `[registry/]repository[:tag][@digest]`. Which first segment is a registry
//! follows the rule of the distribution project's reference grammar: only one that holds a `.` or
//! a `:`, or is `localhost`. What was written is kept as it was written, with the place of each
//! part, so that one part can be replaced and no other byte touched; the implied
//! `docker.io/library/` is added only when the full name is asked for. The grammar is the whole
//! judge of what an image is: templates, variables and prose do not pass it.

mod grammar;
mod repository;
mod version_part;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

pub use grammar::is_tag;
use grammar::{MAX_NAME, check_path, check_registry, check_tag, split_registry};
pub use repository::{DEFAULT_REGISTRY, Repository};
use version_part::check_digest;
pub use version_part::{Digest, TagAndDigest};

/// An image reference as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    text: String,
    registry: Option<Range<usize>>,
    path: Range<usize>,
    tag: Option<Range<usize>>,
    digest: Option<Range<usize>>,
}

/// Why a text is no image reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// The registry is no host with an optional port.
    #[error("`{text}`: `{part}` is not a registry (expected a host, with `:port` if it has one)")]
    Registry {
        /// The whole text.
        text: String,
        /// The part that does not fit.
        part: String,
    },
    /// The repository is no path of lower-case names.
    #[error(
        "`{text}`: `{part}` is not a repository name (lower-case letters, digits and single `.`, `_`, `__`, `-` between them)"
    )]
    Path {
        /// The whole text.
        text: String,
        /// The part that does not fit.
        part: String,
    },
    /// The tag holds characters that a tag cannot hold, or too many.
    #[error(
        "`{text}`: `{part}` is not a tag (at most 128 of letters, digits, `_`, `.`, `-`, beginning with none of the last two)"
    )]
    Tag {
        /// The whole text.
        text: String,
        /// The part that does not fit.
        part: String,
    },
    /// The digest is of an unknown algorithm or the wrong length.
    #[error(
        "`{text}`: `{part}` is not a digest (expected `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal digits)"
    )]
    Digest {
        /// The whole text.
        text: String,
        /// The part that does not fit.
        part: String,
    },
    /// Nothing is written where a name is needed.
    #[error("an image reference is empty")]
    Empty,
    /// The name is longer than registries accept.
    #[error("`{text}`: a name has at most {MAX_NAME} characters")]
    Long {
        /// The whole text.
        text: String,
    },
}

impl Reference {
    /// Reads a reference.
    ///
    /// # Errors
    /// When the text does not fit the reference grammar of the distribution project; blanks
    /// around it are not forgiven.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        if text.is_empty() {
            return Err(InvalidReference::Empty);
        }
        let (before_digest, digest) = match text.split_once('@') {
            Some((before, digest)) => {
                check_digest(digest, text)?;
                (before, Some(before.len() + 1..text.len()))
            }
            None => (text, None),
        };
        // A `:` before the last `/` belongs to a port.
        let name_start = before_digest.rfind('/').map_or(0, |slash| slash + 1);
        let last = before_digest.get(name_start..).unwrap_or_default();
        let (name, tag) = match last.split_once(':') {
            Some((head, tag)) => {
                check_tag(tag, text)?;
                let colon = name_start + head.len();
                (
                    before_digest.get(..colon).unwrap_or_default(),
                    Some(colon + 1..before_digest.len()),
                )
            }
            None => (before_digest, None),
        };
        let (registry, path) = match split_registry(name) {
            (Some(registry), path) => {
                check_registry(registry, text)?;
                (Some(0..registry.len()), registry.len() + 1..registry.len() + 1 + path.len())
            }
            (None, path) => (None, 0..path.len()),
        };
        check_path(name.get(path.clone()).unwrap_or_default(), text)?;
        if name.len() > MAX_NAME {
            return Err(InvalidReference::Long { text: text.to_owned() });
        }
        Ok(Self { text: text.to_owned(), registry, path, tag, digest })
    }

    /// Returns the reference as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the registry, if one is written.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.part(self.registry.as_ref())
    }

    /// Returns the repository's name as it was written, without its registry.
    #[must_use]
    pub fn path(&self) -> &str {
        self.part(Some(&self.path)).unwrap_or_default()
    }

    /// Returns the tag, if one is written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.part(self.tag.as_ref())
    }

    /// Returns the digest, if one is written.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.part(self.digest.as_ref()).and_then(|text| Digest::parse(text).ok())
    }

    /// Returns the place of the registry within the text, in bytes.
    #[must_use]
    pub fn registry_span(&self) -> Option<Range<usize>> {
        self.registry.clone()
    }

    /// Returns the place of the repository's name, without its registry.
    #[must_use]
    pub fn path_span(&self) -> Range<usize> {
        self.path.clone()
    }

    /// Returns the place of the registry and the name together.
    #[must_use]
    pub fn name_span(&self) -> Range<usize> {
        0..self.path.end
    }

    /// Returns the place of the tag, without its `:`.
    #[must_use]
    pub fn tag_span(&self) -> Option<Range<usize>> {
        self.tag.clone()
    }

    /// Returns the place of the digest, without its `@`.
    #[must_use]
    pub fn digest_span(&self) -> Option<Range<usize>> {
        self.digest.clone()
    }

    /// Returns the place of the version part: tag, digest, or `tag@digest`.
    #[must_use]
    pub fn version_span(&self) -> Option<Range<usize>> {
        match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => Some(tag.start..digest.end),
            (part, None) | (None, part) => part.clone(),
        }
    }

    /// Returns the version part as it was written: tag, digest, or `tag@digest`.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.part(self.version_span().as_ref())
    }

    /// Returns the full name, with the implied `docker.io` and `library/` filled in.
    #[must_use]
    pub fn repository(&self) -> Repository {
        Repository::complete(self.registry(), self.path())
    }

    fn part(&self, span: Option<&Range<usize>>) -> Option<&str> {
        self.text.get(span?.clone())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn parts(text: &str) -> (Option<String>, String, Option<String>, Option<String>) {
        let read = Reference::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.to_string(), text);
        (
            read.registry().map(str::to_owned),
            read.path().to_owned(),
            read.tag().map(str::to_owned),
            read.digest().map(String::from),
        )
    }

    /// Text, registry, path, tag, digest.
    type Case<'a> = (&'a str, Option<&'a str>, &'a str, Option<&'a str>, Option<&'a str>);

    #[test]
    fn reads_the_parts_as_they_are_written() {
        let digest = format!("sha256:{HEX}");
        let long = format!("sha512:{HEX}{HEX}");
        let cases: &[Case<'_>] = &[
            ("postgres", None, "postgres", None, None),
            ("postgres:18", None, "postgres", Some("18"), None),
            ("library/postgres:1.10", None, "library/postgres", Some("1.10"), None),
            ("localhost/x:1", Some("localhost"), "x", Some("1"), None),
            ("localhost:5000/x", Some("localhost:5000"), "x", None, None),
            ("host:5000/a/b:v1.2", Some("host:5000"), "a/b", Some("v1.2"), None),
            ("a.b/c", Some("a.b"), "c", None, None),
            ("a/b/c:t", None, "a/b/c", Some("t"), None),
            ("host:5000", None, "host", Some("5000"), None),
            ("x:1/2", Some("x:1"), "2", None, None),
            ("[::1]:5000/x:1", Some("[::1]:5000"), "x", Some("1"), None),
            ("[2001:db8::1]/x", Some("[2001:db8::1]"), "x", None, None),
            ("Registry.Example/x:1", Some("Registry.Example"), "x", Some("1"), None),
            (
                "ghcr.io/a__b/c-d--e/f_g.h:_x",
                Some("ghcr.io"),
                "a__b/c-d--e/f_g.h",
                Some("_x"),
                None,
            ),
            ("ghcr.io/a/b@DIGEST", Some("ghcr.io"), "a/b", None, Some(&digest)),
            ("a/b:1.2.3@DIGEST", None, "a/b", Some("1.2.3"), Some(&digest)),
            ("a/b:1.2.3@LONG", None, "a/b", Some("1.2.3"), Some(&long)),
        ];
        for (text, registry, path, tag, digest_text) in cases {
            let text = text.replace("DIGEST", &digest).replace("LONG", &long);
            let expected = (
                registry.map(str::to_owned),
                (*path).to_owned(),
                tag.map(str::to_owned),
                digest_text.map(str::to_owned),
            );
            assert_eq!(parts(&text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_reference() {
        let short = format!("x@sha256:{}", &HEX[1..]);
        let upper = format!("x@sha256:{}", HEX.to_uppercase());
        let unknown = format!("x@md5:{}", &HEX[..32]);
        let long_tag = format!("x:{}", "a".repeat(129));
        let long_name = format!("example.org/{}", "a".repeat(250));
        let twice = format!("x@sha256:{HEX}@sha256:{HEX}");
        let cases = [
            "",
            " ",
            "x:",
            ":1",
            "x@",
            "@",
            "/x",
            "x/",
            "a//b",
            "Postgres",
            "ghcr.io/Owner/x",
            "x ",
            " x",
            "x:1 ",
            "x: 1",
            "${IMAGE}",
            "x:${TAG}",
            "x:{{ .Values.tag }}",
            "{{ .image }}",
            "https://ghcr.io/a/b",
            "oci://ghcr.io/a/b",
            "a..b/c",
            "-a/b",
            "a-/b",
            "a___b",
            ".a/b",
            "x:.1",
            "x:-1",
            "x:1+2",
            "host:port/x",
            "host:99999/x",
            "a.b:/c",
            "-.b/c",
            "[::1/x",
            "x:é",
            "é",
            "x\n",
            "x:1\n",
        ];
        let made = [&short, &upper, &unknown, &long_tag, &long_name, &twice];
        for text in cases.into_iter().chain(made.into_iter().map(String::as_str)) {
            assert!(Reference::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn spans_cut_the_parts_out_of_the_text() {
        let text = format!("ghcr.io/a/b:1.2.3@sha256:{HEX}");
        let read = Reference::parse(&text).unwrap();
        assert_eq!(&text[read.registry_span().unwrap()], "ghcr.io");
        assert_eq!(&text[read.path_span()], "a/b");
        assert_eq!(&text[read.name_span()], "ghcr.io/a/b");
        assert_eq!(&text[read.tag_span().unwrap()], "1.2.3");
        assert_eq!(&text[read.digest_span().unwrap()], format!("sha256:{HEX}"));
        assert_eq!(&text[read.version_span().unwrap()], format!("1.2.3@sha256:{HEX}"));
        assert_eq!(read.version(), Some(&text[12..]));
        assert_eq!(Reference::parse("a/b").unwrap().version_span(), None);
        assert_eq!(Reference::parse("a/b:c").unwrap().version(), Some("c"));
    }

    #[test]
    fn full_names_have_what_is_implied() {
        let cases = [
            ("postgres", "docker.io/library/postgres"),
            ("docker.io/postgres", "docker.io/library/postgres"),
            ("library/postgres", "docker.io/library/postgres"),
            ("a/b:1", "docker.io/a/b"),
            ("localhost/x", "localhost/x"),
            ("registry.example:5000/a/b:1", "registry.example:5000/a/b"),
            ("mirror.gcr.io/library/redis", "mirror.gcr.io/library/redis"),
            ("quay.io/x", "quay.io/x"),
        ];
        for (text, full) in cases {
            assert_eq!(Reference::parse(text).unwrap().repository().to_string(), full, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_always_prints_what_it_read(text in "\\PC{0,40}") {
            if let Ok(read) = Reference::parse(&text) {
                assert_eq!(read.to_string(), text);
                assert!(Repository::parse(read.repository().to_string().as_str()).is_ok());
            }
            if let Ok(read) = TagAndDigest::parse(&text) {
                assert_eq!(read.to_string(), text);
            }
        }

        #[test]
        fn a_valid_reference_is_made_of_its_parts(
            registry in proptest::option::of("[a-z]{1,5}\\.[a-z]{2,3}(:[1-9][0-9]{1,3})?"),
            path in "[a-z0-9]{1,5}(/[a-z0-9]{1,5}([._-][a-z0-9]{1,3})?){0,3}",
            tag in proptest::option::of("[A-Za-z0-9_][A-Za-z0-9._-]{0,20}"),
            digest in proptest::option::of("sha256:[0-9a-f]{64}"),
        ) {
            let mut text = String::new();
            text.extend(registry.iter().flat_map(|part| [part.as_str(), "/"]));
            text.push_str(&path);
            text.extend(tag.iter().flat_map(|part| [":", part.as_str()]));
            text.extend(digest.iter().flat_map(|part| ["@", part.as_str()]));
            assert_eq!(parts(&text), (registry, path, tag, digest));
        }
    }
}
