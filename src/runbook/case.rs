//! The case at hand: the releases of a plan with their data, as every section needs them.

use std::collections::{BTreeMap, BTreeSet};

use super::procedure::{Subject, beside, home};
use super::shell;
use super::slots::{Called, Slots};
use crate::flux::{Inventory, ObjectName, Package, Release};
use crate::policy::{App, Home, Policies, Ruled, Size, Tier};
use crate::state::{
    CredentialRole, Lives, State, Store, Volume, VolumeBackup, VolumeKind, Workload,
};
use crate::upgrade::{Plan, StageKind, Unit, short};

/// What a runbook is written from.
pub struct Case<'c> {
    /// The plan.
    pub plan: &'c Plan,
    /// The data of its releases.
    pub states: &'c BTreeMap<ObjectName, State>,
    /// What the repository runs.
    pub inventory: &'c Inventory,
    /// How datastores are kept safe.
    pub policies: &'c Policies,
}

/// A thing that is backed up, with what it is in words.
pub(super) struct Kept<'c> {
    pub(super) title: String,
    /// What it is told from others by: two releases may name the same database.
    pub(super) identity: String,
    pub(super) subject: Subject<'c>,
    pub(super) volume: Option<&'c Volume>,
    /// What the repository has that backs it up.
    pub(super) backups: Vec<&'c VolumeBackup>,
    /// What is lost with it.
    pub(super) loss: Option<String>,
}

/// A release outside the plan that an upgrade concerns.
pub(super) struct Dependant<'c> {
    pub(super) release: &'c Release,
    /// Whether it uses the same data.
    pub(super) uses_data: bool,
    /// Whether it waits for one of the plan by `dependsOn`.
    pub(super) waits: bool,
}

