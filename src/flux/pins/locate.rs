//! Where a version is written: from the scalar that a manifest holds to the one that an upgrade edits.
//!
//! An alias leads to its anchor, a variable to the literal that defines it, perhaps through others,
//! or to its own default. What was passed on the way is kept, since it reads the same scalar.

use super::super::kustomize::Contexts;
use super::super::load::Object;
use super::super::model::Part;
use super::super::substitute::{Variable, variables, version_span};
use super::Draft;
use crate::diagnostic::Why;
use crate::yaml::Node;

/// How many variables may stand for one another.
const DEPTH: usize = 6;

/// The scalar that an upgrade edits.
pub(super) struct Located<'a> {
    pub(super) object: Object<'a>,
    pub(super) node: Node<'a>,
    pub(super) part: Part,
    /// The scalar's whole text.
    pub(super) scalar: String,
    /// What stands for the pin: the reference, or the version.
    pub(super) text: String,
    /// The scalars that lead here.
    pub(super) through: Vec<(Object<'a>, Node<'a>)>,
    pub(super) locked: Option<Why>,
}

/// Follows variables from the scalar that a manifest writes to the one that holds the text.
pub(super) fn locate<'a>(
    draft: &Draft<'a>,
    contexts: &Contexts<'a>,
    context: Option<usize>,
) -> Located<'a> {
    let node = draft.version;
    let text = node.value().unwrap_or_default().into_owned();
    let mut located = Located {
        object: draft.object,
        node,
        part: Part::Whole,
        scalar: text.clone(),
        text,
        through: Vec::new(),
        locked: None,
    };
    let mut context = context;
    for _ in 0..DEPTH {
        let text = located.text.clone();
        let found = variables(&text);
        let version = if draft.whole { version_span(&text) } else { 0..text.len() };
        let Some(variable) =
            found.iter().find(|v| v.range == version || v.range == (0..text.len()))
        else {
            if let Some(inside) = found.iter().find(|v| ranges_meet(&v.range, &version)) {
                located.locked = Some(Why::new(
                    "variable-inside-text",
                    format!(
                        "`${{{}}}` is only a part of the version; edit it by hand",
                        inside.name
                    ),
                ));
            }
            break;
        };
        let definition = context.and_then(|context| contexts.definition(context, variable.name));
        let Some(definition) = definition else {
            default(&mut located, variable, draft.whole && variable.range != (0..text.len()));
            break;
        };
        let value = definition.value;
        if let Some(line) = definition.line {
            let message = format!("{line} says so, a file that is no YAML; edit it by hand");
            located.locked = Some(Why::new("plain-file", message));
            located.text.replace_range(variable.range.clone(), &value);
            break;
        }
        located.through.push((located.object, located.node));
        // What stands around the variable stays: `name:${TAG}` reads on as `name:1.2`.
        let mut whole = text.clone();
        whole.replace_range(variable.range.clone(), &value);
        let partial = variable.range != (0..text.len());
        located.object = definition.object;
        located.node = definition.node;
        located.scalar = definition.node.value().unwrap_or_default().into_owned();
        located.text = whole;
        located.part = definition.part;
        if partial {
            break;
        }
        context = contexts.of_file(definition.object.file).first().copied();
    }
    located
}

/// Takes a variable's default, or says that nothing defines it.
fn default(located: &mut Located<'_>, variable: &Variable<'_>, partial: bool) {
    let Some((value, _)) = &variable.default else {
        located.locked = Some(Why::new(
            "unresolved-variable",
            format!("nothing in the repository defines `${{{}}}`", variable.name),
        ));
        return;
    };
    if value.contains("${") {
        let message = format!("the default of `${{{}}}` is itself a variable", variable.name);
        located.locked = Some(Why::new("unresolved-variable", message));
        return;
    }
    located.part = Part::Default;
    let value = (*value).to_owned();
    let range = variable.range.clone();
    if partial { located.text.replace_range(range, &value) } else { located.text = value }
}

fn ranges_meet(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
