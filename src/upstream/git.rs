//! The tags of Git repositories, read without a git program.
//!
//! A server that speaks Git over HTTP lists its references to whoever begins to fetch
//! (`info/refs?service=git-upload-pack`; gitprotocol-http, "Discovering References"): lines with
//! their length in front, or plain lines from a server that only has files. The list is read as it
//! arrives, since large repositories list a reference for every pull request; only the names of
//! tags are kept. An address for ssh is asked over https where it is a known forge's.

use super::auth::guard;
use super::credentials::{Credential, Keys};
use super::error::{Error, excerpt};
use super::notes::NotesHome;
use super::paging::Limits;
use super::types::Tags;
use crate::http::{self, Client, Identity, Request, Url};
use futures::TryStreamExt;
use std::collections::HashSet;
use std::sync::Arc;

/// The longest list of references that is read, in bytes.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// The longest line of such a list (gitprotocol-common, "pkt-line Format").
const LONGEST_LINE: usize = 65_520;

/// Git servers, with who asks them.
pub(super) struct GitServers {
    client: Client,
    keys: Arc<Keys>,
    limits: Limits,
}

impl GitServers {
    pub(super) fn new(client: Client, keys: Arc<Keys>, limits: Limits) -> Self {
        Self { client, keys, limits }
    }

    /// Lists the tags of a repository, in the server's order.
    pub(super) async fn tags(&self, written: &str) -> Result<Tags, Error> {
        let repository = address(written)?;
        match self.read(&repository).await {
            // Some servers know a repository by one of its two spellings only.
            Err(Error::NotFound { .. }) => {
                let text = repository.path().trim_end_matches('/');
                let other = match text.strip_suffix(".git") {
                    Some(bare) => bare.to_owned(),
                    None => format!("{text}.git"),
                };
                let other = repository.join(&other).map_err(|_| no_address(written))?;
                self.read(&other).await
            }
            tags => tags,
        }
    }

    async fn read(&self, repository: &Url) -> Result<Tags, Error> {
        let path = format!("{}/info/refs", repository.path().trim_end_matches('/'));
        let url = repository.join(&path).map_err(|_| no_address(&repository.to_string()))?;
        let url = url.with_query(Some("service=git-upload-pack"));
        // A user part of the address is turned into a login by the request.
        let mut request = Request::get(url).limit(MOST_BYTES);
        let url = request.url.clone();
        let login = self.keys.by_host(&url.host());
        let identity = login.map_or(request.identity, Credential::identity);
        match login {
            Some(Credential::Basic { user, password }) => {
                guard(&self.client, &url, "the Git repository")?;
                request = request.basic(user, password);
            }
            Some(Credential::Identity { token } | Credential::Bearer { token }) => {
                guard(&self.client, &url, "the Git repository")?;
                request = request.bearer(token);
            }
            None => {}
        }
        let name = url.with_query(Some("tags"));
        if self.client.settings().source == http::Source::Offline {
            return self.kept(&name, identity).ok_or(Error::Http(http::Error::Offline { url }));
        }
        let with_login = login.is_some() || !request.headers.is_empty();
        let mut stream = self.client.open(request.identity(identity)).await?;
        if !stream.status.is_success() {
            let (status, headers) = (stream.status, stream.headers);
            let answer =
                http::Answer { url: stream.url, status, headers, body: bytes::Bytes::new() };
            let what = format!("Git repository {repository}");
            return Err(Error::of_status(&what, &url, &answer, with_login));
        }
        let mut list = References::new(self.limits.tags);
        while let Some(chunk) = stream.body.try_next().await? {
            list.push(&chunk).map_err(|got| not_git(&url, got))?;
            if list.is_full() {
                break;
            }
        }
        let tags = list.finish().map_err(|got| not_git(&url, got))?;
        if let Ok(text) = serde_json::to_vec(&(&tags.names, tags.complete)) {
            self.client.put_note(&name, identity, &text);
        }
        Ok(tags)
    }

    /// Reads what an earlier run has kept.
    fn kept(&self, name: &Url, identity: Identity) -> Option<Tags> {
        let note = self.client.note(name, identity)?;
        let (names, complete) = serde_json::from_slice(&note).ok()?;
        Some(Tags { names, complete })
    }
}

