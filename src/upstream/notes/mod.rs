//! Where release notes are read from.
//!
//! A question is asked about a [`NotesHome`], which [`home`] reads from an address, and the two
//! versions of an upgrade. [`forge`] turns the home into addresses, with what is particular to
//! [`github`], [`gitlab`] and [`gitea`]; [`read`] answers, and [`visit`] asks in the order that costs least: releases,
//! then the changelog, and only where these do not tell enough one list of all files, in which
//! [`files`] finds folders of notes and upgrade guides. [`changelog`] tells how far one has come. [`releases`] chooses what belongs to the
//! upgrade, with versions as [`span`] reads them; [`ask`] asks each thing once a run and knows
//! what a forge that has had enough says; [`html`] reads a page for people. What comes out is text,
//! read elsewhere. [`annotations`]
//! makes such text of what a chart says about its changes.

mod annotations;
mod ask;
mod changelog;
mod files;
mod forge;
mod gitea;
mod github;
mod gitlab;
mod home;
mod html;
mod read;
mod releases;
mod span;
mod visit;

pub use annotations::chart_notes;
pub use home::{NotesHome, Part};
pub(super) use read::Library;

use crate::http::{Secret, Url};
use serde::Serialize;
use std::collections::BTreeMap;

/// A text that may tell about an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesPage {
    /// Its path, from which the reader of notes tells dialect and version: `releases/v1.2.3.md`,
    /// `CHANGELOG.md`, `docs/upgrading.md`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Where a person reads it.
    pub url: String,
    /// Whether a line can be linked to by `#L12` behind the URL.
    pub line_links: bool,
    /// When it was published, as the forge writes the time; `None` for files.
    pub published: Option<String>,
}

/// What was found about an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NotesPages {
    /// The texts: releases newest first, then files. They may tell of other versions as well.
    pub pages: Vec<NotesPage>,
    /// What was looked at, in words for a person, whether there was anything or not.
    pub looked_at: Vec<String>,
    /// Whether more may be had another time: a forge answered no more, or not at all.
    pub limited: bool,
    /// Why something may be missing; `None` where all that is known of was read.
    pub cut: Option<String>,
}

/// Where forges are asked, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The address of GitHub's API, `https://api.github.com` where `None`.
    pub github_api: Option<Url>,
    /// The address of GitHub's raw files, `https://raw.githubusercontent.com` where `None`.
    pub github_raw: Option<Url>,
    /// A token for GitHub's API; it is sent to no other origin.
    pub github_token: Option<Secret>,
    /// Tokens for the APIs of other forges, by host; each is sent to its own origin alone.
    pub tokens: BTreeMap<String, Secret>,
}
