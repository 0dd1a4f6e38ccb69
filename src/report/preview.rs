//! `refit preview` for people: on a terminal, as Markdown, as one patch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::briefing::{briefing_markdown, briefing_text};
use super::landing::landing;
use super::preview_contract::Requests;
use super::runbook::phrase;
use super::scan_text::{counted, diagnostics_text};
use super::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, paint, paint_diff_line};
use super::table::table;
use crate::diagnostic::Why;
use crate::flux::Inventory;
use crate::policy::Strategy;
use crate::tree::{Patches, RepoPath, Tree};
use crate::upgrade::{Held, Plan, Staged, between, short};
use crate::version::Bump;

/// What is shown.
pub struct PreviewView<'a> {
    /// The files as they are.
    pub base: &'a dyn Tree,
    /// What the repository runs.
    pub inventory: &'a Inventory,
    /// The upgrades with their files.
    pub upgrades: &'a [(Plan, Staged)],
    /// The pins that stay.
    pub held: &'a [Held],
    /// The look-ups that failed.
    pub failures: Vec<Why>,
    /// The requests that were made.
    pub requests: &'a Requests,
}

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The table alone.
    Table,
    /// The table, and each upgrade with its diffs.
    Diffs,
    /// All of that, and each pin that stays with its reason.
    Everything,
}

/// The reasons for staying that a reader wants to see one by one.
const TELLING: &[&str] = &[
    "datastore-major",
    "edit-refused",
    "file-gone",
    "file-unreadable",
    "may-have-moved",
    "no-digest",
    "no-lever",
    "requires",
    "tag-stream-stopped",
    "upstream-error",
];

/// Those of them that ask something of a person.
const ASKING: &[&str] = &["datastore-major", "may-have-moved", "requires", "tag-stream-stopped"];

