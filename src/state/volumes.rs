//! The volumes that a release keeps, with what the repository says of their claims and backups.
//!
//! Charts of the common library list volumes by name under `persistence`; others have one mapping
//! with `enabled` and `size`, or Kubernetes' own lists. What keeps nothing, such as an `emptyDir`
//! or a ConfigMap, is no volume here.

use super::apps::{App, Naming};
use super::around::{Around, is_set};
use super::model::{Volume, VolumeKind};
use super::written::{Is, Written};
use crate::flux::ObjectName;

/// Types of a volume that keep nothing.
const FLEETING: &[&str] =
    &["emptydir", "configmap", "secret", "projected", "downwardapi", "image", "ephemeral"];

/// Paths of a node that hold devices and sockets, not data.
const DEVICES: &[&str] = &["/dev", "/run", "/var/run", "/sys", "/proc", "/lib/modules", "/etc"];

/// Lists the volumes of a release.
pub(super) fn of_app(app: &App<'_>, around: &Around) -> Vec<Volume> {
    of_part(app, &app.values, &[], around)
}

/// Lists the volumes of a part of a release's values, which stands at `path`.
pub(super) fn of_part(
    app: &App<'_>,
    part: &Written,
    path: &[&str],
    around: &Around,
) -> Vec<Volume> {
    let mut search = Search { app, around, found: Vec::new() };
    let mut path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
    search.walk(part, &mut path);
    search.found
}

struct Search<'s, 'a> {
    app: &'s App<'a>,
    around: &'s Around,
    found: Vec<Volume>,
}

