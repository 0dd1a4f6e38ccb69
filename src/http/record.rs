//! Answers written to a folder in the form that a replay reads.
//!
//! What is recorded is what the program was told in the end: the answer after redirects, under the
//! address that was asked for. The pages of a tag list are joined to one, since a replay ignores
//! queries. Tokens, logins and challenges are never written, nor addresses whose query looks like
//! a credential. A `NAME.headers` file stands beside an answer where a replay could not tell its
//! status or the way to the next page.

use super::message::Body;
use super::replay::{EXTENSIONS, safe_join};
use super::{Error, Request};
use ::http::header::{CONTENT_TYPE, LINK};
use ::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use futures::StreamExt;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::NamedTempFile;

/// A folder to which answers are written.
pub(super) struct Record {
    root: PathBuf,
    /// The tag lists of this run, by file; those of earlier runs are replaced.
    tags: Mutex<HashMap<PathBuf, Vec<serde_json::Value>>>,
}

impl Record {
    /// Opens a folder, making it where it is missing.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        Ok(Self { root: folder.to_owned(), tags: Mutex::default() })
    }

    /// Passes a body on and writes the answer once the body has come to its end.
    pub(super) fn tee(
        self: &Arc<Self>,
        request: &Request,
        status: StatusCode,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Body, Error> {
        let aside =
            NamedTempFile::new_in(&self.root).map_err(|error| failed(&self.root, &error))?;
        let answer = Heard {
            record: Arc::clone(self),
            request: request.clone(),
            status,
            headers: headers.clone(),
            aside,
        };
        Ok(futures::stream::try_unfold(Some((answer, body)), |state| async move {
            let Some((mut answer, mut body)) = state else { return Ok(None) };
            let Some(chunk) = body.next().await else {
                answer.write()?;
                return Ok(None);
            };
            let chunk: Bytes = chunk?;
            answer.aside.write_all(&chunk).map_err(|error| failed(answer.aside.path(), &error))?;
            Ok(Some((chunk, Some((answer, body)))))
        })
        .boxed())
    }

    /// Adds a page to a tag list and returns the whole list so far, as JSON.
    fn join(&self, file: &Path, page: &[u8], first: bool) -> Option<Vec<u8>> {
        let mut page: serde_json::Value = serde_json::from_slice(page).ok()?;
        let names = match page.get_mut("tags").map(serde_json::Value::take) {
            Some(serde_json::Value::Array(names)) => names,
            _ => Vec::new(),
        };
        let mut lists = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.entry(file.to_owned()).or_default();
        if first {
            list.clear();
        }
        list.extend(names);
        *page.get_mut("tags")? = serde_json::Value::Array(list.clone());
        serde_json::to_vec_pretty(&page).ok()
    }
}

/// An answer that is being heard.
struct Heard {
    record: Arc<Record>,
    request: Request,
    status: StatusCode,
    headers: HeaderMap,
    aside: NamedTempFile,
}

impl Heard {
    fn write(self) -> Result<(), Error> {
        let url = &self.request.url;
        let root = &self.record.root;
        let is_tags = url.path().starts_with("/v2/") && url.path().ends_with("/tags/list");
        let Some((name, appended)) = self.name(is_tags) else { return Ok(()) };
        let Some(file) = safe_join(&root.join(url.host()), &name) else { return Ok(()) };
        let folder = file.parent().unwrap_or(root);
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        if appended {
            clear(&file);
        }

        if is_tags && self.status.is_success() {
            let mut page = Vec::new();
            self.aside
                .reopen()
                .and_then(|mut aside| aside.read_to_end(&mut page))
                .map_err(|error| failed(&file, &error))?;
            let first = url
                .query()
                .is_none_or(|query| query.split('&').all(|parameter| parameter.starts_with("n=")));
            if let Some(list) = self.record.join(&file, &page, first) {
                let mut whole =
                    NamedTempFile::new_in(root).map_err(|error| failed(&file, &error))?;
                whole.write_all(&list).map_err(|error| failed(&file, &error))?;
                readable(&whole).map_err(|error| failed(&file, &error))?;
                whole.persist(&file).map_err(|error| failed(&file, &error.error))?;
                return Ok(());
            }
        }

        let mut beside = file.as_os_str().to_owned();
        beside.push(".headers");
        let beside = PathBuf::from(beside);
        if let Some(text) = self.headers_text() {
            std::fs::write(&beside, text).map_err(|error| failed(&beside, &error))?;
        }
        readable(&self.aside).map_err(|error| failed(&file, &error))?;
        self.aside.persist(&file).map(drop).map_err(|error| failed(&file, &error.error))
    }

    /// Names the file for the answer, relative to the host's folder; `None` where its query
    /// looks like a credential. Also tells whether an extension was put behind it.
    fn name(&self, is_tags: bool) -> Option<(String, bool)> {
        let url = &self.request.url;
        let mut name = url.path().trim_start_matches('/').to_owned();
        if name.is_empty() || name.ends_with('/') {
            name.push_str("index");
        }
        if let (Some(query), false) = (url.query(), is_tags) {
            if !url.to_string().ends_with(query) {
                return None;
            }
            name.push('?');
            name.push_str(&query.replace('/', "%2F"));
        }
        let known = |(extension, _): &&(&str, &str)| {
            name.rsplit_once('.').is_some_and(|(_, end)| end == *extension)
        };
        if EXTENSIONS.iter().find(known).is_some() && !url.path().starts_with("/v2/") {
            return Some((name, false));
        }
        let claimed = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let extension = match claimed.unwrap_or_default() {
            claim if claim.contains("json") => "json",
            claim if claim.contains("yaml") => "yaml",
            claim if claim.contains("markdown") => "md",
            claim if claim.starts_with("text/") => "txt",
            claim if claim.contains("gzip") => "tgz",
            _ => "bin",
        };
        Some((format!("{name}.{extension}"), true))
    }

    /// Returns what a replay could not tell from the file alone.
    fn headers_text(&self) -> Option<String> {
        let mut lines = String::new();
        if self.status != StatusCode::OK {
            lines = format!("{}\n", self.status.as_u16());
        }
        for name in [CONTENT_TYPE, LINK] {
            let told = name == CONTENT_TYPE && !self.request.url.path().contains("/manifests/");
            if let (Some(value), false) =
                (self.headers.get(&name).and_then(|value| value.to_str().ok()), told)
            {
                let _ = writeln!(lines, "{name}: {value}");
            }
        }
        (!lines.is_empty()).then_some(lines)
    }
}

/// Removes what was recorded for the same address before, under whichever extension: a refusal
/// from before the login must not stand beside the answer after it.
fn clear(file: &Path) {
    for (extension, _) in EXTENSIONS {
        let sibling = file.with_extension(extension);
        let mut beside = sibling.as_os_str().to_owned();
        beside.push(".headers");
        for stale in [sibling, PathBuf::from(beside)] {
            // Most of them do not exist, and the write that follows tells of a folder that
            // cannot be changed.
            let _ = std::fs::remove_file(stale);
        }
    }
}

/// Lets others read a recorded file; temporary files are their owner's alone.
fn readable(file: &NamedTempFile) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    let _ = file;
    Ok(())
}

fn failed(file: &Path, error: &std::io::Error) -> Error {
    Error::Record { file: file.to_owned(), reason: error.to_string() }
}
