//! Who applies a file: the graph of Flux Kustomizations and kustomize folders.
//!
//! A Flux Kustomization builds the folder at its `path`; a `kustomization.yaml` in it names files,
//! other folders and components, and sets a namespace; without one, every manifest below the folder
//! is applied. So one file can be applied several times, by several [`Context`]s, each with its own
//! namespace and its own variables. Kustomizations that no Flux Kustomization reaches are contexts
//! without variables, so that a repository whose entry point lives elsewhere reads as well.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::load::{Files, Kind, Object, is_kustomization, is_yaml};
use super::model::ObjectName;
use super::substitute::expand;
use crate::tree::RepoPath;
use crate::yaml::Node;

/// How deep variables may refer to variables, and Kustomizations be applied by others.
const DEPTH: usize = 6;

/// Everything that applies files, and which files each applies.
pub(super) struct Contexts<'a> {
    list: Vec<Context<'a>>,
    by_file: HashMap<RepoPath, Vec<Applied>>,
    patches: HashSet<RepoPath>,
    config_maps: HashMap<String, Vec<Object<'a>>>,
    generated: Vec<Generated<'a>>,
}

/// One build of a folder.
pub(super) struct Context<'a> {
    /// The Flux Kustomization; `None` for a folder that none reaches.
    pub(super) kustomization: Option<Object<'a>>,
}

/// A file applied by a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Applied {
    context: usize,
    /// The namespace that the innermost kustomization around it sets.
    namespace: Option<String>,
}

/// A ConfigMap that kustomize generates from files of the repository.
pub(super) struct Generated<'a> {
    /// The ConfigMap's name.
    pub(super) name: Cow<'a, str>,
    /// Its keys and the files that hold their values.
    pub(super) files: Vec<(String, RepoPath)>,
}

/// The scalar that defines a variable.
#[derive(Clone, Copy)]
pub(super) struct Definition<'a> {
    pub(super) object: Object<'a>,
    pub(super) node: Node<'a>,
}

impl<'a> Contexts<'a> {
    /// Follows every Kustomization through `files`; `all` are the paths of the tree, sorted.
    pub(super) fn of(files: &'a Files, all: &[RepoPath]) -> Self {
        let mut walk = Walk::new(files, all);
        let mut later: Vec<Object<'a>> = Vec::new();
        for object in files.objects().filter(|object| object.kind == Kind::FluxKustomization) {
            let path = object.text(&["spec", "path"]).unwrap_or_default();
            if path.contains("${") { later.push(object) } else { walk.kustomization(object, &path) }
        }
        for object in later {
            let path = object.text(&["spec", "path"]).unwrap_or_default();
            for context in walk.contexts.of_file(object.file) {
                let expanded = walk.contexts.expand(context, &path);
                walk.kustomization(object, &expanded);
            }
        }
        walk.rest();
        walk.contexts
    }

    /// Lists the contexts that apply a file; none for a file that nothing names.
    pub(super) fn of_file(&self, file: &RepoPath) -> Vec<usize> {
        self.applied(file).iter().map(|applied| applied.context).collect()
    }

    /// Says whether a kustomization uses the file as a patch.
    pub(super) fn is_patch(&self, file: &RepoPath) -> bool {
        self.patches.contains(file)
    }

