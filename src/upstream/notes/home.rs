//! Where notes are published, read from the addresses that images and charts name.
//!
//! Such an address is written for people: a repository with or without `.git`, a folder or a file
//! inside it, a page of releases, an address to clone from, a site of pages. What counts is the
//! forge, the repository and, for a repository that holds many things, the folder. A site that is
//! no forge has no notes that could be found; a guess would ask strangers.

use super::files::is_text;
use crate::http::Url;
use percent_encoding::percent_decode_str;

/// Where an application or a chart publishes its notes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NotesHome {
    /// A repository on github.com.
    GitHub {
        /// The user or organisation.
        owner: String,
        /// The repository's name.
        repository: String,
        /// What of the repository it is about.
        part: Part,
    },
    /// A project of a GitLab.
    GitLab {
        /// The host, with its port where that is written.
        host: String,
        /// The groups and the project, separated by slashes.
        path: String,
        /// What of the project it is about.
        part: Part,
    },
    /// A repository of a Gitea or Forgejo, such as codeberg.org.
    Gitea {
        /// The host, with its port where that is written.
        host: String,
        /// The user or organisation.
        owner: String,
        /// The repository's name.
        repository: String,
        /// What of the repository it is about.
        part: Part,
    },
    /// One file, such as an upgrade guide that a policy names.
    Page(Url),
}

/// What of a repository is asked about, where it holds more than one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Part {
    /// The folder, without slashes at its ends: a chart's in a repository of charts.
    pub folder: Option<String>,
    /// The name under which it is released: a chart's or an application's.
    pub name: Option<String>,
    /// A file of text that the address names: an upgrade guide, a chart's page.
    pub file: Option<String>,
}

impl NotesHome {
    /// Reads an address as an image's label, a chart's `home` or `sources`, or a policy writes it.
    /// `None` for a site that is no forge.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let (host, path) = split(url.trim())?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(owner) = host.strip_suffix(".github.io") {
            return Self::github(owner, segments.first()?, Part::default());
        }
        match (host.as_str(), segments.as_slice()) {
            ("github.com" | "www.github.com", [owner, repository, rest @ ..]) => {
                Self::github(owner, repository, folder_behind(rest, &["tree", "blob", "raw"], 1))
            }
            ("api.github.com", ["repos", owner, repository, ..])
            | ("codeload.github.com", [owner, repository, ..]) => {
                Self::github(owner, repository, Part::default())
            }
            ("raw.githubusercontent.com", [owner, repository, reference @ ..]) => {
                // `refs/heads/main` stands for `main` there.
                let long = matches!(reference, ["refs", "heads" | "tags", ..]);
                let file = reference.get(if long { 3 } else { 1 }..).unwrap_or_default();
                Self::github(owner, repository, part_of(file, true))
            }
            (host, segments) => Self::elsewhere(host, segments),
        }
    }

    /// Says under which name it is released, in a repository that releases several things.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        if let Some(part) = self.part_mut() {
            part.name = Some(name.to_owned());
        }
        self
    }

    /// Returns what of a repository is asked about; `None` for a single page.
    #[must_use]
    pub fn part(&self) -> Option<&Part> {
        match self {
            Self::GitHub { part, .. } | Self::GitLab { part, .. } | Self::Gitea { part, .. } => {
                Some(part)
            }
            Self::Page(_) => None,
        }
    }

    fn part_mut(&mut self) -> Option<&mut Part> {
        match self {
            Self::GitHub { part, .. } | Self::GitLab { part, .. } | Self::Gitea { part, .. } => {
                Some(part)
            }
            Self::Page(_) => None,
        }
    }

    fn github(owner: &str, repository: &str, part: Part) -> Option<Self> {
        /// First segments of github.com that are no owners.
        const RESERVED: [&str; 12] = [
            "about",
            "apps",
            "collections",
            "enterprise",
            "explore",
            "features",
            "marketplace",
            "orgs",
            "settings",
            "sponsors",
            "topics",
            "users",
        ];
        let repository = repository.strip_suffix(".git").unwrap_or(repository);
        let is_owner = is_name(owner) && !RESERVED.contains(&owner);
        (is_owner && is_name(repository)).then(|| Self::GitHub {
            owner: owner.to_owned(),
            repository: repository.to_owned(),
            part,
        })
    }

    /// Reads an address of another forge, which is known by its host.
    fn elsewhere(host: &str, segments: &[&str]) -> Option<Self> {
        let name = host.split(':').next().unwrap_or_default();
        let says = |word: &str| name.split('.').any(|label| label == word);
        if says("gitlab") {
            // Everything before `/-/` is the project; without it, the whole path is.
            let end = segments.iter().position(|segment| *segment == "-");
            let (project, rest) = segments.split_at(end.unwrap_or(segments.len()));
            let mut project: Vec<&str> = project.to_vec();
            let last = project.last_mut()?;
            *last = last.strip_suffix(".git").unwrap_or(last);
            let valid = project.len() >= 2 && project.iter().all(|segment| is_name(segment));
            let part =
                folder_behind(rest.get(1..).unwrap_or_default(), &["tree", "blob", "raw"], 1);
            return valid.then(|| Self::GitLab {
                host: host.to_owned(),
                path: project.join("/"),
                part,
            });
        }
        if matches!(name, "codeberg.org") || says("gitea") || says("forgejo") {
            let [owner, repository, rest @ ..] = segments else { return None };
            let repository = repository.strip_suffix(".git").unwrap_or(repository);
            return (is_name(owner) && is_name(repository)).then(|| Self::Gitea {
                host: host.to_owned(),
                owner: (*owner).to_owned(),
                repository: repository.to_owned(),
                // `src/branch/main/…`, `raw/tag/v1/…`
                part: folder_behind(rest, &["src", "raw"], 2),
            });
        }
        None
    }
}