/// Reads the address of a repository as a `GitRepository` writes it.
fn address(written: &str) -> Result<Url, Error> {
    if let Ok(url) = Url::parse(written) {
        return Ok(url);
    }
    let web = match NotesHome::of_url(written) {
        Some(NotesHome::GitHub { owner, repository, .. }) => {
            Some(format!("https://github.com/{owner}/{repository}"))
        }
        Some(NotesHome::GitLab { host, path, .. }) => Some(format!("https://{host}/{path}.git")),
        Some(NotesHome::Gitea { host, owner, repository, .. }) => {
            Some(format!("https://{host}/{owner}/{repository}"))
        }
        Some(NotesHome::Page(_)) | None => None,
    };
    web.and_then(|web| Url::parse(&web).ok()).ok_or_else(|| no_address(written))
}

fn no_address(written: &str) -> Error {
    let text = match written.rsplit_once('@') {
        Some((_, behind)) => behind,
        None => written,
    };
    Error::Name {
        text: text.to_owned(),
        reason: "only Git repositories over http and https can be asked for their tags".to_owned(),
    }
}

fn not_git(url: &Url, got: String) -> Error {
    Error::Answer { url: url.clone(), expected: "a Git server's list of references", got }
}

/// A list of references that is being read.
struct References {
    rest: Vec<u8>,
    framing: Option<Framing>,
    names: Vec<String>,
    seen: HashSet<String>,
    most: usize,
    full: bool,
}

/// How the lines are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// Four digits in front of each line give its length (a server that speaks Git).
    Lengths,
    /// A line ends where it ends (a folder of files).
    Lines,
}

impl References {
    fn new(most: usize) -> Self {
        let (rest, names, seen) = (Vec::new(), Vec::new(), HashSet::new());
        Self { rest, framing: None, names, seen, most, full: false }
    }

    fn is_full(&self) -> bool {
        self.full
    }

    /// Takes a piece of the list in; the error is what came instead of one.
    fn push(&mut self, chunk: &[u8]) -> Result<(), String> {
        self.rest.extend_from_slice(chunk);
        let rest = std::mem::take(&mut self.rest);
        let mut at = rest.as_slice();
        if self.framing.is_none() && at.len() >= 41 {
            self.framing = Some(framing(at).ok_or_else(|| format!("`{}`", excerpt(at)))?);
        }
        while let Some(framing) = self.framing {
            let Some((line, behind)) = next_line(framing, at)? else { break };
            self.line(line);
            at = behind;
        }
        self.rest = at.to_vec();
        Ok(())
    }

    /// Reads `<id> refs/tags/<name>`.
    fn line(&mut self, line: &[u8]) {
        // Behind the first name stand the server's abilities.
        let line = line.split(|byte| matches!(byte, 0 | b'\n')).next().unwrap_or_default();
        let Ok(line) = std::str::from_utf8(line) else { return };
        let Some((_, reference)) = line.split_once([' ', '\t']) else { return };
        let Some(name) = reference.strip_prefix("refs/tags/") else { return };
        // `^{}` names the commit behind an annotated tag.
        if name.is_empty() || name.ends_with("^{}") || name.chars().any(char::is_control) {
            return;
        }
        if self.names.len() >= self.most {
            self.full = true;
        } else if self.seen.insert(name.to_owned()) {
            self.names.push(name.to_owned());
        }
    }

    fn finish(mut self) -> Result<Tags, String> {
        if self.framing.is_none() && !self.rest.is_empty() {
            // An empty repository's list is shorter than one reference.
            let rest = std::mem::take(&mut self.rest);
            self.framing = framing(&rest);
            if self.framing.is_none() {
                return Err(format!("`{}`", excerpt(&rest)));
            }
        }
        let cut = self.framing == Some(Framing::Lengths) && !self.rest.is_empty();
        if cut && !self.full {
            return Err("a list that breaks off".to_owned());
        }
        let last = std::mem::take(&mut self.rest);
        self.line(&last);
        Ok(Tags { names: self.names, complete: !self.full })
    }
}

