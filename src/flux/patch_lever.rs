//! The second lever: a post-renderer that patches the workloads to zero.
//!
//! For charts whose values ignore a 0. A policy names the workloads, or states that the family holds
//! no datastore, so that a patch by kind can be trusted. The patch goes behind all other
//! post-renderers, since the last one wins, and a target that matches nothing succeeds silently:
//! names come from a policy and are never guessed.

use super::lever::{Subject, none};
use super::model::{Lever, LeverKind};
use crate::policy::{ChartPolicy, Datastores, PatchTarget, WorkloadKind};
use crate::yaml::{Edit, Kind, Node, Value};

/// Kubernetes cuts the names that charts make at 63 characters, and so do charts.
const LONGEST_NAME: usize = 63;

/// Says whether a policy speaks of patches at all.
pub(super) fn is_known(policy: &ChartPolicy) -> bool {
    !policy.patch.is_empty() || policy.datastores.is_some()
}

/// Returns the patch that stops a release, or why there is none.
pub(super) fn of(
    subject: &Subject<'_, '_>,
    chart: &str,
    policy: &ChartPolicy,
) -> Result<Lever, String> {
    let targets = match (&policy.datastores, subject.datastore) {
        _ if !policy.patch.is_empty() => policy.patch.clone(),
        (Some(Datastores::None), None) => {
            let any = |kind| PatchTarget { kind, name: None };
            vec![any(WorkloadKind::Deployment), any(WorkloadKind::StatefulSet)]
        }
        (Some(Datastores::None), Some(sign)) => {
            return Err(format!("{}, which a patch by kind would stop", sign.shows));
        }
        (None, _) => return Err("no policy names its workloads".to_owned()),
    };
    let mut patches = Vec::new();
    let mut places = Vec::new();
    for target in &targets {
        let kind = target.kind.as_str();
        let name = target.name.as_ref().map(|name| filled(name, subject, chart)).transpose()?;
        places.push(match &name {
            Some(name) => format!("{kind}/{name}"),
            None => format!("every {kind}"),
        });
        patches.push(patch(target.kind, name.as_deref()));
    }
    let item =
        Value::mapping([("kustomize", Value::mapping([("patches", Value::Sequence(patches))]))]);
    Ok(Lever {
        kind: LeverKind::Patch,
        r#where: Some(places.join(", ")),
        stop: vec![insertion(subject, item)?],
        ..none("its chart ignores a 0 in its values, so a post-renderer sets it")
    })
}

/// Writes one patch of a workload.
fn patch(kind: WorkloadKind, name: Option<&str>) -> Value {
    let (version, zero) = match kind {
        WorkloadKind::Deployment | WorkloadKind::StatefulSet => ("apps/v1", "replicas: 0"),
        WorkloadKind::CronJob => ("batch/v1", "suspend: true"),
    };
    let kind = kind.as_str();
    // With a target beside it, the name inside the patch is read and does not matter.
    let inside = name.unwrap_or("any");
    let text = format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {inside}\nspec:\n  {zero}\n"
    );
    let mut target = vec![("kind", Value::from(kind))];
    target.extend(name.map(|name| ("name", Value::from(name))));
    Value::mapping([("target", Value::mapping(target)), ("patch", Value::Text(text))])
}

/// Adds a post-renderer behind those that stand there.
fn insertion(subject: &Subject<'_, '_>, item: Value) -> Result<Edit, String> {
    let object = subject.object;
    let spec = object.root.get("spec").ok_or("it has no spec")?;
    let own = |(key, _): &(Node<'_>, Node<'_>)| key.value().as_deref() == Some("postRenderers");
    match spec.entries().find(own) {
        Some((_, list)) if list.kind() == Kind::Alias => {
            Err("`postRenderers` stands behind an alias that others share".to_owned())
        }
        Some((_, list)) if list.is_sequence() || list.is_null() => {
            Ok(Edit::insert_item(object.spot(list), item))
        }
        Some(_) => Err("`postRenderers` is no list".to_owned()),
        None if spec.get("postRenderers").is_some() => {
            Err("`postRenderers` comes through a merge key".to_owned())
        }
        None => Ok(Edit::insert(object.spot(spec), "postRenderers", Value::Sequence(vec![item]))),
    }
}

/// Fills in `{release}` and `{fullname}`, as Helm's starter chart makes names.
fn filled(name: &str, subject: &Subject<'_, '_>, chart: &str) -> Result<String, String> {
    let release = subject.release;
    let value = |key: &str| {
        let set = subject.values.iter().find_map(|layer| layer.get(key)?.value());
        set.filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned)
    };
    let fullname = value("fullnameOverride").unwrap_or_else(|| {
        let name = value("nameOverride").unwrap_or_else(|| chart.to_owned());
        if release.contains(&name) { release.to_owned() } else { format!("{release}-{name}") }
    });
    let fullname: String = fullname.chars().take(LONGEST_NAME).collect();
    let name = name.replace("{fullname}", fullname.trim_end_matches('-'));
    let name = name.replace("{release}", release);
    let fits = name.len() <= LONGEST_NAME
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(name) } else { Err(format!("`{name}` is not the name of a workload")) }
}
