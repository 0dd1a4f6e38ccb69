//! What Helm does by itself when an upgrade of a release fails, and the edits that keep it from it.
//!
//! A rollback in the middle of a migration leaves the old version on data of the new one, and the
//! default timeout of five minutes is shorter than many a migration. So an upgrade that may migrate
//! data switches the rollback off and raises the timeout, and a later stage puts both back by the
//! inverse of these edits. Where a patch elsewhere sets the same, an edit in the release's own file
//! would change nothing: that is said with its place instead. Field names and defaults are those of
//! Flux's helm-controller, API versions v2beta1 to v2.

use serde::{Deserialize, Serialize};

use super::kustomize::Contexts;
use super::load::Object;
use super::model::{ObjectName, Sign};
use super::parents::{Over, Patches};
use super::pins::is_encrypted;
use crate::diagnostic::{Position, Why};
use crate::yaml::{Edit, Kind, Node, ScalarStyle, Step, Value};

/// How long an upgrade that may migrate data is given at least, in seconds.
pub const ENOUGH: u64 = 30 * 60;
/// The same as it is written.
const ENOUGH_TEXT: &str = "30m";
/// How long Helm waits where nothing says so.
const DEFAULT: (&str, u64) = ("5m0s", 5 * 60);

const RETRIES: &[&str] = &["spec", "upgrade", "remediation", "retries"];
const LAST: &[&str] = &["spec", "upgrade", "remediation", "remediateLastFailure"];
const UNDO: &[&str] = &["spec", "upgrade", "remediation", "strategy"];
const STRATEGY: &[&str] = &["spec", "upgrade", "strategy", "name"];
const UPGRADE_TIMEOUT: &[&str] = &["spec", "upgrade", "timeout"];
const TIMEOUT: &[&str] = &["spec", "timeout"];

/// The strategy that retries a failed upgrade and never takes it back.
const RETRY: &str = "RetryOnFailure";
/// The version of the API that knows it.
const V2: &str = "helm.toolkit.fluxcd.io/v2";

/// What Helm does by itself when an upgrade fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// What makes it take a failed upgrade back; `None` where nothing does.
    pub rolls_back: Option<Sign>,
    /// How long an upgrade may take.
    pub timeout: Timeout,
    /// The patch that makes it so wherever the release's own file says otherwise.
    pub overridden: Option<Sign>,
    /// The patch that keeps the timeout below what a migration may need, likewise.
    pub short: Option<Sign>,
    /// The edits in the release's own file that switch the rollback off and raise the timeout; only
    /// what is needed. Their inverse restores the file.
    pub off: Vec<Edit>,
    /// Where a patch overrides the file: the edits in it that have failed upgrades retried and never
    /// taken back, whatever the patch says of remediation. They need Flux 2.7 or newer
    /// (helm-controller 1.4), so they are an offer to be made to a person.
    pub instead: Vec<Edit>,
    /// Why there are no such edits although they are needed.
    pub refused: Option<Why>,
}

/// How long Helm waits for an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeout {
    /// As written.
    pub text: String,
    /// In seconds; `None` where the text is no duration.
    pub seconds: Option<u64>,
    /// Where it stands; `None` for the default.
    pub position: Option<Position>,
}

impl Default for Timeout {
    fn default() -> Self {
        let (text, seconds) = DEFAULT;
        Self { text: text.to_owned(), seconds: Some(seconds), position: None }
    }
}

/// A setting that counts for a release, wherever it stands.
struct Setting {
    text: Option<String>,
    position: Position,
    /// Whether a patch sets it, so that the release's own file has no say.
    patched: bool,
}

/// What a release's settings are read with.
struct Reading<'r, 'a> {
    object: Object<'a>,
    applied: &'r [usize],
    contexts: &'r Contexts<'a>,
    over: Over<'r>,
}

impl Reading<'_, '_> {
    fn get(&self, path: &[&str]) -> Option<Setting> {
        let expand = |text: String| match self.applied.first() {
            Some(context) => self.contexts.expand(*context, &text),
            None => text,
        };
        if let Some(laid) = self.over.set(path) {
            let text = laid.value.map(expand);
            return Some(Setting { text, position: laid.position, patched: true });
        }
        let node = self.object.root.at(path)?;
        let text = if node.is_null() { None } else { node.value().map(Into::into).map(expand) };
        Some(Setting { text, position: self.object.position_of(node), patched: false })
    }
}

