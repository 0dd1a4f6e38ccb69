//! The datastores that the repository itself runs, wherever they stand: releases, controllers and
//! subcharts of releases, objects of operators, plain workloads.
//!
//! Each [`Server`] knows the services by which others reach it, the Secrets that belong to it, and
//! the pods that a command can be run in. A pod is named only as far as it is certain. `releases` and
//! `objects` find them, `pods` and `sign_ins` say how one gets into them.

mod objects;
mod pods;
mod releases;
mod sign_ins;

use super::model::{Credential, Lives, Volume, Workload};
use crate::diagnostic::Position;
use crate::flux::ObjectName;

pub(super) use objects::{of_object, of_workload};
pub(super) use pods::own_workloads;
pub(super) use releases::of_app;
pub(super) use sign_ins::credential;

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
