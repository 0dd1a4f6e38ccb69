//! A briefing for the terminal.

use std::fmt::Write as _;

use super::{Group, Point, lay, read, whose};
use crate::notes::{Evidence, Fact, FactKind, Kind};
use crate::report::facts::{label, moved_text, requirement_text, subject};
use crate::report::style::{CYAN, DIM, RED, YELLOW, paint};
use crate::upgrade::{Briefing, Here, HereOutcome, Noted, Step, Verdict};

/// How many points that meet no setting a preview shows of what breaks, and of the rest.
const SHOWN: (usize, usize) = (8, 3);

/// Returns a briefing for the terminal, indented by two; `all` shows quotes and what is folded.
#[must_use]
pub(in crate::report) fn briefing_text(briefing: &Briefing, all: bool) -> String {
    let mut page = Page { text: String::new(), briefing, all };
    for line in briefing.readings.iter().flat_map(read) {
        page.line(&paint(DIM, &line));
    }
    let laid = lay(briefing);
    let left = page.groups("in", &laid.first, SHOWN.0);
    page.more(left, "that break something or ask for something");
    let left = page.groups("also in", &laid.rest, SHOWN.1);
    page.more(left, "that are good to know");
    let left = page.groups("of no matter here, in", &laid.folded, 0);
    page.more(left, "about what is not set here");
    for requirement in &briefing.requirements {
        page.line(&requirement_text(requirement));
        if all {
            page.quote(&requirement.evidence);
        }
    }
    // A move that is carried out stands among the reasons.
    for moved in briefing.moves().filter(|moved| moved.verdict != Verdict::Change) {
        page.line(&moved_text(moved));
    }
    let known = briefing.remarks.iter().filter(|noted| noted.remark.code == "known-issue").count();
    for noted in &briefing.remarks {
        page.noted(noted);
    }
    if !all {
        page.more(known, "that are known not to work");
    }
    for (index, step) in briefing.steps.iter().enumerate() {
        let at = step.position.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        let number = paint(YELLOW, &format!("step {}:", index + 1));
        page.line(&format!("{number} {}{at}", step.text));
    }
    if all {
        for told in &briefing.questions {
            page.line(&format!("{} {}", paint(YELLOW, "unsure:"), said(&told.fact)));
            page.quotes(&told.fact);
        }
    } else {
        page.more(briefing.questions.len(), "that the notes may say");
    }
    page.text
}

/// What is written so far.
struct Page<'a> {
    text: String,
    briefing: &'a Briefing,
    /// Whether everything is shown, with its quotes.
    all: bool,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "  {line}");
    }

    /// Says how many there are that are not shown.
    fn more(&mut self, count: usize, of: &str) {
        if count > 0 {
            let about = format!("{count} more {of}; `refit explain` tells them");
            self.line(&paint(DIM, &about));
        }
    }

    /// Writes groups, of what meets no setting the first `most` points only unless all are wanted;
    /// returns how many were left out.
    fn groups(&mut self, lead: &str, groups: &[Group<'_>], most: usize) -> usize {
        let (mut others, mut left) = (0, 0);
        for group in groups {
            let shown: Vec<_> = group
                .points
                .iter()
                .filter(|point| {
                    others += usize::from(!point.meets_a_setting());
                    self.all || point.meets_a_setting() || others <= most
                })
                .collect();
            left += group.points.len() - shown.len();
            if !shown.is_empty() {
                let of = if group.of == Kind::Chart { "the chart's " } else { "" };
                let whose = whose(group, &self.briefing.readings);
                let whose = whose.map(|whose| format!(" of {whose}")).unwrap_or_default();
                self.line(&format!("{lead} {of}{}{whose}:", group.version));
            }
            for point in shown {
                self.point(point);
            }
        }
        left
    }

    fn point(&mut self, point: &Point<'_>) {
        let fact = &point.told.fact;
        let color = match point.kinds.first() {
            Some(FactKind::Breaking | FactKind::Avoid | FactKind::Irreversible) => RED,
            Some(FactKind::ManualAction | FactKind::StopAt | FactKind::Requires) => YELLOW,
            _ => CYAN,
        };
        let kinds: Vec<&str> = point.kinds.iter().map(|kind| label(*kind)).collect();
        let what = subject(fact).unwrap_or_else(|| fact.summary.clone());
        self.line(&format!("  {}: {what}", paint(color, &kinds.join(", "))));
        if self.all {
            self.quotes(fact);
        }
        for here in &point.told.here {
            self.line(&format!("    {}", here_text(here, &self.briefing.steps)));
        }
    }

    /// Writes what notes tell besides facts; known issues only where everything is wanted.
    fn noted(&mut self, noted: &Noted) {
        let remark = &noted.remark;
        if !self.all && remark.code == "known-issue" {
            return;
        }
        let version = remark.version.as_deref().unwrap_or_default();
        let code = paint(CYAN, &remark.code.replace('-', " "));
        self.line(&format!("{code} {version}: {}", remark.message));
        if self.all {
            remark.evidence.iter().for_each(|evidence| self.quote(evidence));
        }
    }

    fn quotes(&mut self, fact: &Fact) {
        for evidence in &fact.evidence {
            self.quote(evidence);
        }
    }

    fn quote(&mut self, evidence: &Evidence) {
        let (source, line, quote) = (&evidence.source, evidence.line, evidence.quote.trim());
        let words = paint(DIM, &format!("{source}:{line}: “{quote}”"));
        self.line(&format!("    {words}"));
    }
}

/// Says what a fact says, with its kind.
fn said(fact: &Fact) -> String {
    let what = subject(fact).unwrap_or_else(|| fact.summary.clone());
    format!("{} {}: {what}", label(fact.kind), fact.version)
}

/// Says what a fact means here; one of the steps by its number.
pub(super) fn here_text(here: &Here, steps: &[Step]) -> String {
    let is_it = |step: &Step| step.text == here.text && step.position == here.position;
    if let Some(index) = steps.iter().position(is_it) {
        return format!("→ by hand: step {}", index + 1);
    }
    let at = here.position.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    let lead = match here.outcome {
        HereOutcome::Edit => "→ edited: ",
        HereOutcome::Step => "→ by hand: ",
        HereOutcome::Question => "→ to check: ",
        HereOutcome::Fine => "→ fine: ",
        HereOutcome::Unset => "→ ",
    };
    format!("{lead}{}{at}", here.text)
}
