//! One release as it will run: its chart, its values as one tree, its containers and its settings.
//!
//! For the chart of the common library the names of workloads, services and claims follow rules
//! that changed from one major to the next; they are known here. For other charts only what every
//! chart keeps is used: the labels that Helm's conventions ask for, and names that begin with the
//! release's.

use super::around::{Around, Object};
use super::settings::{Reading, Settings, settings};
use super::written::{Is, Reader, Written};
use crate::diagnostic::Position;
use crate::flux::{Applied, ObjectName, Release};
use crate::image::Reference;
use crate::policy::Policies;

/// A release with what was read of it.
pub(super) struct App<'a> {
    pub(super) object: &'a Object<'a>,
    pub(super) release: &'a Release,
    pub(super) id: ObjectName,
    /// The name that Helm knows it by.
    pub(super) helm_name: String,
    /// Where its pods run.
    pub(super) namespace: Option<String>,
    pub(super) values: Written,
    pub(super) containers: Vec<Container>,
    pub(super) settings: Settings,
    pub(super) naming: Naming,
}

/// A container in the values.
#[derive(Debug, Clone)]
pub(super) struct Container {
    /// The path of the mapping that holds its image.
    pub(super) path: Vec<String>,
    /// Its controller, where the chart has those.
    pub(super) controller: Option<String>,
    /// Its repository's path and its tag.
    pub(super) image: String,
    pub(super) tag: Option<String>,
    /// Where its image, or its tag, stands.
    pub(super) at: Position,
    /// The policy of the engine that it is.
    pub(super) engine: Option<String>,
    /// Whether it only calls an engine: it comes before the others, runs to its end, or has a
    /// client's command.
    pub(super) is_client: bool,
}

/// How a chart names what it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// The common library, by its major.
    Common(u64),
    /// Some other chart.
    Other,
}

/// Programs that talk to an engine and are none.
const CLIENTS: &[&str] = &[
    "pg_dump",
    "pg_isready",
    "psql",
    "mysqldump",
    "mariadb-dump",
    "mongodump",
    "redis-cli",
    "createdb",
];

impl<'a> App<'a> {
    pub(super) fn of(
        object: &'a Object<'a>,
        release: &'a Release,
        applied: &Applied<'_>,
        around: &Around,
        policies: &Policies,
    ) -> Self {
        let id = object.manifest.id.clone();
        let text = |key: &str| object.written.text_at(&["spec", key]).map(str::to_owned);
        let target = text("targetNamespace");
        let helm_name = text("releaseName").unwrap_or_else(|| match &target {
            Some(namespace) => format!("{namespace}-{}", id.name),
            None => id.name.clone(),
        });
        let namespace = target.or_else(|| id.namespace.clone());
        let mut values = Written::empty(object.manifest.position());
        for layer in applied.values(&object.manifest) {
            let expand = |text: &str| applied.expand_layer(&layer, text);
            let position = |node: crate::yaml::Node<'_>| layer.position_of(node);
            let read = Reader { expand: &expand, position: &position }.read(layer.node);
            values.lay(read.under(&layer.path));
        }
        for from in applied.secret_values(&object.manifest) {
            let text = |text: String| Written { at: from.position.clone(), is: Is::Text(text) };
            let mut reference = text(from.secret).under(&["secretKeyRef".into(), "name".into()]);
            reference.lay(text(from.key).under(&["secretKeyRef".into(), "key".into()]));
            values.lay(reference.under(&from.path));
        }
        let naming = naming(release, &values);
        let mut containers = Vec::new();
        find_containers(&values, &mut Vec::new(), policies, &mut containers);
        let reading = Reading { around, namespace: namespace.as_deref(), release: &helm_name };
        let settings = settings(&values, &reading);
        Self { object, release, id, helm_name, namespace, values, containers, settings, naming }
    }

    /// Returns a name in the release's namespace.
    pub(super) fn named(&self, name: &str) -> ObjectName {
        ObjectName { namespace: self.namespace.clone(), name: name.to_owned() }
    }

