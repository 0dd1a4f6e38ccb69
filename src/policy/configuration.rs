//! `.refit/config.yaml`: what a repository decides about refit itself.
//!
//! Everything in it has a default, so that a repository without the file is worked on as well.
//! Unknown keys are refused with file and line: a misspelt `ignore` must not upgrade what it meant
//! to spare. Secrets never stand in the file, only the names of the variables that hold them.

use std::fmt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::Span;
use schemars::JsonSchema;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Backup, Dumps, Glob, Length, OnStall, Window};
use crate::diagnostic::{Diagnostic, Severity, Why, unreadable_file, unreadable_types};
use crate::tree::{RepoPath, Tree};
use crate::version::{Bump, Pattern, Range, Rules};

/// Where a repository keeps its configuration.
pub const CONFIGURATION_FILE: &str = ".refit/config.yaml";

/// What it is called by those who end YAML files otherwise.
const MISSPELT_FILE: &str = ".refit/config.yml";

/// A repository's configuration.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Configuration {
    /// The files that are looked at, as globs; all where none is named.
    pub include: Vec<String>,
    /// The files that are left out, as globs.
    pub exclude: Vec<String>,
    /// Registries and Helm repositories that need a word.
    pub registries: Vec<Registry>,
    /// What is not upgraded, or only so far.
    pub ignore: Vec<Ignore>,
    /// What the names of refit's branches begin with: a folder of branches, ending in `/`.
    pub branch_prefix: String,
    /// The labels of its pull requests.
    pub labels: Vec<String>,
    /// The subjects of its commits.
    pub messages: Messages,
    /// Where pull requests are opened.
    pub forge: Forge,
    /// How stages are landed.
    pub delivery: Delivery,
    /// How long a version must have been out before it is proposed, as in `3 days` or `36h`; one
    /// whose age is not known is proposed.
    pub minimum_release_age: Option<String>,
    /// How many pull requests of refit may be open at once, 0 for no new ones; any number where
    /// nothing stands here.
    #[serde(deserialize_with = "whole_number")]
    pub max_open_pull_requests: Option<usize>,
    /// When stages may land; at any time where none is for the release.
    pub windows: Vec<Window>,
    /// How long a stop may last, `45m`; an hour where nothing stands here.
    pub max_downtime: Length,
    /// What happens when it lasts longer.
    pub on_stall: OnStall,
    /// How data is backed up before an upgrade that stops it: the first way that is possible. New
    /// objects are made only where this asks for them.
    pub backup: Vec<Backup>,
    /// Where the dumps of Jobs go.
    pub dumps: Vec<Dumps>,
}

/// Reads a number of things; its error is for people, who count without types.
fn whole_number<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<usize>, D::Error> {
    struct Written;
    impl<'de> Visitor<'de> for Written {
        type Value = Option<usize>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, 0 or more")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
            reader.deserialize_u64(self)
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)))
        }
    }
    reader.deserialize_option(Written)
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            registries: Vec::new(),
            ignore: Vec::new(),
            branch_prefix: "refit/".to_owned(),
            labels: vec!["refit".to_owned()],
            messages: Messages::default(),
            forge: Forge::default(),
            delivery: Delivery::default(),
            minimum_release_age: None,
            max_open_pull_requests: None,
            windows: Vec::new(),
            max_downtime: Length::HOUR,
            on_stall: OnStall::default(),
            backup: vec![Backup::Manual],
            dumps: Vec::new(),
        }
    }
}

/// A registry or Helm repository that needs a word.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Registry {
    /// Its host as manifests write it, with its port.
    pub host: String,
    /// Where to ask instead: a host, with a path before the repositories if it has one.
    #[serde(default)]
    pub mirror: Option<String>,
    /// Whether it speaks plain HTTP.
    #[serde(default)]
    pub insecure: bool,
    /// The environment variable that holds the user's name.
    #[serde(default)]
    pub username_env: Option<String>,
    /// The environment variable that holds the password or token.
    #[serde(default)]
    pub password_env: Option<String>,
    /// A file with the certificates of its own authority, in PEM.
    #[serde(default)]
    pub ca_file: Option<String>,
}

