//! How a new object is put beside one that stands in the repository, so that the same Kustomization
//! applies it into the same namespace, and nothing else does.
//!
//! Where a kustomization lists the file, the new one is listed there too; where Flux takes every
//! file of a folder, it is enough that it is there. What is applied more than once, through a
//! component or by several Kustomizations, has no such place: the new object would be made for each.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::kustomize::Contexts;
use super::load::{Files, Kind, Object};
use crate::tree::RepoPath;
use crate::yaml::{Kind as NodeKind, Spot};

/// How a new file is put beside one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// A kustomization lists the file; the new one has to be listed as well.
    Listed {
        /// The kustomization.
        kustomization: RepoPath,
        /// Its `resources`.
        list: Spot,
        /// What stands before the names there, `./` or nothing.
        prefix: String,
    },
    /// Every file of the folder is applied.
    Folder,
    /// There is no such place, with the reason.
    Nowhere(String),
}

impl Default for Beside {
    fn default() -> Self {
        Self::Nowhere("nothing applies it".to_owned())
    }
}

/// Which kustomizations list each file themselves.
pub(super) struct Listings<'a> {
    by_file: HashMap<RepoPath, Vec<Object<'a>>>,
}

impl<'a> Listings<'a> {
    /// Reads the lists of all kustomizations.
    pub(super) fn of(files: &'a Files) -> Self {
        let mut by_file: HashMap<RepoPath, Vec<Object<'a>>> = HashMap::new();
        for object in files.objects().filter(|object| object.kind == Kind::Kustomization) {
            let lists = ["resources", "bases"].iter().filter_map(|key| object.root.get(key));
            for entry in lists.flat_map(|list| list.items()).filter_map(|item| item.value()) {
                if let Ok(file) = object.file.sibling(&entry) {
                    by_file.entry(file).or_default().push(object);
                }
            }
        }
        Self { by_file }
    }
}

/// Says how a new file is put beside the file of an object.
pub(super) fn of(listings: &Listings<'_>, contexts: &Contexts<'_>, object: Object<'_>) -> Beside {
    let no = |reason: String| Beside::Nowhere(reason);
    let mut applied = contexts.of_file(object.file);
    applied.sort_unstable();
    applied.dedup();
    let listing = listings.by_file.get(object.file).map_or(&[][..], Vec::as_slice);
    match (applied.len(), listing.len()) {
        (0, _) => return Beside::default(),
        (2.., _) => return no(format!("{} Kustomizations apply its file", applied.len())),
        (_, 2..) => return no(format!("{} kustomizations list its file", listing.len())),
        _ => {}
    }
    if object.is_embedded() || contexts.is_patch(object.file) {
        return no("it is only a patch".to_owned());
    }
    let written = object.written_name().map(|name| name.name).unwrap_or_default();
    let expanded = applied.first().map(|context| contexts.expand(*context, &written));
    let names = contexts.names(object);
    if names.iter().any(|(id, _)| Some(&id.name) != expanded.as_ref()) {
        return no("a kustomization changes the names of what it lists".to_owned());
    }
    let Some(kustomization) = listing.first() else { return Beside::Folder };
    if kustomization.text(&["kind"]).as_deref() == Some("Component") {
        return no("a component lists its file, and others may use that".to_owned());
    }
    let list = kustomization.root.entries().find(|(key, list)| {
        let known = ["resources", "bases"].iter().any(|k| key.value().as_deref() == Some(*k));
        known && list.items().any(|item| is_file(kustomization.file, item.value(), object.file))
    });
    let Some((_, list)) = list.filter(|(_, list)| matches!(list.kind(), NodeKind::Sequence(_)))
    else {
        return no("the list that names its file is shared by an alias".to_owned());
    };
    let dotted = list.items().any(|item| item.value().is_some_and(|text| text.starts_with("./")));
    Beside::Listed {
        kustomization: kustomization.file.clone(),
        list: kustomization.spot(list),
        prefix: if dotted { "./" } else { "" }.to_owned(),
    }
}

fn is_file(from: &RepoPath, entry: Option<Cow<'_, str>>, file: &RepoPath) -> bool {
    entry.is_some_and(|entry| from.sibling(&entry).is_ok_and(|path| path == *file))
}
