//! The manifests of a repository with what applies each: the ground that everything is read on.
//!
//! Files are loaded once and followed once; what the inventory and the settings of releases have in
//! common stands here: which documents are releases, which are only patches on others, what a text
//! reads as where it is applied.

use super::kustomize::Contexts;
use super::load::{Files, Kind, Object};
use super::model::{ObjectName, SourceKind};
use super::pins::is_encrypted;

/// Parsed files, and what applies them.
pub(super) struct Manifests<'a> {
    pub(super) files: &'a Files,
    pub(super) contexts: Contexts<'a>,
}

/// What an entry of `valuesFrom` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceOfValues {
    ConfigMap,
    Secret,
}

impl SourceOfValues {
    /// Reads the `kind` of an entry.
    pub(super) fn of(kind: &str) -> Option<Self> {
        match kind {
            "ConfigMap" => Some(Self::ConfigMap),
            "Secret" => Some(Self::Secret),
            _ => None,
        }
    }
}

/// A release's document, with what later steps need of it.
#[derive(Clone)]
pub(super) struct Found<'a> {
    pub(super) object: Object<'a>,
    pub(super) id: ObjectName,
    pub(super) applied: Vec<usize>,
    /// Its index among the releases.
    pub(super) index: usize,
}

impl<'a> Manifests<'a> {
    /// Lists the releases, a document once for each name that it gets.
    pub(super) fn releases(&self) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for object in self.objects(Kind::HelmRelease) {
            if self.is_fragment(object) {
                continue;
            }
            for (id, applied) in self.contexts.names(object) {
                found.push(Found { object, id, applied, index: found.len() });
            }
        }
        found
    }

    /// Lists the objects of a kind.
    pub(super) fn objects(&self, wanted: Kind) -> Vec<Object<'a>> {
        self.files.objects().filter(|object| object.kind == wanted).collect()
    }

    /// Says whether an object is only a patch on another one.
    pub(super) fn is_fragment(&self, object: Object<'a>) -> bool {
        if object.is_embedded() || self.contexts.is_patch(object.file) {
            return true;
        }
        match object.kind {
            Kind::HelmRelease => {
                let spec = |path: &[&str]| object.root.get("spec").and_then(|spec| spec.at(path));
                spec(&["chart", "spec", "chart"]).is_none() && spec(&["chartRef"]).is_none()
            }
            Kind::Source(SourceKind::HelmChart) => object.root.at(&["spec", "chart"]).is_none(),
            Kind::Source(SourceKind::Bucket) => false,
            Kind::Source(_) => object.root.at(&["spec", "url"]).is_none(),
            _ => false,
        }
    }

    /// Replaces the variables of a text as the first of its contexts does.
    pub(super) fn expand(&self, applied: &[usize], text: &str) -> String {
        match applied.first() {
            Some(context) => self.contexts.expand(*context, text),
            None => text.to_owned(),
        }
    }

    /// Returns the name that Helm knows a release by.
    pub(super) fn helm_name(
        &self,
        object: Object<'a>,
        id: &ObjectName,
        applied: &[usize],
    ) -> String {
        let text = |key: &str| object.text(&["spec", key]).map(|t| self.expand(applied, &t));
        match (text("releaseName"), text("targetNamespace")) {
            (Some(name), _) => name,
            (None, Some(namespace)) => format!("{namespace}-{}", id.name),
            (None, None) => id.name.clone(),
        }
    }

    /// Finds the objects whose text is a file of values: the value of a key in the ConfigMaps of a
    /// name, or in the Secrets that kustomize makes of files that anybody can read. What stands in a
    /// Secret's own manifest is never read.
    pub(super) fn value_files(
        &self,
        (kind, map): (SourceOfValues, &ObjectName),
        key: &str,
        applied: &[usize],
        near: Object<'a>,
    ) -> Vec<Object<'a>> {
        let mut found = Vec::new();
        let secret = kind == SourceOfValues::Secret;
        let held = self.contexts.config_map(map, near.file).filter(|_| !secret);
        if let Some(held) = held {
            let wanted = Some((map.name.as_str(), key));
            let inside = self.files.embedded().filter(|inner| {
                inner.map == wanted
                    && inner.object.file == held.file
                    && inner.object.document == held.document
            });
            found.extend(inside.map(|inner| inner.object));
        }
        for generated in self.contexts.generated(map, applied, secret) {
            for (_, file) in generated.files.iter().filter(|(have, _)| *have == key) {
                found.extend(self.files.plain(file).filter(|o| !secret || !is_encrypted(*o)));
            }
        }
        found
    }
}
