//! Answers kept on disk between runs.
//!
//! An entry is one file: a line of JSON about the answer, then the body. Its name is a hash of
//! what was asked and by whom, so no secret stands in a name and no user sees another's answer;
//! the line holds the body's SHA-256, so that a torn or altered file is noticed. Files are written
//! beside their place and renamed, which is safe with two processes at work. Whatever is wrong
//! with the store is a miss, never an error: it only ever saves work. Beside the answers lie
//! *notes*, which callers make of answers that are too large to keep, and *passing notes*, which
//! hold for a while: how long a host wants to be left alone, a token that anyone is given. Every
//! file is its owner's alone (0600, in folders of 0700).

use super::message::{Answer, Identity, Keep, Request};
use super::url::Url;
use ::http::header::{
    AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK,
};
use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The headers that an answer keeps; the rest says nothing that is read later.
const KEPT: [HeaderName; 6] = [
    CONTENT_TYPE,
    ETAG,
    LAST_MODIFIED,
    LINK,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("docker-content-digest"),
];

/// The longest time for which a passing note holds.
const LONGEST_PASSING: Duration = Duration::from_hours(24);

/// A folder of stored answers and notes.
#[derive(Debug, Clone)]
pub(super) struct Store {
    root: PathBuf,
}

/// A stored answer.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Stored {
    /// Makes a request conditional on the content being another one by now.
    pub(super) fn lend_validators(&self, request: &mut Request) {
        if !self.status.is_success() {
            return;
        }
        for (validator, condition) in [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)] {
            if let Some(value) = self.headers.get(&validator) {
                request.headers.insert(condition, value.clone());
            }
        }
    }

    /// Turns the stored answer into the answer of an address.
    pub(super) fn into_answer(self, url: Url) -> Answer {
        Answer { url, status: self.status, headers: self.headers, body: self.body }
    }
}

/// The first line of an entry.
#[derive(Serialize, Deserialize)]
struct Head {
    /// For people who look into the folder; never read.
    url: String,
    status: u16,
    headers: Vec<(String, String)>,
    sha256: String,
}

impl Store {
    /// Names the folder; it is made when the first answer is stored.
    pub(super) fn at(folder: &Path) -> Self {
        // The version of the format; another one starts with an empty store.
        Self { root: folder.join("v1") }
    }

    /// Finds the stored answer to a request.
    pub(super) fn get(&self, request: &Request) -> Option<Stored> {
        let file = read(&self.file("answers", &answer_key(request)))?;
        let at = file.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(file.get(..at)?).ok()?;
        let body = Bytes::from(file).slice(at + 1..);
        if head.sha256 != hex(&Sha256::digest(&body)) {
            return None;
        }
        let mut headers = HeaderMap::new();
        for (name, value) in head.headers {
            headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(&value).ok()?);
        }
        Some(Stored { status: StatusCode::from_u16(head.status).ok()?, headers, body })
    }

    /// Stores an answer that is one: there is something, or there is nothing. Failing to is no
    /// error.
    pub(super) fn put(&self, request: &Request, answer: &Answer) {
        let tells = matches!(answer.status, StatusCode::OK | StatusCode::NOT_FOUND);
        if !tells || request.keep == Keep::Immutable && !is_true_to_name(request, answer) {
            return;
        }
        let headers = KEPT
            .iter()
            .flat_map(|name| answer.headers.get_all(name).iter().map(move |value| (name, value)))
            .filter_map(|(name, value)| {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            })
            .collect();
        let head = Head {
            url: request.url.to_string(),
            status: answer.status.as_u16(),
            headers,
            sha256: hex(&Sha256::digest(&answer.body)),
        };
        if let Ok(mut line) = serde_json::to_vec(&head) {
            line.push(b'\n');
            let _ = write(&self.file("answers", &answer_key(request)), &[&line, &answer.body]);
        }
    }

    /// Reads a note.
    pub(super) fn note(&self, url: &Url, identity: Identity) -> Option<Vec<u8>> {
        let file = read(&self.file("notes", &note_key(url, identity)))?;
        let (hash, note) = file.split_at_checked(64)?;
        (hex(&Sha256::digest(note)).as_bytes() == hash).then(|| note.to_vec())
    }

    /// Writes a note; failing to is no error.
    pub(super) fn put_note(&self, url: &Url, identity: Identity, note: &[u8]) {
        let hash = hex(&Sha256::digest(note));
        let _ = write(&self.file("notes", &note_key(url, identity)), &[hash.as_bytes(), note]);
    }

    /// Reads a note that has not passed yet, and how long it still holds. One that would hold for
    /// longer than any may was written by another clock.
    pub(super) fn passing_note(
        &self,
        url: &Url,
        identity: Identity,
    ) -> Option<(Vec<u8>, Duration)> {
        let file = read(&self.file("passing", &note_key(url, identity)))?;
        let (hash, rest) = file.split_at_checked(64)?;
        if hex(&Sha256::digest(rest)).as_bytes() != hash {
            return None;
        }
        let (until, note) = rest.split_first_chunk::<8>()?;
        let until =
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::from_be_bytes(*until)))?;
        let left = until.duration_since(SystemTime::now()).ok()?;
        (left <= LONGEST_PASSING).then(|| (note.to_vec(), left))
    }

    /// Writes a note that passes; failing to is no error.
    pub(super) fn put_passing_note(
        &self,
        url: &Url,
        identity: Identity,
        note: &[u8],
        holds: Duration,
    ) {
        let until = SystemTime::now().checked_add(holds.min(LONGEST_PASSING));
        let Some(Ok(until)) = until.map(|until| until.duration_since(SystemTime::UNIX_EPOCH))
        else {
            return;
        };
        let rest = [&until.as_secs().to_be_bytes()[..], note].concat();
        let hash = hex(&Sha256::digest(&rest));
        let _ = write(&self.file("passing", &note_key(url, identity)), &[hash.as_bytes(), &rest]);
    }

    fn file(&self, room: &str, key: &str) -> PathBuf {
        self.root.join(room).join(key.get(..2).unwrap_or_default()).join(key)
    }
}

