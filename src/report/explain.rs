//! `refit explain` for people: every decision about one release, with what it rests on.
//!
//! The order is that of the decisions: what the release is, which versions were refused and why,
//! what the notes say, which rule chose the strategy, what stops the workloads, what happens when.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::briefing::{briefing_markdown, briefing_text};
use super::landing::landing;
use super::preview::bump;
use super::runbook::{phrase, runbook_markdown};
use super::style::{BOLD, CYAN, DIM, GREEN, YELLOW, paint};
use crate::diagnostic::Why;
use crate::flux::{Inventory, ObjectName, Pin, Release};
use crate::forge::neutral;
use crate::policy::Policies;
use crate::runbook::{Case, SectionKind, major_runbook, runbook};
use crate::state::State;
use crate::tree::Tree;
use crate::upgrade::{Candidates, Held, Outcome, PinCandidate, Plan, Staged, Unit, short};

/// What is explained.
pub struct ExplainView<'a> {
    /// The files as they are.
    pub base: &'a dyn Tree,
    /// The release.
    pub release: &'a Release,
    /// What the repository runs.
    pub inventory: &'a Inventory,
    /// What upstream has.
    pub candidates: &'a Candidates,
    /// The upgrades that concern the release.
    pub upgrades: Vec<&'a (Plan, Staged)>,
    /// The pins that stay.
    pub held: &'a [Held],
    /// The data of the releases.
    pub states: &'a BTreeMap<ObjectName, State>,
    /// All that the repository runs.
    pub whole: &'a Inventory,
    /// How datastores are kept safe.
    pub policies: &'a Policies,
}

impl ExplainView<'_> {
    /// Returns what was decided about each version that the release runs.
    pub fn decisions(&self) -> impl Iterator<Item = &PinCandidate> {
        let own = |pin: &&Pin| pin.releases.contains(&self.release.id);
        let pins = self.inventory.pins.iter().filter(own);
        pins.filter_map(|pin| self.candidates.pins.iter().find(|found| found.pin == pin.id))
    }

    /// Returns the data of the release.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        self.states.get(&self.release.id)
    }

    /// Returns what the runbook of an upgrade is written from.
    fn case<'s>(&'s self, plan: &'s Plan) -> Case<'s> {
        Case { plan, states: self.states, inventory: self.whole, policies: self.policies }
    }

    /// Returns the datastores of the release that have a next major, each with what is known of the
    /// way there.
    fn majors(&self) -> Vec<(&Pin, Plan)> {
        let found = self.decisions().filter_map(|candidate| {
            let (pin, to) = (self.inventory.pin(&candidate.pin)?, candidate.by_hand.as_ref()?);
            let id = &self.release.id;
            let unit = Unit::Image(id.clone());
            Some((pin, Plan::by_hand(unit, &pin.current.text, to, vec![id.clone()])))
        });
        found.collect()
    }

    /// Returns why a pin stays, or goes no further.
    #[must_use]
    pub fn why<'b>(&'b self, candidate: &'b PinCandidate) -> Option<&'b Why> {
        let held = self.held.iter().find(|held| held.pin == candidate.pin);
        held.map(|held| &held.why).or(candidate.beyond.as_ref())
    }
}

