//! Requests answered from a folder of files.
//!
//! `GET https://HOST/PATH` is the file `DIR/HOST/PATH`, by its exact name or with one of a few
//! extensions; a PATH that is a folder is the `index` inside it. A query is ignored unless a file
//! is named `PATH?QUERY`, percent-encoded as it was sent. `NAME.headers` beside a file gives a
//! status and headers. A file that is missing under a known host is a 404; a host without a folder
//! is a failure of the run, never a 404, so that an incomplete folder cannot pass for an upstream
//! without releases. Test data, demonstrations and audits all stand on this.
//!
//! `NAME.headers` holds one thing a line: a status (`404`, `HTTP/1.1 404 Not Found` or
//! `Status: 404`) or a header (`Name: value`); empty lines and lines that begin with `#` are
//! skipped. NAME may be written with or without the extension of the file that it belongs to.

use super::message::{Body, Reply, Request, Transport};
use super::store::hex;
use super::{Error, Url};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// The extensions that a request need not spell out, in the order in which they are tried, and
/// what they say of the content.
pub(super) const EXTENSIONS: [(&str, &str); 6] = [
    ("json", "application/json"),
    ("yaml", "application/yaml"),
    ("md", "text/markdown"),
    ("txt", "text/plain"),
    ("tgz", "application/gzip"),
    ("bin", "application/octet-stream"),
];

/// A folder of recorded or written answers.
pub(super) struct Replay {
    root: PathBuf,
}

impl Replay {
    /// Opens a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Settings { what: folder.display().to_string(), reason };
        let root = folder.canonicalize().map_err(|error| wrong(error.to_string()))?;
        if !root.is_dir() {
            return Err(wrong("is no folder; --replay reads a folder of answers".to_owned()));
        }
        Ok(Self { root })
    }

    fn answer(&self, request: &Request) -> Result<Reply, Error> {
        let url = &request.url;
        let unknown = || Error::NotReplayed { url: url.clone() };
        let host = safe_join(&self.root, &url.host()).ok_or_else(unknown)?;
        if !host.is_dir() {
            return Err(unknown());
        }
        let Some(found) = self.find(&host, url) else { return Ok(not_found()) };
        let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
        if let Some(file) = &found.headers {
            read_headers(file, &mut status, &mut headers)?;
        }
        let body = match &found.body {
            Some(file) => body(request, file, &mut headers)?,
            None => futures::stream::empty().boxed(),
        };
        Ok(Reply { status, headers, body })
    }

    /// Finds the file for an address, and the headers beside it.
    fn find(&self, host: &Path, url: &Url) -> Option<Found> {
        let path = url.path().trim_matches('/');
        if let Some(query) = url.query() {
            // A query may hold slashes, which a file name cannot.
            for query in [query.to_owned(), query.replace('/', "%2F")] {
                if let Some(found) = self.find_name(host, &format!("{path}?{query}")) {
                    return Some(found);
                }
            }
        }
        self.find_name(host, path)
    }

    fn find_name(&self, host: &Path, name: &str) -> Option<Found> {
        let at = safe_join(host, name)?;
        let exact = (!name.is_empty()).then(|| at.clone());
        let extended = |base: &Path| {
            let base = base.as_os_str().to_owned();
            EXTENSIONS.map(|(extension, _)| {
                let mut name = base.clone();
                name.push(".");
                name.push(extension);
                PathBuf::from(name)
            })
        };
        let index = at.join("index");
        let named = exact.iter().flat_map(|at| extended(at));
        let body = exact
            .iter()
            .cloned()
            .chain(named)
            .chain(extended(&index))
            .find(|file| file.is_file() && self.holds(file));
        let beside = |file: &Path| {
            let mut name = file.as_os_str().to_owned();
            name.push(".headers");
            PathBuf::from(name)
        };
        let headers = body
            .iter()
            .map(|file| beside(file))
            .chain(exact.iter().map(|at| beside(at)))
            .chain([beside(&index)])
            .find(|file| file.is_file() && self.holds(file));
        (body.is_some() || headers.is_some()).then_some(Found { body, headers })
    }

    /// Returns whether a file lies inside the folder once symbolic links are followed.
    fn holds(&self, file: &Path) -> bool {
        file.canonicalize().is_ok_and(|real| real.starts_with(&self.root))
    }
}

impl Transport for Replay {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Error>> {
        std::future::ready(self.answer(request)).boxed()
    }
}

struct Found {
    body: Option<PathBuf>,
    headers: Option<PathBuf>,
}

