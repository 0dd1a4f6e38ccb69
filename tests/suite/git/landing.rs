//! What merging a revert gives, by the table that was measured with real git.

use refit::git::{
    Branch, Landing, Method, Oid, Pair, Update, Verdict, land, prepare, prepare_pair, prove_revert,
    write_refs,
};

use super::{PINNED, UPGRADED, fleet, maker, open, patches, plan, revert, stage, upgrade};
use crate::parts_git::Scratch;

const SQUASH_MESSAGE: &str = "Upgrade (#1)";

fn published(scratch: &Scratch, base: Oid) -> Pair<Branch> {
    let repo = open(scratch);
    let plans = Pair { upgrade: upgrade(base), revert: revert(base) };
    let none = Pair { upgrade: None, revert: None };
    let pair = prepare_pair(&repo, &plans, &none, &maker()).unwrap();
    for branch in [&pair.upgrade, &pair.revert] {
        publish(scratch, branch);
    }
    pair
}

fn publish(scratch: &Scratch, branch: &Branch) {
    let expected = open(scratch).tip(&format!("refs/heads/{}", branch.name)).unwrap();
    let update = Update { branch: branch.name.clone(), expected, target: Some(branch.tip) };
    write_refs(&open(scratch), &[update], "test").unwrap();
}

/// Merges a branch into the one checked out, as a forge does it, with real git.
fn merge(scratch: &Scratch, branch: &str, method: Method) -> bool {
    let ok = |args: &[&str]| scratch.try_git(args).status.success();
    match method {
        Method::Merge => ok(&["merge", "--quiet", "--no-ff", "-m", "Merge", branch]),
        Method::Squash => {
            ok(&["merge", "--quiet", "--squash", branch])
                && ok(&["commit", "--quiet", "--allow-empty", "-m", SQUASH_MESSAGE])
        }
        Method::Rebase => {
            let onto = scratch.git(&["symbolic-ref", "--short", "HEAD"]);
            ok(&["checkout", "--quiet", "-B", "replayed", branch])
                && ok(&["rebase", "--quiet", &onto])
                && ok(&["checkout", "--quiet", &onto])
                && ok(&["merge", "--quiet", "--ff-only", "replayed"])
        }
    }
}

fn head(scratch: &Scratch) -> Oid {
    scratch.git(&["rev-parse", "HEAD"]).parse().unwrap()
}

/// Merges the revert with real git and returns what stands in the file then.
fn merged_by_git(scratch: &Scratch, revert: &str, method: Method) -> Option<String> {
    scratch.git(&["checkout", "--quiet", "-B", "trial"]);
    let merged = merge(scratch, revert, method);
    let text = merged.then(|| scratch.git(&["show", "trial:apps/app.yaml"]) + "\n");
    let _ = scratch.try_git(&["rebase", "--abort"]);
    scratch.git(&["reset", "--quiet", "--hard"]);
    scratch.git(&["checkout", "--quiet", "main"]);
    text
}

/// What one row of the table says of a revert.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    shows_change: bool,
    merging_restores: bool,
}

/// Proves a revert and checks the proof against real git, for every way of merging it.
fn row(scratch: &Scratch, revert: &Branch, restored: &str) -> Row {
    let repo = open(scratch);
    let base = head(scratch);
    let expected = patches(&[("apps/app.yaml", Some(restored))]);
    let proof = prove_revert(&repo, base, revert.tip, &expected).unwrap();
    for (method, verdict) in &proof.verdicts {
        let text = merged_by_git(scratch, &revert.name, *method);
        let by_git = text.as_deref() == Some(restored);
        assert_eq!(*verdict == Verdict::Restores, by_git, "{method:?}: {verdict:?}");
        assert_eq!(matches!(verdict, Verdict::Conflicts(_)), text.is_none(), "{method:?}");
    }
    let range = format!("{base}...{}", revert.tip);
    let shown = scratch.git(&["diff", "--name-only", &range]);
    assert_eq!(proof.shows_change, !shown.is_empty());
    let merging_restores = proof.verdicts[&Method::Merge] == Verdict::Restores;
    assert_eq!(proof.holds(), proof.shows_change && merging_restores);
    Row { shows_change: proof.shows_change, merging_restores }
}

