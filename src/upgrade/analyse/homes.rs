//! Where the notes of an upgrade may live.
//!
//! An image says it by the label of its *target* tag, a chart by its sources and its page; a policy
//! speaks where neither does. A chart also moves the application inside it, whose notes count
//! beside its own unless the release pins the image itself.

use std::sync::Arc;

use jiff::Timestamp;

use super::Asking;
use super::address::place_of;
use super::charts::newest;
use crate::diagnostic::Why;
use crate::flux::{Package, Pin, PinKind};
use crate::http::Url;
use crate::image::Repository;
use crate::notes::Kind;
use crate::policy::{App, NotesOf, Ruled};
use crate::upgrade::candidates::{Outcome, PinCandidate, Target};
use crate::upstream::{
    self, ChartLocation, ChartVersion, NotesHome, NotesPage, Upstream, chart_notes,
};
use crate::version::{Range, Tag, chart, same};

/// The label that names an image's source code (image specification, annotations).
pub(super) const SOURCE: &str = "org.opencontainers.image.source";
/// Labels that name a page, where no source is named.
const PAGES: &[&str] = &["org.opencontainers.image.url", "org.label-schema.vcs-url"];

/// Where the notes of one pin's upgrade may live.
#[derive(Debug, Clone, Default)]
pub(super) struct Homes {
    /// The ways to read about: the pin's own, and that of the application inside a chart.
    pub(super) trails: Vec<Trail>,
    /// The source code that the target's own label names.
    pub(super) source: Option<String>,
    /// When the target was built or taken in.
    pub(super) published: Option<Timestamp>,
    /// The chart's own entry, where its authors have given it up.
    pub(super) given_up: Option<Arc<ChartVersion>>,
    /// What a reader should know of the target.
    pub(super) remarks: Vec<Why>,
    /// What could not be asked this time.
    pub(super) failures: Vec<Why>,
}

/// One way between two versions, with the places where its notes may be.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) of: Kind,
    /// Whose versions they are, in words.
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) homes: Vec<(NotesHome, String, Why)>,
    /// Notes that came with the answer already.
    pub(super) given: Vec<NotesPage>,
    /// Whether the versions are the pin's own, so that they can change its way.
    pub(super) own: bool,
    /// Whether they are told by who publishes the package: the application's notes speak of its own
    /// chart, which need not be the one that is pinned.
    pub(super) publisher: bool,
}

impl Homes {
    /// Finds where notes may live for what a pin moves to.
    pub(super) async fn of<U: Upstream>(
        asking: &Asking<'_, U>,
        pin: &Pin,
        candidate: &PinCandidate,
    ) -> Self {
        let Outcome::Move(target) = &candidate.outcome else { return Self::default() };
        match target.moved.as_ref().map_or(&pin.package, |moved| &moved.package) {
            Package::Image(repository) => Self::of_image(asking, pin, repository, target).await,
            Package::OciChart { repository, .. }
                if pin.range || chart::is_exact(&pin.current.text) =>
            {
                let name = repository.path.rsplit('/').next().unwrap_or_default();
                let source = ChartLocation::OciRepository(repository.clone());
                Self::of_chart(asking, pin, &source, name, target).await
            }
            Package::OciChart { repository, .. } => {
                Self::of_image(asking, pin, repository, target).await
            }
            Package::HelmChart { url, chart } => {
                let source = ChartLocation::of_helm_repository(url);
                Self::of_chart(asking, pin, &source, chart, target).await
            }
            Package::Git { url } => {
                let why = Why::new("repository", "it is the repository itself");
                let home = NotesHome::of_url(url).map(|home| (home, url.clone(), why));
                Self::of_app(pin, target, home.into_iter().collect())
            }
            Package::Unknown(_) => Self::default(),
        }
    }

    /// Makes the one way of an application that the pin names itself.
    fn of_app(pin: &Pin, target: &Target, homes: Vec<(NotesHome, String, Why)>) -> Self {
        let current = pin.current.tag.as_deref().unwrap_or(&pin.current.text);
        let trail = Trail {
            of: Kind::App,
            subject: pin.package.to_string(),
            from: spoken(current),
            to: spoken(&target.version),
            homes,
            given: Vec::new(),
            own: true,
            publisher: true,
        };
        Self { trails: vec![trail], ..Self::default() }
    }

