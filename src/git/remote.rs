//! Fetching and pushing, by the `git` program.
//!
//! What is fetched lands in the remote-tracking branches, as a person's own fetch would leave
//! them. A push writes all its branches or none (`--atomic`), and each only if it still stands
//! where it was seen (`--force-with-lease`), so neither a person's push nor another run of refit
//! in between is ever overwritten.

use std::path::PathBuf;
use std::time::Duration;

use super::answer::failure;
use super::environment::{quiet, with_users_variables};
use super::refs::heads;
use super::token::redact_urls;
use super::{Error, Repo, Token, Update};
use crate::process::{Exit, Output, Program};

/// A configured remote of a repository, and how to speak to it.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The remote's name, as in `origin`.
    pub name: String,
    /// The token to use over HTTP; `None` leaves credentials to the user's git.
    pub token: Option<Token>,
    /// How long one call may take.
    pub limit: Duration,
    dir: PathBuf,
}

impl Remote {
    /// Names a remote of a repository; a call may take ten minutes.
    #[must_use]
    pub fn new(repo: &Repo, name: &str, token: Option<Token>) -> Self {
        let dir = repo.git.workdir().unwrap_or_else(|| repo.git.path()).to_owned();
        Self { name: name.to_owned(), token, limit: Duration::from_mins(10), dir }
    }
}

/// Fetches the base branch and all branches under a prefix, as in `refit`.
///
/// Tracking branches of those that are gone are removed. The history that a shallow clone lacks is
/// fetched as well: without it, neither whose commits a branch holds nor what a merge gives can be
/// told.
///
/// # Errors
/// When the remote refuses, cannot be reached, or has no such base branch.
pub fn fetch(repo: &Repo, remote: &Remote, base: &str, prefix: &str) -> Result<(), Error> {
    let name = &remote.name;
    let prefix = prefix.trim_end_matches('/');
    let mut args = vec![
        "fetch",
        "--quiet",
        "--prune",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
    ];
    if repo.is_shallow() {
        args.push("--unshallow");
    }
    let head = format!("+refs/heads/{base}:refs/remotes/{name}/{base}");
    let own = format!("+refs/heads/{prefix}/*:refs/remotes/{name}/{prefix}/*");
    args.extend(["--", name, &head, &own]);
    call(remote, "fetch", &args).map(|_| ())
}

/// Asks the remote which branch it has checked out; `None` where it has none.
///
/// # Errors
/// When the remote refuses or cannot be reached.
pub fn default_branch(remote: &Remote) -> Result<Option<String>, Error> {
    let answer = call(remote, "ls-remote", &["ls-remote", "--symref", "--", &remote.name, "HEAD"])?;
    let answer = String::from_utf8_lossy(&answer.stdout);
    let target = answer.lines().find_map(|line| line.strip_prefix("ref: refs/heads/"));
    Ok(target.and_then(|line| line.split('\t').next()).map(str::to_owned))
}

/// Writes all branches on the remote, or none.
///
/// # Errors
/// When a branch no longer stands where it was expected ([`Error::LeaseLost`]), the remote
/// declines ([`Error::Declined`]), refuses the credentials, or cannot be reached.
pub fn push(remote: &Remote, updates: &[Update]) -> Result<(), Error> {
    let due: Vec<&Update> =
        updates.iter().filter(|update| update.expected != update.target).collect();
    if due.is_empty() {
        return Ok(());
    }
    let mut args: Vec<String> =
        ["push", "--porcelain", "--atomic", "--no-follow-tags", "--recurse-submodules=no"]
            .map(str::to_owned)
            .to_vec();
    let name = |oid: Option<super::Oid>| oid.map(|oid| oid.to_string()).unwrap_or_default();
    for update in &due {
        let reference = heads(&update.branch)?;
        args.push(format!("--force-with-lease={reference}:{}", name(update.expected)));
    }
    args.extend(["--".to_owned(), remote.name.clone()]);
    for update in &due {
        args.push(format!("{}:{}", name(update.target), heads(&update.branch)?));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    call(remote, "push", &args).map(|_| ())
}

fn call(remote: &Remote, action: &'static str, args: &[&str]) -> Result<Output, Error> {
    let mut program = git(remote, args);
    match &remote.token {
        // What the user's own credential helpers and ssh look at is not known.
        None => program = with_users_variables(program),
        Some(token) => {
            let direction: &[&str] = if action == "push" {
                &["remote", "get-url", "--push"]
            } else {
                &["remote", "get-url"]
            };
            let asked = git(remote, &[direction, &["--", &remote.name]].concat()).run()?;
            if asked.exit != Exit::Code(0) {
                return Err(Error::Missing {
                    what: format!("remote `{}`", remote.name),
                    hint: "add it with `git remote add`, or name another one",
                });
            }
            let already = std::env::var("GIT_CONFIG_COUNT").ok();
            let already = already.and_then(|count| count.parse().ok()).unwrap_or(0);
            let url = String::from_utf8_lossy(&asked.stdout).into_owned();
            let variables = token.environment(url.trim(), already);
            if variables.is_empty() {
                // Not HTTP: the token says nothing there.
                program = with_users_variables(program);
            }
            for (name, value) in variables {
                program = program.env(name, value);
            }
        }
    }
    let ended = program.run()?;
    if ended.exit == Exit::Code(0) {
        return Ok(ended);
    }
    let safe = |text: &[u8]| {
        let text = redact_urls(&String::from_utf8_lossy(text));
        remote.token.as_ref().map_or(text.clone(), |token| token.redact(&text))
    };
    Err(failure(&remote.name, action, &safe(&ended.stdout), &safe(&ended.stderr)))
}

fn git(remote: &Remote, args: &[&str]) -> Program {
    let program = Program::new("git").args(args.iter().copied());
    quiet(program.folder(&remote.dir).time_limit(remote.limit))
}