/// Removes what has not been used for so long from a folder given as
/// [`Settings::cache`](super::Settings::cache), and returns how many files that were. What cannot
/// be removed stays: the store only ever saves work.
#[must_use]
pub fn prune(cache: &Path, unused_for: Duration) -> usize {
    let Some(oldest) = SystemTime::now().checked_sub(unused_for) else { return 0 };
    walkdir::WalkDir::new(Store::at(cache).root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let modified = entry.metadata().ok().and_then(|data| data.modified().ok());
            modified.is_some_and(|time| time < oldest) && std::fs::remove_file(entry.path()).is_ok()
        })
        .count()
}

/// Reads a file and marks it as used, for [`prune`].
fn read(file: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(file).ok()?;
    if let Ok(file) = std::fs::File::options().append(true).open(file) {
        // A store that is only readable is as good for reading.
        let _ = file.set_modified(SystemTime::now());
    }
    Some(bytes)
}

/// Returns whether an address that ends in a SHA-256 digest has that content. Something else must
/// not be kept under it, as it would never be asked for again.
fn is_true_to_name(request: &Request, answer: &Answer) -> bool {
    let digest = request.url.path().rsplit_once("/sha256:").map(|(_, digest)| digest);
    answer.status.is_success() && digest == Some(hex(&Sha256::digest(&answer.body)).as_str())
}

/// Returns whose view of an address the answer to a request is; a hash of the `Authorization`
/// header stands in where the request does not say.
pub(super) fn identity(request: &Request) -> Identity {
    match (request.identity, request.headers.get(AUTHORIZATION)) {
        (Identity::Unstated, Some(value)) => {
            Identity::Credential(Sha256::digest(value.as_bytes()).into())
        }
        (Identity::Unstated, None) => Identity::Anonymous,
        (identity, _) => identity,
    }
}

/// Hashes all that the answer to a request depends on.
fn answer_key(request: &Request) -> String {
    let mut hash = Sha256::new();
    hash.update(request.method.as_str());
    hash.update([0]);
    hash.update(request.url.expose());
    for value in request.headers.get_all(header::ACCEPT) {
        hash.update([0]);
        hash.update(value.as_bytes());
    }
    hash_identity(&mut hash, identity(request));
    hex(&hash.finalize())
}

fn note_key(url: &Url, identity: Identity) -> String {
    let mut hash = Sha256::new();
    hash.update(url.expose());
    hash_identity(&mut hash, identity);
    hex(&hash.finalize())
}

fn hash_identity(hash: &mut Sha256, identity: Identity) {
    match identity {
        Identity::Unstated | Identity::Anonymous => hash.update([0, 0]),
        Identity::Credential(holder) => {
            hash.update([0, 1]);
            hash.update(holder);
        }
    }
}

/// Writes a file whole or not at all.
fn write(file: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    create_private(folder)?;
    // Beside its place, since only a rename within one file system is atomic.
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    for part in parts {
        fresh.write_all(part)?;
    }
    fresh.persist(file).map(drop).map_err(|error| error.error)
}

