//! A `Backup` of `CloudNativePG`, beside the `Cluster` that it backs up.
//!
//! It goes where the `Cluster` is applied, since an application's kustomization would move it into
//! its own namespace, where the operator looks for no cluster. Its fields are those of the
//! operator's API reference: `cluster`, `method`, `pluginConfiguration`. The object stays in the
//! cluster when its file goes: where snapshots are owned by it, deleting it would delete them.

use super::file::{put, scalar};
use super::holding::{Holding, What};
use super::name::unique;
use super::{BackupPart, Made, Subject, no};
use crate::diagnostic::Why;
use crate::flux::{BackingKind, CnpgMethod};
use crate::policy::Backup;
use crate::state::Lives;
use crate::upgrade::gate::{Asks, Gate, GateWord, Holds};

const API: &str = "postgresql.cnpg.io/v1";

pub(super) fn part(subject: &Subject<'_>, holding: &Holding<'_>) -> Made {
    let What::Store(store) = holding.what else { return Err(None) };
    let Lives::Cnpg { cluster } = &store.lives else { return Err(None) };
    let mut found = subject.inventory.backing.iter().filter_map(|backing| match &backing.what {
        BackingKind::Cnpg { method } if backing.id == *cluster => Some((backing, method)),
        _ => None,
    });
    let Some((backing, method)) = found.next() else {
        return no("cnpg-unknown", format!("the Cluster {cluster} is not in the repository"));
    };
    if found.next().is_some() {
        return no("cnpg-ambiguous", format!("several files define the Cluster {cluster}"));
    }
    let place = &backing.position;
    let Some(method) = method else {
        let message = format!("the Cluster {cluster} is not set up for backups ({place})");
        return no("cnpg-no-method", message);
    };
    let Some(namespace) = &backing.id.namespace else {
        return no("no-namespace", format!("the namespace of the Cluster is not known ({place})"));
    };
    let name = unique(subject, &format!("cnpg {cluster}"));
    let (method, more) = match method {
        CnpgMethod::Plugin(plugin) => {
            ("plugin", format!("  pluginConfiguration:\n    name: {}\n", scalar(plugin)))
        }
        CnpgMethod::ObjectStore => ("barmanObjectStore", String::new()),
        CnpgMethod::Snapshot { .. } => ("volumeSnapshot", String::new()),
    };
    let text = format!(
        "---\n# Made for {unit}: {from} → {to}.\napiVersion: {API}\nkind: Backup\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  \
         annotations:\n    # Deleting a Backup can delete its snapshot; so it stays when this file goes.\n    \
         kustomize.toolkit.fluxcd.io/prune: disabled\nspec:\n  cluster:\n    name: {cluster}\n  method: {method}\n{more}",
        unit = subject.unit,
        from = subject.from,
        to = subject.to,
        namespace = scalar(namespace),
        cluster = scalar(&backing.id.name),
    );
    let (edits, file) = put(&place.file, &backing.beside, &name, text)?;
    let object = crate::flux::ObjectName::new(Some(namespace), &name);
    let snapshot = match method {
        "volumeSnapshot" => " and may take its snapshot along",
        _ => "",
    };
    Ok(BackupPart {
        way: Backup::Cnpg,
        keeps: Vec::new(),
        edits,
        files: vec![file],
        gate: Gate {
            word: GateWord::BackedUp,
            sentence: format!("the Backup {object} says `status.phase: completed`"),
            asks: Some(Asks {
                api_version: API.to_owned(),
                kind: "Backup".to_owned(),
                name: object.clone(),
                holds: Holds::Field {
                    path: "status.phase".to_owned(),
                    is: "completed".to_owned(),
                    fails: vec!["failed".to_owned()],
                },
            }),
        },
        removal: format!(
            "its file goes and the object stays in the cluster, with the backup; once nobody needs that any more, `kubectl delete -n {namespace} backup.postgresql.cnpg.io {name}` deletes the object{snapshot}"
        ),
        why: vec![Why::new(
            "backup-cnpg",
            format!("the operator backs the Cluster {cluster} up by itself ({place})"),
        )],
    })
}
