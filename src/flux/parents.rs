//! What kustomizations lay over an object: patches of Flux Kustomizations, of kustomizations, and
//! those that a Flux Kustomization gives to the ones below it.
//!
//! Many repositories set the same few settings of all their releases in one place far away from
//! them: a patch on every Flux Kustomization that holds a patch on every release. What stands there
//! wins over the release's own file. [`Patches`] reads them all once, three levels deep, and
//! answers which of them sets a path of an object; [`selector`](super::selector) tells which objects a patch is for,
//! `reach` which files a kustomization has a say in.

mod reach;

use std::sync::Arc;

use super::kustomize::Contexts;
use super::load::{Files, Kind, Object};
use super::model::ObjectName;
use super::selector::{Subject, Target, subject};
use crate::diagnostic::Position;
use crate::tree::RepoPath;
use crate::yaml::{self, Node, ScalarStyle, Stream};
pub(super) use reach::Reach;

/// How deep patches may hold patches.
const DEPTH: usize = 3;

/// The patches on releases and on Flux Kustomizations, in the order in which they are applied.
pub(super) struct Patches {
    list: Vec<Patch>,
}

struct Patch {
    /// The contexts that apply it.
    contexts: Vec<usize>,
    /// What its kustomization has a say in; `None` for a Flux Kustomization, which patches all
    /// that it applies.
    reach: Option<Arc<Reach>>,
    target: Target,
    text: Text,
    document: usize,
}

/// YAML with the place that it has in its file.
#[derive(Clone)]
struct Text {
    stream: Stream,
    at: At,
}

/// Where a text stands.
#[derive(Clone)]
struct At {
    file: RepoPath,
    /// How many lines stand above it.
    lines: u32,
    /// By how many columns it is indented.
    columns: u32,
}

/// What a patch sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Laid {
    /// The scalar; `None` where it takes the path away or sets something else there.
    pub(super) value: Option<String>,
    /// Where it stands.
    pub(super) position: Position,
}

impl At {
    fn start(file: &RepoPath) -> Self {
        Self { file: file.clone(), lines: 0, columns: 0 }
    }

    fn position(&self, node: Node<'_>) -> Position {
        let (line, column) = (self.lines + node.line(), self.columns + node.column());
        Position { file: self.file.clone(), line, column }
    }

    /// Reads the YAML that a scalar of the text holds.
    fn inner(&self, node: Node<'_>) -> Option<Text> {
        let node = node.target();
        let stream = Stream::parse(node.value()?.into_owned()).ok()?;
        let lines = self.lines + node.line();
        let yaml::Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) = node.kind() else {
            // Within quotes lines are folded; the scalar itself is as near as can be told.
            let columns = self.columns + node.column() - 1;
            let at = Self { file: self.file.clone(), lines: lines - 1, columns };
            return Some(Text { stream, at });
        };
        let first = node.source().lines().skip(1).find(|line| !line.trim().is_empty())?;
        // The columns of the source are those of the text around it.
        let indent = first.len() - first.trim_start_matches(' ').len();
        let columns = self.columns + u32::try_from(indent).ok()?;
        Some(Text { stream, at: Self { file: self.file.clone(), lines, columns } })
    }
}

/// A list of patches, with what applies it.
struct Host<'h> {
    contexts: Vec<usize>,
    reach: Option<Arc<Reach>>,
    lists: Vec<Node<'h>>,
    /// Files that are patches by themselves.
    merges: Option<Node<'h>>,
    /// The place of the text that the lists stand in.
    at: At,
}

impl Patches {
    /// Reads all patches.
    pub(super) fn of(files: &Files, contexts: &Contexts<'_>) -> Self {
        let mut patches = Self { list: Vec::new() };
        let mut flux = Vec::new();
        for object in files.objects() {
            let at = At::start(object.file);
            match object.kind {
                Kind::Kustomization => {
                    let keys = ["patches", "patchesJson6902"];
                    let lists: Vec<_> = keys.iter().filter_map(|k| object.root.get(k)).collect();
                    let merges = object.root.get("patchesStrategicMerge");
                    if lists.is_empty() && merges.is_none() {
                        continue;
                    }
                    let reach = Some(Arc::new(Reach::of(files, object.file)));
                    let contexts = contexts.of_file(object.file);
                    patches.read(files, &Host { contexts, reach, lists, merges, at });
                }
                Kind::FluxKustomization if !contexts.is_patch(object.file) => {
                    let lists: Vec<_> = object.root.at(&["spec", "patches"]).into_iter().collect();
                    let contexts = contexts.of_kustomization(object);
                    flux.push(Host { contexts, reach: None, lists, merges: None, at });
                }
                _ => {}
            }
        }
        // A kustomization builds before the Flux Kustomization patches what was built.
        for host in &flux {
            patches.read(files, host);
        }
        patches.nested(files, contexts);
        patches
    }