/// Opens a file as a body and says of it what a server would.
fn body(request: &Request, path: &Path, headers: &mut HeaderMap) -> Result<Body, Error> {
    let broken =
        |error: &io::Error| Error::ReplayFile { file: path.to_owned(), reason: error.to_string() };
    let mut file = File::open(path).map_err(|error| broken(&error))?;
    let length = file.metadata().map_err(|error| broken(&error))?.len();
    let known = path.extension().and_then(|extension| {
        EXTENSIONS.iter().find(|(name, _)| extension == *name).map(|(_, media_type)| media_type)
    });
    if let (Some(media_type), header::Entry::Vacant(slot)) =
        (known, headers.entry(header::CONTENT_TYPE))
    {
        slot.insert(HeaderValue::from_static(media_type));
    }
    headers.insert(header::CONTENT_LENGTH, length.into());
    if request.url.path().starts_with("/v2/") {
        let digest = format!("sha256:{}", sha256(&mut file).map_err(|error| broken(&error))?);
        if let Ok(value) = HeaderValue::from_str(&digest) {
            headers.insert("docker-content-digest", value);
        }
        file = File::open(path).map_err(|error| broken(&error))?;
    }
    if request.method == Method::HEAD {
        return Ok(futures::stream::empty().boxed());
    }
    Ok(chunks(file, path.to_owned()))
}

fn not_found() -> Reply {
    Reply {
        status: StatusCode::NOT_FOUND,
        headers: HeaderMap::new(),
        body: futures::stream::empty().boxed(),
    }
}