    /// Returns the full name that the common library gives, and every resource's name begins with.
    pub(super) fn full_name(&self) -> String {
        let over = |path: &[&str]| self.values.text_at(path).map(str::to_owned);
        over(&["global", "fullnameOverride"])
            .or_else(|| over(&["fullnameOverride"]))
            .unwrap_or_else(|| self.helm_name.clone())
    }

    /// Lists the controllers that are not switched off.
    pub(super) fn controllers(&self) -> Vec<(&str, &Written)> {
        enabled(self.values.get("controllers"))
    }

    /// Returns the name of a controller's workload, where the rules tell it.
    pub(super) fn controller_name(&self, controller: &str) -> Option<String> {
        let count = self.controllers().len();
        let settings = self.values.at(&["controllers", controller]);
        let has = |key: &str| settings.is_some_and(|settings| settings.get(key).is_some());
        // A name that is set by hand, or of which the chart's version is not known, is not guessed.
        if has("nameOverride") || has("forceRename") || has("prefix") || has("suffix") {
            return None;
        }
        let appended = self.values.text_at(&["global", "alwaysAppendIdentifierToResourceName"]);
        if appended == Some("true") || self.values.text_at(&["global", "nameOverride"]).is_some() {
            return None;
        }
        self.resource_name(controller, count, "main")
    }

    /// Lists the names that a service of the values may have.
    pub(super) fn service_names(&self, service: &str) -> Vec<String> {
        let full = self.full_name();
        let with_key = format!("{full}-{service}");
        let mut names = match self.naming {
            // The primary one of the older libraries, and the only one of the newer, has no suffix.
            Naming::Common(_) if enabled(self.values.get("service")).len() == 1 => {
                vec![full, with_key]
            }
            Naming::Common(_) => {
                let settings = self.values.at(&["service", service]);
                let primary = settings.and_then(|service| service.text_at(&["primary"]));
                let mut names = vec![with_key];
                if primary == Some("true") || service == self.helm_name || service == "main" {
                    names.push(full);
                }
                names
            }
            Naming::Other => vec![full, with_key],
        };
        let settings = self.values.at(&["service", service]);
        let set = |key: &str| settings.and_then(|settings| settings.text_at(&[key]));
        names.extend(set("forceRename").map(str::to_owned));
        names.extend(set("nameOverride").map(|name| format!("{}-{name}", self.full_name())));
        names
    }

    /// Returns the name that the common library gives to one of `count` resources.
    pub(super) fn resource_name(&self, key: &str, count: usize, first: &str) -> Option<String> {
        let full = self.full_name();
        let with_key = format!("{full}-{key}");
        let ends_with_key = full.ends_with(&format!("-{key}"));
        Some(match self.naming {
            Naming::Common(1) => full,
            Naming::Common(2) if key == first => full,
            Naming::Common(2) => with_key,
            Naming::Common(_) if count <= 1 || key == full => full,
            Naming::Common(4..) if ends_with_key => full,
            Naming::Common(3..) => with_key,
            Naming::Common(_) | Naming::Other => return None,
        })
    }

    /// Returns the name that the common library gives to one of `count` claims. Before its fourth
    /// major the only one has its key behind it as well.
    pub(super) fn claim_name(&self, key: &str, count: usize) -> Option<String> {
        let full = self.full_name();
        match self.naming {
            Naming::Common(4..) => self.resource_name(key, count, ""),
            Naming::Common(3) if key == full => Some(full),
            Naming::Common(_) => Some(format!("{full}-{key}")),
            Naming::Other => None,
        }
    }

    /// Returns the label by which the common library tells the pods of a controller.
    pub(super) fn controller_label(&self) -> Option<&'static str> {
        match self.naming {
            Naming::Common(4..) => Some("app.kubernetes.io/controller"),
            Naming::Common(2 | 3) => Some("app.kubernetes.io/component"),
            Naming::Common(_) | Naming::Other => None,
        }
    }
}

/// Lists the entries of a mapping that are not switched off.
pub(super) fn enabled(map: Option<&Written>) -> Vec<(&str, &Written)> {
    let entries = map.map(Written::entries).unwrap_or_default().iter();
    let on = entries
        .filter(|entry| entry.value.is_map() && entry.value.text_at(&["enabled"]) != Some("false"));
    on.map(|entry| (entry.key.as_str(), &entry.value)).collect()
}