/// Makes a folder that only its owner can enter: it holds what private registries answered.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Secret;

    fn request(url: &str) -> Request {
        Request::get(Url::parse(url).unwrap())
    }

    fn answer(body: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("\"e\""));
        headers.insert("set-cookie", HeaderValue::from_static("session=1"));
        let url = Url::parse("https://e.org/").unwrap();
        Answer { url, status: StatusCode::OK, headers, body: Bytes::from_static(body.as_bytes()) }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        walkdir::WalkDir::new(folder)
            .into_iter()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().is_file())
            .map(walkdir::DirEntry::into_path)
            .collect()
    }

    #[test]
    fn gives_back_what_was_stored() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let one = request("https://e.org/a");
        assert!(store.get(&one).is_none());
        store.put(&one, &answer("body\nwith lines"));
        let got = store.get(&one).unwrap();
        assert_eq!((got.status, &got.body[..]), (StatusCode::OK, &b"body\nwith lines"[..]));
        assert_eq!(got.headers.get(ETAG).unwrap(), "\"e\"");
        assert_eq!(got.headers.len(), 1, "cookies are not kept");
        store.put(&one, &answer("newer"));
        assert_eq!(&store.get(&one).unwrap().body[..], b"newer");
        assert_eq!(files(folder.path()).len(), 1);
    }

    #[test]
    fn keeps_users_and_representations_apart() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let url = "https://e.org/a";
        let secret = Secret::new("hunter2");
        let requests = [
            request(url),
            request("https://e.org/a?n=1"),
            request(url).accept("application/json"),
            request(url).basic("u", &secret),
            request(url).bearer(&secret),
            request(url).identity(Identity::of("u", &secret)),
            request(url).identity(Identity::of("v", &secret)),
            Request::head(Url::parse(url).unwrap()),
        ];
        for (index, request) in requests.iter().enumerate() {
            assert!(store.get(request).is_none(), "{index}");
            store.put(request, &answer("x"));
        }
        // Another token of the same user finds the user's answers.
        let again = request(url).identity(Identity::of("u", &secret)).bearer(&Secret::new("t"));
        assert!(store.get(&again).is_some());
        for file in files(folder.path()) {
            let text = std::fs::read_to_string(&file).unwrap() + &file.display().to_string();
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_broken_entry_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let one = request("https://e.org/a");
        store.put(&one, &answer("some body"));
        store.put_note(&one.url, Identity::Anonymous, b"note");
        let whole: Vec<(PathBuf, Vec<u8>)> = files(folder.path())
            .into_iter()
            .map(|f| (f.clone(), std::fs::read(f).unwrap()))
            .collect();
        assert_eq!(whole.len(), 2);
        for (file, bytes) in &whole {
            let is_answer = file.to_string_lossy().contains("answers");
            let is_there = || {
                let note = store.note(&one.url, Identity::Anonymous);
                if is_answer { store.get(&one).is_some() } else { note.is_some() }
            };
            assert!(is_there());
            for cut in 0..bytes.len() {
                std::fs::write(file, &bytes[..cut]).unwrap();
                assert!(!is_there(), "cut at {cut}");
            }
            let mut flipped = bytes.clone();
            *flipped.last_mut().unwrap() ^= 1;
            std::fs::write(file, flipped).unwrap();
            assert!(!is_there());
        }
    }

    #[test]
    fn passing_notes_pass() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let url = Url::parse("https://e.org/").unwrap();
        let (mine, day) = (Identity::Anonymous, Duration::from_hours(24));
        assert_eq!(store.passing_note(&url, mine), None);
        store.put_passing_note(&url, mine, b"x", Duration::from_mins(10));
        let (note, left) = store.passing_note(&url, mine).unwrap();
        assert_eq!(note, b"x");
        assert!(left <= Duration::from_mins(10) && left > Duration::from_mins(9), "{left:?}");
        assert_eq!(store.passing_note(&url, Identity::Credential([1; 32])), None);
        assert_eq!(store.note(&url, mine), None, "they do not mix with the others");
        store.put_passing_note(&url, mine, b"y", 100 * day);
        assert!(store.passing_note(&url, mine).unwrap().1 <= day);
        store.put_passing_note(&url, mine, b"z", Duration::ZERO);
        assert_eq!(store.passing_note(&url, mine), None);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(&folder.path().join("store"));
        let one = request("https://e.org/a");
        store.put(&one, &answer("x"));
        store.put_note(&one.url, Identity::Anonymous, b"x");
        store.put_passing_note(&one.url, Identity::Anonymous, b"x", Duration::from_mins(1));
        let all: Vec<_> = walkdir::WalkDir::new(folder.path().join("store"))
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(all.iter().filter(|entry| entry.file_type().is_file()).count(), 3);
        for entry in all {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let expected = if entry.file_type().is_file() { 0o600 } else { 0o700 };
            assert_eq!(mode, expected, "{}", entry.path().display());
        }
    }

    #[test]
    fn what_is_not_used_goes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let day = Duration::from_hours(24);
        for path in ["old", "used"] {
            store.put(&request(&format!("https://e.org/{path}")), &answer(path));
        }
        for file in files(folder.path()) {
            let file = std::fs::File::options().append(true).open(file).unwrap();
            file.set_modified(SystemTime::now() - 2 * day).unwrap();
        }
        assert!(store.get(&request("https://e.org/used")).is_some());
        assert_eq!(prune(folder.path(), 3 * day), 0);
        assert_eq!(prune(folder.path(), day), 1);
        assert!(store.get(&request("https://e.org/old")).is_none());
        assert!(store.get(&request("https://e.org/used")).is_some());
        assert_eq!(prune(&folder.path().join("none"), day), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let store = Store::at(file.path());
        let one = request("https://e.org/a");
        store.put(&one, &answer("x"));
        store.put_note(&one.url, Identity::Anonymous, b"x");
        assert!(store.get(&one).is_none());
        assert!(store.note(&one.url, Identity::Anonymous).is_none());
    }
}
