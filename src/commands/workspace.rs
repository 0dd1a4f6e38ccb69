//! A repository, opened: its files, its configuration and policies, what it runs.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::diagnostic::{Diagnostic, Severity};
use crate::flux::{self, Inventory, ObjectName, Release, discover};
use crate::git::Repo;
use crate::policy::{self, Configuration, Policies};
use crate::report::placed_text;
use crate::state::states;
use crate::tree::{Tree, WorkTree};
use crate::upgrade::{Background, Candidates, Learned, Scope};

/// What is known of a repository before anything outside is asked.
pub(super) struct Workspace<T> {
    pub(super) tree: T,
    pub(super) configuration: Configuration,
    pub(super) policies: Policies,
    pub(super) inventory: Inventory,
    /// The address of its remote, where it has one.
    pub(super) remote: Option<String>,
    /// Everything that the repository runs, where `inventory` is a part of it.
    whole: Option<Inventory>,
}

impl Workspace<WorkTree> {
    /// Opens a folder as it stands on disk.
    pub(super) fn open(dir: &Path) -> Result<Self> {
        Ok(Self::of(WorkTree::open(dir)?)?.beside(dir))
    }
}

impl<T: Tree> Workspace<T> {
    /// Reads a tree of files.
    pub(super) fn of(tree: T) -> Result<Self> {
        let configuration = load(&tree)?;
        let (policies, broken) = policy::load(&tree, &tree.files()?);
        let keep = configuration.files().map_err(|message| anyhow!(message))?;
        let mut inventory = discover(&tree, &policies, &keep).context("cannot list the files")?;
        inventory.diagnostics.splice(0..0, broken);
        Ok(Self { tree, configuration, policies, inventory, remote: None, whole: None })
    }

    /// Says which folder the files are of, so that the repository's remote is known.
    pub(super) fn beside(self, dir: &Path) -> Self {
        let name = &self.configuration.forge.remote;
        let remote = Repo::discover(dir).ok().and_then(|repo| repo.remote_url(name));
        Self { remote, ..self }
    }

    /// Returns everything that the repository runs.
    pub(super) fn whole(&self) -> &Inventory {
        self.whole.as_ref().unwrap_or(&self.inventory)
    }

    /// Returns what is looked at.
    pub(super) fn scope(&self) -> Scope<'_> {
        let (inventory, whole) = (&self.inventory, self.whole());
        Scope { inventory, whole, alone: self.whole.is_some() }
    }

    /// Says what is known around the upgrades.
    pub(super) fn background(
        &self,
        candidates: &Candidates,
        learned: Learned,
    ) -> Result<Background> {
        let keep = self.configuration.files().map_err(|message| anyhow!(message))?;
        let Self { tree, policies, .. } = self;
        let wanted = Background::wanted(&learned, &self.inventory.releases);
        let settings =
            if wanted.is_empty() { BTreeMap::new() } else { flux::settings(tree, &keep, &wanted)? };
        let moving = Background::moving(candidates, &self.inventory);
        let states = if moving.is_empty() {
            BTreeMap::new()
        } else {
            states(tree, self.whole(), policies, &keep, Some(&moving))?
        };
        Ok(Background { learned, settings, states })
    }

    /// Keeps one release, by `NAMESPACE/NAME` or by a name that only one has, with what it runs.
    pub(super) fn only(&mut self, wanted: &str) -> Result<ObjectName> {
        let releases = &self.inventory.releases;
        let matches =
            |release: &&Release| release.id.to_string() == wanted || release.id.name == wanted;
        let mut found: Vec<&ObjectName> = releases.iter().filter(matches).map(|r| &r.id).collect();
        found.dedup();
        let id = match found.as_slice() {
            [one] => (*one).clone(),
            [] => {
                let near = nearest(wanted, releases);
                let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                bail!("there is no release `{wanted}`{hint}");
            }
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                bail!("`{wanted}` is ambiguous: {}", names.join(", "));
            }
        };
        self.whole = Some(self.inventory.clone());
        self.inventory.pins.retain(|pin| pin.releases.contains(&id));
        Ok(id)
    }

    /// Says whether the repository itself had errors, or with `strict` warnings.
    pub(super) fn is_bad(&self, strict: bool) -> bool {
        is_bad(&self.inventory.diagnostics, strict)
    }
}

/// Reads the configuration of a folder as it stands on disk.
pub(super) fn configuration(dir: &Path) -> Result<Configuration> {
    load(&WorkTree::open(dir)?)
}

fn load(tree: &dyn Tree) -> Result<Configuration> {
    Configuration::load(tree).map_err(|diagnostic| anyhow!("{}", placed_text(&diagnostic)))
}

/// Returns the release whose name is most like `wanted`.
fn nearest(wanted: &str, releases: &[Release]) -> Option<String> {
    let likeness = |name: &str| similar::TextDiff::from_chars(wanted, name).ratio();
    let named = releases.iter().map(|release| {
        let full = release.id.to_string();
        let ratio = likeness(&full).max(likeness(&release.id.name));
        (ratio, full)
    });
    let best = named.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(ratio, _)| *ratio > 0.6).map(|(_, name)| name)
}

/// Returns the commit that a folder's work tree stands on; `None` outside Git.
pub(super) fn head(dir: &Path) -> Option<String> {
    let repository = git2::Repository::discover(dir).ok()?;
    let commit = repository.head().ok()?.peel_to_commit().ok()?;
    Some(commit.id().to_string())
}

fn is_bad(diagnostics: &[Diagnostic], strict: bool) -> bool {
    diagnostics.iter().any(|diagnostic| match diagnostic.severity {
        Severity::Error => true,
        Severity::Warning => strict,
        Severity::Info => false,
    })
}
