//! A plan's stages as files.

use super::plan_types::{Change, Plan, Stage};
use super::render::render;
use crate::diagnostic::Why;
use crate::tree::{Patches, RepoPath, Tree};
use crate::yaml::Note;

/// The stages of a plan and of its revert, each as the files that differ from the base.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The stages in the order in which they land.
    pub stages: Vec<StageFiles>,
    /// The stages that take it back; the last one differs from the base in nothing.
    pub revert: Vec<StageFiles>,
    /// Where a value had to be written in another style.
    pub notes: Vec<(RepoPath, Note)>,
}

/// One stage as files.
#[derive(Debug, Clone)]
pub struct StageFiles {
    /// The stage.
    pub stage: Stage,
    /// The files that differ from the base.
    pub patches: Patches,
}

/// Renders the stages of a plan on the base that it was made for.
///
/// # Errors
/// A reason for each file that cannot be edited.
pub fn stage(base: &dyn Tree, plan: &Plan) -> Result<Staged, Vec<Why>> {
    let mut notes = Vec::new();
    let mut files = |stages: &[Stage]| -> Result<Vec<StageFiles>, Vec<Why>> {
        stages
            .iter()
            .map(|stage| {
                let with: Vec<&Change> =
                    plan.changes.iter().filter(|change| stage.with.contains(&change.id)).collect();
                let rendered = render(base, &[], &with)?;
                notes.extend(rendered.notes);
                Ok(StageFiles { stage: stage.clone(), patches: rendered.patches })
            })
            .collect()
    };
    let stages = files(&plan.stages)?;
    let revert = files(&plan.revert)?;
    notes.dedup();
    Ok(Staged { stages, revert, notes })
}