    /// Reads the patches of one list.
    fn read(&mut self, files: &Files, host: &Host<'_>) {
        let file = &host.at.file;
        for item in host.lists.iter().flat_map(Node::items) {
            let target = item.get("target").map(Target::read);
            if let Some(patch) = item.get("patch") {
                self.add(host, target.as_ref(), host.at.inner(patch));
            } else if let Some(path) = item.get("path").and_then(|path| path.value()) {
                self.add(host, target.as_ref(), whole(files, file, &path));
            }
        }
        for item in host.merges.into_iter().flat_map(|list| list.items()) {
            let Some(path) = item.value() else { continue };
            self.add(host, None, whole(files, file, &path));
        }
    }

    fn add(&mut self, host: &Host<'_>, target: Option<&Target>, text: Option<Text>) {
        let Some(text) = text else { return };
        for (document, root) in text.stream.documents().enumerate() {
            let target = target.cloned().or_else(|| Target::of_patch(root));
            let Some(target) = target.filter(Target::is_wanted) else { continue };
            let (contexts, reach) = (host.contexts.clone(), host.reach.clone());
            self.list.push(Patch { contexts, reach, target, text: text.clone(), document });
        }
    }

    /// Reads the patches that patches on Flux Kustomizations bring along.
    fn nested(&mut self, files: &Files, contexts: &Contexts<'_>) {
        let children: Vec<Object<'_>> =
            files.objects().filter(|object| object.kind == Kind::FluxKustomization).collect();
        let mut start = 0;
        for _ in 1..DEPTH {
            let mut found = Self { list: Vec::new() };
            for patch in self.list.iter().skip(start) {
                let root = patch.text.stream.document(patch.document);
                let list = root.and_then(|root| root.at(&["spec", "patches"]));
                let Some(list) = list.filter(Node::is_sequence) else { continue };
                let mut applied: Vec<usize> = Vec::new();
                for child in &children {
                    let is_for = |(id, around): (ObjectName, Vec<usize>)| {
                        patch.is_for(&subject(*child, &id), child.file, &around)
                    };
                    if contexts.names(*child).into_iter().any(is_for) {
                        applied.extend(contexts.of_kustomization(*child));
                    }
                }
                if applied.is_empty() {
                    continue;
                }
                let (lists, at) = (vec![list], patch.text.at.clone());
                let host = Host { contexts: applied, reach: None, lists, merges: None, at };
                found.read(files, &host);
            }
            start = self.list.len();
            self.list.append(&mut found.list);
        }
    }

    /// Lists the patches that are laid over an object.
    pub(super) fn over(&self, object: Object<'_>, id: &ObjectName, applied: &[usize]) -> Over<'_> {
        let subject = subject(object, id);
        let is_for = |patch: &&Patch| patch.is_for(&subject, object.file, applied);
        Over { list: self.list.iter().filter(is_for).collect() }
    }
}

/// The patches that are laid over one object.
pub(super) struct Over<'p> {
    list: Vec<&'p Patch>,
}

impl Over<'_> {
    /// Returns what the last patch that speaks of a path sets there.
    pub(super) fn set(&self, path: &[&str]) -> Option<Laid> {
        self.list.iter().rev().find_map(|patch| patch.sets(path))
    }
}

impl Patch {
    fn is_for(&self, subject: &Subject, file: &RepoPath, applied: &[usize]) -> bool {
        let near = applied.iter().any(|context| self.contexts.contains(context));
        near && self.target.matches(subject)
            && self.reach.as_ref().is_none_or(|reach| reach.holds(file))
    }

    /// Returns what the patch sets at a path.
    fn sets(&self, path: &[&str]) -> Option<Laid> {
        let root = self.text.stream.document(self.document)?;
        let laid = |node: Node<'_>, at: Node<'_>| Laid {
            value: if node.is_null() { None } else { node.value().map(Into::into) },
            position: self.text.at.position(at),
        };
        if !root.is_sequence() {
            return root.at(path).map(|node| laid(node, node));
        }
        let operations = root.items().filter_map(|operation| {
            let text = |key: &str| operation.get(key)?.value();
            let at: Vec<String> = text("path")?.split('/').skip(1).map(unescaped).collect();
            let below =
                path.strip_prefix(at.iter().map(String::as_str).collect::<Vec<_>>().as_slice())?;
            match &*text("op")? {
                "add" | "replace" => {
                    let value = operation.get("value")?;
                    // What is not in the new value of a parent is gone.
                    let node = value.at(below);
                    let none = || Laid { value: None, position: self.text.at.position(operation) };
                    Some(node.map_or_else(none, |node| laid(node, node)))
                }
                "remove" => Some(Laid { value: None, position: self.text.at.position(operation) }),
                _ => None,
            }
        });
        operations.last()
    }
}

/// Reads a file that a kustomization names as a patch.
fn whole(files: &Files, from: &RepoPath, path: &str) -> Option<Text> {
    let file = from.sibling(path).ok()?;
    let stream = files.get(&file)?.stream().clone();
    Some(Text { stream, at: At::start(&file) })
}

/// Reads a step of a JSON pointer.
fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