const WORKS: Row = Row { shows_change: true, merging_restores: true };
const SILENT: Row = Row { shows_change: false, merging_restores: false };

#[test]
fn a_revert_made_before_a_merge_works_only_after_a_merge_commit() {
    for (method, expected) in
        [(Method::Merge, WORKS), (Method::Squash, SILENT), (Method::Rebase, SILENT)]
    {
        let (scratch, base) = fleet();
        // Somebody else's commit in between, so that a rebase has something to do.
        scratch.write("apps/other.yaml", "image: other:2\n");
        let pair = published(&scratch, base);
        scratch.commit_all("Elsewhere");
        assert!(merge(&scratch, &pair.upgrade.name, method));
        assert_eq!(scratch.git(&["show", "HEAD:apps/app.yaml"]) + "\n", UPGRADED);
        assert_eq!(row(&scratch, &pair.revert, PINNED), expected, "{method:?}");
    }
}

#[test]
fn it_works_after_a_fast_forward() {
    let (scratch, base) = fleet();
    let pair = published(&scratch, base);
    scratch.git(&["merge", "--quiet", "--ff-only", &pair.upgrade.name]);
    assert_eq!(row(&scratch, &pair.revert, PINNED), WORKS);
}

#[test]
fn updating_the_branch_does_not_mend_it() {
    for method in [Method::Squash, Method::Rebase] {
        let (scratch, base) = fleet();
        let mut pair = published(&scratch, base);
        scratch.write("apps/other.yaml", "image: other:2\n");
        scratch.commit_all("Elsewhere");
        assert!(merge(&scratch, &pair.upgrade.name, method));
        scratch.git(&["checkout", "--quiet", &pair.revert.name]);
        scratch.git(&["merge", "--quiet", "-m", "Update branch", "main"]);
        pair.revert.tip = head(&scratch);
        scratch.git(&["checkout", "--quiet", "main"]);
        assert_eq!(row(&scratch, &pair.revert, PINNED), SILENT, "{method:?}");
    }
}

#[test]
fn a_later_patch_release_stays_silently() {
    let (scratch, base) = fleet();
    let pair = published(&scratch, base);
    assert!(merge(&scratch, &pair.upgrade.name, Method::Squash));
    scratch.write("apps/app.yaml", &UPGRADED.replace("3.0.0", "3.0.1"));
    scratch.commit_all("Patch release");
    assert_eq!(row(&scratch, &pair.revert, PINNED), SILENT);
}

#[test]
fn a_revert_made_again_on_the_merged_base_works() {
    for method in Method::ALL {
        let (scratch, base) = fleet();
        let pair = published(&scratch, base);
        scratch.write("apps/other.yaml", "image: other:2\n");
        scratch.commit_all("Elsewhere");
        assert!(merge(&scratch, &pair.upgrade.name, method));
        let stopped = UPGRADED.replace("replicas: 1", "replicas: 0").replace("3.0.0", "2.2.0");
        let stages = vec![
            stage("stop", "old version", &[("apps/app.yaml", Some(&stopped))]),
            stage("start", "start", &[("apps/app.yaml", Some(PINNED))]),
        ];
        let plan = plan(&pair.revert.name, head(&scratch), stages);
        let revert = prepare(&open(&scratch), &plan, Some(pair.revert.tip), &maker()).unwrap();
        assert!(!revert.kept);
        publish(&scratch, &revert);
        assert_eq!(row(&scratch, &revert, PINNED), WORKS, "{method:?}");
    }
}

#[test]
fn a_conflict_is_named() {
    let (scratch, base) = fleet();
    let pair = published(&scratch, base);
    scratch.write("apps/app.yaml", &PINNED.replace("2.2.0", "2.9.9"));
    scratch.commit_all("By hand");
    for method in Method::ALL {
        let landing = land(&open(&scratch), head(&scratch), pair.upgrade.tip, method).unwrap();
        assert_eq!(landing, Landing::Conflict(vec!["apps/app.yaml".to_owned()]), "{method:?}");
    }
}