impl Search<'_, '_> {
    fn walk(&mut self, written: &Written, path: &mut Vec<String>) {
        match &written.is {
            Is::Map(entries) => {
                // What is switched off makes nothing.
                if written.text_at(&["enabled"]) == Some("false") {
                    return;
                }
                for entry in entries {
                    let value = &entry.value;
                    match entry.key.as_str() {
                        "persistence" if value.is_map() => {
                            self.persistence(value, path);
                            continue;
                        }
                        "volumeClaimTemplates" => {
                            self.templates(value, path);
                            continue;
                        }
                        "volumeClaimTemplate" if value.get("spec").is_some() => {
                            let name = path.last().map_or("data", String::as_str);
                            let volume = spec_template(name, value);
                            self.found.push(self.with_controllers(volume, path));
                            continue;
                        }
                        "persistentVolumeClaim" | "nfs" | "hostPath" if value.is_map() => {
                            let name = written.text_at(&["name"]).unwrap_or(&entry.key);
                            self.found.extend(self.raw(&entry.key, value, name));
                            continue;
                        }
                        "existingClaim" => {
                            let name = path.last().map_or("data", String::as_str);
                            if let Some(claim) = value.text() {
                                let volume = blank(name, VolumeKind::Claim, value);
                                let volume = self.of_claim(volume, claim);
                                self.found.push(self.with_controllers(volume, path));
                            }
                            continue;
                        }
                        _ => {}
                    }
                    path.push(entry.key.clone());
                    self.walk(value, path);
                    path.pop();
                }
            }
            Is::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    self.walk(item, path);
                    path.pop();
                }
            }
            Is::Text(_) | Is::Null => {}
        }
    }

    /// Reads `persistence`: volumes by name, or the settings of the only one.
    fn persistence(&mut self, written: &Written, path: &[String]) {
        if written.text_at(&["enabled"]) == Some("false") {
            return;
        }
        let is_one = ["size", "existingClaim", "storageClass", "storageClassName", "accessModes"]
            .iter()
            .any(|key| written.get(key).is_some_and(|value| !value.is_map()));
        let on = written.text_at(&["enabled"]) == Some("true");
        let by_name = written.entries().iter().any(|entry| entry.value.is_map());
        if is_one || (on && !by_name) {
            let name = path.last().map_or("persistence", String::as_str);
            let volume = self.entry(name, written, false);
            self.found.extend(volume.map(|volume| self.with_controllers(volume, path)));
            return;
        }
        let claims = written.entries().iter().filter(|entry| is_own_claim(&entry.value)).count();
        for entry in written.entries() {
            if !entry.value.is_map() || entry.value.text_at(&["enabled"]) == Some("false") {
                continue;
            }
            if let Some(mut volume) = self.entry(&entry.key, &entry.value, true) {
                volume.position = entry.at.clone();
                // Without a word the common library mounts a volume at its name.
                let common = path.is_empty() && matches!(self.app.naming, Naming::Common(_));
                if common && volume.mounts.is_empty() && volume.kind != VolumeKind::HostPath {
                    volume.mounts.push(format!("/{}", entry.key));
                }
                if volume.kind == VolumeKind::Claim && volume.claim.is_none() {
                    let plain = path.is_empty() && entry.value.get("nameOverride").is_none();
                    let name = self.app.claim_name(&entry.key, claims);
                    let name =
                        name.filter(|_| plain && matches!(self.app.naming, Naming::Common(_)));
                    if let Some(name) = name {
                        let id = self.app.named(&name);
                        volume.backed_up_by = self.around.backups(&id);
                        volume.claim = Some(id);
                    }
                }
                self.found.push(volume);
            }
        }
    }

    /// Reads one volume of `persistence`.
    fn entry(&self, name: &str, entry: &Written, by_name: bool) -> Option<Volume> {
        let text = |key: &str| entry.text_at(&[key]);
        let kind = text("type").unwrap_or_default().to_ascii_lowercase();
        if FLEETING.contains(&kind.as_str()) {
            return None;
        }
        let mut volume = match kind.as_str() {
            "nfs" => {
                let mut volume = blank(name, VolumeKind::Nfs, entry);
                let server = text("server").unwrap_or_default();
                volume.storage_class =
                    Some(format!("{server}:{}", text("path").unwrap_or_default()));
                volume
            }
            "hostpath" => {
                let path = text("hostPath").unwrap_or_default();
                if is_device(path) {
                    return None;
                }
                let mut volume = blank(name, VolumeKind::HostPath, entry);
                volume.storage_class = Some(path.to_owned());
                volume
            }
            "custom" => {
                let spec = entry.get("volumeSpec")?;
                let first = spec.entries().first()?;
                if FLEETING.contains(&first.key.to_ascii_lowercase().as_str()) {
                    return None;
                }
                self.raw(&first.key, &first.value, name)?
            }
            _ => {
                let keeps = !kind.is_empty()
                    || !by_name
                    || ["existingClaim", "size", "storageClass", "accessMode", "mountPath"]
                        .iter()
                        .chain(&["globalMounts", "advancedMounts"])
                        .any(|key| entry.get(key).is_some());
                if !keeps {
                    return None;
                }
                blank(name, VolumeKind::Claim, entry)
            }
        };
        let class = text("storageClass").or_else(|| text("storageClassName"));
        volume.storage_class = volume.storage_class.or_else(|| class.map(str::to_owned));
        volume.size = text("size").map(str::to_owned);
        volume.modes = text("accessMode").into_iter().map(str::to_owned).collect();
        let listed = entry.get("accessModes").map(Written::items).unwrap_or_default();
        volume.modes.extend(listed.iter().filter_map(Written::text).map(str::to_owned));
        mounts(entry, name, &mut volume);
        if let Some(claim) = text("existingClaim") {
            volume = self.of_claim(volume, claim);
        }
        Some(volume)
    }

    /// Reads one of Kubernetes' own volumes.
    fn raw(&self, key: &str, value: &Written, name: &str) -> Option<Volume> {
        match key {
            "persistentVolumeClaim" => {
                let volume = blank(name, VolumeKind::Claim, value);
                Some(self.of_claim(volume, value.text_at(&["claimName"])?))
            }
            "nfs" => {
                let mut volume = blank(name, VolumeKind::Nfs, value);
                let (server, path) = (value.text_at(&["server"])?, value.text_at(&["path"])?);
                volume.storage_class = Some(format!("{server}:{path}"));
                Some(volume)
            }
            "hostPath" => {
                let path = value.text_at(&["path"]).filter(|path| !is_device(path))?;
                let mut volume = blank(name, VolumeKind::HostPath, value);
                volume.storage_class = Some(path.to_owned());
                Some(volume)
            }
            _ => None,
        }
    }

    /// Adds what the repository says of a claim that something else makes.
    fn of_claim(&self, mut volume: Volume, claim: &str) -> Volume {
        let helm = &self.app.helm_name;
        let name = claim.replace("{{ .Release.Name }}", helm).replace("{{.Release.Name}}", helm);
        // What is still a template has no name here.
        volume.existing = true;
        if name.contains("{{") || name.contains("${") {
            return volume;
        }
        let id = self.app.named(&name);
        if let Some(known) = self.around.claim(&id) {
            volume.size = known.size.clone().or(volume.size);
            volume.storage_class = known.class.clone().or(volume.storage_class);
            volume.modes.clone_from(&known.modes);
        }
        volume.backed_up_by = self.around.backups(&id);
        volume.claim = Some(id);
        volume
    }

    /// Reads the claims that a `StatefulSet` makes.
    fn templates(&mut self, written: &Written, path: &[String]) {
        for item in written.items() {
            let name = item
                .text_at(&["name"])
                .or_else(|| item.text_at(&["metadata", "name"]))
                .unwrap_or("data");
            let mut volume = if item.get("spec").is_some() {
                spec_template(name, item)
            } else {
                let class = item.text_at(&["storageClass"]);
                template(name, item, item.text_at(&["size"]), class)
            };
            mounts(item, name, &mut volume);
            volume.controllers.clear();
            self.found.push(self.with_controllers(volume, path));
        }
    }

    /// Ties a volume to the controller below which it stands.
    #[expect(clippy::unused_self, reason = "the search decides which controllers a path means")]
    fn with_controllers(&self, mut volume: Volume, path: &[String]) -> Volume {
        if let [controllers, name, ..] = path
            && controllers == "controllers"
        {
            volume.controllers = vec![name.clone()];
        }
        volume
    }
}