/// Appends a relative path that can only lead further in; `None` for any other.
pub(super) fn safe_join(root: &Path, relative: &str) -> Option<PathBuf> {
    if relative.contains(['\\', '\0']) {
        return None;
    }
    let mut joined = root.to_owned();
    for component in Path::new(relative).components() {
        match component {
            Component::Normal(name) => joined.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(joined)
}

fn read_headers(
    file: &Path,
    status: &mut StatusCode,
    headers: &mut HeaderMap,
) -> Result<(), Error> {
    let wrong = |reason: String| Error::ReplayFile { file: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let unreadable = || {
            wrong(format!(
                "line {}: expected a status (`404`) or a header (`Name: value`), got `{line}`",
                number + 1
            ))
        };
        let code = match line.split_once(char::is_whitespace) {
            Some((version, rest)) if version.starts_with("HTTP/") => {
                Some(rest.split_whitespace().next().unwrap_or_default())
            }
            Some((name, code)) if name.eq_ignore_ascii_case("status:") => Some(code.trim()),
            _ if line.bytes().all(|b| b.is_ascii_digit()) => Some(line),
            _ => None,
        };
        if let Some(code) = code {
            *status = code.parse().map_err(|_| unreadable())?;
            continue;
        }
        let (name, value) = line.split_once(':').ok_or_else(unreadable)?;
        let name: HeaderName = name.trim().parse().map_err(|_| unreadable())?;
        let value = HeaderValue::from_str(value.trim()).map_err(|_| unreadable())?;
        headers.append(name, value);
    }
    Ok(())
}

fn sha256(file: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hex(&hash.finalize()))
}

/// Reads a file piece by piece, so that a large index is no larger in memory than from the wire.
pub(super) fn chunks(file: File, path: PathBuf) -> Body {
    futures::stream::try_unfold((file, path), |(mut file, path)| async move {
        let mut buffer = vec![0; 64 * 1024];
        match file.read(&mut buffer) {
            Ok(0) => Ok(None),
            Ok(read) => {
                buffer.truncate(read);
                Ok(Some((Bytes::from(buffer), (file, path))))
            }
            Err(error) => Err(Error::ReplayFile { file: path, reason: error.to_string() }),
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Replay) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let replay = Replay::open(folder.path()).unwrap();
        (folder, replay)
    }

    fn ask(replay: &Replay, method: &Method, url: &str) -> Result<(u16, HeaderMap, String), Error> {
        let request = Request::new(method.clone(), Url::parse(url).unwrap());
        let answer = futures::executor::block_on(replay.send(&request))?;
        let body: Vec<Bytes> = futures::executor::block_on(answer.body.try_collect())?;
        Ok((answer.status.as_u16(), answer.headers, String::from_utf8(body.concat()).unwrap()))
    }

    #[test]
    fn addresses_become_files() {
        let (_folder, replay) = folder(&[
            ("e.org/exact", "exact"),
            ("e.org/exact.json", "shadowed"),
            ("e.org/list.json", "json"),
            ("e.org/list.yaml", "shadowed"),
            ("e.org/index.yaml", "helm"),
            ("e.org/both.md", "file"),
            ("e.org/both/index.json", "shadowed"),
            ("e.org/folder/index.txt", "index"),
            ("e.org/q", "plain"),
            ("e.org/q?page=2", "second"),
            ("e.org/r?page=2.json", "third"),
            ("e.org/t?scope=repository:a%2Fb:pull", "slash"),
            ("e.org/a%2Fb", "encoded"),
            ("127.0.0.1:5000/v2/a/tags/list.json", "port"),
            ("root.org/index.md", "root"),
        ]);
        for (url, status, text) in [
            ("https://e.org/exact", 200, "exact"),
            ("http://e.org/exact", 200, "exact"),
            ("https://e.org/list", 200, "json"),
            ("https://e.org/list.yaml", 200, "shadowed"),
            ("https://e.org/index.yaml", 200, "helm"),
            ("https://e.org/both", 200, "file"),
            ("https://e.org/folder", 200, "index"),
            ("https://e.org/folder/", 200, "index"),
            ("https://e.org/q", 200, "plain"),
            ("https://e.org/q?page=2", 200, "second"),
            ("https://e.org/q?page=3", 200, "plain"),
            ("https://e.org/r?page=2", 200, "third"),
            ("https://e.org/r", 404, ""),
            ("https://e.org/t?scope=repository:a/b:pull", 200, "slash"),
            ("https://e.org/a%2Fb", 200, "encoded"),
            ("https://e.org/missing", 404, ""),
            ("http://127.0.0.1:5000/v2/a/tags/list?n=1000", 200, "port"),
            ("https://root.org/", 200, "root"),
            ("https://root.org", 200, "root"),
        ] {
            let (got, _, body) = ask(&replay, &Method::GET, url).unwrap();
            assert_eq!((got, body.as_str()), (status, text), "{url}");
        }
        for url in ["https://other.org/x", "https://e.org:8443/exact", "http://127.0.0.1:5001/v2/"]
        {
            let error = ask(&replay, &Method::GET, url).unwrap_err();
            assert!(matches!(error, Error::NotReplayed { .. }), "{url}: {error}");
        }
    }

    #[test]
    fn headers_files() {
        let (_folder, replay) = folder(&[
            ("e.org/gone.headers", "410\n"),
            ("e.org/busy.headers", "HTTP/1.1 429 Too Many Requests\nRetry-After: 5\n"),
            ("e.org/busy.txt", "later"),
            ("e.org/list.json", "{}"),
            ("e.org/list.json.headers", "# note\n\nStatus: 203\nContent-Type: text/x\nA: 1\nA: 2"),
            ("e.org/bad", ""),
            ("e.org/bad.headers", "what is this"),
        ]);
        assert_eq!(ask(&replay, &Method::GET, "https://e.org/gone").unwrap().0, 410);
        let (status, headers, body) = ask(&replay, &Method::GET, "https://e.org/busy").unwrap();
        assert_eq!((status, body.as_str()), (429, "later"));
        assert_eq!(headers.get("retry-after").unwrap(), "5");
        let (status, headers, _) = ask(&replay, &Method::GET, "https://e.org/list").unwrap();
        assert_eq!(
            (status, headers.get("content-type").unwrap().as_bytes()),
            (203, &b"text/x"[..])
        );
        assert_eq!(headers.get_all("a").iter().count(), 2);
        let error = ask(&replay, &Method::GET, "https://e.org/bad").unwrap_err();
        assert!(error.to_string().contains("bad.headers: line 1"), "{error}");
    }

    #[test]
    fn heads_have_a_digest_and_no_body() {
        let (_folder, replay) = folder(&[("e.org/v2/a/manifests/1.0.json", "{}")]);
        let url = "https://e.org/v2/a/manifests/1.0";
        let (status, headers, body) = ask(&replay, &Method::HEAD, url).unwrap();
        let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!((status, body.as_str()), (200, ""));
        assert_eq!(headers.get("docker-content-digest").unwrap(), digest);
        assert_eq!(ask(&replay, &Method::GET, url).unwrap().2, "{}");
    }

    #[test]
    fn nothing_outside_is_read() {
        let (folder, replay) = folder(&[("e.org/a/b", "in"), ("secret", "out")]);
        #[cfg(unix)]
        {
            let outside = tempfile::NamedTempFile::new().unwrap();
            let inside = folder.path().join("e.org/link");
            std::os::unix::fs::symlink(outside.path(), inside).unwrap();
            assert_eq!(ask(&replay, &Method::GET, "https://e.org/link").unwrap().0, 404);
        }
        for url in [
            "https://e.org/../secret",
            "https://e.org/%2e%2e/secret",
            "https://e.org/a/..%2F..%2Fsecret",
            "https://e.org/a?/../../../secret",
            "https://e.org/a%5C..%5Csecret",
        ] {
            let (status, _, body) = ask(&replay, &Method::GET, url).unwrap();
            assert_ne!((status, body.as_str()), (200, "out"), "{url}");
        }
        assert_eq!(safe_join(folder.path(), "../x"), None);
        assert_eq!(safe_join(folder.path(), "/etc"), None);
    }
}