/// Tells how a release's chart names things.
fn naming(release: &Release, values: &Written) -> Naming {
    let is_common = release.chart.name.as_deref() == Some("app-template")
        || (values.get("controllers").is_some() && values.get("defaultPodOptions").is_some());
    if release.chart.name.as_deref() != Some("app-template") && !is_common {
        return Naming::Other;
    }
    let version = release.chart.version.as_deref().unwrap_or_default();
    let major = version.trim_start_matches(['v', '~', '^', '=', '>', ' ']).split('.').next();
    match major.and_then(|major| major.parse().ok()) {
        Some(major) => Naming::Common(major),
        None => Naming::Other,
    }
}

/// Finds the mappings that hold an image, in the order of the text.
fn find_containers(
    written: &Written,
    path: &mut Vec<String>,
    policies: &Policies,
    found: &mut Vec<Container>,
) {
    if !path.is_empty() && is_no_workload(written) {
        return;
    }
    match &written.is {
        Is::Map(entries) => {
            for entry in entries {
                if entry.key == "image"
                    && let Some((image, tag, at)) = image(&entry.value)
                {
                    let engine = policies.datastore_of_image(&image);
                    let engine = engine.map(|engine| engine.policy.name.clone());
                    let is_client = is_client(path, written);
                    let controller = controller(path);
                    let path = path.clone();
                    found.push(Container { path, controller, image, tag, at, engine, is_client });
                }
                path.push(entry.key.clone());
                find_containers(&entry.value, path, policies, found);
                path.pop();
            }
        }
        Is::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                find_containers(item, path, policies, found);
                path.pop();
            }
        }
        Is::Text(_) | Is::Null => {}
    }
}

/// Says whether a manifest stands among the values of which the chart makes no pods itself, such as
/// a catalogue of images for an operator.
fn is_no_workload(written: &Written) -> bool {
    let kind = written.text_at(&["kind"]).filter(|_| written.get("apiVersion").is_some());
    kind.is_some_and(|kind| {
        !matches!(
            kind,
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Pod" | "Job" | "CronJob"
        )
    })
}

/// Reads an image: its repository's path, its tag, and where the tag stands.
fn image(written: &Written) -> Option<(String, Option<String>, Position)> {
    if let Some(text) = written.text() {
        let reference = Reference::parse(text).ok()?;
        let tag = reference.tag().map(str::to_owned);
        return Some((reference.path().to_owned(), tag, written.at.clone()));
    }
    let repository = written.get("repository").or_else(|| written.get("name"))?;
    let reference = Reference::parse(repository.text()?).ok()?;
    let tag = written.get("tag").or_else(|| written.get("version"));
    let text = tag.and_then(Written::text);
    let text = text.map(|text| text.split('@').next().unwrap_or_default().to_owned());
    let text = text.filter(|text| !text.is_empty());
    let at = tag.unwrap_or(repository).at.clone();
    Some((reference.path().to_owned(), text, at))
}

/// Returns the controller of a path, `controllers.NAME.containers.…`.
fn controller(path: &[String]) -> Option<String> {
    match path {
        [controllers, name, ..] if controllers == "controllers" => Some(name.clone()),
        _ => None,
    }
}

/// Says whether a container only calls an engine.
fn is_client(path: &[String], container: &Written) -> bool {
    // One that comes first and stays is a sidecar.
    let stays = container.text_at(&["restartPolicy"]) == Some("Always");
    let early = path.iter().any(|key| {
        let key = key.to_ascii_lowercase();
        key.contains("init") && !stays
            || key.contains("backup")
            || key.contains("cron")
            || key == "test"
            || key == "waitfor"
    });
    let text = |key: &str| {
        let Some(written) = container.get(key) else { return false };
        let words =
            written.text().into_iter().chain(written.items().iter().filter_map(Written::text));
        words.into_iter().any(|word| CLIENTS.iter().any(|client| word.contains(client)))
    };
    early || text("command") || text("args")
}
