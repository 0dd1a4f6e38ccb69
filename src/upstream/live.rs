//! Upstream as it is: registries, Helm repositories and forges, over the program's HTTP client.
//!
//! This is where questions meet their memory: each is asked once a run, whoever asks. What is
//! asked of a registry stands in `registry`, what of a Helm repository in `helm`, what of a forge
//! in `notes`.

use super::credentials::{Credentials, Keys};
use super::error::Error;
use super::git::GitServers;
use super::helm::Shelves;
use super::manifest::Parsed;
use super::notes::{self, Library, NotesHome, NotesPage, NotesPages};
use super::once::{Answers, Once};
use super::paging::Limits;
use super::registry::{Head, Registries};
use super::types::{ChartLocation, ChartVersion, ImageConfig, Manifest, Tags};
use super::{Upstream, chart};
use crate::http::{Client, Url};
use crate::image::{Digest, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the user says about registries.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The address to ask instead of a registry, by the registry's name: a mirror's or a proxy
    /// cache's, whose path is put before the repository's name.
    pub mirrors: BTreeMap<String, Url>,
    /// Registries that speak plain http, by name with port. This machine's always do, unless a
    /// mirror says otherwise.
    pub insecure: BTreeSet<String>,
    /// Who asks.
    pub credentials: Credentials,
    /// How much of a tag list is read.
    pub limits: Limits,
    /// Where notes are asked for, and as whom.
    pub notes: notes::Settings,
}

/// Registries and Helm repositories over HTTP.
pub struct Live {
    registries: Registries,
    shelves: Shelves,
    library: Library,
    git: GitServers,
    git_tags: Answers<String, Arc<Tags>>,
    tags: Answers<Repository, Arc<Tags>>,
    manifests: Answers<(Repository, String), Option<Arc<Parsed>>>,
    digests: Answers<(Repository, String), Option<Digest>>,
    labels: Answers<(Repository, String), Option<Arc<ImageConfig>>>,
    versions: Answers<(ChartLocation, String), Arc<[ChartVersion]>>,
    charts: Answers<(Repository, String), Option<Arc<ChartVersion>>>,
}

impl Live {
    /// Asks through a client. What the client is set to (replay, offline, record) holds.
    #[must_use]
    pub fn new(client: Client, settings: Settings) -> Self {
        let insecure = settings.insecure.clone();
        let library = Library::new(client.clone(), settings.notes.clone(), insecure);
        let limits = settings.limits;
        let settings = Arc::new(settings);
        let keys = Arc::new(Keys::new(settings.credentials.clone()));
        Self {
            registries: Registries::new(client.clone(), settings, Arc::clone(&keys)),
            git: GitServers::new(client.clone(), Arc::clone(&keys), limits),
            shelves: Shelves::new(client, keys),
            library,
            git_tags: Once::default(),
            tags: Once::default(),
            manifests: Once::default(),
            digests: Once::default(),
            labels: Once::default(),
            versions: Once::default(),
            charts: Once::default(),
        }
    }

    async fn parsed(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<Option<Arc<Parsed>>, Error> {
        let question = (repository.clone(), reference.to_owned());
        let ask = async {
            let parsed = self.registries.manifest(repository, reference).await?;
            Ok(parsed.map(Arc::new))
        };
        self.manifests.get(question, ask).await
    }

    /// Reads the configuration of the image behind a reference, with the annotations on the way.
    async fn config(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<Option<Arc<ImageConfig>>, Error> {
        let Some(top) = self.parsed(repository, reference).await? else { return Ok(None) };
        let image = match &top.child {
            Some(child) => self.parsed(repository, child.as_str()).await?,
            None => Some(Arc::clone(&top)),
        };
        let image = image.unwrap_or_else(|| Arc::clone(&top));
        let annotations = [&image.annotations, &top.annotations];
        let config = match &image.config {
            Some(config) => self.registries.config(repository, config, &annotations).await?,
            None => super::manifest::read_config(b"{}", &annotations).unwrap_or_default(),
        };
        Ok(Some(Arc::new(config)))
    }
}

impl Upstream for Live {
    async fn tags(&self, repository: &Repository) -> Result<Arc<Tags>, Error> {
        let ask = async { Box::pin(self.registries.tags(repository)).await.map(Arc::new) };
        self.tags.get(repository.clone(), ask).await
    }

    async fn manifest(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<Option<Manifest>, Error> {
        let parsed = self.parsed(repository, reference).await?;
        Ok(parsed.map(|parsed| Manifest {
            digest: parsed.digest.clone(),
            media_type: parsed.media_type.clone(),
            kind: parsed.kind,
        }))
    }

    async fn digest(&self, repository: &Repository, tag: &str) -> Result<Option<Digest>, Error> {
        let question = (repository.clone(), tag.to_owned());
        // Whoever has read the manifest knows its digest.
        if let Some(Ok(parsed)) = self.manifests.peek(&question) {
            return Ok(parsed.map(|parsed| parsed.digest.clone()));
        }
        let ask = async {
            match self.registries.head(repository, tag).await? {
                Head::Digest(digest) => Ok(Some(digest)),
                Head::Missing => Ok(None),
                Head::Silent => {
                    let parsed = self.parsed(repository, tag).await?;
                    Ok(parsed.map(|parsed| parsed.digest.clone()))
                }
            }
        };
        self.digests.get(question, ask).await
    }

    async fn labels(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<Option<Arc<ImageConfig>>, Error> {
        let question = (repository.clone(), reference.to_owned());
        self.labels.get(question, self.config(repository, reference)).await
    }

    async fn chart_versions(
        &self,
        source: &ChartLocation,
        chart: &str,
    ) -> Result<Arc<[ChartVersion]>, Error> {
        let question = (source.clone(), chart.to_owned());
        let ask = async {
            match chart::repository(source, chart) {
                Some(repository) => Ok(chart::versions_of_tags(&*self.tags(&repository).await?)),
                None => Box::pin(self.shelves.versions(source, chart)).await,
            }
        };
        self.versions.get(question, ask).await
    }

    async fn chart(
        &self,
        source: &ChartLocation,
        chart: &str,
        version: &str,
    ) -> Result<Option<Arc<ChartVersion>>, Error> {
        let Some(repository) = chart::repository(source, chart) else {
            let versions = self.chart_versions(source, chart).await?;
            let found = versions.iter().find(|candidate| candidate.version == version);
            return Ok(found.cloned().map(Arc::new));
        };
        let tag = version.replace('+', "_");
        let ask = async {
            let Some(parsed) = self.parsed(&repository, &tag).await? else { return Ok(None) };
            let config = match &parsed.config {
                Some(config) => Some(self.registries.blob(&repository, config).await?),
                None => None,
            };
            Ok(Some(Arc::new(chart::of_manifest(version, &parsed, config.as_deref()))))
        };
        self.charts.get((repository.clone(), tag.clone()), ask).await
    }

    async fn notes(
        &self,
        home: &NotesHome,
        from: &str,
        to: &str,
    ) -> Result<Arc<NotesPages>, Error> {
        self.library.notes(home, from, to).await
    }

    async fn later(&self, home: &NotesHome, from: &str) -> Result<Arc<[NotesPage]>, Error> {
        self.library.later(home, from).await
    }

    async fn git_tags(&self, url: &str) -> Result<Arc<Tags>, Error> {
        let ask = async { Box::pin(self.git.tags(url)).await.map(Arc::new) };
        self.git_tags.get(url.to_owned(), ask).await
    }
}
