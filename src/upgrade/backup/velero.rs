//! A `Backup` of Velero for the namespace of the release, beside a `Schedule` that stands there.
//!
//! It is put where the schedule is applied, since Velero reads its own namespace only, and takes
//! over the settings that decide where and how volumes are copied. Velero deletes it by itself when
//! its time is over, so its object stays when its file goes.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::file::{put, scalar};
use super::holding::{Holding, What, engine};
use super::name::unique;
use super::{BackupPart, Made, Subject, no};
use crate::diagnostic::Why;
use crate::flux::{BackingKind, Beside, ObjectName};
use crate::policy::Backup;
use crate::state::VolumeKind;
use crate::upgrade::gate::{Asks, Gate, GateWord, Holds};

const API: &str = "velero.io/v1";

/// The phases in which a backup is over and has not succeeded.
const FAILED: &[&str] = &["Failed", "PartiallyFailed", "FailedValidation"];

pub(super) fn part(subject: &Subject<'_>, holding: &Holding<'_>) -> Made {
    match holding.what {
        What::Volume(volume) if matches!(volume.kind, VolumeKind::Claim | VolumeKind::Template) => {
        }
        What::Volume(_) => return Err(None),
        What::Store(store) => {
            let message = format!(
                "{} keeps running, and a copy of its volume taken meanwhile is what a crash would leave",
                engine(store)
            );
            return no("keeps-running", message);
        }
    }
    let schedules = subject.inventory.backing.iter().filter_map(|backing| match &backing.what {
        BackingKind::Velero { settings } => Some((backing, settings)),
        _ => None,
    });
    let schedules: Vec<_> = schedules.collect();
    let usable = |(backing, _): &&(&crate::flux::Backing, _)| {
        !matches!(backing.beside, Beside::Nowhere(_)) && backing.id.namespace.is_some()
    };
    let Some((backing, settings)) = schedules.iter().find(usable).or(schedules.first()) else {
        let message =
            "no Schedule of Velero stands in the repository, so nothing says where its backups go";
        return no("velero-unknown", message);
    };
    let mut namespaces: BTreeSet<&str> = BTreeSet::new();
    for release in subject.releases {
        let Some(namespace) = &release.id.namespace else {
            return no("no-namespace", format!("the namespace of {} is not known", release.id));
        };
        namespaces.insert(namespace);
    }
    let place = &backing.position;
    let Some(namespace) = &backing.id.namespace else {
        return no("no-namespace", format!("the namespace of Velero is not known ({place})"));
    };
    let name = unique(subject, "velero");
    let mut text = format!(
        "---\n# Made for {unit}: {from} → {to}.\napiVersion: {API}\nkind: Backup\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  \
         annotations:\n    # Velero deletes it when its time is over; so it stays when this file goes.\n    \
         kustomize.toolkit.fluxcd.io/prune: disabled\nspec:\n  includedNamespaces:\n",
        unit = subject.unit,
        from = subject.from,
        to = subject.to,
        namespace = scalar(namespace),
    );
    for namespace in &namespaces {
        // Writing into a text does not fail.
        let _ = writeln!(text, "    - {}", scalar(namespace));
    }
    for (key, value) in *settings {
        let value = match value.as_str() {
            word @ ("true" | "false") => word.to_owned(),
            text => scalar(text),
        };
        let _ = writeln!(text, "  {key}: {value}");
    }
    let (edits, file) = put(&place.file, &backing.beside, &name, text)?;
    let object = ObjectName::new(Some(namespace), &name);
    Ok(BackupPart {
        way: Backup::Velero,
        keeps: Vec::new(),
        edits,
        files: vec![file],
        gate: Gate {
            word: GateWord::BackedUp,
            sentence: format!("the Backup {object} says `status.phase: Completed`"),
            asks: Some(Asks {
                api_version: API.to_owned(),
                kind: "Backup".to_owned(),
                name: object,
                holds: Holds::Field {
                    path: "status.phase".to_owned(),
                    is: "Completed".to_owned(),
                    fails: FAILED.iter().map(|phase| (*phase).to_owned()).collect(),
                },
            }),
        },
        removal: format!(
            "its file goes, and the object stays in the cluster until Velero deletes it with the backup; `velero backup delete {name}` does so before"
        ),
        why: vec![Why::new("backup-velero", format!("Velero backs volumes up already ({place})"))],
    })
}
