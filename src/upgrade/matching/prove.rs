//! Tries what was decided on the files themselves.

use std::collections::BTreeSet;

use super::super::plan_types::{Change, FileEdit};
use super::super::render::render;
use super::{Met, Outcome, at};
use crate::tree::{RepoPath, Tree};

/// Tries the edits on the files, all together, and makes a step of each that is refused.
///
/// The edits that stay can be made in one transaction and undone byte for byte; where two of them
/// meet in one scalar the later one becomes the step.
#[must_use]
pub fn proved(base: &dyn Tree, met: Met) -> Met {
    let edits = met.matches.iter().filter_map(|found| match &found.outcome {
        Outcome::Edit { edits, .. } => Some(edits),
        _ => None,
    });
    let all: Vec<FileEdit> = edits.flatten().cloned().collect();
    // Nearly always all of them can be made; only else are they tried one by one.
    if refused(base, &all, all.clone()).is_none() {
        return met;
    }
    let mut accepted: Vec<FileEdit> = Vec::new();
    let mut met = met;
    for found in &mut met.matches {
        let Outcome::Edit { purpose, edits, position, .. } = &found.outcome else { continue };
        let mut tried = accepted.clone();
        tried.extend(edits.iter().filter(|edit| !accepted.contains(edit)).cloned());
        match refused(base, edits, tried.clone()) {
            None => accepted = tried,
            Some(reason) => {
                let place = at(position);
                let text = format!("{purpose} at {place}; it is not edited: {reason}");
                found.outcome = Outcome::Step { text, position: Some(position.clone()) };
            }
        }
    }
    met
}

/// Says why edits cannot be made; only the files that `new` are about are looked at.
fn refused(base: &dyn Tree, new: &[FileEdit], all: Vec<FileEdit>) -> Option<String> {
    let files: BTreeSet<&RepoPath> = new.iter().map(|edit| &edit.file).collect();
    let edits = all.into_iter().filter(|edit| files.contains(&edit.file)).collect();
    let change = Change::of("", "", edits);
    let refused = render(base, &[], &[&change]).err()?;
    // The lines below the first show the text, which reads as noise within a sentence.
    refused.first().map(|why| why.message.lines().next().unwrap_or_default().to_owned())
}