/// Reads what Helm does when an upgrade of a release fails.
pub(super) fn of<'a>(
    object: Object<'a>,
    id: &ObjectName,
    applied: &[usize],
    contexts: &Contexts<'a>,
    patches: &Patches,
) -> Remediation {
    let over = patches.over(object, id, applied);
    let read = Reading { object, applied, contexts, over };
    let (upgrade, general) = (read.get(UPGRADE_TIMEOUT), read.get(TIMEOUT));
    let timeout = [&upgrade, &general].into_iter().flatten().find_map(|setting| {
        let text = setting.text.clone()?;
        let seconds = seconds(&text);
        Some(Timeout { text, seconds, position: Some(setting.position.clone()) })
    });
    let mut remediation =
        Remediation { timeout: timeout.unwrap_or_default(), ..Remediation::default() };

    let mut wanted: Vec<(&[&str], Value)> = Vec::new();
    for (path, setting) in undoing(&read) {
        let name = path.join(".");
        let undo = read.get(UNDO).and_then(|setting| setting.text);
        let does = match undo.as_deref() {
            Some("uninstall") => "is uninstalled",
            _ => "is rolled back",
        };
        let text = setting.text.as_deref().unwrap_or_default();
        let shows = format!("an upgrade that fails {does} (`{name}` is {text})");
        let position = setting.position;
        if setting.patched && remediation.overridden.is_none() {
            let shows =
                format!("a patch sets `{name}` to {text}, whatever the release's own file says");
            remediation.overridden = Some(Sign { position: position.clone(), shows });
        }
        remediation.rolls_back.get_or_insert(Sign { position, shows });
        let off = if path == LAST { Value::Bool(false) } else { Value::Int(0) };
        wanted.push((path, off));
    }
    if remediation.timeout.seconds.is_none_or(|seconds| seconds < ENOUGH) {
        match upgrade.filter(|setting| setting.patched) {
            Some(setting) => {
                let shows = format!(
                    "a patch sets `{}`, whatever the release's own file says",
                    UPGRADE_TIMEOUT.join(".")
                );
                remediation.short = Some(Sign { position: setting.position, shows });
            }
            None => wanted.push((UPGRADE_TIMEOUT, Value::from(ENOUGH_TEXT))),
        }
    }
    let overridden = remediation.overridden.is_some();
    if overridden {
        wanted.retain(|(path, _)| *path == UPGRADE_TIMEOUT);
        let strategy = read.get(STRATEGY);
        if strategy.is_some_and(|setting| setting.patched)
            || object.text(&["apiVersion"]).as_deref() != Some(V2)
        {
            return remediation;
        }
        wanted.push((STRATEGY, Value::from(RETRY)));
    }
    match edits(object, &wanted) {
        Ok(edits) if overridden => remediation.instead = edits,
        Ok(edits) => remediation.off = edits,
        Err(why) => remediation.refused = Some(why),
    }
    remediation
}

/// Lists the settings that make Helm undo a failed upgrade.
fn undoing<'p>(read: &Reading<'_, '_>) -> Vec<(&'p [&'p str], Setting)> {
    if read.get(STRATEGY).and_then(|setting| setting.text).as_deref() == Some(RETRY) {
        return Vec::new();
    }
    let is_set = |setting: &Setting, off: &str| setting.text.as_deref().is_some_and(|t| t != off);
    // Without a word on it the last failure is remediated where there are retries.
    let retries = read.get(RETRIES).filter(|setting| is_set(setting, "0"));
    let last = read.get(LAST).filter(|setting| is_set(setting, "false"));
    let found = [(RETRIES, retries), (LAST, last)];
    found.into_iter().filter_map(|(path, setting)| Some((path, setting?))).collect()
}