/// Tells how a list's lines are told apart by its beginning.
fn framing(start: &[u8]) -> Option<Framing> {
    let digits = |count: usize| {
        start.get(..count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if digits(40) && start.get(40).or(start.get(64)).is_some_and(|byte| b"\t ".contains(byte)) {
        return Some(Framing::Lines);
    }
    let announced =
        start.get(4..).is_some_and(|rest| rest.starts_with(b"# service=git-upload-pack"));
    (digits(4) && announced).then_some(Framing::Lengths)
}

/// A line and what is behind it.
type Cut<'a> = (&'a [u8], &'a [u8]);

/// Takes the next whole line; `None` where more must come first.
fn next_line(framing: Framing, at: &[u8]) -> Result<Option<Cut<'_>>, String> {
    if framing == Framing::Lines {
        let end = at.iter().position(|byte| *byte == b'\n');
        return match end {
            Some(end) => Ok(at.split_at_checked(end + 1)),
            None if at.len() > LONGEST_LINE => Err("a line without end".to_owned()),
            None => Ok(None),
        };
    }
    let Some((length, behind)) = at.split_at_checked(4) else { return Ok(None) };
    let length =
        std::str::from_utf8(length).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
    match length {
        // The end of a section.
        Some(0) => Ok(Some((&[], behind))),
        Some(length @ 4..=LONGEST_LINE) => Ok(behind.split_at_checked(length - 4)),
        _ => Err(format!("`{}`", excerpt(at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789012345678901234567890123456789";

    fn packet(line: &str) -> String {
        format!("{:04x}{line}", line.len() + 4)
    }

    fn smart(references: &[&str]) -> String {
        let mut text = packet("# service=git-upload-pack\n") + "0000";
        for (index, name) in references.iter().enumerate() {
            let abilities = if index == 0 { "\0multi_ack agent=git/2" } else { "" };
            text += &packet(&format!("{ID} {name}{abilities}\n"));
        }
        text + "0000"
    }

    fn read(text: &[u8], piece: usize) -> Result<Tags, String> {
        let mut list = References::new(4);
        for chunk in text.chunks(piece) {
            list.push(chunk)?;
        }
        list.finish()
    }

    #[test]
    fn tags_are_read_in_any_pieces() {
        let names = [
            "HEAD",
            "refs/heads/main",
            "refs/pull/1/head",
            "refs/tags/v1.0",
            "refs/tags/v1.0^{}",
            "refs/tags/web/2.0",
        ];
        let lines: Vec<String> = names.iter().map(|name| format!("{ID}\t{name}\n")).collect();
        let lines = lines.concat();
        for text in [smart(&names), lines] {
            for piece in [1, 3, 7, 64, 10_000] {
                let tags = read(text.as_bytes(), piece).unwrap();
                assert_eq!(
                    (tags.names, tags.complete),
                    (vec!["v1.0".into(), "web/2.0".into()], true)
                );
            }
        }
    }

    #[test]
    fn lists_end() {
        let many: Vec<String> = (0..9).map(|n| format!("refs/tags/v{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let tags = read(smart(&many).as_bytes(), 100).unwrap();
        assert_eq!((tags.names.len(), tags.complete), (4, false));
        let empty = read(smart(&[]).as_bytes(), 100).unwrap();
        assert_eq!((empty.names.len(), empty.complete), (0, true));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let broken = smart(&["refs/tags/v1"]);
        for text in [
            "<!doctype html><title>Sign in</title>".repeat(3).as_bytes(),
            b"{\"message\": \"not found\"}",
            broken.as_bytes().get(..broken.len() - 20).unwrap(),
            b"001e# service=git-upload-pack\n0000ffff garbage that never ends "
                .repeat(2)
                .as_slice(),
            b"001e# service=git-upload-pack\n0000zzzz and what not to reach forty bytes",
            b"001e# service=git-upload-pack\n00000001 and what not to reach forty bytes",
        ] {
            assert!(read(text, 10).is_err(), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn addresses() {
        for (written, expected) in [
            ("https://git.example/o/r", Some("https://git.example/o/r")),
            ("http://127.0.0.1:1/o/r.git", Some("http://127.0.0.1:1/o/r.git")),
            ("ssh://git@github.com/o/r.git", Some("https://github.com/o/r")),
            ("git@gitlab.com:g/s/p.git", Some("https://gitlab.com/g/s/p.git")),
            ("ssh://git@git.example/o/r", None),
            ("", None),
        ] {
            let got = address(written).ok();
            assert_eq!(got.as_ref().map(Url::expose), expected, "{written}");
        }
        let error = address("ssh://user:secret@git.example/o/r").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
