//! Runs `git`, `gpg` and `ssh-keygen` for this module.
//!
//! Arguments are given one by one, never through a shell; nothing is ever asked on a terminal;
//! messages come in English, so that they can be read by [`answer`](super::answer). Output goes to
//! unnamed temporary files instead of pipes: a child left behind by ssh's connection sharing or by
//! a credential cache would otherwise hold a pipe open after the program has ended.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Error;

/// The most that is read of each of a program's two outputs, in bytes.
const MAX_OUTPUT: u64 = 4 * 1024 * 1024;

/// Variables that would lead git to another repository than the one named, or print secrets.
const REMOVED: [&str; 12] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_CURL_VERBOSE",
];

/// One call of a program.
pub(super) struct Call {
    /// The program's name or path.
    pub(super) program: String,
    /// Its arguments.
    pub(super) args: Vec<OsString>,
    /// The folder it runs in.
    pub(super) dir: Option<PathBuf>,
    /// Variables on top of the environment that refit was started in.
    pub(super) env: Vec<(String, String)>,
    /// What it reads from standard input.
    pub(super) stdin: Vec<u8>,
    /// How long it may take before it is killed.
    pub(super) limit: Duration,
}

/// How a program ended and what it wrote.
pub(super) struct Ended {
    /// Whether it ended with status 0.
    pub(super) success: bool,
    /// Its standard output.
    pub(super) stdout: Vec<u8>,
    /// Its standard error, as far as it is UTF-8.
    pub(super) stderr: String,
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, does not end in time, or its output cannot be kept.
pub(super) fn run(call: &Call) -> Result<Ended, Error> {
    let failed = |reason: String| Error::Program { program: call.program.clone(), reason };
    let scratch = || tempfile::tempfile().map_err(|error| failed(error.to_string()));
    let handle = |file: &File| file.try_clone().map_err(|error| failed(error.to_string()));
    let (mut input, mut output, mut errors) = (scratch()?, scratch()?, scratch()?);
    input
        .write_all(&call.stdin)
        .and_then(|()| input.seek(SeekFrom::Start(0)))
        .map_err(|error| failed(error.to_string()))?;

    let mut command = Command::new(&call.program);
    command
        .args(&call.args)
        .envs(call.env.iter().map(|(key, value)| (key, value)))
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .env("LANGUAGE", "C")
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(handle(&output)?))
        .stderr(Stdio::from(handle(&errors)?));
    for name in REMOVED {
        command.env_remove(name);
    }
    if let Some(dir) = &call.dir {
        command.current_dir(dir);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            failed("not found; install it, or put it on the PATH".into())
        }
        _ => failed(error.to_string()),
    })?;
    let status = wait(&mut child, call.limit).map_err(|error| failed(error.to_string()))?;
    let Some(status) = status else {
        // The child may have ended by itself in between; then there is nothing to kill.
        let _ = child.kill();
        let _ = child.wait();
        return Err(failed(format!("did not end within {} s", call.limit.as_secs())));
    };
    let read = |file: &mut File| -> std::io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        file.take(MAX_OUTPUT).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let stdout = read(&mut output).map_err(|error| failed(error.to_string()))?;
    let stderr = read(&mut errors).map_err(|error| failed(error.to_string()))?;
    Ok(Ended {
        success: status.success(),
        stdout,
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

/// Waits for a child to end; `None` when it has not within the limit.
fn wait(child: &mut std::process::Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
