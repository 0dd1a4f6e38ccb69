//! A datastore's own major, which no edit of a tag carries out: how a person does it.
//!
//! What a policy knows decides between two ways. Where the new version reads the old one's files, it
//! starts on them once, and the dump is the way back. Where it does not, it starts on an empty
//! volume and is given the dump, and the old volume, which nothing has touched, is the way back.

use super::after::recount;
use super::case::Case;
use super::keeping::kept;
use super::model::{Block, Section, SectionKind};
use super::procedure::{Procedure, procedure};
use super::slots::Moment;
use crate::flux::{LeverKind, Package, Pin};

/// Writes the way of a pin to the next major of its datastore.
pub(super) fn major(case: &Case<'_>, pin: &Pin) -> Section {
    let mut blocks = Vec::new();
    let found = case.releases().into_iter().find_map(|release| {
        let mut stores = case.state(release).into_iter().flat_map(|state| &state.stores);
        stores.find(|store| store.pin.as_deref() == Some(&pin.id)).map(|store| (release, store))
    });
    let of_image = match &pin.package {
        Package::Image(repository) => case.policies.datastore_of_image(&repository.path),
        _ => None,
    };
    let engine = found.map(|(_, store)| store.engine.as_str());
    let engine = engine.or_else(|| of_image.map(|engine| engine.policy.name.as_str()));
    let family = engine.map(|engine| case.policies.datastore_family(engine)).unwrap_or_default();
    let says = family.iter().find_map(|engine| engine.policy.major.clone());
    blocks.extend(says.map(Block::Warning));
    let Some((release, store)) = found else {
        return Section { kind: SectionKind::Major, blocks };
    };
    let empty = family.iter().any(|engine| engine.policy.major_starts_empty);
    let (_, to) = case.versions();
    let at = pin.place().position.clone();
    let claims: Vec<String> = store
        .volumes
        .iter()
        .filter_map(|volume| Some((volume.claim.as_ref()?, &volume.position)))
        .map(|(claim, position)| format!("the claim `{claim}` ({position})"))
        .collect();
    let claims = if claims.is_empty() { "its volume".to_owned() } else { claims.join(", ") };
    let mut steps =
        vec!["Have everything that uses it stopped, so that the dump is the last word.".to_owned()];
    steps.extend(case.dependants().iter().filter(|other| other.uses_data).map(|other| {
        let lever = &other.release.lever;
        let how = match (&lever.kind, &lever.r#where) {
            (LeverKind::None, _) | (_, None) => lever.reason.clone(),
            (_, Some(place)) => format!("`{place}` is what stops it"),
        };
        format!("Stop `{}` ({}): {how}.", other.release.id, other.release.position)
    }));
    steps.push(
        "Back up, count and prove the backup as above, with nothing running that writes."
            .to_owned(),
    );
    if empty {
        steps.push(format!("In one commit, set the tag at `{at}` to `{to}` and give the server a new, empty claim in place of {claims}. Leave the old one as it is: it is the way back."));
        steps.push("Wait until the new server answers, then restore into it:".to_owned());
    } else {
        steps.push(format!("Set the tag at `{at}` to `{to}`, and leave {claims} where it is. Follow the log of the server until it has upgraded its files."));
    }
    blocks.push(Block::Steps(steps));
    for (of, kept) in kept(case) {
        if of.id != release.id || kept.subject.engine != store.engine {
            continue;
        }
        if empty {
            blocks.extend(procedure(case.policies, &kept.subject, Procedure::Restore).blocks);
        }
        if let Some(commands) = recount(case, &kept, Moment::After) {
            blocks.push(Block::Text(
                "Count again, and hold it against the count from before.".to_owned(),
            ));
            blocks.push(Block::Shell(commands));
        }
    }
    blocks.push(Block::Text("Then start what was stopped, and look at it.".to_owned()));
    let back = if empty {
        format!(
            "The way back: stop what uses it again, and revert the commit. The old version starts on {claims} as it was; what was written since is lost."
        )
    } else {
        "The way back: the old version does not read the upgraded files. Revert the commit, give the server an empty volume, and restore the backup.".to_owned()
    };
    blocks.push(Block::Text(back));
    Section { kind: SectionKind::Major, blocks }
}
