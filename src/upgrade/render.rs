//! Stages to files.
//!
//! A stage's tree is the base, minus the changes of landed stages that it does not keep, plus its
//! own. All edits of a file apply to its base text in one transaction with one proof; what cannot
//! be proved is not written.

use std::collections::BTreeMap;

use super::backup::lay;
use super::plan_types::{Change, FileEdit};
use crate::diagnostic::{Why, unreadable_yaml};
use crate::tree::{Patches, RepoPath, Tree};
use crate::yaml::{self, Edit, Note, Stream};

/// The files of a stage, with what a reader should know about how they were written.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The files that differ from the base.
    pub patches: Patches,
    /// The edits that take them back to the base.
    pub inverse: Vec<FileEdit>,
    /// Where a value had to be written in another style.
    pub notes: Vec<(RepoPath, Note)>,
}

/// Renders the base without the changes `undo` and with the changes `add`.
///
/// # Errors
/// A reason for each file that cannot be read or edited; then nothing is rendered.
pub fn render(base: &dyn Tree, undo: &[&Change], add: &[&Change]) -> Result<Rendered, Vec<Why>> {
    let undone = undo.iter().flat_map(|change| &change.inverse);
    let added = add.iter().flat_map(|change| &change.edits);
    let mut by_file: BTreeMap<&RepoPath, Vec<Edit>> = BTreeMap::new();
    for FileEdit { file, edit } in undone.chain(added) {
        let edits = by_file.entry(file).or_default();
        // Two pins can share a scalar, a digest for one; they ask for the same edit.
        if !edits.contains(edit) {
            edits.push(edit.clone());
        }
    }
    let mut rendered = Rendered::default();
    let mut refused = Vec::new();
    for change in add {
        match lay(base, &change.files) {
            Ok(files) => rendered.patches.extend(files),
            Err(why) => refused.push(why),
        }
    }
    for (file, edits) in by_file {
        match edited(base, file, &edits) {
            Ok(edited) => {
                let inverse = edited.inverse.into_iter();
                let file_edit = |edit| FileEdit { file: file.clone(), edit };
                rendered.inverse.extend(inverse.map(file_edit));
                rendered.notes.extend(edited.notes.into_iter().map(|note| (file.clone(), note)));
                rendered.patches.insert(file.clone(), Some(edited.text.into_bytes()));
            }
            Err(why) => refused.push(why),
        }
    }
    if refused.is_empty() { Ok(rendered) } else { Err(refused) }
}

/// Edits one file of the base.
fn edited(base: &dyn Tree, file: &RepoPath, edits: &[Edit]) -> Result<yaml::Edited, Why> {
    let bytes = match base.read(file) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(Why::new("file-gone", format!("{file}: there is no such file"))),
        Err(error) => return Err(Why::new("file-unreadable", error.to_string())),
    };
    let stream = Stream::from_bytes(bytes).map_err(|error| {
        let line = error.line().map(|line| format!(":{line}")).unwrap_or_default();
        let message = format!("{file}{line}: {}", unreadable_yaml(file, &error));
        Why::new("file-unreadable", message)
    })?;
    yaml::edit(&stream, edits).map_err(|error| Why::new("edit-refused", format!("{file}: {error}")))
}
