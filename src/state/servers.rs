//! The datastores that the repository itself runs, wherever they stand: releases, controllers and
//! subcharts of releases, objects of operators, plain workloads.
//!
//! Each [`Server`] knows the services by which others reach it, the Secrets that belong to it, and
//! the pods that a command can be run in. A pod is named only as far as it is certain.

use super::apps::{App, Container, Naming, enabled};
use super::around::{Around, Object, labels};
use super::model::{Credential, CredentialRole, Lives, Volume, Workload};
use super::roles::{Role, is_administrator, role};
use super::settings::{Setting, Value};
use super::volumes;
use super::written::Written;
use crate::diagnostic::Position;
use crate::flux::{Inventory, ObjectName, PinKind};
use crate::policy::{EngineObject, Policies};

/// A datastore that the repository runs.
#[derive(Debug, Clone)]
pub(super) struct Server {
    /// The name of its policy.
    pub(super) engine: String,
    /// As those outside its own release see it.
    pub(super) lives: Lives,
    /// As its own release sees it.
    pub(super) own: Lives,
    pub(super) namespace: Option<String>,
    /// The services that lead to it.
    pub(super) hosts: Vec<String>,
    /// What its services' names begin with, where their exact names are the chart's secret.
    pub(super) prefix: Option<String>,
    /// The Secrets that it makes or takes its users from.
    pub(super) secrets: Vec<String>,
    /// The release that runs it.
    pub(super) release: Option<ObjectName>,
    pub(super) version: Option<String>,
    pub(super) pin: Option<String>,
    pub(super) workload: Option<Workload>,
    pub(super) volumes: Vec<Volume>,
    /// How one signs in, as its own settings say.
    pub(super) credentials: Vec<Credential>,
    pub(super) at: Position,
    pub(super) shows: String,
    /// Whether it was found by an image, rather than by a chart's name.
    pub(super) by_image: bool,
}

/// Lists the datastores that releases run.
pub(super) fn of_app(
    app: &App<'_>,
    inventory: &Inventory,
    policies: &Policies,
    around: &Around,
) -> Vec<Server> {
    let engines: Vec<&Container> = app
        .containers
        .iter()
        .filter(|container| container.engine.is_some() && !container.is_client)
        .filter(|container| is_running(app, container))
        .collect();
    let mut servers: Vec<Server> = engines
        .iter()
        .filter_map(|container| of_container(app, container, inventory, policies, around))
        .collect();
    // Two containers of one controller are one server with its sidecar.
    servers.dedup_by(|later, first| later.own == first.own && later.engine == first.engine);
    servers.extend(subcharts(app, policies, &servers, around));
    let chart = app.release.chart.name.as_deref();
    let by_chart = chart.and_then(|chart| policies.datastore_of_chart(chart));
    if let Some(engine) = by_chart.filter(|_| servers.is_empty()) {
        let position = app.release.position.clone();
        let shows =
            format!("the chart `{}` is {}", chart.unwrap_or_default(), engine.policy.title());
        let mut server = base(app, &engine.policy.name, &Lives::Itself, position, shows);
        server.prefix = Some(app.helm_name.clone());
        server.credentials = auth(app, &app.values, engine.policy.title());
        server.workload = labelled(app, None);
        server.volumes = volumes::of_app(app, around);
        server.by_image = false;
        servers.push(server);
    }
    servers
}

fn base(app: &App<'_>, engine: &str, own: &Lives, at: Position, shows: String) -> Server {
    Server {
        engine: engine.to_owned(),
        lives: Lives::Neighbour { release: app.id.clone() },
        own: own.clone(),
        namespace: app.namespace.clone(),
        hosts: Vec::new(),
        prefix: None,
        secrets: Vec::new(),
        release: Some(app.id.clone()),
        version: None,
        pin: None,
        workload: None,
        volumes: Vec::new(),
        credentials: Vec::new(),
        at,
        shows,
        by_image: true,
    }
}

/// Says whether a container's controller runs all the time.
fn is_running(app: &App<'_>, container: &Container) -> bool {
    let Some(controller) = &container.controller else { return true };
    let Some(settings) = app.values.at(&["controllers", controller]) else { return true };
    let kind = settings.text_at(&["type"]).unwrap_or("deployment");
    let on = |written: &Written| written.text_at(&["enabled"]) != Some("false");
    on(settings) && !matches!(kind, "cronjob" | "job")
}