/// What is not upgraded, or only so far. What is not named does not matter.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Ignore {
    /// Releases as `NAMESPACE/NAME`, `*` for any run of characters.
    #[serde(default)]
    pub releases: Vec<Glob>,
    /// Packages as `refit scan` prints them.
    #[serde(default)]
    pub packages: Vec<Glob>,
    /// Files.
    #[serde(default)]
    pub files: Vec<Glob>,
    /// The versions or ranges of versions that are not taken; all where none is named.
    #[serde(default)]
    pub versions: Vec<String>,
    /// The largest upgrade that is still taken: `patch` or `minor`.
    #[serde(default)]
    pub above: Option<Bump>,
    /// The range that versions must be in.
    #[serde(default)]
    pub outside: Option<String>,
    /// Why, for the reader of a report.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The subjects of commits; `{name}`, `{namespace}`, `{from}` and `{to}` are filled in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Messages {
    /// Of a stop.
    pub stop: String,
    /// Of a backup.
    pub backup: String,
    /// Of an upgrade.
    pub upgrade: String,
    /// Of the commit that starts the new version, where that is a stage of its own.
    pub start: String,
    /// Of the commit that lets Helm take failed upgrades back again.
    pub settle: String,
    /// Of the commit that puts the old version back.
    pub revert: String,
    /// Of the commit that starts the old version again.
    pub restart: String,
}

impl Default for Messages {
    fn default() -> Self {
        Self {
            stop: "chore({name}): scale to zero before {to}".to_owned(),
            backup: "chore({name}): back up before {to}".to_owned(),
            upgrade: "chore({name}): upgrade {from} → {to}".to_owned(),
            start: "chore({name}): start {to}".to_owned(),
            settle: "chore({name}): settle on {to}".to_owned(),
            revert: "revert({name}): back to {from}".to_owned(),
            restart: "revert({name}): start {from} again".to_owned(),
        }
    }
}

/// Where pull requests are opened.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Forge {
    /// Which kind of forge it is.
    pub kind: ForgeKind,
    /// The base of its API, where it is not the public one.
    pub url: Option<String>,
    /// The repository, `OWNER/NAME`; from the remote's URL where it is not named.
    pub repository: Option<String>,
    /// The Git remote that branches are pushed to.
    pub remote: String,
    /// The branch that Flux follows; the remote's default branch where it is not named.
    pub base: Option<String>,
}

impl Default for Forge {
    fn default() -> Self {
        Self {
            kind: ForgeKind::default(),
            url: None,
            repository: None,
            remote: "origin".to_owned(),
            base: None,
        }
    }
}

/// The forges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForgeKind {
    /// Branches in the repository itself, pull requests as files beside it.
    #[default]
    Local,
    /// GitHub, or a GitHub Enterprise server.
    Github,
}

/// How stages are landed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// One pull request holds all stages.
    #[default]
    Single,
}

impl Configuration {
    /// Reads a repository's configuration; the defaults where it has none.
    ///
    /// # Errors
    /// A diagnostic with file and line when it cannot be read: nothing is done by a configuration
    /// that is only half understood.
    pub fn load(tree: &dyn Tree) -> Result<Self, Box<Diagnostic>> {
        let file = RepoPath::new(CONFIGURATION_FILE).ok();
        let fail = |line: Option<u32>, column: Option<u32>, message: String| {
            Box::new(Diagnostic {
                code: "configuration".to_owned(),
                severity: Severity::Error,
                file: file.clone(),
                line,
                column,
                message,
            })
        };
        let Some(path) = &file else { return Ok(Self::default()) };
        let bytes = match tree.read(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                // A file that is not read must not upgrade what it meant to spare.
                let other = RepoPath::new(MISSPELT_FILE).ok();
                let other = other.filter(|path| matches!(tree.read(path), Ok(Some(_))));
                let message = format!("it is not read; call it `{CONFIGURATION_FILE}`");
                return match other {
                    Some(_) => {
                        Err(Box::new(Diagnostic { file: other, ..*fail(None, None, message) }))
                    }
                    None => Ok(Self::default()),
                };
            }
            Err(error) => return Err(fail(None, None, unreadable_file(&error))),
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let mut configuration: Self = serde_yaml::from_slice(&bytes).map_err(|error| {
            let (place, message) = unreadable_types(&error);
            fail(place.map(|(line, _)| line), place.map(|(_, column)| column), message)
        })?;
        configuration.check().map_err(|message| fail(None, None, message))?;
        // Branches are told by a whole folder of them, so that `bot` does not mean `bottle/x`.
        if !configuration.branch_prefix.ends_with('/') {
            configuration.branch_prefix.push('/');
        }
        Ok(configuration)
    }

