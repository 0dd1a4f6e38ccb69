//! Who applies a file: the graph of Flux Kustomizations and kustomize folders.
//!
//! A Flux Kustomization builds the folder at its `path`; a `kustomization.yaml` in it names files,
//! other folders and components, and sets a namespace; without one, every manifest below the folder
//! is applied. So one file can be applied several times, by several [`Context`]s, each with its own
//! namespace and its own variables. Kustomizations that no Flux Kustomization reaches are contexts
//! without variables, so that a repository whose entry point lives elsewhere reads as well.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::load::{Files, KUSTOMIZATION_FILES, Kind, Object, is_kustomization, is_yaml};
use super::model::{ObjectName, Part};
use super::substitute::expand;
use crate::tree::RepoPath;
use crate::yaml::Node;

/// How deep variables may refer to variables, and Kustomizations be applied by others.
const DEPTH: usize = 6;

/// Everything that applies files, and which files each applies.
pub(super) struct Contexts<'a> {
    files: &'a Files,
    list: Vec<Context<'a>>,
    by_file: HashMap<RepoPath, Vec<Around>>,
    patches: HashSet<RepoPath>,
    config_maps: HashMap<String, Vec<Object<'a>>>,
    generated: Vec<Generated<'a>>,
}

/// One build of a folder.
pub(super) struct Context<'a> {
    /// The Flux Kustomization; `None` for a folder that none reaches.
    pub(super) kustomization: Option<Object<'a>>,
}

/// What stands around an applied file: its context, and what kustomizations do to its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Around {
    context: usize,
    /// The namespace that the outermost kustomization around it sets.
    namespace: Option<String>,
    /// What the kustomizations around it put before and behind names.
    affix: Affix,
}

/// A folder to be applied, with what stands around it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Waiting {
    folder: String,
    namespace: Option<String>,
    affix: Affix,
}

impl Around {
    fn waiting(&self, folder: String) -> Waiting {
        Waiting { folder, namespace: self.namespace.clone(), affix: self.affix.clone() }
    }
}

/// The `namePrefix` and `nameSuffix` of the kustomizations around a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Affix {
    prefix: String,
    suffix: String,
}

impl Affix {
    /// Returns what a kustomization inside these adds: its own stand nearest to the name.
    fn inside(&self, kustomization: Object<'_>) -> Self {
        let text = |key: &str| kustomization.text(&[key]).unwrap_or_default();
        let prefix = format!("{}{}", self.prefix, text("namePrefix"));
        let suffix = format!("{}{}", text("nameSuffix"), self.suffix);
        // Names end at 253 characters; a cycle of folders would make one without end.
        if prefix.len() + suffix.len() > 253 { self.clone() } else { Self { prefix, suffix } }
    }
}

/// A ConfigMap that kustomize generates from files and literals of the repository.
pub(super) struct Generated<'a> {
    /// The ConfigMap's name.
    name: Cow<'a, str>,
    context: usize,
    namespace: Option<String>,
    /// The kustomization that generates it.
    object: Object<'a>,
    /// Its keys and the files that hold their values.
    pub(super) files: Vec<(String, RepoPath)>,
    /// Its keys and the `KEY=value` that holds their values.
    literals: Vec<(String, Node<'a>)>,
}

/// The scalar that defines a variable.
#[derive(Clone)]
pub(super) struct Definition<'a> {
    pub(super) object: Object<'a>,
    pub(super) node: Node<'a>,
    /// What the variable stands for.
    pub(super) value: String,
    /// The part of the scalar that says so.
    pub(super) part: Part,
}

impl<'a> Definition<'a> {
    fn whole(object: Object<'a>, node: Node<'a>) -> Option<Self> {
        let node = node.target();
        let value = node.value()?.into_owned();
        Some(Self { object, node, value, part: Part::Whole })
    }

    fn literal(object: Object<'a>, node: Node<'a>) -> Option<Self> {
        let node = node.target();
        let value = node.value()?.split_once('=')?.1.to_owned();
        Some(Self { object, node, value, part: Part::Literal })
    }
}

