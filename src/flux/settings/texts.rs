//! The texts that a release reads: its values, the patches on it, and the objects that these name.
//!
//! Every release's texts are listed, wanted or not, since a text that another release reads as well
//! is not one release's to change. What stands in the texts is read later, and only for those that
//! are wanted.

use std::collections::{HashMap, HashSet};

use super::super::fragments::ByName;
use super::super::kustomize::Generated;
use super::super::load::{Kind, Object};
use super::super::manifests::{Found, Manifests, SourceOfValues};
use super::super::model::ObjectName;
use super::super::pins;
use super::hints::Map;
use super::model::{Hidden, Origin};
use super::references::{self, Reference};
use crate::tree::RepoPath;
use crate::yaml::Node;

/// One text that a release reads.
#[derive(Clone)]
pub(super) struct Text<'r, 'a> {
    pub(super) origin: Origin,
    pub(super) form: Form<'r, 'a>,
    /// Whether all its keys become variables.
    pub(super) all: bool,
}

/// What kind of text it is.
#[derive(Clone)]
pub(super) enum Form<'r, 'a> {
    /// Values; the text below `under` among them.
    Values { object: Object<'a>, root: Node<'a>, under: String },
    /// An operation of a JSON patch that sets one value.
    Operation { object: Object<'a>, path: Node<'a>, under: String, value: Node<'a> },
    /// A ConfigMap, a Secret or an `ExternalSecret`.
    Data(Object<'a>),
    /// The literals of a generated object.
    Literals(&'r Generated<'a>),
    /// A file of lines, named by a node of a kustomization.
    Lines { object: Object<'a>, node: Node<'a>, file: RepoPath },
    /// A file that becomes the value of a key.
    File { key: String, file: RepoPath },
}

/// What a text is told from others by.
pub(super) type Identity = (RepoPath, String);

impl Text<'_, '_> {
    /// Returns what tells the text from others.
    pub(super) fn identity(&self) -> Identity {
        let (file, spot) = match &self.form {
            Form::Values { object, .. } | Form::Data(object) => {
                (object.file, object.spot(object.root).to_string())
            }
            Form::Operation { object, path, .. } => (object.file, object.spot(*path).to_string()),
            Form::Literals(generated) => (generated.object.file, "literals".to_owned()),
            Form::Lines { file, .. } | Form::File { file, .. } => (file, String::new()),
        };
        (file.clone(), spot)
    }
}

/// The texts of one release, and what it reads beyond the repository.
#[derive(Default)]
pub(super) struct Read<'r, 'a> {
    pub(super) texts: Vec<Text<'r, 'a>>,
    pub(super) hidden: Vec<Hidden>,
}

/// An object with the contexts that apply it.
type Applied<'a> = (Object<'a>, Vec<usize>);

/// Finds texts.
pub(super) struct Library<'r, 'a> {
    manifests: &'r Manifests<'a>,
    /// ConfigMaps, Secrets and `ExternalSecret`s by the name of what they are or make.
    objects: HashMap<(Map, ObjectName), Vec<Applied<'a>>>,
    /// The patches on each release, by its index.
    patches: HashMap<usize, Vec<Object<'a>>>,
}

impl<'r, 'a> Library<'r, 'a> {
    pub(super) fn of(manifests: &'r Manifests<'a>, releases: &[Found<'a>]) -> Self {
        let mut objects: HashMap<(Map, ObjectName), Vec<_>> = HashMap::new();
        for object in manifests.files.objects() {
            let map = match object.kind {
                Kind::ConfigMap => Map::ConfigMap,
                Kind::Secret | Kind::ExternalSecret => Map::Secret,
                _ => continue,
            };
            for (id, applied) in manifests.contexts.names(object) {
                let target = object.text(&["spec", "target", "name"]);
                let target = target.filter(|_| object.kind == Kind::ExternalSecret);
                let name = target.map_or(id.name, |name| manifests.expand(&applied, &name));
                let id = ObjectName { namespace: id.namespace, name };
                objects.entry((map, id)).or_default().push((object, applied));
            }
        }
        let by_name = ByName::of(releases);
        let mut patches: HashMap<usize, Vec<_>> = HashMap::new();
        for fragment in manifests.fragments() {
            for found in manifests.patched(&fragment, &by_name) {
                patches.entry(found.index).or_default().push(fragment.object);
            }
        }
        Self { manifests, objects, patches }
    }

    /// Lists the texts that a release reads.
    pub(super) fn read(&self, found: &Found<'a>) -> Read<'r, 'a> {
        let mut read = Read::default();
        let mut named = Vec::new();
        for (object, origin) in self.own(found) {
            values(object, &origin, &mut read, &mut named);
            self.values_from(object, found, &mut read, &mut named);
        }
        for reference in named {
            self.refer(&reference, found, &mut read);
        }
        let mut seen = HashSet::new();
        read.texts.retain(|text| seen.insert((text.identity(), text.all)));
        read
    }

    /// Lists the release itself and the patches on it.
    fn own(&self, found: &Found<'a>) -> Vec<(Object<'a>, Origin)> {
        let patches = self.patches.get(&found.index).into_iter().flatten();
        let patches = patches.map(|object| (*object, Origin::Patch));
        [(found.object, Origin::Values)].into_iter().chain(patches).collect()
    }

    /// Adds the texts that `valuesFrom` names.
    fn values_from(
        &self,
        object: Object<'a>,
        found: &Found<'a>,
        read: &mut Read<'r, 'a>,
        named: &mut Vec<Reference>,
    ) {
        let list = object.root.at(&["spec", "valuesFrom"]);
        for entry in list.into_iter().flat_map(|node| node.items()) {
            let text = |key: &str| entry.get(key).and_then(|node| node.value());
            let Some(name) = text("name") else { continue };
            let name = self.manifests.expand(&found.applied, &name);
            let map = ObjectName { namespace: found.id.namespace.clone(), name };
            if text("kind").as_deref() != Some("ConfigMap") {
                let what = format!("values from the Secret {map}");
                read.hidden.push(Hidden { what, position: object.position_of(entry) });
                continue;
            }
            if text("targetPath").is_some() {
                continue;
            }
            let key = text("valuesKey").unwrap_or("values.yaml".into());
            let files = self.manifests.value_files(
                (SourceOfValues::ConfigMap, &map),
                &key,
                &found.applied,
                object,
            );
            if files.is_empty() {
                let what = format!("values from the ConfigMap {map}");
                read.hidden.push(Hidden { what, position: object.position_of(entry) });
            }
            for object in files {
                let root = object.root;
                named.extend(references::read(object, root));
                let form = Form::Values { object, root, under: String::new() };
                let origin = Origin::ValuesFrom(map.clone());
                read.texts.push(Text { origin, form, all: false });
            }
        }
    }

    /// Adds the texts of an object that values name.
    fn refer(&self, reference: &Reference, found: &Found<'a>, read: &mut Read<'r, 'a>) {
        let release = self.manifests.helm_name(found.object, &found.id, &found.applied);
        let name = self.manifests.expand(&found.applied, &reference.name);
        let name = name.replace("{{ .Release.Name }}", &release);
        let id = ObjectName { namespace: found.id.namespace.clone(), name };
        let all = reference.all;
        let before = read.texts.len();
        for object in self.objects(reference.map, &id, &found.applied) {
            let origin = match object.kind {
                Kind::ConfigMap => Origin::ConfigMap(id.clone()),
                Kind::ExternalSecret => Origin::ExternalSecret(id.clone()),
                _ if pins::is_encrypted(object) => Origin::SopsSecret(id.clone()),
                _ => Origin::Secret(id.clone()),
            };
            if all && object.kind == Kind::ExternalSecret && makes_unknown(object) {
                let what = format!("keys that the ExternalSecret for {id} fetches by themselves");
                read.hidden.push(Hidden { what, position: object.position() });
            }
            read.texts.push(Text { origin, form: Form::Data(object), all });
        }
        for generated in self.generated(reference.map, &id, &found.applied) {
            let origin = match reference.map {
                Map::ConfigMap => Origin::Generated(id.clone()),
                Map::Secret => Origin::GeneratedSecret(id.clone()),
            };
            let object = generated.object;
            let lines = generated.lines.iter().map(|(file, node)| Form::Lines {
                object,
                node: *node,
                file: file.clone(),
            });
            let files = generated.files.iter();
            let files =
                files.map(|(key, file)| Form::File { key: key.clone(), file: file.clone() });
            let forms = lines.chain(files).chain([Form::Literals(generated)]);
            let text = |form| Text { origin: origin.clone(), form, all };
            read.texts.extend(forms.map(text));
        }
        if all && read.texts.len() == before {
            let kind = if reference.map == Map::Secret { "Secret" } else { "ConfigMap" };
            let what = format!("the {kind} {id}, which the repository does not define");
            read.hidden.push(Hidden { what, position: reference.position.clone() });
        }
    }

    /// Lists the objects of a name, those that the same contexts apply where there are any.
    fn objects(&self, map: Map, id: &ObjectName, applied: &[usize]) -> Vec<Object<'a>> {
        let loose = ObjectName { namespace: None, name: id.name.clone() };
        let exact = self.objects.get(&(map, id.clone()));
        let Some(all) = exact.or_else(|| self.objects.get(&(map, loose))) else {
            return Vec::new();
        };
        let near =
            |(_, contexts): &&Applied<'a>| contexts.iter().any(|context| applied.contains(context));
        let mut chosen: Vec<_> = all.iter().filter(near).collect();
        if chosen.is_empty() {
            chosen = all.iter().collect();
        }
        chosen.into_iter().map(|(object, _)| *object).collect()
    }

