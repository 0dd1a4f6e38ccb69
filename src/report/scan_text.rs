//! `refit scan` for people: a line a release, then what deserves attention.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::style::{BOLD, DIM, paint};
use super::table::table;
use crate::diagnostic::{Diagnostic, Severity};
use crate::flux::{Inventory, LeverKind, Pin, PinKind};

/// Returns the inventory as text; `width` is the terminal's, none for a pipe.
#[must_use]
pub fn scan_text(inventory: &Inventory, width: Option<usize>) -> String {
    let mut text = String::new();
    if inventory.releases.is_empty() {
        text.push_str("No HelmRelease was found.\n");
    } else {
        text.push_str(&releases(inventory, width));
    }
    let locked: Vec<&Pin> = inventory.pins.iter().filter(|pin| pin.locked.is_some()).collect();
    if !locked.is_empty() {
        let _ = writeln!(text, "\n{}", paint(BOLD, "Not editable"));
        for pin in locked {
            if let Some(why) = &pin.locked {
                let place = &pin.place().position;
                let _ = writeln!(text, "  {} {}", pin.package, pin.current.text);
                let _ = writeln!(text, "    {}", paint(DIM, &format!("{place}: {}", why.message)));
            }
        }
    }
    text.push_str(&diagnostics_text(&inventory.diagnostics));
    text.push('\n');
    text.push_str(&summary(inventory));
    text
}

fn releases(inventory: &Inventory, width: Option<usize>) -> String {
    let pins = inventory.pins_by_id();
    let heading = ["RELEASE", "CHART", "IMAGES", "LEVER"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for release in &inventory.releases {
        let chart = match (&release.chart.name, &release.chart.version) {
            (Some(name), Some(version)) => format!("{name} {version}"),
            (Some(name), None) => name.clone(),
            _ => "?".to_owned(),
        };
        let lever = match (release.lever.kind, &release.lever.r#where) {
            (LeverKind::None, _) => format!("none: {}", release.lever.reason),
            (_, Some(place)) => place.clone(),
            (_, None) => release.lever.reason.clone(),
        };
        let images = release.pins.iter().filter_map(|id| pins.get(id.as_str()));
        let mut images = images.filter(|pin| pin.kind == PinKind::Image).map(|pin| {
            let name = pin.package.to_string();
            let name = name.strip_prefix("docker.io/library/").unwrap_or(&name);
            let name = name.strip_prefix("docker.io/").unwrap_or(name);
            let version = pin.current.text.split('@').next().unwrap_or_default();
            format!("{name}:{version}")
        });
        let first = images.next().unwrap_or_else(|| "–".to_owned());
        rows.push(vec![release.id.to_string(), chart, first, lever]);
        rows.extend(images.map(|image| vec![String::new(), String::new(), image, String::new()]));
    }
    let mut text = String::new();
    for (index, line) in table(&rows, width).into_iter().enumerate() {
        let line = if index == 0 { paint(BOLD, &line) } else { line };
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Returns the diagnostics as text, the worst first; nothing for what is merely good to know, but
/// its number.
#[must_use]
pub fn diagnostics_text(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    let mut shown: Vec<&Diagnostic> =
        diagnostics.iter().filter(|d| d.severity != Severity::Info).collect();
    shown.sort_by_key(|diagnostic| diagnostic.severity);
    let shown_count = shown.len();
    for diagnostic in shown {
        let _ = write!(text, "\n{}", diagnostic_text(diagnostic));
    }
    let infos = diagnostics.len() - shown_count;
    if infos > 0 {
        let more = format!("{} more with --format json", counted(infos, "note"));
        let _ = writeln!(text, "\n{}", paint(DIM, &more));
    }
    text
}

/// Returns one diagnostic as text: its severity and code, its place, and what to do.
#[must_use]
pub fn diagnostic_text(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let head = paint(BOLD, &format!("{severity}[{}]", diagnostic.code));
    format!("{head} {}\n", placed_text(diagnostic))
}

/// Returns what a diagnostic says with its place before it.
#[must_use]
pub fn placed_text(diagnostic: &Diagnostic) -> String {
    let place = match (&diagnostic.file, diagnostic.line, diagnostic.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: "),
        (Some(file), Some(line), None) => format!("{file}:{line}: "),
        (Some(file), ..) => format!("{file}: "),
        _ => String::new(),
    };
    let body = diagnostic.message.trim_end().replace('\n', "\n  ");
    format!("{place}{body}")
}

/// Returns a number with its noun, in the plural where it takes one.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn summary(inventory: &Inventory) -> String {
    let mut kinds: BTreeMap<PinKind, usize> = BTreeMap::new();
    for pin in &inventory.pins {
        *kinds.entry(pin.kind).or_default() += 1;
    }
    let count = |kind: PinKind| kinds.get(&kind).copied().unwrap_or(0);
    format!(
        "{}; pinned: {}, {}; in {}\n",
        counted(inventory.releases.len(), "release"),
        counted(count(PinKind::Image), "image"),
        counted(count(PinKind::Chart), "chart"),
        counted(inventory.read.files, "YAML file"),
    )
}
