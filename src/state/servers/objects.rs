//! The datastores that stand outside of releases: objects of operators, and plain workloads.

use super::super::around::{Around, Object, labels};
use super::super::model::{Lives, Workload};
use super::super::volumes;
use super::super::written::Written;
use super::Server;
use super::pods::{object_workload, told};
use super::sign_ins::{bootstrap, pod_credentials};
use crate::image::Reference;
use crate::policy::{EngineObject, Policies};

/// Reads an object of an operator that makes a datastore.
pub(in crate::state) fn of_object(object: &Object<'_>, policies: &Policies) -> Option<Server> {
    let manifest = &object.manifest;
    let (engine, made) = policies.datastores.iter().find_map(|engine| {
        let made = engine
            .policy
            .objects
            .iter()
            .find(|made| made.object == manifest.kind && made.group.matches(&manifest.group))?;
        Some((engine, made))
    })?;
    let id = manifest.id.clone();
    let lives = if manifest.group == "postgresql.cnpg.io" {
        Lives::Cnpg { cluster: id.clone() }
    } else {
        Lives::Object { kind: manifest.kind.clone(), name: id.clone() }
    };
    let named = |texts: &[String]| -> Vec<String> {
        texts.iter().map(|text| text.replace("{name}", &id.name)).collect()
    };
    let volumes = object.written.at(&["spec", "storage"]).map(|storage| {
        volumes::template(
            "storage",
            storage,
            storage.text_at(&["size"]),
            storage.text_at(&["storageClass"]),
        )
    });
    Some(Server {
        engine: engine.policy.name.clone(),
        own: lives.clone(),
        lives,
        namespace: id.namespace.clone(),
        hosts: named(&made.hosts),
        prefix: None,
        secrets: named(&made.secrets),
        release: None,
        version: version(&object.written, made),
        pin: None,
        workload: object_workload(&id, made),
        volumes: volumes.into_iter().collect(),
        credentials: bootstrap(&object.written, &id),
        at: manifest.position(),
        shows: format!("the {} `{}` is {}", manifest.kind, id.name, engine.policy.title()),
        by_image: true,
    })
}

/// Reads the version of an operator's object: the tag of an image, or a version as it stands.
fn version(written: &Written, made: &EngineObject) -> Option<String> {
    made.version.iter().find_map(|path| {
        let keys: Vec<&str> = path.split('.').collect();
        let text = written.text_at(&keys)?;
        let name = text.split('@').next().unwrap_or_default();
        let last = name.rsplit('/').next().unwrap_or_default();
        let tag = last.split_once(':').map(|(_, tag)| tag);
        // A version stands alone; an image without a tag says none.
        tag.or((last == name).then_some(last)).map(str::to_owned)
    })
}

/// Reads a plain workload whose container is an engine.
pub(in crate::state) fn of_workload(
    object: &Object<'_>,
    policies: &Policies,
    around: &Around,
) -> Option<Server> {
    let manifest = &object.manifest;
    if !matches!(manifest.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
        return None;
    }
    let pod = object.written.at(&["spec", "template", "spec"])?;
    let mut containers = pod.get("containers")?.items().iter();
    let (container, engine, image) = containers.find_map(|container| {
        let image = container.get("image")?;
        let reference = Reference::parse(image.text()?).ok()?;
        let engine = policies.datastore_of_image(reference.path())?;
        Some((container, engine, (image, reference)))
    })?;
    let id = manifest.id.clone();
    let lives = Lives::Object { kind: manifest.kind.clone(), name: id.clone() };
    let pod_labels = object.written.at(&["spec", "template", "metadata", "labels"]);
    let pod_labels = labels(pod_labels.map(Written::entries).unwrap_or_default());
    let selector = object.written.at(&["spec", "selector", "matchLabels"]);
    let services = around.services.iter().filter(|service| {
        service.id.namespace == id.namespace
            && !service.selector.is_empty()
            && service.selector.iter().all(|pair| pod_labels.contains(pair))
    });
    let mut hosts: Vec<String> = services.map(|service| service.id.name.clone()).collect();
    hosts.extend(object.written.text_at(&["spec", "serviceName"]).map(str::to_owned));
    Some(Server {
        engine: engine.policy.name.clone(),
        own: lives.clone(),
        lives,
        namespace: id.namespace.clone(),
        hosts,
        prefix: None,
        secrets: Vec::new(),
        release: None,
        version: image.1.tag().map(str::to_owned),
        pin: None,
        workload: Some(Workload {
            namespace: told(id.namespace.as_deref())?,
            kind: Some(manifest.kind.clone()),
            name: Some(id.name.clone()),
            selector: labels(selector.map(Written::entries).unwrap_or_default()),
            container: container.text_at(&["name"]).map(str::to_owned),
            release: None,
            replicas: object.written.text_at(&["spec", "replicas"]).map(str::to_owned),
        }),
        volumes: volumes::of_pod(&object.written, &id, around),
        credentials: pod_credentials(container, &id),
        at: image.0.at.clone(),
        shows: format!("`{}` is an image of {}", image.1.path(), engine.policy.title()),
        by_image: true,
    })
}
