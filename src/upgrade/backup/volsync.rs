//! One run of a `VolSync` source, asked for by its `manual` trigger.
//!
//! Only of a source that copies a claim of this release: where its file is shared, as a component
//! is, an edit there would start the copies of every application, so the kustomization of this one
//! patches it, if nobody else builds that. The trigger overrides the schedule
//! for as long as it stands there, which keeps data in the middle of a migration out of the copies;
//! taking it away brings the schedule back. The source says in `status.lastManualSync` which trigger
//! it has last completed.

use super::holding::{Holding, What, engine};
use super::name::unique;
use super::{BackupPart, Made, Subject, no};
use crate::diagnostic::Why;
use crate::flux::{Backing, BackingKind, Beside, PatchPlace};
use crate::policy::Backup;
use crate::state::VolumeKind;
use crate::tree::RepoPath;
use crate::upgrade::gate::{Asks, Gate, GateWord, Holds};
use crate::upgrade::plan_types::FileEdit;
use crate::yaml::{Edit, Step, Value};

const API: &str = "volsync.backube/v1alpha1";

pub(super) fn part(subject: &Subject<'_>, holding: &Holding<'_>) -> Made {
    let volume = match holding.what {
        What::Volume(volume) if volume.kind == VolumeKind::Claim => volume,
        What::Volume(_) => return Err(None),
        What::Store(store) => {
            let message = format!(
                "{} keeps running, and a copy of its volume taken meanwhile is what a crash would leave",
                engine(store)
            );
            return no("keeps-running", message);
        }
    };
    let Some(claim) = &volume.claim else {
        return no("claim-unknown", format!("the claim behind `{}` is not known", volume.name));
    };
    if let Some(other) = volume.shared_with.first() {
        let message = format!("{other} writes to the claim {claim} as well, and is not stopped");
        return no("claim-shared", message);
    }
    let mut refused = None;
    for backing in &subject.inventory.backing {
        let BackingKind::Volsync { claim: copied, manual, schedule, paused } = &backing.what else {
            continue;
        };
        if copied.as_ref() != Some(&claim.name) || backing.id.namespace != claim.namespace {
            continue;
        }
        let place = &backing.position;
        let why = match &backing.beside {
            _ if *paused => format!("the ReplicationSource {} is paused ({place})", backing.id),
            Beside::Nowhere(reason) if backing.patch.is_none() => {
                format!(
                    "the ReplicationSource {} is not this claim's alone ({place}): {reason}",
                    backing.id
                )
            }
            _ => return Ok(made(subject, backing, manual.as_deref(), schedule.as_deref())),
        };
        refused.get_or_insert(Why::new("volsync-not-usable", why));
    }
    let unknown = || {
        let message = format!("no ReplicationSource of the repository copies the claim {claim}");
        Why::new("volsync-unknown", message)
    };
    Err(Some(refused.unwrap_or_else(unknown)))
}

fn made(
    subject: &Subject<'_>,
    backing: &Backing,
    manual: Option<&str>,
    schedule: Option<&str>,
) -> BackupPart {
    let name = unique(subject, &format!("volsync {}", backing.id));
    if let Some(place) = &backing.patch {
        return part_of(backing, &name, schedule, patch(place, &name), &place.kustomization);
    }
    let mut trigger = backing.spot.clone();
    trigger.path.0.extend(["spec", "trigger"].map(|key| Step::Key(key.to_owned())));
    let edit = match manual {
        Some(before) => {
            Edit::replace(trigger.join(Step::Key("manual".to_owned())), before, name.as_str())
        }
        None => Edit::insert(trigger, "manual", name.as_str()),
    };
    part_of(backing, &name, schedule, edit, &backing.position.file)
}

/// Writes the patch that triggers a source that others share, for one application alone.
fn patch(place: &PatchPlace, name: &str) -> Edit {
    let text = format!(
        "apiVersion: {API}\nkind: ReplicationSource\nmetadata:\n  name: any\nspec:\n  trigger:\n    manual: {name}\n"
    );
    let target = [("group", "volsync.backube"), ("kind", "ReplicationSource")];
    let item = Value::mapping([("target", Value::mapping(target)), ("patch", Value::Text(text))]);
    if place.listed {
        Edit::insert_item(place.into.clone(), item)
    } else {
        Edit::insert(place.into.clone(), "patches", Value::Sequence(vec![item]))
    }
}

fn part_of(
    backing: &Backing,
    name: &str,
    schedule: Option<&str>,
    edit: Edit,
    file: &RepoPath,
) -> BackupPart {
    let removal = match schedule {
        Some(schedule) => format!("the trigger goes and the schedule `{schedule}` counts again"),
        None => "the trigger stands again as it stood before".to_owned(),
    };
    BackupPart {
        way: Backup::Volsync,
        keeps: Vec::new(),
        edits: vec![FileEdit { file: file.clone(), edit }],
        files: Vec::new(),
        gate: Gate {
            word: GateWord::BackedUp,
            sentence: format!(
                "the ReplicationSource {} says `status.lastManualSync: {name}`",
                backing.id
            ),
            asks: Some(Asks {
                api_version: API.to_owned(),
                kind: "ReplicationSource".to_owned(),
                name: backing.id.clone(),
                holds: Holds::Field {
                    path: "status.lastManualSync".to_owned(),
                    is: name.to_owned(),
                    fails: Vec::new(),
                },
            }),
        },
        removal,
        why: vec![Why::new(
            "backup-volsync",
            format!("a ReplicationSource copies the claim already ({})", backing.position),
        )],
    }
}
