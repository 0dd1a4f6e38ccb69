//! Patches on releases: which there are, and which releases each is for.
//!
//! A patch stands in a file or inline in a kustomization, as a fragment of a release or as JSON
//! patch. It is for the releases that its `target` selects, else for those of its name, among what
//! the same context applies and its kustomization has a say in.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::folder;
use super::load::{Kind, Object};
use super::manifests::{Found, Manifests};
use super::parents::Reach;
use super::selector::{Subject, Target, subject};
use crate::tree::RepoPath;

/// A patch, with what it is for.
pub(super) struct Fragment<'a> {
    pub(super) object: Object<'a>,
    target: Option<Target>,
    /// The contexts that apply it.
    pub(super) applied: Vec<usize>,
    /// The files that its kustomization patches; `None` where it is a Flux Kustomization, or not
    /// known.
    reach: Option<Rc<Reach>>,
}

/// Releases, and those of each name.
pub(super) struct ByName<'f, 'a> {
    all: &'f [Found<'a>],
    names: BTreeMap<&'f str, Vec<&'f Found<'a>>>,
    /// What targets look at, read when the first one does.
    subjects: OnceCell<Vec<Subject>>,
}

impl<'f, 'a> ByName<'f, 'a> {
    pub(super) fn of(all: &'f [Found<'a>]) -> Self {
        let mut names: BTreeMap<&str, Vec<&Found<'a>>> = BTreeMap::new();
        for found in all {
            names.entry(&found.id.name).or_default().push(found);
        }
        Self { all, names, subjects: OnceCell::new() }
    }

    /// Lists the releases that a target selects.
    fn selected(&self, target: &Target) -> Vec<&'f Found<'a>> {
        let read = || self.all.iter().map(|found| subject(found.object, &found.id)).collect();
        let subjects = self.subjects.get_or_init(read);
        let pairs = self.all.iter().zip(subjects);
        pairs.filter(|(_, subject)| target.matches(subject)).map(|(found, _)| found).collect()
    }
}

/// What kustomizations say of the files that they use as patches.
#[derive(Default)]
struct Targeted {
    by_file: HashMap<RepoPath, Vec<(Target, RepoPath)>>,
}

impl<'a> Manifests<'a> {
    /// Lists the patches on releases.
    pub(super) fn fragments(&self) -> Vec<Fragment<'a>> {
        let targeted = self.targeted();
        let mut reaches: HashMap<RepoPath, Rc<Reach>> = HashMap::new();
        let mut reach = |file: &RepoPath| {
            let known = reaches.entry(file.clone());
            Rc::clone(known.or_insert_with(|| Rc::new(Reach::of(self.files, file))))
        };
        let mut found = Vec::new();
        for object in self.files.objects() {
            let Some(targets) = targeted.by_file.get(object.file) else {
                if object.kind == Kind::HelmRelease && self.is_fragment(object) {
                    let applied = self.contexts.of_file(object.file);
                    found.push(Fragment { object, target: None, applied, reach: None });
                }
                continue;
            };
            if !matches!(object.kind, Kind::HelmRelease | Kind::JsonPatch) {
                continue;
            }
            for (target, kustomization) in targets {
                let applied = self.contexts.of_file(kustomization);
                let (target, reach) = (Some(target.clone()), Some(reach(kustomization)));
                found.push(Fragment { object, target, applied, reach });
            }
        }
        for embedded in self.files.embedded() {
            let (object, target) = (embedded.object, embedded.target.cloned());
            if !matches!(object.kind, Kind::HelmRelease | Kind::JsonPatch) {
                continue;
            }
            let of_flux = embedded.host == Kind::FluxKustomization;
            let applied = if of_flux {
                self.contexts.of_kustomization(object)
            } else {
                self.contexts.of_file(object.file)
            };
            let reach = (!of_flux && target.is_some()).then(|| reach(object.file));
            found.push(Fragment { object, target, applied, reach });
        }
        found
    }

    /// Lists the files that kustomizations use as patches for a `target`, with the kustomizations.
    fn targeted(&self) -> Targeted {
        let mut targeted = Targeted::default();
        for object in self.files.objects().filter(|object| object.kind == Kind::Kustomization) {
            let lists = ["patches", "patchesJson6902"].into_iter();
            let items = lists.filter_map(|key| object.root.get(key)).flat_map(|list| list.items());
            for item in items {
                let (Some(path), Some(target)) = (item.get("path"), item.get("target")) else {
                    continue;
                };
                let path = path.value().unwrap_or_default();
                let Some(file) = folder::file(object.file.parent(), &path) else { continue };
                let target = Target::read(target);
                if target.is_of("HelmRelease") {
                    let entry = (target, object.file.clone());
                    targeted.by_file.entry(file).or_default().push(entry);
                }
            }
        }
        targeted
    }

    /// Lists the releases that a patch is for.
    pub(super) fn patched<'f>(
        &self,
        fragment: &Fragment<'a>,
        releases: &ByName<'f, 'a>,
    ) -> Vec<&'f Found<'a>> {
        let object = fragment.object;
        let (candidates, namespace) = if let Some(target) = &fragment.target {
            (releases.selected(target), None)
        } else {
            let Some(written) = object.written_name() else { return Vec::new() };
            let name = self.expand(&fragment.applied, &written.name);
            let named = releases.names.get(name.as_str()).cloned().unwrap_or_default();
            let namespace = written.namespace;
            (named, namespace.map(|text| self.expand(&fragment.applied, &text)))
        };
        let near = |found: &&Found<'a>| {
            let theirs = found.id.namespace.as_ref();
            let same = namespace.is_none() || theirs.is_none() || theirs == namespace.as_ref();
            let loose = found.applied.is_empty() || fragment.applied.is_empty();
            let reached = fragment.reach.as_ref();
            same && (loose || found.applied.iter().any(|c| fragment.applied.contains(c)))
                && reached.is_none_or(|reach| reach.holds(found.object.file))
        };
        candidates.into_iter().filter(near).collect()
    }
}
