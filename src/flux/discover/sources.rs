//! The sources of charts and artifacts, the versions that they pin, and which of them a reference
//! means.
//!
//! Names of sources are not unique in a repository: every cluster may define its own, and an
//! archive keep an old one. So a reference is resolved to the file that is nearest to who refers.

use std::borrow::Cow;

use super::super::load::{Kind, Object};
use super::super::manifests::Manifests;
use super::super::model::{
    Address, ObjectName, Package, Part, PinKind, Role, Source, SourceKind, SourceRef, Written,
};
use super::super::pins::{Draft, is_encrypted, place, text};
use super::Discovery;
use crate::diagnostic::{Diagnostic, Severity, Why};
use crate::image::Repository;
use crate::tree::RepoPath;
use crate::version::chart::is_range;
use crate::yaml::{self, Node, Step};

impl<'a> Discovery<'a> {
    /// Reads the sources and the versions that they pin themselves.
    pub(super) fn sources(&mut self) {
        let objects: Vec<_> = self.manifests.files.objects().collect();
        // HelmCharts name a Helm repository, so they come after those.
        let is_chart = |object: &Object<'_>| object.kind == Kind::Source(SourceKind::HelmChart);
        let (charts, others): (Vec<_>, Vec<_>) = objects.into_iter().partition(is_chart);
        for object in others.into_iter().chain(charts) {
            let Kind::Source(kind) = object.kind else { continue };
            if self.manifests.is_fragment(object) {
                continue;
            }
            for (id, applied) in self.manifests.contexts.names(object) {
                let url = object.text(&["spec", "url"]);
                let url = url.map(|url| match applied.first() {
                    Some(context) => self.manifests.contexts.expand(*context, &url),
                    None => url.into_owned(),
                });
                let pins = self.source_pins(object, kind, &id, url.as_deref(), &applied);
                let address = self.address(object);
                let position = object.position();
                let document = object.document;
                let source = Source {
                    kind,
                    id: id.clone(),
                    position,
                    document,
                    url,
                    address,
                    pins,
                    releases: Vec::new(),
                };
                self.by_source.entry((kind, id)).or_default().push(self.sources.len());
                self.sources.push(source);
            }
        }
    }

