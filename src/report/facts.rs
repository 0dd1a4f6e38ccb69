//! Facts in words, for the terminal and for pull requests.
//!
//! What breaks comes first; what concerns nothing that is set here comes last and is folded away.
//! Quotes are the words of strangers: in Markdown they go through [`neutral`], and every one is
//! linked to the place it was read at.

use std::fmt::Write as _;

use super::runbook::phrase;
use super::style::{CYAN, DIM, RED, YELLOW, paint};
use crate::forge::neutral;
use crate::notes::{Fact, FactKind, Kind};
use crate::upgrade::{
    Briefing, Here, HereOutcome, Moved, Reading, Requirement, Satisfied, Step, Told, Verdict,
};

/// Returns the words for a kind of fact.
#[must_use]
pub fn label(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Breaking => "breaking",
        FactKind::ManualAction => "to do",
        FactKind::StopAt => "pass through",
        FactKind::Irreversible => "no way back",
        FactKind::Avoid => "do not run",
        FactKind::Requires => "requires",
        FactKind::ImageMoved => "image moved",
        FactKind::ChartMoved => "chart moved",
        FactKind::EnvRequired => "variable required",
        FactKind::EnvRemoved => "variable removed",
        FactKind::EnvRenamed => "variable renamed",
        FactKind::EnvChanged => "variable changed",
        FactKind::EnvDeprecated => "variable deprecated",
        FactKind::EnvAdded => "variable added",
        FactKind::ValueRemoved => "value removed",
        FactKind::ValueRenamed => "value renamed",
        FactKind::ValueChanged => "value changed",
        FactKind::ValueAdded => "value added",
        FactKind::Deprecated => "deprecated",
        FactKind::Security => "security",
    }
}

/// Returns what a fact is about, where it names something.
#[must_use]
pub fn subject(fact: &Fact) -> Option<String> {
    match (&fact.old, &fact.new, &fact.component, &fact.range, &fact.name) {
        (Some(old), Some(new), ..) => Some(format!("{old} → {new}")),
        (None, Some(new), ..) => Some(new.clone()),
        (_, _, Some(component), Some(range), _) => Some(format!("{component} {range}")),
        (.., Some(name)) => Some(name.clone()),
        _ => None,
    }
}

/// Says whether a fact concerns nobody here: it speaks of what is not set, or of what is new.
fn is_folded(told: &Told) -> bool {
    let unset =
        !told.here.is_empty() && told.here.iter().all(|here| here.outcome == HereOutcome::Unset);
    let optional = matches!(told.fact.kind, FactKind::EnvAdded | FactKind::ValueAdded);
    unset || (optional && told.here.is_empty())
}

/// Returns a briefing for the terminal, indented by two; `all` shows quotes and what is folded.
#[must_use]
pub(super) fn briefing_text(briefing: &Briefing, all: bool) -> String {
    let mut text = String::new();
    for line in briefing.readings.iter().flat_map(read) {
        let _ = writeln!(text, "  {}", paint(DIM, &line));
    }
    let (folded, shown): (Vec<_>, Vec<_>) =
        briefing.told.iter().partition(|told| is_folded(told) && !all);
    for told in shown {
        told_text(&mut text, told, all);
    }
    if !folded.is_empty() {
        let about = format!("{} more about what is not set here", folded.len());
        let _ = writeln!(text, "  {}", paint(DIM, &about));
    }
    for requirement in &briefing.requirements {
        let _ = writeln!(text, "  {}", requirement_text(requirement));
    }
    // A move that is carried out stands among the reasons.
    for moved in briefing.moves().filter(|moved| moved.verdict != Verdict::Change) {
        let _ = writeln!(text, "  {}", moved_text(moved));
    }
    for (index, step) in briefing.steps.iter().enumerate() {
        let _ =
            writeln!(text, "  {} {}", paint(YELLOW, &format!("step {}:", index + 1)), place(step));
    }
    if all {
        for told in &briefing.questions {
            let _ = writeln!(text, "  {} {}", paint(YELLOW, "unsure:"), said(&told.fact));
            quotes(&mut text, &told.fact);
        }
    } else if !briefing.questions.is_empty() {
        let count = briefing.questions.len();
        let _ = writeln!(text, "  {}", paint(DIM, &format!("{count} more that the notes may say")));
    }
    text
}