impl<'c> Case<'c> {
    /// Lists the releases of the plan, those that others depend on first.
    pub(super) fn releases(&self) -> Vec<&'c Release> {
        let mut left: Vec<&Release> = self
            .inventory
            .releases
            .iter()
            .filter(|release| self.plan.releases.contains(&release.id))
            .collect();
        let mut ordered: Vec<&Release> = Vec::new();
        while !left.is_empty() {
            let waits = |release: &&Release| {
                left.iter()
                    .any(|other| other.id != release.id && release.depends_on.contains(&other.id))
            };
            // Those in a circle wait for nobody.
            let at = left.iter().position(|release| !waits(release)).unwrap_or(0);
            ordered.push(left.remove(at));
        }
        ordered
    }

    /// Returns the layers in which the releases are upgraded: each waits for those before it.
    pub(super) fn layers(&self) -> Vec<Vec<&'c Release>> {
        let mut layers: Vec<Vec<&Release>> = Vec::new();
        for release in self.releases() {
            let below = layers.iter().rposition(|layer| {
                layer.iter().any(|other| release.depends_on.contains(&other.id))
            });
            let at = below.map_or(0, |below| below + 1);
            match layers.get_mut(at) {
                Some(layer) => layer.push(release),
                None => layers.push(vec![release]),
            }
        }
        layers
    }

    pub(super) fn state(&self, release: &Release) -> Option<&'c State> {
        self.states.get(&release.id)
    }

    /// Returns the versions in short.
    pub(super) fn versions(&self) -> (String, String) {
        short(&self.plan.from, &self.plan.to)
    }

    /// Returns what a policy says a person looks at to see that the applications work.
    pub(super) fn application_checks(&self) -> Vec<String> {
        self.of_applications(|app| &app.verify)
    }

    fn of_applications(&self, list: fn(&App) -> &Vec<String>) -> Vec<String> {
        let moves =
            |package: &Package| self.plan.pins.iter().any(|pin| pin.package == package.to_string());
        let mut checks: Vec<String> = Vec::new();
        for pin in self.inventory.pins.iter().filter(|pin| moves(&pin.package)) {
            let app = match &pin.package {
                Package::Image(repository) => self.policies.app_of_image(&repository.path),
                Package::HelmChart { chart, .. } => self.policies.app_of_chart(chart),
                _ => None,
            };
            for check in app.iter().flat_map(|app| list(&app.policy)) {
                if !checks.contains(check) {
                    checks.push(check.clone());
                }
            }
        }
        checks
    }

    /// Returns what a policy says a person makes sure of before an application is stopped.
    pub(super) fn quiet_checks(&self) -> Vec<String> {
        self.of_applications(|app| &app.quiet)
    }

    /// Returns the tiers of the releases, each with those that are of it.
    pub(super) fn tiers(&self) -> Vec<(Ruled<Tier>, Vec<&'c Release>)> {
        let mut tiers: Vec<(Ruled<Tier>, Vec<&Release>)> = Vec::new();
        for release in self.releases() {
            let Some(tier) = self.policies.tier(&release.id.to_string()) else { continue };
            match tiers.iter_mut().find(|(known, _)| known.rule == tier.rule) {
                Some((_, releases)) => releases.push(release),
                None => tiers.push((tier, vec![release])),
            }
        }
        tiers
    }

    /// Returns the releases outside the plan that use the data of those in it or wait for them, and
    /// whether they only read.
    pub(super) fn dependants(&self) -> Vec<Dependant<'c>> {
        let planned = |id: &ObjectName| self.plan.releases.contains(id);
        let releases = self.releases();
        let stores = releases.iter().filter_map(|release| self.state(release));
        let shared: BTreeSet<&ObjectName> =
            stores.flat_map(|state| &state.stores).flat_map(|store| &store.shared_with).collect();
        let others = self.inventory.releases.iter().filter(|other| !planned(&other.id));
        let mut found: Vec<Dependant<'_>> = others
            .map(|release| Dependant {
                release,
                uses_data: shared.contains(&release.id),
                waits: releases.iter().any(|own| release.depends_on.contains(&own.id)),
            })
            .filter(|dependant| dependant.uses_data || dependant.waits)
            .collect();
        found.sort_by_key(|dependant| &dependant.release.id);
        found
    }

    /// Says whether the upgrade stops what writes.
    pub(super) fn stops(&self) -> bool {
        self.plan.stages.iter().any(|stage| stage.kind == StageKind::Stop)
    }

    /// Returns what the upgrade is called where it leaves something behind.
    pub(super) fn called(&self, release: &Release) -> Called {
        let (from, to) = self.versions();
        let namespace = release.id.namespace_or_dash();
        let name = &release.id.name;
        let plain = |text: &str| -> String {
            let safe =
                |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
            text.chars().map(safe).collect()
        };
        Called {
            file: plain(&format!("{namespace}-{name}-{from}")).trim_start_matches('-').to_owned(),
            object: shell::object_name(&format!("{name}-before-{to}"), 50),
        }
    }

    /// Lists what is backed up of a release: its datastores and its own volumes.
    pub(super) fn kept(&self, release: &Release) -> Vec<Kept<'c>> {
        let Some(state) = self.state(release) else { return Vec::new() };
        let called = self.called(release);
        let app = self.workload(release);
        let mut kept = Vec::new();
        let mut inside: Vec<&ObjectName> = Vec::new();
        for (index, store) in state.stores.iter().enumerate() {
            inside.extend(store.volumes.iter().filter_map(|volume| volume.claim.as_ref()));
            if store.only_reads {
                continue;
            }
            let policy = self.policies.datastore(&store.engine);
            let title = policy.map_or(store.engine.as_str(), |engine| engine.policy.title());
            let called = Called {
                // Two databases of one release are two files.
                file: if index == 0 {
                    called.file.clone()
                } else {
                    format!("{}-{}", called.file, store.engine)
                },
                object: called.object.clone(),
            };
            let title = match store.lives {
                Lives::Itself => format!("{title} of the release `{}`", release.id),
                _ => format!("{title} {}", place(&store.lives)),
            };
            kept.push(Kept {
                title,
                identity: identity(release, store),
                subject: Subject {
                    engine: &store.engine,
                    home: home(&store.lives),
                    beside: beside(&store.volumes),
                    size: store.volumes.iter().filter_map(size).max(),
                    slots: Slots::of_store(store, &called, app.as_ref()),
                },
                volume: None,
                backups: store.volumes.iter().flat_map(|volume| &volume.backed_up_by).collect(),
                loss: policy.and_then(|engine| engine.policy.loss.clone()),
            });
        }
        for (index, volume) in state.volumes.iter().enumerate() {
            let known = volume.claim.as_ref().is_some_and(|claim| inside.contains(&claim));
            if known || matches!(volume.kind, VolumeKind::HostPath) {
                continue;
            }
            let called = Called {
                file: format!("{}-{}", called.file, shell::object_name(&volume.name, 30)),
                object: if index == 0 {
                    called.object.clone()
                } else {
                    shell::object_name(&format!("{}-{}", called.object, volume.name), 60)
                },
            };
            let policy = self.policies.datastore("volume");
            kept.push(Kept {
                title: volume_title(volume),
                identity: volume
                    .claim
                    .as_ref()
                    .map_or_else(|| volume.position.to_string(), |claim| format!("claim {claim}")),
                subject: Subject {
                    engine: "volume",
                    home: None::<Home>,
                    beside: beside(std::slice::from_ref(volume)),
                    size: size(volume),
                    slots: Slots::of_volume(volume, &called, self.mounting(release, volume)),
                },
                volume: Some(volume),
                backups: volume.backed_up_by.iter().collect(),
                loss: policy.and_then(|engine| engine.policy.loss.clone()),
            });
        }
        kept
    }

    /// Returns the pods of a release that mount a volume.
    fn mounting(&self, release: &Release, volume: &Volume) -> Option<&'c Workload> {
        let mounts = |workload: &&Workload| {
            let mut labels = workload.selector.iter();
            volume.controllers.is_empty()
                || labels.any(|(_, value)| volume.controllers.contains(value))
        };
        self.workloads(release).iter().find(mounts)
    }

    /// Returns the first pods of a release itself.
    pub(super) fn workload(&self, release: &Release) -> Option<Workload> {
        self.state(release)?.workloads.first().cloned()
    }

    /// Lists the pods of a release, those of its datastores aside.
    pub(super) fn workloads(&self, release: &Release) -> &'c [Workload] {
        self.state(release).map_or(&[], |state| state.workloads.as_slice())
    }

    /// Says whether a chart moves that fixes the version of the application as well: no image of one
    /// of its releases is pinned beside it.
    pub(super) fn chart_brings_application(&self) -> bool {
        let is_image = |id: &String| {
            self.inventory.pin(id).is_some_and(|pin| matches!(pin.package, Package::Image(_)))
        };
        !matches!(self.plan.unit, Unit::Image(_))
            && self.releases().iter().any(|release| !release.pins.iter().any(is_image))
    }

    /// Says whether anything of the plan keeps data.
    pub(super) fn has_data(&self) -> bool {
        self.releases().into_iter().any(|release| {
            release.writes.is_some()
                || self.state(release).is_some_and(|state| {
                    state.stores.iter().any(|store| !store.only_reads) || !state.volumes.is_empty()
                })
        })
    }
}