    /// Lists the generated objects of a name.
    fn generated(&self, map: Map, id: &ObjectName, applied: &[usize]) -> Vec<&'r Generated<'a>> {
        let contexts = &self.manifests.contexts;
        if map == Map::ConfigMap {
            return contexts.generated(id, applied, false);
        }
        let secrets = contexts.generated_secrets();
        let same = secrets.filter(|(name, _)| {
            let near = name.namespace.is_none() || name.namespace == id.namespace;
            name.name == id.name && near
        });
        same.map(|(_, generated)| generated).collect()
    }
}

/// Adds the values of a release or a patch.
fn values<'a>(
    object: Object<'a>,
    origin: &Origin,
    read: &mut Read<'_, 'a>,
    named: &mut Vec<Reference>,
) {
    let mut forms = Vec::new();
    if object.kind == Kind::JsonPatch {
        for operation in object.root.items() {
            let Some(path) = operation.get("path") else { continue };
            let Some(value) = operation.get("value") else { continue };
            let Some(under) = below_values(&pins::text(path)) else { continue };
            forms.push(if value.is_mapping() || under.is_empty() {
                Form::Values { object, root: value, under }
            } else {
                Form::Operation { object, path, under, value }
            });
        }
    } else if let Some(root) = object.root.at(&["spec", "values"]) {
        forms.push(Form::Values { object, root, under: String::new() });
    }
    for form in forms {
        if let Form::Values { root, .. } = &form {
            named.extend(references::read(object, *root));
        }
        read.texts.push(Text { origin: origin.clone(), form, all: false });
    }
}

/// Says whether an `ExternalSecret` makes keys that it does not name.
fn makes_unknown(object: Object<'_>) -> bool {
    let template = object.root.at(&["spec", "target", "template"]);
    let template = template.filter(|template| template.get("data").is_some());
    let merges = template.and_then(|t| t.get("mergePolicy")?.value());
    let only_template = template.is_some() && merges.as_deref() != Some("Merge");
    let from_files = template.is_some_and(|template| template.get("templateFrom").is_some());
    from_files || (!only_template && object.root.at(&["spec", "dataFrom"]).is_some())
}

/// Reads the path of a JSON patch operation as a dotted path below the values.
fn below_values(pointer: &str) -> Option<String> {
    let rest = pointer.strip_prefix("/spec/values")?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let keys = rest.split('/').filter(|key| !key.is_empty());
    let keys: Vec<_> = keys.map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    Some(keys.join("."))
}
