//! One program, run to its end or to its limit.

use super::environment;
use super::pipes::{Captured, Event, feed};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// A program with its arguments, to be run once or more often. `Debug` shows its command line,
/// without secrets, and nothing of its environment and input.
#[derive(Clone)]
pub struct Program {
    name: String,
    arguments: Vec<String>,
    folder: Option<PathBuf>,
    inherited: Vec<String>,
    environment: Vec<(String, String)>,
    stdin: Vec<u8>,
    secrets: Vec<crate::http::Secret>,
    time_limit: Duration,
    output_limit: usize,
}

/// How a program ended, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// Why a program did not do what it was run for. Secrets in the command line and in what the
/// program said are blotted out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such program.
    #[error("`{program}` is not on the PATH; install it, or add its folder to the PATH")]
    Missing {
        /// The program.
        program: String,
    },
    /// It could not be started.
    #[error("`{command}` could not be started: {reason}")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        reason: String,
    },
    /// It ran longer than it may, and was ended with all that it had started.
    #[error("`{command}` was ended after {} s without a result{}", after.as_secs_f32(), told(.stderr))]
    TimedOut {
        /// The command line.
        command: String,
        /// The time limit.
        after: Duration,
        /// The last lines that it wrote to standard error.
        stderr: String,
    },
    /// It said more than is read, and was ended.
    #[error("`{command}` was ended: it wrote more than {limit} bytes")]
    TooMuchOutput {
        /// The command line.
        command: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// It ended with something else than success.
    #[error("`{command}` {exit}{}", told(.stderr))]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The last lines that it wrote to standard error.
        stderr: String,
    },
}

impl Program {
    /// Names a program; it is looked up on the PATH.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            arguments: Vec::new(),
            folder: None,
            inherited: Vec::new(),
            environment: Vec::new(),
            stdin: Vec::new(),
            secrets: Vec::new(),
            time_limit: Duration::from_mins(1),
            output_limit: 64 * 1024 * 1024,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<T: Into<String>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Runs it in a folder.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Sets a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Passes a variable on that is not among those that every program gets; a trailing `*`
    /// stands for any ending.
    #[must_use]
    pub fn inherit(mut self, name: impl Into<String>) -> Self {
        self.inherited.push(name.into());
        self
    }

