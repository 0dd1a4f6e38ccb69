//! What exists outside the repository: registries, Helm repositories and release notes, asked over
//! `http`.
//!
//! [`Upstream`] is the boundary that `resolve` and `analyse` are written against; [`Live`] is its
//! only implementation besides the doubles of tests, since replay and offline work happen below,
//! in `http`. The rooms, in the order in which a question passes through them: `live` with `once`
//! (the same question is asked once a run), `registry` (the requests of the distribution API),
//! `place` (where a repository is asked for), `auth` with `challenge`, `token`, `credentials` and
//! `docker_config` (who asks, and how the registry wants to be asked), `paging` and `manifest`
//! with `content` (what the answers say); beside them `chart` (charts in registries), `helm`
//! (repositories over HTTP), `git` (tags of Git repositories) and `notes` (release notes of
//! forges).

mod auth;
mod challenge;
mod chart;
mod content;
mod credentials;
mod docker_config;
mod error;
mod git;
mod helm;
mod live;
mod manifest;
pub mod notes;
mod once;
mod paging;
mod place;
mod registry;
mod token;
mod types;

pub use credentials::{Credential, Credentials};
pub use docker_config::DockerConfig;
pub use error::Error;
pub use live::{Live, Settings};
pub use notes::{NotesHome, NotesPage, NotesPages, chart_notes};
pub use paging::Limits;
pub use types::{ChartLocation, ChartVersion, ImageConfig, Manifest, ManifestKind, Tags};

use crate::image::{Digest, Repository};
use std::future::Future;
use std::sync::Arc;

/// What can be asked about the world outside.
///
/// The same question asked twice in a run is one request; answers are shared, not copied.
pub trait Upstream: Send + Sync {
    /// Lists the tags of a repository, in the registry's order.
    ///
    /// # Errors
    /// When the registry gives no usable answer; a missing repository is [`Error::NotFound`].
    fn tags(
        &self,
        repository: &Repository,
    ) -> impl Future<Output = Result<Arc<Tags>, Error>> + Send;

    /// Looks at the manifest behind a tag or a digest; `None` where there is none.
    ///
    /// # Errors
    /// When the registry gives no usable answer.
    fn manifest(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> impl Future<Output = Result<Option<Manifest>, Error>> + Send;

    /// Asks for the digest behind a tag with one HEAD; `None` where the tag does not exist. For a
    /// multi-platform image it is the index's digest.
    ///
    /// # Errors
    /// When the registry gives no usable answer.
    fn digest(
        &self,
        repository: &Repository,
        tag: &str,
    ) -> impl Future<Output = Result<Option<Digest>, Error>> + Send;

    /// Reads the labels and the age of the image behind a tag or a digest, with at most three
    /// requests (index, manifest, configuration); `None` where there is none.
    ///
    /// # Errors
    /// When the registry gives no usable answer.
    fn labels(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> impl Future<Output = Result<Option<Arc<ImageConfig>>, Error>> + Send;

    /// Lists the versions of a chart, each once, in the source's order. From an OCI registry only
    /// the versions are known; [`Upstream::chart`] tells the rest.
    ///
    /// # Errors
    /// When the source gives no usable answer; a missing chart is [`Error::NotFound`].
    fn chart_versions(
        &self,
        source: &ChartLocation,
        chart: &str,
    ) -> impl Future<Output = Result<Arc<[ChartVersion]>, Error>> + Send;

    /// Reads what one version of a chart says about itself; `None` where there is none. For an
    /// HTTP repository the index holds it already; an OCI registry takes two requests.
    ///
    /// # Errors
    /// When the source gives no usable answer.
    fn chart(
        &self,
        source: &ChartLocation,
        chart: &str,
        version: &str,
    ) -> impl Future<Output = Result<Option<Arc<ChartVersion>>, Error>> + Send;

    /// Finds the notes for the versions after `from`, up to and including `to`: releases,
    /// changelogs, upgrade guides. What could not be read is said in the answer.
    ///
    /// # Errors
    /// When nobody gave any answer.
    fn notes(
        &self,
        home: &NotesHome,
        from: &str,
        to: &str,
    ) -> impl Future<Output = Result<Arc<NotesPages>, Error>> + Send;

    /// Lists the releases after a version, newest first, with what each says; those that say nothing
    /// as well. A home that releases nothing has none.
    ///
    /// # Errors
    /// When the forge gives no usable answer.
    fn later(
        &self,
        home: &NotesHome,
        from: &str,
    ) -> impl Future<Output = Result<Arc<[NotesPage]>, Error>> + Send;

    /// Lists the tags of a Git repository, in the server's order, by the URL that a
    /// `GitRepository` writes.
    ///
    /// # Errors
    /// When the server gives no usable answer; a missing repository is [`Error::NotFound`], or
    /// [`Error::Denied`] where the server does not tell.
    fn git_tags(&self, url: &str) -> impl Future<Output = Result<Arc<Tags>, Error>> + Send;
}