    /// Lists the ConfigMaps of a name that kustomize generates.
    pub(super) fn generated(&self, name: &str) -> impl Iterator<Item = &Generated<'a>> {
        self.generated.iter().filter(move |generated| generated.name == name)
    }

    /// Lists the ConfigMaps of a name that stand in the repository.
    pub(super) fn config_maps(&self, name: &str) -> &[Object<'a>] {
        self.config_maps.get(name).map_or(&[], Vec::as_slice)
    }

    fn applied(&self, file: &RepoPath) -> &[Applied] {
        self.by_file.get(file).map_or(&[], Vec::as_slice)
    }

    /// Returns the namespaces and names that an object gets, once for each that differs, with the
    /// contexts that give it.
    pub(super) fn names(&self, object: Object<'a>) -> Vec<(ObjectName, Vec<usize>)> {
        let Some(written) = object.written_name() else { return Vec::new() };
        let mut names: Vec<(ObjectName, Vec<usize>)> = Vec::new();
        for applied in self.applied(object.file) {
            let context = applied.context;
            let namespace = match &written.namespace {
                Some(namespace) => Some(self.expand(context, namespace)),
                None => applied.namespace.clone().or_else(|| self.target_namespace(context)),
            };
            let name = self.expand(context, &written.name);
            let name = ObjectName::new(namespace.as_deref(), &name);
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, contexts)) => contexts.push(context),
                None => names.push((name, vec![context])),
            }
        }
        // A name without a namespace is the same object seen from a build that is not the whole.
        if names.iter().any(|(name, _)| name.namespace.is_some()) {
            names.retain(|(name, _)| name.namespace.is_some());
        }
        if names.is_empty() {
            names.push((written, Vec::new()));
        }
        names
    }

    fn target_namespace(&self, context: usize) -> Option<String> {
        let object = self.list.get(context)?.kustomization?;
        let written = object.text(&["spec", "targetNamespace"])?;
        let outer = self.of_file(object.file).first().copied();
        Some(
            outer
                .map_or_else(|| written.clone().into_owned(), |outer| self.expand(outer, &written)),
        )
    }

    /// Replaces the variables of a text as a context does.
    pub(super) fn expand(&self, context: usize, text: &str) -> String {
        self.expand_with_rest(context, text).0
    }

    /// Replaces the variables of a text as a context does, and names those that nothing defines.
    pub(super) fn expand_with_rest(&self, context: usize, text: &str) -> (String, Vec<String>) {
        if !text.contains("${") {
            return (text.to_owned(), Vec::new());
        }
        self.expand_at(context, text, DEPTH)
    }

    fn expand_at(&self, context: usize, text: &str, depth: usize) -> (String, Vec<String>) {
        let mut lookup = |name: &str| {
            let definition = self.definition(context, name)?;
            let value = definition.node.value()?;
            if depth == 0 || !value.contains("${") {
                return Some(value.into_owned());
            }
            let outer = self.of_file(definition.object.file).first().copied();
            Some(outer.map_or_else(
                || value.clone().into_owned(),
                |outer| self.expand_at(outer, &value, depth - 1).0,
            ))
        };
        expand(text, &mut lookup)
    }

    /// Finds the scalar that defines a variable in a context.
    pub(super) fn definition(&self, context: usize, name: &str) -> Option<Definition<'a>> {
        let object = self.list.get(context)?.kustomization?;
        let inline = object.root.at(&["spec", "postBuild", "substitute"]);
        if let Some(node) = inline.and_then(|substitute| substitute.get(name)) {
            return Some(Definition { object, node: node.target() });
        }
        let mut at = Some(context);
        for _ in 0..DEPTH {
            let Some(object) = at.and_then(|at| self.list.get(at)).and_then(|c| c.kustomization)
            else {
                break;
            };
            let found = substitute_from(object).into_iter().find_map(|map| {
                let object = self
                    .config_maps(&map)
                    .iter()
                    .find(|object| object.root.at(&["data", name]).is_some())?;
                let node = object.root.at(&["data", name])?;
                Some(Definition { object: *object, node: node.target() })
            });
            if found.is_some() {
                return found;
            }
            let outer = self.of_file(object.file).into_iter().find(|outer| Some(*outer) != at);
            at = outer;
        }
        None
    }
}

/// Lists the ConfigMaps that a Kustomization takes variables from, by name, its own and those
/// that its patches give to the Kustomizations below it.
fn substitute_from(object: Object<'_>) -> Vec<String> {
    fn names(spec: Option<Node<'_>>, found: &mut Vec<String>) {
        let list = spec.and_then(|spec| spec.at(&["postBuild", "substituteFrom"]));
        for item in list.into_iter().flat_map(|node| node.items()) {
            let is_map =
                item.get("kind").and_then(|node| node.value()).as_deref() == Some("ConfigMap");
            if let (true, Some(name)) = (is_map, item.get("name").and_then(|node| node.value())) {
                found.push(name.into_owned());
            }
        }
    }
    let mut found = Vec::new();
    names(object.root.get("spec"), &mut found);
    let patches = object.root.at(&["spec", "patches"]);
    for patch in patches.into_iter().flat_map(|node| node.items()) {
        let Some(text) = patch.get("patch") else { continue };
        if let Some(Ok(stream)) = text.embedded() {
            for root in stream.documents() {
                names(root.get("spec"), &mut found);
            }
        }
    }
    found
}

/// The state of following kustomizations through the tree.
struct Walk<'a, 'f> {
    files: &'a Files,
    all: &'f [RepoPath],
    contexts: Contexts<'a>,
    reached: HashSet<String>,
}

impl<'a, 'f> Walk<'a, 'f> {
    fn new(files: &'a Files, all: &'f [RepoPath]) -> Self {
        let mut config_maps: HashMap<String, Vec<Object<'a>>> = HashMap::new();
        for object in files.objects().filter(|object| object.kind == Kind::ConfigMap) {
            if let Some(name) = object.text(&["metadata", "name"]) {
                config_maps.entry(name.into_owned()).or_default().push(object);
            }
        }
        let contexts = Contexts {
            list: Vec::new(),
            by_file: HashMap::new(),
            patches: HashSet::new(),
            config_maps,
            generated: Vec::new(),
        };
        Self { files, all, contexts, reached: HashSet::new() }
    }