/// Returns an explanation for a terminal.
#[must_use]
pub fn explain_text(view: &ExplainView<'_>) -> String {
    let mut text = String::new();
    let release = view.release;
    let _ = writeln!(text, "{}", paint(BOLD, &release.id.to_string()));
    for (what, said) in about(view) {
        let _ = writeln!(text, "  {:<10} {said}", format!("{what}:"));
    }
    let _ = writeln!(text, "\n{}", paint(BOLD, "Versions"));
    for candidate in view.decisions() {
        let Some(pin) = view.inventory.pin(&candidate.pin) else { continue };
        let (current, _) = short(&pin.current.text, "");
        let place = pin.place().position.to_string();
        let _ = writeln!(text, "  {} {current}  {}", pin.package, paint(DIM, &place));
        if let Outcome::Move(target) = &candidate.outcome {
            let at =
                target.moved.as_ref().map(|to| format!(" of {}", to.package)).unwrap_or_default();
            let to = paint(GREEN, &target.version);
            let _ = writeln!(text, "    → {to}{at} ({})", bump(target.bump));
        }
        if let Some(why) = view.why(candidate) {
            let _ = writeln!(text, "    {} {}", paint(YELLOW, &why.code), sentence(why));
        }
        for line in refused(candidate) {
            let _ = writeln!(text, "    {}", paint(DIM, &line));
        }
    }
    for (plan, _) in &view.upgrades {
        let (from, to) = short(&plan.from, &plan.to);
        let _ = writeln!(
            text,
            "\n{}  {from} → {}  {}, {}",
            paint(BOLD, &plan.unit.to_string()),
            paint(GREEN, &to),
            bump(plan.bump),
            plan.strategy.as_str()
        );
        for why in &plan.why {
            let _ = writeln!(text, "  {} {}", paint(CYAN, &why.code), sentence(why));
        }
        for reading in &plan.briefing.readings {
            for home in &reading.homes {
                let found =
                    format!("notes are looked for at {}: {}", home.url, sentence(&home.why));
                let _ = writeln!(text, "  {}", paint(DIM, &found));
            }
        }
        for line in landing(plan) {
            let _ = writeln!(text, "  {line}");
        }
        for against in &plan.preflight.refusals {
            let _ = writeln!(text, "  {} {}", paint(YELLOW, "before it:"), against.message);
        }
        for note in &plan.preflight.notes {
            let _ = writeln!(text, "  {} {}", paint(DIM, "to know:"), note.message);
        }
        text.push_str(&briefing_text(&plan.briefing, true));
        for (index, stage) in plan.stages.iter().enumerate() {
            let kind = paint(CYAN, stage.kind.as_str());
            let _ = writeln!(text, "  {}. {kind}: {}", index + 1, stage.message);
            for gate in &stage.gates {
                let _ = writeln!(text, "     before the next one: {}", gate.sentence);
            }
        }
        let _ =
            writeln!(text, "  {}", paint(DIM, &format!("{} takes it back", plan.revert_branch)));
    }
    for (pin, plan) in view.majors() {
        let (from, to) = short(&plan.from, &plan.to);
        let heading = paint(BOLD, &format!("By hand: {} {from} → {to}", pin.package));
        let _ = writeln!(text, "\n{heading}\n  `--format markdown` writes the steps out");
    }
    if view.upgrades.is_empty() {
        text.push_str("\nNothing is proposed for it.\n");
    }
    text
}

/// Returns an explanation as Markdown.
#[must_use]
pub fn explain_markdown(view: &ExplainView<'_>) -> String {
    let mut text = format!("# {}\n\n", neutral::line(&view.release.id.to_string()));
    for (what, said) in about(view) {
        let _ = writeln!(text, "- **{what}**: {}", phrase(&said));
    }
    text.push_str("\n## Versions\n\n");
    for candidate in view.decisions() {
        let Some(pin) = view.inventory.pin(&candidate.pin) else { continue };
        let (current, _) = short(&pin.current.text, "");
        let package = neutral::code(&pin.package.to_string());
        let place = neutral::code(&pin.place().position.to_string());
        let _ = write!(text, "- {package} {} ({place})", neutral::code(&current));
        if let Outcome::Move(target) = &candidate.outcome {
            let _ = write!(text, " → {} ({})", neutral::code(&target.version), bump(target.bump));
        }
        text.push('\n');
        if let Some(why) = view.why(candidate) {
            let _ = writeln!(text, "  - {}: {}", why.code, neutral::line(&sentence(why)));
        }
        for line in refused(candidate) {
            let _ = writeln!(text, "  - {}", neutral::line(&line));
        }
    }
    for (pin, plan) in view.majors() {
        let (from, to) = short(&plan.from, &plan.to);
        let package = neutral::line(&pin.package.to_string());
        let (from, to) = (neutral::code(&from), neutral::code(&to));
        let _ = writeln!(text, "\n## By hand: {package} {from} → {to}\n");
        let runbook = major_runbook(&view.case(&plan), pin);
        text.push_str(&runbook_markdown(&runbook, 3, &[]));
    }
    for (plan, _) in &view.upgrades {
        let (from, to) = short(&plan.from, &plan.to);
        let _ = writeln!(
            text,
            "\n## {}: {} → {}\n\n{}, carried out as **{}**.\n",
            neutral::line(&plan.unit.to_string()),
            neutral::code(&from),
            neutral::code(&to),
            bump(plan.bump),
            plan.strategy.as_str()
        );
        for why in &plan.why {
            let _ = writeln!(text, "- {}: {}", why.code, phrase(&sentence(why)));
        }
        for line in landing(plan) {
            let _ = writeln!(text, "- {}", phrase(&line));
        }
        for against in &plan.preflight.refusals {
            let _ = writeln!(text, "- **before it**: {}", phrase(&against.message));
        }
        for note in &plan.preflight.notes {
            let _ = writeln!(text, "- to know: {}", phrase(&note.message));
        }
        let (said, folded) = briefing_markdown(&plan.briefing);
        let _ = write!(text, "\n{said}{folded}\n");
        // What is done by hand stands with the notes, and so does what they require.
        let mut elsewhere = vec![SectionKind::ByHand];
        if !plan.briefing.requirements.is_empty() {
            elsewhere.push(SectionKind::Compatibility);
        }
        text.push_str(&runbook_markdown(&runbook(&view.case(plan)), 3, &elsewhere));
    }
    text
}

