//! Whether a chart has moved, decided on evidence.
//!
//! Its notes, a policy or its own last entry, given up by its authors, say where it is published
//! now; the repositories have to agree: under the same name, the new place has a version that the
//! old one has not, or both have the pinned one. With both it is a change, with one a question. A
//! chart of another name is never followed: Helm would uninstall what the old one installed. What
//! the source code's address suggests is asked only of a chart that was given up, and stays a
//! question.

use std::sync::Arc;

use super::Asking;
use super::address::{
    address, addresses, addresses_of_code, bare, is_at, is_copy, is_public, packages, pages_of,
    place_of, replaced,
};
use super::reading::quoted;
use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::notes::{Fact, FactKind, Notes};
use crate::policy::Policies;
use crate::upgrade::learned::{Moved, Verdict};
use crate::upstream::{ChartLocation, ChartVersion, Error, Upstream};
use crate::version::{self, Rules, chart, same};

/// How many places one chart is looked for at.
const MOST: usize = 3;

/// What is said of where a chart is.
#[derive(Clone, Copy, Default)]
pub(super) struct Said<'a> {
    /// The notes of who publishes it.
    pub(super) publisher: &'a [Notes],
    /// The notes of the application inside, whose chart may be another one of the same name.
    pub(super) others: &'a [Notes],
    /// Its entry, where that was given up.
    pub(super) entry: Option<&'a ChartVersion>,
}

/// A place that a chart may have moved to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    /// Its address, `oci://…` or `https://…`.
    pub(super) to: String,
    pub(super) by: By,
    pub(super) why: Why,
}

/// Who claims it, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The notes.
    Notes,
    /// A policy.
    Policy,
    /// The entry of the chart that was given up.
    Entry,
    /// The notes of the application inside it.
    App,
    /// The address of the source code of a chart that was given up.
    Source,
}

/// What the repositories answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Answers {
    /// Whether the new place has a version that the old one has not.
    pub(super) only_new: bool,
    /// Whether both have the pinned version, with the same content as far as that is told.
    pub(super) both: bool,
    /// Whether it has another name there.
    pub(super) renamed: bool,
}

/// Decides on a claim.
pub(super) fn verdict(by: By, answers: Answers) -> Verdict {
    let agrees = answers.only_new || answers.both;
    match by {
        By::App if agrees => Verdict::Question,
        By::Source if answers.only_new => Verdict::Question,
        By::App | By::Source => Verdict::Stays,
        _ if agrees && !answers.renamed => Verdict::Change,
        _ => Verdict::Question,
    }
}

/// Returns what says that a chart has moved, the surest first.
pub(super) fn claims(
    package: &Package,
    name: &str,
    said: &Said<'_>,
    policies: &Policies,
) -> Vec<Claim> {
    let own = package.to_string();
    let mut claims: Vec<Claim> = Vec::new();
    let mut add = |to: Option<String>, by: By, why: Why| {
        let Some(to) = to.filter(|to| !is_at(package, to)) else { return };
        if !claims.iter().any(|known| bare(&known.to) == bare(&to)) {
            claims.push(Claim { to, by, why });
        }
    };
    let moved = |fact: &&Fact| fact.kind == FactKind::ChartMoved;
    let facts = |of: &'_ [Notes], by: By| {
        let facts = of.iter().flat_map(|notes| notes.facts.iter().chain(&notes.questions));
        facts.filter(moved).map(|fact| (fact.clone(), by)).collect::<Vec<_>>()
    };
    let facts = [facts(said.publisher, By::Notes), facts(said.others, By::App)].concat();
    for (fact, by) in &facts {
        let quote = fact.evidence.first().map(quoted).unwrap_or_default();
        let doubt = match by {
            By::App => ", of the application's own chart, which need not be this one",
            _ => "",
        };
        let message = format!("the notes of {} say{doubt}: {quote}", fact.version);
        let to = fact.new.as_deref().and_then(address).filter(|to| is_public(to));
        // A copy of one's own has not moved with what it is a copy of, unless it is named itself.
        let to = match &fact.old {
            Some(old) => to.and_then(|to| replaced(&own, old, &to)),
            None => to.filter(|_| !is_copy(package)),
        };
        add(to, *by, Why::new("notes-say-moved", message));
    }
    for (moved, app) in policies.moves_of_chart(name) {
        let message = format!("the policy `{}` says so ({})", app.policy.name, moved.source);
        let why = Why { rule: Some(app.rule.clone()), ..Why::new("policy-says-moved", message) };
        let to = address(&moved.to).and_then(|to| replaced(&own, &moved.from, &to));
        add(to, By::Policy, why);
    }
    if let Some(entry) = said.entry.filter(|_| !is_copy(package)) {
        let message = format!("the authors of {name} {} have given it up", entry.version);
        let text = entry.description.as_deref().unwrap_or_default();
        let says = Why::new("chart-deprecated", format!("{message} and say: “{text}”"));
        for address in addresses(text) {
            add(Some(address), By::Entry, says.clone());
        }
        let pages = addresses_of_code(text).into_iter();
        let pages = pages.chain(entry.home.iter().chain(&entry.sources).cloned());
        for page in pages {
            let why = Why::new("source-suggests", format!("{message}; its source is {page}"));
            add(pages_of(&page), By::Source, why);
        }
    }
    claims.sort_by_key(|claim| claim.by);
    claims.truncate(MOST);
    claims
}

