//! From files to an [`Inventory`].
//!
//! The order of the steps is the order in which one needs the other: what applies each file, then
//! the sources, then the releases with their charts and levers, then the images, last what
//! overrides what.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use super::hints;
use super::kustomize::Contexts;
use super::lever;
use super::load::{Files, Kind, Object, load};
use super::model::{
    ChartUse, Inventory, ObjectName, Package, Pin, PinKind, Release, Role, Sign, Source,
    SourceKind, SourceRef,
};
use super::outside::Outside;
use super::pins::{Draft, Pins, is_encrypted};
use super::values;
use super::writes;
use crate::diagnostic::{Diagnostic, Position, Severity, Why};
use crate::image::Repository;
use crate::policy::Policies;
use crate::tree::{RepoPath, Tree, TreeError};
use crate::version::chart::is_range;
use crate::yaml::Node;

/// Reads what a repository runs.
///
/// `keep` says which files are looked at; configuration excludes some. A file that cannot be read
/// is named in the inventory's diagnostics, and the rest goes on.
///
/// # Errors
/// When the tree cannot be listed at all.
pub fn discover(
    tree: &dyn Tree,
    policies: &Policies,
    keep: &(dyn Fn(&RepoPath) -> bool + Sync),
) -> Result<Inventory, TreeError> {
    let mut paths = tree.files()?;
    paths.retain(|path| keep(path));
    let mut diagnostics = Vec::new();
    let (files, read) = load(tree, &paths, &mut diagnostics);
    let contexts = Contexts::of(&files, &paths);
    let mut discovery = Discovery {
        files: &files,
        outside: Outside::of(&files, &contexts),
        overruled: BTreeMap::new(),
        contexts,
        policies,
        pins: Pins::default(),
        sources: Vec::new(),
        by_source: HashMap::new(),
        releases: Vec::new(),
        diagnostics,
    };
    discovery.sources();
    let releases = discovery.releases();
    discovery.fragments(&releases);
    discovery.lock_overruled();
    discovery.kustomize_images();
    discovery.sources.iter_mut().for_each(|source| dedup(&mut source.releases));
    let Discovery { pins, mut sources, mut releases, mut diagnostics, .. } = discovery;
    sources.sort_by(|a, b| (&a.position, &a.id).cmp(&(&b.position, &b.id)));
    releases.sort_by(|a, b| (&a.position, &a.id).cmp(&(&b.position, &b.id)));
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.file.clone(), d.line, d.column, d.code.clone());
        key(a).cmp(&key(b))
    });
    let pins = pins.into_sorted();
    Ok(Inventory { releases, sources, pins, diagnostics, read })
}

/// What is known while an inventory is made.
pub(super) struct Discovery<'a> {
    pub(super) files: &'a Files,
    pub(super) contexts: Contexts<'a>,
    pub(super) policies: &'a Policies,
    pub(super) pins: Pins,
    sources: Vec<Source>,
    by_source: HashMap<(SourceKind, ObjectName), Vec<usize>>,
    pub(super) releases: Vec<Release>,
    diagnostics: Vec<Diagnostic>,
    pub(super) outside: Outside,
    /// The pins that something else replaces, with what does in which release.
    pub(super) overruled: BTreeMap<String, Vec<Winner>>,
}

/// What replaces a pin in a release.
pub(super) struct Winner {
    pub(super) release: ObjectName,
    pub(super) place: Position,
}

/// A release's document, with what later steps need of it.
pub(super) struct Found<'a> {
    pub(super) object: Object<'a>,
    pub(super) id: ObjectName,
    pub(super) applied: Vec<usize>,
    /// Its index among the releases.
    pub(super) index: usize,
}

