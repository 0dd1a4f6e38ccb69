//! Files to parsed manifests.
//!
//! Every YAML file is parsed, in parallel, so that each one that cannot be read is named. Only
//! files with an object that matters here are kept, and only until the inventory is made.

mod embedded;

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::env_file::{self, EnvLine};
use super::model::{ObjectName, Read, SourceKind};
use super::resource_set;
use super::selector::Target;
use crate::diagnostic::{Diagnostic, Position, Severity, unreadable_file, unreadable_yaml};
use crate::tree::{RepoPath, Tree};
use crate::yaml;
use crate::yaml::{Node, ScalarStyle, Spot, Step, Stream};

/// The parsed files of a repository.
pub(super) struct Files {
    list: Vec<File>,
    by_path: HashMap<RepoPath, usize>,
    env: HashMap<RepoPath, Vec<EnvLine>>,
}

/// One parsed file.
pub(super) struct File {
    /// Its path.
    pub(super) path: RepoPath,
    stream: Stream,
    kinds: Vec<Option<Kind>>,
    /// The kinds of what each document writes as a set, in order.
    members: Vec<Vec<Option<Kind>>>,
    embedded: Vec<Inner>,
}

/// YAML inside a block scalar of a file: a patch on a release, or values in a ConfigMap.
struct Inner {
    outer: Outer,
    stream: Stream,
    kind: Kind,
    /// The kind of the object around it.
    host: Kind,
    document: usize,
    map: Option<(String, String)>,
    target: Option<Target>,
}

/// The block scalar around embedded YAML.
#[derive(Debug, Clone)]
pub(super) struct Outer {
    spot: Spot,
    /// The line of its content, from 1.
    line: u32,
    /// The columns by which its content is indented.
    indent: u32,
    /// The document among those of its content, from 0.
    inner: usize,
}

/// Embedded YAML as an object.
pub(super) struct Embedded<'a> {
    pub(super) object: Object<'a>,
    /// The ConfigMap and its key, where it is one's value.
    pub(super) map: Option<(&'a str, &'a str)>,
    /// The kind of the object around it.
    pub(super) host: Kind,
    /// What it is a patch for, where that is said beside it.
    pub(super) target: Option<&'a Target>,
}

/// The objects that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    HelmRelease,
    Source(SourceKind),
    FluxKustomization,
    Kustomization,
    ConfigMap,
    Secret,
    ExternalSecret,
    /// KEDA's object that scales a workload.
    ScaledObject,
    /// Kubernetes' own object that does so.
    Autoscaler,
    /// A PostgreSQL cluster of `CloudNativePG`.
    CnpgCluster,
    /// `VolSync`'s object that copies a claim.
    ReplicationSource,
    /// Velero's object that backs up at certain times.
    VeleroSchedule,
    /// A list of JSON patch operations.
    JsonPatch,
    /// Values in a file or a ConfigMap.
    Values,
    /// Any other object; only where all of them were asked for.
    Other,
}

/// One object of a file.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) file: &'a RepoPath,
    pub(super) kind: Kind,
    pub(super) document: usize,
    pub(super) root: Node<'a>,
    /// The set that writes it, where it stands inside one.
    pub(super) set: Option<Node<'a>>,
    outer: Option<&'a Outer>,
}