/// Splits an address into its host, in lower case, and its path. Addresses to clone from count
/// (`git@host:path`, `ssh://…`, `git+https://…`), and so do those without a scheme.
fn split(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, url),
    };
    let scheme = scheme.as_deref();
    let scheme = scheme.map(|scheme| scheme.strip_prefix("git+").unwrap_or(scheme));
    if !matches!(scheme, None | Some("http" | "https" | "git" | "ssh")) {
        return None;
    }
    let (host, path) = match (scheme, rest.split_once('/')) {
        // `git@host:owner/repository`
        (None, _) if rest.contains('@') => rest.split_once(':')?,
        (_, Some(parts)) => parts,
        (_, None) => return None,
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host).to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    // The port of an ssh server is not the one of its pages.
    let host = if scheme == Some("ssh") { host.split(':').next().unwrap_or(host) } else { host };
    let valid = host.contains('.') && Url::parse(&format!("https://{host}/")).is_ok();
    valid.then(|| (host.to_owned(), path))
}

/// Reads the folder behind a word that leads into the files (`tree`), after so many segments that
/// name the branch or tag.
fn folder_behind(rest: &[&str], words: &[&str], reference: usize) -> Part {
    match rest.split_first() {
        Some((word, behind)) if words.contains(word) => {
            part_of(behind.get(reference..).unwrap_or_default(), *word != "tree")
        }
        _ => Part::default(),
    }
}

/// Names a folder and perhaps a file by their segments; a last segment with an ending may be one.
fn part_of(segments: &[&str], may_be_file: bool) -> Part {
    let whole = |segments: &[&str]| {
        let safe = segments
            .iter()
            .all(|segment| !matches!(*segment, "." | "..") && !segment.contains(['/', '\\', '\0']));
        (safe && !segments.is_empty()).then(|| segments.join("/"))
    };
    match segments.split_last() {
        Some((file, folder)) if may_be_file && file.contains('.') => {
            let file = is_text(file).then(|| whole(segments)).flatten();
            Part { folder: whole(folder), name: None, file }
        }
        _ => Part { folder: whole(segments), name: None, file: None },
    }
}

