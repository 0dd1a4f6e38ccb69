//! From the pages of a way to what they say, and to what that puts in the way.

use std::collections::BTreeMap;

use super::Asking;
use super::homes::{Trail, passing};
use super::previews;
use crate::diagnostic::Why;
use crate::notes::{self, Evidence, Fact, FactKind, Notes, Source};
use crate::upgrade::learned::{Home, Link, Reading};
use crate::upgrade::resolve::{Limit, Limits};
use crate::upstream::{NotesPage, Upstream};
use crate::version::{self, same};

/// The pages of a way, with what became of asking for them.
#[derive(Debug, Clone, Default)]
pub(super) struct Pages {
    pub(super) sources: Vec<Source>,
    links: BTreeMap<String, Link>,
    published: BTreeMap<String, String>,
    remarks: Vec<Why>,
    pub(super) failures: Vec<Why>,
}

impl Pages {
    /// Asks all places where the notes of a way may be.
    pub(super) async fn of<U: Upstream>(asking: &Asking<'_, U>, trail: &Trail) -> Self {
        let mut pages = Self::default();
        for page in &trail.given {
            pages.add(page, None);
        }
        for (home, url, _) in &trail.homes {
            match asking.upstream.notes(home, &trail.from, &trail.to).await {
                Ok(found) => {
                    for page in &previews::counted(&found.pages, &trail.to) {
                        pages.add(page, Some(url));
                    }
                    let cut =
                        found.cut.iter().map(|cut| Why::new("notes-cut", format!("{url}: {cut}")));
                    // Half of the notes could hide what breaks: the upgrade waits for the rest.
                    if found.limited {
                        pages.failures.extend(cut);
                    } else {
                        pages.remarks.extend(cut);
                    }
                }
                Err(error) => match passing(&error) {
                    Some(failure) => pages.failures.push(failure),
                    None => pages.remarks.push(Why::new("no-notes", error.to_string())),
                },
            }
        }
        pages
    }

    /// Adds a page under a name that no other page has.
    fn add(&mut self, page: &NotesPage, home: Option<&str>) {
        let mut name = page.name.clone();
        if let Some(home) = home.filter(|_| self.links.contains_key(&name)) {
            name = format!("{}/{name}", home.trim_start_matches("https://"));
        }
        if self.links.contains_key(&name) {
            return;
        }
        self.links.insert(name.clone(), Link { url: page.url.clone(), lines: page.line_links });
        self.published.extend(page.published.clone().map(|at| (name.clone(), at)));
        self.sources.push(Source { name, text: page.text.clone() });
    }

    /// Reads the pages for a way; `None` where one end is no version that notes could speak of.
    pub(super) fn read(&self, trail: &Trail, pins: &[String]) -> Option<Reading> {
        let notes = notes::read(&self.sources, &trail.from, &trail.to, trail.of).ok()?;
        let mut remarks = self.remarks.clone();
        if notes.versions.is_empty() {
            remarks.push(Why::new("no-notes", nothing(trail, &self.sources)));
        }
        let homes = trail.homes.iter();
        let homes =
            homes.map(|(_, url, why)| Home { url: url.clone(), why: why.clone() }).collect();
        let mentioned: Vec<&str> = notes
            .facts
            .iter()
            .chain(&notes.questions)
            .flat_map(|fact| &fact.evidence)
            .chain(notes.remarks.iter().flat_map(|remark| &remark.evidence))
            .map(|evidence| evidence.source.as_str())
            .collect();
        let links = self.links.iter().filter(|(name, _)| mentioned.contains(&name.as_str()));
        let published = self.sources.iter().find_map(|source| {
            let at = self.published.get(&source.name)?;
            let file = source.name.rsplit('/').next()?.trim_end_matches(".md");
            same(file, &trail.to).then(|| at.parse().ok()).flatten()
        });
        Some(Reading {
            pins: pins.to_vec(),
            of: trail.of,
            subject: trail.subject.clone(),
            from: trail.from.clone(),
            to: trail.to.clone(),
            homes,
            links: links.map(|(name, link)| (name.clone(), link.clone())).collect(),
            notes,
            moved: None,
            published,
            remarks,
        })
    }

    /// Reads what is said beyond a way, where moves are announced for versions that the pinned
    /// repository never gets.
    pub(super) fn beyond(&self, trail: &Trail) -> Option<Notes> {
        notes::read(&self.sources, &trail.from, "999999", trail.of).ok()
    }
}

/// Says that nothing was found, and where it was looked for.
fn nothing(trail: &Trail, sources: &[Source]) -> String {
    let way = format!("{} → {}", trail.from, trail.to);
    if trail.homes.is_empty() && trail.given.is_empty() {
        return format!("nothing says where the notes of {} are", trail.subject);
    }
    let places: Vec<&str> = trail.homes.iter().map(|(_, url, _)| url.as_str()).collect();
    match sources {
        [] => format!("no notes of {} found at {}", trail.subject, places.join(", ")),
        _ => format!("the notes of {} say nothing of {way} ({})", trail.subject, places.join(", ")),
    }
}

/// Returns what notes put in the way between two versions.
pub(super) fn limits(reading: &Reading) -> Limits {
    let Reading { from, to, notes, .. } = reading;
    let order = |one: &str, other: &str| version::compare(one, other);
    let ahead = |stop: &str| {
        order(stop, from).is_some_and(std::cmp::Ordering::is_gt)
            && order(stop, to).is_some_and(std::cmp::Ordering::is_lt)
            && !is_line_of(stop, to)
    };
    let of = |kind: FactKind, version: &str| -> Option<&Fact> {
        notes.facts.iter().find(|fact| fact.kind == kind && fact.name.as_deref() == Some(version))
    };
    let limit = |code: &str, kind: FactKind, version: &String| {
        let quote = of(kind, version).and_then(|fact| fact.evidence.first()).map(quoted);
        Limit {
            version: version.clone(),
            why: Why::new(code, quote.unwrap_or_else(|| "the notes say so".to_owned())),
        }
    };
    let stops = notes.summary.stops.iter().filter(|stop| ahead(stop));
    let avoid = notes.summary.avoid.iter().filter(|avoid| same(avoid, to));
    Limits {
        stops: stops.map(|stop| limit("stop-first", FactKind::StopAt, stop)).collect(),
        avoid: avoid.map(|avoid| limit("avoid", FactKind::Avoid, avoid)).collect(),
    }
}

/// Quotes a piece of evidence, with where it stands.
pub(super) fn quoted(evidence: &Evidence) -> String {
    format!("“{}” ({}:{})", evidence.quote.trim(), evidence.source, evidence.line)
}

/// Says whether a partial version, as `2.20`, is the line that a version belongs to.
fn is_line_of(line: &str, version: &str) -> bool {
    let bare = |text: &str| text.trim_start_matches(['v', 'V']).to_owned();
    let (line, version) = (bare(line), bare(version));
    version.strip_prefix(&line).is_some_and(|rest| rest.starts_with('.'))
}