/// Returns the edits that set paths of a release to these values, in its own text.
fn edits(object: Object<'_>, wanted: &[(&[&str], Value)]) -> Result<Vec<Edit>, Why> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    if is_encrypted(object) {
        return Err(Why::new("encrypted", "the file is encrypted with SOPS"));
    }
    let mut edits: Vec<Edit> = Vec::new();
    let mut made: Vec<(Vec<String>, Value)> = Vec::new();
    for (path, value) in wanted {
        if let Some(edit) = edit(object, path, value, &mut made)? {
            edits.push(edit);
        }
    }
    edits.extend(made.into_iter().filter_map(|(path, value)| {
        let (key, parents) = path.split_last()?;
        let mut into = object.root.spot();
        into.path.0.extend(parents.iter().map(|key| Step::Key(key.clone())));
        Some(Edit::insert(into, key.as_str(), value))
    }));
    Ok(edits)
}

/// Returns the edit that sets one path, or notes in `made` the mapping that has to be made for it:
/// several paths may need the same one.
fn edit(
    object: Object<'_>,
    path: &[&str],
    value: &Value,
    made: &mut Vec<(Vec<String>, Value)>,
) -> Result<Option<Edit>, Why> {
    let mut node = object.root;
    for (index, key) in path.iter().enumerate() {
        let own = node.entries().filter(|(known, _)| known.value().as_deref() == Some(*key));
        let (above, below) = path.split_at(index + 1);
        let Some((_, next)) = own.last() else {
            // What a merge key brings in is written out, since an own key hides all of it.
            let merged = node.get(key).map_or(Value::Mapping(Vec::new()), |merged| copy(merged));
            let above: Vec<String> = above.iter().map(|key| (*key).to_owned()).collect();
            if let Some((_, whole)) = made.iter_mut().find(|(path, _)| *path == above) {
                put(whole, below, value);
            } else {
                let mut whole = merged;
                put(&mut whole, below, value);
                made.push((above, whole));
            }
            return Ok(None);
        };
        if next.kind() == Kind::Alias {
            let message = format!("`{}` stands behind an alias that others share", above.join("."));
            return Err(Why::new("shared", message));
        }
        if below.is_empty() {
            let before = next.value().unwrap_or_default();
            return Ok(Some(Edit::set(object.spot(next), before, value.clone())));
        }
        if !next.is_mapping() && !next.is_null() {
            let message = format!("`{}` is no mapping", above.join("."));
            return Err(Why::new("unknown-shape", message));
        }
        node = next;
    }
    Ok(None)
}

/// Puts a value at a path of a value.
fn put(whole: &mut Value, path: &[&str], value: &Value) {
    let Some((key, below)) = path.split_first() else {
        *whole = value.clone();
        return;
    };
    if !matches!(whole, Value::Mapping(_)) {
        *whole = Value::Mapping(Vec::new());
    }
    let Value::Mapping(entries) = whole else { return };
    let at = entries.iter().position(|(known, _)| known == key).unwrap_or(entries.len());
    if at == entries.len() {
        entries.push(((*key).to_owned(), Value::Null));
    }
    if let Some((_, inner)) = entries.get_mut(at) {
        put(inner, below, value);
    }
}

/// Copies what a merge key brings in.
fn copy(node: Node<'_>) -> Value {
    if node.is_mapping() {
        let entries = node.merged().into_iter();
        let pair = |(key, value): (Node<'_>, _)| Some((key.value()?.into_owned(), copy(value)));
        return Value::Mapping(entries.filter_map(pair).collect());
    }
    if node.is_sequence() {
        return Value::Sequence(node.items().map(copy).collect());
    }
    let text = node.value().unwrap_or_default();
    let plain = node.target().kind() == Kind::Scalar(ScalarStyle::Plain);
    match &*text {
        _ if node.is_null() => Value::Null,
        "true" if plain => Value::Bool(true),
        "false" if plain => Value::Bool(false),
        number => match number.parse() {
            Ok(number) if plain => Value::Int(number),
            _ => Value::from(&*text),
        },
    }
}

/// Reads a duration as Go writes it, `1h30m`, in whole seconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total = 0_f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(end);
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let unit = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" | "ns" => 0.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * unit;
        rest = behind;
    }
    std::time::Duration::try_from_secs_f64(total).ok().map(|duration| duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("5m0s", Some(300)),
            ("1h", Some(3600)),
            ("1h30m", Some(5400)),
            ("1.5h", Some(5400)),
            ("90s", Some(90)),
            ("500ms", Some(0)),
            ("0s", Some(0)),
            ("30", None),
            ("m", None),
            ("", None),
            ("${TIMEOUT}", None),
            ("999999999999999999999999999999h", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
