//! What scales the workloads of a release by itself.
//!
//! KEDA scales up what was set to zero; a `HorizontalPodAutoscaler` stands aside there, and takes
//! over again with the first replica. Both are known by the workload that they name, which is the
//! release's own name or begins with it; charts make the second from their values as well.

use serde::{Deserialize, Serialize};

use super::kustomize::Contexts;
use super::load::{Files, Kind, Object};
use super::model::{ObjectName, Sign};

/// What scales the workloads of a release by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaled {
    /// What shows it.
    #[serde(flatten)]
    pub sign: Sign,
    /// Whether it scales up what stands at zero.
    pub from_zero: bool,
}

/// The autoscalers of a repository.
pub(super) struct Autoscalers {
    list: Vec<Autoscaler>,
}

struct Autoscaler {
    id: ObjectName,
    contexts: Vec<usize>,
    workload: String,
    scaled: Scaled,
}

impl Autoscalers {
    /// Reads the objects that scale workloads.
    pub(super) fn of(files: &Files, contexts: &Contexts<'_>) -> Self {
        let mut list = Vec::new();
        for object in files.objects() {
            let what = match object.kind {
                Kind::ScaledObject => "KEDA",
                Kind::Autoscaler => "a HorizontalPodAutoscaler",
                _ => continue,
            };
            let Some(target) = object.text(&["spec", "scaleTargetRef", "name"]) else { continue };
            for (id, applied) in contexts.names(object) {
                let workload = match applied.first() {
                    Some(context) => contexts.expand(*context, &target),
                    None => target.clone().into_owned(),
                };
                let position = object.position();
                let sign = Sign { position, shows: format!("{what} scales `{workload}`") };
                let scaled = Scaled { sign, from_zero: object.kind == Kind::ScaledObject };
                list.push(Autoscaler { id, contexts: applied, workload, scaled });
            }
        }
        Self { list }
    }

    /// Returns what scales a workload of a release that Helm knows by this name.
    pub(super) fn of_release(
        &self,
        object: Object<'_>,
        name: &str,
        id: &ObjectName,
        applied: &[usize],
    ) -> Option<Scaled> {
        let found = self.list.iter().find(|one| {
            let rest = one.workload.strip_prefix(name);
            let near = one.contexts.is_empty()
                || applied.is_empty()
                || one.contexts.iter().any(|context| applied.contains(context));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                && near
                && one.id.namespace == id.namespace
        });
        let in_values = || {
            let switch = object.root.at(&["spec", "values", "autoscaling", "enabled"])?;
            if switch.value().as_deref() != Some("true") {
                return None;
            }
            let shows = "its chart makes a HorizontalPodAutoscaler (`autoscaling.enabled`)";
            let sign = Sign { position: object.position_of(switch), shows: shows.to_owned() };
            Some(Scaled { sign, from_zero: false })
        };
        found.map(|one| one.scaled.clone()).or_else(in_values)
    }
}