    async fn of_image<U: Upstream>(
        asking: &Asking<'_, U>,
        pin: &Pin,
        repository: &Repository,
        target: &Target,
    ) -> Self {
        let mut known = Known::default();
        known.policy(asking.policies.app_of_image(&repository.path), NotesOf::App);
        let mut failures = Vec::new();
        let config = match asking.upstream.labels(repository, &target.version).await {
            Ok(config) => config,
            Err(error) => {
                failures.extend(passing(&error));
                None
            }
        };
        let label = |name: &str| Some(config.as_ref()?.labels.get(name)?.clone());
        let source = label(SOURCE);
        let named = source.clone().into_iter().chain(PAGES.iter().filter_map(|name| label(name)));
        if let Some((url, home)) =
            named.into_iter().find_map(|url| Some((url.clone(), NotesHome::of_url(&url)?)))
        {
            let message = format!("the label of {repository}:{} names it", target.version);
            known.add(home, &url, Why::new("source-label", message));
        } else if known.homes.is_empty()
            && let Some((home, url)) = namesake(repository)
        {
            known.add(home, &url, Why::new("same-name", "it has the name of the image"));
        }
        let published = config.as_ref().and_then(|config| config.created);
        Self { source, published, failures, ..Self::of_app(pin, target, known.homes) }
    }

    async fn of_chart<U: Upstream>(
        asking: &Asking<'_, U>,
        pin: &Pin,
        source: &ChartLocation,
        name: &str,
        target: &Target,
    ) -> Self {
        let versions = match asking.upstream.chart_versions(source, name).await {
            Ok(versions) => versions,
            Err(error) => {
                return Self { failures: passing(&error).into_iter().collect(), ..Self::default() };
            }
        };
        let names = || versions.iter().map(|version| version.version.as_str());
        let current = pin.current.tag.as_deref().unwrap_or(&pin.current.text);
        let exact = |text: &str| {
            let range =
                (pin.range || chart::is_range(text)).then(|| Range::parse(text).ok()).flatten();
            let inside = range.and_then(|range| chart::resolve(&range, names()).map(str::to_owned));
            inside.unwrap_or_else(|| text.to_owned())
        };
        let (from, to) = (exact(current), exact(&target.version));
        let mut failures = Vec::new();
        let mut version =
            async |version: &str| match asking.upstream.chart(source, name, version).await {
                Ok(found) => found,
                Err(error) => {
                    failures.extend(passing(&error));
                    None
                }
            };
        let (mut before, after) = (version(&from).await, version(&to).await);
        if let (None, Some(_), Some((old, name))) = (&before, &target.moved, place_of(&pin.package))
        {
            before = asking.upstream.chart(&old, name, &from).await.ok().flatten();
        }
        let app = asking.policies.app_of_chart(name);
        let of_app = |version: &Option<Arc<ChartVersion>>| version.as_ref()?.app_version.clone();
        let (app_from, app_to) = (of_app(&before), of_app(&after));
        // A chart that is its own application has one history.
        let one = app_to.as_deref().is_some_and(|app| same(app, &to));
        let mut own = Known::default();
        own.policy(app, NotesOf::Chart);
        let mut publisher = true;
        let mut inside = Known::default();
        inside.policy(app, NotesOf::App);
        for url in after.iter().flat_map(|chart| chart.sources.iter().chain(&chart.home)) {
            let Some(home) = NotesHome::of_url(url) else { continue };
            let home = home.named(name);
            let why = Why::new("chart-source", format!("the chart {name} {to} names it"));
            let about_charts = url.contains("chart") || url.contains("helm");
            publisher &= about_charts || !one;
            let side = if one || about_charts { &mut own } else { &mut inside };
            side.add(home, url, why);
        }
        let mut trails = vec![Trail {
            of: Kind::Chart,
            subject: pin.package.to_string(),
            given: chart_notes(versions.iter()),
            from: spoken(&from),
            to: spoken(&to),
            homes: own.homes,
            own: true,
            publisher,
        }];
        // Without the whole list the changes of the target alone are known.
        if let (Some(trail), Some(after)) = (trails.first_mut(), &after)
            && trail.given.is_empty()
        {
            trail.given = chart_notes([after.as_ref()]);
        }
        if let (Some(from), Some(to)) = (app_from, app_to)
            && !one
            && !same(&from, &to)
            && !asking.pins_the_app(pin, &from)
        {
            trails.push(Trail {
                of: Kind::App,
                subject: format!("the application inside {name}"),
                from: spoken(&from),
                to: spoken(&to),
                homes: inside.homes,
                given: Vec::new(),
                own: false,
                publisher: false,
            });
        }
        let mut remarks = Vec::new();
        if after.as_ref().is_some_and(|chart| chart.deprecated) {
            let message = format!("the authors of the chart {name} have given it up");
            remarks.push(Why::new("chart-deprecated", message));
        }
        let published = after.as_ref().and_then(|chart| chart.created);
        let given_up = newest(&versions).filter(|chart| chart.deprecated).cloned().map(Arc::new);
        let given_up = given_up.or_else(|| after.filter(|chart| chart.deprecated));
        Self { trails, source: None, published, given_up, remarks, failures }
    }
}

