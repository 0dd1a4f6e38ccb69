//! What stands around an applied file, and what it does to the names inside.

use super::super::load::Object;

/// What stands around an applied file: its context, and what kustomizations do to its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) context: usize,
    /// The namespace that the outermost kustomization around it sets.
    pub(super) namespace: Option<String>,
    /// What the kustomizations around it put before and behind names.
    pub(super) affix: Affix,
}

/// A folder to be applied, with what stands around it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Waiting {
    pub(super) folder: String,
    pub(super) namespace: Option<String>,
    pub(super) affix: Affix,
}

impl Around {
    pub(super) fn waiting(&self, folder: String) -> Waiting {
        Waiting { folder, namespace: self.namespace.clone(), affix: self.affix.clone() }
    }
}

/// The `namePrefix` and `nameSuffix` of the kustomizations around a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Affix {
    pub(super) prefix: String,
    pub(super) suffix: String,
}

impl Affix {
    /// Returns what a kustomization inside these adds: its own stand nearest to the name.
    pub(super) fn inside(&self, kustomization: Object<'_>) -> Self {
        let text = |key: &str| kustomization.text(&[key]).unwrap_or_default();
        let prefix = format!("{}{}", self.prefix, text("namePrefix"));
        let suffix = format!("{}{}", text("nameSuffix"), self.suffix);
        // Names end at 253 characters; a cycle of folders would make one without end.
        if prefix.len() + suffix.len() > 253 { self.clone() } else { Self { prefix, suffix } }
    }
}
