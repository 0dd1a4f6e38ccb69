//! Helm repositories over HTTP.
//!
//! Such a repository is one file, `index.yaml`, that lists every version of every chart; real ones
//! have up to 140 MB. It is downloaded once a run, whoever asks for whichever chart, and put aside
//! while `scan` notes where each chart's entries begin and end. Only the charts that are asked for
//! are parsed, entry by entry (`entry`), so that memory stays small and one unreadable entry does
//! not spoil the rest. What was read of a chart is kept between runs with the index's validators:
//! a few kilobytes instead of the index.

mod entry;
mod scan;

use super::auth::guard;
use super::credentials::{Credential, Keys};
use super::error::{Error, excerpt};
use super::types::{ChartLocation, ChartVersion};
use crate::http::{self, Client, Identity, Request, Spool, Stream, Url};
use ::http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use futures::TryStreamExt;
use scan::{Parts, Scan};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The longest index that is read, in bytes.
const INDEX_BYTES: u64 = 512 * 1024 * 1024;
/// How much of an index stays in memory before it is put on disk, in bytes.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// The most that one chart may take in an index, in bytes.
const CHART_BYTES: u64 = 64 * 1024 * 1024;

/// The Helm repositories of a run.
pub(super) struct Shelves {
    client: Client,
    keys: Arc<Keys>,
    known: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Shelf>>>>,
}

/// What is known of one repository's index.
#[derive(Default)]
enum Shelf {
    #[default]
    Unread,
    /// It has not changed since the run that kept notes with these validators.
    Unchanged(Validators),
    Read(Arc<Index>),
    Failed(Error),
}

/// An index that was put aside.
struct Index {
    spool: Spool,
    charts: Parts,
    json: bool,
    validators: Validators,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

/// What is kept of one chart between runs.
#[derive(Serialize, Deserialize)]
struct Note {
    validators: Validators,
    /// `None` where the index does not have the chart.
    versions: Option<Vec<ChartVersion>>,
}

impl Shelves {
    pub(super) fn new(client: Client, keys: Arc<Keys>) -> Self {
        Self { client, keys, known: Mutex::default() }
    }

    /// Lists the versions of a chart of a repository over HTTP.
    pub(super) async fn versions(
        &self,
        source: &ChartLocation,
        chart: &str,
    ) -> Result<Arc<[ChartVersion]>, Error> {
        let ChartLocation::Http(text) = source else { return Ok(Arc::default()) };
        let desk = self.desk(text, chart)?;
        let place = {
            let mut shelves = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shelves.entry(text.clone()).or_default())
        };
        // Held over the download: whoever asks for another chart waits for the same one.
        let mut known = place.lock().await;
        let note = desk.note(&self.client);
        let versions = match (&*known, note) {
            (Shelf::Failed(error), _) => return Err(error.clone()),
            (Shelf::Unchanged(validators), Some(note)) if note.validators == *validators => {
                note.versions
            }
            (Shelf::Read(index), _) => self.look_up(&desk, index).await?,
            (_, Some(note)) if self.client.settings().source == http::Source::Offline => {
                note.versions
            }
            (unread, note) => {
                // An index that is known to be unchanged is not there to be read.
                let note = note.filter(|_| matches!(unread, Shelf::Unread));
                match self.fetch(&desk, note.as_ref().map(|note| &note.validators)).await {
                    Ok(Some(index)) => {
                        let index = Arc::new(index);
                        *known = Shelf::Read(Arc::clone(&index));
                        self.look_up(&desk, &index).await?
                    }
                    Ok(None) => {
                        let note = note
                            .unwrap_or(Note { validators: Validators::default(), versions: None });
                        *known = Shelf::Unchanged(note.validators);
                        note.versions
                    }
                    Err(error) => {
                        // Offline, the next chart may have been kept though this one was not.
                        if error.code() != "offline" {
                            *known = Shelf::Failed(error.clone());
                        }
                        return Err(error);
                    }
                }
            }
        };
        versions.map(Arc::from).ok_or_else(|| Error::NotFound {
            what: format!("chart {chart}"),
            url: desk.index.clone(),
        })
    }

    /// Works out where to ask, and as whom.
    fn desk(&self, text: &str, chart: &str) -> Result<Desk, Error> {
        let wrong = |reason: String| Error::Name {
            text: Url::parse(text).map_or_else(|error| error.text, |url| url.to_string()),
            reason,
        };
        let base = Url::parse(text).map_err(|error| wrong(error.reason))?;
        let query = base.query().map(str::to_owned);
        let folder = format!("{}/", base.path().trim_end_matches('/'));
        let base = base.join(&folder).map_err(|error| wrong(error.reason))?;
        let index = base.join("index.yaml").map_err(|error| wrong(error.reason))?;
        let index = index.with_query(query.as_deref());
        // The address's own user part is turned into a login by the request.
        let request = Request::get(index.clone());
        let login = self.keys.by_host(&index.host()).cloned();
        let identity = login.as_ref().map_or(request.identity, Credential::identity);
        let chart = chart.to_owned();
        Ok(Desk { base, index: request.url, chart, login, identity, headers: request.headers })
    }

