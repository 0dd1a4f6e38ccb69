//! What runs now: the pins that move, the releases, their datastores and volumes, each with its place.

use super::case::{Case, place, volume_title};
use super::model::{Block, Section, SectionKind};
use crate::flux::{ObjectName, Release};
use crate::state::{How, Store, Volume};

/// Says what runs now, and where it stands.
pub(super) fn now(case: &Case<'_>) -> Section {
    let mut rows = Vec::new();
    let mut row = |what: String, value: String| rows.push(vec![what, value]);
    for pin in &case.plan.pins {
        let (from, to) = crate::upgrade::short(&pin.from, &pin.to);
        row(
            format!("`{}`", pin.package),
            format!("`{from}`, to be `{to}` (`{}:{}`)", pin.file, pin.line),
        );
    }
    for release in case.releases() {
        let chart = release.chart.name.as_deref().unwrap_or("its chart");
        let version = release.chart.version.as_deref().unwrap_or("of no fixed version");
        row(
            format!("release `{}`", release.id),
            format!("`{}`, chart `{chart}` `{version}`", release.position),
        );
        if let Some(layer) = layer(case, release) {
            row("its layer".to_owned(), layer);
        }
        let Some(state) = case.state(release) else { continue };
        for store in &state.stores {
            let title = case.policies.datastore(&store.engine);
            let title = title.map_or(store.engine.as_str(), |engine| engine.policy.title());
            row(title.to_owned(), describe(case, store));
            if let Some(keys) = sign_in(store) {
                row("how it signs in".to_owned(), keys);
            }
            let own = |volume: &&Volume| state.volumes.iter().any(|own| own.claim == volume.claim);
            for volume in store.volumes.iter().filter(|volume| !own(volume)) {
                row("data of the datastore".to_owned(), volume_title(volume));
            }
        }
        for volume in &state.volumes {
            let mounts: Vec<String> =
                volume.mounts.iter().map(|path| format!("`{path}`")).collect();
            let at = if mounts.is_empty() {
                String::new()
            } else {
                format!(" at {}", mounts.join(", "))
            };
            row(
                "data of the release".to_owned(),
                format!("{}{at} (`{}`)", volume_title(volume), volume.position),
            );
        }
    }
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table { head: vec!["What".to_owned(), "Where".to_owned()], rows });
    }
    Section { kind: SectionKind::Now, blocks }
}

/// Says which releases a release stands on, and which stand on it; nothing where it stands alone.
fn layer(case: &Case<'_>, release: &Release) -> Option<String> {
    let all = &case.inventory.releases;
    let names = |list: Vec<&ObjectName>| -> String {
        list.into_iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
    };
    let below: Vec<&ObjectName> =
        release.depends_on.iter().filter(|id| all.iter().any(|other| other.id == **id)).collect();
    let waits = |other: &&Release| other.depends_on.contains(&release.id);
    let above: Vec<&ObjectName> = all.iter().filter(waits).map(|other| &other.id).collect();
    let mut said = Vec::new();
    if !below.is_empty() {
        said.push(format!("it stands on {}, upgraded before it", names(below)));
    }
    if !above.is_empty() {
        said.push(format!("on it stand {}, upgraded after it", names(above)));
    }
    (!said.is_empty()).then(|| said.join("; "))
}

/// Says what a store is, with the evidence that says most.
fn describe(case: &Case<'_>, store: &Store) -> String {
    let version = store.version.as_deref().map(|version| format!("`{version}`"));
    let pin = store.pin.as_deref().and_then(|id| case.inventory.pin(id));
    let written = pin.map(|pin| format!(" (`{}`)", pin.place().position));
    let version = version.map(|version| format!("{version}{}, ", written.unwrap_or_default()));
    let version = version.unwrap_or_default();
    let reads = if store.only_reads { "; only read from" } else { "" };
    let shown =
        store.evidence.first().map(|sign| format!(": {} (`{}`)", sign.shows, sign.position));
    let how = if store.how == How::DependsOn { ", by `dependsOn`" } else { "" };
    format!("{version}{}{reads}{how}{}", place(&store.lives), shown.unwrap_or_default())
}

/// Names the Secret and the keys by which a release signs in.
fn sign_in(store: &Store) -> Option<String> {
    let mut secrets: Vec<(String, Vec<String>)> = Vec::new();
    let mut plain = Vec::new();
    for credential in &store.credentials {
        match (&credential.secret, &credential.key) {
            (Some(secret), Some(key)) => {
                let name = secret.to_string();
                let key = format!("`{key}`");
                match secrets.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, keys)) if keys.contains(&key) => {}
                    Some((_, keys)) => keys.push(key),
                    None => secrets.push((name, vec![key])),
                }
            }
            _ => plain.extend(
                credential
                    .literal
                    .as_ref()
                    .map(|text| format!("`{}` is `{text}`", credential.name)),
            ),
        }
    }
    let mut said: Vec<String> = secrets
        .into_iter()
        .map(|(secret, keys)| format!("the keys {} of the Secret `{secret}`", keys.join(", ")))
        .collect();
    said.extend(plain);
    (!said.is_empty()).then(|| said.join("; "))
}
