//! What releases set: variables, values, keys of configuration, and by which scalar each.
//!
//! [`settings`] reads again what the wanted releases read, and keeps the places where a name
//! stands. It is called only for releases whose notes say something about names, so that an
//! ordinary scan pays nothing for it. Values of Secrets are never looked at; their key names stay
//! readable even where SOPS encrypts the rest.
//!
//! The rooms, in the order in which data passes: `texts` lists what each release reads (with
//! `references`, the objects that values name); `data` turns each text into settings, `values` and
//! `config` the trees and lines inside; `page` makes a setting of a node; `hints` is what keys say
//! by their spelling.

mod config;
mod data;
mod hints;
mod model;
mod page;
mod references;
mod texts;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::kustomize::Contexts;
use super::load::load;
use super::manifests::Manifests;
use super::model::ObjectName;
use crate::diagnostic::Why;
use crate::tree::{RepoPath, Tree, TreeError};

pub use model::{Hidden, Literal, Mention, Origin, Setting, SettingKind, Settings, Spelled};
use page::Page;
use texts::{Identity, Library};

/// Reads what the wanted releases set, and by which scalar.
///
/// `keep` says which files are looked at, as for [`discover`](super::discover()). A release that
/// the repository does not have is not in the answer.
///
/// # Errors
/// When the tree cannot be listed at all.
pub fn settings(
    tree: &dyn Tree,
    keep: &(dyn Fn(&RepoPath) -> bool + Sync),
    wanted: &BTreeSet<ObjectName>,
) -> Result<BTreeMap<ObjectName, Settings>, TreeError> {
    let mut paths = tree.files()?;
    paths.retain(|path| keep(path));
    // What cannot be read was said when the inventory was made.
    let (files, _) = load(tree, &paths, &mut Vec::new());
    let contexts = Contexts::of(&files, &paths);
    let manifests = Manifests { files: &files, contexts };
    let releases = manifests.releases();
    let library = Library::of(&manifests, &releases);
    let mut readers: HashMap<Identity, BTreeSet<ObjectName>> = HashMap::new();
    let mut reads = Vec::new();
    for found in &releases {
        let read = library.read(found);
        for text in &read.texts {
            readers.entry(text.identity()).or_default().insert(found.id.clone());
        }
        if wanted.contains(&found.id) {
            reads.push((found, read));
        }
    }
    let mut all: BTreeMap<ObjectName, Settings> = BTreeMap::new();
    for (found, read) in reads {
        let settings = all.entry(found.id.clone()).or_default();
        settings.hidden.extend(read.hidden);
        for text in read.texts {
            let locked = text.origin.is_secret().then(|| secret(&text.origin));
            let (applied, origin) = (found.applied.as_slice(), &text.origin);
            let mut page = Page {
                manifests: &manifests,
                applied,
                origin,
                locked,
                runs: None,
                settings: Vec::new(),
                mentions: Vec::new(),
            };
            data::read(&mut page, &text, tree);
            page.settings.sort_by(|a, b| a.key.position.cmp(&b.key.position));
            let others = readers.get(&text.identity()).into_iter().flatten();
            let others: Vec<_> = others.filter(|id| **id != found.id).cloned().collect();
            for setting in &mut page.settings {
                setting.shared_with.clone_from(&others);
            }
            settings.list.extend(page.settings);
            settings.mentions.extend(page.mentions);
        }
    }
    all.values_mut().for_each(Settings::settle);
    Ok(all)
}

impl Settings {
    /// Keeps what speaks of variables that are set, and drops what was read twice.
    fn settle(&mut self) {
        let mut seen = BTreeSet::new();
        self.list.retain(|setting| {
            let spot = format!("{}{}", setting.key.spot, setting.key.position);
            seen.insert((spot, setting.name.clone()))
        });
        let variables = self.list.iter().filter(|s| s.kind == SettingKind::Variable);
        let names: BTreeSet<_> = variables.map(|setting| setting.name.clone()).collect();
        self.mentions.retain(|mention| names.contains(&mention.name));
        self.mentions.dedup();
        self.hidden.dedup();
    }
}

/// Says why what is secret is not edited.
fn secret(origin: &Origin) -> Why {
    match origin {
        Origin::SopsSecret(_) => Why::new("encrypted", "the file is encrypted with SOPS"),
        Origin::ExternalSecret(_) => {
            Why::new("external-secret", "the key is fetched from outside the repository")
        }
        _ => Why::new("secret", "it is a Secret"),
    }
}
