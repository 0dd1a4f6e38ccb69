//! An application's own configuration, in the text of a block scalar or of a file.
//!
//! YAML and JSON are read as trees, and their keys are edited like any others. Lines of
//! `key = value` below `[sections]`, as TOML, INI, properties and files of variables have them, are
//! read for their names and lines; they are no YAML, so that nothing in them is edited.

use super::super::load::Object;
use super::hints::{self, Format};
use super::model::{SettingKind, Spelled};
use super::page::{self, Named, Page};
use crate::yaml::Node;

/// How deep a configuration is read.
const DEPTH: usize = 64;

/// Reads a scalar as the text of a file of this name; says whether it is one.
pub(super) fn read(
    page: &mut Page<'_, '_>,
    object: Object<'_>,
    node: Node<'_>,
    name: &str,
) -> bool {
    match hints::format(name) {
        Some(Format::Yaml) => {
            let Some(inside) = object.inside(node) else { return false };
            let Some(inner) = inside.object(object) else { return false };
            tree(page, inner, inner.root);
            true
        }
        Some(Format::Lines) => {
            let Some(text) = node.value().filter(|text| text.contains('\n')) else { return false };
            for line in lines(&text) {
                let at = page::line_of(object, node, line.row, line.column);
                page.add_line(at, line.kind(), &line.name, Some(line.value));
            }
            true
        }
        None => false,
    }
}

/// Reads the keys of a configuration.
pub(super) fn tree(page: &mut Page<'_, '_>, object: Object<'_>, root: Node<'_>) {
    let mut waiting = vec![(root, String::new(), 0)];
    while let Some((node, path, depth)) = waiting.pop() {
        let start = waiting.len();
        if depth > DEPTH || node.target() != node {
            continue;
        }
        for (number, item) in node.items().enumerate() {
            waiting.push((item, format!("{path}[{number}]"), depth + 1));
        }
        for (key, value) in node.entries() {
            let Some(text) = key.value() else { continue };
            let name = if path.is_empty() { text.to_string() } else { format!("{path}.{text}") };
            let kind = SettingKind::ConfigKey;
            let scalar = (!value.is_mapping() && !value.is_sequence()).then_some(value);
            let (spelled, whole) = (Spelled::Key, Some(value));
            page.add(Named {
                object,
                kind,
                name: name.clone(),
                key,
                spelled,
                whole,
                value: scalar,
            });
            waiting.push((value, name, depth + 1));
        }
        page.mention(object, node);
        if let Some(children) = waiting.get_mut(start..) {
            children.reverse();
        }
    }
}

/// One `key = value` of a text.
pub(super) struct Line<'t> {
    /// Its section and key, dots between them.
    pub(super) name: String,
    pub(super) value: &'t str,
    /// Its line in the text, from 0.
    pub(super) row: u32,
    /// The column in characters, from 1.
    pub(super) column: u32,
}

impl Line<'_> {
    /// Returns what kind of setting the line is.
    pub(super) fn kind(&self) -> SettingKind {
        let variable = hints::is_capital(&self.name);
        if variable { SettingKind::Variable } else { SettingKind::ConfigKey }
    }
}

/// Lists the `key = value` of a text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut section = String::new();
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(0..) {
        let start = line.trim_start();
        if start.is_empty() || start.starts_with(['#', ';', '!', '/']) {
            continue;
        }
        if let Some(inner) = start.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inner.trim_matches(['[', ' ', '"']).clone_into(&mut section);
            continue;
        }
        let Some((key, value)) = start.split_once('=') else { continue };
        let key = key.trim_start_matches("export ").trim().trim_matches('"');
        if !hints::is_variable(key) {
            continue;
        }
        let name = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        let column = u32::try_from(line.chars().count() - start.chars().count()).unwrap_or(0) + 1;
        let value = value.trim().trim_matches(['"', '\'']);
        found.push(Line { name, value, row: number, column });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_sections_and_keys() {
        let text =
            "# a\n[server]\n  port = 80\nhost=\"x\"\n\n[a.b]\nc.d = 1\n[[list]]\nFOO=1\nno line\n";
        let found: Vec<_> = lines(text)
            .iter()
            .map(|l| format!("{}:{} {}={}", l.row, l.column, l.name, l.value))
            .collect();
        assert_eq!(
            found,
            ["2:3 server.port=80", "3:1 server.host=x", "6:1 a.b.c.d=1", "8:1 list.FOO=1"]
        );
    }
}
