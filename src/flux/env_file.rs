//! Files of `KEY=value` lines that kustomize turns into ConfigMaps and Secrets.
//!
//! They are no YAML, so that nothing in them is edited; but they define variables and say what an
//! application is given. A line is read as kustomize does: blanks before it and a byte order mark
//! are skipped, `#` begins a comment, the value is all behind the first `=`, quotes included.

use std::collections::HashMap;

use super::folder;
use super::load::Object;
use crate::diagnostic::Position;
use crate::tree::{RepoPath, Tree};
use crate::yaml::Node;

/// One `KEY=value` of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EnvLine {
    pub(super) name: String,
    /// The value; `None` where it is secret, or left to the environment of who builds.
    pub(super) value: Option<String>,
    /// The line, from 1.
    pub(super) line: u32,
    /// The column of the name in characters, from 1.
    pub(super) column: u32,
}

impl EnvLine {
    /// Returns where the line stands in its file.
    pub(super) fn position(&self, file: &RepoPath) -> Position {
        Position { file: file.clone(), line: self.line, column: self.column }
    }
}

/// The lists of a kustomization that generate objects, with whether they are secret.
pub(super) const GENERATORS: [(&str, bool); 2] =
    [("configMapGenerator", false), ("secretGenerator", true)];

/// Lists the files that a generator takes lines from, with the scalars that name them.
pub(super) fn of_generator<'a>(generator: Node<'a>, folder: &str) -> Vec<(RepoPath, Node<'a>)> {
    let listed = generator.get("envs").into_iter().flat_map(|list| list.items());
    let named = listed.chain(generator.get("env"));
    named.filter_map(|node| Some((folder::file(folder, &node.value()?)?, node))).collect()
}

/// Reads the files that kustomizations take lines from; of those that make Secrets only the names.
pub(super) fn read<'a>(
    tree: &dyn Tree,
    kustomizations: impl Iterator<Item = Object<'a>>,
) -> HashMap<RepoPath, Vec<EnvLine>> {
    let mut wanted: HashMap<RepoPath, bool> = HashMap::new();
    for object in kustomizations {
        for (key, secret) in GENERATORS {
            let generators = object.root.get(key).into_iter().flat_map(|list| list.items());
            for (file, _) in generators.flat_map(|g| of_generator(g, object.file.parent())) {
                *wanted.entry(file).or_default() |= secret;
            }
        }
    }
    let read = |(path, secret): (RepoPath, bool)| {
        let bytes = tree.read(&path).ok()??;
        let text = String::from_utf8(bytes).ok()?;
        Some((path, lines(&text, secret)))
    };
    wanted.into_iter().filter_map(read).collect()
}

/// Reads the lines of a file; without their values where these are secret.
pub(super) fn lines(text: &str, secret: bool) -> Vec<EnvLine> {
    let text = text.trim_start_matches('\u{feff}');
    let line = |(line, number): (&str, u32)| {
        let start = line.trim_start();
        if start.is_empty() || start.starts_with('#') {
            return None;
        }
        let (name, value) = match start.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (start.trim_end(), None),
        };
        let column = u32::try_from(line.len() - start.len()).unwrap_or(u32::MAX) + 1;
        let value = value.filter(|_| !secret);
        Some(EnvLine { name: name.to_owned(), value, line: number, column })
    };
    text.lines().zip(1..).filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_as_kustomize_reads_them() {
        type Seen<'a> = &'a [(&'a str, Option<&'a str>, u32)];
        let cases: &[(&str, bool, Seen<'_>)] = &[
            ("A=1\nB=2\n", false, &[("A", Some("1"), 1), ("B", Some("2"), 2)]),
            ("# A=1\n\n  B=\"x=y\"\n", false, &[("B", Some("\"x=y\""), 3)]),
            ("\u{feff}A=1\r\nB=\r\n", false, &[("A", Some("1"), 1), ("B", Some(""), 2)]),
            ("HOME\n", false, &[("HOME", None, 1)]),
            ("KEY=hunter2\n", true, &[("KEY", None, 1)]),
        ];
        for (text, secret, expected) in cases {
            let found = lines(text, *secret);
            let seen: Vec<_> =
                found.iter().map(|l| (l.name.as_str(), l.value.as_deref(), l.line)).collect();
            assert_eq!(&seen, expected, "{text:?}");
        }
    }
}
