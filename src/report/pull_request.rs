//! The text of a pull request.
//!
//! It says what changes and why, which commits carry it out and how to land them, what the way back
//! is, and shows the diffs; refit's own memory is hidden at its end. Names from manifests and
//! registries are untrusted and go through `forge::neutral`.

use std::fmt::Write as _;

use super::briefing::{briefing_markdown, warning};
use super::landing::landing;
use super::preview::bump;
use super::runbook::{phrase, runbook_markdown};
use crate::forge::{Hidden, PullRequest, Section, Weight, fit, neutral, title};
use crate::git::{Branch, Pair};
use crate::policy::Strategy;
use crate::runbook::{Alone, Runbook, SectionKind};
use crate::tree::{Patches, Tree};
use crate::upgrade::{Plan, StageKind, Staged, between, short};

/// What a pull request is written from.
pub struct Subject<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its files.
    pub staged: &'a Staged,
    /// The files as they are on the base.
    pub base: &'a dyn Tree,
    /// The branches that were made for it.
    pub branches: &'a Pair<Branch>,
    /// The branch that Flux follows.
    pub base_branch: &'a str,
    /// The labels that it is to have.
    pub labels: &'a [String],
    /// The plan as JSON.
    pub plan_json: &'a str,
    /// The operator's steps around the stages.
    pub runbook: &'a Runbook,
}

/// Returns what a pull request proposes, so that two of the same can be told.
#[must_use]
pub fn proposal(plan: &Plan) -> String {
    let pins = plan.pins.iter().map(|pin| format!("{} {}", pin.package, pin.to));
    let mut pins: Vec<String> = pins.collect();
    pins.sort();
    pins.dedup();
    pins.join(", ")
}

/// Writes a pull request whose body has at most `limit` characters.
#[must_use]
pub fn pull_request(subject: &Subject<'_>, limit: usize) -> PullRequest {
    let plan = subject.plan;
    let draft = plan.stages.len() > 1 || plan.strategy == Strategy::Manual;
    let hidden = Hidden::new(&plan.unit.to_string(), &proposal(plan), subject.plan_json);
    let hidden = hidden.with_draft(draft);
    let essential = |text: String| Section { text, weight: Weight::Essential };
    let (said, folded) = briefing_markdown(&plan.briefing);
    let mut sections = vec![
        essential(opening(subject)),
        essential(pins(plan)),
        essential(said),
        Section { text: folded, weight: Weight::Detail },
        essential(why(plan)),
        essential(stages(subject)),
        essential(way_back(subject)),
    ];
    sections.extend(runbook(subject));
    sections.extend(notes(subject.staged));
    sections.extend(diffs(subject));
    let upgrade = plan.stages.iter().find(|stage| stage.kind == StageKind::Upgrade);
    let named = upgrade.map(|stage| stage.message.as_str()).unwrap_or_default();
    PullRequest {
        title: title(named),
        body: fit(&sections, &hidden, limit).body,
        head: plan.branch.clone(),
        base: subject.base_branch.to_owned(),
        labels: subject.labels.to_vec(),
        draft,
    }
}

fn opening(subject: &Subject<'_>) -> String {
    let plan = subject.plan;
    let (from, to) = short(&plan.from, &plan.to);
    let releases: Vec<String> =
        plan.releases.iter().map(|release| neutral::code(&release.to_string())).collect();
    let of = match releases.as_slice() {
        [] => String::new(),
        [one] => format!(" of {one}"),
        several => format!(" of {} releases: {}", several.len(), several.join(", ")),
    };
    let major =
        plan.strategy == Strategy::Rolling && plan.line != "digest" && bump(plan.bump) == "major";
    let major = major.then(|| "A major version: read its notes before merging.".to_owned());
    let review = warning(&plan.briefing).or(major);
    let review = review.map(|text| format!("\n\n> [!IMPORTANT]\n> {text}")).unwrap_or_default();
    let staged = landed_apart(subject);
    let against = plan.preflight.refusals.iter().map(|against| phrase(&against.message));
    let mut warnings = String::new();
    for text in staged.into_iter().chain(against) {
        let _ = write!(warnings, "\n\n> [!WARNING]\n> {text}");
    }
    format!(
        "A **{}** upgrade{of} from {} to {}, carried out as **{}**.{review}{warnings}",
        bump(plan.bump),
        neutral::code(&from),
        neutral::code(&to),
        plan.strategy.as_str(),
    )
}

/// Says at once what whoever is about to merge must know: that it lands by stages, and that old code
/// does not start again on the new data.
fn landed_apart(subject: &Subject<'_>) -> Option<String> {
    let plan = subject.plan;
    let mut said = Vec::new();
    if plan.stages.len() > 1 {
        let still = match plan.strategy {
            Strategy::Maintenance => {
                ", and stands still from the first to the start of the new version"
            }
            _ => "",
        };
        said.push(format!(
            "It lands in {} stages, one at a time{still}: “Stages” says how. Do not merge it in one go.",
            plan.stages.len()
        ));
    }
    if subject.runbook.way_back.alone == Alone::Never {
        said.push(
            "Once the new version has started there is no way back but the restore of the backup."
                .to_owned(),
        );
    }
    (!said.is_empty()).then(|| said.join(" "))
}

