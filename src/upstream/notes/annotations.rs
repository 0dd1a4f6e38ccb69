//! What charts say about their own changes.
//!
//! The annotation `artifacthub.io/changes` of a chart's version is YAML in a text: a list of
//! sentences, or of entries with a kind, a description and links (Artifact Hub, "Annotations in
//! Helm Chart.yaml file"). It is turned into a list in Markdown under headings by kind, so that it
//! is read like any other notes. `artifacthub.io/prerelease` and
//! `artifacthub.io/containsSecurityUpdates` are taken into account.

use super::NotesPage;
use crate::upstream::ChartVersion;
use serde::Deserialize;
use std::fmt::Write as _;

/// The kinds of change, in the order of their headings, with the heading of each.
const KINDS: [(&str, &str); 6] = [
    ("removed", "Removed"),
    ("changed", "Changed"),
    ("deprecated", "Deprecated"),
    ("security", "Security"),
    ("added", "Added"),
    ("fixed", "Fixed"),
];

/// The longest annotation that is read, in bytes.
const LONGEST: usize = 256 * 1024;
/// The most entries of a version that are read.
const MOST_ENTRIES: usize = 1000;

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Sentence(String),
    Change {
        #[serde(default)]
        kind: Option<String>,
        description: String,
        #[serde(default)]
        links: Vec<Link>,
    },
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    name: Option<String>,
    url: String,
}

/// Makes a page of each version's own account of its changes, `VERSION.md`. Versions that say
/// nothing, or nothing that can be read, have none.
#[must_use]
pub fn chart_notes<'a>(versions: impl IntoIterator<Item = &'a ChartVersion>) -> Vec<NotesPage> {
    let pages = versions.into_iter().filter_map(|version| {
        let written = version.annotations.get("artifacthub.io/changes")?;
        let text = rendered(version, written)?;
        Some(NotesPage {
            name: format!("{}.md", version.version.replace('/', "_")),
            text,
            url: version
                .home
                .clone()
                .or_else(|| version.sources.first().cloned())
                .unwrap_or_default(),
            line_links: false,
            published: version.created.map(|time| time.to_string()),
        })
    });
    pages.collect()
}

/// Writes the changes of a version as Markdown; `None` where there are none.
fn rendered(version: &ChartVersion, written: &str) -> Option<String> {
    if written.len() > LONGEST {
        return None;
    }
    let entries = read(written)?;
    let mut text = String::new();
    let unsorted = entries.iter().filter(|entry| kind(entry).is_none());
    list(&mut text, None, unsorted);
    for (name, heading) in KINDS {
        list(&mut text, Some(heading), entries.iter().filter(|entry| kind(entry) == Some(name)));
    }
    let secure = version.annotations.get("artifacthub.io/containsSecurityUpdates");
    if secure.is_some_and(|said| said.trim() == "true") && !text.contains("### Security") {
        text.push_str("### Security\n\n- This version contains security updates.\n");
    }
    (!text.is_empty()).then_some(text)
}

/// Reads the entries, each on its own where the whole cannot be read as a list of entries.
fn read(written: &str) -> Option<Vec<Entry>> {
    let values: Vec<serde_yaml::Value> = serde_yaml::from_str(written).ok()?;
    let entries = values.into_iter().take(MOST_ENTRIES);
    Some(entries.filter_map(|value| serde_yaml::from_value(value).ok()).collect())
}

fn kind(entry: &Entry) -> Option<&'static str> {
    let Entry::Change { kind: Some(kind), .. } = entry else { return None };
    let kind = kind.to_ascii_lowercase();
    KINDS.iter().find(|(name, _)| *name == kind).map(|(name, _)| *name)
}

fn list<'a>(text: &mut String, heading: Option<&str>, entries: impl Iterator<Item = &'a Entry>) {
    let before = text.len();
    for entry in entries {
        let (description, links) = match entry {
            Entry::Sentence(sentence) => (sentence, &[][..]),
            Entry::Change { description, links, .. } => (description, links.as_slice()),
        };
        // One item is one line, so that no description begins a heading or an item of its own.
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        if description.is_empty() {
            continue;
        }
        if let (Some(heading), true) = (heading, text.len() == before) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{gap}### {heading}\n\n");
        }
        let _ = write!(text, "- {description}");
        for link in links {
            let url = link.url.trim();
            let web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
            if web && !url.contains([' ', ')', '\n']) {
                let name: String = link
                    .name
                    .as_deref()
                    .unwrap_or("link")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .replace(['[', ']'], "");
                let _ = write!(text, " ([{name}]({url}))");
            }
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: &str, annotations: &[(&str, &str)]) -> ChartVersion {
        ChartVersion {
            version: number.to_owned(),
            home: Some("https://e.org/web".to_owned()),
            annotations: annotations
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            ..ChartVersion::default()
        }
    }

    #[test]
    fn changes_become_lists_by_kind() {
        let changes = "- kind: added\n  description: A probe\n- kind: Removed\n  description: |\n    The value `a.b`\n    # is gone\n  links:\n    - name: PR [1]\n      url: https://e.org/1\n    - url: javascript:alert(1)\n- A sentence alone\n- kind: other\n  description: Of no kind\n- kind: [broken]\n- 7\n";
        let plain = "- One thing\n- Another: thing\n";
        let versions = [
            version("2.0.0", &[("artifacthub.io/changes", changes)]),
            version(
                "1.1.0",
                &[
                    ("artifacthub.io/changes", plain),
                    ("artifacthub.io/containsSecurityUpdates", "true"),
                ],
            ),
            version("1.0.1", &[("artifacthub.io/changes", "no: list")]),
            version("1.0.0", &[]),
        ];
        let pages = chart_notes(&versions);
        let got: Vec<(&str, &str)> =
            pages.iter().map(|page| (page.name.as_str(), page.text.as_str())).collect();
        assert_eq!(
            got,
            [
                (
                    "2.0.0.md",
                    "- A sentence alone\n- Of no kind\n\n### Removed\n\n- The value `a.b` # is gone ([PR 1](https://e.org/1))\n\n### Added\n\n- A probe\n"
                ),
                (
                    "1.1.0.md",
                    "- One thing\n### Security\n\n- This version contains security updates.\n"
                ),
            ]
        );
        assert_eq!(pages[0].url, "https://e.org/web");
    }

    #[test]
    fn long_and_hostile_ones_are_left_out() {
        let long = "- x\n".repeat(100_000);
        let bomb = "&a [*a, *a]";
        for text in [long.as_str(), bomb, "\u{0}", "- [", ""] {
            assert_eq!(chart_notes(&[version("1.0.0", &[("artifacthub.io/changes", text)])]), []);
        }
    }
}
