//! The built bot killed at every write to the repository, and run again.
//!
//! `strace` sends the signal as the program enters the k-th call that makes, moves or removes a
//! file, so that each write is once the first that is missing. Object files are passed over, but
//! for the first of each call: one that nothing refers to changes nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fleet::Fleet;
use crate::parts::have;
use crate::program::command;

/// The calls that make, move or remove files; `openat` matters where it makes a lock.
const CALLS: [&str; 6] = ["openat", "link", "unlink", "mkdir", "rename", "renameat2"];

/// What a run is disturbed at.
struct Write {
    call: String,
    /// Which of the calls of this name, from 1.
    number: usize,
    line: String,
}

/// Returns strace before the program, which runs the bot on the local forge.
fn traced(fleet: &Fleet, options: &[&str]) -> Command {
    let program = command(fleet.repo.path());
    let mut traced = Command::new("strace");
    traced.current_dir(fleet.repo.path()).env_clear().args(["-f", "-qq"]).args(options);
    for (name, value) in program.get_envs() {
        traced.env(name, value.unwrap());
    }
    traced.arg(program.get_program());
    traced.args(["run", "--forge", "local", "--no-cache", "--replay"]).arg(fleet.upstream());
    traced
}

/// Runs undisturbed and returns the writes to the repository.
fn writes(fleet: &Fleet) -> Vec<Write> {
    let log = fleet.upstream().join("strace.log");
    let calls = format!("trace={}", CALLS.join(","));
    let options = ["-o", log.to_str().unwrap(), "-e", &calls];
    let output = traced(fleet, &options).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&log).unwrap();
    // The bot writes on its first thread; strace counts the calls of each thread apart.
    let thread = text.split_whitespace().next().unwrap().to_owned();
    let mut counts = CALLS.map(|call| (call, 0, false));
    let mut writes = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix(&thread)) {
        let line = line.trim_start();
        let Some((call, arguments)) = line.split_once('(') else { continue };
        let Some((_, number, seen)) = counts.iter_mut().find(|(name, ..)| *name == call) else {
            continue;
        };
        *number += 1;
        let is_object = arguments.contains("/objects/");
        let makes = call != "openat" || arguments.contains("O_CREAT");
        if makes && arguments.contains("/.git/") && !(is_object && *seen) {
            *seen |= is_object;
            writes.push(Write { call: call.to_owned(), number: *number, line: line.to_owned() });
        }
    }
    writes
}

/// Copies a fleet as it stands.
fn copy(fleet: &Fleet) -> Fleet {
    let copy = Fleet::new();
    for (from, to) in [(fleet.repo.path(), copy.repo.path()), (fleet.upstream(), copy.upstream())] {
        copy_folder(from, to);
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::remove_dir_all(to).unwrap();
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir(place).unwrap();
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// Kills a run over `before` at each of its writes, and returns how often.
fn killed_at_every_write(before: &Fleet) -> usize {
    let undisturbed = copy(before);
    let writes = writes(&undisturbed);
    let end = undisturbed.state();
    assert_ne!(end, before.state(), "the run has something to do");
    for write in &writes {
        let fleet = copy(before);
        let inject = format!("inject={}:signal=KILL:when={}", write.call, write.number);
        let trace = format!("trace={}", write.call);
        let options = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
        let output = traced(&fleet, &options).output().unwrap();
        assert!(!output.status.success(), "it was not killed at {}", write.line);
        fleet.run();
        assert_eq!(fleet.state(), end, "killed at {}", write.line);
        let locks = walkdir::WalkDir::new(fleet.repo.path().join(".git"));
        let mut locks = locks.into_iter().map(|entry| entry.unwrap().into_path());
        let lock = locks.find(|path| path.extension().is_some_and(|name| name == "lock"));
        assert_eq!(lock, None, "killed at {}", write.line);
    }
    writes.len()
}

#[test]
fn the_first_run() {
    if !have("strace", "strace") {
        return;
    }
    let kills = killed_at_every_write(&Fleet::new());
    // Two transactions of two branches and two pull requests: a lock, a link and an unlink for
    // each branch, a file and its renaming for each pull request, and the folders.
    assert!(kills >= 4 * 3 + 2 * 2, "{kills}");
    println!("{kills} kills");
}

#[test]
fn a_run_that_moves_closes_and_removes() {
    if !have("strace", "strace") {
        return;
    }
    let fleet = Fleet::new();
    fleet.run();
    // As after a `git gc`: a branch that is removed is removed from the list of packed ones too.
    fleet.repo.git(&["pack-refs", "--all"]);
    fleet.offer("ledger", &["1.8.2", "2.4.1", "2.5.0"]);
    fleet.offer("web", &["1.0.0"]);
    let kills = killed_at_every_write(&fleet);
    assert!(kills >= 4 * 3 + 2 * 2, "{kills}");
    println!("{kills} kills");
}
