//! Policies of kind `app`: what the notes of an application cannot say themselves.
//!
//! Notes are found and read without a policy. What remains is where they live when nothing points
//! there, which images of different folders are one application, which versions must be passed
//! through although no note says so, a move that was announced elsewhere, and what shows that the
//! application works again.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Glob, Policies, Ruled, glob};
use crate::image::Repository;

/// What is known of an application beside its notes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Always `app`.
    pub kind: String,
    /// The application's name.
    pub name: String,
    /// Its images, by the last segments of their repository.
    #[serde(default)]
    pub images: Vec<Glob>,
    /// Its charts, by name.
    #[serde(default)]
    pub charts: Vec<Glob>,
    /// Where its notes live, when neither the image's label nor the chart says so.
    #[serde(default)]
    pub notes: Vec<NotesAt>,
    /// The images that are one version of it wherever they stand, by the last segments of their
    /// repository.
    #[serde(default)]
    pub lockstep: Vec<Glob>,
    /// The versions that must be passed through.
    #[serde(default)]
    pub stops: Vec<Passage>,
    /// The versions that must not be run.
    #[serde(default)]
    pub avoid: Vec<Passage>,
    /// Where an image or a chart went.
    #[serde(default)]
    pub moves: Vec<Move>,
    /// What a person makes sure of before it is stopped, one sentence each.
    #[serde(default)]
    pub quiet: Vec<String>,
    /// What a person looks at to see that it works, one sentence each.
    #[serde(default)]
    pub verify: Vec<String>,
}

/// Where notes live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotesAt {
    /// A repository at a forge, or one file of notes.
    pub url: String,
    /// Whose notes they are.
    #[serde(default)]
    pub of: NotesOf,
}

/// Whose notes they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotesOf {
    /// The application's, by the versions of its image.
    #[default]
    App,
    /// The chart's, by its own versions.
    Chart,
}

/// A version with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// The version, which may be partial.
    pub version: String,
    /// Why, in a sentence that a reviewer reads.
    pub reason: String,
    /// Where it is said.
    #[serde(default)]
    pub source: Option<String>,
}

/// Where an image or a chart went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The repository that it left, with its registry; for charts the URL of the source.
    pub from: String,
    /// The repository that it is published in now; for charts the URL, `oci://…` or `https://…`.
    pub to: String,
    /// The first version that is published there alone.
    #[serde(default)]
    pub since: Option<String>,
    /// Who says so, as a URL.
    pub source: String,
}

impl Policies {
    /// Returns what is known of an image's application, by the repository's path in its registry.
    #[must_use]
    pub fn app_of_image(&self, path: &str) -> Option<&Ruled<App>> {
        self.apps.iter().find(|app| glob::names(&app.policy.images, path))
    }

    /// Returns what is known of a chart's application, by the chart's name.
    #[must_use]
    pub fn app_of_chart(&self, name: &str) -> Option<&Ruled<App>> {
        self.apps.iter().find(|app| app.policy.charts.iter().any(|chart| chart.matches(name)))
    }

    /// Returns the application whose images move together with this one.
    #[must_use]
    pub fn lockstep_of_image(&self, path: &str) -> Option<&Ruled<App>> {
        self.apps.iter().find(|app| glob::names(&app.policy.lockstep, path))
    }

    /// Returns where a policy says that an image went.
    pub fn moves_of<'a>(
        &'a self,
        repository: &'a Repository,
    ) -> impl Iterator<Item = (&'a Move, &'a Ruled<App>)> {
        let moves = self.apps.iter().flat_map(|app| app.policy.moves.iter().map(move |m| (m, app)));
        moves.filter(|(moved, _)| Repository::parse(&moved.from).is_ok_and(|r| r == *repository))
    }

    /// Returns where policies say that charts went, those left out that speak of other charts.
    pub fn moves_of_chart<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a Move, &'a Ruled<App>)> {
        let about = move |app: &&Ruled<App>| {
            let charts = &app.policy.charts;
            charts.is_empty() || charts.iter().any(|chart| chart.matches(name))
        };
        let apps = self.apps.iter().filter(about);
        apps.flat_map(|app| app.policy.moves.iter().map(move |moved| (moved, app)))
    }
}
