//! Answers questions about notes, each once, and keeps what is read on the way.
//!
//! A page of its own is read here; a repository of a forge is visited (`visit`). What fails is said
//! in the answer and loses nothing that was found before: half of the notes with a word about the
//! rest is better than none.

use super::ask::Desk;
use super::forge::Forge;
use super::home::NotesHome;
use super::html;
use super::span::{Named, Span};
use super::visit::Visit;
use super::{NotesPage, NotesPages, Settings};
use crate::http::{self, Client, Url};
use crate::upstream::error::Error;
use crate::upstream::once::{Answers, Once};
use std::collections::BTreeSet;
use std::sync::Arc;

type Question = (NotesHome, String, String);

/// Answers questions about notes, each once.
pub(in crate::upstream) struct Library {
    desk: Desk,
    settings: Settings,
    insecure: BTreeSet<String>,
    answers: Answers<Question, Arc<NotesPages>>,
}

impl Library {
    /// Asks through a client; hosts that are configured as insecure speak plain http.
    pub(in crate::upstream) fn new(
        client: Client,
        settings: Settings,
        insecure: BTreeSet<String>,
    ) -> Self {
        Self { desk: Desk::new(client), settings, insecure, answers: Once::default() }
    }

    /// Reads the notes for the versions after `from`, up to and including `to`.
    pub(in crate::upstream) async fn notes(
        &self,
        home: &NotesHome,
        from: &str,
        to: &str,
    ) -> Result<Arc<NotesPages>, Error> {
        let question = (home.clone(), from.to_owned(), to.to_owned());
        let ask = async { Box::pin(self.read(home, from, to)).await.map(Arc::new) };
        self.answers.get(question, ask).await
    }

    /// Lists the releases after a version, pre-releases left out. Each page of them is asked for once a run, so nothing
    /// more is kept here.
    pub(in crate::upstream) async fn later(
        &self,
        home: &NotesHome,
        from: &str,
    ) -> Result<Arc<[NotesPage]>, Error> {
        /// No version comes after this one.
        const END: &str = "999999999";
        let forge = Forge::of(home, &self.settings, &self.insecure)?;
        let (Some(forge), Some(span)) = (forge, Span::new(from, END)) else {
            return Ok(Arc::default());
        };
        let mut reading = Reading::new(&self.desk);
        let part = home.part().cloned().unwrap_or_default();
        let visit = Visit { forge: &forge, part: &part, span: &span };
        let (all, _) = Box::pin(visit.listed(&mut reading)).await;
        if let Some(error) = reading.failure {
            return Err(error);
        }
        let told = all.told(&part, &forge.name, &span);
        let ready = told.releases.iter().filter(|release| {
            Named::read(&release.tag).is_some_and(|named| !named.version().is_pre_release())
        });
        Ok(ready.map(|release| visit.page(release)).collect())
    }

    async fn read(&self, home: &NotesHome, from: &str, to: &str) -> Result<NotesPages, Error> {
        let mut reading = Reading::new(&self.desk);
        let forge = Forge::of(home, &self.settings, &self.insecure)?;
        match (home, forge, Span::new(from, to)) {
            (NotesHome::Page(url), ..) => reading.page(url).await,
            (_, Some(forge), Some(span)) => {
                let part = home.part().cloned().unwrap_or_default();
                Visit { forge: &forge, part: &part, span: &span }.make(&mut reading).await;
            }
            // What is no version is not looked for; nothing is said of it anywhere.
            (_, _, _) => reading.lose(format!("`{from}` or `{to}` is no version")),
        }
        reading.finish()
    }
}

/// What has been read so far.
pub(super) struct Reading<'a> {
    pub(super) desk: &'a Desk,
    pub(super) pages: Vec<NotesPage>,
    pub(super) looked_at: Vec<String>,
    lost: Vec<String>,
    /// Whether anybody has answered, be it that there is nothing.
    answered: bool,
    failure: Option<Error>,
}

impl<'a> Reading<'a> {
    fn new(desk: &'a Desk) -> Self {
        let (pages, looked_at, lost) = (Vec::new(), Vec::new(), Vec::new());
        Self { desk, pages, looked_at, lost, answered: false, failure: None }
    }

