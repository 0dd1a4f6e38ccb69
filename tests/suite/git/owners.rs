//! refit's commits told from a person's.

use refit::git::{
    Author, Maker, Ownership, Signing, Update, observe, ownership, prepare, write_refs,
};

use super::{fleet, maker, open, upgrade};
use crate::parts_git::Scratch;

/// Publishes the upgrade and checks its branch out.
fn on_the_branch() -> (Scratch, refit::git::Oid) {
    let (scratch, base) = fleet();
    let repo = open(&scratch);
    let branch = prepare(&repo, &upgrade(base), None, &maker()).unwrap();
    let update = Update { branch: branch.name.clone(), expected: None, target: Some(branch.tip) };
    write_refs(&repo, &[update], "test").unwrap();
    scratch.git(&["checkout", "--quiet", &branch.name]);
    (scratch, base)
}

fn why(scratch: &Scratch, base: refit::git::Oid) -> Option<&'static str> {
    let tip = scratch.git(&["rev-parse", "HEAD"]).parse().unwrap();
    match ownership(&open(scratch), base, tip).unwrap() {
        Ownership::Own(_) => None,
        Ownership::Foreign(foreign) => Some(foreign.why),
    }
}

#[test]
fn what_refit_made_is_its_own_whoever_it_ran_as() {
    let (scratch, base) = on_the_branch();
    assert_eq!(why(&scratch, base), None);
    let other = Maker { author: Author::new("ci", "ci@localhost"), signing: Signing::Off };
    let branch = prepare(&open(&scratch), &upgrade(base), None, &other).unwrap();
    let Ownership::Own(Some(trailers)) = ownership(&open(&scratch), base, branch.tip).unwrap()
    else {
        panic!("refit's own")
    };
    assert_eq!(trailers.unit, "image apps/app");
    assert_eq!(ownership(&open(&scratch), base, base).unwrap(), Ownership::Own(None));
}

#[test]
fn what_a_person_did_to_it_is_seen() {
    type Deed = fn(&Scratch);
    let amended = Some("it was amended, rebased or copied after refit made it");
    let deeds: [(&str, Deed, Option<&str>); 5] = [
        (
            "a commit on top",
            |scratch| {
                scratch.write("apps/app.yaml", "by hand\n");
                scratch.commit_all("By hand");
            },
            Some("it does not carry refit's trailers"),
        ),
        (
            "the last commit amended",
            |scratch| {
                scratch.write("apps/app.yaml", "by hand\n");
                scratch.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
            },
            amended,
        ),
        (
            "a commit on top with copied trailers",
            |scratch| {
                scratch.write("apps/app.yaml", "by hand\n");
                let copied = scratch.git(&["log", "-1", "--format=%B"]);
                scratch.commit_all(&copied);
            },
            amended,
        ),
        (
            "rebased",
            |scratch| {
                scratch.git(&["checkout", "--quiet", "-B", "main", "main"]);
                scratch.write("apps/other.yaml", "image: other:2\n");
                scratch.commit_all("Elsewhere");
                scratch.git(&["checkout", "--quiet", "refit/upgrade/apps/app-3"]);
                scratch.git(&["rebase", "--quiet", "main"]);
            },
            amended,
        ),
        (
            "the base merged into it",
            |scratch| {
                scratch.git(&["checkout", "--quiet", "main"]);
                scratch.write("apps/other.yaml", "image: other:2\n");
                scratch.commit_all("Elsewhere");
                scratch.git(&["checkout", "--quiet", "refit/upgrade/apps/app-3"]);
                scratch.git(&["merge", "--quiet", "-m", "Update branch", "main"]);
            },
            Some("it does not carry refit's trailers"),
        ),
    ];
    for (name, deed, expected) in deeds {
        let (scratch, _) = on_the_branch();
        deed(&scratch);
        let base = scratch.git(&["rev-parse", "main"]).parse().unwrap();
        assert_eq!(why(&scratch, base), expected, "{name}");
    }
}

#[test]
fn branches_are_listed_with_their_units() {
    let (scratch, base) = on_the_branch();
    scratch.git(&["branch", "refit/by-hand", "main"]);
    scratch.git(&["checkout", "--quiet", "refit/by-hand"]);
    scratch.commit_all("By hand");
    scratch.git(&["branch", "refitting", "main"]);
    let seen = observe(&open(&scratch), "refs/heads/", "refit/", base).unwrap();
    let listed: Vec<(&str, Option<&str>, bool)> = seen
        .iter()
        .map(|(name, seen)| (name.as_str(), seen.unit.as_deref(), seen.foreign.is_some()))
        .collect();
    assert_eq!(
        listed,
        [
            ("refit/by-hand", None, true),
            ("refit/upgrade/apps/app-3", Some("image apps/app"), false)
        ]
    );
}

#[test]
fn unrelated_history_is_nobodys() {
    let (scratch, base) = fleet();
    scratch.git(&["checkout", "--quiet", "--orphan", "refit/orphan"]);
    scratch.commit_all("Orphan");
    assert_eq!(why(&scratch, base), Some("it does not carry refit's trailers"));
}
