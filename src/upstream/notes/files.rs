//! Which files of a repository hold notes, by their names.
//!
//! A changelog has one of a few names, at the root, among the documents or in the chart's folder.
//! Some projects write one file a version in a folder of their own; others have a guide for those
//! who upgrade. Names are all that is known of a file until it is fetched, so the rules here decide
//! what is worth a request; what the file says of which version is for the reader of notes.

use super::span::{Named, Span};

/// The name under which a changelog is looked for before anything else is known.
pub(super) const FIRST: &str = "CHANGELOG.md";

/// Further names of changelogs, tried in this order where the list of files cannot be had.
pub(super) const FURTHER: [&str; 7] = [
    "CHANGES.md",
    "docs/changelog.md",
    "NEWS.md",
    "HISTORY.md",
    "RELEASES.md",
    "CHANGELOG.rst",
    "CHANGELOG",
];

/// Names of upgrade guides, tried in this order where the list of files cannot be had.
pub(super) const GUIDES: [&str; 6] = [
    "UPGRADING.md",
    "UPGRADE.md",
    "MIGRATION.md",
    "docs/upgrading.md",
    "docs/upgrade.md",
    "docs/migration.md",
];

/// The most files of one kind that are fetched for one question.
pub(super) const MOST: usize = 40;

/// The most upgrade guides that are fetched for one question.
const MOST_GUIDES: usize = 8;

/// Files that are worth a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Changelogs, the likeliest first.
    pub(super) changelogs: Vec<String>,
    /// Files of single versions in the span, in order of their names.
    pub(super) versions: Vec<String>,
    /// Upgrade guides to versions in the span.
    pub(super) leading: Vec<String>,
    /// Upgrade guides to no certain version.
    pub(super) guides: Vec<String>,
    /// Whether there were more than are taken.
    pub(super) more: bool,
}

/// Chooses among all files. The folders and the name are those of the part that is asked about.
pub(super) fn choose(
    files: &[String],
    folders: &[String],
    name: Option<&str>,
    span: &Span,
) -> Chosen {
    let mut chosen = Chosen::default();
    for path in files.iter().filter(|path| is_text(path) && !is_aside(path)) {
        let place = Place::of(path, folders);
        match kind(path, span) {
            Some(Kind::Changelog) if place <= Place::Documents => {
                chosen.changelogs.push(path.clone());
            }
            Some(Kind::Version) if place <= Place::Elsewhere => chosen.versions.push(path.clone()),
            Some(Kind::GuideTo) if place <= Place::Elsewhere => chosen.leading.push(path.clone()),
            Some(Kind::Guide) if place <= Place::Elsewhere => chosen.guides.push(path.clone()),
            _ => {}
        }
    }
    let named: Vec<&str> =
        folders.iter().filter_map(|folder| folder.rsplit('/').next()).chain(name).collect();
    let near = |path: &String| {
        let other = !path.split('/').any(|segment| named.contains(&segment));
        (Place::of(path, folders), other, path.matches('/').count(), path.clone())
    };
    let Chosen { changelogs, versions, leading, guides, .. } = &mut chosen;
    for list in [changelogs, versions, leading, guides] {
        list.sort_by_cached_key(near);
    }
    // The same folder in another language, or of an old site, says the same again.
    if let Some(folder) = chosen.versions.first().map(|path| folder(path).to_owned()) {
        chosen.versions.retain(|path| self::folder(path) == folder);
    }
    chosen.more = chosen.versions.len() > MOST || chosen.leading.len() > MOST_GUIDES;
    chosen.versions.truncate(MOST);
    chosen.leading.truncate(MOST_GUIDES);
    // Guides to nowhere in particular are read for what they may hold; these are the nearest.
    chosen.guides.truncate(MOST_GUIDES);
    chosen
}

/// Finds the folders that hold a chart of that name.
pub(super) fn chart_folders(files: &[String], name: &str) -> Vec<String> {
    let charts = files.iter().filter_map(|path| path.strip_suffix("/Chart.yaml"));
    let named = charts.filter(|folder| folder.rsplit('/').next() == Some(name));
    named.map(str::to_owned).collect()
}

#[derive(PartialEq, Eq)]
enum Kind {
    Changelog,
    Version,
    /// An upgrade guide, to a version that counts.
    GuideTo,
    /// An upgrade guide that does not say to which version.
    Guide,
}

/// Where a file lies, the nearest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Folder,
    Root,
    Documents,
    Elsewhere,
    /// In another part of the repository.
    Foreign,
}

