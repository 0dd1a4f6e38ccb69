//! Facts about versions and places: requirements, stops, versions not to run, moves.

use super::super::fact::{Confidence, Fact, FactKind};
use super::super::passage::Shape;
use super::super::rules::Makes;
use super::super::rules::engine::Hit;
use super::super::rules::requires::{BESIDE, INSIDE};
use super::super::topics::Topics;
use super::super::version::Version;
use super::prose::groups;
use super::{Mark, Reader};

/// Capitalised words that stand where a component's name could and are none.
const NO_COMPONENT: [&str; 24] = [
    "this", "the", "version", "upgrade", "release", "it", "you", "a", "an", "now", "please",
    "chart", "app", "api", "schema", "client", "minimum", "protocol", "if", "note", "at", "as",
    "tls", "ssl",
];

impl Reader<'_> {
    /// Says that something else must have a minimum version.
    pub(super) fn requires(&mut self, mark: &Mark<'_>, hit: &Hit<'_>) {
        let component =
            groups(&hit.captures, "component").first().and_then(|text| self.component(text));
        let written = groups(&hit.captures, "range").first().copied();
        let (Some(component), Some(written)) = (component, written) else { return };
        let passage = mark.passage;
        let called = passage.topics.has(Topics::BREAKING) || passage.bang;
        let raised = ["minimum", "bump", "raise", "increase"];
        let raised = raised.iter().any(|word| mark.words().to_lowercase().contains(word));
        // In a list of changes a minimum that is raised is mostly that of a library.
        if passage.shape == Shape::Entry && raised && !called && !is_beside(&component) {
            return;
        }
        if passage.near.has(Topics::ADDED) && !called && is_of_feature(mark, hit.rule.makes) {
            return;
        }
        let is_own = |version: &Version| {
            version.precision() >= 2 && self.reading.own_versions.contains(&version.to_string())
        };
        // What has a name of its own may have the same version, as the parts of one family have.
        let is_neighbour = component.contains('-') && component.starts_with(char::is_lowercase);
        let own = Version::find_all(written, 1).iter().any(|(_, _, version)| is_own(version));
        if own && !is_neighbour {
            return;
        }
        let of_space = component.to_lowercase().contains("space") || component.contains("disk");
        let range =
            if of_space { Some(format!(">={written}")) } else { range(written, hit.rule.makes) };
        let (Some(range), Some(fact)) = (range, self.begin(FactKind::Requires, mark)) else {
            return;
        };
        let subject = component.to_lowercase();
        let presumed = self.reading.presumed.get(&subject);
        // What the notes of the version before ask for as well is nothing new.
        let is_new = match (presumed, highest(&range)) {
            (Some(presumed), Some(minimum)) => minimum.order(presumed).is_gt(),
            _ => hit.rule.makes != Makes::Presumes && !stays_the_same(&passage.plain.text),
        };
        let at = self.found.add(
            Fact { component: Some(component), range: Some(range.clone()), ..fact.clone() },
            subject,
        );
        // Over several versions the last and highest minimum is the one to meet.
        if let Some(known) = self.found.facts.get_mut(at)
            && highest(&range).is_some_and(|new| {
                known.range.as_deref().and_then(highest).is_none_or(|old| new.order(&old).is_gt())
            })
        {
            known.range = Some(range);
            known.version = fact.version;
            known.summary = fact.summary;
            known.rule = fact.rule;
        }
        if is_new {
            self.breaking(&mark.with(Confidence::Medium), false);
        }
    }

    /// Returns a component's usual name; none for the application itself, for what images bring
    /// along, and for plain words.
    fn component(&self, written: &str) -> Option<String> {
        let written = written.trim();
        let lower = written.to_lowercase();
        let usual = match lower.as_str() {
            "k8s" | "kube" | "kubeversion" | "kube version" => "Kubernetes",
            "postgres" | "pg" | "postgresql" => "PostgreSQL",
            "mongo" => "MongoDB",
            "docker engine" => "Docker",
            _ => written,
        };
        let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let first = words.clone().next().unwrap_or_default();
        // `nginx` is inside of an image, `nginx-ingress` runs beside it.
        let is_part = lower.contains('-');
        let is_other = |word: &str| {
            !self.reading.own_names.contains(word) && (is_part || !INSIDE.contains(&word))
        };
        (!NO_COMPONENT.contains(&first) && words.all(is_other)).then(|| usual.to_owned())
    }

    /// Says that a version is a stop, or must not be run.
    pub(super) fn version(&mut self, mark: &Mark<'_>, hit: &Hit<'_>) {
        let version = groups(&hit.captures, "version");
        let version = if let Some(text) = version.first() {
            Version::parse(text.trim_end_matches('.'))
        } else {
            // `Do not use this version` is about the last one named before, else about its own.
            let before = mark.passage.plain.text.get(..mark.at).unwrap_or_default();
            let named = Version::find_all(before, 3).pop().map(|(_, _, version)| version);
            named.or_else(|| self.page.section.version.clone())
        };
        let span = self.reading.span;
        let Some(version) =
            version.filter(|version| span.contains(version) && !version.is_pre_release())
        else {
            return;
        };
        match hit.rule.makes {
            Makes::StopAt if version.order(span.end()).is_lt() => {
                self.named(FactKind::StopAt, &version.to_string(), mark);
                self.breaking(&mark.with(Confidence::Medium), false);
            }
            Makes::Avoid => self.named(FactKind::Avoid, &version.to_string(), mark),
            _ => {}
        }
    }

    /// Says that an image or a chart is published under another name.
    pub(super) fn moved(&mut self, kind: FactKind, mark: &Mark<'_>, hit: &Hit<'_>) {
        let bare = |group| {
            let found = groups(&hit.captures, group);
            found
                .first()
                .map(|text| text.trim_matches(['`', '.', ',', ' ', '(', ')', ';']).to_owned())
        };
        let (old, new) = (bare("old"), bare("new"));
        let is_place = |new: &String| is_image(new) || kind == FactKind::ChartMoved;
        let Some(new) = new.filter(|new| is_place(new) && old.as_ref() != Some(new)) else {
            return;
        };
        // `The default image is now X:1.2` tells of a version, not of a place.
        let tagged = new.rsplit('/').next().is_some_and(|name| name.contains(':'));
        if kind == FactKind::ImageMoved && old.is_none() && tagged {
            return;
        }
        let Some(fact) = self.begin(kind, mark) else { return };
        self.found.add(Fact { name: old.clone(), old, new: Some(new.clone()), ..fact }, new);
    }
}

