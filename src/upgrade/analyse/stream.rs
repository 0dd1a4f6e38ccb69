//! A stream of tags that stopped while the application went on.
//!
//! An image that moves away without a word looks up to date for ever. Where the application's own
//! releases go on for two weeks and more without a tag, the repositories that evidence names are
//! asked. To know of the releases costs requests that most pins are not worth: it is done for
//! those whose notes a policy names, and for all of a release that is looked at alone; then the
//! answer is a question, so that a bot proposes what a person sees, and no less.

use jiff::{SignedDuration, Timestamp};

use super::Asking;
use super::homes::{SOURCE, spoken};
use crate::diagnostic::Why;
use crate::flux::Pin;
use crate::image::Repository;
use crate::notes::{self, Kind, Notes, Source};
use crate::policy::NotesOf;
use crate::upgrade::learned::{Moved, Verdict};
use crate::upstream::{NotesHome, NotesPage, Upstream};
use crate::version::{self, Tag};

/// How long a release may be without its image: builds are slow, and some are made by hand.
const GRACE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What was found out about a stream of tags that stopped.
pub(super) struct Stopped {
    /// Where it may go on; `None` where nothing that evidence names has more.
    pub(super) moved: Option<Moved>,
    /// That it stopped.
    pub(super) why: Why,
}

/// Where the releases of an application are told, and how it is known.
struct Told {
    home: NotesHome,
    /// The source code, where a label names it.
    source: Option<String>,
    /// Whether a policy says so.
    by_policy: bool,
}

impl<U: Upstream> Asking<'_, U> {
    /// Asks whether the tags of an image stopped; `None` where they did not, or where it is not
    /// asked.
    pub(super) async fn stopped(&self, pin: &Pin, repository: &Repository) -> Option<Stopped> {
        let current = pin.current.tag.as_deref()?;
        let now = self.now?;
        if !Tag::parse(current).is_version() {
            return None;
        }
        let Told { home, source, by_policy } = self.told_at(repository, current).await?;
        let later = self.upstream.later(&home, &spoken(current)).await.ok()?;
        let tags = self.upstream.tags(repository).await.ok().filter(|tags| tags.complete)?;
        let (version, page) = missed(&later, &tags.names, now)?;
        let day = page.published.as_deref().and_then(|at| at.get(..10)).unwrap_or_default();
        let message = format!(
            "{version} was released on {day} ({}), and {repository} has no tag for it",
            page.url
        );
        let why = Why::new("tag-stream-stopped", message);
        let pages = later.iter();
        let sources: Vec<Source> =
            pages.map(|page| Source { name: page.name.clone(), text: page.text.clone() }).collect();
        let said = notes::read(&sources, &spoken(current), "999999", Kind::App).ok();
        let beyond: Vec<Notes> = said.into_iter().collect();
        let mut moved = self.moved(pin, None, &beyond, source.as_deref()).await;
        if let Some(moved) = &mut moved {
            moved.why.insert(0, why.clone());
            if !by_policy && moved.verdict == Verdict::Change {
                moved.verdict = Verdict::Question;
                let message = "an app policy that names its notes lets refit follow it";
                moved.why.push(Why::new("no-policy", message));
            }
        }
        Some(Stopped { moved, why })
    }

    /// Returns where the releases of an image's application are told, if it is worth asking.
    async fn told_at(&self, repository: &Repository, current: &str) -> Option<Told> {
        let app = self.policies.app_of_image(&repository.path);
        let notes = app.and_then(|app| app.policy.notes.iter().find(|at| at.of == NotesOf::App));
        if let Some(home) = notes.and_then(|notes| NotesHome::of_url(&notes.url)) {
            let source = notes.map(|notes| notes.url.clone());
            return Some(Told { home, source, by_policy: true });
        }
        if !self.alone {
            return None;
        }
        let config = self.upstream.labels(repository, current).await.ok()??;
        let source = config.labels.get(SOURCE)?.clone();
        Some(Told { home: NotesHome::of_url(&source)?, source: Some(source), by_policy: false })
    }
}

/// Returns the newest release that is old enough to have a tag and has none, nor a later one.
fn missed<'p>(
    later: &'p [NotesPage],
    tags: &[String],
    now: Timestamp,
) -> Option<(String, &'p NotesPage)> {
    let old_enough = |page: &&NotesPage| {
        let at = page.published.as_deref().and_then(|at| at.parse::<Timestamp>().ok());
        at.is_some_and(|at| now.duration_since(at) >= GRACE)
    };
    let newest = later.iter().filter(old_enough).filter_map(|page| {
        let name = page.name.rsplit('/').next()?.trim_end_matches(".md");
        Some((spoken(name), page))
    });
    let newest = newest.reduce(|best, next| {
        let order = version::compare(&next.0, &best.0);
        if order.is_some_and(std::cmp::Ordering::is_gt) { next } else { best }
    })?;
    let reached = tags.iter().any(|tag| {
        version::compare(&spoken(tag), &newest.0).is_some_and(std::cmp::Ordering::is_ge)
    });
    (!reached).then_some(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_counts_once_it_should_have_its_tag() {
        let page = |tag: &str, at: &str| NotesPage {
            name: format!("releases/{tag}.md"),
            text: String::new(),
            url: String::new(),
            line_links: false,
            published: Some(format!("{at}T09:00:00Z")),
        };
        let now: Timestamp = "2026-01-31T09:00:00Z".parse().unwrap();
        let two = [page("v1.6.0", "2026-01-25"), page("v1.5.0", "2026-01-10")];
        for (later, tags, expected) in [
            (&two[..], &["1.4.0"][..], Some("1.5.0")),
            (&two, &["1.4.0", "1.5.0"], None),
            (&two, &["1.4.0", "v1.5.0-alpine"], None),
            (&two, &["1.4.0", "2.0"], None),
            (&two[..1], &["1.4.0"], None),
            (&[page("v1.5.0", "2026-01-17")], &["1.4.0", "latest"], Some("1.5.0")),
            (&[page("v1.5.0", "2026-01-18")], &["1.4.0"], None),
            (&[], &["1.4.0"], None),
        ] {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let found = missed(later, &tags, now).map(|(version, _)| version);
            assert_eq!(found.as_deref(), expected, "{tags:?}");
        }
    }
}
