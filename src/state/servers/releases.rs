//! The datastores that releases run: a container whose image is an engine, a chart that is one, a
//! chart that brings one along.

use super::super::apps::{App, Container, Naming, enabled};
use super::super::around::Around;
use super::super::model::{Lives, Workload};
use super::super::settings::Setting;
use super::super::volumes;
use super::super::written::Written;
use super::Server;
use super::pods::{controller_workload, is_sidecar, labelled};
use super::sign_ins::{auth, credentials};
use crate::diagnostic::Position;
use crate::flux::{Inventory, PinKind};
use crate::policy::Policies;

/// Lists the datastores that releases run.
pub(in crate::state) fn of_app(
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
    // Charts with one controller list what else runs in its pod.
    let beside = container.path.first().is_some_and(|key| {
        matches!(key.as_str(), "sidecars" | "additionalContainers" | "extraContainers")
    });
    let last = container.path.iter().rev().find(|key| key.parse::<usize>().is_err());
    // The image of a chart that is brought along says nothing of the rest of the release.
    let chart = app.release.chart.name.as_deref();
    let is_engine = chart.is_some_and(|chart| policies.datastore_of_chart(chart).is_some());
    let bundled = container.path.first().is_some_and(|key| {
        !is_engine && chart.is_some() && policies.datastore_of_chart(key).is_some()
    });
    let own = match (&container.controller, alone && !bundled) {
        (_, true) => Lives::Itself,
        (Some(controller), false) => Lives::OwnController { controller: controller.clone() },
        (None, false) => {
            let key = container.path.first().or(last)?.clone();
            // Only a chart that is known as the engine's has labels that are known.
            if policies.datastore_of_chart(&key).is_some() {
                Lives::Subchart { key }
            } else if beside {
                Lives::OwnController { controller: app.full_name() }
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
            _ if beside => {
                let name = last.filter(|name| container.path.first() != Some(name)).cloned();
                let workload = labelled(app, None).filter(|_| name.is_some());
                (None, workload.map(|workload| Workload { container: name, ..workload }))
            }
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
        _ if in_its_pod || beside => Vec::new(),
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