fn told_text(text: &mut String, told: &Told, all: bool) {
    let kind = told.fact.kind;
    let color = match kind {
        FactKind::Breaking | FactKind::Avoid | FactKind::Irreversible => RED,
        FactKind::ManualAction | FactKind::StopAt | FactKind::Requires => YELLOW,
        _ => CYAN,
    };
    let version = &told.fact.version;
    let what = subject(&told.fact).unwrap_or_else(|| told.fact.summary.clone());
    let _ = writeln!(text, "  {} {version}: {what}", paint(color, label(kind)));
    if all {
        quotes(text, &told.fact);
    }
    for here in &told.here {
        let _ = writeln!(text, "      {}", here_text(here));
    }
}

fn quotes(text: &mut String, fact: &Fact) {
    for evidence in &fact.evidence {
        let (source, line, quote) = (&evidence.source, evidence.line, evidence.quote.trim());
        let _ = writeln!(text, "      {}", paint(DIM, &format!("{source}:{line}: “{quote}”")));
    }
}

/// Says what a fact says, with its kind.
fn said(fact: &Fact) -> String {
    let what = subject(fact).unwrap_or_else(|| fact.summary.clone());
    format!("{} {}: {what}", label(fact.kind), fact.version)
}

fn here_text(here: &Here) -> String {
    let at = here.position.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    let lead = match here.outcome {
        HereOutcome::Edit => "→ edited: ",
        HereOutcome::Step => "→ by hand: ",
        HereOutcome::Question => "→ look at it: ",
        HereOutcome::Fine => "→ fine: ",
        HereOutcome::Unset => "→ ",
    };
    format!("{lead}{}{at}", here.text)
}

fn place(step: &Step) -> String {
    let at = step.position.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    format!("{}{at}", step.text)
}

/// Says whether a requirement is met, in a line.
#[must_use]
pub fn requirement_text(requirement: &Requirement) -> String {
    let Requirement { component, range, yours, verdict, .. } = requirement;
    match (verdict, yours) {
        (Satisfied::Yes, Some(yours)) => {
            format!("{component} {range} is required: {} is {}, fine", yours.who, yours.version)
        }
        (Satisfied::No, Some(yours)) => {
            format!("{component} {range} is required: {} is {}", yours.who, yours.version)
        }
        (_, Some(yours)) => format!(
            "{component} {range} is required: {} is {}, which may or may not do; look",
            yours.who, yours.version
        ),
        (_, None) => format!("{component} {range} is required: the repository does not tell yours"),
    }
}

/// Says what is known of a move, in a line.
#[must_use]
pub(super) fn moved_text(moved: &Moved) -> String {
    let Moved { from, to, verdict, why } = moved;
    let why: Vec<&str> = why.iter().map(|why| why.message.as_str()).collect();
    let why = why.join("; ");
    match verdict {
        Verdict::Change => format!("{from} is published as {to} now: {why}"),
        Verdict::Question => format!("is {from} published as {to} now? {why}"),
        Verdict::Stays => format!("{from} stays where it is: {why}"),
    }
}

/// Says what was read, and what a reader should know about the reading.
fn read(reading: &Reading) -> Vec<String> {
    let Reading { of, subject, from, to, notes, homes, remarks, .. } = reading;
    let whose = match of {
        Kind::App => "notes",
        Kind::Chart => "chart notes",
    };
    let mut lines = Vec::new();
    if !notes.versions.is_empty() {
        let count = notes.versions.len();
        let plural = if count == 1 { "" } else { "s" };
        let places: Vec<&str> = homes.iter().map(|home| home.url.as_str()).collect();
        let at =
            if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
        lines
            .push(format!("{whose} of {subject}, {from} → {to}: {count} version{plural} read{at}"));
    }
    lines.extend(remarks.iter().map(|remark| remark.message.clone()));
    lines
}