/// Reads a container that is an engine.
fn of_container(
    app: &App<'_>,
    container: &Container,
    inventory: &Inventory,
    policies: &Policies,
    around: &Around,
) -> Option<Server> {
    let engine = container.engine.as_deref()?;
    // What only watches the engine does not make the release more than its datastore.
    let more = |other: &&Container| {
        let below =
            other.path.len() > container.path.len() && other.path.starts_with(&container.path);
        !below
            && other.engine.is_none()
            && !other.is_client
            && !is_sidecar(other)
            && is_running(app, other)
    };
    let others: Vec<&Container> = app.containers.iter().filter(more).collect();
    let alone = others.is_empty();
    let in_its_pod = container.controller.is_some()
        && others.iter().any(|other| other.controller == container.controller);
    let last = container.path.iter().rev().find(|key| key.parse::<usize>().is_err());
    let own = match (&container.controller, alone) {
        (_, true) => Lives::Itself,
        (Some(controller), false) => Lives::OwnController { controller: controller.clone() },
        (None, false) => {
            let key = container.path.first().or(last)?.clone();
            // Only a chart that is known as the engine's has labels that are known.
            if policies.datastore_of_chart(&key).is_some() {
                Lives::Subchart { key }
            } else {
                Lives::OwnController { controller: key }
            }
        }
    };
    let shows = format!("`{}` is an image of {engine}", container.image);
    let mut server = base(app, engine, &own, container.at.clone(), shows);
    server.version.clone_from(&container.tag);
    server.pin = pin_at(inventory, &container.at);
    let inside = |setting: &&Setting| setting.path.starts_with(&container.path);
    let inside: Vec<&Setting> = app.settings.list.iter().filter(inside).collect();
    server.credentials = credentials(app, &inside);
    server.secrets =
        server.credentials.iter().filter_map(|c| Some(c.secret.clone()?.name)).collect();
    server.secrets.dedup();
    if let (Some(controller), Naming::Common(_)) = (&container.controller, app.naming) {
        server.hosts = services(app, controller);
        server.workload = controller_workload(app, controller, Some(container));
    } else {
        // Of a part that is neither the release nor a chart of its own nothing is known.
        let (prefix, workload) = match &own {
            Lives::Subchart { key } => {
                (Some(format!("{}-{key}", app.helm_name)), labelled(app, Some(key)))
            }
            Lives::Itself => (Some(app.helm_name.clone()), labelled(app, None)),
            _ => (None, None),
        };
        server.hosts.extend(prefix.is_some().then(|| app.full_name()));
        (server.prefix, server.workload) = (prefix, workload);
        if let Some(controller) = &container.controller {
            server.hosts.extend(services(app, controller));
        }
    }
    let volumes = volumes::of_app(app, around);
    server.volumes = match &container.controller {
        // Which container of a pod mounts what is not told.
        Some(_) if in_its_pod => Vec::new(),
        Some(controller) => volumes
            .into_iter()
            .filter(|volume| {
                volume.controllers.is_empty() || volume.controllers.contains(controller)
            })
            .collect(),
        None => volumes,
    };
    Some(server)
}

/// Says whether a container only watches another.
fn is_sidecar(container: &Container) -> bool {
    let name = container.image.to_ascii_lowercase();
    let path = container.path.join(".").to_ascii_lowercase();
    ["exporter", "os-shell", "metrics", "sidecar", "backup", "pgbouncer", "reloader"]
        .iter()
        .any(|word| name.contains(word) || path.contains(word))
}

/// Lists the services in the values that lead to a controller.
fn services(app: &App<'_>, controller: &str) -> Vec<String> {
    let all = enabled(app.values.get("service"));
    let single = app.controllers().len() == 1;
    let leads = |(key, service): &(&str, &Written)| match service.text_at(&["controller"]) {
        Some(named) => named == controller,
        None => single || *key == controller,
    };
    let mut names: Vec<String> = Vec::new();
    for (key, _) in all.into_iter().filter(leads) {
        names.extend(app.service_names(key));
    }
    names
}

