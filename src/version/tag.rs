//! A tag, read as a version: prefix, numbers, pre-release, variant, build.
//!
//! Registries give tags no grammar. This reading looks for the first run of digits that can begin
//! a version (at the start, behind a separator, behind `v`), takes what precedes it as the prefix
//! and cuts what follows it into parts ([`Part`]). A run that belongs to something else does not
//! begin a version: the `17` of `java17-jre`, the `24.04` of `ubuntu-24.04`, a commit. Where no
//! version is found the tag is a name, and a name is never compared with anything.

use serde::Serialize;

use super::date;
use super::numbers::Numbers;
use super::tail::{self, Part};
use super::word::{self, Role, Stage};

/// What a tag is, by its own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A version of numbers: `1.2.3`, `v1.2`, `5.1.2-r0-ls300`.
    Version,
    /// A version that is a date: `2024.12.3`, `24.04`, `20240501`, `RELEASE.2024-01-16T…`.
    Calendar,
    /// A build of a branch, ordered by a counter or a time: `main-abc1234-1700000000`, `main-57`.
    BranchBuild,
    /// One small number, `18` or `18-alpine`: a line of releases that the tag follows.
    Line,
    /// A name that moves with every release or branch: `latest`, `main`, `rolling`, `server-cuda12`.
    Name,
    /// A commit: `abc1234`, `sha-abc1234`.
    Commit,
    /// What was built for a review: `pr-123`.
    Request,
    /// A signature, attestation or bill of materials: `sha256-….sig`.
    Signature,
    /// No tag at all, by the distribution specification.
    Invalid,
}

/// A tag, cut into its parts. Every part is a slice of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    text: &'a str,
    kind: Kind,
    prefix: &'a str,
    marker: &'a str,
    written: &'a str,
    numbers: Numbers,
    parts: Vec<Part<'a>>,
    /// The commit inside the prefix, if there is one.
    commit: Option<&'a str>,
}

impl<'a> Tag<'a> {
    /// Reads a tag. Every text can be read; what is no version says so by its [`Kind`].
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let named = |kind| Self {
            text,
            kind,
            prefix: text,
            marker: "",
            written: "",
            numbers: Numbers::default(),
            parts: Vec::new(),
            commit: None,
        };
        if let Some(kind) = special(text) {
            return named(kind);
        }
        let Some(start) = start(text) else {
            return named(if start_of_request(text) { Kind::Request } else { Kind::Name });
        };
        let tail = text.get(start.at + start.taken..).unwrap_or_default();
        let mut tag = Self {
            text,
            kind: Kind::Name,
            prefix: text.get(..start.marker).unwrap_or_default(),
            marker: text.get(start.marker..start.at).unwrap_or_default(),
            written: text.get(start.at..start.at + start.taken).unwrap_or_default(),
            numbers: start.numbers,
            parts: tail::parts(tail),
            commit: start.commit,
        };
        tag.kind = tag.judge();
        tag
    }

    /// Returns the tag as it was written.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Returns what the tag is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns what stands before the version, without its `v`: `server-`, `RELEASE.`, or nothing.
    /// It is the whole text where there is no version.
    #[must_use]
    pub fn prefix(&self) -> &'a str {
        self.prefix
    }

    /// Returns the `v` or `V` in front of the numbers, or nothing.
    #[must_use]
    pub fn marker(&self) -> &'a str {
        self.marker
    }

    /// Returns the numbers as they are written, `24.04` for `24.04-lts`.
    #[must_use]
    pub fn written(&self) -> &'a str {
        self.written
    }

    /// Returns the numbers; none where there is no version.
    #[must_use]
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Returns the parts behind the numbers, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part<'a>] {
        &self.parts
    }

    /// Returns how the version is marked as not yet released: stages with their numbers, in order.
    /// Nothing for a release.
    pub fn pre_release(&self) -> impl Iterator<Item = (Stage, &Numbers)> {
        self.parts.iter().filter_map(|part| match part.role {
            Role::PreRelease(stage) => Some((stage, &part.numbers)),
            _ => None,
        })
    }

    /// Tells whether the version is marked as not yet released.
    #[must_use]
    pub fn is_pre_release(&self) -> bool {
        self.pre_release().next().is_some()
    }

    /// Tells whether the tag holds a version that can be compared with others.
    #[must_use]
    pub fn is_version(&self) -> bool {
        matches!(self.kind, Kind::Version | Kind::Calendar | Kind::BranchBuild | Kind::Line)
    }

    /// Tells whether two tags share their prefix; `v` and a commit inside it do not count.
    #[must_use]
    pub fn same_prefix(&self, other: &Self) -> bool {
        match (self.around_commit(), other.around_commit()) {
            (Some(mine), Some(theirs)) => mine == theirs,
            (None, None) => self.prefix == other.prefix,
            _ => false,
        }
    }

    /// Tells whether two tags share their variant: the same parts in the same order, but for
    /// pre-releases, and for what builds, bases and commits count.
    #[must_use]
    pub fn same_variant(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.flavour(), other.flavour());
        loop {
            match (mine.next(), theirs.next()) {
                (Some(one), Some(another)) if one.same_shape(another) => {}
                (None, None) => return true,
                _ => return false,
            }
        }
    }

    /// Returns the versions of the base systems named in the tag, in order.
    pub fn bases(&self) -> impl Iterator<Item = &Numbers> {
        self.counted(Role::Base)
    }

    /// Returns the builds that the tag counts, in order.
    pub fn builds(&self) -> impl Iterator<Item = &Numbers> {
        self.counted(Role::Build)
    }

    /// Returns the commits named in the tag, in order.
    pub fn commits(&self) -> impl Iterator<Item = &'a str> {
        let behind = self.parts.iter().filter(|part| part.role == Role::Commit);
        self.commit.into_iter().chain(behind.map(|part| part.word))
    }

    fn counted(&self, role: Role) -> impl Iterator<Item = &Numbers> {
        self.parts.iter().filter(move |part| part.role == role).map(|part| &part.numbers)
    }

    fn flavour(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(|part| !matches!(part.role, Role::PreRelease(_)))
    }

    fn around_commit(&self) -> Option<(&'a str, &'a str)> {
        self.prefix.split_once(self.commit?)
    }

    fn judge(&self) -> Kind {
        let floats = |part: &Part<'_>| part.word.eq_ignore_ascii_case("latest");
        if self.prefix_words().any(is_request) {
            return Kind::Request;
        }
        if self.parts.iter().any(floats) || self.prefix_words().any(|word| word == "latest") {
            return Kind::Name;
        }
        let [first, rest @ ..] = self.numbers.as_slice() else { return Kind::Name };
        let branch = || self.prefix_words().any(|word| word::is_branch(&word.to_ascii_lowercase()));
        if rest.is_empty()
            && !date::is_dated(*first)
            && (date::is_timestamp(*first) || (self.marker.is_empty() && branch()))
        {
            return Kind::BranchBuild;
        }
        if date::is_dated(*first)
            || (date::is_year(*first) && !rest.is_empty())
            || self.is_dotted_month()
        {
            return Kind::Calendar;
        }
        // From three digits on a lone number counts builds; a line of releases is a small one.
        if rest.is_empty() && (*first < 100 || date::is_year(*first)) {
            return Kind::Line;
        }
        Kind::Version
    }

    /// Tells whether the numbers begin with a two-digit year and a month that keeps its zero, as
    /// in `24.04`. Without the zero nothing tells a year from a major version.
    fn is_dotted_month(&self) -> bool {
        let bytes = self.written.as_bytes();
        matches!(bytes, [b'1'..=b'4', b'0'..=b'9', b'.', b'0', b'1'..=b'9', rest @ ..]
            if !rest.first().is_some_and(u8::is_ascii_digit))
    }

    fn prefix_words(&self) -> impl Iterator<Item = &'a str> {
        self.prefix.split(is_separator).filter(|word| !word.is_empty())
    }
}