/// Returns what pins that stay ask of a person, each in a line.
#[must_use]
pub fn questions(inventory: &Inventory, held: &[Held]) -> Vec<String> {
    let pins = inventory.pins_by_id();
    let mut lines: Vec<String> = Vec::new();
    for held in held.iter().filter(|held| ASKING.contains(&held.why.code.as_str())) {
        let Some(pin) = pins.get(held.pin.as_str()) else { continue };
        let name = format!("{} {}", pin.package, short(&pin.current.text, "").0);
        let said = held.why.message.lines().next().unwrap_or_default();
        let line = format!("{} stays: {}: {said}", paint(BOLD, &name), held.why.code);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Returns the preview for a terminal; `width` is its width, none for a pipe.
#[must_use]
pub fn preview_text(view: &PreviewView<'_>, detail: Detail, width: Option<usize>) -> String {
    let mut text = String::new();
    if detail != Detail::Table {
        for (plan, staged) in view.upgrades {
            text.push_str(&upgrade(view.base, plan, staged, detail));
            text.push('\n');
        }
    }
    text.push_str(&overview(view, width));
    text.push_str(&held(view, detail));
    text.push_str(&diagnostics_text(&view.inventory.diagnostics));
    text.push_str(&summary(view));
    text
}

/// One upgrade: its heading, its reasons, its stages with their diffs.
fn upgrade(base: &dyn Tree, plan: &Plan, staged: &Staged, detail: Detail) -> String {
    let mut text = String::new();
    let (from, to) = short(&plan.from, &plan.to);
    let strategy = plan.strategy.as_str();
    let _ = writeln!(
        text,
        "{}  {from} → {}  {}, {strategy}",
        paint(BOLD, &plan.unit.to_string()),
        paint(GREEN, &to),
        bump(plan.bump),
    );
    for why in &plan.why {
        let _ = writeln!(text, "  {}{}", why.message, paint(DIM, &rule(why)));
    }
    for against in &plan.preflight.refusals {
        let _ = writeln!(text, "  {} {}", paint(YELLOW, "before it:"), against.message);
    }
    for line in landing(plan) {
        let _ = writeln!(text, "  {line}");
    }
    text.push_str(&briefing_text(&plan.briefing, detail == Detail::Everything));
    for (file, note) in &staged.notes {
        let _ = writeln!(text, "  {file}: {}", note.message);
    }
    let mut before = &Patches::new();
    let count = staged.stages.len();
    for (index, stage) in staged.stages.iter().enumerate() {
        let number = if count > 1 { format!("{}/{count} ", index + 1) } else { String::new() };
        let kind = stage.stage.kind.as_str();
        let _ = writeln!(
            text,
            "\n  {} {}",
            paint(CYAN, &format!("{number}{kind}:")),
            stage.stage.message
        );
        // The names of the files stand on the next two lines as well.
        let diff = between(base, before, &stage.patches);
        let lines = diff.lines().filter(|line| !line.starts_with("diff --git "));
        for line in lines.map(paint_diff_line) {
            let _ = writeln!(text, "  {line}");
        }
        before = &stage.patches;
    }
    text
}

fn rule(why: &Why) -> String {
    why.rule.as_ref().map(|rule| format!("  ({}:{})", rule.file, rule.line)).unwrap_or_default()
}

fn overview(view: &PreviewView<'_>, width: Option<usize>) -> String {
    if view.upgrades.is_empty() {
        return String::new();
    }
    let heading = ["UPGRADE", "FROM", "TO", "BUMP", "STRATEGY", "STAGES"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for (plan, _) in view.upgrades {
        let (from, to) = short(&plan.from, &plan.to);
        let stages: Vec<&str> = plan.stages.iter().map(|stage| stage.kind.as_str()).collect();
        let unit = plan.unit.to_string();
        let bump = bump(plan.bump).to_owned();
        rows.push(vec![
            unit,
            from,
            to,
            bump,
            plan.strategy.as_str().to_owned(),
            stages.join(" → "),
        ]);
    }
    let mut text = String::new();
    for (index, line) in table(&rows, width).into_iter().enumerate() {
        let strategy =
            index.checked_sub(1).and_then(|i| view.upgrades.get(i)).map(|u| u.0.strategy);
        let line = match strategy {
            None => paint(BOLD, &line),
            Some(Strategy::Rolling) => line,
            Some(Strategy::Maintenance | Strategy::Manual) => paint(YELLOW, &line),
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

fn held(view: &PreviewView<'_>, detail: Detail) -> String {
    let mut text = String::new();
    let pins = view.inventory.pins_by_id();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for held in view.held {
        let one_by_one = detail == Detail::Everything || TELLING.contains(&held.why.code.as_str());
        if !one_by_one || detail == Detail::Table {
            *counts.entry(&held.why.code).or_default() += 1;
            continue;
        }
        let Some(pin) = pins.get(held.pin.as_str()) else { continue };
        let place = &pin.place().position;
        let name = format!("{} {}", pin.package, short(&pin.current.text, "").0);
        let code = paint(YELLOW, &held.why.code);
        let _ = writeln!(text, "\n{} stays: {code}", paint(BOLD, &name));
        let _ = writeln!(text, "  {}", held.why.message.replace('\n', "\n  "));
        let _ = writeln!(text, "  {}", paint(DIM, &format!("{}:{}", place.file, place.line)));
    }
    if !counts.is_empty() {
        let counts: Vec<String> =
            counts.iter().map(|(code, count)| format!("{count} {code}")).collect();
        let _ = writeln!(text, "\n{}", paint(DIM, &format!("Staying: {}", counts.join(", "))));
    }
    text
}

fn summary(view: &PreviewView<'_>) -> String {
    let upgrades = view.upgrades.len();
    let staged = view.upgrades.iter().filter(|(plan, _)| plan.stages.len() > 1).count();
    let pins = view.inventory.pins.len();
    let mut text = match upgrades {
        _ if pins == 0 => "Nothing is pinned here that refit could upgrade.\n".to_owned(),
        0 => format!("Nothing to upgrade; looked at {}.\n", counted(pins, "pin")),
        _ => format!(
            "{} for {}, {staged} in stages.\n",
            counted(upgrades, "upgrade"),
            counted(pins, "pin")
        ),
    };
    if view.requests.total > 0 {
        let hosts = counted(view.requests.by_host.len(), "host");
        let requests =
            counted(usize::try_from(view.requests.total).unwrap_or(usize::MAX), "request");
        let _ = writeln!(text, "{}", paint(DIM, &format!("{requests} to {hosts}.")));
    }
    for failure in &view.failures {
        let _ = writeln!(text, "{}: {}", paint(RED, "failed"), failure.message);
    }
    text
}

/// Returns the preview as Markdown.
#[must_use]
pub fn preview_markdown(view: &PreviewView<'_>) -> String {
    let mut text =
        String::from("| Upgrade | From | To | Bump | Strategy |\n|---|---|---|---|---|\n");
    for (plan, _) in view.upgrades {
        let (from, to) = short(&plan.from, &plan.to);
        let _ = writeln!(
            text,
            "| {} | `{from}` | `{to}` | {} | {} |",
            plan.unit,
            bump(plan.bump),
            plan.strategy.as_str()
        );
    }
    for (plan, staged) in view.upgrades {
        let (from, to) = short(&plan.from, &plan.to);
        let _ = writeln!(text, "\n## {}: {from} → {to}\n", plan.unit);
        for why in &plan.why {
            let _ = writeln!(text, "- {}", why.message);
        }
        for line in landing(plan) {
            let _ = writeln!(text, "- {}", phrase(&line));
        }
        let (said, folded) = briefing_markdown(&plan.briefing);
        let _ = write!(text, "\n{said}{folded}");
        let mut before = &Patches::new();
        for stage in &staged.stages {
            let diff = between(view.base, before, &stage.patches);
            let kind = stage.stage.kind.as_str();
            let _ = write!(text, "\n**{kind}**: {}\n\n```diff\n{diff}```\n", stage.stage.message);
            before = &stage.patches;
        }
    }
    let _ = write!(text, "\n{}", summary(view));
    text
}

/// Returns all upgrades as one patch on the files as they are, stops left out.
///
/// # Errors
/// When two upgrades edit the same file in a way that cannot be joined; names the file.
pub fn preview_patch(view: &PreviewView<'_>) -> Result<String, String> {
    let mut taken: BTreeMap<&RepoPath, &Plan> = BTreeMap::new();
    let mut patches = Patches::new();
    for (plan, staged) in view.upgrades {
        let Some(last) = staged.stages.last() else { continue };
        for (file, content) in &last.patches {
            // Two charts of one source that has moved give it the same address.
            if patches.get(file) == Some(content) {
                continue;
            }
            if let Some(other) = taken.insert(file, plan) {
                return Err(format!("{file} is edited by `{}` and by `{}`", other.unit, plan.unit));
            }
            patches.insert(file.clone(), content.clone());
        }
    }
    Ok(between(view.base, &Patches::new(), &patches))
}

/// Returns the word for a bump.
#[must_use]
pub fn bump(bump: Bump) -> &'static str {
    match bump {
        Bump::Other => "other",
        Bump::Digest => "digest",
        Bump::Patch => "patch",
        Bump::Minor => "minor",
        Bump::Major => "major",
    }
}