/// Lists the pods of a release that are no datastore.
pub(super) fn own_workloads(app: &App<'_>) -> Vec<Workload> {
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
fn controller_workload(
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
        namespace: app.namespace.clone()?,
        kind: Some(kind.to_owned()),
        name: app.controller_name(controller),
        selector,
        container: name.cloned(),
        release: Some(app.id.clone()),
        replicas: settings.text_at(&["replicas"]).map(str::to_owned),
    })
}

/// Returns the pods of a release by the labels that Helm's conventions ask for.
fn labelled(app: &App<'_>, subchart: Option<&str>) -> Option<Workload> {
    let mut selector = vec![("app.kubernetes.io/instance".to_owned(), app.helm_name.clone())];
    selector.extend(subchart.map(|key| ("app.kubernetes.io/name".to_owned(), key.to_owned())));
    Some(Workload {
        namespace: app.namespace.clone()?,
        kind: None,
        name: None,
        selector,
        container: None,
        release: Some(app.id.clone()),
        replicas: None,
    })
}

/// Lists the charts that a release's chart brings along and that are switched on.
fn subcharts(app: &App<'_>, policies: &Policies, known: &[Server], around: &Around) -> Vec<Server> {
    let mut found = Vec::new();
    for entry in app.values.entries() {
        let Some(engine) = policies.datastore_of_chart(&entry.key) else { continue };
        let enabled = entry.value.text_at(&["enabled"]).or(entry.value.text_at(&["install"]));
        let have =
            |server: &Server| matches!(&server.own, Lives::Subchart { key } if *key == entry.key);
        if enabled != Some("true") || known.iter().any(have) {
            continue;
        }
        let own = Lives::Subchart { key: entry.key.clone() };
        let shows = format!("`{}.enabled` brings {} along", entry.key, engine.policy.title());
        let mut server = base(app, &engine.policy.name, &own, entry.at.clone(), shows);
        server.prefix = Some(format!("{}-{}", app.helm_name, entry.key));
        server.hosts.push(format!("{}-{}", app.helm_name, entry.key));
        server.workload = labelled(app, Some(&entry.key));
        server.credentials = auth(app, &entry.value, engine.policy.title());
        server.secrets =
            server.credentials.iter().filter_map(|c| Some(c.secret.clone()?.name)).collect();
        server.by_image = false;
        server.volumes = volumes::of_part(app, &entry.value, &[entry.key.as_str()], around);
        found.push(server);
    }
    found
}

/// Reads how one signs in from the `auth` of a chart that is an engine.
fn auth(app: &App<'_>, values: &Written, title: &str) -> Vec<Credential> {
    let Some(auth) = values.get("auth").or_else(|| values.at(&["global", "postgresql", "auth"]))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |role, key: &str, name: &str| {
        let Some(written) = auth.get(key) else { return };
        let Some(text) = written.text() else { return };
        let literal = (role != CredentialRole::Password).then(|| text.to_owned());
        if literal.is_none() {
            return;
        }
        let (name, position) = (name.to_owned(), written.at.clone());
        found.push(Credential { role, name, secret: None, key: None, literal, position });
    };
    add(CredentialRole::User, "username", "auth.username");
    add(CredentialRole::Database, "database", "auth.database");
    let secret =
        auth.get("existingSecret").and_then(|at| Some((at.text()?.to_owned(), at.at.clone())));
    if let Some((secret, position)) = secret {
        // The charts' own default where the key has no name of its own.
        let named = auth.text_at(&["secretKeys", "userPasswordKey"]);
        let by_title = if title.contains("PostgreSQL") { Some("password") } else { None };
        let key = named.or(by_title).map(str::to_owned);
        found.push(Credential {
            role: CredentialRole::Password,
            name: "auth.existingSecret".to_owned(),
            secret: Some(app.named(&secret)),
            key,
            literal: None,
            position,
        });
    }
    found
}

/// Reads how one signs in from the settings of an engine's own container.
pub(super) fn credentials(app: &App<'_>, settings: &[&Setting]) -> Vec<Credential> {
    let mut found: Vec<Credential> = Vec::new();
    for setting in settings {
        let Some((_, Role::Part(part))) = role(&setting.normal) else { continue };
        let wanted = matches!(
            part,
            CredentialRole::User | CredentialRole::Password | CredentialRole::Database
        );
        if wanted && !is_administrator(&setting.normal) && setting.is_variable {
            found.push(credential(app, setting, part));
        }
    }
    found
}

