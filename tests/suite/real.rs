//! Real repositories, one after the other, for tests that count what holds in all of them.
//!
//! They are those inside the folders that `corpus` names; where there is none, a test says so and
//! shows nothing.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;

use refit::flux::{Inventory, discover};
use refit::policy::{self, Policies};
use refit::tree::WorkTree;

use crate::corpus::folders;

/// Lists the repositories, and says so where there is none.
pub(crate) fn repositories() -> Vec<PathBuf> {
    let inside = folders().into_iter().flat_map(std::fs::read_dir).flatten();
    let mut found: Vec<_> = inside.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    if found.is_empty() {
        println!("skipped: no REFIT_CORPUS and no ../shared/corpus/repos");
    }
    found
}

/// Reads every repository with the built-in policies; says whether there was one.
pub(crate) fn each(mut visit: impl FnMut(&WorkTree, &Inventory, &Policies)) -> bool {
    let (policies, broken) = policy::builtin();
    assert!(broken.is_empty(), "{broken:?}");
    let repositories = repositories();
    for repository in &repositories {
        let Ok(tree) = WorkTree::open(repository) else { continue };
        let inventory = discover(&tree, &policies, &|_| true).expect("the files can be listed");
        visit(&tree, &inventory, &policies);
    }
    !repositories.is_empty()
}

/// Prints counts, so that a run can be compared with the one before.
pub(crate) fn tell(counts: &BTreeMap<impl Display, usize>) {
    for (what, count) in counts {
        println!("{count:5} {what}");
    }
}

/// Prints what failed, and fails with it.
pub(crate) fn none_failed(failures: &[String]) {
    for failure in failures {
        println!("FAILURE {failure}");
    }
    assert!(failures.is_empty(), "{} failures", failures.len());
}
