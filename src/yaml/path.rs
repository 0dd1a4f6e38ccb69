//! Where something stands in a stream: steps, paths and spots.
//!
//! A path is written as a JSON pointer (RFC 6901): `/spec/values/image/tag`, `/images/0/newTag`,
//! `~` as `~0` and `/` as `~1`. Two steps have no counterpart there and use escapes that a plain
//! JSON pointer rejects rather than misreads: `~[name=app]` for the list item whose `name` is
//! `app`, and `~|` for the YAML inside a block scalar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One step down from a node to a node inside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list, counted from 0. In a mapping it means the key of that text.
    Item(usize),
    /// To the first item of a list that is a mapping whose key (first) has the value (second).
    Named(String, String),
    /// Into the YAML that a literal block scalar holds, at its first document.
    Embedded,
}

impl Step {
    /// Returns the key that the step means in a mapping, where it means one.
    pub(super) fn as_key(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Key(key) => Some(key.into()),
            Self::Item(index) => Some(index.to_string().into()),
            Self::Named(..) | Self::Embedded => None,
        }
    }

    /// Returns the position that the step means in a list, where it means one.
    pub(super) fn as_index(&self) -> Option<usize> {
        match self {
            Self::Key(key) => position(key),
            Self::Item(index) => Some(*index),
            Self::Named(..) | Self::Embedded => None,
        }
    }
}

/// The steps from a document's root to a node.
///
/// Written and serialised as a JSON pointer; the empty path is the root itself. A step of digits
/// reads back as [`Step::Item`], which a mapping takes as the key of that text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Makes a path of keys alone.
    #[must_use]
    pub fn keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.to_owned())).collect())
    }

    /// Returns the path one step further down.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Returns the path without its last step; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }
}

/// A node's place in a stream: which document, counted from 0, and the path inside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// The document's index in its stream, from 0.
    pub document: usize,
    /// The path from the document's root.
    pub path: Path,
}

impl Spot {
    /// Makes the spot of a node.
    #[must_use]
    pub fn new(document: usize, path: Path) -> Self {
        Self { document, path }
    }

    /// Returns the spot one step further down.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        Self { document: self.document, path: self.path.join(step) }
    }
}

/// `DOCUMENT:POINTER`, as in `0:/spec/values/image/tag`.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.document, self.path)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => escaped(f, key, false),
            Self::Item(index) => write!(f, "{index}"),
            Self::Named(key, value) => {
                f.write_str("~[")?;
                escaped(f, key, true)?;
                f.write_str("=")?;
                escaped(f, value, true)?;
                f.write_str("]")
            }
            Self::Embedded => f.write_str("~|"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| write!(f, "/{step}"))
    }
}

/// A text that is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path: expected a JSON pointer such as `/spec/values/image/tag`")]
pub struct InvalidPath(pub String);

impl FromStr for Path {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        let invalid = || InvalidPath(text.to_owned());
        if text.is_empty() {
            return Ok(Self::default());
        }
        let segments = text.strip_prefix('/').ok_or_else(invalid)?.split('/');
        let steps = segments.map(step).collect::<Option<Vec<_>>>().ok_or_else(invalid)?;
        Ok(Self(steps))
    }
}

impl TryFrom<String> for Path {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        text.parse()
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.to_string()
    }
}

fn step(segment: &str) -> Option<Step> {
    if segment == "~|" {
        return Some(Step::Embedded);
    }
    if let Some(named) = segment.strip_prefix("~[").and_then(|rest| rest.strip_suffix(']')) {
        let (key, value) = named.split_once('=')?;
        return Some(Step::Named(unescaped(key, true)?, unescaped(value, true)?));
    }
    match position(segment) {
        Some(index) => Some(Step::Item(index)),
        None => unescaped(segment, false).map(Step::Key),
    }
}

/// Reads an array index as RFC 6901 allows it: digits without a leading zero.
fn position(text: &str) -> Option<usize> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok()).flatten()
}

fn escaped(f: &mut fmt::Formatter<'_>, text: &str, named: bool) -> fmt::Result {
    use fmt::Write as _;
    text.chars().try_for_each(|c| match c {
        '~' => f.write_str("~0"),
        '/' => f.write_str("~1"),
        '=' if named => f.write_str("~2"),
        other => f.write_char(other),
    })
}

fn unescaped(text: &str, named: bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                '2' if named => '=',
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_json_pointers() {
        let named = Step::Named("na=me".into(), "a/b~=".into());
        let cases = [
            (vec![], ""),
            (vec![Step::Key(String::new())], "/"),
            (vec![Step::Key("a/b~c".into()), Step::Item(0)], "/a~1b~0c/0"),
            (vec![Step::Key("01".into())], "/01"),
            (vec![Step::Key("values.yaml".into()), Step::Embedded], "/values.yaml/~|"),
            (vec![named], "/~[na~2me=a~1b~0~2]"),
            (vec![Step::Key("[name=x]".into())], "/[name=x]"),
        ];
        for (steps, text) in cases {
            assert_eq!(Path(steps.clone()).to_string(), text);
            assert_eq!(text.parse(), Ok(Path(steps)), "{text}");
        }
        for bad in ["a", "/~", "/~3", "/~[x]", "/a~"] {
            assert!(bad.parse::<Path>().is_err(), "{bad}");
        }
    }

    #[test]
    fn spots_serialise_as_a_document_and_a_pointer() {
        let spot = Spot::new(1, Path::keys(["spec", "tag"]));
        let json = serde_json::to_string(&spot).unwrap();
        assert_eq!(json, r#"{"document":1,"path":"/spec/tag"}"#);
        assert_eq!(serde_json::from_str::<Spot>(&json).unwrap(), spot);
    }

    proptest! {
        #[test]
        fn a_path_reads_back(steps in proptest::collection::vec(any_step(), 0..5)) {
            let path = Path(steps);
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            "[a-z~/=|\\[\\]. é]{0,6}".prop_map(Step::Key),
            (0_usize..1000).prop_map(Step::Item),
            ("[a-z~/=\\]]{0,4}", "[0-9a-z~/=\\]]{0,4}").prop_map(|(k, v)| Step::Named(k, v)),
            Just(Step::Embedded),
        ]
    }
}
