//! The releases: each with its chart, its lever, and what shows that it writes data.

use super::super::beside::Beside;
use super::super::lever;
use super::super::load::{Kind, Object};
use super::super::manifests::Found;
use super::super::model::{ChartUse, ObjectName, Package, PinKind, Release, Sign, SourceRef};
use super::super::pins::{Draft, is_encrypted};
use super::super::remediation::Remediation;
use super::super::writes;
use super::{Discovery, dedup};
use crate::diagnostic::{Diagnostic, Severity};
use crate::version::chart::is_range;

impl<'a> Discovery<'a> {
    /// Reads a release with its chart, images and lever.
    pub(in crate::flux) fn release(&mut self, found: &Found<'a>) {
        let Found { object, ref id, ref applied, .. } = *found;
        let (chart, mut pins) = self.chart(object, id, applied);
        let values = object.root.at(&["spec", "values"]);
        if let Some(values) = values {
            pins.extend(self.images(object, values, applied, id));
        }
        let from = self.values_from(object, id, applied);
        pins.extend(from.pins);
        let layers = values.map(|values| (object, values)).into_iter();
        let layers: Vec<_> =
            layers.chain(from.values.iter().map(|file| (*file, file.root))).collect();
        pins.extend(self.images_of_chart(&chart, &layers, applied, id));
        self.post_renderer_images(object, id, applied, &mut pins);
        dedup(&mut pins);
        let encrypted = is_encrypted(object);
        let mut all = vec![];
        all.extend(values);
        // The last entry of `valuesFrom` beats those before it.
        all.extend(from.values.iter().rev().map(|object| object.root));
        let own_datastore = self.own_datastore(&pins);
        let release_name = self.manifests.helm_name(object, id, applied);
        let lever = if encrypted {
            lever::none("the file is encrypted with SOPS")
        } else if let Some(scaled) = self.outside.scaled(&release_name, id, applied) {
            lever::none(scaled)
        } else {
            let source = chart.source.as_ref().and_then(|source| self.source_index(source));
            let source = source.and_then(|index| self.sources.get(index)?.url.as_deref());
            let subject = lever::Subject {
                object,
                chart: chart.name.as_deref(),
                source,
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
                let name = self.manifests.expand(applied, name);
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
            remediation: Remediation::default(),
            applied_by: Vec::new(),
            beside: Beside::default(),
            scaled: None,
        });
    }

    /// Says which releases are written by a set whose inputs do not tell their names.
    pub(super) fn nameless(&mut self) {
        for object in self.manifests.objects(Kind::HelmRelease) {
            if object.set.is_some() && self.manifests.contexts.names(object).is_empty() {
                let position = object.position();
                let message = "the inputs that stand here do not tell the name of the release; it is left alone";
                self.diagnostics.push(Diagnostic {
                    code: "name-not-told".to_owned(),
                    severity: Severity::Info,
                    file: Some(position.file),
                    line: Some(position.line),
                    column: Some(position.column),
                    message: message.to_owned(),
                });
            }
        }
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
        let name = name.map(|name| self.manifests.expand(applied, &name));
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
        let text =
            version.and_then(|node| node.value()).map(|text| self.manifests.expand(applied, &text));
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
            ids = self.pins.add_package(
                &draft,
                &package,
                &self.manifests.contexts,
                applied,
                releases,
            );
        }
        let name = name.map(|name| name.rsplit('/').next().unwrap_or_default().to_owned());
        (ChartUse { name, version: text, source }, ids)
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

    /// Says whether a release runs a datastore of its own.
    pub(super) fn own_datastore(&self, pins: &[String]) -> Option<Sign> {
        pins.iter().filter_map(|id| self.pins.get(id)).find_map(|pin| {
            let Package::Image(repository) = &pin.package else { return None };
            let engine = self.policies.datastore_of_image(&repository.path)?;
            let position = pin.place().position.clone();
            Some(Sign { position, shows: format!("it runs {}", engine.policy.name) })
        })
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
            let name = self.manifests.expand(applied, &item.get("name")?.value()?);
            let namespace = item.get("namespace").and_then(|node| node.value());
            let namespace = namespace.map(|namespace| self.manifests.expand(applied, &namespace));
            Some(ObjectName { namespace: namespace.or_else(|| id.namespace.clone()), name })
        });
        names.collect()
    }
}
