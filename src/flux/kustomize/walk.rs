//! Follows Kustomizations and kustomize folders through the tree.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::super::folder::{folder, join};
use super::super::load::{Files, KUSTOMIZATION_FILES, Kind, Object, is_kustomization, is_yaml};
use super::around::{Affix, Around, Waiting};
use super::{Context, Contexts, generators};
use crate::tree::RepoPath;
use crate::yaml::Node;

/// The state of following kustomizations through the tree.
pub(super) struct Walk<'a, 'f> {
    files: &'a Files,
    all: &'f [RepoPath],
    pub(super) contexts: Contexts<'a>,
    reached: HashSet<String>,
}

impl<'a, 'f> Walk<'a, 'f> {
    pub(super) fn new(files: &'a Files, all: &'f [RepoPath]) -> Self {
        let mut config_maps: HashMap<String, Vec<Object<'a>>> = HashMap::new();
        for object in files.objects().filter(|object| object.kind == Kind::ConfigMap) {
            if let Some(name) = object.text(&["metadata", "name"]) {
                config_maps.entry(name.into_owned()).or_default().push(object);
            }
        }
        let contexts = Contexts {
            files,
            list: Vec::new(),
            by_file: HashMap::new(),
            patches: HashSet::new(),
            config_maps,
            generated: Vec::new(),
        };
        Self { files, all, contexts, reached: HashSet::new() }
    }

    /// Follows one Flux Kustomization.
    pub(super) fn kustomization(&mut self, object: Object<'a>, path: &str) {
        let context = self.contexts.list.len();
        self.contexts.list.push(Context { kustomization: Some(object) });
        let Some(folder) = folder(path) else { return };
        let mut seen = HashSet::new();
        self.folder(context, &folder, &mut seen);
        let components = object.root.at(&["spec", "components"]);
        for component in
            components.into_iter().flat_map(|node| node.items()).filter_map(|node| node.value())
        {
            if let Some(component) = join(&folder, &component) {
                self.folder(context, &component, &mut seen);
            }
        }
    }

    /// Follows the kustomizations that no Flux Kustomization reached, the outer ones first.
    pub(super) fn rest(&mut self) {
        let mut roots: Vec<&RepoPath> =
            self.all.iter().filter(|path| is_kustomization(path)).collect();
        let named: HashSet<String> =
            roots.iter().flat_map(|path| self.folders_named(path)).collect();
        roots.sort_by_key(|path| (named.contains(path.parent()), path.as_str().len()));
        for path in roots {
            if self.reached.contains(path.parent()) {
                continue;
            }
            let context = self.contexts.list.len();
            self.contexts.list.push(Context { kustomization: None });
            self.folder(context, path.parent(), &mut HashSet::new());
        }
    }

    /// Lists the folders that a kustomization names.
    fn folders_named(&self, path: &RepoPath) -> Vec<String> {
        let Some(file) = self.files.get(path) else { return Vec::new() };
        let objects = file.objects().filter(|object| object.kind == Kind::Kustomization);
        objects
            .flat_map(|object| entries(object.root))
            .filter_map(|entry| join(path.parent(), &entry))
            .collect()
    }

