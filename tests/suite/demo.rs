//! The demonstration: what it ends with, that it can be run again, and that nothing of it is canned.

use std::fs;
use std::path::Path;

use crate::program::{git, refit};

fn branches(dir: &Path) -> Vec<String> {
    let listed =
        git(dir, &["for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"]);
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn it_ends_with_staged_branches_and_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let ran = refit(folder.path(), &["demo", "demo"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);

    assert_eq!(git(&dir, &["rev-parse", "--abbrev-ref", "HEAD"]).trim(), "main");
    assert_eq!(git(&dir, &["status", "--porcelain"]), "");
    let upgrade = "refit/upgrade/home-automation/teslamate-3";
    let log = git(&dir, &["log", "--reverse", "--format=%s", &format!("main..{upgrade}")]);
    assert_eq!(
        log,
        "chore(teslamate): scale to zero before 3.0.0\nchore(teslamate): upgrade 2.2.0 → 3.0.0\nchore(teslamate): settle on 3.0.0\n"
    );
    let listed = branches(&dir);
    let reverts: Vec<&String> =
        listed.iter().filter(|line| line.starts_with("refit/revert/")).collect();
    let upgrades = listed.iter().filter(|line| line.starts_with("refit/upgrade/")).count();
    assert_eq!(reverts.len(), upgrades);
    assert!(upgrades >= 20, "{listed:#?}");
    let base = git(&dir, &["rev-parse", "main^{tree}"]);
    for revert in reverts {
        let name = revert.split(' ').next().unwrap();
        assert_eq!(git(&dir, &["rev-parse", &format!("{name}^{{tree}}")]), base, "{name}");
    }
    // The stop inserts a key that was not there; the upgrade differs from the base by the tag alone.
    let changed = git(&dir, &["diff", "--numstat", "main", upgrade]);
    assert!(changed.starts_with("1\t1\t"), "{changed}");
    assert_eq!(changed.lines().count(), 1, "{changed}");

    let again = refit(folder.path(), &["demo", "demo"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(branches(&dir), listed);
}

#[test]
fn a_pull_request_says_first_what_matters_most_and_what_to_watch() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refit(folder.path(), &["demo", "demo"]).code, 0);
    let listed = refit(&folder.path().join("demo"), &["pulls"]).out;
    for (title, pieces) in [
        (
            "upgrade 2.2.0 → 3.0.0",
            &[
                "carried out as **maintenance**",
                "> It lands in 3 stages, one at a time, and stands still",
                "| Package |",
                "Until `3.0.0` has started for the first time a revert alone is enough.",
                "#### The stages, and what to watch",
                "kubectl logs -n home-automation deploy/teslamate",
            ][..],
        ),
        (
            "upgrade 1.9.4 → 2.0.1",
            &[
                "> Its notes say that something breaks",
                "> It lands in 2 stages",
                "no way back but the restore of the backup.",
                "| Package |",
            ],
        ),
    ] {
        let line = listed.lines().find(|line| line.contains(title)).unwrap();
        let number = line.split(' ').next().unwrap();
        let text = refit(&folder.path().join("demo"), &["pulls", number]).out;
        let mut rest = text.as_str();
        for piece in pieces {
            let at =
                rest.find(piece).unwrap_or_else(|| panic!("{piece} does not follow in\n{text}"));
            rest = &rest[at..];
        }
        assert!(!text.contains("\\`"), "a name is not set as code:\n{text}");
    }
}

#[test]
fn any_other_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("precious.txt"), "mine").unwrap();
    let ran = refit(folder.path(), &["demo", "."]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("not empty"), "{}", ran.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn one_other_pin_and_one_other_answer_give_other_branches() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    assert_eq!(refit(folder.path(), &["demo", "demo"]).code, 0);

    let release = dir.join("kubernetes/apps/home-automation/teslamate/app/helmrelease.yaml");
    let text = fs::read_to_string(&release).unwrap();
    assert!(text.contains("2.2.0"));
    fs::write(&release, text.replace("2.2.0", "2.1.0")).unwrap();
    let tags = dir.join(".upstream/registry-1.docker.io/v2/teslamate/teslamate/tags/list.json");
    let text = fs::read_to_string(&tags).unwrap();
    fs::write(&tags, text.replace("\"3.0.0\"", "\"3.0.1\"")).unwrap();
    git(&dir, &["commit", "-qam", "Go back a version"]);

    let ran =
        refit(folder.path(), &["run", "demo", "--forge", "local", "--replay", "demo/.upstream"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let upgrade = "refit/upgrade/home-automation/teslamate-3";
    let log = git(&dir, &["log", "--reverse", "--format=%s", &format!("main..{upgrade}")]);
    assert_eq!(
        log,
        "chore(teslamate): scale to zero before 3.0.1\nchore(teslamate): upgrade 2.1.0 → 3.0.1\nchore(teslamate): settle on 3.0.1\n"
    );
}

#[test]
fn the_whole_migration_plan_comes_from_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let ran = refit(folder.path(), &["demo", "demo"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let dir = folder.path().join("demo");
    let arguments = ["explain", "teslamate", "--replay", ".upstream", "--format", "markdown"];
    let text = refit(&dir, &arguments).out;
    let at = text.find("## image home-automation/teslamate").unwrap();
    let text = &text[at..];
    let mut from = 0;
    for piece in [
        // Nothing breaks, nothing moves, and what else the notes tell.
        "1 version read (https:&#8203;//github.com/teslamate-org/teslamate), no break declared",
        "GNU Affero General Public License v3.0 from this version on",
        "| PostgreSQL | `>=16.7` | `18` | fine | “PostgreSQL is needed in version 16.7",
        "docker.io/teslamate/teslamate stays where it is",
        "Known issues: 2",
        // What runs, and what is looked at first.
        "the keys `DATABASE_USER`, `DATABASE_PASS`, `DATABASE_NAME` of the Secret",
        "rename or remove none of `DATABASE_HOST`",
        "`monitoring/grafana`",
        "`ENCRYPTION_KEY`",
        "The car is parked or asleep",
        // Stop, backup, upgrade, settle, verification, staged revert with the restore.
        "statefulset/teslamate-postgres -c app -- pg_dump",
        "pg_restore --list < home-automation-teslamate-2.2.0.dump",
        "**stop**: `chore(teslamate): scale to zero before 3.0.0`",
        "**upgrade**: `chore(teslamate): upgrade 2.2.0 → 3.0.0`",
        "do not restart it",
        "**settle**: `chore(teslamate): settle on 3.0.0`",
        "Values arrive over MQTT",
        "`revert(teslamate): back to 2.2.0`. Then restore the data, as below.",
        "dropdb -U \"$DB_USER\" --force",
        "What is written after the backup is lost",
        "refit_drill",
    ] {
        match text[from..].find(piece) {
            Some(found) => from += found,
            None => panic!("{piece:?} is not in, or not after what comes before it:\n{text}"),
        }
    }
}