/// Returns the highest of the versions.
pub(super) fn newest(versions: &[ChartVersion]) -> Option<&ChartVersion> {
    versions.iter().reduce(|best, next| {
        let higher = version::compare(&next.version, &best.version);
        if higher.is_some_and(std::cmp::Ordering::is_gt) { next } else { best }
    })
}

impl<U: Upstream> Asking<'_, U> {
    /// Asks the repositories whether a chart has moved; `None` where nothing suggests it.
    pub(super) async fn chart_moved(&self, pin: &Pin, said: &Said<'_>) -> Option<Moved> {
        let (location, name) = place_of(&pin.package)?;
        let claims = claims(&pin.package, name, said, self.policies);
        if claims.is_empty() {
            return None;
        }
        let ours = match self.upstream.chart_versions(&location, name).await {
            Ok(versions) => versions,
            Err(Error::NotFound { .. }) => Arc::default(),
            Err(_) => return None,
        };
        let mut best: Option<Moved> = None;
        for claim in claims {
            let moved = self.chart_claim(pin, name, &ours, claim).await;
            match moved.verdict {
                Verdict::Change => return Some(moved),
                Verdict::Question
                    if best.as_ref().is_none_or(|best| best.verdict == Verdict::Stays) =>
                {
                    best = Some(moved);
                }
                _ => best = best.or(Some(moved)),
            }
        }
        best
    }

    async fn chart_claim(
        &self,
        pin: &Pin,
        name: &str,
        ours: &[ChartVersion],
        claim: Claim,
    ) -> Moved {
        let current = pin.current.tag.as_deref().unwrap_or(&pin.current.text);
        let from = pin.package.clone();
        let packages = packages(&claim.to, name);
        let mut answers = Answers::default();
        let mut to =
            packages.first().cloned().unwrap_or_else(|| Package::Unknown(claim.to.clone()));
        let mut said = format!("nothing can be read at {}", claim.to);
        for package in packages {
            let Some((location, called)) = place_of(&package) else { continue };
            match self.upstream.chart_versions(&location, called).await {
                Ok(theirs) if !theirs.is_empty() => {
                    (answers, said) = compare(current, &from, &package, ours, &theirs);
                    let real = self.name_at(&location, called, &theirs).await;
                    let real = real.as_deref().unwrap_or(called);
                    // What is not called after its own name is not renamed by where it lies.
                    if real != name && !self.is_called(pin, real).await {
                        answers.renamed = true;
                        said = format!(
                            "{said}; but the chart is called `{real}` there: another name uninstalls \
                             what `{name}` has installed, unless the release says \
                             `upgrade.chartNameChangeStrategy: InPlaceUpdate`"
                        );
                    }
                    to = package;
                    break;
                }
                Err(Error::NotFound { .. }) if matches!(package, Package::HelmChart { .. }) => {
                    said = format!("{} has no chart `{name}`", claim.to);
                }
                _ => {}
            }
        }
        let verdict = verdict(claim.by, answers);
        let why = vec![claim.why, Why::new("registries-answer", said)];
        Moved { from, to, verdict, why, by_hand: None }
    }

    /// Returns what a chart calls itself at a place; an index is asked by that name.
    async fn name_at(
        &self,
        location: &ChartLocation,
        called: &str,
        versions: &[ChartVersion],
    ) -> Option<String> {
        if matches!(location, ChartLocation::Http(_)) {
            return None;
        }
        let newest = newest(versions)?;
        let chart = self.upstream.chart(location, called, &newest.version).await.ok()??;
        chart.name.clone()
    }

    /// Says whether the pinned chart calls itself by a name that its place does not show.
    async fn is_called(&self, pin: &Pin, name: &str) -> bool {
        let (Some((location, called)), Some(tag)) = (place_of(&pin.package), &pin.current.tag)
        else {
            return false;
        };
        let chart = self.upstream.chart(&location, called, tag).await.ok().flatten();
        chart.is_some_and(|chart| chart.name.as_deref() == Some(name))
    }
}