    /// Applies a folder: what its kustomization names, or every manifest below it.
    ///
    /// Folders are taken from a list rather than by recursion; `seen` keeps cycles out, and lets a
    /// folder in once for each namespace and affix.
    fn folder(&mut self, context: usize, start: &str, seen: &mut HashSet<Waiting>) {
        let start = Waiting { folder: start.to_owned(), ..Waiting::default() };
        let mut waiting = vec![start];
        while let Some(next) = waiting.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            let Waiting { folder, namespace: outer, affix } = next;
            self.reached.insert(folder.clone());
            let Some(kustomization) = self.kustomization_of(&folder) else {
                let around = Around { context, namespace: outer, affix };
                self.everything_below(&around, &folder, &mut waiting);
                continue;
            };
            let plain = Around { context, namespace: outer.clone(), affix: Affix::default() };
            self.apply(&plain, kustomization.file);
            let own = kustomization.text(&["namespace"]).filter(|own| !own.is_empty());
            let namespace = outer.or(own.map(Cow::into_owned));
            let affix = affix.inside(kustomization);
            let around = Around { context, namespace, affix };
            self.patches_and_generators(&around, kustomization, &folder);
            for entry in entries(kustomization.root) {
                let Some(path) = join(&folder, &entry) else { continue };
                match RepoPath::new(&path) {
                    Ok(file) if self.all.binary_search(&file).is_ok() => {
                        self.apply(&around, &file);
                    }
                    _ => waiting.push(around.waiting(path)),
                }
            }
        }
    }

    fn kustomization_of(&self, folder: &str) -> Option<Object<'a>> {
        KUSTOMIZATION_FILES.iter().find_map(|name| {
            let path = RepoPath::new(&join(folder, name)?).ok()?;
            let mut objects = self.files.get(&path)?.objects();
            objects.find(|object| object.kind == Kind::Kustomization)
        })
    }

    /// Applies the manifests below a folder without a kustomization, as Flux does: a folder below
    /// it that has one is built as such.
    fn everything_below(&mut self, around: &Around, folder: &str, waiting: &mut Vec<Waiting>) {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.all.partition_point(|path| path.as_str() < prefix.as_str());
        let mut built: Option<String> = None;
        for path in self.all.iter().skip(start) {
            if !path.as_str().starts_with(&prefix) {
                break;
            }
            if built.as_ref().is_some_and(|built| path.as_str().starts_with(built)) {
                continue;
            }
            if let Some(inner) = self.built_folder(path, folder) {
                built = Some(format!("{inner}/"));
                waiting.push(around.waiting(inner));
            } else if is_yaml(path) {
                self.apply(around, path);
            }
        }
    }

    /// Returns the outermost folder between `folder` and the file that has a kustomization.
    fn built_folder(&self, path: &RepoPath, folder: &str) -> Option<String> {
        let below = path.parent().get(folder.len()..)?.trim_start_matches('/');
        let mut at = folder.to_owned();
        for segment in below.split('/').filter(|segment| !segment.is_empty()) {
            at = join(&at, segment)?;
            if self.kustomization_of(&at).is_some() {
                return Some(at);
            }
        }
        None
    }

    fn apply(&mut self, around: &Around, file: &RepoPath) {
        let list = self.contexts.by_file.entry(file.clone()).or_default();
        if !list.contains(around) {
            list.push(around.clone());
        }
    }

    /// Notes the files that a kustomization uses as patches and for ConfigMaps.
    fn patches_and_generators(&mut self, around: &Around, kustomization: Object<'a>, folder: &str) {
        let root = kustomization.root;
        let merges = items(root, "patchesStrategicMerge").filter_map(|node| node.value());
        let patches = items(root, "patches").filter_map(|patch| patch.get("path")?.value());
        for path in merges.chain(patches) {
            let file = join(folder, &path).and_then(|path| RepoPath::new(&path).ok());
            if let Some(file) = file {
                let around = Around { affix: Affix::default(), ..around.clone() };
                self.apply(&around, &file);
                self.contexts.patches.insert(file);
            }
        }
        let generated = generators::of(around, kustomization, folder);
        self.contexts.generated.extend(generated);
    }
}

pub(super) fn items<'a>(node: Node<'a>, key: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
    node.get(key).into_iter().flat_map(|node| node.items())
}

/// Lists what a kustomization applies, in its order.
fn entries(root: Node<'_>) -> Vec<String> {
    ["resources", "bases", "components"]
        .into_iter()
        .flat_map(|key| items(root, key))
        .filter_map(|entry| entry.value().map(Cow::into_owned))
        .filter(|entry| !entry.contains("://"))
        .collect()
}