    /// Follows one Flux Kustomization.
    fn kustomization(&mut self, object: Object<'a>, path: &str) {
        let context = self.contexts.list.len();
        self.contexts.list.push(Context { kustomization: Some(object) });
        let Some(folder) = folder(path) else { return };
        let mut seen = HashSet::new();
        self.folder(context, &folder, None, &mut seen);
        let components = object.root.at(&["spec", "components"]);
        for component in
            components.into_iter().flat_map(|node| node.items()).filter_map(|node| node.value())
        {
            if let Some(component) = join(&folder, &component) {
                self.folder(context, &component, None, &mut seen);
            }
        }
    }

    /// Follows the kustomizations that no Flux Kustomization reached, the outer ones first.
    fn rest(&mut self) {
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
            self.folder(context, path.parent(), None, &mut HashSet::new());
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
    /// Folders are taken from a list rather than by recursion; `seen` keeps cycles out.
    fn folder(
        &mut self,
        context: usize,
        start: &str,
        namespace: Option<String>,
        seen: &mut HashSet<String>,
    ) {
        let mut waiting = vec![(start.to_owned(), namespace)];
        while let Some((folder, outer)) = waiting.pop() {
            if !seen.insert(folder.clone()) {
                continue;
            }
            self.reached.insert(folder.clone());
            let Some(kustomization) = self.kustomization_of(&folder) else {
                self.everything_below(context, &folder, outer.as_deref(), &mut waiting);
                continue;
            };
            self.apply(context, kustomization.file, outer.clone());
            let own = kustomization.text(&["namespace"]).map(Cow::into_owned);
            let namespace = outer.or(own);
            self.patches_and_generators(context, kustomization, &folder, namespace.as_deref());
            for entry in entries(kustomization.root) {
                let Some(path) = join(&folder, &entry) else { continue };
                match RepoPath::new(&path) {
                    Ok(file) if self.all.binary_search(&file).is_ok() => {
                        self.apply(context, &file, namespace.clone());
                    }
                    _ => waiting.push((path, namespace.clone())),
                }
            }
        }
    }

    fn kustomization_of(&self, folder: &str) -> Option<Object<'a>> {
        ["kustomization.yaml", "kustomization.yml"].into_iter().find_map(|name| {
            let path = RepoPath::new(&join(folder, name)?).ok()?;
            let mut objects = self.files.get(&path)?.objects();
            objects.find(|object| object.kind == Kind::Kustomization)
        })
    }

    /// Applies the manifests below a folder without a kustomization, as Flux does: a folder below
    /// it that has one is built as such.
    fn everything_below(
        &mut self,
        context: usize,
        folder: &str,
        namespace: Option<&str>,
        waiting: &mut Vec<(String, Option<String>)>,
    ) {
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
                waiting.push((inner, namespace.map(str::to_owned)));
            } else if is_yaml(path) {
                self.apply(context, path, namespace.map(str::to_owned));
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

    fn apply(&mut self, context: usize, file: &RepoPath, namespace: Option<String>) {
        let applied = Applied { context, namespace };
        let list = self.contexts.by_file.entry(file.clone()).or_default();
        if !list.contains(&applied) {
            list.push(applied);
        }
    }

    /// Notes the files that a kustomization uses as patches and for ConfigMaps.
    fn patches_and_generators(
        &mut self,
        context: usize,
        kustomization: Object<'a>,
        folder: &str,
        namespace: Option<&str>,
    ) {
        let root = kustomization.root;
        let merges = items(root, "patchesStrategicMerge").filter_map(|node| node.value());
        let patches = items(root, "patches").filter_map(|patch| patch.get("path")?.value());
        for path in merges.chain(patches) {
            let file = join(folder, &path).and_then(|path| RepoPath::new(&path).ok());
            if let Some(file) = file {
                self.apply(context, &file, namespace.map(str::to_owned));
                self.contexts.patches.insert(file);
            }
        }
        for generator in items(root, "configMapGenerator") {
            let Some(name) = generator.get("name").and_then(|node| node.value()) else { continue };
            let files =
                items(generator, "files").filter_map(|node| node.value()).filter_map(|entry| {
                    let (key, path) = match entry.split_once('=') {
                        Some((key, path)) => (key.to_owned(), path),
                        None => (entry.rsplit('/').next()?.to_owned(), &*entry),
                    };
                    Some((key, RepoPath::new(&join(folder, path)?).ok()?))
                });
            let files = files.collect();
            self.contexts.generated.push(Generated { name, files });
        }
    }
}

fn items<'a>(node: Node<'a>, key: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
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

/// Reads the `path` of a Flux Kustomization as a folder of the tree, `""` for its root.
fn folder(path: &str) -> Option<String> {
    join("", path.trim_start_matches('/'))
}

/// Joins a folder and a relative path; `None` where it leads out of the tree.
fn join(folder: &str, relative: &str) -> Option<String> {
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            other => segments.push(other),
        }
    }
    Some(segments.join("/"))
}
