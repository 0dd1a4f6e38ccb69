//! The edits that give a setting another name, or take it out.

use std::collections::BTreeSet;

use super::super::plan_types::FileEdit;
use crate::flux::{Mention, ObjectName, Place, Setting, SettingKind, Settings, Spelled};
use crate::yaml::{self, Edit, Path, Spot, Step};

/// Says why a setting is not edited; `None` if it may be.
pub(super) fn refusal(setting: &Setting, upgraded: &BTreeSet<ObjectName>) -> Option<String> {
    if let Some(why) = &setting.locked {
        return Some(why.message.clone());
    }
    let others: Vec<String> = setting
        .shared_with
        .iter()
        .filter(|other| !upgraded.contains(other))
        .map(ToString::to_string)
        .collect();
    (!others.is_empty()).then(|| format!("{} reads it as well", others.join(", ")))
}

/// Returns the edit that gives a setting another name; `None` where its name stands in no scalar
/// that can be edited, or the new name belongs elsewhere.
pub(super) fn renamed(setting: &Setting, new: &str) -> Option<FileEdit> {
    let place = &setting.key;
    let edit = match &setting.spelled {
        _ if setting.kind == SettingKind::Variable && !is_name(new) => return None,
        _ if setting.kind == SettingKind::Flag && !new.starts_with("--") => return None,
        Spelled::Key if setting.kind == SettingKind::Variable => {
            Edit::RenameKey { at: place.spot.clone(), to: new.to_owned() }
        }
        Spelled::Key => moved(setting, new)?,
        Spelled::Text { text, name } => {
            let mut after = text.clone();
            after.replace_range(name.clone(), new);
            Edit::replace(place.spot.clone(), text, after)
        }
        Spelled::Elsewhere => return None,
    };
    Some(in_file(place, edit))
}

/// Returns the edit that gives a value another path: another key in its place, or a move to
/// another mapping with all that stands below it.
fn moved(setting: &Setting, new: &str) -> Option<Edit> {
    let spot = &setting.key.spot;
    let (Step::Key(old), above) = spot.path.0.split_last()? else { return None };
    let beside = setting.name.strip_suffix(old.as_str())?;
    if let Some(to) = new.strip_prefix(beside).filter(|to| is_key(to, old)) {
        return Some(Edit::RenameKey { at: spot.clone(), to: to.to_owned() });
    }
    let mut keys: Vec<&str> = new.split('.').collect();
    if !keys.iter().all(|key| is_key(key, "")) {
        return None;
    }
    // The root of the values is as many steps up as the old name has keys; one with a list or a
    // dotted key inside has another number of them, and is left to a person.
    let old_keys: Vec<&str> = setting.name.split('.').collect();
    let (root, steps) =
        spot.path.0.split_at_checked((above.len() + 1).checked_sub(old_keys.len())?)?;
    let same = |(step, key): (&Step, &&str)| matches!(step, Step::Key(have) if have == key);
    if !steps.iter().zip(&old_keys).all(same) {
        return None;
    }
    let key = keys.pop()?;
    let mut into = root.to_vec();
    into.extend(keys.into_iter().map(|key| Step::Key(key.to_owned())));
    Some(Edit::Move {
        from: spot.clone(),
        into: Spot::new(spot.document, Path(into)),
        key: (key != old).then(|| key.to_owned()),
        place: yaml::Place::Last,
    })
}

/// Says whether a text can be the name of a variable.
fn is_name(text: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.chars().all(valid)
}

/// Says whether a text can be one key of a dotted path, in the place of an old one: a dot leads on
/// to another key, unless the old key has some itself.
fn is_key(text: &str, old: &str) -> bool {
    let leads_on = text.contains('.') && !old.contains('.');
    !text.is_empty() && !leads_on && !text.contains(['[', ' ', '`'])
}

/// Returns the edit that takes a setting out.
pub(super) fn removed(setting: &Setting) -> Option<FileEdit> {
    let whole = setting.whole.as_ref()?;
    Some(in_file(whole, Edit::remove(whole.spot.clone())))
}

/// What texts that speak of a variable mean for its rename.
pub(super) struct Spoken<'s> {
    /// The edits of those that certainly mean it.
    pub(super) edits: Vec<FileEdit>,
    /// Those that may mean it, or something else.
    pub(super) unsure: Vec<&'s Mention>,
}

/// Sorts the texts that speak of a variable. Kubernetes fills in `$(NAME)` in what belongs to the
/// container that has the variable; all else may be anybody's.
pub(super) fn spoken<'s>(settings: &'s Settings, setting: &Setting, new: &str) -> Spoken<'s> {
    let mut spoken = Spoken { edits: Vec::new(), unsure: Vec::new() };
    if setting.kind != SettingKind::Variable {
        return spoken;
    }
    let mentions = settings.mentions.iter().filter(|mention| mention.name == setting.name);
    for mention in mentions {
        if mention.filled_in && is_of_container(setting, mention) {
            let filled = |name: &str| format!("$({name})");
            let after = mention.text.replace(&filled(&mention.name), &filled(new));
            let edit = Edit::replace(mention.place.spot.clone(), &mention.text, after);
            spoken.edits.push(in_file(&mention.place, edit));
        } else if !is_other_container(settings, setting, mention) {
            spoken.unsure.push(mention);
        }
    }
    spoken
}

/// Says whether a text belongs to the container that has a variable.
fn is_of_container(setting: &Setting, mention: &Mention) -> bool {
    let (place, other) = (&setting.key, &mention.place);
    let Some(container) = container(setting) else { return false };
    place.position.file == other.position.file
        && place.spot.document == other.spot.document
        && other.spot.path.0.starts_with(container)
}

/// Says whether a text belongs to another container that has a variable of the same name.
fn is_other_container(settings: &Settings, setting: &Setting, mention: &Mention) -> bool {
    let mut others = settings.list.iter().filter(|other| {
        other.name == setting.name && other.key != setting.key && mention.filled_in
    });
    others.any(|other| is_of_container(other, mention))
}

/// Returns the path of the container that has a variable: what holds its list or mapping of
/// variables.
fn container(setting: &Setting) -> Option<&[Step]> {
    let steps = setting.key.spot.path.0.as_slice();
    let below = match setting.spelled {
        // CONTAINER / env / NAME
        Spelled::Key => 2,
        // CONTAINER / env / item / name
        Spelled::Text { .. } => 3,
        Spelled::Elsewhere => return None,
    };
    let end = steps.len().checked_sub(below)?;
    let of_values =
        matches!(steps.get(end), Some(Step::Key(key)) if key.to_lowercase().contains("env"));
    if of_values { steps.get(..end) } else { None }
}

fn in_file(place: &Place, edit: Edit) -> FileEdit {
    FileEdit { file: place.position.file.clone(), edit }
}