impl<U> Asking<'_, U> {
    /// Says whether a release of the chart pins the image of the application itself, so that the
    /// chart does not move it.
    fn pins_the_app(&self, pin: &Pin, app_version: &str) -> bool {
        let beside = self.inventory.pins.iter().filter(|other| {
            other.kind == PinKind::Image
                && other.releases.iter().any(|release| pin.releases.contains(release))
        });
        beside
            .into_iter()
            .any(|other| other.current.tag.as_deref().is_some_and(|tag| same(tag, app_version)))
    }
}

/// The homes found so far, each once.
#[derive(Default)]
struct Known {
    homes: Vec<(NotesHome, String, Why)>,
}

impl Known {
    fn add(&mut self, home: NotesHome, url: &str, why: Why) {
        if !self.homes.iter().any(|(known, ..)| *known == home) {
            self.homes.push((home, url.to_owned(), why));
        }
    }

    fn policy(&mut self, app: Option<&Ruled<App>>, of: NotesOf) {
        let Some(app) = app else { return };
        for notes in app.policy.notes.iter().filter(|notes| notes.of == of) {
            let page = || Url::parse(&notes.url).ok().map(NotesHome::Page);
            let Some(home) = NotesHome::of_url(&notes.url).or_else(page) else { continue };
            let why = Why::new("policy", format!("the policy `{}` names it", app.policy.name));
            self.add(home, &notes.url, Why { rule: Some(app.rule.clone()), ..why });
        }
    }
}

/// Returns the repository of the same name at the forge whose registry it is.
fn namesake(repository: &Repository) -> Option<(NotesHome, String)> {
    let forge = match repository.registry.as_str() {
        "ghcr.io" => "https://github.com",
        "codeberg.org" => "https://codeberg.org",
        "registry.gitlab.com" => "https://gitlab.com",
        _ => return None,
    };
    let mut segments = repository.path.split('/');
    let (owner, name) = (segments.next()?, segments.next()?);
    let url = format!("{forge}/{owner}/{name}");
    Some((NotesHome::of_url(&url)?, url))
}

/// Returns a failure that may be none another time; what a registry or a forge does not have, it
/// will not have then either.
pub(super) fn passing(error: &upstream::Error) -> Option<Why> {
    error.is_passing().then(|| Why::new("notes-unreachable", error.to_string()))
}

/// Returns a version as notes speak of it: the numbers of a tag, without what it is built on.
pub(super) fn spoken(text: &str) -> String {
    let text = text.split(['@', '+']).next().unwrap_or_default();
    let tag = Tag::parse(text);
    if !tag.is_version() {
        return text.to_owned();
    }
    if tag.is_pre_release() {
        let start = text.find(tag.written()).unwrap_or_default();
        return text.get(start..).unwrap_or(text).to_owned();
    }
    tag.written().to_owned()
}
