//! Commits: their trees, messages, ids and signatures, and when a branch is kept.

use refit::git::{
    Author, Branch, BranchPlan, Error, Maker, Pair, Repo, Update, prepare, prepare_pair,
    read_trailers, write_refs,
};

use super::{PINNED, STOPPED, UPGRADED, fleet, maker, open, plan, revert, stage, upgrade};
use crate::parts_git::{Scratch, git_command, skipped};

fn pair(repo: &Repo, upgrade: BranchPlan, revert: BranchPlan) -> Pair<Branch> {
    let plans = Pair { upgrade, revert };
    prepare_pair(repo, &plans, &Pair { upgrade: None, revert: None }, &maker()).unwrap()
}

fn show(scratch: &Scratch, commit: &impl ToString, path: &str) -> String {
    scratch.git(&["show", &format!("{}:{path}", commit.to_string())]) + "\n"
}

#[test]
fn stages_are_trees_over_the_base_in_one_chain() {
    let (scratch, base) = fleet();
    let pair = pair(&open(&scratch), upgrade(base), revert(base));
    let [stop, up] = pair.upgrade.commits.as_slice() else { panic!("two commits") };
    let [back, start] = pair.revert.commits.as_slice() else { panic!("two commits") };

    for (commit, text) in [(stop, STOPPED), (up, UPGRADED), (back, STOPPED), (start, PINNED)] {
        assert_eq!(show(&scratch, &commit.id, "apps/app.yaml"), text);
        assert_eq!(show(&scratch, &commit.id, "apps/other.yaml"), "image: other:1\n");
    }
    let parents = scratch.git(&["log", "--format=%h %s", &pair.revert.tip.to_string()]);
    let subjects: Vec<&str> = parents.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(
        subjects,
        [
            "chore(app): start again",
            "chore(app): old version",
            "chore(app): upgrade",
            "chore(app): scale to zero",
            "Begin"
        ]
    );
    let tree = |commit: &str| scratch.git(&["rev-parse", &format!("{commit}^{{tree}}")]);
    assert_eq!(tree(&pair.revert.tip.to_string()), tree(&base.to_string()));
    scratch.git(&["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn nothing_but_the_object_database_is_touched() {
    let (scratch, base) = fleet();
    scratch.write("apps/app.yaml", "somebody is at work\n");
    scratch.write("new.yaml", "staged\n");
    scratch.git(&["add", "new.yaml"]);
    let state = || {
        let refs = scratch.git(&["for-each-ref"]);
        (scratch.git(&["status", "--porcelain=v2", "--branch"]), refs)
    };
    let before = state();
    pair(&open(&scratch), upgrade(base), revert(base));
    assert_eq!(state(), before);
}

#[test]
fn ids_depend_on_base_patches_messages_and_author_alone() {
    let (scratch, base) = fleet();
    let ids = |plan: &BranchPlan, maker: &Maker| {
        let branch = prepare(&open(&scratch), plan, None, maker).unwrap();
        branch.commits.iter().map(|commit| commit.id).collect::<Vec<_>>()
    };
    let first = ids(&upgrade(base), &maker());
    assert_eq!(ids(&upgrade(base), &maker()), first);
    // Fixed, so that a change of the form of commits is a decision.
    assert_eq!(first[1].to_string(), "1b9ebe288c6e7d5a35dbeebe9a7f05054005d14f");

    let mut renamed = upgrade(base);
    renamed.name = "refit/upgrade/apps/other".to_owned();
    assert_eq!(ids(&renamed, &maker()), first, "a branch's name is no part of its commits");
    let mut reworded = upgrade(base);
    reworded.stages[1].message.push('!');
    assert_eq!(ids(&reworded, &maker())[0], first[0]);
    assert_ne!(ids(&reworded, &maker())[1], first[1]);
    let other = Maker { author: Author::new("b", "b@localhost"), ..maker() };
    assert_ne!(ids(&upgrade(base), &other)[0], first[0]);

    let times = scratch.git(&["log", "--format=%ad %cd", "--date=raw", &first[1].to_string()]);
    assert_eq!(
        times.lines().collect::<Vec<_>>(),
        [
            "1700000002 +0000 1700000002 +0000",
            "1700000001 +0000 1700000001 +0000",
            "1700000000 +0200 1700000000 +0200"
        ]
    );
}

#[test]
fn git_reads_the_trailers() {
    let (scratch, base) = fleet();
    let mut upgrade = upgrade(base);
    upgrade.stages[0].message = "Stop\n\nWhy: not\nprose\n\nSigned-off-by: A <a@b>".to_owned();
    let branch = prepare(&open(&scratch), &upgrade, None, &maker()).unwrap();
    let stop = branch.commits[0].id.to_string();
    assert_eq!(
        scratch.git(&["log", "-1", "--format=%(trailers:only,unfold)", &stop]),
        "Signed-off-by: A <a@b>\nRefit-Unit: image apps/app\nRefit-Plan: sha256:00\n\
         Refit-Stage: stop 1/2"
    );
    let trailers = read_trailers(&branch.commits[1].message).unwrap();
    assert_eq!(trailers.stage, "upgrade 2/2");
}

#[test]
fn modes_are_kept_and_folders_come_and_go() {
    let (scratch, _) = fleet();
    scratch.write("bin/run.sh", "#!/bin/sh\n");
    scratch.git(&["add", "--all"]);
    scratch.git(&["update-index", "--chmod=+x", "bin/run.sh"]);
    scratch.git(&["commit", "--quiet", "-m", "Script"]);
    let base = scratch.git(&["rev-parse", "HEAD"]).parse().unwrap();
    let files = [
        ("bin/run.sh", Some("#!/bin/bash\n")),
        ("apps/app.yaml", None),
        ("apps/other.yaml", None),
        ("a/b/c.yaml", Some("x: 1\n")),
        ("not/there.yaml", None),
    ];
    let plan = plan("refit/x", base, vec![stage("upgrade", "x", &files)]);
    let tip = prepare(&open(&scratch), &plan, None, &maker()).unwrap().tip.to_string();
    let listed = scratch.git(&["ls-tree", "-r", "--format=%(objectmode) %(path)", &tip]);
    assert_eq!(listed, "100644 a/b/c.yaml\n100755 bin/run.sh");
    scratch.git(&["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn paths_are_relative_to_the_folder_that_is_read() {
    let (scratch, base) = fleet();
    let repo = Repo::discover(&scratch.path().join("apps")).unwrap();
    assert_eq!(repo.prefix(), "apps");
    let plan = plan("refit/x", base, vec![stage("upgrade", "x", &[("app.yaml", Some(UPGRADED))])]);
    let tip = prepare(&repo, &plan, None, &maker()).unwrap().tip;
    let changed = scratch.git(&["diff", "--name-only", &base.to_string(), &tip.to_string()]);
    assert_eq!(changed, "apps/app.yaml");
}

#[test]
fn repositories_that_cannot_be_used_say_why() {
    let empty = Scratch::new();
    assert_eq!(open(&empty).head().unwrap(), None);
    assert_eq!(open(&empty).head_branch().as_deref(), Some("main"));
    let bare = tempfile::TempDir::new().unwrap();
    let git = |args: &[&str]| git_command(bare.path()).args(args).status().unwrap().success();
    assert!(git(&["init", "--quiet", "--bare"]));
    assert_eq!(Repo::discover(bare.path()).unwrap().prefix(), "");

    let said = |dir: &std::path::Path| Repo::discover(dir).err().unwrap().to_string();
    let plain = tempfile::TempDir::new().unwrap();
    assert!(said(plain.path()).contains("not inside a git repository"));
    assert!(said(&plain.path().join("missing")).contains("there is no such folder"));
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let other = tempfile::TempDir::new().unwrap();
        let init = git_command(other.path()).args(["init", "--quiet", format]).status().unwrap();
        // Older versions of git do not know the format, and cannot have made one.
        if init.success() {
            assert!(said(other.path()).contains("cannot read yet"), "{}", said(other.path()));
        }
    }
}

#[test]
fn what_is_no_ordinary_file_is_refused() {
    let (scratch, _) = fleet();
    std::os::unix::fs::symlink("/etc", scratch.path().join("etc")).unwrap();
    std::os::unix::fs::symlink("apps/app.yaml", scratch.path().join("link.yaml")).unwrap();
    let base = scratch.commit_all("Links");
    scratch.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{base},module")]);
    scratch.git(&["commit", "--quiet", "-m", "Module"]);
    let base = scratch.git(&["rev-parse", "HEAD"]).parse().unwrap();
    let repo = open(&scratch);
    for (path, message) in [
        ("etc/passwd", "etc/passwd: a symbolic link stands in the way"),
        ("link.yaml", "link.yaml: a symbolic link stands in the way"),
        ("module/x.yaml", "module/x.yaml: a submodule stands in the way"),
        ("module", "module: a submodule stands in the way"),
        ("apps", "apps: a folder stands in the way"),
        ("apps/app.yaml/x", "apps/app.yaml/x: a file where a folder is expected stands in the way"),
        (".git/config", ".git/config: git does not accept this path"),
        ("apps/.GIT/config", "apps/.GIT/config: git does not accept this path"),
    ] {
        for text in [Some("x"), None] {
            let plan = plan("refit/x", base, vec![stage("upgrade", "x", &[(path, text)])]);
            let error = prepare(&repo, &plan, None, &maker()).unwrap_err().to_string();
            assert!(error.starts_with(message), "{path}: {error}");
        }
    }
}

#[test]
fn an_upgrade_without_a_change_is_refused() {
    let (scratch, base) = fleet();
    let same = stage("upgrade", "x", &[("apps/app.yaml", Some(PINNED))]);
    for stages in [vec![], vec![same]] {
        let plan = plan("refit/x", base, stages);
        let error = prepare(&open(&scratch), &plan, None, &maker()).unwrap_err();
        assert!(matches!(error, Error::NothingToCommit { .. }), "{error}");
    }
}

#[test]
fn a_branch_is_kept_until_its_trees_or_messages_must_differ() {
    let (scratch, base) = fleet();
    let repo = open(&scratch);
    let first = pair(&repo, upgrade(base), revert(base));
    let existing = Pair { upgrade: Some(first.upgrade.tip), revert: Some(first.revert.tip) };
    let again = |upgrade: BranchPlan, revert: BranchPlan, existing: &Pair<_>| {
        let other = Maker { author: Author::new("b", "b@localhost"), ..maker() };
        prepare_pair(&repo, &Pair { upgrade, revert }, existing, &other).unwrap()
    };
    let tips = |pair: &Pair<Branch>| (pair.upgrade.tip, pair.revert.tip);

    let kept = again(upgrade(base), revert(base), &existing);
    assert_eq!(tips(&kept), tips(&first), "another author is no reason to rewrite");
    assert!(kept.upgrade.kept && kept.revert.kept);

    scratch.write("apps/other.yaml", "image: other:2\n");
    let moved = scratch.commit_all("Elsewhere").parse().unwrap();
    let kept = again(upgrade(moved), revert(moved), &existing);
    assert_eq!(tips(&kept), tips(&first), "the base moved elsewhere");
    assert_eq!(kept.upgrade.base, base);

    let lost = Pair { upgrade: existing.upgrade, revert: None };
    let kept = again(upgrade(moved), revert(moved), &lost);
    assert_eq!(kept.upgrade.tip, first.upgrade.tip, "the revert alone is made again");
    assert_eq!(kept.revert.commits[1].tree, first.revert.commits[1].tree);

    let mut reworded = upgrade(moved);
    reworded.plan_digest = "sha256:01".to_owned();
    let rebuilt = again(reworded, revert(moved), &existing);
    assert!(!rebuilt.upgrade.kept && !rebuilt.revert.kept);
    assert_eq!(rebuilt.upgrade.base, moved);

    scratch.write("apps/app.yaml", &format!("# moved\n{PINNED}"));
    let moved = scratch.commit_all("Same file").parse().unwrap();
    let rebuilt = again(upgrade(moved), revert(moved), &existing);
    assert!(!rebuilt.upgrade.kept, "the planned bytes differ from what a merge would give");
    let parent = scratch.git(&["rev-parse", &format!("{}~2", rebuilt.upgrade.tip)]);
    assert_eq!(parent, moved.to_string());
}

#[test]
fn commits_are_signed_as_git_is_configured_and_not_signed_again() {
    let (scratch, base) = fleet();
    let key = scratch.path().join(".git/key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"])
        .arg(&key)
        .status();
    if made.is_err() {
        return skipped("ssh-keygen", "Debian: openssh-client");
    }
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let signers = scratch.path().join(".git/signers");
    std::fs::write(&signers, format!("refit@localhost {public}")).unwrap();
    for (key, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", signers.to_str().unwrap()),
    ] {
        scratch.git(&["config", key, value]);
    }
    let repo = open(&scratch);
    let maker = Maker { signing: repo.signing().unwrap(), ..maker() };
    let branch = prepare(&repo, &upgrade(base), None, &maker).unwrap();
    for commit in &branch.commits {
        scratch.git(&["verify-commit", &commit.id.to_string()]);
    }
    let plain = prepare(&repo, &upgrade(base), None, &super::maker()).unwrap();
    assert_ne!(plain.tip, branch.tip);
    let tips = [&plain, &branch].map(|branch| {
        (branch.tip, prepare(&repo, &upgrade(base), Some(branch.tip), &maker).unwrap())
    });
    for (tip, kept) in tips {
        assert_eq!((kept.tip, kept.kept), (tip, true), "a signature alone rewrites nothing");
    }

    scratch.git(&["config", "user.signingkey", "/nowhere"]);
    let maker = Maker { signing: open(&scratch).signing().unwrap(), ..maker };
    let error = prepare(&repo, &upgrade(base), None, &maker).unwrap_err();
    assert!(matches!(error, Error::Signing { .. }), "{error}");
}

/// Writes a program that calls another one with a home of its own.
fn wrapper(home: &std::path::Path, program: &str, options: &str) -> std::path::PathBuf {
    let script = home.join(program);
    let text = format!("#!/bin/sh\nexec {program} --homedir {} {options} \"$@\"\n", home.display());
    std::fs::write(&script, text).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&script, executable).unwrap();
    script
}

/// Ends the agents that were started for a home.
fn end_agents(home: &std::path::Path) {
    let mut end = std::process::Command::new("gpgconf");
    let _ = end.arg("--homedir").arg(home).args(["--kill", "all"]).status();
}

#[test]
fn openpgp_signatures_are_what_git_verifies() {
    let (scratch, base) = fleet();
    // gpg refuses a home that others may read, and its agent wants a short path.
    let home = tempfile::Builder::new().prefix("g").tempdir().unwrap();
    let script = wrapper(home.path(), "gpg", "");
    let generate = ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key"];
    let made = std::process::Command::new("gpg")
        .arg("--homedir")
        .arg(home.path())
        .args(generate)
        .args(["refit <refit@localhost>", "ed25519", "sign", "never"])
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        return skipped("gpg", "Debian: gnupg");
    }
    scratch.git(&["config", "commit.gpgsign", "true"]);
    scratch.git(&["config", "gpg.program", script.to_str().unwrap()]);
    let repo = open(&scratch);
    let maker = Maker { signing: repo.signing().unwrap(), ..maker() };
    let branch = prepare(&repo, &upgrade(base), None, &maker).unwrap();
    scratch.git(&["verify-commit", &branch.tip.to_string()]);
    end_agents(home.path());
}

