//! Who applies a file: the graph of Flux Kustomizations and kustomize folders.
//!
//! A Flux Kustomization builds the folder at its `path`; a `kustomization.yaml` in it names files,
//! other folders and components, and sets a namespace; without one, every manifest below the folder
//! is applied. So one file can be applied several times, by several [`Context`]s, each with its own
//! namespace and its own variables. Kustomizations that no Flux Kustomization reaches are contexts
//! without variables, so that a repository whose entry point lives elsewhere reads as well.
//! The rooms: `walk` follows them, `own` tells the repository's own sources from others, `around`
//! is what a kustomization does to what stands in it, `generators` are the ConfigMaps and Secrets
//! that it makes, `definition` is where a variable stands.

mod around;
mod definition;
mod generators;
mod own;
mod walk;

use std::collections::{HashMap, HashSet};

use super::load::{Files, Kind, Object};
use super::model::ObjectName;
use super::resource_set;
use super::substitute::expand;
use crate::tree::RepoPath;

use around::{Affix, Around};
pub(super) use definition::Definition;
use definition::{inline, substitute_from};
pub(super) use generators::Generated;
use own::Sources;
use walk::Walk;

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

impl<'a> Contexts<'a> {
    /// Follows every Kustomization through `files`; `all` are the paths of the tree, sorted.
    pub(super) fn of(files: &'a Files, all: &[RepoPath]) -> Self {
        let mut walk = Walk::new(files, all);
        let mut later: Vec<Object<'a>> = Vec::new();
        let objects: Vec<_> =
            files.objects().filter(|object| object.kind == Kind::FluxKustomization).collect();
        let sources = Sources::of(files, &objects);
        for object in objects {
            // One of another repository's files says nothing about those of this one.
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

    /// Lists the Flux Kustomizations, one a context.
    pub(super) fn kustomizations(&self) -> impl Iterator<Item = Object<'a>> {
        self.list.iter().filter_map(|context| context.kustomization)
    }

    /// Returns the Flux Kustomization behind a context.
    pub(super) fn kustomization(&self, context: usize) -> Option<Object<'a>> {
        self.list.get(context).and_then(|context| context.kustomization)
    }

    /// Lists what kustomize generates, with the namespace that each gets and its context.
    pub(super) fn all_generated(
        &self,
    ) -> impl Iterator<Item = (ObjectName, usize, &Generated<'a>)> {
        self.generated.iter().map(|generated| {
            let name = ObjectName::new(self.namespace_of(generated).as_deref(), &generated.name);
            (name, generated.context, generated)
        })
    }

    /// Says whether a kustomization uses the file as a patch.
    pub(super) fn is_patch(&self, file: &RepoPath) -> bool {
        self.patches.contains(file)
    }

    /// Lists the ConfigMaps, or Secrets, of a name that kustomize generates where one of the contexts
    /// and the namespace see them; where none does, all of that name.
    pub(super) fn generated(
        &self,
        id: &ObjectName,
        contexts: &[usize],
        secret: bool,
    ) -> Vec<&Generated<'a>> {
        let all = self.generated.iter();
        let named: Vec<_> = all.filter(|g| g.secret == secret && g.name == id.name).collect();
        let seen = |g: &&&Generated<'a>| {
            let namespace = self.namespace_of(g);
            let same = namespace.is_none() || id.namespace.is_none() || namespace == id.namespace;
            contexts.contains(&g.context) && same
        };
        let near: Vec<_> = named.iter().filter(seen).copied().collect();
        if near.is_empty() { named } else { near }
    }

    /// Lists the Secrets that kustomize generates, by name.
    pub(super) fn generated_secrets(&self) -> impl Iterator<Item = (ObjectName, &Generated<'a>)> {
        self.generated.iter().filter(|generated| generated.secret).map(|generated| {
            let name = ObjectName::new(self.namespace_of(generated).as_deref(), &generated.name);
            (name, generated)
        })
    }

    fn namespace_of(&self, generated: &Generated<'a>) -> Option<String> {
        generated.namespace.clone().or_else(|| self.target_namespace(generated.context))
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
        let Some(set) = object.set else { return self.names_of(object, &written) };
        let names = resource_set::names(set, &written);
        names.iter().flat_map(|name| self.names_of(object, name)).collect()
    }

    fn names_of(&self, object: Object<'a>, written: &ObjectName) -> Vec<(ObjectName, Vec<usize>)> {
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
            names.push((written.clone(), Vec::new()));
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

    /// Finds the literal or the line of a generated ConfigMap that defines a variable.
    fn literal(&self, map: &str, name: &str) -> Option<Definition<'a>> {
        let generated = self.generated.iter().filter(|g| !g.secret && g.name == map);
        generated.into_iter().find_map(|generated| {
            let literal = generated.literals.iter().find(|(key, _)| key == name);
            if let Some((_, node)) = literal {
                return Definition::literal(generated.object, *node);
            }
            generated.lines.iter().find_map(|(file, node)| {
                let line = self.files.env_lines(file).iter().find(|line| line.name == name)?;
                let at = line.position(file);
                Some(Definition::line(generated.object, *node, line.value.as_ref()?, at))
            })
        })
    }
}
