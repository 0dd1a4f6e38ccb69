//! The ConfigMaps and Secrets that a kustomization generates from files, lines and literals.

use std::borrow::Cow;

use super::super::env_file::{self, GENERATORS};
use super::super::folder;
use super::super::load::Object;
use super::around::Around;
use super::walk::items;
use crate::tree::RepoPath;
use crate::yaml::Node;

/// A ConfigMap or a Secret that kustomize generates.
pub(in crate::flux) struct Generated<'a> {
    /// Its name.
    pub(super) name: Cow<'a, str>,
    pub(super) context: usize,
    pub(super) namespace: Option<String>,
    /// Whether it is a Secret.
    pub(in crate::flux) secret: bool,
    /// The kustomization that generates it.
    pub(in crate::flux) object: Object<'a>,
    /// Its keys and the files that hold their values.
    pub(in crate::flux) files: Vec<(String, RepoPath)>,
    /// The files of lines that become keys and values, with the scalars that name the files.
    pub(in crate::flux) lines: Vec<(RepoPath, Node<'a>)>,
    /// Its keys and the `KEY=value` that holds their values.
    pub(in crate::flux) literals: Vec<(String, Node<'a>)>,
}

/// Lists what a kustomization in `folder` generates.
pub(super) fn of<'a>(
    around: &Around,
    kustomization: Object<'a>,
    folder: &str,
) -> Vec<Generated<'a>> {
    let mut found = Vec::new();
    for (list, secret) in GENERATORS {
        for generator in items(kustomization.root, list) {
            let Some(name) = generator.get("name").and_then(|node| node.value()) else { continue };
            let own = generator.get("namespace").and_then(|node| node.value());
            let namespace = around.namespace.clone().or(own.map(Cow::into_owned));
            let files = items(generator, "files").filter_map(|node| node.value());
            let files = files.filter_map(|entry| {
                let (key, path) = match entry.split_once('=') {
                    Some((key, path)) => (key.to_owned(), path),
                    None => (entry.rsplit('/').next()?.to_owned(), &*entry),
                };
                Some((key, folder::file(folder, path)?))
            });
            let files = files.collect();
            let literals = items(generator, "literals")
                .filter_map(|node| Some((node.value()?.split_once('=')?.0.to_owned(), node)));
            found.push(Generated {
                name,
                context: around.context,
                namespace,
                secret,
                object: kustomization,
                files,
                lines: env_file::of_generator(generator, folder),
                literals: literals.collect(),
            });
        }
    }
    found
}