impl<'a> Contexts<'a> {
    /// Follows every Kustomization through `files`; `all` are the paths of the tree, sorted.
    pub(super) fn of(files: &'a Files, all: &[RepoPath]) -> Self {
        let mut walk = Walk::new(files, all);
        let mut later: Vec<Object<'a>> = Vec::new();
        let objects: Vec<_> =
            files.objects().filter(|object| object.kind == Kind::FluxKustomization).collect();
        let sources = Sources::of(files, &objects);
        for object in objects {
            // One without a source is a patch on others, and one of another repository's files
            // says nothing about those of this one.
            if !sources.is_here(object) {
                continue;
            }
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

    /// Lists the contexts of the Flux Kustomization that an embedded object stands in.
    pub(super) fn of_kustomization(&self, inner: Object<'_>) -> Vec<usize> {
        let is_it = |context: &Context<'_>| {
            let outer = context.kustomization;
            outer.is_some_and(|o| o.file == inner.file && o.document == inner.document)
        };
        let all = self.list.iter().enumerate();
        all.filter(|(_, context)| is_it(context)).map(|(index, _)| index).collect()
    }

    /// Lists the contexts that apply a file, then those that apply their Kustomizations, and so on.
    pub(super) fn around(&self, file: &RepoPath) -> Vec<usize> {
        let mut around = self.of_file(file);
        let mut next = 0;
        while let Some(context) = around.get(next).copied() {
            let object = self.list.get(context).and_then(|context| context.kustomization);
            for outer in object.map(|object| self.of_file(object.file)).unwrap_or_default() {
                if !around.contains(&outer) {
                    around.push(outer);
                }
            }
            next += 1;
        }
        around
    }

    /// Says whether a kustomization uses the file as a patch.
    pub(super) fn is_patch(&self, file: &RepoPath) -> bool {
        self.patches.contains(file)
    }

    /// Lists the ConfigMaps of a name that kustomize generates where one of the contexts and the
    /// namespace see them; where none does, all of that name.
    pub(super) fn generated(&self, id: &ObjectName, contexts: &[usize]) -> Vec<&Generated<'a>> {
        let named: Vec<_> = self.generated.iter().filter(|g| g.name == id.name).collect();
        let seen = |g: &&&Generated<'a>| {
            let namespace = g.namespace.clone().or_else(|| self.target_namespace(g.context));
            let same = namespace.is_none() || id.namespace.is_none() || namespace == id.namespace;
            contexts.contains(&g.context) && same
        };
        let near: Vec<_> = named.iter().filter(seen).copied().collect();
        if near.is_empty() { named } else { near }
    }

    /// Lists the ConfigMaps of a name that stand in the repository, those that `near` would see
    /// first: the more folders two files share, the nearer they are.
    fn config_maps(&self, name: &str, near: &RepoPath) -> Vec<Object<'a>> {
        let mut maps = self.config_maps.get(name).cloned().unwrap_or_default();
        let shared = |file: &RepoPath| {
            let pairs = file.parent().split('/').zip(near.parent().split('/'));
            pairs.take_while(|(a, b)| a == b).count()
        };
        maps.sort_by_key(|object| std::cmp::Reverse(shared(object.file)));
        maps
    }

    /// Finds the ConfigMap of a name and namespace that stands in the repository.
    pub(super) fn config_map(&self, id: &ObjectName, near: &RepoPath) -> Option<Object<'a>> {
        let maps = self.config_maps(&id.name, near);
        let same = |object: &&Object<'a>| {
            self.names(**object).iter().any(|(name, _)| name.namespace == id.namespace)
        };
        maps.iter().find(same).or_else(|| maps.first()).copied()
    }

    fn applied(&self, file: &RepoPath) -> &[Around] {
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
            let Affix { prefix, suffix } = &applied.affix;
            let name = format!("{prefix}{}{suffix}", self.expand(context, &written.name));
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
        let mut lookup =
            |name: &str| {
                let definition = self.definition(context, name)?;
                let value = definition.value;
                if depth == 0 || !value.contains("${") {
                    return Some(value);
                }
                let outer = self.of_file(definition.object.file).first().copied();
                Some(outer.map_or_else(
                    || value.clone(),
                    |outer| self.expand_at(outer, &value, depth - 1).0,
                ))
            };
        expand(text, &mut lookup)
    }

    /// Finds the scalar that defines a variable in a context.
    pub(super) fn definition(&self, context: usize, name: &str) -> Option<Definition<'a>> {
        let object = self.list.get(context)?.kustomization?;
        if let Some(found) = inline(object, name) {
            return Some(found);
        }
        let mut at = Some(context);
        for _ in 0..DEPTH {
            let Some(object) = at.and_then(|at| self.list.get(at)).and_then(|c| c.kustomization)
            else {
                break;
            };
            // What a Kustomization's patches give to those below it beats what these say.
            let patches = self.files.patches_in(object);
            let giving: Vec<Object<'a>> = patches.chain([object]).collect();
            let embedded = giving.iter().filter(|o| o.is_embedded() && at != Some(context));
            if let Some(found) = embedded.into_iter().find_map(|o| inline(*o, name)) {
                return Some(found);
            }
            // Of several maps the last one that has the name counts.
            for map in giving.iter().flat_map(|o| substitute_from(*o).into_iter().rev()) {
                let held = self
                    .config_maps(&map, object.file)
                    .into_iter()
                    .find_map(|object| Definition::whole(object, object.root.at(&["data", name])?));
                if let Some(found) = held.or_else(|| self.literal(&map, name)) {
                    return Some(found);
                }
            }
            at = self.of_file(object.file).into_iter().find(|outer| Some(*outer) != at);
        }
        None
    }

    /// Finds the literal of a generated ConfigMap that defines a variable.
    fn literal(&self, map: &str, name: &str) -> Option<Definition<'a>> {
        let generated = self.generated.iter().filter(|generated| generated.name == map);
        generated.into_iter().find_map(|generated| {
            let (_, node) = generated.literals.iter().find(|(key, _)| key == name)?;
            Definition::literal(generated.object, *node)
        })
    }
}

