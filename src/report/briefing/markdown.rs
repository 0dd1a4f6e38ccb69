//! A briefing as Markdown, for pull requests.
//!
//! Quotes are the words of strangers: what stands between backticks becomes code, the rest harmless
//! prose, and every one is linked to the place it was read at.

use std::fmt::Write as _;

use super::text::here_text;
use super::{Group, Point, lay, read, whose};
use crate::forge::neutral;
use crate::notes::{Evidence, FactKind, Kind};
use crate::report::facts::{label, moved_text, subject};
use crate::report::runbook::{cell, phrase};
use crate::upgrade::{Briefing, Noted, Requirement, Satisfied, Step, Told, Verdict};

/// How many points stand open; what is more is folded.
const OPEN: usize = 25;

/// The most characters of a quote.
const LONGEST_QUOTE: usize = 300;

/// Returns a briefing as sections of Markdown: what matters, and what may be left out first.
#[must_use]
pub(in crate::report) fn briefing_markdown(briefing: &Briefing) -> (String, String) {
    let mut text = String::new();
    let mut folded = String::new();
    if briefing.readings.is_empty() {
        return (text, folded);
    }
    text.push_str("### What the notes say\n\n");
    for line in briefing.readings.iter().flat_map(read) {
        let _ = writeln!(text, "- {}", phrase(&line));
    }
    for licence in briefing.remarks.iter().filter(|noted| noted.remark.code == "licence") {
        let _ = writeln!(text, "- **licence** {}", noted_markdown(licence));
    }
    let mut laid = lay(briefing);
    let overflow = cut_to(&mut laid.first, OPEN);
    if laid.first.is_empty() && laid.rest.is_empty() {
        text.push_str(
            "\nNo break, no step and no renamed setting in them concerns what runs here.\n",
        );
    }
    groups_markdown(&mut text, &laid.first, briefing, &briefing.steps);
    if !briefing.requirements.is_empty() {
        text.push_str("\n| Component | Required | Yours | | Said |\n|---|---|---|---|---|\n");
        for requirement in &briefing.requirements {
            text.push_str(&requirement_markdown(requirement));
        }
    }
    for moved in briefing.moves().filter(|moved| moved.verdict == Verdict::Stays) {
        let _ = writeln!(text, "\n{}", phrase(&moved_text(moved)));
    }
    steps_markdown(&mut text, briefing);
    questions_markdown(&mut text, briefing);
    details(&mut folded, "more that break something or ask for something", &overflow, briefing);
    details(&mut folded, "more that are good to know", &laid.rest, briefing);
    details(&mut folded, "more that concern nothing that is set here", &laid.folded, briefing);
    known_issues(&mut folded, briefing);
    (text, folded)
}

/// Folds away what is known not to work.
fn known_issues(text: &mut String, briefing: &Briefing) {
    let known = briefing.remarks.iter().filter(|noted| noted.remark.code == "known-issue");
    let known: Vec<String> = known.map(|noted| format!("- {}\n", noted_markdown(noted))).collect();
    if !known.is_empty() {
        let _ = writeln!(text, "<details><summary>Known issues: {}</summary>\n", known.len());
        text.extend(known);
        text.push_str("\n</details>\n");
    }
}

/// Returns what notes tell besides facts, with the version and the place.
fn noted_markdown(noted: &Noted) -> String {
    let remark = &noted.remark;
    let version = remark.version.as_deref().map(neutral::line).unwrap_or_default();
    let words = phrase(&cut(remark.message.trim(), LONGEST_QUOTE));
    let read = remark.evidence.first();
    let link = noted.links.first().and_then(Option::as_ref);
    let at = read.map(|evidence| format!(" ({})", place(evidence, link, neutral::code)));
    format!("{version}: “{words}”{}", at.unwrap_or_default())
}

/// Returns the headline of a briefing: what a reader must know before anything else.
#[must_use]
pub(in crate::report) fn warning(briefing: &Briefing) -> Option<String> {
    let breaks = briefing.kinds().contains(&FactKind::Breaking);
    let steps = briefing.steps.len();
    match (breaks, steps) {
        (false, 0) => None,
        (true, 0) => Some("Its notes say that something breaks: read them before merging.".into()),
        (_, 1) => Some("One thing has to be done by hand: see below.".to_owned()),
        (_, steps) => Some(format!("{steps} things have to be done by hand: see below.")),
    }
}

/// Leaves the first `most` points where they are and returns the others; those that meet a setting
/// all stay.
pub(super) fn cut_to<'a>(groups: &mut Vec<Group<'a>>, most: usize) -> Vec<Group<'a>> {
    let mut overflow = Vec::new();
    let mut count = 0;
    for group in groups.iter_mut() {
        let points = std::mem::take(&mut group.points);
        let (stays, goes): (Vec<_>, Vec<_>) = points.into_iter().partition(|point| {
            count += usize::from(!point.meets_a_setting());
            point.meets_a_setting() || count <= most
        });
        group.points = stays;
        if !goes.is_empty() {
            overflow.push(Group { points: goes, ..*group });
        }
    }
    groups.retain(|group| !group.points.is_empty());
    overflow
}

