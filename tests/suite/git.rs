//! Branches built in memory, checked with the git program.

mod branches;
mod landing;
mod owners;
mod remotes;
mod trees;

use refit::git::{Author, BranchPlan, Maker, Oid, Repo, Signing, StagePlan};
use refit::tree::{Patches, RepoPath};

use crate::parts_git::Scratch;

/// What stands in the file that the upgrades of these tests edit.
const PINNED: &str = "replicas: 1\nrest: 1\nmore: 2\nimage: app:2.2.0\n";
const STOPPED: &str = "replicas: 0\nrest: 1\nmore: 2\nimage: app:2.2.0\n";
const UPGRADED: &str = "replicas: 1\nrest: 1\nmore: 2\nimage: app:3.0.0\n";

/// Makes a repository with one application and returns it with its first commit.
fn fleet() -> (Scratch, Oid) {
    let scratch = Scratch::new();
    scratch.write("apps/app.yaml", PINNED);
    scratch.write("apps/other.yaml", "image: other:1\n");
    let base = scratch.commit_all("Begin").parse().unwrap();
    (scratch, base)
}

fn patches(files: &[(&str, Option<&str>)]) -> Patches {
    let patch = |(path, text): &(&str, Option<&str>)| {
        (RepoPath::new(path).unwrap(), text.map(|text| text.as_bytes().to_vec()))
    };
    files.iter().map(patch).collect()
}

fn stage(name: &str, message: &str, files: &[(&str, Option<&str>)]) -> StagePlan {
    StagePlan { stage: name.to_owned(), message: message.to_owned(), patches: patches(files) }
}

fn plan(name: &str, base: Oid, stages: Vec<StagePlan>) -> BranchPlan {
    BranchPlan {
        name: name.to_owned(),
        base,
        onto: None,
        unit: "image apps/app".to_owned(),
        plan_digest: "sha256:00".to_owned(),
        stages,
    }
}

/// The upgrade of the application: stop, then the new version at the old size.
fn upgrade(base: Oid) -> BranchPlan {
    let stop = stage("stop", "chore(app): scale to zero", &[("apps/app.yaml", Some(STOPPED))]);
    let up = stage("upgrade", "chore(app): upgrade", &[("apps/app.yaml", Some(UPGRADED))]);
    plan("refit/upgrade/apps/app-3", base, vec![stop, up])
}

/// The way back from it: the old version at zero, then as it was.
fn revert(base: Oid) -> BranchPlan {
    let stop = stage("stop", "chore(app): old version", &[("apps/app.yaml", Some(STOPPED))]);
    let start = stage("start", "chore(app): start again", &[]);
    plan("refit/revert/apps/app-3", base, vec![stop, start])
}

fn maker() -> Maker {
    Maker { author: Author::default(), signing: Signing::Off }
}

fn open(scratch: &Scratch) -> Repo {
    Repo::discover(scratch.path()).unwrap()
}
