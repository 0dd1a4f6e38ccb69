//! What following a move edits: the scalars of an image's name, or the address of a chart's source.
//!
//! A source may serve several releases, and its address moves all of them. So it is edited only
//! where the new place has what each of them runs; where it has not, or where the address cannot
//! be edited exactly, a person is told what to write where.

use std::collections::BTreeMap;

use super::Asking;
use super::address::{host_of, place_of};
use crate::diagnostic::{Position, Why};
use crate::flux::{Address, Inventory, Package, Pin, Release, Source, SourceKind};
use crate::upgrade::candidates::NewPlace;
use crate::upgrade::edits;
use crate::upgrade::learned::Step;
use crate::upgrade::plan_types::FileEdit;
use crate::upstream::{ChartLocation, Upstream};
use crate::version::{chart, same};
use crate::yaml;

impl<U: Upstream> Asking<'_, U> {
    /// Returns the place that a pin moves to with the edits that lead there, or what a person has
    /// to do instead.
    ///
    /// The reason, where there is one, says which other releases come along.
    pub(super) async fn follow(
        &self,
        pin: &Pin,
        to: &Package,
    ) -> Result<(NewPlace, Option<Why>), Step> {
        if matches!(to, Package::Image(_)) {
            return if edits::can_rename(pin) {
                Ok((NewPlace { package: to.clone(), edits: Vec::new() }, None))
            } else {
                let text = format!(
                    "write {to} instead of {}: its name stands where refit cannot change it alone",
                    pin.package
                );
                Err(by_hand(text, Some(pin.place().position.clone())))
            };
        }
        if pin.range {
            let text = format!(
                "take {} from {to}: a range is pinned, which says nothing of where its versions are",
                pin.package
            );
            return Err(by_hand(text, Some(pin.place().position.clone())));
        }
        let mut edits: Vec<FileEdit> = Vec::new();
        let mut along: Vec<String> = Vec::new();
        for id in &pin.releases {
            let release = self.whole.releases.iter().find(|release| release.id == *id);
            let Some(release) = release else { continue };
            let Some(source) = source_of(self.whole, release) else {
                let text =
                    format!("take the chart of {id} from {to}: its source is not defined here");
                return Err(by_hand(text, Some(release.position.clone())));
            };
            let (readdressed, others) = self.readdress(pin, source, to).await?;
            for edit in readdressed {
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
            along.extend(others);
        }
        along.sort();
        along.dedup();
        let along = (!along.is_empty()).then(|| {
            let message = format!("its source takes along, unchanged: {}", along.join(", "));
            Why::new("served-along", message)
        });
        Ok((NewPlace { package: to.clone(), edits }, along))
    }

    /// Returns the edits that give a source another address, and what else it serves.
    async fn readdress(
        &self,
        pin: &Pin,
        source: &Source,
        to: &Package,
    ) -> Result<(Vec<FileEdit>, Vec<String>), Step> {
        let name = format!("{} {}", source.kind.as_str(), source.id);
        let at = source.address.as_ref().map(|address| address.url.place.position.clone());
        let at = at.or_else(|| Some(source.position.clone()));
        let Some(url) = url_for(source.kind, to) else {
            let text = format!(
                "take the chart of {name} from {to}, with a source of another kind: a {} cannot \
                 lead there",
                source.kind.as_str()
            );
            return Err(by_hand(text, at));
        };
        let is_oci = source.kind == SourceKind::HelmRepository && url.starts_with("oci://");
        let r#type = if is_oci { " and `spec.type` to `oci`" } else { "" };
        let change = format!("set `spec.url` of {name} to `{url}`{type}");
        let Some(address) = &source.address else { return Err(by_hand(change, at)) };
        let refuse = |why: String| by_hand(format!("{change}: {why}"), at.clone());
        if let Some(why) = &address.locked {
            return Err(refuse(why.message.clone()));
        }
        if !address.bound.is_empty() && host_of(&address.url.text) != host_of(&url) {
            let bound: Vec<String> = address.bound.iter().map(|key| format!("`{key}`")).collect();
            return Err(refuse(format!("its {} is meant for the old host", bound.join(", "))));
        }
        let (lacking, along) = self.others(pin, source, to).await;
        if !lacking.is_empty() {
            return Err(by_hand(
                format!(
                    "give {} a source of its own with the URL `{url}`: {name} serves {} as well, \
                     which is not there",
                    joined(&pin.releases),
                    lacking.join(", ")
                ),
                at,
            ));
        }
        Ok((edits_of(address, source.kind, &url), along))
    }

    /// Names the other releases of a source: those whose charts a new place lacks, and those whose
    /// charts it has.
    async fn others(&self, pin: &Pin, source: &Source, to: &Package) -> (Vec<String>, Vec<String>) {
        let (mut lacking, mut along) = (Vec::new(), Vec::new());
        if source.kind != SourceKind::HelmRepository {
            return (lacking, along);
        }
        let others = source.releases.iter().filter(|id| !pin.releases.contains(id));
        // Many releases run one chart at one version.
        let mut wanted: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for id in others {
            let release = self.whole.releases.iter().find(|release| release.id == *id);
            let Some(release) = release else { continue };
            let name = release.chart.name.as_deref().unwrap_or_default();
            let version = release.chart.version.as_deref().unwrap_or("*");
            wanted.entry((name, version)).or_default().push(format!("{id} ({name} {version})"));
        }
        for ((name, version), ids) in wanted {
            let has = match located(to, name) {
                Some(location) => match self.upstream.chart_versions(&location, name).await {
                    Ok(versions) => versions.iter().any(|found| {
                        same(&found.version, version)
                            || chart::in_range(version, &found.version) == Some(true)
                    }),
                    Err(_) => false,
                },
                None => false,
            };
            if has { along.extend(ids) } else { lacking.extend(ids) }
        }
        (lacking, along)
    }
}

