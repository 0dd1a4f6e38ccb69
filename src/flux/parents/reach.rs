//! Whether a kustomization's patches reach a file: only what it names, itself or through the
//! kustomizations that it names, is patched by it.

use std::collections::HashSet;

use super::super::load::{File, Files, KUSTOMIZATION_FILES, Kind, Object};
use crate::tree::{InvalidPath, RepoPath};

/// How many kustomizations are followed from one; a real one names some hundreds at most.
const MOST: usize = 5000;

/// The files that a kustomization's patches reach.
#[derive(Debug, Default)]
pub(in crate::flux) struct Reach {
    files: HashSet<RepoPath>,
    /// Whether it is a component of a Flux Kustomization, and patches all that this applies.
    all: bool,
}

impl Reach {
    /// Follows a kustomization. A component patches what those who use it name.
    pub(in crate::flux) fn of(files: &Files, kustomization: &RepoPath) -> Self {
        let mut reach = Self::default();
        let mut starts = vec![kustomization.clone()];
        let mut next = 0;
        while let Some(start) = starts.get(next).cloned() {
            next += 1;
            reach.follow(files, &start);
            if !is_component(files, &start) {
                continue;
            }
            for user in files.objects() {
                match user.kind {
                    Kind::Kustomization => {
                        let mut used = entries(user, &["components"]).into_iter();
                        let uses = used.any(|entry| is_folder(user.file.sibling(&entry), &start));
                        if uses && !starts.contains(user.file) {
                            starts.push(user.file.clone());
                        }
                    }
                    // Its components' paths count from the folder that it builds.
                    Kind::FluxKustomization => {
                        let folder = user.text(&["spec", "path"]).unwrap_or_default();
                        let mut used = entries(user, &["spec", "components"]).into_iter();
                        let built = |entry| RepoPath::new(&format!("./{folder}/{entry}"));
                        reach.all |= used.any(|entry| is_folder(built(entry), &start));
                    }
                    _ => {}
                }
            }
        }
        reach
    }

    /// Says whether a file is one of them.
    pub(in crate::flux) fn holds(&self, file: &RepoPath) -> bool {
        self.all || self.files.contains(file)
    }

    fn follow(&mut self, files: &Files, kustomization: &RepoPath) {
        let mut waiting = vec![kustomization.clone()];
        let mut seen = HashSet::new();
        while let Some(next) = waiting.pop() {
            if seen.len() > MOST || !seen.insert(next.clone()) {
                continue;
            }
            let Some(known) = files.get(&next) else { continue };
            for object in known.objects().filter(|object| object.kind == Kind::Kustomization) {
                for entry in entries(object, &["resources", "bases", "components"]) {
                    self.files.extend(next.sibling(&entry));
                    let names = KUSTOMIZATION_FILES.iter();
                    let inside = names.flat_map(|name| next.sibling(&format!("{entry}/{name}")));
                    waiting.extend(inside);
                }
            }
        }
    }
}

fn is_folder(folder: Result<RepoPath, InvalidPath>, kustomization: &RepoPath) -> bool {
    folder.is_ok_and(|folder| folder.as_str() == kustomization.parent())
}

fn is_component(files: &Files, file: &RepoPath) -> bool {
    let mut objects = files.get(file).into_iter().flat_map(File::objects);
    objects.any(|object| object.text(&["kind"]).as_deref() == Some("Component"))
}

/// Lists what stands in the lists of a kustomization, the keys each a list or one path to it.
fn entries(object: Object<'_>, keys: &[&str]) -> Vec<String> {
    let lists: Vec<_> = match keys {
        ["spec", _] => object.root.at(keys).into_iter().collect(),
        keys => keys.iter().filter_map(|key| object.root.get(key)).collect(),
    };
    let items = lists.into_iter().flat_map(|list| list.items());
    items.filter_map(|item| Some(item.value()?.into_owned())).collect()
}
