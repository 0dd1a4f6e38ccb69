//! New manifests: how they are written, where they go, and the proof that they say what is meant.
//!
//! An edit changes what a person wrote; a new file has no text to keep, and is taken away whole. It
//! is put where nothing stands, and it is read again before it counts.

use serde::{Deserialize, Serialize};

use super::super::plan_types::FileEdit;
use crate::diagnostic::Why;
use crate::flux::Beside;
use crate::tree::{Patches, RepoPath, Tree};
use crate::yaml::{Edit, Stream};

/// A file that is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFile {
    /// Where it goes; nothing stands there.
    pub path: RepoPath,
    /// What it says.
    pub text: String,
}

/// Lays new files over a base; [`Patches`] with `None` for each of them take them away again.
///
/// # Errors
/// A reason where something stands there already, or where a file cannot be read as YAML.
pub fn lay(base: &dyn Tree, files: &[NewFile]) -> Result<Patches, Why> {
    let mut patches = Patches::default();
    for NewFile { path, text } in files {
        match base.read(path) {
            Ok(None) => {}
            Ok(Some(_)) => {
                let message = format!("{path}: there is such a file already");
                return Err(Why::new("file-exists", message));
            }
            Err(error) => return Err(Why::new("file-unreadable", error.to_string())),
        }
        Stream::parse(text.as_str())
            .map_err(|error| Why::new("file-unreadable", format!("{path}: {error}")))?;
        patches.insert(path.clone(), Some(text.clone().into_bytes()));
    }
    Ok(patches)
}

/// Puts a manifest beside the object of a file: the new file, and the edit that lists it where
/// that is needed.
pub(super) fn put(
    owner: &RepoPath,
    beside: &Beside,
    name: &str,
    text: String,
) -> Result<(Vec<FileEdit>, NewFile), Option<Why>> {
    let nowhere = |reason: &str| {
        let message = format!("{owner}: there is no place for a new object beside it: {reason}");
        Some(Why::new("no-place", message))
    };
    let file = format!("{name}.yaml");
    let at = |folder: &RepoPath| folder.sibling(&file).map_err(|_| nowhere("its name is no path"));
    match beside {
        Beside::Nowhere(reason) => Err(nowhere(reason)),
        Beside::Folder => Ok((Vec::new(), NewFile { path: at(owner)?, text })),
        Beside::Listed { kustomization, list, prefix } => {
            let edit = Edit::insert_item(list.clone(), format!("{prefix}{file}"));
            let edit = FileEdit { file: kustomization.clone(), edit };
            Ok((vec![edit], NewFile { path: at(kustomization)?, text }))
        }
    }
}

/// Writes a text as a scalar: plain where every reader takes it for that text, else in quotes.
pub(super) fn scalar(text: &str) -> String {
    const WORDS: &[&str] =
        &["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"];
    let mut bytes = text.bytes();
    let plain = bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/' | b'_'))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