/// Returns whether a text can be the name of an owner, a group or a repository.
fn is_name(text: &str) -> bool {
    !matches!(text, "" | "." | ".." | "-")
        && text.len() <= 255
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Option<String> {
        let home = NotesHome::of_url(url)?;
        let part = home.part().cloned().unwrap_or_default();
        let folder = match (part.folder, part.file) {
            (Some(folder), None) => format!(" in {folder}"),
            (_, Some(file)) => format!(" at {file}"),
            (None, None) => String::new(),
        };
        Some(match home {
            NotesHome::GitHub { owner, repository, .. } => format!("{owner}/{repository}{folder}"),
            NotesHome::GitLab { host, path, .. } => format!("gitlab {host} {path}{folder}"),
            NotesHome::Gitea { host, owner, repository, .. } => {
                format!("gitea {host} {owner}/{repository}{folder}")
            }
            NotesHome::Page(url) => format!("page {url}"),
        })
    }

    #[test]
    fn addresses_name_repositories() {
        for (url, expected) in [
            ("https://github.com/o/r", Some("o/r")),
            ("https://github.com/o/r.git", Some("o/r")),
            ("https://github.com/o/r/", Some("o/r")),
            ("http://www.GitHub.com/O/r.x#readme", Some("O/r.x")),
            ("https://user:token@github.com/o/r?tab=readme", Some("o/r")),
            ("github.com/o/r", Some("o/r")),
            ("git+https://github.com/o/r.git", Some("o/r")),
            ("git://github.com/o/r.git", Some("o/r")),
            ("git@github.com:o/r.git", Some("o/r")),
            ("ssh://git@github.com:22/o/r.git", Some("o/r")),
            ("https://github.com/o/r/tree/main/charts/x", Some("o/r in charts/x")),
            ("https://github.com/o/r/tree/main/", Some("o/r")),
            ("https://github.com/o/r/tree/main/v1.2", Some("o/r in v1.2")),
            (
                "https://github.com/o/r/blob/main/charts/x/README.md",
                Some("o/r at charts/x/README.md"),
            ),
            ("https://github.com/o/r/blob/v1/UPGRADING.md#from-1", Some("o/r at UPGRADING.md")),
            ("https://github.com/o/r/releases/tag/v1", Some("o/r")),
            ("https://github.com/o/r/tree/main/../x", Some("o/r")),
            (
                "https://raw.githubusercontent.com/o/r/main/charts/x/icon.png",
                Some("o/r in charts/x"),
            ),
            ("https://raw.githubusercontent.com/o/r/refs/heads/main/x/icon.png", Some("o/r in x")),
            ("https://api.github.com/repos/o/r/releases", Some("o/r")),
            ("https://o.github.io/r", Some("o/r")),
            ("https://o.github.io/r/index.yaml", Some("o/r")),
            ("https://o.github.io", None),
            ("https://gitlab.com/g/s/p", Some("gitlab gitlab.com g/s/p")),
            ("https://gitlab.com/g/p.git", Some("gitlab gitlab.com g/p")),
            (
                "https://gitlab.com/g/p/-/tree/main/charts/x",
                Some("gitlab gitlab.com g/p in charts/x"),
            ),
            ("https://gitlab.example.org:8443/g/p", Some("gitlab gitlab.example.org:8443 g/p")),
            ("git@gitlab.com:g/s/p.git", Some("gitlab gitlab.com g/s/p")),
            (
                "https://codeberg.org/o/r/src/branch/main/chart",
                Some("gitea codeberg.org o/r in chart"),
            ),
            ("https://gitea.com/o/r", Some("gitea gitea.com o/r")),
            ("https://forgejo.example/o/r", Some("gitea forgejo.example o/r")),
            ("https://github.com/o", None),
            ("https://github.com/orgs/o/packages", None),
            ("https://github.com/o/..", None),
            ("https://github.com/o/r%2F..%2Fx", None),
            ("https://gist.github.com/o/abc", None),
            ("https://example.org/o/r", None),
            ("https://gitlab.com/p", None),
            ("oci://ghcr.io/o/r", None),
            ("file:///github.com/o/r", None),
            ("mailto:a@b.c", None),
            ("app", None),
            ("", None),
        ] {
            assert_eq!(shown(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_name_belongs_to_the_part() {
        let home = NotesHome::of_url("https://github.com/o/charts").unwrap().named("web");
        assert_eq!(home.part().unwrap().name.as_deref(), Some("web"));
        let page = NotesHome::Page(Url::parse("https://e.org/x").unwrap()).named("web");
        assert_eq!(page.part(), None);
    }
}
