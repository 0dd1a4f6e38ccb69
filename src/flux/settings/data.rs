//! The keys of ConfigMaps, Secrets and what makes them.
//!
//! Where all keys of an object become variables, each is one. Otherwise its keys are files: one
//! whose name says so is read as a configuration, and a name in capitals is a variable all the
//! same, for a chart that hands it on. Values of Secrets are not looked at.

use super::super::load::{Files, Kind, Object};
use super::super::model::{Part, Place};
use super::config;
use super::hints::{self, Format};
use super::model::{SettingKind, Spelled};
use super::page::{Named, Page};
use super::texts::{Form, Text};
use super::values;
use crate::diagnostic::Position;
use crate::tree::{RepoPath, Tree};
use crate::yaml::{Node, Path, Spot};

/// Reads what a text sets.
pub(super) fn read(page: &mut Page<'_, '_>, text: &Text<'_, '_>, tree: &dyn Tree) {
    let files = page.manifests.files;
    match &text.form {
        Form::Values { object, root, under } => values::read(page, *object, *root, under),
        Form::Operation { object, path, under, value } => {
            operation(page, *object, *path, under, *value);
        }
        Form::Data(object) if object.kind == Kind::ExternalSecret => external(page, *object),
        Form::Data(object) => {
            for key in ["data", "stringData"] {
                let map = object.root.get(key);
                let entries = map.into_iter().flat_map(|map| map.entries());
                entries.for_each(|(key, value)| entry(page, *object, key, value, text.all));
            }
        }
        Form::Literals(generated) => {
            for (name, node) in &generated.literals {
                literal(page, generated.object, name, *node, text.all);
            }
        }
        Form::Lines { object, node, file } => {
            let spot = object.spot(*node);
            for line in files.env_lines(file) {
                let (position, spot) = (line.position(file), spot.clone());
                let at = Place { position, spot, part: Part::Whole };
                page.add_line(at, SettingKind::Variable, &line.name, line.value.as_deref());
            }
        }
        Form::File { key, file } => generated_file(page, files, key, file, tree),
    }
}

/// Reads an operation that sets one value at a path.
fn operation(
    page: &mut Page<'_, '_>,
    object: Object<'_>,
    path: Node<'_>,
    under: &str,
    value: Node<'_>,
) {
    let last = under.rsplit('.').next().unwrap_or_default();
    let variable = hints::is_capital(last);
    let kind = if variable { SettingKind::Variable } else { SettingKind::Value };
    let name = if variable { last } else { under }.to_owned();
    let (key, spelled, value) = (path, Spelled::Elsewhere, Some(value));
    page.add(Named { object, kind, name, key, spelled, whole: None, value });
}

/// Reads an entry of a ConfigMap or a Secret.
fn entry(page: &mut Page<'_, '_>, object: Object<'_>, key: Node<'_>, value: Node<'_>, all: bool) {
    let Some(name) = key.value() else { return };
    if !page.origin.is_secret() && !all && config::read(page, object, value, &name) {
        return;
    }
    if !(all && hints::is_variable(&name) || hints::is_capital(&name)) {
        return;
    }
    let (kind, name, spelled) = (SettingKind::Variable, name.into_owned(), Spelled::Key);
    let (whole, shown) = (Some(value), (!page.origin.is_secret()).then_some(value));
    page.add(Named { object, kind, name, key, spelled, whole, value: shown });
    page.mention(object, value);
}

/// Reads the keys that an `ExternalSecret` makes.
fn external(page: &mut Page<'_, '_>, object: Object<'_>) {
    let template = object.root.at(&["spec", "target", "template"]);
    let made = template.and_then(|template| template.get("data"));
    let merges = template.and_then(|template| template.get("mergePolicy")?.value());
    let mut keys: Vec<Node<'_>> = Vec::new();
    keys.extend(made.into_iter().flat_map(|map| map.entries()).map(|(key, _)| key));
    // With a template of its own what is fetched only feeds the template.
    if made.is_none() || merges.as_deref() == Some("Merge") {
        let list = object.root.at(&["spec", "data"]);
        let items = list.into_iter().flat_map(|list| list.items());
        keys.extend(items.filter_map(|item| item.get("secretKey")));
    }
    for key in keys {
        let Some(name) = key.value().filter(|name| hints::is_variable(name)) else { continue };
        if hints::format(&name).is_some() {
            continue;
        }
        let (kind, name, spelled) = (SettingKind::Variable, name.into_owned(), Spelled::Elsewhere);
        page.add(Named { object, kind, name, key, spelled, whole: None, value: None });
    }
}

/// Reads a `KEY=value` of a generator.
fn literal(page: &mut Page<'_, '_>, object: Object<'_>, name: &str, node: Node<'_>, all: bool) {
    if !(all && hints::is_variable(name) || hints::is_capital(name)) {
        return;
    }
    let kind = SettingKind::Variable;
    if page.origin.is_secret() {
        let (name, spelled) = (name.to_owned(), Spelled::Elsewhere);
        page.add(Named { object, kind, name, key: node, spelled, whole: None, value: None });
        return;
    }
    let Some(text) = node.value() else { return };
    let spelled = Spelled::Text { text: text.clone().into_owned(), name: 0..name.len() };
    let whole = Some(node);
    let value = Some(node);
    page.add(Named { object, kind, name: name.to_owned(), key: node, spelled, whole, value });
    page.cut_literal();
    page.mention(object, node);
}

/// Reads a file that a generator makes the value of a key.
fn generated_file(
    page: &mut Page<'_, '_>,
    files: &Files,
    key: &str,
    file: &RepoPath,
    tree: &dyn Tree,
) {
    if page.origin.is_secret() {
        return;
    }
    match hints::format(key).or_else(|| hints::format(file.file_name())) {
        Some(Format::Yaml) => {
            if let Some(object) = files.plain(file).next() {
                config::tree(page, object, object.root);
            }
        }
        Some(Format::Lines) => {
            let bytes = tree.read(file).ok().flatten();
            let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else { return };
            for line in config::lines(&text) {
                let (file, line_number) = (file.clone(), line.row + 1);
                let position = Position { file, line: line_number, column: line.column };
                let spot = Spot::new(0, Path::default());
                let at = Place { position, spot, part: Part::Whole };
                page.add_line(at, line.kind(), &line.name, Some(line.value));
            }
        }
        None => {}
    }
}