impl<'a> Object<'a> {
    /// Returns a scalar below the root, decoded.
    pub(super) fn text(self, path: &[&str]) -> Option<Cow<'a, str>> {
        self.root.at(path).and_then(|node| node.value())
    }

    /// Returns where the object's document begins.
    pub(super) fn position(self) -> Position {
        self.position_of(self.root)
    }

    /// Returns where a node of the object stands in its file.
    pub(super) fn position_of(self, node: Node<'_>) -> Position {
        let (line, column) = (node.line(), node.column());
        let (line, column) = match self.outer {
            Some(outer) => (outer.line + line - 1, outer.indent + column),
            None => (line, column),
        };
        Position { file: self.file.clone(), line, column }
    }

    /// Returns the spot of a node of the object in its file.
    pub(super) fn spot(self, node: Node<'_>) -> Spot {
        match self.outer {
            None => node.spot(),
            Some(outer) => {
                let mut spot = outer.spot.join(Step::Embedded);
                spot.path.0.extend(node.path().0);
                spot
            }
        }
    }

    /// Says whether the object is written inside a block scalar.
    pub(super) fn is_embedded(self) -> bool {
        self.outer.is_some()
    }

    /// Says whether the object is one that edits do not reach: a later document inside a block
    /// scalar.
    pub(super) fn is_beyond(self) -> bool {
        self.outer.is_some_and(|outer| outer.inner > 0)
    }

    /// Returns the name and namespace as written, variables and all.
    pub(super) fn written_name(self) -> Option<ObjectName> {
        let namespace = self.text(&["metadata", "namespace"]);
        Some(ObjectName::new(namespace.as_deref(), &self.text(&["metadata", "name"])?))
    }
}

/// YAML inside a block scalar, read for a moment.
pub(super) struct Inside {
    outer: Outer,
    stream: Stream,
}

impl Inside {
    /// Returns its first document as an object of the file that `around` stands in.
    pub(super) fn object<'s>(&'s self, around: Object<'s>) -> Option<Object<'s>> {
        let root = self.stream.document(0)?;
        Some(Object { kind: Kind::Values, root, outer: Some(&self.outer), ..around })
    }
}

impl Object<'_> {
    /// Returns the line of the file on which the content of a block scalar begins, and the columns
    /// by which it is indented.
    pub(super) fn content(self, node: Node<'_>) -> Option<(u32, u32)> {
        if !matches!(node.kind(), yaml::Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded)) {
            return None;
        }
        let first = node.source().lines().skip(1).find(|line| !line.trim().is_empty())?;
        let indent = u32::try_from(first.len() - first.trim_start_matches(' ').len()).ok()?;
        let indent = indent + self.outer.map_or(0, |outer| outer.indent);
        Some((self.position_of(node).line + 1, indent))
    }

    /// Reads the YAML that a literal block scalar of the object holds.
    pub(super) fn inside(self, node: Node<'_>) -> Option<Inside> {
        if node.kind() != yaml::Kind::Scalar(ScalarStyle::Literal) {
            return None;
        }
        let stream = node.embedded()?.ok()?;
        let (line, indent) = self.content(node)?;
        Some(Inside { outer: Outer { spot: self.spot(node), line, indent, inner: 0 }, stream })
    }
}

impl Files {
    /// Returns a parsed file.
    pub(super) fn get(&self, path: &RepoPath) -> Option<&File> {
        self.by_path.get(path).and_then(|&index| self.list.get(index))
    }

    /// Lists the lines of a file that a generator takes them from.
    pub(super) fn env_lines(&self, path: &RepoPath) -> &[EnvLine] {
        self.env.get(path).map_or(&[], Vec::as_slice)
    }

    /// Lists the documents of a file as plain values.
    pub(super) fn plain(&self, path: &RepoPath) -> impl Iterator<Item = Object<'_>> {
        self.get(path).into_iter().flat_map(|file| {
            file.stream.documents().enumerate().map(|(document, root)| {
                let kind = Kind::Values;
                Object { file: &file.path, kind, document, root, set: None, outer: None }
            })
        })
    }

    /// Lists the YAML inside block scalars.
    pub(super) fn embedded(&self) -> impl Iterator<Item = Embedded<'_>> {
        self.list.iter().flat_map(File::embedded)
    }

    /// Lists the inline patches on Flux Kustomizations that an object gives to those it applies.
    pub(super) fn patches_in<'f>(&'f self, object: Object<'f>) -> impl Iterator<Item = Object<'f>> {
        let file = self.get(object.file);
        file.into_iter().flat_map(File::embedded).map(|embedded| embedded.object).filter(
            move |inner| inner.kind == Kind::FluxKustomization && inner.document == object.document,
        )
    }

    /// Lists the objects in the order of files and documents.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        self.list.iter().flat_map(File::objects)
    }
}

