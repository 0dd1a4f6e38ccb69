//! What a release reads beside its inline values: `valuesFrom`.
//!
//! Helm lays these over one another in a fixed order: the files of `valuesFrom`, then the inline
//! values, then what `valuesFrom` puts at a `targetPath`. A version that something later replaces is locked, since an edit there would change
//! nothing. Of Secrets only those are read that kustomize makes of readable files.

use std::borrow::Cow;

use super::discover::{Discovery, Winner, dedup};
use super::load::Object;
use super::manifests::SourceOfValues;
use super::model::ObjectName;
use super::values::{self, Shape};
use crate::diagnostic::Why;
use crate::yaml::{Node, Path, Step};

/// What `valuesFrom` brings.
#[derive(Default)]
pub(super) struct From<'a> {
    pub(super) pins: Vec<String>,
    /// The files of values, each as an object, in their order.
    pub(super) values: Vec<Object<'a>>,
    /// The paths below `values` that something else sets, with what does.
    pub(super) forced: Vec<(Path, String)>,
}

impl<'a> Discovery<'a> {
    /// Reads the values that a release takes from ConfigMaps, in manifests or generated from files.
    pub(super) fn values_from(
        &mut self,
        object: Object<'a>,
        id: &ObjectName,
        applied: &[usize],
    ) -> From<'a> {
        let mut from = From::default();
        let inline = object.root.at(&["spec", "values"]);
        let list = object.root.at(&["spec", "valuesFrom"]);
        for entry in list.into_iter().flat_map(|node| node.items()) {
            let text = |key: &str| entry.get(key).and_then(|node| node.value());
            let Some(name) = text("name").map(|name| self.manifests.expand(applied, &name)) else {
                continue;
            };
            let key = text("valuesKey").unwrap_or(Cow::Borrowed("values.yaml"));
            let map = ObjectName { namespace: id.namespace.clone(), name };
            let is_map = text("kind").as_deref() == Some("ConfigMap");
            if let Some(target) = text("targetPath") {
                let path = target_path(&target);
                if is_map {
                    from.pins.extend(self.at_target(object, &map, &key, &path, id, applied));
                }
                let what =
                    format!("the {} `{}`", if is_map { "ConfigMap" } else { "Secret" }, map.name);
                self.lock_at(object, &path, &what);
                from.forced.push((path, what));
            } else if let Some(kind) = text("kind").and_then(|kind| SourceOfValues::of(&kind)) {
                let files = self.manifests.value_files((kind, &map), &key, applied, object);
                from.values.extend(files);
            }
        }
        for values in from.values.clone() {
            from.pins.extend(self.images(values, values.root, applied, id));
            // An inline version over a name in the file.
            if let Some(inline) = inline {
                let over = values::versions_over(inline, values.root);
                from.pins.extend(self.shapes_over(object, values, over, applied, id));
                let hidden: Vec<String> = self.pins_inside(values);
                self.note_hidden(hidden, values, inline, object, id);
            }
        }
        dedup(&mut from.pins);
        from
    }

    /// Reads the version that a ConfigMap puts at a path of the values.
    fn at_target(
        &mut self,
        object: Object<'a>,
        map: &ObjectName,
        key: &str,
        path: &Path,
        id: &ObjectName,
        applied: &[usize],
    ) -> Vec<String> {
        let Some(held) = self.manifests.contexts.config_map(map, object.file) else {
            return Vec::new();
        };
        let Some(value) = held.root.at(&["data", key]) else { return Vec::new() };
        let shape = over_path(object.root.at(&["spec", "values"]), path, value);
        self.shapes_over(held, object, shape.into_iter().collect(), applied, id)
    }

    /// Adds images whose versions stand in one object and whose names in another.
    pub(super) fn shapes_over(
        &mut self,
        object: Object<'a>,
        base: Object<'a>,
        shapes: Vec<Shape<'a>>,
        applied: &[usize],
        id: &ObjectName,
    ) -> Vec<String> {
        let releases = std::slice::from_ref(id);
        let owners = (object, Some(base));
        let add =
            |shape| self.pins.add_image(owners, shape, &self.manifests.contexts, applied, releases);
        shapes.into_iter().flat_map(add).collect()
    }

    /// Lists the pins that stand in a file of values itself.
    fn pins_inside(&self, values: Object<'a>) -> Vec<String> {
        let start = format!("{}#{}", values.file, values.spot(values.root));
        self.pins.ids().filter(|id| id.starts_with(&start)).map(str::to_owned).collect()
    }

    /// Notes the pins of a file of values that the inline values replace; another release may read
    /// the same file without anything over it.
    fn note_hidden(
        &mut self,
        pins: Vec<String>,
        values: Object<'a>,
        inline: Node<'a>,
        object: Object<'a>,
        id: &ObjectName,
    ) {
        let depth = values.spot(values.root).path.0.len();
        for pin_id in pins {
            let Some(pin) = self.pins.get(&pin_id) else { continue };
            let steps = pin.place().spot.path.0.get(depth..).unwrap_or_default();
            let over = descend(inline, steps).filter(|node| node.value().is_some());
            if let Some(over) = over {
                let by = Winner { release: id.clone(), place: object.position_of(over) };
                self.overruled.entry(pin_id).or_default().push(by);
            }
        }
    }

    /// Locks the pin at a path of a release's inline values.
    pub(super) fn lock_at(&mut self, object: Object<'a>, path: &Path, what: &str) {
        let Some(spec) = object.root.get("spec") else { return };
        let mut spot = object.spot(spec);
        spot.path.0.push(Step::Key("values".to_owned()));
        spot.path.0.extend(path.0.iter().cloned());
        let id = format!("{}#{spot}", object.file);
        if let Some(pin) = self.pins.get_mut(&id) {
            let message = format!("{what} overrides it; an edit here would change nothing");
            pin.locked = Some(Why::new("overridden", message));
        }
    }
}

