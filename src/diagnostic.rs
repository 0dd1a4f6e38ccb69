//! Positions, reasons and diagnostics: how every part of the program says what it found, and why.
//!
//! A diagnostic is about the input; a [`Why`] is about a decision. Both carry a stable code, so that
//! a script can tell them apart, and a sentence that says what happened and what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::{RepoPath, TreeError};
use crate::yaml;

/// A position that a person can open: a file, a line and a column, both counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The file.
    pub file: RepoPath,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A reason with a stable code, as `explain` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// A stable code in kebab case.
    pub code: String,
    /// The reason in a sentence.
    pub message: String,
    /// The rule behind it, where a policy decided.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<RuleRef>,
}

impl Why {
    /// Gives a reason.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), rule: None }
    }
}

/// Something that a person should know about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// A stable code in kebab case.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// The file, where one is meant.
    pub file: Option<RepoPath>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// What happened and what to do.
    pub message: String,
}

/// Says why a file is no YAML, without its place, which stands beside it; with the line below,
/// unless the file's name tells that it holds secrets.
#[must_use]
pub fn unreadable_yaml(file: &RepoPath, error: &yaml::Error) -> String {
    const TELLING: [&str; 5] = ["secret", "credential", "password", "token", ".sops."];
    let name = file.as_str().to_ascii_lowercase();
    error.message(!TELLING.iter().any(|word| name.contains(word)))
}

/// Says why a tree could not be read, without naming the file, which stands beside it.
#[must_use]
pub fn unreadable_file(error: &TreeError) -> String {
    match error {
        TreeError::File { reason, .. } => reason.clone(),
        TreeError::Root { .. } => error.to_string(),
    }
}

/// Says what `serde_yaml` makes of a file, without the place that it ends on; also that place, by
/// line and column from 1.
#[must_use]
pub fn unreadable_types(error: &serde_yaml::Error) -> (Option<(u32, u32)>, String) {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let message = error.to_string();
    let Some(at) = error.location() else { return (None, message) };
    let place = format!(" at line {} column {}", at.line(), at.column());
    (Some((number(at.line()), number(at.column()))), message.replace(&place, ""))
}

/// How bad a diagnostic is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something was not read, or not done.
    Error,
    /// Something is probably not as it was meant.
    Warning,
    /// Good to know.
    Info,
}

/// A rule of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// The rule's name.
    pub name: String,
    /// The policy file, `builtin:…` for one that is compiled in.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
}