impl<'a> Discovery<'a> {
    fn objects(&self, wanted: Kind) -> Vec<Object<'a>> {
        self.files.objects().filter(|object| object.kind == wanted).collect()
    }

    /// Reads the sources and the versions that they pin themselves.
    fn sources(&mut self) {
        let objects: Vec<_> = self.files.objects().collect();
        // HelmCharts name a Helm repository, so they come after those.
        let is_chart = |object: &Object<'_>| object.kind == Kind::Source(SourceKind::HelmChart);
        let (charts, others): (Vec<_>, Vec<_>) = objects.into_iter().partition(is_chart);
        for object in others.into_iter().chain(charts) {
            let Kind::Source(kind) = object.kind else { continue };
            if self.is_fragment(object) {
                continue;
            }
            for (id, applied) in self.contexts.names(object) {
                let url = object.text(&["spec", "url"]);
                let url = url.map(|url| match applied.first() {
                    Some(context) => self.contexts.expand(*context, &url),
                    None => url.into_owned(),
                });
                let pins = self.source_pins(object, kind, &id, url.as_deref(), &applied);
                let position = object.position();
                let document = object.document;
                let source = Source {
                    kind,
                    id: id.clone(),
                    position,
                    document,
                    url,
                    pins,
                    releases: Vec::new(),
                };
                self.by_source.entry((kind, id)).or_default().push(self.sources.len());
                self.sources.push(source);
            }
        }
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
        let ids = self.pins.add_package(&draft, &package, &self.contexts, applied, &[]);
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
    pub(super) fn source_ref(
        &self,
        object: Object<'a>,
        path: &[&str],
        user: &ObjectName,
    ) -> Option<SourceRef> {
        let node = object.root.at(path)?;
        let kind = SourceKind::from_kind(&node.get("kind")?.value()?)?;
        let context = self.contexts.of_file(object.file).first().copied();
        let expand = |text: Cow<'_, str>| match context {
            Some(context) => self.contexts.expand(context, &text),
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
    fn named(&self, kind: SourceKind, id: &ObjectName) -> Vec<usize> {
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
        let contexts = self.contexts.around(user);
        let near = |source: &RepoPath| {
            let others = self.contexts.around(source);
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
    fn source_index(&self, source: &SourceRef) -> Option<usize> {
        let file = source.file.as_ref()?;
        let mut named = self.named(source.kind, &source.id).into_iter();
        named.find(|index| self.sources.get(*index).is_some_and(|s| s.position.file == *file))
    }

    /// Returns the package of a chart in a source.
    pub(super) fn chart_package(&self, chart: &str, source: Option<&SourceRef>) -> Option<Package> {
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

    /// Reads the releases with their charts, images and levers.
    fn releases(&mut self) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for object in self.objects(Kind::HelmRelease) {
            if self.is_fragment(object) {
                continue;
            }
            for (id, applied) in self.contexts.names(object) {
                let index = self.release(object, &id, &applied);
                found.push(Found { object, id, applied, index });
            }
        }
        found
    }

    fn release(&mut self, object: Object<'a>, id: &ObjectName, applied: &[usize]) -> usize {
        let (chart, mut pins) = self.chart(object, id, applied);
        let values = object.root.at(&["spec", "values"]);
        if let Some(values) = values {
            pins.extend(self.images(object, values, applied, id));
        }
        let from = self.values_from(object, id, applied);
        pins.extend(from.pins);
        self.post_renderer_images(object, id, applied, &mut pins);
        dedup(&mut pins);
        let encrypted = is_encrypted(object);
        let mut all = vec![];
        all.extend(values);
        // The last entry of `valuesFrom` beats those before it.
        all.extend(from.values.iter().rev().map(|object| object.root));
        let own_datastore = self.own_datastore(&pins);
        let release_name = self.helm_name(object, id, applied);
        let lever = if encrypted {
            lever::none("the file is encrypted with SOPS")
        } else if let Some(scaled) = self.outside.scaled(&release_name, id, applied) {
            lever::none(scaled)
        } else {
            let subject = lever::Subject {
                object,
                chart: chart.name.as_deref(),
                version: chart.version.as_deref(),
                values: &all,
                forced: &from.forced,
                release: &release_name,
                datastore: own_datastore.as_ref(),
            };
            lever::of(&subject, self.policies)
        };
        let read = writes::Reading {
            policies: self.policies,
            secret: &|name| {
                let name = self.expand(applied, name);
                let name = name.replace("{{ .Release.Name }}", &release_name);
                let keys = self.outside.keys(&name, id);
                (name, keys)
            },
        };
        let writes = values.and_then(|values| writes::sign(object, values, &read));
        let from_files =
            || from.values.iter().find_map(|object| writes::sign(*object, object.root, &read));
        let writes = writes.or_else(from_files).or(own_datastore);
        let suspended = object.text(&["spec", "suspend"]).as_deref() == Some("true");
        let depends_on = self.depends_on(object, id, applied);
        self.releases.push(Release {
            id: id.clone(),
            position: object.position(),
            document: object.document,
            chart,
            pins,
            lever,
            suspended,
            depends_on,
            writes,
        });
        self.releases.len() - 1
    }

    /// Reads a release's chart and the pin that fixes its version.
    fn chart(
        &mut self,
        object: Object<'a>,
        id: &ObjectName,
        applied: &[usize],
    ) -> (ChartUse, Vec<String>) {
        let releases = std::slice::from_ref(id);
        if object.root.at(&["spec", "chartRef"]).is_some() {
            let source = self.source_ref(object, &["spec", "chartRef"], id);
            let index = source.as_ref().and_then(|source| self.source_index(source));
            let Some(source) = index.and_then(|index| self.sources.get_mut(index)) else {
                self.missing_source(object, &["spec", "chartRef"], source.as_ref());
                return (ChartUse { source, ..ChartUse::default() }, Vec::new());
            };
            source.releases.push(id.clone());
            let ids = source.pins.clone();
            let name =
                source.url.as_deref().and_then(|url| url.trim_end_matches('/').rsplit('/').next());
            let mut name = name.map(str::to_owned);
            let mut version = None;
            for pin in &ids {
                let Some(pin) = self.pins.get_mut(pin) else { continue };
                if let Package::HelmChart { chart, .. } = &pin.package {
                    name = Some(chart.clone());
                }
                version.get_or_insert_with(|| pin.current.text.clone());
                pin.releases.push(id.clone());
            }
            let source = self.source_ref(object, &["spec", "chartRef"], id);
            return (ChartUse { name, version, source }, ids);
        }
        let source = self.source_ref(object, &["spec", "chart", "spec", "sourceRef"], id);
        let name = object.text(&["spec", "chart", "spec", "chart"]);
        let name = name.map(|name| self.expand(applied, &name));
        let index = source.as_ref().and_then(|source| self.source_index(source));
        if let Some(known) = index.and_then(|index| self.sources.get_mut(index)) {
            known.releases.push(id.clone());
        } else {
            let path = &["spec", "chart", "spec", "sourceRef"];
            self.missing_source(object, path, source.as_ref());
        }
        let package = name.as_ref().and_then(|name| self.chart_package(name, source.as_ref()));
        let version = object.root.at(&["spec", "chart", "spec", "version"]);
        let version = version.filter(|node| node.value().is_some_and(|text| !text.is_empty()));
        let mut ids = Vec::new();
        let text = version.and_then(|node| node.value()).map(|text| self.expand(applied, &text));
        if let (Some(node), Some(package)) = (version, package) {
            let range = text.as_deref().is_some_and(is_range);
            let kind = PinKind::Chart;
            let draft = Draft {
                object,
                base: None,
                kind,
                version: node,
                whole: false,
                parts: Vec::new(),
                range,
            };
            ids = self.pins.add_package(&draft, &package, &self.contexts, applied, releases);
        }
        let name = name.map(|name| name.rsplit('/').next().unwrap_or_default().to_owned());
        (ChartUse { name, version: text, source }, ids)
    }

    pub(super) fn expand(&self, applied: &[usize], text: &str) -> String {
        match applied.first() {
            Some(context) => self.contexts.expand(*context, text),
            None => text.to_owned(),
        }
    }

    fn missing_source(&mut self, object: Object<'a>, path: &[&str], source: Option<&SourceRef>) {
        let node = object.root.at(path).unwrap_or(object.root);
        let position = object.position_of(node);
        let message = match source {
            Some(source) => format!(
                "{} {} is not defined in the repository; its versions cannot be looked up",
                source.kind.as_str(),
                source.id
            ),
            None => "the chart's source is not named; its versions cannot be looked up".to_owned(),
        };
        self.diagnostics.push(Diagnostic {
            code: "missing-source".to_owned(),
            severity: Severity::Info,
            file: Some(position.file),
            line: Some(position.line),
            column: Some(position.column),
            message,
        });
    }

    /// Adds the images below a node, with the aliases that use them.
    pub(super) fn images(
        &mut self,
        object: Object<'a>,
        values: Node<'a>,
        applied: &[usize],
        release: &ObjectName,
    ) -> Vec<String> {
        let releases = std::slice::from_ref(release);
        let images = values::images(values);
        let mut ids = Vec::new();
        for shape in images.shapes {
            ids.extend(self.pins.add_image(
                (object, None),
                shape,
                &self.contexts,
                applied,
                releases,
            ));
        }
        for (version, repository) in hints::hinted(values) {
            let id = format!("{}#{}", object.file, object.spot(version));
            if self.pins.get(&id).is_none() {
                let (kind, parts) = (PinKind::Image, Vec::new());
                let base = None;
                let draft =
                    Draft { object, base, kind, version, whole: false, parts, range: false };
                let package = Package::Image(repository);
                let contexts = &self.contexts;
                ids.extend(self.pins.add_package(&draft, &package, contexts, applied, releases));
            }
        }
        self.pins.note_aliases(object, &images.aliases, &ids);
        dedup(&mut ids);
        ids
    }

    /// Reads the images of kustomizations, Flux's and kustomize's.
    fn kustomize_images(&mut self) {
        for object in self.files.objects().collect::<Vec<_>>() {
            let images = match object.kind {
                Kind::Kustomization => object.root.get("images"),
                Kind::FluxKustomization => object.root.at(&["spec", "images"]),
                _ => continue,
            };
            let Some(images) = images else { continue };
            let applied = self.contexts.of_file(object.file);
            self.kustomize_list(object, images, &applied, &[]);
        }
    }

    /// Locks the pins that every release replaces; one that only some replace is not theirs.
    fn lock_overruled(&mut self) {
        for (id, winners) in std::mem::take(&mut self.overruled) {
            let Some(pin) = self.pins.get_mut(&id) else { continue };
            let replaces = |release: &ObjectName| winners.iter().any(|w| w.release == *release);
            if pin.releases.iter().all(replaces) {
                if let Some(Winner { place, .. }) = winners.first() {
                    let message =
                        format!("{place} overrides it; an edit here would change nothing");
                    pin.locked = Some(Why::new("overridden", message));
                }
                continue;
            }
            pin.releases.retain(|release| !replaces(release));
            let theirs = self.releases.iter_mut().filter(|release| replaces(&release.id));
            theirs.for_each(|release| release.pins.retain(|pin| *pin != id));
        }
    }

    /// Says whether a release runs a datastore of its own.
    fn own_datastore(&self, pins: &[String]) -> Option<Sign> {
        pins.iter().filter_map(|id| self.pins.get(id)).find_map(|pin| {
            let Package::Image(repository) = &pin.package else { return None };
            let engine = self.policies.datastore_of_image(&repository.path)?;
            let position = pin.place().position.clone();
            Some(Sign { position, shows: format!("it runs {}", engine.policy.name) })
        })
    }

    /// Returns the name that Helm knows a release by.
    fn helm_name(&self, object: Object<'a>, id: &ObjectName, applied: &[usize]) -> String {
        let text = |key: &str| object.text(&["spec", key]).map(|t| self.expand(applied, &t));
        match (text("releaseName"), text("targetNamespace")) {
            (Some(name), _) => name,
            (None, Some(namespace)) => format!("{namespace}-{}", id.name),
            (None, None) => id.name.clone(),
        }
    }

    fn depends_on(
        &self,
        object: Object<'a>,
        id: &ObjectName,
        applied: &[usize],
    ) -> Vec<ObjectName> {
        let list = object.root.at(&["spec", "dependsOn"]);
        let items = list.into_iter().flat_map(|node| node.items());
        let names = items.filter_map(|item| {
            let name = self.expand(applied, &item.get("name")?.value()?);
            let namespace = item.get("namespace").and_then(|node| node.value());
            let namespace = namespace.map(|namespace| self.expand(applied, &namespace));
            Some(ObjectName { namespace: namespace.or_else(|| id.namespace.clone()), name })
        });
        names.collect()
    }
}

/// Reads an OCI URL, `oci://…`.
fn oci_package(url: &str) -> Package {
    match Repository::from_oci_url(url) {
        Ok(repository) => Package::OciChart { url: url.to_owned(), repository },
        Err(_) => Package::Unknown(url.to_owned()),
    }
}

/// Keeps the first of equal names, in order.
pub(super) fn dedup<T: Clone + Eq + Hash>(names: &mut Vec<T>) {
    if names.len() > 1 {
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
}

impl Pins {
    /// Notes that the pins of an anchored subtree are used wherever an alias stands for it.
    pub(super) fn note_aliases(
        &mut self,
        object: Object<'_>,
        aliases: &[(Node<'_>, Node<'_>)],
        ids: &[String],
    ) {
        for (alias, target) in aliases {
            let target = object.spot(*target);
            let place = super::pins::place(object, *alias, super::model::Part::Whole);
            for id in ids {
                let Some(pin) = self.get_mut(id) else { continue };
                if uses(pin, &target) && !pin.used_by.contains(&place) {
                    pin.used_by.push(place.clone());
                }
            }
        }
    }
}

/// Says whether a pin's version stands at or below a node of its own file.
fn uses(pin: &Pin, target: &crate::yaml::Spot) -> bool {
    let spot = &pin.place().spot;
    spot.document == target.document && spot.path.0.starts_with(&target.path.0)
}
