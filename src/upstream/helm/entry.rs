//! What the entries of one chart say.
//!
//! Each version of a chart is parsed on its own. One that cannot be read in full is tried for its
//! bare version, since a malformed annotation does not unmake a release; one without a version is
//! counted and passed over. A version that comes twice counts once, the first time, as for helm.

use crate::http::Url;
use crate::upstream::manifest::read_time;
use crate::upstream::types::ChartVersion;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashSet};

/// The most versions of one chart that are read.
const MOST: usize = 20_000;

/// What has been read of a chart.
#[derive(Default)]
pub(super) struct Read {
    pub(super) versions: Vec<ChartVersion>,
    seen: HashSet<String>,
    /// What was wrong with the first entry that could not be read.
    pub(super) fault: Option<String>,
}

/// An entry as helm writes it (Helm, `repo.ChartVersion`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    version: String,
    app_version: Option<String>,
    created: Option<String>,
    deprecated: Option<bool>,
    digest: Option<String>,
    home: Option<String>,
    description: Option<String>,
    sources: Option<Vec<String>>,
    urls: Option<Vec<String>>,
    annotations: Option<BTreeMap<String, Option<String>>>,
}

/// The least of an entry that is of use.
#[derive(Deserialize)]
struct Bare {
    version: String,
}

/// Reads the part of a YAML index that belongs to one chart, beginning with the line of its name.
pub(super) fn of_yaml(text: &str, base: &Url, read: &mut Read) {
    let mut items = split(text);
    if items.is_empty() {
        // All on one line, or in brackets: then the part is a small document of its own.
        if let Ok(chart) = serde_yaml::from_str::<BTreeMap<String, Vec<Entry>>>(text) {
            chart.into_values().flatten().for_each(|entry| read.take(entry, base));
            return;
        }
        if let Ok(chart) = serde_yaml::from_str::<BTreeMap<String, Option<()>>>(text) {
            // A chart without versions.
            drop(chart);
            return;
        }
        items = vec![text];
    }
    for item in items {
        let one = |text: &str| first::<Entry>(serde_yaml::from_str(text));
        match one(item) {
            Ok(entry) => read.take(entry, base),
            Err(fault) => match first::<Bare>(serde_yaml::from_str(item)) {
                Ok(least) => read.take(Entry::of(least), base),
                Err(_) => read.miss(fault),
            },
        }
    }
}

/// Reads the list of one chart's versions in a JSON index.
pub(super) fn of_json(text: &str, base: &Url, read: &mut Read) {
    let items: Vec<serde_json::Value> = match serde_json::from_str::<Option<_>>(text) {
        Ok(items) => items.unwrap_or_default(),
        Err(error) => return read.miss(error.to_string()),
    };
    for item in items {
        match serde_json::from_value::<Entry>(item.clone()) {
            Ok(entry) => read.take(entry, base),
            Err(fault) => match serde_json::from_value::<Bare>(item) {
                Ok(least) => read.take(Entry::of(least), base),
                Err(_) => read.miss(fault.to_string()),
            },
        }
    }
}

impl Read {
    fn take(&mut self, entry: Entry, base: &Url) {
        let version = entry.version.trim();
        if version.is_empty() || self.versions.len() >= MOST {
            return self.miss("an entry without a version".to_owned());
        }
        if !self.seen.insert(version.to_owned()) {
            return;
        }
        let text = |field: Option<String>| field.filter(|text| !text.is_empty());
        let urls = entry.urls.unwrap_or_default();
        self.versions.push(ChartVersion {
            version: version.to_owned(),
            name: None,
            app_version: text(entry.app_version),
            created: entry.created.and_then(|text| read_time(&text)),
            deprecated: entry.deprecated.unwrap_or_default(),
            digest: text(entry.digest),
            home: text(entry.home),
            description: text(entry.description),
            sources: entry.sources.unwrap_or_default(),
            urls: urls.iter().map(|url| absolute(url, base)).collect(),
            annotations: entry
                .annotations
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
        });
    }

    fn miss(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }
}

impl Entry {
    fn of(bare: Bare) -> Self {
        Self {
            version: bare.version,
            app_version: None,
            created: None,
            deprecated: None,
            digest: None,
            home: None,
            description: None,
            sources: None,
            urls: None,
            annotations: None,
        }
    }
}

/// Resolves where an archive is against the repository; `oci://` and the like stay as they are.
fn absolute(url: &str, base: &Url) -> String {
    base.join(url).map_or_else(|_| url.to_owned(), |url| url.expose().to_owned())
}

/// Takes the one element out of a list of one.
fn first<T: DeserializeOwned>(list: Result<Vec<T>, serde_yaml::Error>) -> Result<T, String> {
    let list = list.map_err(|error| error.to_string())?;
    list.into_iter().next().ok_or_else(|| "an empty entry".to_owned())
}

