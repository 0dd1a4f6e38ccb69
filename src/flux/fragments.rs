//! HelmRelease fragments: which patches there are, and which releases each is for.
//!
//! A patch stands in a file or inline in a kustomization, as YAML or as JSON patch. It is for the
//! releases of its name, or for those that its `target` selects, among what the same context
//! applies.

use std::collections::BTreeMap;

use regex::Regex;

use super::load::{Kind, Object, Target};
use super::manifests::{Found, Manifests};

/// A patch, with what it is for.
pub(super) struct Fragment<'a> {
    pub(super) object: Object<'a>,
    pub(super) target: Option<&'a Target>,
    /// The contexts that apply it.
    pub(super) applied: Vec<usize>,
}

/// Releases, and those of each name.
pub(super) struct ByName<'f, 'a> {
    all: &'f [Found<'a>],
    names: BTreeMap<&'f str, Vec<&'f Found<'a>>>,
}

impl<'f, 'a> ByName<'f, 'a> {
    pub(super) fn of(all: &'f [Found<'a>]) -> Self {
        let mut names: BTreeMap<&str, Vec<&Found<'a>>> = BTreeMap::new();
        for found in all {
            names.entry(&found.id.name).or_default().push(found);
        }
        Self { all, names }
    }
}

impl<'a> Manifests<'a> {
    /// Lists the patches on releases.
    pub(super) fn fragments(&self) -> Vec<Fragment<'a>> {
        let files = self.files.objects().filter(|object| object.kind == Kind::HelmRelease);
        let mut found: Vec<Fragment<'a>> = files
            .filter(|object| self.is_fragment(*object))
            .map(|object| {
                let applied = self.contexts.of_file(object.file);
                Fragment { object, target: None, applied }
            })
            .collect();
        for embedded in self.files.embedded() {
            let (object, target) = (embedded.object, embedded.target);
            if !matches!(object.kind, Kind::HelmRelease | Kind::JsonPatch) {
                continue;
            }
            let applied = match embedded.host {
                Kind::FluxKustomization => self.contexts.of_kustomization(object),
                _ => self.contexts.of_file(object.file),
            };
            found.push(Fragment { object, target, applied });
        }
        found
    }

    /// Lists the releases that a patch is for.
    pub(super) fn patched<'f>(
        &self,
        fragment: &Fragment<'a>,
        releases: &ByName<'f, 'a>,
    ) -> Vec<&'f Found<'a>> {
        let object = fragment.object;
        let named = fragment.target.and_then(|target| target.name.as_deref());
        let candidates: Vec<&Found<'a>> = match (fragment.target, named) {
            (Some(_), Some(pattern)) => {
                let Ok(pattern) = Regex::new(&format!("^(?:{pattern})$")) else {
                    return Vec::new();
                };
                releases.all.iter().filter(|found| pattern.is_match(&found.id.name)).collect()
            }
            (Some(target), None) if !target.selects => releases.all.iter().collect(),
            // What labels select is not known here.
            (Some(_), None) => return Vec::new(),
            (None, _) => {
                let Some(written) = object.written_name() else { return Vec::new() };
                let name = self.expand(&fragment.applied, &written.name);
                releases.names.get(name.as_str()).cloned().unwrap_or_default()
            }
        };
        let namespace = match fragment.target {
            Some(target) => target.namespace.clone(),
            None => object.written_name().and_then(|name| name.namespace),
        };
        let namespace = namespace.map(|text| self.expand(&fragment.applied, &text));
        let near = |found: &&Found<'a>| {
            let theirs = found.id.namespace.as_ref();
            let same = namespace.is_none() || theirs.is_none() || theirs == namespace.as_ref();
            let loose = found.applied.is_empty() || fragment.applied.is_empty();
            same && (loose || found.applied.iter().any(|c| fragment.applied.contains(c)))
        };
        candidates.into_iter().filter(near).collect()
    }
}
