//! A page that settings are read from: one text, with who applies it and what may be done to it.
//!
//! It makes settings of nodes, so that each knows its scalar, its value and its lock; what the nodes
//! mean is for the other rooms to say.

use super::super::load::Object;
use super::super::manifests::Manifests;
use super::super::model::{Part, Place};
use super::super::pins;
use super::super::substitute::variables;
use super::hints;
use super::model::{Literal, Mention, Origin, Setting, SettingKind, Spelled};
use crate::diagnostic::Why;
use crate::image::Reference;
use crate::yaml::{Kind, Node};

/// What is read, and what comes of it.
pub(super) struct Page<'p, 'a> {
    pub(super) manifests: &'p Manifests<'a>,
    /// The contexts that apply the text.
    pub(super) applied: &'p [usize],
    pub(super) origin: &'p Origin,
    /// Why nothing on it is edited.
    pub(super) locked: Option<Why>,
    /// The image of the container that is being read.
    pub(super) runs: Option<String>,
    pub(super) settings: Vec<Setting>,
    pub(super) mentions: Vec<Mention>,
}

/// A setting as it stands in a text.
pub(super) struct Named<'a> {
    pub(super) object: Object<'a>,
    pub(super) kind: SettingKind,
    pub(super) name: String,
    /// The scalar that names it.
    pub(super) key: Node<'a>,
    pub(super) spelled: Spelled,
    /// The entry or item that is all of it.
    pub(super) whole: Option<Node<'a>>,
    pub(super) value: Option<Node<'a>>,
}

impl Page<'_, '_> {
    /// Adds a setting.
    pub(super) fn add(&mut self, named: Named<'_>) {
        let Named { object, kind, name, key, spelled, whole, value } = named;
        let literal = value.and_then(|value| self.literal(object, &name, value));
        let locked = self.locked.clone().or_else(|| locked(object, key, &spelled));
        self.settings.push(Setting {
            kind,
            origin: self.origin.clone(),
            key: pins::place(object, key, Part::Whole),
            spelled,
            whole: whole.map(|node| pins::place(object, node, Part::Whole)),
            value: literal,
            locked,
            runs: self.runs.clone(),
            shared_with: Vec::new(),
            name,
        });
    }

    /// Adds a setting that stands on a line of a text that is no YAML; `at` is the scalar or file
    /// that holds the text.
    pub(super) fn add_line(
        &mut self,
        at: Place,
        kind: SettingKind,
        name: &str,
        value: Option<&str>,
    ) {
        let private = self.origin.is_secret() || value.is_some_and(|v| hints::is_private(name, v));
        let literal = value.filter(|_| !private);
        let literal = literal.map(|text| Literal { place: at.clone(), text: text.to_owned() });
        let plain = || Why::new("plain-text", "the text is no YAML");
        self.settings.push(Setting {
            name: name.to_owned(),
            kind,
            origin: self.origin.clone(),
            key: at,
            spelled: Spelled::Elsewhere,
            whole: None,
            value: literal,
            locked: Some(self.locked.clone().unwrap_or_else(plain)),
            runs: self.runs.clone(),
            shared_with: Vec::new(),
        });
    }

    /// Cuts the name off the value of the setting that was added last, whose one scalar holds
    /// `NAME=value`.
    pub(super) fn cut_literal(&mut self) {
        let value = self.settings.last_mut().and_then(|setting| setting.value.as_mut());
        if let Some(literal) = value {
            let text = literal.text.split_once('=').map(|(_, value)| value.to_owned());
            literal.text = text.unwrap_or_default();
            literal.place.part = Part::Literal;
        }
    }

    /// Returns the image that a mapping names, without its version.
    pub(super) fn image(&self, mapping: Node<'_>) -> Option<String> {
        let image = mapping.get("image")?;
        let text = |node: Node<'_>| Some(self.manifests.expand(self.applied, &node.value()?));
        let name = if image.is_mapping() {
            let repository = text(image.get("repository").or_else(|| image.get("name"))?)?;
            let registry = image.get("registry").and_then(text).filter(|text| !text.is_empty());
            registry.map_or(repository.clone(), |registry| format!("{registry}/{repository}"))
        } else {
            Reference::parse(&text(image)?).ok()?.repository().to_string()
        };
        (!name.is_empty() && !name.contains("${")).then_some(name)
    }

