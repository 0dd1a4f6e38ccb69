//! The pods of releases and of operators' objects, named as far as it is certain.

use super::super::apps::{App, Container};
use super::super::hosts;
use super::super::model::Workload;
use crate::flux::ObjectName;
use crate::policy::EngineObject;

/// Lists the pods of a release that are no datastore.
pub(in crate::state) fn own_workloads(app: &App<'_>) -> Vec<Workload> {
    let engine = |controller: &str| {
        let own = |c: &&Container| c.controller.as_deref() == Some(controller) && !c.is_client;
        let mut own = app.containers.iter().filter(own).filter(|c| !is_sidecar(c)).peekable();
        own.peek().is_some() && own.all(|container| container.engine.is_some())
    };
    let known = app.controllers().into_iter().filter(|(name, _)| !engine(name));
    let known: Vec<Workload> = known
        .filter_map(|(name, _)| controller_workload(app, name, None))
        .filter(|workload| workload.name.is_some())
        .collect();
    if known.is_empty() { labelled(app, None).into_iter().collect() } else { known }
}

/// Returns the pods of a controller of the common library, and the container that is meant.
pub(super) fn controller_workload(
    app: &App<'_>,
    controller: &str,
    container: Option<&Container>,
) -> Option<Workload> {
    let settings = app.values.at(&["controllers", controller])?;
    let kind = match settings.text_at(&["type"]).unwrap_or("deployment") {
        "statefulset" => "StatefulSet",
        "daemonset" => "DaemonSet",
        "deployment" => "Deployment",
        _ => return None,
    };
    let mut selector = vec![("app.kubernetes.io/instance".to_owned(), app.helm_name.clone())];
    if let Some(label) = app.controller_label() {
        selector.push((label.to_owned(), controller.to_owned()));
    }
    // `controllers.NAME.containers.CONTAINER`, the name of the container in the pod as well.
    let name = container.and_then(|container| container.path.get(3));
    Some(Workload {
        namespace: told(app.namespace.as_deref())?,
        kind: Some(kind.to_owned()),
        name: app.controller_name(controller),
        selector,
        container: name.cloned(),
        release: Some(app.id.clone()),
        replicas: settings.text_at(&["replicas"]).map(str::to_owned),
    })
}

/// Returns the pods of a release by the labels that Helm's conventions ask for.
pub(super) fn labelled(app: &App<'_>, subchart: Option<&str>) -> Option<Workload> {
    let mut selector = vec![("app.kubernetes.io/instance".to_owned(), app.helm_name.clone())];
    selector.extend(subchart.map(|key| ("app.kubernetes.io/name".to_owned(), key.to_owned())));
    Some(Workload {
        namespace: told(app.namespace.as_deref())?,
        kind: None,
        name: None,
        selector,
        container: None,
        release: Some(app.id.clone()),
        replicas: None,
    })
}

pub(super) fn object_workload(id: &ObjectName, made: &EngineObject) -> Option<Workload> {
    if made.selector.is_empty() {
        return None;
    }
    let selector = made.selector.iter();
    Some(Workload {
        namespace: told(id.namespace.as_deref())?,
        kind: None,
        name: None,
        selector: selector
            .map(|(key, value)| (key.clone(), value.replace("{name}", &id.name)))
            .collect(),
        container: made.container.clone(),
        release: None,
        replicas: None,
    })
}

/// Returns a namespace that the repository tells; one that holds a variable which nothing defines
/// would lead a command anywhere.
pub(super) fn told(namespace: Option<&str>) -> Option<String> {
    namespace.filter(|name| hosts::is_plain(name)).map(str::to_owned)
}

/// Says whether a container only watches another.
pub(super) fn is_sidecar(container: &Container) -> bool {
    let name = container.image.to_ascii_lowercase();
    let path = container.path.join(".").to_ascii_lowercase();
    ["exporter", "os-shell", "metrics", "sidecar", "backup", "pgbouncer", "reloader"]
        .iter()
        .any(|word| name.contains(word) || path.contains(word))
}