/// Tells whether a text says that what it asks for was asked for before.
fn stays_the_same(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["has not changed", "have not changed", "is unchanged", "are unchanged", "same as before"]
        .iter()
        .any(|words| lower.contains(words))
}

/// Tells whether what is new asks for something, and not the whole version that brings it.
fn is_of_feature(mark: &Mark<'_>, makes: Makes) -> bool {
    const OF_ALL: [&str; 8] = [
        "now ",
        "this release",
        "this version",
        "the chart",
        "minimum",
        "minimal",
        "upgrad",
        "bump",
    ];
    let words = mark.words().to_lowercase();
    mark.sentence.start > 0
        && makes == Makes::Requires
        && !OF_ALL.iter().any(|all| words.contains(all))
}

/// Tells whether an installation brings a component along, and not the image.
fn is_beside(component: &str) -> bool {
    BESIDE.split('|').any(|name| name.eq_ignore_ascii_case(component))
}

/// Tells whether a text looks like an image and not like a path, a page or two words.
pub(super) fn is_image(text: &str) -> bool {
    let pages = [
        "github.com",
        "gitlab.com",
        "docs.",
        "www.",
        "http",
        "/",
        "and/or",
        "private.",
        "my-",
        "your-",
        "example.",
        "registry.example.",
    ];
    let host = text.split('/').next().unwrap_or_default();
    (text.contains('/') || host.contains('.')) && !pages.iter().any(|page| text.starts_with(page))
}

/// Returns the highest version that a range names.
pub(super) fn highest(range: &str) -> Option<Version> {
    let versions = range.split([' ', '|', '>', '=', '<']).filter_map(Version::parse);
    versions.max_by(Version::order)
}

/// Reads the versions that will do from how they are written; several are alternatives.
fn range(written: &str, makes: Makes) -> Option<String> {
    let mut lower = written.to_lowercase();
    // A pre-release of a version asks for it.
    for suffix in ["-rc", "-alpha", "-beta", "-pre", "-0"] {
        if let Some((before, _)) = lower.split_once(suffix) {
            lower = before.to_owned();
        }
    }
    let versions = lower.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    // A bare number of four digits is an issue's, not a version.
    let is_version =
        |version: &&str| !version.is_empty() && (version.len() <= 3 || version.contains('.'));
    let versions: Vec<&str> =
        versions.map(|version| version.trim_matches('.')).filter(is_version).collect();
    if makes == Makes::Ends {
        let words = ["below", "before", "older", "prior", "lower", "earlier", "<"];
        let below = words.iter().any(|word| lower.starts_with(word));
        return versions.last().map(|last| format!("{}{last}", if below { ">=" } else { ">" }));
    }
    let ranges: Vec<String> = versions.iter().map(|version| format!(">={version}")).collect();
    (!ranges.is_empty()).then(|| ranges.join(" || "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_written() {
        for (written, makes, expected) in [
            ("16.7 or 17.3 or higher", Makes::Requires, Some(">=16.7 || >=17.3")),
            ("1.28.x", Makes::Requires, Some(">=1.28")),
            (">=v1.21", Makes::Requires, Some(">=1.21")),
            (">=1.21.0-0", Makes::Requires, Some(">=1.21.0")),
            ("`1.25`", Makes::Requires, Some(">=1.25")),
            ("v0.18.5-rc3 or above", Makes::Requires, Some(">=0.18.5")),
            ("7224", Makes::Requires, None),
            ("11", Makes::Ends, Some(">11")),
            ("2.1.0, 2.1.1, and 2.2.0", Makes::Ends, Some(">2.2.0")),
            ("older than 12", Makes::Ends, Some(">=12")),
            ("older versions than Redis 6", Makes::Ends, Some(">=6")),
        ] {
            assert_eq!(range(written, makes).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn images_are_told_from_pages_and_paths() {
        for (text, expected) in [
            ("ghcr.io/lighthouse/server", true),
            ("lighthouse/lighthouse", true),
            ("github.com/lighthouse/server", false),
            ("/var/lib/data", false),
            ("lighthouse", false),
            ("registry.example", true),
        ] {
            assert_eq!(is_image(text), expected, "{text}");
        }
    }
}