impl File {
    /// Returns its text, read.
    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Lists the YAML inside its block scalars.
    fn embedded(&self) -> impl Iterator<Item = Embedded<'_>> {
        self.embedded.iter().filter_map(|inner| {
            let root = inner.stream.document(inner.outer.inner)?;
            let (kind, document, outer) = (inner.kind, inner.document, Some(&inner.outer));
            let object = Object { file: &self.path, kind, document, root, set: None, outer };
            let map = inner.map.as_ref().map(|(map, key)| (map.as_str(), key.as_str()));
            Some(Embedded { object, map, host: inner.host, target: inner.target.as_ref() })
        })
    }

    /// Lists the file's objects.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        let roots = self.stream.documents().zip(&self.kinds).zip(&self.members).enumerate();
        let file = &self.path;
        roots.flat_map(move |(document, ((root, kind), members))| {
            let object = move |root, kind: Option<Kind>, set| {
                kind.map(|kind| Object { file, kind, document, root, set, outer: None })
            };
            let inside = resource_set::resources(root).zip(members);
            let inside = inside.filter_map(move |(node, kind)| object(node, *kind, Some(root)));
            object(root, *kind, None).into_iter().chain(inside)
        })
    }
}

/// Parses every YAML file among `paths`, and keeps the objects that an inventory is made of.
pub(super) fn load(
    tree: &dyn Tree,
    paths: &[RepoPath],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Files, Read) {
    load_kinds(tree, paths, diagnostics, false)
}

/// Parses every YAML file among `paths`, and keeps objects of every kind.
pub(super) fn load_all(tree: &dyn Tree, paths: &[RepoPath]) -> Files {
    load_kinds(tree, paths, &mut Vec::new(), true).0
}

fn load_kinds(
    tree: &dyn Tree,
    paths: &[RepoPath],
    diagnostics: &mut Vec<Diagnostic>,
    all: bool,
) -> (Files, Read) {
    let results: Vec<_> = paths
        .par_iter()
        .filter(|path| is_yaml(path) || is_kustomization(path))
        .map(|path| read(tree, path, all))
        .collect();
    let mut files = Vec::new();
    let mut total = Read::default();
    for result in results {
        match result {
            Ok(Some((file, bytes, documents))) => {
                total.files += 1;
                total.documents += documents;
                total.bytes += bytes;
                files.extend(file);
            }
            Ok(None) => {}
            Err(diagnostic) => {
                total.files += 1;
                diagnostics.push(diagnostic);
            }
        }
    }
    let by_path =
        files.iter().enumerate().map(|(index, file)| (file.path.clone(), index)).collect();
    let mut files = Files { list: files, by_path, env: HashMap::new() };
    let kustomizations = files.objects().filter(|object| object.kind == Kind::Kustomization);
    let env = env_file::read(tree, kustomizations);
    files.env = env;
    (files, total)
}

/// Says whether a path names a YAML file.
pub(super) fn is_yaml(path: &RepoPath) -> bool {
    matches!(path.file_name().rsplit_once('.'), Some((_, "yaml" | "yml")))
}

type Parsed = Option<(Option<File>, u64, usize)>;

/// Reads one file; the inner `None` is a file without an object that matters.
fn read(tree: &dyn Tree, path: &RepoPath, all: bool) -> Result<Parsed, Diagnostic> {
    let unreadable = |line: Option<u32>, column: Option<u32>, message: String| Diagnostic {
        code: "unreadable".to_owned(),
        severity: Severity::Warning,
        file: Some(path.clone()),
        line,
        column,
        message,
    };
    let bytes = match tree.read(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) => return Err(unreadable(None, None, unreadable_file(&error))),
    };
    let length = bytes.len() as u64;
    let stream = Stream::from_bytes(bytes)
        .map_err(|error| unreadable(error.line(), error.column(), unreadable_yaml(path, &error)))?;
    let kustomization = is_kustomization(path);
    let kind = |root| kind(root, kustomization).or_else(|| other(root).filter(|_| all));
    let kinds: Vec<_> = stream.documents().map(kind).collect();
    let members: Vec<_> = stream.documents().map(|root| members(root, all)).collect();
    let documents = kinds.len();
    let embedded = embedded::embedded(&stream, &kinds);
    // A file without an object may still hold values that a kustomization names.
    let kept = kinds.iter().chain(members.iter().flatten()).any(Option::is_some)
        || stream.documents().any(may_be_values);
    let file = kept.then(|| File { path: path.clone(), stream, kinds, members, embedded });
    Ok(Some((file, length, documents)))
}