impl std::fmt::Display for Tag<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.prefix, self.marker, self.written)?;
        self.parts.iter().try_for_each(|part| f.write_str(part.text))
    }
}

/// Recognises the tags that are no version whatever they hold.
fn special(text: &str) -> Option<Kind> {
    if !crate::image::is_tag(text) {
        return Some(Kind::Invalid);
    }
    // Cosign's tags, and the fallback tag of the referrers API: OCI distribution specification,
    // "Referrers Tag Schema".
    let attached = [".sig", ".att", ".sbom"].iter().any(|end| text.ends_with(end));
    if attached || text.starts_with("sha256-") || text.starts_with("sha512-") {
        return Some(Kind::Signature);
    }
    let decimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if word::is_hexadecimal(text) && !decimal(text) {
        return Some(Kind::Commit);
    }
    let (name, rest) = text.split_once(['-', '_'])?;
    let branch = word::is_branch(&name.to_ascii_lowercase());
    (branch && word::is_commit_of_branch(rest)).then_some(Kind::Commit)
}

fn start_of_request(text: &str) -> bool {
    text.split(is_separator).next().is_some_and(is_request)
}

/// Tells whether a word of the prefix, `pr` or `pr123`, marks what was built for a review.
fn is_request(word: &str) -> bool {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word::is_request(&name.to_ascii_lowercase())
}

struct Start<'a> {
    /// Where the `v` stands, or the first digit.
    marker: usize,
    /// Where the first digit stands.
    at: usize,
    numbers: Numbers,
    taken: usize,
    commit: Option<&'a str>,
}

/// Finds where the version begins: the first segment between `-` and `_` that can hold one.
fn start(text: &str) -> Option<Start<'_>> {
    let mut commit = None;
    let mut before = String::new();
    let mut at = 0;
    for segment in text.split(['-', '_']) {
        let here = at;
        at += segment.len() + 1;
        let of_branch = word::is_branch(&before) && word::is_commit_of_branch(segment);
        if of_branch || word::is_commit(segment) {
            commit = Some(segment);
            continue;
        }
        let of_platform = word::is_platform(&before);
        before = segment.to_ascii_lowercase();
        if of_platform {
            continue;
        }
        let Some((marker, digits)) = opening(segment) else { continue };
        let body = text.get(here + digits..)?;
        let (numbers, taken) = date::read(body).or_else(|| Numbers::read(body))?;
        let (marker, at) = (here + marker, here + digits);
        return Some(Start { marker, at, numbers, taken, commit });
    }
    None
}

/// Tells where in a segment a version begins, the `v` first and then the digits.
fn opening(segment: &str) -> Option<(usize, usize)> {
    let letters = segment.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = segment.split_at(letters);
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let lower = word.to_ascii_lowercase();
    if !digit(rest) {
        // `RELEASE.2024-…`, `release.1.2`
        let behind = rest.strip_prefix('.').filter(|behind| digit(behind))?;
        return (!lower.is_empty()).then(|| segment.len() - behind.len()).map(|at| (at, at));
    }
    match lower.as_str() {
        "" => Some((0, 0)),
        "v" => Some((0, 1)),
        word if word::introduces(word) => Some((letters, letters)),
        word if word::is_platform(word) => None,
        // One letter, as in `n7.1` or `b4321`; the digits of `k8s` are part of a word.
        _ if letters == 1 => {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            (after.is_empty() && lower != "x").then_some((1, 1))
        }
        _ => None,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests;