/// Tells a database from others: by its server and its name, in the open or by where it is kept.
fn identity(release: &Release, store: &Store) -> String {
    let server = match &store.lives {
        Lives::Itself => format!("release {}", release.id),
        Lives::Neighbour { release } => format!("release {release}"),
        Lives::Cnpg { .. } | Lives::Object { .. } | Lives::External { .. } => place(&store.lives),
        _ => format!("{} {}", release.id, place(&store.lives)),
    };
    let mut names = store.credentials.iter().filter(|c| c.role == CredentialRole::Database);
    let name = names.find_map(|c| {
        let kept = || Some(format!("{} {}", c.secret.as_ref()?, c.key.as_ref()?));
        c.literal.clone().or_else(kept)
    });
    // One whose name is not told is like no other.
    let name = name.unwrap_or_else(|| release.id.to_string());
    format!("{} {server} {name}", store.engine)
}

fn size(volume: &Volume) -> Option<Size> {
    Size::parse(volume.size.as_deref()?)
}

/// Says where a datastore lives, behind its name.
pub(super) fn place(lives: &Lives) -> String {
    match lives {
        Lives::Itself => "that the release is".to_owned(),
        Lives::OwnVolume { volume, claim, .. } => match claim {
            Some(claim) => format!("on the claim `{}`", claim.name),
            None => format!("on the volume `{volume}`"),
        },
        Lives::OwnController { controller } => {
            format!("in the release's own controller `{controller}`")
        }
        Lives::Subchart { key } => format!("that the chart brings along as `{key}`"),
        Lives::Neighbour { release } => format!("in the release `{release}`"),
        Lives::Cnpg { cluster } => format!("in the cluster `{cluster}`"),
        Lives::Object { kind, name } => format!("in the {kind} `{name}`"),
        Lives::External { host } => format!("at `{host}`, outside the repository"),
        Lives::Unknown => "in a place that the repository does not tell".to_owned(),
    }
}

/// Names a volume.
pub(super) fn volume_title(volume: &Volume) -> String {
    let what = match (volume.kind, &volume.claim) {
        (VolumeKind::Claim, Some(claim)) => format!("the claim `{}`", claim.name),
        (VolumeKind::Nfs, _) => match &volume.storage_class {
            Some(share) => format!("the share `{share}`"),
            None => "a share".to_owned(),
        },
        _ => "a claim whose name the chart makes".to_owned(),
    };
    let size = volume.size.as_deref().map(|size| format!(" of {size}")).unwrap_or_default();
    format!("the volume `{}`, {what}{size}", volume.name)
}