/// Compares what two places have of a chart, and says so.
fn compare(
    current: &str,
    old: &Package,
    new: &Package,
    ours: &[ChartVersion],
    theirs: &[ChartVersion],
) -> (Answers, String) {
    let names = theirs.iter().map(|version| version.version.as_str());
    let best = chart::choose(current, names, &Rules::default()).choice.best;
    let find = |list: &[ChartVersion], wanted: &str| {
        list.iter().find(|version| same(&version.version, wanted)).cloned()
    };
    let here = (find(ours, current), find(theirs, current));
    let only_new = best.as_ref().map(|best| best.version.as_str());
    let only_new = only_new.filter(|version| find(ours, version).is_none());
    // Where the old place is gone, the pinned version itself is what the new one has.
    let only_new = only_new.or(matches!(here, (None, Some(_))).then_some(current));
    let differ = match (&here, new) {
        ((Some(ours), Some(theirs)), Package::HelmChart { .. }) => {
            matches!((&ours.digest, &theirs.digest), (Some(one), Some(other)) if one != other)
        }
        _ => false,
    };
    let both = matches!(here, (Some(_), Some(_))) && !differ;
    let mut said = Vec::new();
    match (only_new, &best) {
        (Some(version), _) => said.push(format!("{new} has `{version}`, which {old} has not")),
        (None, Some(best)) => said.push(format!("both have `{}`", best.version)),
        (None, None) => said.push(format!("{new} has nothing newer than `{current}`")),
    }
    if differ {
        said.push(format!("`{current}` is not the same chart at both"));
    } else if both && best.is_none() {
        said.push(format!("both have `{current}`"));
    }
    let answers = Answers { only_new: only_new.is_some(), both, renamed: false };
    (answers, said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::builtin;

    #[test]
    fn two_kinds_of_evidence_and_the_same_name_make_a_change() {
        let none = Answers::default();
        let only_new = Answers { only_new: true, ..none };
        let both = Answers { both: true, ..none };
        let renamed = Answers { renamed: true, ..only_new };
        for (by, answers, expected) in [
            (By::Notes, only_new, Verdict::Change),
            (By::Notes, both, Verdict::Change),
            (By::Notes, none, Verdict::Question),
            (By::Notes, renamed, Verdict::Question),
            (By::Policy, only_new, Verdict::Change),
            (By::Policy, renamed, Verdict::Question),
            (By::Entry, only_new, Verdict::Change),
            (By::Entry, none, Verdict::Question),
            (By::App, only_new, Verdict::Question),
            (By::App, none, Verdict::Stays),
            (By::Source, only_new, Verdict::Question),
            (By::Source, both, Verdict::Stays),
        ] {
            assert_eq!(verdict(by, answers), expected, "{by:?} {answers:?}");
        }
    }

    #[test]
    fn only_what_was_given_up_is_looked_for_where_its_entry_points() {
        let (policies, _) = builtin();
        let package = |url: &str| Package::HelmChart { url: url.into(), chart: "web".into() };
        let entry = |text: &str| ChartVersion {
            description: Some(text.to_owned()),
            home: Some("https://github.com/acme/web".to_owned()),
            ..ChartVersion::default()
        };
        let acme = "https://charts.acme.org";
        for (url, text, expected) in [
            (acme, "use oci://ghcr.io/acme/c", "oci://ghcr.io/acme/c https://acme.github.io/web"),
            (acme, "see https://charts.acme.org", "https://acme.github.io/web"),
            ("https://acme.github.io/web", "a web server", ""),
            ("https://nexus.acme.org/charts", "use oci://ghcr.io/acme/c", ""),
        ] {
            let entry = entry(text);
            let said = Said { entry: Some(&entry), ..Said::default() };
            let found = claims(&package(url), "web", &said, &policies);
            let found: Vec<&str> = found.iter().map(|claim| claim.to.as_str()).collect();
            assert_eq!(found.join(" "), expected, "{url} {text}");
        }
        assert_eq!(claims(&package(acme), "web", &Said::default(), &policies), []);
    }

    #[test]
    fn places_are_compared_by_what_they_list() {
        let package = Package::HelmChart { url: "https://e.org".into(), chart: "web".into() };
        let of = |list: &[(&str, &str)]| -> Vec<ChartVersion> {
            let version = |(version, digest): &(&str, &str)| ChartVersion {
                version: (*version).to_owned(),
                digest: (!digest.is_empty()).then(|| (*digest).to_owned()),
                ..ChartVersion::default()
            };
            list.iter().map(version).collect()
        };
        for (ours, theirs, only_new, both) in [
            (&[("1.0.0", "")][..], &[("1.0.0", ""), ("1.1.0", "")][..], true, true),
            (&[("1.0.0", "a")], &[("1.0.0", "b"), ("1.1.0", "")], true, false),
            (&[("1.0.0", "a"), ("1.1.0", "")], &[("1.0.0", "a"), ("1.1.0", "")], false, true),
            (&[("1.0.0", "a")], &[("0.9.0", "")], false, false),
            (&[], &[("1.1.0", "")], true, false),
            (&[], &[("1.0.0", "")], true, false),
            (&[], &[("0.9.0", "")], false, false),
        ] {
            let answers = compare("1.0.0", &package, &package, &of(ours), &of(theirs)).0;
            assert_eq!((answers.only_new, answers.both), (only_new, both), "{ours:?} {theirs:?}");
        }
    }
}
