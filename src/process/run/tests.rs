//! Real programs: the shell is on every machine that these tests run on.

use super::*;
use crate::http::Secret;

fn shell(script: &str) -> Program {
    Program::new("sh").args(["-c", script])
}

#[test]
fn tells_how_it_ended_and_what_it_said() {
    for (script, exit, stdout, stderr) in [
        ("printf out; printf err >&2", Exit::Code(0), "out", "err"),
        ("exit 3", Exit::Code(3), "", ""),
        ("kill -TERM $$", Exit::Signal(15), "", ""),
        ("cat; cat", Exit::Code(0), "given", ""),
    ] {
        let output = shell(script).stdin("given").run().unwrap();
        let said = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        assert_eq!(output.exit, exit, "{script}");
        assert_eq!(
            (said(&output.stdout).as_str(), said(&output.stderr).as_str()),
            (stdout, stderr)
        );
    }
}

#[test]
fn failures_show_the_command_and_no_secret() {
    let program = shell("echo $0 >&2; echo 'cannot read https://me:pw@e.org/x' >&2; exit 128")
        .args(["hunter2", "https://u:p@e.org/a?b", "--token=hunter2"])
        .env("TOKEN", "hunter2")
        .secret(Secret::new("hunter2"));
    let text = format!("{} {program:?}", program.succeed().unwrap_err());
    assert!(text.contains("ended with code 128"), "{text}");
    assert!(text.contains("*** https://***@e.org/a?b --token=***"), "{text}");
    assert!(text.contains("cannot read https://***@e.org/x"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("pw"), "{text}");
}

#[test]
fn missing_programs_and_folders() {
    let error = Program::new("no-such-program").run().unwrap_err();
    assert_eq!(error, Error::Missing { program: "no-such-program".into() });
    let error = shell("true").folder(Path::new("/no/such/folder")).run().unwrap_err();
    assert!(matches!(error, Error::Start { .. }), "{error}");
}

#[test]
fn is_ended_with_all_it_started_when_it_takes_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    Program::new("mkfifo").arg(pipe.to_str().unwrap()).succeed().unwrap();
    // The pipe has its end when the last process that writes to it is gone.
    let gone = std::thread::spawn(move || std::fs::read(pipe).unwrap());
    let started = Instant::now();
    let error = shell("echo waiting >&2; sleep 60 > pipe & wait")
        .folder(folder.path())
        .time_limit(Duration::from_millis(300))
        .run()
        .unwrap_err();
    assert!(matches!(&error, Error::TimedOut { stderr, .. } if stderr == "waiting"), "{error}");
    assert_eq!(gone.join().unwrap(), b"");
    assert!(started.elapsed() < Duration::from_secs(50));
}

#[test]
fn what_it_leaves_behind_is_not_waited_for() {
    let started = Instant::now();
    let output = shell("echo done; sleep 60 & exit 0").run().unwrap();
    assert_eq!((output.exit, &output.stdout[..]), (Exit::Code(0), &b"done\n"[..]));
    assert!(started.elapsed() < Duration::from_secs(50));
}

#[test]
fn is_ended_when_it_says_too_much() {
    for script in ["yes", "yes >&2"] {
        let error = shell(script).output_limit(100_000).run().unwrap_err();
        assert!(matches!(error, Error::TooMuchOutput { limit: 100_000, .. }), "{error}");
    }
}

#[test]
fn large_inputs_and_outputs_do_not_block_each_other() {
    let input = vec![b'x'; 4 * 1024 * 1024];
    let output = shell("cat").stdin(input.clone()).run().unwrap();
    assert!(output.stdout == input);
    // One that reads nothing of what it is given.
    assert_eq!(shell("exit 0").stdin(input).run().unwrap().exit, Exit::Code(0));
}

#[test]
fn the_environment_is_clean() {
    // CARGO is set for every test and on no list.
    assert!(std::env::var_os("CARGO").is_some());
    let output = shell("env").env("EXTRA", "1").run().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("GIT_TERMINAL_PROMPT=0\n") && text.contains("LC_ALL=C\n"), "{text}");
    assert!(text.contains("EXTRA=1\n") && !text.contains("CARGO"), "{text}");
    let output = shell("env").inherit("CARGO").run().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("CARGO="));
}
