//! From files to an [`Inventory`].
//!
//! The order of the steps is the order in which one needs the other: what applies each file, then
//! the sources, then the releases with their charts and levers, then the images, last what
//! overrides what. The rooms: `sources`, `releases` and `images`; `values_from` and `patches`
//! beside this file add what is laid over a release's own values.

mod images;
mod releases;
mod sources;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use super::applied::{self, Needs};
use super::autoscaler::Autoscalers;
use super::backing;
use super::beside::{self, Listings};
use super::kustomize::Contexts;
use super::load::load;
use super::manifests::{Found, Manifests};
use super::model::{Inventory, ObjectName, Release, Source, SourceKind};
use super::outside::Outside;
use super::parents::Patches;
use super::pins::Pins;
use super::remediation;
use crate::diagnostic::{Diagnostic, Position};
use crate::policy::Policies;
use crate::tree::{RepoPath, Tree, TreeError};

/// Reads what a repository runs.
///
/// `keep` says which files are looked at; configuration excludes some. A file that cannot be read
/// is named in the inventory's diagnostics, and the rest goes on.
///
/// # Errors
/// When the tree cannot be listed at all.
pub fn discover(
    tree: &dyn Tree,
    policies: &Policies,
    keep: &(dyn Fn(&RepoPath) -> bool + Sync),
) -> Result<Inventory, TreeError> {
    let mut paths = tree.files()?;
    paths.retain(|path| keep(path));
    let mut diagnostics = Vec::new();
    let (files, read) = load(tree, &paths, &mut diagnostics);
    let contexts = Contexts::of(&files, &paths);
    let mut discovery = Discovery {
        outside: Outside::of(&files, &contexts),
        overruled: BTreeMap::new(),
        manifests: Manifests { files: &files, contexts },
        policies,
        pins: Pins::default(),
        sources: Vec::new(),
        by_source: HashMap::new(),
        releases: Vec::new(),
        diagnostics,
    };
    discovery.sources();
    let releases = discovery.manifests.releases();
    for found in &releases {
        discovery.release(found);
    }
    discovery.nameless();
    discovery.fragments(&releases);
    discovery.replacements(&releases);
    discovery.lock_overruled();
    discovery.kustomize_images();
    discovery.parents(&releases);
    discovery.sources.iter_mut().for_each(|source| dedup(&mut source.releases));
    let backing = backing::all(&files, &discovery.manifests.contexts, &Listings::of(&files));
    let Discovery { pins, mut sources, mut releases, mut diagnostics, .. } = discovery;
    sources.sort_by(|a, b| (&a.position, &a.id).cmp(&(&b.position, &b.id)));
    releases.sort_by(|a, b| (&a.position, &a.id).cmp(&(&b.position, &b.id)));
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.file.clone(), d.line, d.column, d.code.clone());
        key(a).cmp(&key(b))
    });
    let pins = pins.into_sorted();
    Ok(Inventory { releases, sources, pins, backing, diagnostics, read })
}

/// What is known while an inventory is made.
pub(super) struct Discovery<'a> {
    pub(super) manifests: Manifests<'a>,
    pub(super) policies: &'a Policies,
    pub(super) pins: Pins,
    sources: Vec<Source>,
    by_source: HashMap<(SourceKind, ObjectName), Vec<usize>>,
    pub(super) releases: Vec<Release>,
    diagnostics: Vec<Diagnostic>,
    pub(super) outside: Outside,
    /// The pins that something else replaces, with what does in which release.
    pub(super) overruled: BTreeMap<String, Vec<Winner>>,
}

impl<'a> Discovery<'a> {
    /// Reads what stands above the releases: who applies them, and what Helm does with an upgrade.
    fn parents(&mut self, releases: &[Found<'a>]) {
        let Manifests { files, contexts } = &self.manifests;
        let patches = Patches::of(files, contexts);
        let needs = Needs::of(contexts);
        let listings = Listings::of(files);
        let autoscalers = Autoscalers::of(files, contexts);
        for Found { object, id, applied, index } in releases {
            let Some(release) = self.releases.get_mut(*index) else { continue };
            release.remediation = remediation::of(*object, id, applied, contexts, &patches);
            let name = self.manifests.helm_name(*object, id, applied);
            release.scaled = autoscalers.of_release(*object, &name, id, applied);
            release.beside = beside::of(&listings, contexts, *object);
            release.applied_by = applied::of(id, applied, contexts, &patches, &needs);
        }
    }
}

/// What replaces a pin in a release.
pub(super) struct Winner {
    pub(super) release: ObjectName,
    pub(super) place: Position,
}

/// Keeps the first of equal names, in order.
pub(super) fn dedup<T: Clone + Eq + Hash>(names: &mut Vec<T>) {
    if names.len() > 1 {
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
}