    /// Notes the variables that a text speaks of.
    pub(super) fn mention(&mut self, object: Object<'_>, node: Node<'_>) {
        if self.origin.is_secret() || node.kind() == Kind::Alias {
            return;
        }
        let Some(text) = node.value().filter(|text| text.contains('$')) else { return };
        for (name, filled_in) in spoken_of(&text) {
            let place = pins::place(object, node, Part::Whole);
            let (name, text) = (name.to_owned(), text.clone().into_owned());
            self.mentions.push(Mention { name, place, text, filled_in });
        }
    }

    /// Reads the value of a setting, where it is a scalar that may be shown.
    fn literal(&self, object: Object<'_>, name: &str, value: Node<'_>) -> Option<Literal> {
        if self.origin.is_secret() || pins::is_encrypted(object) {
            return None;
        }
        let node = value.target();
        let written = node.value()?;
        let text = self.manifests.expand(self.applied, &written);
        if hints::is_private(name, &text) {
            return None;
        }
        let place = self.definition(&written);
        let place = place.unwrap_or_else(|| pins::place(object, node, Part::Whole));
        Some(Literal { place, text })
    }

    /// Finds the scalar that defines a text which is one variable and nothing else.
    fn definition(&self, text: &str) -> Option<Place> {
        let found = variables(text);
        let variable = found.iter().find(|variable| variable.range == (0..text.len()))?;
        let contexts = &self.manifests.contexts;
        let context = self.applied.first()?;
        let definition = contexts.definition(*context, variable.name)?;
        let place = pins::place(definition.object, definition.node, definition.part);
        Some(match definition.line {
            Some(position) => Place { position, ..place },
            None => place,
        })
    }
}

/// Says why the scalar of a name cannot be edited.
fn locked(object: Object<'_>, key: Node<'_>, spelled: &Spelled) -> Option<Why> {
    if pins::is_encrypted(object) {
        return Some(Why::new("encrypted", "the file is encrypted with SOPS"));
    }
    if object.is_beyond() {
        return Some(Why::new("later-document", "it stands in a later document of a block scalar"));
    }
    if key.kind() == Kind::Alias {
        return Some(Why::new("alias", "the name is an alias of another text"));
    }
    if *spelled == Spelled::Elsewhere {
        return Some(Why::new("part-of-a-path", "the name is a part of a path"));
    }
    let variable = key.value().is_some_and(|text| text.contains("${"));
    variable.then(|| Why::new("variable", "a variable stands in the name"))
}

/// Returns the place of a line, counted from 0, in the text of a literal block scalar.
pub(super) fn line_of(object: Object<'_>, node: Node<'_>, line: u32, column: u32) -> Place {
    let mut place = pins::place(object, node, Part::Whole);
    if let Some((down, right)) = object.content(node) {
        place.position.line = down + line;
        place.position.column = right + column;
    }
    place
}

/// Lists the variables that a text speaks of, with whether each is written `$(NAME)`.
fn spoken_of(text: &str) -> Vec<(&str, bool)> {
    let mut found: Vec<(&str, bool)> = Vec::new();
    for (at, _) in text.match_indices('$') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let (inner, open) = match rest.as_bytes().first() {
            Some(b @ (b'(' | b'{')) => (rest.get(1..).unwrap_or_default(), Some(*b)),
            _ => (rest, None),
        };
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (name, behind) = inner.split_at(end.unwrap_or(inner.len()));
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        // `$$(NAME)` is Kubernetes' way to write a dollar.
        let doubled = at > 0 && text.as_bytes().get(at - 1) == Some(&b'$');
        let filled_in = open == Some(b'(') && behind.starts_with(')') && !doubled;
        if starts && !found.contains(&(name, filled_in)) {
            found.push((name, filled_in));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_spoken_of_in_three_ways() {
        for (text, expected) in [
            ("$(A_B)/x", vec![("A_B", true)]),
            ("${A} $B $(C)", vec![("A", false), ("B", false), ("C", true)]),
            ("$$(A)", vec![("A", false)]),
            ("$(A B) $1 $", vec![("A", false)]),
            ("$${A:-x}", vec![("A", false)]),
            ("plain", vec![]),
        ] {
            assert_eq!(spoken_of(text), expected, "{text}");
        }
    }
}
