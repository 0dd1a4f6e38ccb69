//! Which Flux Kustomizations apply this repository, and which another one.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::load::{Files, Kind, Object};

/// Which sources of Flux Kustomizations are this repository itself.
pub(super) struct Sources {
    /// The one that most Kustomizations name.
    own: Option<(String, String)>,
    /// The URLs of those that the repository defines.
    urls: HashMap<(String, String), String>,
}

impl Sources {
    pub(super) fn of(files: &Files, kustomizations: &[Object<'_>]) -> Self {
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
    pub(super) fn is_here(&self, kustomization: Object<'_>) -> bool {
        // A parent's patch often gives all of a repository's Kustomizations their source. A patch in
        // a file of its own has none either, and seldom a path.
        let Some(source) = source_of(kustomization) else {
            return kustomization.root.at(&["spec", "path"]).is_some();
        };
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
