//! Reads what a home has to say about an upgrade, in the order that costs least.
//!
//! First the releases, since one request often tells all. Then the changelog, whose host does not
//! count against a forge's limits: at the target's own tag, so that lines stay where they are, and
//! on the default branch where it was written after the tag. Only where neither tells of the
//! target, or where a major version is crossed and a guide may lead over it, is the list of all
//! files asked for, once; where that cannot be had, the usual names are tried. What fails on the
//! way is said in the answer and loses nothing that was found before.

use super::ask::Desk;
use super::changelog::tells_of;
use super::files::{self, Chosen};
use super::forge::Forge;
use super::home::{NotesHome, Part};
use super::html;
use super::releases::{self, Release, Releases};
use super::span::{Named, Span};
use super::{NotesPage, NotesPages, Settings};
use crate::http::{self, Client, Url};
use crate::upstream::error::Error;
use crate::upstream::once::{Answers, Once};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most pages of releases that are read for one question.
const MOST_PAGES: usize = 4;

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
struct Reading<'a> {
    desk: &'a Desk,
    pages: Vec<NotesPage>,
    looked_at: Vec<String>,
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
    fn lose(&mut self, why: String) {
        if !self.lost.contains(&why) {
            self.lost.push(why);
        }
    }

    /// Takes an answer, or notes why there is none. What is only wanted besides may be missing
    /// from a replay or a store without a word.
    fn heard<T>(&mut self, answer: Result<Option<T>, Error>, besides: bool) -> Option<T> {
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
    async fn file(
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

    fn keep(&mut self, forge: &Forge, tag: Option<&str>, path: &str, text: &str) {
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

/// What the releases tell about where else to look.
struct Known {
    /// The target's tag.
    target: Option<String>,
    /// Whether they tell of the target.
    covered: bool,
    /// Whether the forge knows no such repository.
    missing: bool,
}

/// One visit to a repository of a forge.
struct Visit<'a> {
    forge: &'a Forge,
    part: &'a Part,
    span: &'a Span,
}

impl Visit<'_> {
    async fn make(&self, reading: &mut Reading<'_>) {
        let Known { target, mut covered, missing } = self.releases(reading).await;
        let tag = target.as_deref();
        if let Some(path) = &self.part.file {
            covered |= self.changelog_at(reading, tag, path, covered, false).await;
        } else {
            covered |= self.changelog(reading, tag, files::FIRST, covered).await;
        }
        if covered && !self.span.crosses_major() {
            return;
        }
        self.search(reading, tag, covered, missing).await;
    }

    /// Reads the releases, and returns what they tell about where else to look.
    async fn releases(&self, reading: &mut Reading<'_>) -> Known {
        let (all, missing) = self.listed(reading).await;
        let told = all.told(self.part, &self.forge.name, self.span);
        if !told.others.is_empty() {
            let names: Vec<&str> = told.others.iter().take(5).map(String::as_str).collect();
            reading.looked_at.push(format!("there are releases of {} only", names.join(", ")));
        }
        // A release without a word is no page.
        let telling = told.releases.iter().filter(|release| !release.text.trim().is_empty());
        reading.pages.extend(telling.map(|release| self.page(release)));
        Known { target: told.target, covered: told.covers, missing }
    }

    fn page(&self, release: &Release) -> NotesPage {
        let url = self.forge.release(&release.tag).map(|url| url.expose().to_owned());
        releases::page(release, url.unwrap_or_default())
    }

    /// Reads the pages of releases, as far as they count; says whether there is no such repository.
    async fn listed(&self, reading: &mut Reading<'_>) -> (Releases, bool) {
        reading.looked_at.push(format!("releases of {}", self.forge.label));
        let mut all = Releases::default();
        let mut url = Some(self.forge.releases.clone());
        let (mut pages, mut missing) = (0, false);
        while let Some(at) = url.take() {
            if pages == MOST_PAGES {
                let label = &self.forge.label;
                reading.lose(format!("only {pages} pages of releases of {label} were read"));
                break;
            }
            pages += 1;
            let answer = reading.desk.releases(self.forge, &at).await;
            missing |= matches!(answer, Ok(None));
            let Some(page) = reading.heard(answer, false) else { break };
            let news = all.add(page.releases.clone());
            if !news || all.reach(self.part, &self.forge.name, self.span) {
                break;
            }
            url.clone_from(&page.next);
        }
        (all, missing)
    }

    /// Reads a changelog; tells whether it has the target.
    async fn changelog(
        &self,
        reading: &mut Reading<'_>,
        tag: Option<&str>,
        name: &str,
        besides: bool,
    ) -> bool {
        let path = match &self.part.folder {
            Some(folder) => format!("{folder}/{name}"),
            None => name.to_owned(),
        };
        self.changelog_at(reading, tag, &path, besides, besides).await
    }

    /// Reads a changelog at the target's tag, and unless that is to be all, where it does not tell
    /// of the target, on the default branch.
    async fn changelog_at(
        &self,
        reading: &mut Reading<'_>,
        tag: Option<&str>,
        path: &str,
        besides: bool,
        once: bool,
    ) -> bool {
        let version = self.span.end_written();
        let mut early = None;
        let places = if tag.is_none() || once { &[tag][..] } else { &[tag, None] };
        for at in places.iter().copied() {
            let Some(text) = reading.file(self.forge, at, path, besides).await else { continue };
            if tells_of(&text, &version) {
                reading.keep(self.forge, at, path, &text);
                return true;
            }
            early.get_or_insert((at, text));
        }
        // It may tell of versions on the way all the same.
        if let Some((at, text)) = early {
            reading.keep(self.forge, at, path, &text);
        }
        false
    }

    /// Looks through all files for what the usual places do not tell.
    async fn search(
        &self,
        reading: &mut Reading<'_>,
        tag: Option<&str>,
        covered: bool,
        missing: bool,
    ) {
        let listing = match self.forge.tree(tag) {
            Ok(url) => reading.desk.listing(self.forge, &url).await,
            Err(error) => Err(error),
        };
        reading.looked_at.push(format!("the files of {}", self.forge.label));
        let listing = reading.heard(listing, covered).filter(|listing| !listing.files.is_empty());
        // A name that is only guessed is tried in one place.
        let guessed = listing.is_none();
        let chosen = match listing {
            Some(listing) => {
                let mut folders: Vec<String> = self.part.folder.iter().cloned().collect();
                if let (true, Some(name)) = (folders.is_empty(), &self.part.name) {
                    folders = files::chart_folders(&listing.files, name);
                }
                let chosen =
                    files::choose(&listing.files, &folders, self.part.name.as_deref(), self.span);
                if chosen.more || !listing.complete {
                    let label = &self.forge.label;
                    reading.lose(format!("not all files of notes of {label} were read"));
                }
                chosen
            }
            // The forge knows nothing of it at all.
            None if missing => return,
            None => Chosen {
                changelogs: files::FURTHER.map(str::to_owned).into(),
                guides: files::GUIDES.map(str::to_owned).into(),
                ..Chosen::default()
            },
        };
        if !covered {
            self.rest(reading, tag, &chosen, guessed).await;
        }
        let mut guides = chosen.leading;
        if self.span.crosses_major() {
            guides.extend(chosen.guides);
        }
        for path in &guides {
            if let Some(text) = reading.file(self.forge, tag, path, true).await {
                reading.keep(self.forge, tag, path, &text);
            }
        }
    }

    /// Reads the changelogs that were found, up to one that has the target, or else the files of
    /// single versions.
    async fn rest(
        &self,
        reading: &mut Reading<'_>,
        tag: Option<&str>,
        chosen: &Chosen,
        guessed: bool,
    ) {
        for path in &chosen.changelogs {
            let known = reading.pages.iter().any(|page| page.name == *path && page.line_links);
            if !known && self.changelog_at(reading, tag, path, false, guessed).await {
                return;
            }
        }
        for path in &chosen.versions {
            if let Some(text) = reading.file(self.forge, tag, path, false).await {
                reading.keep(self.forge, tag, path, &text);
            }
        }
    }
}