/// Finds the scalar of `postBuild.substitute` that defines a variable.
fn inline<'a>(object: Object<'a>, name: &str) -> Option<Definition<'a>> {
    let substitute = object.root.at(&["spec", "postBuild", "substitute"])?;
    Definition::whole(object, substitute.get(name)?)
}

/// Lists the ConfigMaps that a Kustomization takes variables from, by name.
fn substitute_from(object: Object<'_>) -> Vec<String> {
    let list = object.root.at(&["spec", "postBuild", "substituteFrom"]);
    let items = list.into_iter().flat_map(|node| node.items());
    let maps = items.filter(|item| {
        item.get("kind").and_then(|node| node.value()).as_deref() == Some("ConfigMap")
    });
    maps.filter_map(|item| Some(item.get("name")?.value()?.into_owned())).collect()
}

/// Which sources of Flux Kustomizations are this repository itself.
struct Sources {
    /// The one that most Kustomizations name.
    own: Option<(String, String)>,
    /// The URLs of those that the repository defines.
    urls: HashMap<(String, String), String>,
}

impl Sources {
    fn of(files: &Files, kustomizations: &[Object<'_>]) -> Self {
        let mut counts: HashMap<(String, String), usize> = HashMap::new();
        for name in kustomizations.iter().filter_map(|object| source_of(*object)) {
            *counts.entry(name).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|(a, many), (b, few)| few.cmp(many).then_with(|| a.cmp(b)));
        // `flux bootstrap` and the Flux operator name the repository itself so.
        let bootstrap = counts.iter().find(|((_, name), _)| name == "flux-system");
        let own = bootstrap.or_else(|| counts.first()).map(|(name, _)| name.clone());
        let mut urls = HashMap::new();
        for object in files.objects() {
            let Kind::Source(kind) = object.kind else { continue };
            let name = object.text(&["metadata", "name"]);
            if let (Some(name), Some(url)) = (name, object.text(&["spec", "url"])) {
                let url = url.trim_end_matches('/').trim_end_matches(".git").to_owned();
                urls.insert((kind.as_str().to_owned(), name.into_owned()), url);
            }
        }
        Self { own, urls }
    }

    /// Says whether a Kustomization applies files of this repository. A source that the repository
    /// does not define is taken for it; so is another name for the same URL.
    fn is_here(&self, kustomization: Object<'_>) -> bool {
        let Some(source) = source_of(kustomization) else { return false };
        let Some(own) = &self.own else { return true };
        match (self.urls.get(&source), self.urls.get(own)) {
            _ if source == *own => true,
            (None, _) => true,
            (Some(url), own) => Some(url) == own,
        }
    }
}

/// Returns the kind and name of the source that a Kustomization applies.
fn source_of(kustomization: Object<'_>) -> Option<(String, String)> {
    let text = |key: &str| kustomization.text(&["spec", "sourceRef", key]).map(Cow::into_owned);
    Some((text("kind")?, text("name")?))
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
    fn kustomization(&mut self, object: Object<'a>, path: &str) {
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
            let literals = items(generator, "literals")
                .filter_map(|node| Some((node.value()?.split_once('=')?.0.to_owned(), node)));
            let Around { context, namespace, .. } = around.clone();
            let (object, literals) = (kustomization, literals.collect());
            let generated = Generated { name, context, namespace, object, files, literals };
            self.contexts.generated.push(generated);
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
