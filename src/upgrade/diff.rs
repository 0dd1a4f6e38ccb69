//! Unified diffs, as `git apply` reads them.

use std::fmt::Write as _;

use similar::TextDiff;

use crate::tree::{Patches, Tree};

/// Returns the unified diff from `base` to `base` with `patches`, files in order.
#[must_use]
pub fn diff(base: &dyn Tree, patches: &Patches) -> String {
    between(base, &Patches::new(), patches)
}

/// Returns the unified diff between two overlays of the same base.
#[must_use]
pub fn between(base: &dyn Tree, old: &Patches, new: &Patches) -> String {
    let mut text = String::new();
    let mut files: Vec<_> = old.keys().chain(new.keys()).collect();
    files.sort();
    files.dedup();
    for file in files {
        let read = |patches: &Patches| match patches.get(file) {
            Some(content) => content.clone(),
            None => base.read(file).ok().flatten(),
        };
        let (before, after) = (read(old), read(new));
        if before == after {
            continue;
        }
        let name = |side: char, content: &Option<Vec<u8>>| match content {
            Some(_) => format!("{side}/{file}"),
            None => "/dev/null".to_owned(),
        };
        let (from, to) = (name('a', &before), name('b', &after));
        let before = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
        let after = String::from_utf8_lossy(after.as_deref().unwrap_or_default()).into_owned();
        let _ = writeln!(text, "diff --git a/{file} b/{file}");
        let lines = TextDiff::from_lines(&before, &after);
        let _ = write!(text, "{}", lines.unified_diff().header(&from, &to));
    }
    text
}