/// Lists the volumes of a plain workload.
pub(super) fn of_pod(workload: &Written, id: &ObjectName, around: &Around) -> Vec<Volume> {
    let mut found = Vec::new();
    let templates = workload.at(&["spec", "volumeClaimTemplates"]);
    for item in templates.map(Written::items).unwrap_or_default() {
        found.push(spec_template(item.text_at(&["metadata", "name"]).unwrap_or("data"), item));
    }
    let volumes = workload.at(&["spec", "template", "spec", "volumes"]);
    for item in volumes.map(Written::items).unwrap_or_default() {
        let name = item.text_at(&["name"]).unwrap_or("data");
        let Some(claim) = item.text_at(&["persistentVolumeClaim", "claimName"]) else { continue };
        let claim = ObjectName { namespace: id.namespace.clone(), name: claim.to_owned() };
        let mut volume = blank(name, VolumeKind::Claim, item);
        volume.existing = true;
        if let Some(known) = around.claim(&claim) {
            volume.size.clone_from(&known.size);
            volume.storage_class.clone_from(&known.class);
            volume.modes.clone_from(&known.modes);
        }
        volume.backed_up_by = around.backups(&claim);
        volume.claim = Some(claim);
        found.push(volume);
    }
    found
}

fn blank(name: &str, kind: VolumeKind, at: &Written) -> Volume {
    Volume {
        name: name.to_owned(),
        kind,
        claim: None,
        existing: false,
        mounts: Vec::new(),
        controllers: Vec::new(),
        size: None,
        storage_class: None,
        modes: Vec::new(),
        backed_up_by: Vec::new(),
        position: at.at.clone(),
        shared_with: Vec::new(),
    }
}

/// Makes a volume that each pod has of its own.
pub(super) fn template(
    name: &str,
    at: &Written,
    size: Option<&str>,
    class: Option<&str>,
) -> Volume {
    let mut volume = blank(name, VolumeKind::Template, at);
    volume.size = size.map(str::to_owned);
    volume.storage_class = class.map(str::to_owned);
    volume
}

fn spec_template(name: &str, item: &Written) -> Volume {
    let size = item.text_at(&["spec", "resources", "requests", "storage"]);
    template(name, item, size, item.text_at(&["spec", "storageClassName"]))
}

/// Says whether an entry of `persistence` is a claim that the chart makes.
fn is_own_claim(entry: &Written) -> bool {
    let kind = entry.text_at(&["type"]).unwrap_or("persistentVolumeClaim");
    let on = entry.text_at(&["enabled"]) != Some("false");
    entry.is_map()
        && on
        && entry.get("existingClaim").is_none()
        && matches!(kind.to_ascii_lowercase().as_str(), "persistentvolumeclaim" | "pvc")
}

/// Reads where a volume is mounted, and by which controllers.
fn mounts(entry: &Written, name: &str, volume: &mut Volume) {
    let paths = |list: &Written| -> Vec<String> {
        let items = list.items().iter();
        items.filter_map(|item| item.text_at(&["path"])).map(str::to_owned).collect()
    };
    if let Some(list) = entry.get("globalMounts") {
        volume.mounts.extend(paths(list));
    }
    for controller in entry.get("advancedMounts").map(Written::entries).unwrap_or_default() {
        volume.controllers.push(controller.key.clone());
        for container in controller.value.entries() {
            volume.mounts.extend(paths(&container.value));
        }
    }
    volume.mounts.extend(entry.text_at(&["mountPath"]).map(str::to_owned));
    // Without a word the common library mounts a volume at its name.
    if volume.mounts.is_empty() && entry.get("type").is_some_and(is_set) {
        volume.mounts.push(format!("/{name}"));
    }
    volume.mounts.sort();
    volume.mounts.dedup();
    volume.controllers.dedup();
}

/// Says whether a path of a node is one of devices and sockets.
fn is_device(path: &str) -> bool {
    DEVICES.iter().any(|device| {
        path.strip_prefix(device).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