impl Place {
    fn of(path: &str, folders: &[String]) -> Self {
        let inside = |folder: &String| {
            path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let folder = folder(path).to_ascii_lowercase();
        match folder.as_str() {
            _ if folders.iter().any(inside) => Self::Folder,
            "" => Self::Root,
            "docs" | "doc" | "documentation" | ".github" => Self::Documents,
            _ if folder.starts_with("charts/") => Self::Foreign,
            _ => Self::Elsewhere,
        }
    }
}

/// Tells what a file is by its name.
fn kind(path: &str, span: &Span) -> Option<Kind> {
    let lower = path.to_ascii_lowercase();
    let file = lower.rsplit('/').next().unwrap_or_default();
    let stem = match file.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending) => stem,
        _ => file,
    };
    // `2.4/index.md`
    let told =
        if matches!(stem, "index" | "readme" | "_index") { last_folder(&lower) } else { stem };
    let says = |text: &str| ["upgrad", "migrat"].iter().any(|word| text.contains(word));
    let version = version_in(told);
    let touches = version.as_ref().map(|named| span.touches(&named.version()));
    match touches {
        // A folder of migrations without a version is one of a database's.
        Some(true) if says(stem) || says(last_folder(&lower)) => return Some(Kind::GuideTo),
        None if says(stem) => return Some(Kind::Guide),
        _ => {}
    }
    if CHANGELOGS.contains(&stem) {
        return Some(Kind::Changelog);
    }
    let of_notes = lower.rsplit('/').skip(1).any(|segment| NOTES_FOLDERS.contains(&segment))
        || ["changelog", "changes", "release", "news", "notes"].iter().any(|w| stem.contains(w));
    (touches == Some(true) && of_notes).then_some(Kind::Version)
}