fn groups_markdown(text: &mut String, groups: &[Group<'_>], briefing: &Briefing, steps: &[Step]) {
    for group in groups {
        let of = if group.of == Kind::Chart { "The chart's " } else { "" };
        let whose = whose(group, &briefing.readings);
        let whose = whose.map(|whose| format!(" of {}", neutral::line(whose))).unwrap_or_default();
        let _ = writeln!(text, "\n**{of}{}{whose}**\n", neutral::line(group.version));
        for point in &group.points {
            text.push_str(&point_markdown(point, steps));
        }
    }
}

/// Folds groups away under a line that says how many points they hold.
fn details(text: &mut String, of: &str, groups: &[Group<'_>], briefing: &Briefing) {
    let count: usize = groups.iter().map(|group| group.points.len()).sum();
    if count > 0 {
        let _ = writeln!(text, "<details><summary>{count} {of}</summary>");
        groups_markdown(text, groups, briefing, &[]);
        text.push_str("\n</details>\n");
    }
}

fn steps_markdown(text: &mut String, briefing: &Briefing) {
    if briefing.steps.is_empty() {
        return;
    }
    text.push_str("\n### By hand\n\n");
    for (index, step) in briefing.steps.iter().enumerate() {
        let at = step.position.as_ref().map(|at| format!(" ({})", neutral::code(&at.to_string())));
        let step = phrase(&step.text);
        let _ = writeln!(text, "{}. [ ] {step}{}", index + 1, at.unwrap_or_default());
    }
}

fn questions_markdown(text: &mut String, briefing: &Briefing) {
    if briefing.questions.is_empty() && briefing.open_moves().next().is_none() {
        return;
    }
    text.push_str("\n### Questions to the reviewer\n\n");
    for moved in briefing.open_moves() {
        let _ = writeln!(text, "- [ ] {}", phrase(&moved_text(moved)));
    }
    for told in &briefing.questions {
        let version = neutral::line(&told.fact.version);
        let what = passage(told, &[told.fact.kind]);
        let _ = writeln!(text, "- [ ] Is this so in {version}? {what}");
    }
}

fn point_markdown(point: &Point<'_>, steps: &[Step]) -> String {
    let mut text = format!("- {}\n", passage(point.told, &point.kinds));
    for here in &point.told.here {
        let _ = writeln!(text, "  - {}", phrase(&here_text(here, steps)));
    }
    text
}

/// One fact on one line: its kinds, what it is about, and the words it was read from. A fact that
/// names nothing is told by its whole sentence, of which a line of the notes may hold only a part.
fn passage(told: &Told, kinds: &[FactKind]) -> String {
    let fact = &told.fact;
    let kinds: Vec<&str> = kinds.iter().map(|kind| label(*kind)).collect();
    let about = subject(fact).map(|about| format!(" {}", neutral::code(&about)));
    let mut text = format!("**{}**{}", kinds.join(", "), about.as_deref().unwrap_or_default());
    let mut words = "";
    for (index, evidence) in fact.evidence.iter().enumerate().take(2) {
        let link = told.links.get(index).and_then(Option::as_ref);
        let place = place(evidence, link, neutral::code);
        let said = if about.is_some() { evidence.quote.trim() } else { fact.summary.trim() };
        if said == words {
            let _ = write!(text, " ({place})");
        } else {
            let _ = write!(text, " — “{}” ({place})", phrase(&cut(said, LONGEST_QUOTE)));
        }
        words = said;
    }
    text
}

/// Where words were read, as a link or written by `code`.
fn place(evidence: &Evidence, link: Option<&String>, code: fn(&str) -> String) -> String {
    match link.filter(|url| is_link(url)) {
        Some(url) => format!("[source]({url})"),
        None => code(&format!("{}:{}", evidence.source, evidence.line)),
    }
}

fn requirement_markdown(requirement: &Requirement) -> String {
    let Requirement { component, range, yours, verdict, evidence, link } = requirement;
    let yours = match yours {
        Some(yours) => neutral::code_cell(&yours.version),
        None => "not told by the repository".to_owned(),
    };
    let verdict = match verdict {
        Satisfied::Yes => "fine",
        Satisfied::No => "not met",
        Satisfied::Unknown => "look at it",
    };
    let (component, range) = (neutral::line(component), neutral::code_cell(range));
    let words = cell(&cut(evidence.quote.trim(), LONGEST_QUOTE));
    let place = place(evidence, link.as_ref(), neutral::code_cell);
    format!("| {component} | {range} | {yours} | {verdict} | “{words}” ({place}) |\n")
}

/// Says whether an address is one that may stand in a link as it is.
fn is_link(url: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"()<>[]|\"'`\\ ".contains(c);
    url.starts_with("https://") && url.chars().all(plain)
}

/// Cuts a text at a word's end.
fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let head: String = text.chars().take(longest).collect();
    let end = head.rfind(' ').unwrap_or(head.len());
    format!("{}…", head.get(..end).unwrap_or(&head))
}