#[test]
fn x509_signatures_are_what_git_verifies() {
    let (scratch, base) = fleet();
    let home = tempfile::Builder::new().prefix("g").tempdir().unwrap();
    let gpgsm = |arguments: &[&str]| {
        let mut command = std::process::Command::new("gpgsm");
        command.arg("--homedir").arg(home.path()).arg("--batch").args(arguments);
        command.stdin(std::process::Stdio::null()).current_dir(home.path()).output()
    };
    let wanted = "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSerial: random\n\
        Name-DN: CN=refit\nName-Email: refit@localhost\n";
    std::fs::write(home.path().join("wanted"), wanted).unwrap();
    let loopback = ["--pinentry-mode", "loopback", "--passphrase-fd", "0"];
    let generate = ["--gen-key", "--output", "certificate.pem", "wanted"];
    let made = gpgsm(&[&loopback[..], &generate].concat());
    if !made.is_ok_and(|made| made.status.success()) {
        return skipped("gpgsm", "Debian: gpgsm");
    }
    assert!(gpgsm(&["--import", "certificate.pem"]).unwrap().status.success());
    let listed = gpgsm(&["--with-colons", "--list-keys"]).unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let fingerprint = listed.lines().find_map(|line| line.strip_prefix("fpr:")).unwrap();
    let fingerprint = fingerprint.trim_matches(':').split(':').next().unwrap();
    std::fs::write(home.path().join("trustlist.txt"), format!("{fingerprint} S relax\n")).unwrap();

    let script = wrapper(home.path(), "gpgsm", "--disable-crl-checks");
    for (key, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "x509"),
        ("user.signingkey", "refit@localhost"),
        ("gpg.x509.program", script.to_str().unwrap()),
    ] {
        scratch.git(&["config", key, value]);
    }
    let repo = open(&scratch);
    let maker = Maker { signing: repo.signing().unwrap(), ..maker() };
    let branch = prepare(&repo, &upgrade(base), None, &maker).unwrap();
    let commit = scratch.git(&["cat-file", "commit", &branch.tip.to_string()]);
    assert!(commit.contains("-----BEGIN SIGNED MESSAGE-----"), "{commit}");
    scratch.git(&["verify-commit", &branch.tip.to_string()]);
    end_agents(home.path());
}

