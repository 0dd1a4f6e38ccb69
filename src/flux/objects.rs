//! All objects of a repository, with the names that they get and the variables that fill them.
//!
//! An [`Inventory`](super::Inventory) keeps what versions need and forgets the rest. Other questions
//! need other objects: claims, services, clusters of operators, Secrets' key names. [`Objects`]
//! owns the parsed files, [`Applied`] knows who applies each, and a [`Manifest`] is one object under
//! one name; a file that is applied twice gives two of them.

use std::borrow::Cow;

use super::fragments::ByName;
use super::kustomize::Contexts;
use super::load::{Files, Kind, Object, load_all};
use super::manifests::{Manifests, SourceOfValues};
use super::model::ObjectName;
use super::values_from::target_path;
use crate::diagnostic::Position;
use crate::tree::{RepoPath, Tree, TreeError};
use crate::yaml::{Node, Step};

/// The parsed files of a repository.
pub struct Objects {
    files: Files,
    paths: Vec<RepoPath>,
}

impl Objects {
    /// Parses the files of a tree that `keep` lets through; what cannot be read is left out.
    ///
    /// # Errors
    /// When the tree cannot be listed at all.
    pub fn read(
        tree: &dyn Tree,
        keep: &(dyn Fn(&RepoPath) -> bool + Sync),
    ) -> Result<Self, TreeError> {
        let mut paths = tree.files()?;
        paths.retain(|path| keep(path));
        let files = load_all(tree, &paths);
        Ok(Self { files, paths })
    }

    /// Follows what applies each file.
    #[must_use]
    pub fn applied(&self) -> Applied<'_> {
        let contexts = Contexts::of(&self.files, &self.paths);
        let manifests = Manifests { files: &self.files, contexts };
        let releases = manifests.releases();
        let by_name = ByName::of(&releases);
        let mut patches = Vec::new();
        for fragment in manifests.fragments() {
            for found in manifests.patched(&fragment, &by_name) {
                patches.push((found.id.clone(), found.object.position(), fragment.object));
            }
        }
        Applied { manifests, patches }
    }
}

/// The parsed files, with what applies each.
pub struct Applied<'a> {
    manifests: Manifests<'a>,
    /// The YAML patches on releases, with the release that each is for.
    patches: Vec<(ObjectName, Position, Object<'a>)>,
}

/// One object under one name.
#[derive(Clone)]
pub struct Manifest<'a> {
    /// The group of its API version, `""` for the core.
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// The name and namespace that it gets.
    pub id: ObjectName,
    object: Object<'a>,
    applied: Vec<usize>,
}

impl<'a> Manifest<'a> {
    /// Returns its document.
    #[must_use]
    pub fn root(&self) -> Node<'a> {
        self.object.root
    }

    /// Returns where its document begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.object.position()
    }

    /// Returns where one of its nodes stands.
    #[must_use]
    pub fn position_of(&self, node: Node<'_>) -> Position {
        self.object.position_of(node)
    }

    /// Says whether one Flux Kustomization applies both.
    #[must_use]
    pub fn is_applied_with(&self, other: &Manifest<'_>) -> bool {
        self.applied.iter().any(|context| other.applied.contains(context))
    }
}

/// A part of a release's values, from the weakest to the strongest.
pub struct Layer<'a> {
    /// The keys below `values` at which it is laid.
    pub path: Vec<String>,
    /// What is laid there.
    pub node: Node<'a>,
    object: Object<'a>,
    applied: Vec<usize>,
}

impl Layer<'_> {
    /// Returns where a node of the layer stands.
    #[must_use]
    pub fn position_of(&self, node: Node<'_>) -> Position {
        self.object.position_of(node)
    }
}

/// A place among the values of a release that the value of a Secret's key takes.
pub struct SecretValue {
    /// The keys below `values`.
    pub path: Vec<String>,
    /// The Secret's name.
    pub secret: String,
    /// The key whose value it is.
    pub key: String,
    /// Where that is written.
    pub position: Position,
}