/// Returns where another chart of the same new place is.
fn located(to: &Package, name: &str) -> Option<ChartLocation> {
    match to {
        Package::HelmChart { url, .. } => Some(ChartLocation::of_helm_repository(url)),
        Package::OciChart { url, .. } => {
            let folder = url.rsplit_once('/')?.0;
            Some(ChartLocation::of_oci_repository(&format!("{folder}/{name}")))
        }
        _ => None,
    }
}

/// Finds the source that a release takes its chart from.
pub(super) fn source_of<'a>(inventory: &'a Inventory, release: &Release) -> Option<&'a Source> {
    let wanted = release.chart.source.as_ref()?;
    let file = wanted.file.as_ref()?;
    inventory.sources.iter().find(|source| {
        source.kind == wanted.kind
            && source.id.name == wanted.id.name
            && source.position.file == *file
    })
}

/// Returns the URL of a source that gives a package; `None` where a source of this kind cannot.
fn url_for(kind: SourceKind, to: &Package) -> Option<String> {
    match (kind, to) {
        (SourceKind::HelmRepository, Package::HelmChart { url, .. })
        | (SourceKind::OciRepository, Package::OciChart { url, .. }) => Some(url.clone()),
        (SourceKind::HelmRepository, Package::OciChart { url, .. }) => {
            let (_, name) = place_of(to)?;
            Some(url.strip_suffix(name)?.trim_end_matches('/').to_owned())
        }
        _ => None,
    }
}

/// Writes another URL, and the type that belongs to it.
fn edits_of(address: &Address, kind: SourceKind, url: &str) -> Vec<FileEdit> {
    let file = &address.url.place.position.file;
    let at = &address.url.place.spot;
    let mut edits = vec![yaml::Edit::replace(at.clone(), &address.url.text, url)];
    if kind == SourceKind::HelmRepository {
        let wanted = if url.starts_with("oci://") { "oci" } else { "default" };
        match &address.r#type {
            Some(written) if written.text == wanted => {}
            Some(written) => {
                let at = written.place.spot.clone();
                edits.push(yaml::Edit::replace(at, &written.text, wanted));
            }
            None if wanted == "default" => {}
            None => {
                let mut into = at.clone();
                let last = into.path.0.pop();
                let place = last.map_or(yaml::Place::Last, yaml::Place::After);
                let (key, value) = (Some("type".to_owned()), wanted.into());
                edits.push(yaml::Edit::Insert { into, key, value, place });
            }
        }
    }
    edits.into_iter().map(|edit| FileEdit { file: file.clone(), edit }).collect()
}

fn joined<T: ToString>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

fn by_hand(text: String, position: Option<Position>) -> Step {
    Step { text, position, before: false }
}