/// Returns a briefing as sections of Markdown: what matters, and what may be left out first.
#[must_use]
pub(super) fn briefing_markdown(briefing: &Briefing) -> (String, String) {
    let mut text = String::new();
    let mut folded = String::new();
    if briefing.readings.is_empty() {
        return (text, folded);
    }
    text.push_str("### What the notes say\n\n");
    for line in briefing.readings.iter().flat_map(read) {
        let _ = writeln!(text, "- {}", phrase(&line));
    }
    let (aside, shown): (Vec<_>, Vec<_>) = briefing.told.iter().partition(|told| is_folded(told));
    if shown.is_empty() {
        text.push_str("\nNothing in them concerns what runs here.\n");
    } else {
        text.push('\n');
        for told in shown {
            text.push_str(&told_markdown(told));
        }
    }
    if !briefing.requirements.is_empty() {
        text.push_str("\n| Component | Required | Yours | |\n|---|---|---|---|\n");
        for requirement in &briefing.requirements {
            text.push_str(&requirement_markdown(requirement));
        }
    }
    let stays = |moved: &&Moved| moved.verdict == Verdict::Stays;
    for moved in briefing.moves().filter(stays) {
        let _ = writeln!(text, "\n{}", phrase(&moved_text(moved)));
    }
    if !briefing.steps.is_empty() {
        text.push_str("\n### By hand\n\n");
        for (index, step) in briefing.steps.iter().enumerate() {
            let at =
                step.position.as_ref().map(|at| format!(" ({})", neutral::code(&at.to_string())));
            let step = phrase(&step.text);
            let _ = writeln!(text, "{}. [ ] {step}{}", index + 1, at.unwrap_or_default());
        }
    }
    if !briefing.questions.is_empty() || briefing.open_moves().next().is_some() {
        text.push_str("\n### Questions to the reviewer\n\n");
        for moved in briefing.open_moves() {
            let _ = writeln!(text, "- [ ] {}", phrase(&moved_text(moved)));
        }
        for told in &briefing.questions {
            let _ = writeln!(text, "- [ ] Is this so? {}", fact_markdown(told));
        }
    }
    if !aside.is_empty() {
        let _ = writeln!(
            folded,
            "<details><summary>{} more that concern nothing that is set here</summary>\n",
            aside.len()
        );
        for told in aside {
            folded.push_str(&told_markdown(told));
        }
        folded.push_str("\n</details>\n");
    }
    (text, folded)
}

fn told_markdown(told: &Told) -> String {
    let mut text = format!("- {}\n", fact_markdown(told));
    for here in &told.here {
        let _ = writeln!(text, "  - {}", phrase(&here_text(here)));
    }
    text
}

/// One fact on one line: its kind, its version, what it is about, and the words it was read from.
fn fact_markdown(told: &Told) -> String {
    let fact = &told.fact;
    let kind = label(fact.kind);
    let version = neutral::line(&fact.version);
    let about = subject(fact).map(|about| format!(" {}", neutral::code(&about)));
    let mut text = format!("**{kind}** in {version}{}", about.unwrap_or_default());
    for (index, evidence) in fact.evidence.iter().enumerate().take(2) {
        let quote = neutral::line(evidence.quote.trim());
        let quote = cut(&quote, 300);
        let link = told.links.get(index).and_then(Option::as_ref).filter(|url| is_link(url));
        let place = match link {
            Some(url) => format!("[source]({url})"),
            None => neutral::code(&format!("{}:{}", evidence.source, evidence.line)),
        };
        let _ = write!(text, " — “{quote}” ({place})");
    }
    text
}

fn requirement_markdown(requirement: &Requirement) -> String {
    let Requirement { component, range, yours, verdict, .. } = requirement;
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
    format!("| {component} | {range} | {yours} | {verdict} |\n")
}

/// Says whether an address is one that may stand in a link as it is.
fn is_link(url: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"()<>[]\"'`\\ ".contains(c);
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

/// Returns the headline of a briefing: what a reader must know before anything else.
#[must_use]
pub(super) fn warning(briefing: &Briefing) -> Option<String> {
    let breaks = briefing.kinds().contains(&FactKind::Breaking);
    let steps = briefing.steps.len();
    match (breaks, steps) {
        (false, 0) => None,
        (true, 0) => Some("Its notes say that something breaks: read them before merging.".into()),
        (_, 1) => Some("One thing has to be done by hand: see below.".to_owned()),
        (_, steps) => Some(format!("{steps} things have to be done by hand: see below.")),
    }
}
