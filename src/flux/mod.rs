//! What Flux runs: from the files of a repository to an [`Inventory`].
//!
//! [`discover`] reads all of it, [`settings`] what single releases set. Below them, `load` parses
//! files and tells the objects that matter (with `env_file`); `kustomize` follows who applies each
//! file, with which namespace and which variables (`substitute`, `folder`); `manifests` is both
//! together, `fragments` the patches among them (with `selector`); `values` knows the shapes in
//! which charts spell images, `hints` the comments that name one; `values_from`, `patches`,
//! `renderers` and `replacements` read what is laid over a release's own values; `pins` turns
//! scalars into pins; `lever`, `patch_lever`, `writes` and `outside` say what stops a release and
//! whether it writes data, `autoscaler` what starts it again; `applied` and `remediation`, with
//! `parents`, what Flux and Helm do with an upgrade of it, `backing` what could back its data up and
//! `beside` where a new object goes. `objects` hands objects of every kind to those who ask other
//! questions. Nothing here reads a disk or a socket: files come from a
//! [`Tree`](crate::tree::Tree).

mod applied;
mod autoscaler;
mod backing;
mod beside;
mod discover;
mod env_file;
mod folder;
mod fragments;
mod hints;
mod kustomize;
mod lever;
mod load;
mod manifests;
mod model;
mod objects;
mod outside;
mod parents;
mod patch_lever;
mod patches;
mod pins;
mod remediation;
mod renderers;
mod replacements;
mod resource_set;
mod selector;
mod settings;
mod substitute;
mod values;
mod values_from;
mod writes;

pub use applied::AppliedBy;
pub use autoscaler::Scaled;
pub use backing::{Backing, BackingKind, CnpgMethod, PatchPlace};
pub use beside::Beside;
pub use discover::discover;
pub use model::{
    Address, ChartUse, Current, Inventory, Lever, LeverKind, ObjectName, Package, Part, Pin,
    PinKind, Place, Read, Release, Role, Sign, Site, Source, SourceKind, SourceRef, Written,
};
pub use objects::{Applied, GeneratedMap, Layer, Manifest, Objects, SecretValue};
pub use remediation::{ENOUGH, Remediation, Timeout};
pub use settings::{
    Hidden, Literal, Mention, Origin, Setting, SettingKind, Settings, Spelled, settings,
};
pub use substitute::{default_span, version_span};

#[cfg(test)]
mod tests;