    /// Notes that something may be missing.
    pub(super) fn lose(&mut self, why: String) {
        if !self.lost.contains(&why) {
            self.lost.push(why);
        }
    }

    /// Takes an answer, or notes why there is none. What is only wanted besides may be missing
    /// from a replay or a store without a word.
    pub(super) fn heard<T>(
        &mut self,
        answer: Result<Option<T>, Error>,
        besides: bool,
    ) -> Option<T> {
        match answer {
            Ok(found) => {
                self.answered = true;
                found
            }
            Err(error) => {
                let absent = matches!(
                    error,
                    Error::Http(http::Error::NotReplayed { .. } | http::Error::Offline { .. })
                );
                if !(besides && absent) {
                    self.lose(lost(&error));
                }
                self.failure.get_or_insert(error);
                None
            }
        }
    }

    /// Reads a file at a tag or on the default branch, and keeps it if there is one.
    pub(super) async fn file(
        &mut self,
        forge: &Forge,
        tag: Option<&str>,
        path: &str,
        besides: bool,
    ) -> Option<Arc<str>> {
        let at = match tag {
            Some(tag) => format!("{path} of {} at {tag}", forge.label),
            None => format!("{path} of {}", forge.label),
        };
        let text = match forge.raw(tag, path) {
            Ok(url) => self.desk.file(&url).await,
            Err(error) => Err(error),
        };
        self.looked_at.push(at);
        let text = self.heard(text, besides)?;
        if html::is_page(text.as_bytes()) {
            // Whoever asks for a login does so with a page of its own.
            self.lose(format!("{path} of {} is a page for people", forge.label));
            return None;
        }
        Some(text)
    }

    pub(super) fn keep(&mut self, forge: &Forge, tag: Option<&str>, path: &str, text: &str) {
        let url = forge.blob(tag, path).map(|url| url.expose().to_owned()).unwrap_or_default();
        self.pages.push(NotesPage {
            name: path.to_owned(),
            text: text.to_owned(),
            url,
            line_links: true,
            published: None,
        });
    }

    /// Reads one page of its own.
    async fn page(&mut self, url: &Url) {
        self.looked_at.push(url.to_string());
        let text = self.desk.file(url).await;
        let Some(text) = self.heard(text, false) else { return };
        let mut name = url.path().trim_matches('/').to_owned();
        if name.is_empty() {
            name = url.host();
        }
        let mut text = text.to_string();
        if html::is_page(text.as_bytes()) {
            text = html::markdown(&text);
            let stem = [".html", ".htm"].iter().find_map(|ending| name.strip_suffix(ending));
            name = format!("{}.md", stem.unwrap_or(&name));
        }
        self.pages.push(NotesPage {
            name,
            text,
            url: url.to_string(),
            line_links: false,
            published: None,
        });
    }

    fn finish(self) -> Result<NotesPages, Error> {
        match self.failure {
            // A forge that has had enough is no failure of the run.
            Some(error) if !self.answered && !matches!(error, Error::RateLimited { .. }) => {
                Err(error)
            }
            _ => Ok(NotesPages {
                pages: self.pages,
                looked_at: self.looked_at,
                limited: self.failure.as_ref().is_some_and(Error::is_passing),
                cut: (!self.lost.is_empty()).then(|| self.lost.join("; ")),
            }),
        }
    }
}

/// Says in a sentence what was lost by a failure.
fn lost(error: &Error) -> String {
    match error {
        Error::RateLimited { url, .. } => {
            let host = url.host();
            let advice =
                if host == "api.github.com" { "; GITHUB_TOKEN raises its limit" } else { "" };
            format!("{host} answers no more requests for now{advice}")
        }
        Error::Http(http::Error::NotReplayed { url }) => {
            format!("nothing of {} is recorded", url.host())
        }
        Error::Http(http::Error::Offline { url }) => {
            format!("not all of {} is stored, and --offline asks for nothing", url.host())
        }
        error => error.to_string(),
    }
}