fn pins(plan: &Plan) -> String {
    let mut text = String::from("| Package | From | To | Where |\n|---|---|---|---|\n");
    for pin in &plan.pins {
        let (from, to) = short(&pin.from, &pin.to);
        let moved = pin.moved_to.as_ref();
        let moved = moved.map(|to| format!(", now {}", neutral::code_cell(to)));
        let _ = writeln!(
            text,
            "| {}{} | {} | {} | {} |",
            neutral::code_cell(&pin.package),
            moved.unwrap_or_default(),
            neutral::code_cell(&from),
            neutral::code_cell(&to),
            neutral::code_cell(&format!("{}:{}", pin.file, pin.line)),
        );
    }
    text
}

fn why(plan: &Plan) -> String {
    let mut text = String::from("### Why so\n\n");
    for why in &plan.why {
        let rule = why.rule.as_ref();
        let rule = rule.map(|rule| {
            format!(
                " ({} of {})",
                neutral::code(&rule.name),
                neutral::code(&format!("{}:{}", rule.file, rule.line))
            )
        });
        let _ = writeln!(text, "- {}{}", phrase(&why.message), rule.unwrap_or_default());
    }
    text
}

fn stages(subject: &Subject<'_>) -> String {
    let plan = subject.plan;
    let mut text = String::from("### Stages\n\n");
    let commits = &subject.branches.upgrade.commits;
    for line in landing(plan) {
        let _ = writeln!(text, "{}\n", phrase(&line));
    }
    for (index, (stage, commit)) in plan.stages.iter().zip(commits).enumerate() {
        let subject_line = neutral::line(&stage.message);
        let _ = writeln!(
            text,
            "{}. **{}**: {subject_line} ({})",
            index + 1,
            stage.kind.as_str(),
            commit.id.short(),
        );
        for gate in &stage.gates {
            let _ = writeln!(text, "   Before the next one: {}.", phrase(&gate.sentence));
        }
    }
    if plan.stages.len() > 1 && !plan.preflight.notes.is_empty() {
        text.push_str("\nWhat the gates can tell, and what they cannot:\n\n");
        for note in &plan.preflight.notes {
            let _ = writeln!(text, "- {}", phrase(&note.message));
        }
    }
    if plan.strategy == Strategy::Manual {
        text.push_str(
            "\nStop what has to be stopped, and keep a copy of its data, before this is merged.\n",
        );
    }
    if commits.len() > 1 {
        let base = subject.base_branch;
        text.push_str(
            "\nFlux applies only the head of a branch: land the stages one at a time, and let it \
             reconcile in between.\n\n```sh\n",
        );
        for (index, (stage, commit)) in plan.stages.iter().zip(commits).enumerate() {
            if index > 0 {
                text.push_str("# wait until the gate holds\n");
            }
            let _ =
                writeln!(text, "git push origin {}:{base}   # {}", commit.id, stage.kind.as_str());
        }
        let skipped = match plan.strategy {
            Strategy::Maintenance => {
                "skips the stop: the new version then starts while the old one still writes"
            }
            _ => "skips all but the last: Helm may then take a migration back half way",
        };
        let _ = write!(
            text,
            "```\n\nMerging this pull request in one go, and a squash or a rebase in any case, \
             {skipped}. That is why it is a draft.\n",
        );
    }
    text
}

fn way_back(subject: &Subject<'_>) -> String {
    let plan = subject.plan;
    let mut text = String::from("### The way back\n\n");
    let branch = neutral::code(&plan.revert_branch);
    let _ = writeln!(
        text,
        "{branch} stands on this branch and ends in the files of {} as they were, byte for byte.",
        neutral::code(&subject.branches.upgrade.base.short()),
    );
    for (index, (stage, commit)) in
        plan.revert.iter().zip(&subject.branches.revert.commits).enumerate()
    {
        let message = neutral::line(&stage.message);
        let _ = writeln!(text, "{}. {message} ({})", index + 1, commit.id.short());
        for gate in &stage.gates {
            let _ = writeln!(text, "   Before the next one: {}.", phrase(&gate.sentence));
        }
    }
    let data = &subject.runbook.way_back.text;
    if !data.is_empty() {
        let _ = writeln!(text, "\n{}", phrase(data));
    }
    text.push_str(
        "\nIt takes the upgrade back after a fast-forward or a merge commit. After a squash or a \
         rebase it would merge without changing anything: run refit again, which proves it on the \
         merged base.\n",
    );
    text
}

/// The operator's steps, for an upgrade that is more than a merge; what the rest of the text says
/// already is left out.
fn runbook(subject: &Subject<'_>) -> Option<Section> {
    if subject.plan.strategy == Strategy::Rolling {
        return None;
    }
    let told = [SectionKind::Compatibility, SectionKind::ByHand];
    let text = runbook_markdown(subject.runbook, 4, &told);
    let text = format!("### Runbook\n\n{text}");
    Some(Section { text, weight: Weight::Detail })
}

fn notes(staged: &Staged) -> Option<Section> {
    if staged.notes.is_empty() {
        return None;
    }
    let mut text = String::from("### How it is written\n\n");
    for (file, note) in &staged.notes {
        let _ =
            writeln!(text, "- {}: {}", neutral::code(file.as_str()), neutral::line(&note.message));
    }
    Some(Section { text, weight: Weight::Detail })
}

fn diffs(subject: &Subject<'_>) -> Vec<Section> {
    let mut before = &Patches::new();
    let mut sections = Vec::new();
    for stage in &subject.staged.stages {
        let diff = between(subject.base, before, &stage.patches);
        let kind = stage.stage.kind.as_str();
        let text = format!(
            "<details><summary>Diff of {kind}</summary>\n\n{}\n\n</details>",
            neutral::fenced(&diff, "diff")
        );
        sections.push(Section { text, weight: Weight::Diff });
        before = &stage.patches;
    }
    sections
}