/// Finds the version in the name of a file or folder: the last one, since of two a guide leads to
/// the second (`upgrading-1.18-1.19`), and a date may stand before it (`10-19-release-10.11.0`).
fn version_in(name: &str) -> Option<Named> {
    let name = dotted(name);
    let words: Vec<&str> = name.split(['-', ' ']).collect();
    let is_number = |word: &&&str| {
        (1..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let written = words.iter().rev().find(|word| {
        let numbers = word.strip_prefix('v').unwrap_or(word);
        let digits = numbers.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        digits && !numbers.is_empty() && (numbers.contains('.') || numbers.len() < word.len())
    });
    if let Some(word) = written {
        return Named::read(word);
    }
    // `app-10-8-0`, `upgrade-to-28`; what is numbers from the beginning is a date.
    let mut numbers: Vec<&str> = words.iter().rev().take_while(is_number).copied().collect();
    numbers.reverse();
    if !numbers.is_empty() && numbers.len() < words.len() && numbers.len() <= 3 {
        return Named::read(&numbers.join("."));
    }
    let starts = name.starts_with(|c: char| c.is_ascii_digit());
    let is_date = starts && words.iter().take_while(|word| word.parse::<u32>().is_ok()).count() > 1;
    if is_date { None } else { Named::read(&name) }
}

/// Endings of files of text.
const ENDINGS: [&str; 8] = ["md", "mdx", "markdown", "rst", "txt", "adoc", "asciidoc", "text"];

/// Names of changelogs, without their endings.
const CHANGELOGS: [&str; 10] = [
    "changelog",
    "changes",
    "news",
    "history",
    "releases",
    "release-notes",
    "release_notes",
    "releasenotes",
    "change_log",
    "whatsnew",
];

/// Folders that hold a file a version.
const NOTES_FOLDERS: [&str; 14] = [
    "releases",
    "release",
    "changelogs",
    "changelog",
    "changes",
    "release-notes",
    "release_notes",
    "releasenotes",
    "relnotes",
    "whatsnew",
    "news",
    "notes",
    "blog",
    "announcements",
];

/// Tells whether a file is one of text, by its name.
pub(super) fn is_text(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    match file.rsplit_once('.') {
        Some((_, ending)) if ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) => true,
        // `CHANGELOG` alone; what else has no ending is a program.
        Some(_) => false,
        None => CHANGELOGS.contains(&file.to_ascii_lowercase().as_str()),
    }
}

/// Tells whether a file lies where others' files and tests are.
fn is_aside(path: &str) -> bool {
    const ASIDE: [&str; 10] = [
        "node_modules",
        "vendor",
        "third_party",
        "thirdparty",
        "test",
        "tests",
        "testdata",
        "fixtures",
        "examples",
        "i18n",
    ];
    path.split('/').rev().skip(1).any(|folder| {
        let folder = folder.to_ascii_lowercase();
        ASIDE.contains(&folder.as_str())
    })
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn last_folder(path: &str) -> &str {
    folder(path).rsplit('/').next().unwrap_or_default()
}

/// Writes `26_0_0` as `26.0.0`.
fn dotted(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    text.char_indices()
        .map(|(at, c)| {
            let between = c == '_' && digit(at.checked_sub(1)) && digit(Some(at + 1));
            if between { '.' } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changelogs, files of versions, guides to versions, other guides.
    fn chosen(files: &[&str], folders: &[&str], from: &str, to: &str) -> [String; 4] {
        let owned =
            |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let span = Span::new(from, to).unwrap();
        let chosen = choose(&owned(files), &owned(folders), Some("web"), &span);
        let lists = [chosen.changelogs, chosen.versions, chosen.leading, chosen.guides];
        lists.map(|list| list.join(" "))
    }

    #[test]
    fn files_are_known_by_their_names() {
        let files = [
            "CHANGELOG",
            "docs/changelog.md",
            "docs/deep/changelog.md",
            "src/history.rs",
            "docs/releases/v1.9.0.md",
            "docs/releases/v2.0.0.md",
            "docs/releases/v2.1.0.md",
            "docs/releases/v2.2.0.md",
            "website/versioned_docs/version-2.1/install.md",
            "UPGRADING.md",
            "docs/db/upgrade-instructions.md",
            "docs/web/upgrade-instructions.md",
            "docs/upgrading/from-1-to-2.md",
            "docs/upgrading/upgrade-1.4.md",
            "docs/migration_to_2_0.rst",
            "src/migrations/0001_initial.py",
            "src/migrations/README.md",
            "vendor/x/CHANGELOG.md",
            "charts/db/CHANGELOG.md",
            "charts/web/CHANGELOG.md",
        ];
        assert_eq!(
            chosen(&files, &[], "1.9.0", "2.1.0"),
            [
                "CHANGELOG docs/changelog.md",
                "docs/releases/v2.0.0.md docs/releases/v2.1.0.md",
                "docs/migration_to_2_0.rst docs/upgrading/from-1-to-2.md",
                "UPGRADING.md docs/web/upgrade-instructions.md docs/db/upgrade-instructions.md",
            ]
        );
        assert_eq!(
            chosen(&files, &["charts/web"], "1.9.0", "2.1.0")[0],
            "charts/web/CHANGELOG.md CHANGELOG docs/changelog.md"
        );
    }

    #[test]
    fn files_of_single_versions() {
        for (file, from, to, taken) in [
            ("CHANGELOG/CHANGELOG-1.31.md", "1.30.2", "1.31.0", true),
            ("CHANGELOG/CHANGELOG-1.30.md", "1.30.2", "1.31.0", false),
            ("CHANGELOG-1.5.md", "1.4.0", "1.5.3", true),
            ("docs/src/main/release/changes-26_0_0.adoc", "25.0.1", "26.0.0", true),
            ("website/news/2.4/index.md", "2.3.0", "2.4.1", true),
            ("content/docs/releases/release-notes/release-notes-1.19.md", "1.18", "1.19.2", true),
            ("release-notes/release-notes-1.19.md", "1.19.0", "1.19.2", true),
            ("release-notes/release-notes-1.18.md", "1.18.4", "1.19.2", false),
            ("blog/2025/10-19-web-release-10.11.0/index.mdx", "10.10.7", "10.11.0", true),
            ("blog/2022/06-10-web-10-8-0.mdx", "10.7.7", "10.8.1", true),
            ("blog/2022/06-10-web-10-8-0.mdx", "10.8.0", "10.9.0", false),
            ("blog/2024/2024-01-30-news.md", "2023.1.0", "2025.1.0", false),
            ("docs/1.19/backup.md", "1.18", "1.19.2", false),
            ("docs/releases/v1.2.30.md", "1.2.2", "1.2.3", false),
        ] {
            assert_eq!(chosen(&[file], &[], from, to)[1] == file, taken, "{file}");
        }
        let many: Vec<String> = (0..100).map(|n| format!("releases/v1.{n}.0.md")).collect();
        let all = choose(&many, &[], None, &Span::new("1.0.0", "1.99.0").unwrap());
        assert_eq!((all.versions.len(), all.more), (MOST, true));
    }

    #[test]
    fn charts_have_folders() {
        let files = ["charts/other/web/Chart.yaml", "charts/web-api/Chart.yaml", "web/values.yaml"];
        let files = files.map(str::to_owned);
        assert_eq!(chart_folders(&files, "web"), ["charts/other/web"]);
    }
}