    /// Downloads the index; `None` where it has not changed.
    async fn fetch(
        &self,
        desk: &Desk,
        validators: Option<&Validators>,
    ) -> Result<Option<Index>, Error> {
        /// How often a download that breaks off is begun again.
        const ATTEMPTS: usize = 2;
        let mut attempt = 1;
        loop {
            let read = match self.open(desk, validators).await? {
                None => return Ok(None),
                Some(stream) => put_aside(stream).await,
            };
            match read {
                Err(Error::Http(http::Error::Truncated { .. })) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                read => return read.map(Some),
            }
        }
    }

    async fn open(
        &self,
        desk: &Desk,
        validators: Option<&Validators>,
    ) -> Result<Option<Stream>, Error> {
        let mut request = Request::get(desk.index.clone()).limit(INDEX_BYTES);
        request.headers.clone_from(&desk.headers);
        if let Some(known) = validators {
            for (name, value) in
                [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)]
            {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
        }
        if let Some(login) = &desk.login {
            guard(&self.client, &desk.index, "the Helm repository")?;
            request = match login {
                Credential::Basic { user, password } => request.basic(user, password),
                Credential::Identity { token } | Credential::Bearer { token } => {
                    request.bearer(token)
                }
            };
        }
        let stream = self.client.open(request.identity(desk.identity)).await?;
        match stream.status.as_u16() {
            200 => Ok(Some(stream)),
            304 if validators.is_some() => Ok(None),
            _ => {
                let (status, headers, url) = (stream.status, stream.headers, stream.url);
                let body = first_of(stream.body).await;
                let answer = http::Answer { url, status, headers, body: body.into() };
                let what = format!("Helm repository {}", desk.base);
                let with_login = desk.login.is_some() || !desk.headers.is_empty();
                Err(Error::of_status(&what, &desk.index, &answer, with_login))
            }
        }
    }

    /// Reads one chart out of an index, and keeps what was read.
    async fn look_up(
        &self,
        desk: &Desk,
        index: &Arc<Index>,
    ) -> Result<Option<Vec<ChartVersion>>, Error> {
        let (index, chart, base) = (Arc::clone(index), desk.chart.clone(), desk.base.clone());
        let read = tokio::task::spawn_blocking(move || {
            let versions = index.versions(&chart, &base);
            versions.map(|versions| Note { validators: index.validators.clone(), versions })
        });
        let got = |reason: String| Error::Answer {
            url: desk.index.clone(),
            expected: "an index of charts",
            got: reason,
        };
        let note = read.await.map_err(|error| got(error.to_string()))?.map_err(got)?;
        if let Ok(text) = serde_json::to_vec(&note) {
            self.client.put_note(&desk.note_name(), desk.identity, &text);
        }
        Ok(note.versions)
    }
}

/// One chart of one repository, as asked for by somebody.
struct Desk {
    base: Url,
    index: Url,
    chart: String,
    login: Option<Credential>,
    identity: Identity,
    headers: ::http::HeaderMap,
}

impl Desk {
    fn note_name(&self) -> Url {
        self.index.with_parameters([("chart", self.chart.as_str())])
    }

    fn note(&self, client: &Client) -> Option<Note> {
        serde_json::from_slice(&client.note(&self.note_name(), self.identity)?).ok()
    }
}

impl Index {
    /// Reads the versions of a chart; `None` where the index does not have it.
    ///
    /// # Errors
    /// With what was wrong, when nothing of the chart can be read.
    fn versions(&self, chart: &str, base: &Url) -> Result<Option<Vec<ChartVersion>>, String> {
        let Some(ranges) = self.charts.get(chart) else { return Ok(None) };
        let mut read = entry::Read::default();
        for range in ranges {
            if range.end - range.start > CHART_BYTES {
                return Err(format!("more than {CHART_BYTES} bytes about the chart {chart}"));
            }
            let bytes = self.spool.read(range.clone()).map_err(|error| error.to_string())?;
            let text = String::from_utf8_lossy(&bytes);
            if self.json {
                entry::of_json(&text, base, &mut read);
            } else {
                entry::of_yaml(&text, base, &mut read);
            }
        }
        match (read.versions.is_empty(), read.fault) {
            (true, Some(fault)) => Err(format!("entries of {chart} that cannot be read ({fault})")),
            _ => Ok(Some(read.versions)),
        }
    }
}

/// Puts the body aside and notes where the charts are.
async fn put_aside(mut stream: Stream) -> Result<Index, Error> {
    let header = |name| {
        let value = stream.headers.get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let validators = Validators { etag: header(ETAG), last_modified: header(LAST_MODIFIED) };
    let (spool, mut scan) = (Spool::new(IN_MEMORY), Scan::default());
    let mut start = Vec::new();
    while let Some(chunk) = stream.body.try_next().await? {
        if start.len() < 200 {
            start.extend(chunk.iter().take(200));
        }
        scan.push(&chunk);
        spool.push(&chunk).map_err(|error| Error::Answer {
            url: stream.url.clone(),
            expected: "room on the disk for the index",
            got: error.to_string(),
        })?;
    }
    let found = scan.finish().ok_or_else(|| Error::Answer {
        url: stream.url,
        expected: "an index of charts with `entries`",
        got: format!("`{}`", excerpt(&start)),
    })?;
    Ok(Index { spool, charts: found.charts, json: found.json, validators })
}

/// Reads the beginning of a body that is only read for what it says of a failure.
async fn first_of(mut body: http::Body) -> Vec<u8> {
    let mut start = Vec::new();
    while let Ok(Some(chunk)) = body.try_next().await {
        start.extend_from_slice(&chunk);
        if start.len() > 4096 {
            break;
        }
    }
    start
}
