//! What is asked of a forge, as addresses.
//!
//! GitHub, GitLab and Gitea differ in where things are and in the names of a few fields; how they
//! are read is the same. So a forge is plain data here: the address of its releases, templates for
//! files and for what a person reads, and the function that reads a page of releases. Everything
//! that comes from outside is percent-encoded before it becomes part of an address.

use super::home::NotesHome;
use super::releases::Release;
use super::{Settings, gitea, github, gitlab};
use crate::http::{Secret, Url};
use crate::upstream::error::Error;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::collections::BTreeSet;

/// A repository of a forge, by its addresses.
#[derive(Debug, Clone)]
pub(super) struct Forge {
    /// As people call it: `github.com/owner/repository`.
    pub(super) label: String,
    /// The repository's own name.
    pub(super) name: String,
    /// The first page of releases.
    pub(super) releases: Url,
    /// Reads a page of releases.
    pub(super) read_releases: fn(&[u8]) -> serde_json::Result<Vec<Release>>,
    /// Lists all files, with `{ref}`.
    pub(super) tree: String,
    /// Reads a page of such a list.
    pub(super) read_tree: fn(&[u8]) -> serde_json::Result<Listing>,
    /// A file's text at a tag, with `{ref}` and `{path}`.
    pub(super) raw: String,
    /// A file's text on the default branch, with `{path}`.
    pub(super) raw_head: String,
    /// Where a person reads a file, with `{ref}` and `{path}`.
    pub(super) blob: String,
    /// Where a person reads a release, with `{ref}`.
    pub(super) release: String,
    /// Sent to the origin of `releases` and nowhere else.
    pub(super) token: Option<Secret>,
}

/// The files of a repository.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) files: Vec<String>,
    /// Whether these are all.
    pub(super) complete: bool,
}

impl Forge {
    /// Works out the addresses; `None` for a single page.
    ///
    /// # Errors
    /// When a part of the home cannot be part of an address.
    pub(super) fn of(
        home: &NotesHome,
        settings: &Settings,
        insecure: &BTreeSet<String>,
    ) -> Result<Option<Self>, Error> {
        let root = |host: &str| {
            let wrong = || Error::Name { text: host.to_owned(), reason: "no host".to_owned() };
            let url = Url::parse(&format!("https://{host}/")).map_err(|_| wrong())?;
            let plain = url.is_loopback() || insecure.contains(host);
            let url = if plain { Url::parse(&format!("http://{host}/")) } else { Ok(url) };
            let url = url.map_err(|_| wrong())?;
            let is_all = url.host() == host && url.path() == "/" && url.query().is_none();
            if is_all { Ok(url.expose().trim_end_matches('/').to_owned()) } else { Err(wrong()) }
        };
        match home {
            NotesHome::GitHub { owner, repository, .. } => {
                github::forge(settings, owner, repository).map(Some)
            }
            NotesHome::GitLab { host, path, .. } => {
                let forge = gitlab::forge(host, &root(host)?, path)?;
                Ok(Some(Self { token: settings.tokens.get(host).cloned(), ..forge }))
            }
            NotesHome::Gitea { host, owner, repository, .. } => {
                let forge = gitea::forge(host, &root(host)?, owner, repository)?;
                Ok(Some(Self { token: settings.tokens.get(host).cloned(), ..forge }))
            }
            NotesHome::Page(_) => Ok(None),
        }
    }

    /// Returns the address of a file's text, at a tag or on the default branch.
    pub(super) fn raw(&self, tag: Option<&str>, path: &str) -> Result<Url, Error> {
        match tag {
            Some(tag) => filled(&self.raw, tag, path),
            None => filled(&self.raw_head, HEAD, path),
        }
    }

    /// Returns the address of the list of files.
    pub(super) fn tree(&self, tag: Option<&str>) -> Result<Url, Error> {
        filled(&self.tree, tag.unwrap_or(HEAD), "")
    }

    /// Returns where a person reads a file.
    pub(super) fn blob(&self, tag: Option<&str>, path: &str) -> Result<Url, Error> {
        filled(&self.blob, tag.unwrap_or(HEAD), path)
    }

    /// Returns where a person reads a release.
    pub(super) fn release(&self, tag: &str) -> Result<Url, Error> {
        filled(&self.release, tag, "")
    }
}

/// What stands for the default branch.
const HEAD: &str = "HEAD";

/// What may not stand in a segment of a path as it is.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Encodes one segment of a path.
///
/// # Errors
/// When it would be no segment: empty, or one that leads elsewhere.
pub(super) fn segment(text: &str) -> Result<String, Error> {
    if matches!(text, "" | "." | "..") {
        let reason = "cannot be part of an address".to_owned();
        return Err(Error::Name { text: text.to_owned(), reason });
    }
    Ok(utf8_percent_encode(text, SEGMENT).to_string())
}

/// Encodes a path of several segments.
pub(super) fn segments(path: &str) -> Result<String, Error> {
    let segments: Result<Vec<String>, Error> = path.split('/').map(segment).collect();
    Ok(segments?.join("/"))
}

/// Reads an address that was put together from encoded parts.
pub(super) fn address(text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|error| Error::Name { text: error.text, reason: error.reason })
}

/// Fills a template. A tag may have slashes, which stay.
fn filled(template: &str, tag: &str, path: &str) -> Result<Url, Error> {
    let mut text = template.replace("{ref}", &segments(tag)?);
    if text.contains("{path}") {
        text = text.replace("{path}", &segments(path)?);
    }
    address(&text)
}