/// Reads a `targetPath`, dots between its keys, `[0]` for an item of a list and `\\.` for a dot in a
/// key, as `helm --set` has it.
pub(super) fn target_path(text: &str) -> Path {
    let mut steps = Vec::new();
    let mut key = String::new();
    let mut chars = text.chars();
    let push = |key: &mut String, steps: &mut Vec<Step>| {
        if !key.is_empty() {
            steps.push(Step::Key(std::mem::take(key)));
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' => key.extend(chars.next()),
            '.' => push(&mut key, &mut steps),
            '[' => {
                push(&mut key, &mut steps);
                let index: String = chars.by_ref().take_while(|c| *c != ']').collect();
                match index.parse() {
                    Ok(index) => steps.push(Step::Item(index)),
                    Err(_) => steps.push(Step::Key(index)),
                }
            }
            other => key.push(other),
        }
    }
    push(&mut key, &mut steps);
    Path(steps)
}

/// Follows steps through mappings and lists, aliases and merge keys included.
pub(super) fn descend<'a>(from: Node<'a>, steps: &[Step]) -> Option<Node<'a>> {
    steps.iter().try_fold(from, |node, step| match step {
        Step::Key(key) => match node.get(key) {
            Some(next) => Some(next),
            None => node.items().nth(key.parse().ok()?),
        },
        Step::Item(index) if node.is_sequence() => node.items().nth(*index),
        Step::Item(index) => node.get(&index.to_string()),
        Step::Named(..) | Step::Embedded => None,
    })
}

/// Reads a value that is laid over a path of `values`, as an image whose name stands beside it there.
pub(super) fn over_path<'a>(
    values: Option<Node<'a>>,
    path: &Path,
    value: Node<'a>,
) -> Option<Shape<'a>> {
    let (Step::Key(key), above) = path.0.split_last()? else { return None };
    let images = match above.last() {
        Some(Step::Key(above)) => values::speaks_of_images(above),
        _ => false,
    };
    let base = descend(values?, above)?;
    values::part_over(key, value, base, images)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_paths_read_as_helm_sets_them() {
        for (text, path) in [
            ("image.tag", "/image/tag"),
            ("a[0].tag", "/a/0/tag"),
            (r"a\.b.c", "/a.b/c"),
            ("tag", "/tag"),
        ] {
            assert_eq!(target_path(text).to_string(), path, "{text}");
        }
    }
}