/// A ConfigMap or a Secret that kustomize generates.
pub struct GeneratedMap<'a> {
    /// Its name and namespace.
    pub id: ObjectName,
    /// Whether it is a Secret.
    pub is_secret: bool,
    /// Its keys with the files that hold their values.
    pub files: Vec<(String, RepoPath)>,
    /// Its keys with their values and where those stand.
    pub literals: Vec<(String, Cow<'a, str>, Position)>,
    context: usize,
}

impl<'a> Applied<'a> {
    /// Lists the objects in the order of files and documents, once for each name that they get.
    ///
    /// Patches on other objects are none.
    #[must_use]
    pub fn objects(&self) -> Vec<Manifest<'a>> {
        let mut found = Vec::new();
        for object in self.manifests.files.objects() {
            if self.manifests.contexts.is_patch(object.file) || object.kind == Kind::Kustomization {
                continue;
            }
            let kind = object.text(&["kind"]).unwrap_or_default();
            let version = object.text(&["apiVersion"]).unwrap_or_default();
            let group = version.split_once('/').map_or("", |(group, _)| group);
            for (id, applied) in self.manifests.contexts.names(object) {
                let (group, kind) = (group.to_owned(), kind.clone().into_owned());
                found.push(Manifest { group, kind, id, object, applied });
            }
        }
        found
    }

    /// Lists the ConfigMaps and Secrets that kustomize generates. Of a Secret only the keys are
    /// told.
    #[must_use]
    pub fn generated(&self) -> Vec<GeneratedMap<'a>> {
        let contexts = &self.manifests.contexts;
        let maps = contexts.all_generated().map(|(id, context, generated)| {
            let literals = generated.literals.iter().filter_map(|(key, node)| {
                let text = node.value()?;
                let value = text.split_once('=')?.1.to_owned();
                Some((key.clone(), Cow::Owned(value), generated.object.position_of(*node)))
            });
            let mut literals: Vec<_> = literals.collect();
            for (file, _) in &generated.lines {
                literals.extend(self.manifests.files.env_lines(file).iter().map(|line| {
                    let value = line.value.clone().unwrap_or_default();
                    (line.name.clone(), Cow::Owned(value), line.position(file))
                }));
            }
            if generated.secret {
                for (_, value, _) in &mut literals {
                    *value = Cow::Borrowed("");
                }
            }
            let (files, is_secret) = (generated.files.clone(), generated.secret);
            GeneratedMap { id, is_secret, files, literals, context }
        });
        maps.collect()
    }

    /// Replaces the variables of a text as what applies a manifest does.
    #[must_use]
    pub fn expand(&self, manifest: &Manifest<'_>, text: &str) -> String {
        self.manifests.expand(&manifest.applied, text)
    }

    /// Replaces the variables of a text in a layer of values.
    #[must_use]
    pub fn expand_layer(&self, layer: &Layer<'_>, text: &str) -> String {
        self.manifests.expand(&layer.applied, text)
    }

    /// Replaces the variables of a text of a generated ConfigMap.
    #[must_use]
    pub fn expand_generated(&self, map: &GeneratedMap<'_>, text: &str) -> String {
        self.manifests.contexts.expand(map.context, text)
    }

    /// Lists the Flux Kustomizations that apply a manifest, and what each depends on.
    #[must_use]
    pub fn kustomizations(&self, manifest: &Manifest<'_>) -> Vec<(ObjectName, Vec<ObjectName>)> {
        let objects = manifest
            .applied
            .iter()
            .filter_map(|context| self.manifests.contexts.kustomization(*context));
        let named = objects.flat_map(|object| {
            let list = object.root.at(&["spec", "dependsOn"]);
            let items: Vec<_> = list.into_iter().flat_map(|node| node.items()).collect();
            self.manifests.contexts.names(object).into_iter().map(move |(id, applied)| {
                let needs = items.iter().filter_map(|item| {
                    let name = self.manifests.expand(&applied, &item.get("name")?.value()?);
                    let namespace = item.get("namespace").and_then(|node| node.value());
                    let namespace = namespace.map(|text| self.manifests.expand(&applied, &text));
                    Some(ObjectName { namespace: namespace.or_else(|| id.namespace.clone()), name })
                });
                (id.clone(), needs.collect())
            })
        });
        named.collect()
    }

    /// Lists where `valuesFrom` puts the value of a Secret's key among the values of a `HelmRelease`.
    #[must_use]
    pub fn secret_values(&self, release: &Manifest<'a>) -> Vec<SecretValue> {
        let list = release.object.root.at(&["spec", "valuesFrom"]);
        let entries = list.into_iter().flat_map(|node| node.items()).filter_map(|entry| {
            let text = |key: &str| {
                let text = entry.get(key)?.value()?;
                Some(self.manifests.expand(&release.applied, &text))
            };
            if text("kind")? != "Secret" {
                return None;
            }
            let steps = target_path(&text("targetPath")?).0.into_iter().map(|step| match step {
                Step::Key(key) => Some(key),
                _ => None,
            });
            Some(SecretValue {
                path: steps.collect::<Option<_>>()?,
                secret: text("name")?,
                key: text("valuesKey").unwrap_or_else(|| "values.yaml".to_owned()),
                position: release.position_of(entry),
            })
        });
        entries.collect()
    }

    /// Lists what makes up the values of a `HelmRelease`: ConfigMaps, its inline values, what
    /// `valuesFrom` puts at a path, patches. Of Secrets only those that kustomize makes of readable
    /// files are read.
    #[must_use]
    pub fn values(&self, release: &Manifest<'a>) -> Vec<Layer<'a>> {
        let mut layers = Vec::new();
        let mut above = Vec::new();
        let object = release.object;
        let list = object.root.at(&["spec", "valuesFrom"]);
        for entry in list.into_iter().flat_map(|node| node.items()) {
            let text = |key: &str| entry.get(key).and_then(|node| node.value());
            let expand = |text: Cow<'_, str>| self.manifests.expand(&release.applied, &text);
            let kind = text("kind").and_then(|kind| SourceOfValues::of(&kind));
            let (Some(name), Some(kind)) = (text("name").map(expand), kind) else { continue };
            let map = ObjectName { namespace: release.id.namespace.clone(), name };
            let key = text("valuesKey").map_or_else(|| "values.yaml".to_owned(), expand);
            if let Some(target) = text("targetPath") {
                if kind == SourceOfValues::Secret {
                    continue;
                }
                let held = self.manifests.contexts.config_map(&map, object.file);
                let node = held.and_then(|held| held.root.at(&["data", &key]));
                if let (Some(object), Some(node)) = (held, node) {
                    let steps = target_path(&target).0.into_iter();
                    let path = steps.map(|step| match step {
                        Step::Key(key) => key,
                        other => format!("{other:?}"),
                    });
                    let (path, applied) = (path.collect(), release.applied.clone());
                    above.push(Layer { path, node, object, applied });
                }
                continue;
            }
            for held in self.manifests.value_files((kind, &map), &key, &release.applied, object) {
                layers.push(layer(held, held.root, release));
            }
        }
        layers.extend(object.root.at(&["spec", "values"]).map(|n| layer(object, n, release)));
        layers.extend(above);
        let position = release.position();
        for (id, at, patch) in &self.patches {
            if *id != release.id || *at != position || patch.kind != Kind::HelmRelease {
                continue;
            }
            let patch = *patch;
            let node = patch.root.at(&["spec", "values"]);
            layers.extend(node.map(|node| layer(patch, node, release)));
        }
        layers
    }
}

/// Lays a node over all of a release's values.
fn layer<'a>(object: Object<'a>, node: Node<'a>, release: &Manifest<'a>) -> Layer<'a> {
    Layer { path: Vec::new(), node, object, applied: release.applied.clone() }
}
