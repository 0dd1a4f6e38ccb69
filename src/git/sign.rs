//! Signatures on commits, made as the user's git is configured to make them.
//!
//! The settings are git's own (`commit.gpgSign`, `gpg.format`, `user.signingKey`,
//! `gpg.<format>.program`), and the programs are called as git's `gpg-interface.c` calls them. A
//! signature may differ each time it is made; commits are therefore compared without it, and a
//! branch that still says the same is never signed again.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::environment::{quiet, with_users_variables};
use super::{Author, Error};
use crate::process::{Exit, Program};

/// How long a signing program may take; it may be waiting for a key to be touched.
const LIMIT: Duration = Duration::from_mins(1);

/// How commits are signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Signing {
    /// Not at all.
    Off,
    /// By a program.
    On {
        /// The kind of signature.
        format: SigningFormat,
        /// The program that makes it.
        program: String,
        /// The key, as `user.signingKey` names it; `None` lets gpg find one for the author.
        key: Option<String>,
    },
}

/// The kinds of signatures that git knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum SigningFormat {
    /// By `gpg`, with an `OpenPGP` key.
    OpenPgp,
    /// By `gpgsm`, with an X.509 certificate.
    X509,
    /// By `ssh-keygen`, with an SSH key.
    Ssh,
}

impl Signing {
    /// Reads git's configuration.
    pub(super) fn configured(config: &git2::Config) -> Result<Self, Error> {
        if !config.get_bool("commit.gpgsign").unwrap_or(false) {
            return Ok(Self::Off);
        }
        let text = |key: &str| config.get_string(key).ok().filter(|text| !text.is_empty());
        let (format, program) = match text("gpg.format").as_deref() {
            None | Some("openpgp") => {
                let program = text("gpg.openpgp.program").or_else(|| text("gpg.program"));
                (SigningFormat::OpenPgp, program.unwrap_or_else(|| "gpg".to_owned()))
            }
            Some("x509") => {
                let program = text("gpg.x509.program");
                (SigningFormat::X509, program.unwrap_or_else(|| "gpgsm".to_owned()))
            }
            Some("ssh") => {
                let program = text("gpg.ssh.program");
                (SigningFormat::Ssh, program.unwrap_or_else(|| "ssh-keygen".to_owned()))
            }
            Some(other) => {
                return Err(Error::Signing {
                    program: "git".to_owned(),
                    reason: format!("`gpg.format` is `{other}`; openpgp, x509 and ssh are known"),
                });
            }
        };
        let key = match (format, text("user.signingkey")) {
            (SigningFormat::Ssh, None) => {
                return Err(Error::Signing {
                    program,
                    reason: "`gpg.format` is ssh and `user.signingKey` names no key".to_owned(),
                });
            }
            // A path may begin with `~`, which git and libgit2 expand.
            (SigningFormat::Ssh, Some(key)) if literal(&key).is_none() => {
                let path = config.get_path("user.signingkey").ok();
                path.and_then(|path| path.to_str().map(str::to_owned)).or(Some(key))
            }
            (_, key) => key,
        };
        Ok(Self::On { format, program, key })
    }

    /// Signs a commit's bytes; `None` when commits are not signed.
    pub(super) fn sign(&self, commit: &[u8], author: &Author) -> Result<Option<String>, Error> {
        match self {
            Self::Off => Ok(None),
            Self::On { format: SigningFormat::Ssh, program, key } => {
                ssh(program, key.as_deref().unwrap_or_default(), commit).map(Some)
            }
            Self::On { program, key, .. } => {
                let author = format!("{} <{}>", author.name(), author.email());
                gpg(program, key.as_ref().unwrap_or(&author), commit).map(Some)
            }
        }
    }
}

fn gpg(program: &str, key: &str, commit: &[u8]) -> Result<String, Error> {
    let ended = signer(program).args(["--status-fd=2", "-bsau", key]).stdin(commit).run()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    let made = said.lines().any(|line| line.starts_with("[GNUPG:] SIG_CREATED "));
    match String::from_utf8(ended.stdout) {
        Ok(signature) if ended.exit == Exit::Code(0) && made => Ok(signature.replace('\r', "")),
        _ => {
            let said = said.lines().filter(|line| !line.starts_with("[GNUPG:]"));
            Err(failed(program, &said.collect::<Vec<_>>().join("; ")))
        }
    }
}

fn ssh(program: &str, key: &str, commit: &[u8]) -> Result<String, Error> {
    let went_wrong = |error: std::io::Error| failed(program, &error.to_string());
    let scratch = tempfile::tempdir().map_err(went_wrong)?;
    let name = |path: &Path| {
        let name = path.to_str().map(str::to_owned);
        name.ok_or_else(|| failed(program, "the path of temporary files is not UTF-8"))
    };
    let file = |file: &str, bytes: &[u8]| -> Result<String, Error> {
        let path = scratch.path().join(file);
        std::fs::write(&path, bytes).map_err(went_wrong)?;
        name(&path)
    };
    let message = file("commit", commit)?;
    let mut call = signer(program).args(["-Y", "sign", "-n", "git", "-f"]);
    call = match literal(key) {
        // The public key itself; the private one is in the agent.
        Some(public) => call.arg(file("key", format!("{public}\n").as_bytes())?).arg("-U"),
        None => call.arg(key),
    };
    let ended = call.arg(message).run()?;
    if ended.exit != Exit::Code(0) {
        return Err(failed(program, String::from_utf8_lossy(&ended.stderr).trim()));
    }
    std::fs::read_to_string(scratch.path().join("commit.sig"))
        .map(|signature| signature.replace('\r', ""))
        .map_err(went_wrong)
}

/// Returns the key where a setting holds the public key itself instead of a path.
fn literal(key: &str) -> Option<&str> {
    key.strip_prefix("key::").or_else(|| key.starts_with("ssh-").then_some(key))
}

fn signer(program: &str) -> Program {
    with_users_variables(quiet(Program::new(program).time_limit(LIMIT)))
}

fn failed(program: &str, reason: &str) -> Error {
    let reason = if reason.is_empty() { "it said nothing" } else { reason };
    Error::Signing { program: program.to_owned(), reason: reason.to_owned() }
}