/// Splits the lines below a chart's name into its entries: each begins with `-` at the
/// indentation of the first.
fn split(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut indent = None;
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches(' ');
        let depth = line.len() - rest.len();
        let begins = rest.starts_with("- ") || rest.trim_end() == "-";
        if at > 0 && begins && depth == *indent.get_or_insert(depth) {
            if let Some(item) = start.and_then(|start| text.get(start..at)) {
                items.push(item);
            }
            start = Some(at);
        }
        at += line.len();
    }
    items.extend(start.and_then(|start| text.get(start..)));
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn yaml(text: &str) -> Read {
        let mut read = Read::default();
        of_yaml(text, &Url::parse("https://e.org/charts/").unwrap(), &mut read);
        read
    }

    fn versions(read: &Read) -> Vec<&str> {
        read.versions.iter().map(|version| version.version.as_str()).collect()
    }

    #[test]
    fn reads_entries() {
        let read = yaml(concat!(
            "  app:\n",
            "  - annotations:\n",
            "      artifacthub.io/changes: |\n",
            "        - kind: added\n",
            "          description: one\n",
            "      empty: null\n",
            "    apiVersion: v2\n",
            "    appVersion: 1.10\n",
            "    created: \"2024-05-01T10:00:00.123456789+02:00\"\n",
            "    dependencies:\n",
            "    - name: postgresql\n",
            "      version: 1.x\n",
            "    deprecated: true\n",
            "    digest: abc\n",
            "    home: https://e.org\n",
            "    name: app\n",
            "    sources:\n",
            "    - https://e.org/source\n",
            "    urls:\n",
            "    - app-1.0.0.tgz\n",
            "    - https://cdn.org/app.tgz\n",
            "    - oci://r.example/app:1.0.0\n",
            "    version: 1.0.0+build\n",
            "  -\n",
            "    version: 0.10\n",
        ));
        assert_eq!(versions(&read), ["1.0.0+build", "0.10"]);
        let first = &read.versions[0];
        assert_eq!(first.app_version.as_deref(), Some("1.10"));
        assert_eq!(first.created, Some("2024-05-01T08:00:00.123456789Z".parse().unwrap()));
        assert!(first.deprecated);
        assert_eq!(
            first.urls,
            [
                "https://e.org/charts/app-1.0.0.tgz",
                "https://cdn.org/app.tgz",
                "oci://r.example/app:1.0.0"
            ]
        );
        assert_eq!(first.sources, ["https://e.org/source"]);
        let changes = "- kind: added\n  description: one\n";
        assert_eq!(first.annotations.get("artifacthub.io/changes").unwrap(), changes);
        assert_eq!(first.annotations.len(), 1);
    }

    #[test]
    fn one_bad_entry_does_not_spoil_the_rest() {
        let read = yaml(concat!(
            "  app:\n",
            "  - version: 3.0.0\n",
            "  - version: 2.0.0\n",
            "    annotations: [not, a, map]\n",
            "  - version: {}\n",
            "  - \"unclosed\n",
            "  - name: app\n",
            "  - version: 1.0.0\n",
            "  - version: 1.0.0\n",
            "    appVersion: second\n",
        ));
        assert_eq!(versions(&read), ["3.0.0", "2.0.0", "1.0.0"]);
        assert!(read.versions.iter().all(|version| version.app_version.is_none()));
        assert!(read.fault.is_some());
    }

    #[test]
    fn other_shapes() {
        for (text, expected) in [
            ("  a: [{version: 1.0.0, name: a}, {version: 2.0.0}]\n", &["1.0.0", "2.0.0"][..]),
            ("    'a':\n        # note\n        - version: 1.0.0\n", &["1.0.0"]),
            ("  a: []\n", &[]),
            ("  a:\n", &[]),
            ("  a: null\n", &[]),
        ] {
            let read = yaml(text);
            assert_eq!((versions(&read), &read.fault), (expected.to_vec(), &None), "{text}");
        }
        let broken = yaml("  a: 1\n");
        assert!(broken.versions.is_empty() && broken.fault.is_some());
    }

    #[test]
    fn reads_json() {
        let mut read = Read::default();
        let text = r#"[{"version":"2.0.0","urls":["a.tgz"],"appVersion":"1"},
            {"version":"1.0.0","sources":"x"},{"version":3},{"version":"2.0.0"}]"#;
        let base = Url::parse("https://e.org/").unwrap();
        of_json(text, &base, &mut read);
        assert_eq!(versions(&read), ["2.0.0", "1.0.0"]);
        assert_eq!(read.versions[0].urls, ["https://e.org/a.tgz"]);
        assert!(read.fault.is_some());
        let mut read = Read::default();
        of_json("null", &base, &mut read);
        assert!(read.versions.is_empty() && read.fault.is_none());
        of_json(&"[".repeat(100_000), &base, &mut read);
        assert!(read.fault.is_some());
    }

    #[test]
    fn depth_and_aliases_are_harmless() {
        let deep = format!(
            "  a:\n  - version: 1.0.0\n    x: {}\n  - version: 0.9.0\n",
            "[".repeat(10_000)
        );
        assert_eq!(versions(&yaml(&deep)), ["0.9.0"]);
        let mut bomb = String::from("  a:\n  - version: 1.0.0\n    a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let alias = format!("*a{},", level - 1).repeat(9);
            writeln!(bomb, "    a{level}: &a{level} [{alias}]").unwrap();
        }
        bomb.push_str("  - version: 0.9.0\n");
        assert!(versions(&yaml(&bomb)).contains(&"0.9.0"));
    }
}
