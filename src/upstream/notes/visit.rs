//! One visit to a repository of a forge, in the order that costs least.
//!
//! First the releases, since one request often tells all. Then the changelog, whose host does not
//! count against a forge's limits: at the target's own tag, so that lines stay where they are, and
//! on the default branch where it was written after the tag. Only where neither tells of the
//! target, or where a major version is crossed and a guide may lead over it, is the list of all
//! files asked for, once; where that cannot be had, the usual names are tried.

use super::NotesPage;
use super::changelog::tells_of;
use super::files::{self, Chosen};
use super::forge::Forge;
use super::home::Part;
use super::read::Reading;
use super::releases::{self, Release, Releases};
use super::span::Span;

/// The most pages of releases that are read for one question.
const MOST_PAGES: usize = 4;

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
pub(super) struct Visit<'a> {
    pub(super) forge: &'a Forge,
    pub(super) part: &'a Part,
    pub(super) span: &'a Span,
}

impl Visit<'_> {
    pub(super) async fn make(&self, reading: &mut Reading<'_>) {
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

    pub(super) fn page(&self, release: &Release) -> NotesPage {
        let url = self.forge.release(&release.tag).map(|url| url.expose().to_owned());
        releases::page(release, url.unwrap_or_default())
    }

    /// Reads the pages of releases, as far as they count; says whether there is no such repository.
    pub(super) async fn listed(&self, reading: &mut Reading<'_>) -> (Releases, bool) {
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