#[test]
fn branches_are_written_under_a_lease() {
    let (scratch, base) = fleet();
    let repo = open(&scratch);
    let pair = pair(&repo, upgrade(base), revert(base));
    let update = |branch: &Branch, expected| Update {
        branch: branch.name.clone(),
        expected,
        target: Some(branch.tip),
    };
    let both = [update(&pair.upgrade, None), update(&pair.revert, None)];
    write_refs(&repo, &both, "refit: run").unwrap();
    let head = scratch.git(&["rev-parse", &pair.upgrade.name]);
    assert_eq!(head, pair.upgrade.tip.to_string());

    let error = write_refs(&repo, &both, "refit: run").unwrap_err();
    assert!(matches!(&error, Error::LeaseLost { branches } if branches.len() == 2), "{error}");

    scratch.git(&["worktree", "add", "--quiet", "../wt-checked-out", &pair.revert.name]);
    let expected = Some(pair.revert.tip);
    let remove = [Update { branch: pair.revert.name.clone(), expected, target: None }];
    let error = write_refs(&repo, &remove, "refit: run").unwrap_err();
    scratch.git(&["worktree", "remove", "--force", "../wt-checked-out"]);
    assert!(matches!(&error, Error::CheckedOut { .. }), "{error}");
    write_refs(&repo, &remove, "refit: run").unwrap();
    assert!(repo.tip(&format!("refs/heads/{}", pair.revert.name)).unwrap().is_none());

    let clash =
        Update { branch: format!("{}/x", pair.upgrade.name), expected: None, target: Some(base) };
    let error = write_refs(&repo, &[clash], "refit: run").unwrap_err();
    assert!(matches!(&error, Error::BadBranch { .. }), "{error}");
}