/// Makes a part of a sign-in of a setting.
pub(super) fn credential(app: &App<'_>, setting: &Setting, part: CredentialRole) -> Credential {
    let (secret, key, literal) = match &setting.value {
        Value::Secret { secret, key, .. } => (Some(app.named(secret)), Some(key.clone()), None),
        Value::Plain(text) => {
            let open = !matches!(part, CredentialRole::Password | CredentialRole::Url);
            let plain = open && super::hosts::is_plain(text);
            (None, None, plain.then(|| text.clone()))
        }
    };
    let (name, position) = (setting.name.clone(), setting.at.clone());
    Credential { role: part, name, secret, key, literal, position }
}

/// Finds the pin whose version stands at a position.
fn pin_at(inventory: &Inventory, at: &Position) -> Option<String> {
    let pins = inventory.pins.iter().filter(|pin| pin.kind == PinKind::Image);
    let found = pins.into_iter().find(|pin| {
        let places = std::iter::once(pin.place()).chain(&pin.used_by);
        places
            .into_iter()
            .any(|place| place.position.file == at.file && place.position.line == at.line)
    });
    found.map(|pin| pin.id.clone())
}

/// Reads an object of an operator that makes a datastore.
pub(super) fn of_object(object: &Object<'_>, policies: &Policies) -> Option<Server> {
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

fn object_workload(id: &ObjectName, made: &EngineObject) -> Option<Workload> {
    if made.selector.is_empty() {
        return None;
    }
    let selector = made.selector.iter();
    Some(Workload {
        namespace: id.namespace.clone()?,
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

/// Reads the first database of a cluster and its owner.
fn bootstrap(written: &Written, id: &ObjectName) -> Vec<Credential> {
    let Some(init) = written.at(&["spec", "bootstrap", "initdb"]) else { return Vec::new() };
    let mut found = Vec::new();
    for (role, key) in [(CredentialRole::Database, "database"), (CredentialRole::User, "owner")] {
        let Some(at) = init.get(key) else { continue };
        let Some(text) = at.text() else { continue };
        found.push(Credential {
            role,
            name: format!("bootstrap.initdb.{key}"),
            secret: None,
            key: None,
            literal: Some(text.to_owned()),
            position: at.at.clone(),
        });
    }
    if let Some(secret) = init.get("secret")
        && let Some(name) = secret.text_at(&["name"])
    {
        found.push(Credential {
            role: CredentialRole::Password,
            name: "bootstrap.initdb.secret".to_owned(),
            secret: Some(ObjectName { namespace: id.namespace.clone(), name: name.to_owned() }),
            key: Some("password".to_owned()),
            literal: None,
            position: secret.at.clone(),
        });
    }
    found
}

/// Reads a plain workload whose container is an engine.
pub(super) fn of_workload(
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
        let reference = crate::image::Reference::parse(image.text()?).ok()?;
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
            namespace: id.namespace.clone()?,
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

/// Reads how one signs in from the environment of a plain pod's container.
fn pod_credentials(container: &Written, id: &ObjectName) -> Vec<Credential> {
    let items = container.get("env").map(Written::items).unwrap_or_default();
    let found = items.iter().filter_map(|item| {
        let name = item.text_at(&["name"])?;
        let normal = super::roles::normal(name);
        let (_, Role::Part(part)) = role(&normal)? else { return None };
        let wanted = matches!(
            part,
            CredentialRole::User | CredentialRole::Password | CredentialRole::Database
        );
        if !wanted || is_administrator(&normal) {
            return None;
        }
        let reference = item.at(&["valueFrom", "secretKeyRef"]);
        let secret = reference.and_then(|r| r.text_at(&["name"]));
        let literal = item.text_at(&["value"]).filter(|_| part != CredentialRole::Password);
        Some(Credential {
            role: part,
            name: name.to_owned(),
            secret: secret
                .map(|name| ObjectName { namespace: id.namespace.clone(), name: name.to_owned() }),
            key: reference.and_then(|r| r.text_at(&["key"])).map(str::to_owned),
            literal: literal.map(str::to_owned),
            position: item.at.clone(),
        })
    });
    found.collect()
}