    /// Reads how a source writes where it is.
    fn address(&self, object: Object<'a>) -> Option<Address> {
        /// What is meant for one host: logins, certificates, the signer of what comes from there.
        const BOUND: [&str; 5] =
            ["secretRef", "certSecretRef", "proxySecretRef", "serviceAccountName", "verify"];
        let spec = object.root.get("spec")?;
        let written = |key: &str| {
            let node = spec.get(key).filter(|node| node.value().is_some())?;
            Some(Written { place: place(object, node, Part::Whole), text: text(node).into_owned() })
        };
        let url = written("url")?;
        let shared = |node: Node<'_>| node.kind() == yaml::Kind::Alias || node.anchor().is_some();
        let own = ["spec", "url"].map(|key| Step::Key(key.to_owned()));
        let locked = if is_encrypted(object) {
            Some(Why::new("encrypted", "the file is encrypted with SOPS"))
        } else if url.text.contains("${") {
            Some(Why::new("variable", "a variable stands in it"))
        } else if url.place.spot.path.0 != own || spec.get("url").is_some_and(shared) {
            Some(Why::new("alias", "other places read the same text by an alias"))
        } else {
            self.address_patch(object)
        };
        let bound = BOUND.iter().filter(|key| spec.get(key).is_some());
        let provider = spec.get("provider").and_then(|node| node.value());
        let provider = provider.filter(|name| *name != "generic").map(|_| "provider");
        let bound = bound.copied().chain(provider).map(str::to_owned).collect();
        Some(Address { url, r#type: written("type"), bound, locked })
    }

    /// Finds a patch that sets the address of a source as well.
    fn address_patch(&self, object: Object<'a>) -> Option<Why> {
        let name = object.text(&["metadata", "name"])?;
        let Manifests { files, contexts } = &self.manifests;
        let patches = files.objects().filter(|patch| contexts.is_patch(patch.file));
        let patch = patches.chain(files.embedded().map(|inside| inside.object)).find(|patch| {
            let is_named = patch.text(&["metadata", "name"]).is_some_and(|other| other == name);
            is_named && patch.kind == object.kind && patch.root.at(&["spec", "url"]).is_some()
        })?;
        let message = format!("the patch at {} sets it as well", patch.position());
        Some(Why::new("patched", message))
    }

    /// Reads the version that a source pins.
    fn source_pins(
        &mut self,
        object: Object<'a>,
        kind: SourceKind,
        id: &ObjectName,
        url: Option<&str>,
        applied: &[usize],
    ) -> Vec<String> {
        let spec = |path: &[&str]| {
            let node = object.root.get("spec")?.at(path)?;
            node.value().is_some_and(|text| !text.is_empty()).then_some(node)
        };
        let mut parts = Vec::new();
        let (pin, version, package) = match kind {
            SourceKind::OciRepository => {
                // A digest beats a range, a range beats a tag.
                let digest = spec(&["ref", "digest"]);
                let version = match (spec(&["ref", "semver"]), spec(&["ref", "tag"]), digest) {
                    (Some(range), _, None) => Some(range),
                    (_, Some(tag), digest) => {
                        parts.extend(digest.map(|node| (Role::Digest, node)));
                        Some(tag)
                    }
                    (_, None, digest) => digest,
                };
                (PinKind::Chart, version, url.map(oci_package))
            }
            SourceKind::GitRepository => {
                let version = spec(&["ref", "commit"])
                    .or_else(|| spec(&["ref", "semver"]))
                    .or_else(|| spec(&["ref", "tag"]));
                (PinKind::Git, version, url.map(|url| Package::Git { url: url.to_owned() }))
            }
            SourceKind::HelmChart => {
                let chart = object.text(&["spec", "chart"]);
                let source = self.source_ref(object, &["spec", "sourceRef"], id);
                let package = chart.and_then(|chart| self.chart_package(&chart, source.as_ref()));
                (PinKind::Chart, spec(&["version"]), package)
            }
            SourceKind::HelmRepository | SourceKind::Bucket => return Vec::new(),
        };
        let (Some(version), Some(package)) = (version, package) else { return Vec::new() };
        if kind == SourceKind::OciRepository
            && spec(&["ref", "tag"]).is_some_and(|tag| tag.value().is_some_and(|t| t.contains('@')))
        {
            let position = object.position_of(version);
            self.diagnostics.push(Diagnostic {
                code: "digest-in-tag".to_owned(),
                severity: Severity::Warning,
                file: Some(position.file),
                line: Some(position.line),
                column: Some(position.column),
                message: "Flux rejects a digest in `ref.tag`; put it into `ref.digest`".to_owned(),
            });
        }
        let range = match kind {
            SourceKind::HelmChart => version.value().is_some_and(|text| is_range(&text)),
            _ => spec(&["ref", "semver"]).is_some_and(|node| node.span() == version.span()),
        };
        let draft = Draft { object, base: None, kind: pin, version, whole: false, parts, range };
        let ids = self.pins.add_package(&draft, &package, &self.manifests.contexts, applied, &[]);
        let commit = spec(&["ref", "commit"]).is_some() && kind == SourceKind::GitRepository;
        let why = if commit {
            Some(Why::new("commit", "a commit is pinned; no version follows a commit"))
        } else if range && spec(&["ref", "semverFilter"]).is_some() {
            let message = "`semverFilter` chooses among the versions; change the range by hand";
            Some(Why::new("semver-filter", message))
        } else {
            None
        };
        for id in ids.iter().filter(|_| why.is_some()) {
            if let Some(pin) = self.pins.get_mut(id) {
                pin.locked.clone_from(&why);
            }
        }
        ids
    }

    /// Reads a reference to a source.
    pub(in crate::flux) fn source_ref(
        &self,
        object: Object<'a>,
        path: &[&str],
        user: &ObjectName,
    ) -> Option<SourceRef> {
        let node = object.root.at(path)?;
        let kind = SourceKind::from_kind(&node.get("kind")?.value()?)?;
        let context = self.manifests.contexts.of_file(object.file).first().copied();
        let expand = |text: Cow<'_, str>| match context {
            Some(context) => self.manifests.contexts.expand(context, &text),
            None => text.into_owned(),
        };
        let name = expand(node.get("name")?.value()?);
        let namespace = node.get("namespace").and_then(|node| node.value()).map(expand);
        let namespace = namespace.or_else(|| user.namespace.clone());
        let id = ObjectName { namespace, name };
        let file = self.nearest(self.named(kind, &id), object.file);
        Some(SourceRef { kind, id, file })
    }

    /// Lists the sources of a name; one whose namespace nothing tells answers to any.
    pub(super) fn named(&self, kind: SourceKind, id: &ObjectName) -> Vec<usize> {
        if let Some(indices) = self.by_source.get(&(kind, id.clone())) {
            return indices.clone();
        }
        let loose = self.sources.iter().enumerate().filter(|(_, source)| {
            let unknown = source.id.namespace.is_none() || id.namespace.is_none();
            source.kind == kind && source.id.name == id.name && unknown
        });
        let loose: Vec<usize> = loose.map(|(index, _)| index).collect();
        if loose.len() == 1 { loose } else { Vec::new() }
    }

    /// Returns the file of the source that a manifest means, where several have its name: every
    /// cluster of a repository may define one, and an archive keep an old one. It is one that is
    /// applied if the manifest is, by the same cluster if there is one, and of those the one with
    /// the most folders in common.
    fn nearest(&self, named: Vec<usize>, user: &RepoPath) -> Option<RepoPath> {
        let file = |index: usize| self.sources.get(index).map(|source| &source.position.file);
        if let [one] = named.as_slice() {
            return file(*one).cloned();
        }
        let contexts = self.manifests.contexts.around(user);
        let near = |source: &RepoPath| {
            let others = self.manifests.contexts.around(source);
            let folders = source.parent().split('/').zip(user.parent().split('/'));
            (
                others.is_empty() == contexts.is_empty(),
                others.iter().any(|context| contexts.contains(context)),
                folders.take_while(|(one, other)| one == other).count(),
            )
        };
        // The last of equals counts for `max_by_key`; here it is the first.
        named.into_iter().rev().filter_map(file).max_by_key(|source| near(source)).cloned()
    }

    /// Finds the source that a reference was found to mean.
    pub(super) fn source_index(&self, source: &SourceRef) -> Option<usize> {
        let file = source.file.as_ref()?;
        let mut named = self.named(source.kind, &source.id).into_iter();
        named.find(|index| self.sources.get(*index).is_some_and(|s| s.position.file == *file))
    }

    /// Returns the package of a chart in a source.
    pub(in crate::flux) fn chart_package(
        &self,
        chart: &str,
        source: Option<&SourceRef>,
    ) -> Option<Package> {
        let Some(url) = source
            .and_then(|source| self.source_index(source))
            .and_then(|index| self.sources.get(index))
            .and_then(|source| source.url.clone())
        else {
            return Some(Package::Unknown(chart.to_owned()));
        };
        match source.map(|source| source.kind) {
            Some(SourceKind::HelmRepository) if url.starts_with("oci://") => {
                Some(oci_package(&format!("{}/{chart}", url.trim_end_matches('/'))))
            }
            Some(SourceKind::HelmRepository) => {
                Some(Package::HelmChart { url, chart: chart.to_owned() })
            }
            // A chart in a Git repository or a bucket has the version of its folder.
            _ => None,
        }
    }
}

/// Reads an OCI URL, `oci://…`.
fn oci_package(url: &str) -> Package {
    match Repository::from_oci_url(url) {
        Ok(repository) => Package::OciChart { url: url.to_owned(), repository },
        Err(_) => Package::Unknown(url.to_owned()),
    }
}