/// Says what the release is, in a few lines.
fn about(view: &ExplainView<'_>) -> Vec<(&'static str, String)> {
    let release = view.release;
    let mut about = vec![("file", release.position.to_string())];
    if let Some(name) = &release.chart.name {
        let version = release.chart.version.as_deref().unwrap_or("of no fixed version");
        let source = release.chart.source.as_ref().map(|source| {
            let file = source.file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
            format!(" from {} {}{file}", source.kind.as_str(), source.id)
        });
        about.push(("chart", format!("{name} {version}{}", source.unwrap_or_default())));
    }
    let lever = &release.lever;
    let place = lever.r#where.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let rule = lever.rule.as_ref().map(|rule| format!(" ({}:{})", rule.file, rule.line));
    about.push(("lever", format!("{place}{}{}", lever.reason, rule.unwrap_or_default())));
    let stores = || view.state().into_iter().flat_map(|state| &state.stores);
    match &release.writes {
        Some(sign) => about.push(("data", format!("{} ({})", sign.shows, sign.position))),
        None if stores().next().is_some() => {}
        None => about.push(("data", "nothing shows that it writes any".to_owned())),
    }
    for store in stores() {
        let engine = view.policies.datastore(&store.engine);
        let engine = engine.map_or(store.engine.as_str(), |engine| engine.policy.title());
        let version = store.version.as_deref().unwrap_or("of unknown version");
        let shown =
            store.evidence.first().map(|sign| format!(": {} ({})", sign.shows, sign.position));
        about.push(("datastore", format!("{engine} {version}{}", shown.unwrap_or_default())));
    }
    if !release.depends_on.is_empty() {
        let names: Vec<String> = release.depends_on.iter().map(ToString::to_string).collect();
        about.push(("after", names.join(", ")));
    }
    if release.suspended {
        about.push(("suspended", "Flux leaves it alone until it is resumed".to_owned()));
    }
    about
}

/// Says which versions were refused: the newer ones one by one, the others by their number.
fn refused(candidate: &PinCandidate) -> Vec<String> {
    use crate::version::Reason;
    /// How many are named.
    const NAMED: usize = 8;
    const DULL: &[Reason] = &[Reason::NotNewer, Reason::OtherSpelling, Reason::Signature];
    let telling = |reason: Reason| !DULL.contains(&reason);
    let named = candidate.refused.named.iter().filter(|refused| telling(refused.reason));
    let mut lines: Vec<String> = named
        .take(NAMED)
        .map(|refused| format!("not {}: it {}", refused.version, refused.reason.sentence()))
        .collect();
    let counts: Vec<String> = candidate
        .refused
        .counts
        .iter()
        .map(|(reason, count)| format!("{count} {}", reason.code()))
        .collect();
    if !counts.is_empty() {
        lines.push(format!("refused in all: {}", counts.join(", ")));
    }
    lines
}

/// Returns a reason with the rule behind it.
fn sentence(why: &Why) -> String {
    let rule = why.rule.as_ref();
    let rule = rule.map(|rule| format!(" ({}, {}:{})", rule.name, rule.file, rule.line));
    format!("{}{}", why.message, rule.unwrap_or_default())
}