    /// Checks what the types cannot say.
    fn check(&self) -> Result<(), String> {
        globs(&self.include)?;
        globs(&self.exclude)?;
        for ignore in &self.ignore {
            if let Some(range) = &ignore.outside {
                Range::parse(range).map_err(|error| error.to_string())?;
            }
        }
        if let Some(age) = &self.minimum_release_age {
            span(age).map_err(|error| format!("`minimumReleaseAge`: {error}"))?;
        }
        if self.branch_prefix.is_empty() {
            return Err(
                "`branchPrefix` must not be empty: refit tells its branches by it".to_owned()
            );
        }
        if !is_branch_folder(self.branch_prefix.trim_end_matches('/')) {
            return Err(format!(
                "`branchPrefix`: git accepts no branch that begins with `{}`; take letters, digits, `-` and `_`, as in `refit/`",
                self.branch_prefix
            ));
        }
        Ok(())
    }

    /// Returns how long a version must have been out before it is proposed.
    #[must_use]
    pub fn minimum_release_age(&self) -> Option<Span> {
        self.minimum_release_age.as_deref().and_then(|age| span(age).ok())
    }

    /// Returns which files are looked at.
    ///
    /// # Errors
    /// When a glob cannot be read; [`Configuration::load`] has made sure of that.
    pub fn files(&self) -> Result<impl Fn(&RepoPath) -> bool + Sync + use<>, String> {
        let include = globs(&self.include)?;
        let exclude = globs(&self.exclude)?;
        Ok(move |path: &RepoPath| {
            (include.is_empty() || include.is_match(path.as_str()))
                && !exclude.is_match(path.as_str())
        })
    }

    /// Returns what may be taken for a subject.
    ///
    /// # Errors
    /// Why it is not upgraded at all.
    pub fn rules(&self, subject: &Subject) -> Result<Rules, Why> {
        let mut rules = Rules::default();
        for ignore in self.ignore.iter().filter(|ignore| ignore.matches(subject)) {
            let limits = ignore.above.is_some() || ignore.outside.is_some();
            if ignore.versions.is_empty() && !limits {
                let reason = ignore.reason.as_deref().unwrap_or("a rule of the configuration");
                return Err(Why::new("ignored", format!("ignored: {reason}")));
            }
            rules.ignored.extend(ignore.versions.iter().map(|version| Pattern::new(version)));
            if let Some(above) = ignore.above {
                rules.allow = rules.allow.min(above);
            }
            if let Some(range) = &ignore.outside {
                rules.allowed = Range::parse(range).ok();
            }
        }
        Ok(rules)
    }
}

/// What a rule of the configuration is about: a pin, as names.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The releases that run it, as `NAMESPACE/NAME`.
    pub releases: Vec<String>,
    /// Its package.
    pub package: String,
    /// The file that it stands in.
    pub file: String,
}

impl Ignore {
    fn matches(&self, subject: &Subject) -> bool {
        let any = |globs: &[Glob], texts: &[String]| {
            globs.is_empty() || texts.iter().any(|text| globs.iter().any(|glob| glob.matches(text)))
        };
        any(&self.releases, &subject.releases)
            && any(&self.packages, std::slice::from_ref(&subject.package))
            && any(&self.files, std::slice::from_ref(&subject.file))
    }
}

/// Says whether branches may stand in a folder of this name (`git-check-ref-format(1)`).
fn is_branch_folder(name: &str) -> bool {
    let part = |part: &str| {
        let lock = part.len() >= 5 && part.get(part.len() - 5..) == Some(".lock");
        !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with('.') && !lock
    };
    let bad = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\{}".contains(c);
    !name.contains(bad) && !name.contains("..") && name != "@" && name.split('/').all(part)
}

/// Reads a length of time of days and shorter units, as in `3 days` or `36h`.
fn span(text: &str) -> Result<Span, String> {
    let span: Span = text
        .parse()
        .map_err(|_| format!("`{text}` is no length of time; write `3 days` or `36h`"))?;
    let calendar = span.get_years() != 0 || span.get_months() != 0 || span.is_negative();
    if calendar { Err(format!("`{text}`: take days or hours")) } else { Ok(span) }
}

fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(|error| error.to_string())?);
    }
    set.build().map_err(|error| error.to_string())
}
