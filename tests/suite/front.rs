//! A door before a GitHub and its git server: it counts what is written through it, and can kill
//! the program that writes, before a write is passed on or just after, when its answer is lost.
//!
//! `/repos/…` goes to the GitHub, everything else to the one repository of the git server,
//! whatever it is called.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::Ran;
use crate::server::{Heard, Say, Server};

/// The door.
pub(crate) struct Front {
    server: Server,
    gate: Arc<Mutex<Gate>>,
}

#[derive(Default)]
struct Gate {
    /// The program that writes.
    pid: Option<u32>,
    /// Which write kills it, and whether after it is done.
    strike: Option<(usize, bool)>,
    writes: Vec<String>,
    violations: Vec<String>,
    dead: bool,
}

impl Front {
    /// Opens a door before a GitHub and a git server, each named by its address.
    pub(crate) fn open(github: &str, git: &str) -> Self {
        let gate = Arc::new(Mutex::new(Gate::default()));
        let (own, github, git) = (Arc::clone(&gate), host(github), host(git));
        let server = Server::start(move |heard| pass(heard, &own, &github, &git));
        Self { server, gate }
    }

    /// Returns the address of the door.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.host)
    }

    /// Runs a program to its end and returns what was written: `METHOD path`, in order.
    pub(crate) fn run(&self, command: &mut Command) -> (Ran, Vec<String>) {
        self.run_until(command, None)
    }

    /// Runs a program that is killed at its n-th write, from 1, before or after it is done.
    pub(crate) fn run_until(
        &self,
        command: &mut Command,
        strike: Option<(usize, bool)>,
    ) -> (Ran, Vec<String>) {
        *self.gate.lock().unwrap() = Gate { strike, ..Gate::default() };
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.gate.lock().unwrap().pid = Some(child.id());
        let output = child.wait_with_output().unwrap();
        let mut gate = self.gate.lock().unwrap();
        // What it left behind, as a push, is not served any more.
        gate.dead = true;
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert_eq!(ran.code == -1, strike.is_some(), "{}\n{}", ran.out, ran.err);
        (ran, std::mem::take(&mut gate.writes))
    }

    /// Returns what a checking proxy behind the door found wrong during the last run.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.gate.lock().unwrap().violations.clone()
    }
}

fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap().to_owned()
}

fn pass(heard: &Heard, gate: &Mutex<Gate>, github: &str, git: &str) -> Say {
    let is_api = heard.target.starts_with("/repos/");
    let reads = heard.method == "GET" || heard.path().ends_with("/git-upload-pack");
    let mut strikes = None;
    {
        let mut gate = gate.lock().unwrap();
        if gate.dead {
            return Say::Close;
        }
        if !reads {
            gate.writes.push(format!("{} {}", heard.method, heard.path()));
            let number = gate.writes.len();
            strikes = gate.strike.filter(|(at, _)| *at == number).map(|(_, after)| after);
        }
        if strikes == Some(false) {
            return kill(&mut gate);
        }
    }
    let answer = if is_api {
        forward(heard, &heard.target, github)
    } else {
        let tail = heard.target.split_once(".git/").map_or("", |(_, tail)| tail);
        forward(heard, &format!("/repo.git/{tail}"), git)
    };
    let mut gate = gate.lock().unwrap();
    let head = String::from_utf8_lossy(&answer).into_owned();
    let head = head.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase();
    let violations = head.lines().filter(|line| line.starts_with("sl-violations:"));
    gate.violations.extend(violations.map(|line| format!("{}: {line}", heard.target)));
    if strikes == Some(true) {
        return kill(&mut gate);
    }
    Say::Raw(answer)
}

fn kill(gate: &mut Gate) -> Say {
    gate.dead = true;
    let pid = gate.pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).unwrap()));
    kill_process(pid.expect("the program runs"), Signal::KILL).unwrap();
    Say::Close
}

/// Sends a request on as it came and returns the whole answer.
fn forward(heard: &Heard, target: &str, to: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).unwrap();
    let mut head =
        format!("{} {target} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n", heard.method);
    for (name, value) in &heard.headers {
        if !matches!(name.as_str(), "host" | "connection" | "expect") {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    stream.write_all(&heard.body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
