//! Where a variable of `postBuild` is defined.

use super::super::load::Object;
use super::super::model::Part;
use crate::diagnostic::Position;
use crate::yaml::Node;

/// The scalar that defines a variable.
#[derive(Clone)]
pub(in crate::flux) struct Definition<'a> {
    pub(in crate::flux) object: Object<'a>,
    pub(in crate::flux) node: Node<'a>,
    /// What the variable stands for.
    pub(in crate::flux) value: String,
    /// The part of the scalar that says so.
    pub(in crate::flux) part: Part,
    /// The line that says so, where it stands in a file that is no YAML and the scalar names it.
    pub(in crate::flux) line: Option<Position>,
}

impl<'a> Definition<'a> {
    pub(super) fn whole(object: Object<'a>, node: Node<'a>) -> Option<Self> {
        let node = node.target();
        let value = node.value()?.into_owned();
        Some(Self { object, node, value, part: Part::Whole, line: None })
    }

    pub(super) fn literal(object: Object<'a>, node: Node<'a>) -> Option<Self> {
        let node = node.target();
        let value = node.value()?.split_once('=')?.1.to_owned();
        Some(Self { object, node, value, part: Part::Literal, line: None })
    }

    /// Takes a line of a file that a generator names by `node`.
    pub(super) fn line(object: Object<'a>, node: Node<'a>, value: &str, line: Position) -> Self {
        Self { object, node, value: value.to_owned(), part: Part::Whole, line: Some(line) }
    }
}

/// Finds the scalar of `postBuild.substitute` that defines a variable.
pub(super) fn inline<'a>(object: Object<'a>, name: &str) -> Option<Definition<'a>> {
    let substitute = object.root.at(&["spec", "postBuild", "substitute"])?;
    Definition::whole(object, substitute.get(name)?)
}

/// Lists the ConfigMaps that a Kustomization takes variables from, by name.
pub(super) fn substitute_from(object: Object<'_>) -> Vec<String> {
    let list = object.root.at(&["spec", "postBuild", "substituteFrom"]);
    let items = list.into_iter().flat_map(|node| node.items());
    let maps = items.filter(|item| {
        item.get("kind").and_then(|node| node.value()).as_deref() == Some("ConfigMap")
    });
    maps.filter_map(|item| Some(item.get("name")?.value()?.into_owned())).collect()
}