    /// Writes bytes to its standard input, which is empty otherwise.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Names a secret that must not show in errors. User parts of URLs never do.
    #[must_use]
    pub fn secret(mut self, secret: crate::http::Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sets the time after which it is ended; one minute where nothing is said.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Sets how much it may write to each of its outputs, in bytes; 64 MiB where nothing is said.
    #[must_use]
    pub fn output_limit(mut self, bytes: usize) -> Self {
        self.output_limit = bytes;
        self
    }

    /// Runs the program to its end, whatever its exit status.
    ///
    /// # Errors
    /// When it cannot be started or exceeds a limit.
    pub fn run(&self) -> Result<Output, Error> {
        let mut child = self.start()?;
        let (events, heard) = channel();
        let capture = |pipe: Option<Box<dyn std::io::Read + Send>>| {
            pipe.map(|pipe| Captured::start(pipe, self.output_limit, events.clone()))
        };
        let stdout = capture(child.stdout.take().map(|pipe| Box::new(pipe) as _));
        let stderr = capture(child.stderr.take().map(|pipe| Box::new(pipe) as _));
        if let Some(pipe) = child.stdin.take() {
            feed(pipe, self.stdin.clone());
        }
        watch(&child, events);

        let pipes: Vec<&Captured> = stdout.iter().chain(&stderr).collect();
        let verdict = self.wait(&heard, &pipes);
        if verdict != Verdict::Ended {
            end_group(&mut child);
        }
        // By now it has ended or was killed, so this returns at once.
        let status = child.wait().map_err(|error| self.not_started(&error))?;
        let said = |pipe: &Option<Captured>| pipe.as_ref().map(Captured::take).unwrap_or_default();
        let output = Output { exit: exit(status), stdout: said(&stdout), stderr: said(&stderr) };
        match verdict {
            Verdict::Ended => Ok(output),
            Verdict::Late => Err(Error::TimedOut {
                command: self.command_line(),
                after: self.time_limit,
                stderr: self.last_lines(&output.stderr),
            }),
            Verdict::Overflow => {
                Err(Error::TooMuchOutput { command: self.command_line(), limit: self.output_limit })
            }
        }
    }

    /// Runs the program to its end and expects success.
    ///
    /// # Errors
    /// As for [`Program::run`], and when it ends with another code than 0.
    pub fn succeed(&self) -> Result<Output, Error> {
        let output = self.run()?;
        if output.exit == Exit::Code(0) { Ok(output) } else { Err(self.failed(&output)) }
    }

    /// Makes an error of an output, for callers who take some codes as success.
    #[must_use]
    pub fn failed(&self, output: &Output) -> Error {
        Error::Failed {
            command: self.command_line(),
            exit: output.exit,
            stderr: self.last_lines(&output.stderr),
        }
    }

    /// Returns the command line as it may be shown.
    #[must_use]
    pub fn command_line(&self) -> String {
        let mut line = self.name.clone();
        for argument in &self.arguments {
            line.push(' ');
            line.push_str(&self.blot(argument));
        }
        line
    }

    fn start(&self) -> Result<Child, Error> {
        let mut command = Command::new(&self.name);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(environment::chosen(std::env::vars_os(), &self.inherited))
            .envs(self.environment.iter().map(|(n, v)| (OsString::from(n), OsString::from(v))))
            .stdin(if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, so that what it starts can be ended with it.
            .process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.spawn().map_err(|error| {
            // A missing working folder gives the same error kind.
            let folder_is_there = self.folder.as_ref().is_none_or(|folder| folder.is_dir());
            match error.kind() {
                std::io::ErrorKind::NotFound if folder_is_there => {
                    Error::Missing { program: self.name.clone() }
                }
                _ => self.not_started(&error),
            }
        })
    }

    /// Waits until the program has ended and said all, or has exceeded a limit.
    fn wait(&self, heard: &Receiver<Event>, pipes: &[&Captured]) -> Verdict {
        /// How long outputs may stay open once the program has ended: what still holds them
        /// then is a process that it left behind on purpose.
        const GRACE: Duration = Duration::from_millis(500);
        let mut until = Instant::now() + self.time_limit;
        let mut ended = false;
        loop {
            if ended && pipes.iter().all(|pipe| pipe.is_closed()) {
                return Verdict::Ended;
            }
            match heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::Ended) => {
                    ended = true;
                    until = until.min(Instant::now() + GRACE);
                }
                Ok(Event::Closed) => {}
                Ok(Event::Overflow) => return Verdict::Overflow,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return if ended { Verdict::Ended } else { Verdict::Late };
                }
            }
        }
    }

    fn not_started(&self, error: &std::io::Error) -> Error {
        Error::Start { command: self.command_line(), reason: error.to_string() }
    }

    /// Returns the end of what was said, as it may be shown.
    fn last_lines(&self, stderr: &[u8]) -> String {
        const LINES: usize = 6;
        const BYTES: usize = 4096;
        let tail = stderr.get(stderr.len().saturating_sub(BYTES)..).unwrap_or_default();
        let text = String::from_utf8_lossy(tail);
        let lines: Vec<&str> =
            text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
        let clean: String = last.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        self.blot(&clean)
    }

    fn blot(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if !secret.expose().is_empty() {
                text = text.replace(secret.expose(), "***");
            }
        }
        blot_user_parts(&text)
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program({})", self.command_line())
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended with code {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ended,
    Late,
    Overflow,
}

fn told(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!(":\n{stderr}") }
}

/// Hides what stands before `@` in every URL of a text.
fn blot_user_parts(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("://");
        let ends = |c: char| matches!(c, '/' | '?' | '#' | '\'' | '"') || c.is_whitespace();
        let authority = part.split(ends).next().unwrap_or_default();
        match authority.rfind('@').and_then(|at| part.get(at..)) {
            Some(rest) => {
                shown.push_str("***");
                shown.push_str(rest);
            }
            None => shown.push_str(part),
        }
    }
    shown
}

fn exit(status: ExitStatus) -> Exit {
    let code = status.code().map(Exit::Code);
    code.or_else(|| status.signal().map(Exit::Signal)).unwrap_or(Exit::Code(-1))
}

/// Tells when the program has ended, without collecting it: its number stays taken until then, so
/// that no other process can be mistaken for it.
fn watch(child: &Child, events: Sender<Event>) {
    let pid = Pid::from_child(child);
    std::thread::spawn(move || {
        while let Err(rustix::io::Errno::INTR) =
            waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {}
        let _ = events.send(Event::Ended);
    });
}

fn end_group(child: &mut Child) {
    // It may have ended a moment ago; its group then is gone, or holds what it left behind.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(test)]
mod tests;