/// Says whether kustomize would take a file for a kustomization by its name.
pub(super) fn is_kustomization(path: &RepoPath) -> bool {
    KUSTOMIZATION_FILES.contains(&path.file_name())
}

/// The names by which kustomize knows a kustomization, in its order.
pub(super) const KUSTOMIZATION_FILES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Tells what object a document holds.
fn kind(root: Node<'_>, kustomization: bool) -> Option<Kind> {
    if root.is_sequence() {
        let mut first = root.items().take(1);
        let patch = first.any(|item| item.get("op").is_some() && item.get("path").is_some());
        return patch.then_some(Kind::JsonPatch);
    }
    let Some(kind) = root.get("kind").and_then(|kind| kind.value()) else {
        return kustomization.then_some(Kind::Kustomization);
    };
    let version = root.get("apiVersion").and_then(|node| node.value()).unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    Some(match (group, &*kind) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => Kind::HelmRelease,
        ("source.toolkit.fluxcd.io", kind) => Kind::Source(SourceKind::from_kind(kind)?),
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => Kind::FluxKustomization,
        ("kustomize.config.k8s.io" | "", "Kustomization" | "Component") => Kind::Kustomization,
        ("", "ConfigMap") => Kind::ConfigMap,
        ("", "Secret") => Kind::Secret,
        ("external-secrets.io", "ExternalSecret") => Kind::ExternalSecret,
        ("keda.sh", "ScaledObject") => Kind::ScaledObject,
        ("autoscaling", "HorizontalPodAutoscaler") => Kind::Autoscaler,
        ("postgresql.cnpg.io", "Cluster") => Kind::CnpgCluster,
        ("volsync.backube", "ReplicationSource") => Kind::ReplicationSource,
        ("velero.io", "Schedule") => Kind::VeleroSchedule,
        _ => return None,
    })
}

/// Tells what objects a document writes as a set. What would apply files is left out: one object
/// would stand for several.
fn members(root: Node<'_>, all: bool) -> Vec<Option<Kind>> {
    let is = |key: &str, text: &str| root.get(key).and_then(|n| n.value()).as_deref() == Some(text);
    if !is("kind", "ResourceSet") || !is("apiVersion", "fluxcd.controlplane.io/v1") {
        return Vec::new();
    }
    let kind = |node| kind(node, false).or_else(|| other(node).filter(|_| all));
    let applies = |kind: &Kind| {
        matches!(kind, Kind::FluxKustomization | Kind::Kustomization | Kind::JsonPatch)
    };
    resource_set::resources(root).map(|node| kind(node).filter(|kind| !applies(kind))).collect()
}

/// Tells an object of Kubernetes of any kind.
fn other(root: Node<'_>) -> Option<Kind> {
    let both = root.get("kind").is_some() && root.get("apiVersion").is_some();
    (both && root.at(&["metadata", "name"]).is_some()).then_some(Kind::Other)
}

/// Says whether a document may be values, under whatever name: a mapping that is no object of
/// Kubernetes. A list of replacements is kept as well.
fn may_be_values(root: Node<'_>) -> bool {
    let replaces = root.items().next().is_some_and(|item| item.get("targets").is_some());
    let plain = root.get("kind").is_none() || root.get("apiVersion").is_none();
    replaces || (root.is_mapping() && plain)
}
