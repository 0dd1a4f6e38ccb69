//! Which part of which document belongs to which version.
//!
//! A changelog is cut at its version headings ([`heading`]); a file of one version belongs to it
//! whole ([`file_name`]); an upgrade guide belongs to the version that it leads to. A heading that
//! names no version stays in the section above it as long as it is deeper, or names a kind of
//! change, as careless changelogs do. What stands under no version at all belongs to none and is
//! not read.

mod file_name;
mod heading;
mod words;

pub(super) use file_name::names;
pub(super) use heading::State;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::markup::{Block, Document, Kind};
use super::topics::Topics;
use super::version::Version;
use heading::{Strictness, Title};

/// The topics that make a heading one of a version's parts, whatever its level.
const KINDS_OF_CHANGE: Topics = Topics::BREAKING
    .and(Topics::DEPRECATED)
    .and(Topics::REMOVED)
    .and(Topics::CHANGED)
    .and(Topics::FIXED)
    .and(Topics::ADDED)
    .and(Topics::SECURITY)
    .and(Topics::INTERNAL);

/// A run of blocks that belongs to one version.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// The version; none for what is unreleased and names none.
    pub(super) version: Option<Version>,
    /// Whether the version can be run.
    pub(super) state: State,
    /// The blocks, the version heading itself included where it is in the text.
    pub(super) blocks: Range<usize>,
    /// Whether the first block is the version's heading.
    pub(super) headed: bool,
}

/// Cuts a document into its versions, in the order of the text.
pub(super) fn split(source: &str, document: &Document<'_>) -> Vec<Section> {
    let names = names(source);
    let mut headings = headings(document);
    let is_version = |text: &str| heading::read(text, &names, Strictness::Known).is_some();
    if headings.iter().filter(|(_, _, text)| is_version(text)).take(2).count() < 2 {
        let lines = bare(document, &names);
        // One line alone is a mention.
        if lines.len() > 1 {
            headings.extend(lines);
            headings.sort_by_key(|(index, _, _)| *index);
        }
    }
    let title = title(source, &headings, &names)
        .or_else(|| introduced(source, document, &headings, &names));
    let words: Vec<Option<String>> =
        headings.iter().map(|(_, _, text)| heading::series(text)).collect();
    let series = series(&headings, &words);
    let foreign = file_name::is_foreign(source);
    let readme = source.to_ascii_lowercase().contains("readme");
    let mut sections = Vec::new();
    let mut open: Vec<(u8, Title)> = Vec::new();
    let mut start = 0;
    let mut headed = false;
    let mut push = |open: &[(u8, Title)], blocks: Range<usize>, headed: bool| {
        let label = open.last().map(|(_, title)| title).or(title.as_ref());
        if let Some(label) = label
            && !blocks.is_empty()
        {
            let Title { version, state } = label.clone();
            let state = if foreign { State::Foreign } else { state };
            sections.push(Section { version, state, blocks, headed });
        }
    };
    for ((index, level, text), words) in headings.iter().zip(&words) {
        let strictness = match words {
            Some(words) if series.get(words.as_str()).is_some_and(|known| known == level) => {
                Strictness::Any
            }
            _ => Strictness::Known,
        };
        let is_title = title.is_some() && *index == headings.first().map_or(0, |first| first.0);
        let read = if is_title { None } else { heading::read(text, &names, strictness) };
        // `Migrating from 1.x` below `2.0` is a part of it.
        let nested = open.iter().any(|(above, title)| above < level && title.version.is_some());
        let read = read.filter(|read| read.state != State::Left || !nested);
        if let Some(read) = read {
            push(&open, start..*index, headed);
            open.retain(|(above, _)| above < level);
            open.push((*level, read));
            (start, headed) = (*index, true);
            continue;
        }
        let leaves = open.last().is_some_and(|(above, _)| {
            let sibling_of_kind = level == above && Topics::of(text).has(KINDS_OF_CHANGE);
            let elsewhere = title.is_some() || open.len() > 1 || readme || level < above;
            level <= above && !sibling_of_kind && elsewhere
        });
        if leaves {
            push(&open, start..*index, headed);
            open.retain(|(above, _)| above < level);
            (start, headed) = (*index, false);
        }
    }
    push(&open, start..document.blocks.len(), headed);
    sections
}

/// Tells what a whole document is about, from its title and its name.
pub(super) fn about(source: &str, document: &Document<'_>) -> Topics {
    let name = source.rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
    // A heading that others stand beside is one part among them, and no title; so is one below text.
    let is_text = |block: &Block| matches!(block.kind, Kind::Paragraph | Kind::Item);
    let begins = document.blocks.iter().find(|block| is_text(block) || is_heading(block));
    let blocks = document.blocks.iter().filter(|_| begins.is_some_and(is_heading));
    let mut levels = blocks.filter_map(|block| match block.kind {
        Kind::Heading(level) => Some((block, level)),
        _ => None,
    });
    let title = match levels.next() {
        Some((block, level)) if levels.all(|(_, other)| other > level) => {
            document.plain(block).text
        }
        _ => String::new(),
    };
    let topics = Topics::of(&name).and(Topics::of(&title));
    topics.only(Topics::BREAKING.and(Topics::UPGRADE))
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, Kind::Heading(_))
}

/// Returns every heading with its block, level and plain text.
fn headings(document: &Document<'_>) -> Vec<(usize, u8, String)> {
    let blocks = document.blocks.iter().enumerate();
    blocks
        .filter_map(|(index, block)| match block.kind {
            Kind::Heading(level) => Some((index, level, document.plain(block).text)),
            _ => None,
        })
        .collect()
}

/// The longest line that is taken for a version's, in bytes.
const LONGEST_LINE: usize = 60;

/// Returns the lines that name a version and nothing else, as old changelogs have them for
/// headings: `Version 1.2.3, 2024-01-02`.
fn bare(document: &Document<'_>, names: &[String]) -> Vec<(usize, u8, String)> {
    let blocks = document.blocks.iter().enumerate();
    let paragraphs = blocks.filter(|(_, block)| {
        block.kind == Kind::Paragraph && block.parent.is_none() && block.callout.is_none()
    });
    paragraphs
        .filter_map(|(index, block)| {
            let text = document.plain(block).text;
            let is_line = text.len() <= LONGEST_LINE && !text.ends_with(['.', ':', '!']);
            let title = heading::read(&text, names, Strictness::Known).filter(|_| is_line)?;
            title.version.filter(|version| version.precision() >= 2)?;
            Some((index, 2, text))
        })
        .collect()
}

/// Reads the version of a whole document from its title, else from its file's name.
fn title(source: &str, headings: &[(usize, u8, String)], names: &[String]) -> Option<Title> {
    let by_name = file_name::version(source).map(|version| {
        let state = if file_name::leaves(source) { State::Left } else { state_of(&version) };
        Title { state, version: Some(version) }
    });
    let first = headings.first().filter(|(_, level, _)| *level <= 1);
    let by_title = first.and_then(|(_, level, text)| {
        // A changelog may begin with a version of its own level: then more of that level follow.
        let again = headings.iter().skip(1).take(200).filter(|(_, other, _)| other == level);
        let versions =
            again.filter(|(_, _, t)| heading::read(t, names, Strictness::Known).is_some());
        if *level == 1 && versions.count() > 0 {
            return None;
        }
        heading::read(text, names, Strictness::Any)
    });
    by_title.or(by_name)
}

/// How many blocks an upgrade guide may take to say which versions it is about.
const INTRODUCTION: usize = 16;

/// Reads the version of an upgrade guide that names it in its first sentences alone: `This guide
/// is for upgrading from 1.19 to 1.20.`
fn introduced(
    source: &str,
    document: &Document<'_>,
    headings: &[(usize, u8, String)],
    names: &[String],
) -> Option<Title> {
    static STEP: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let version = r"(?:[A-Za-z][\w-]* ){0,2}(v?\d+(?:\.\d+)+(?:\.x)?|v?\d+\.x|v\d+)";
        Regex::new(&format!(r"(?i)(?:upgrad|migrat|updat)\w+ from {version} to {version}")).ok()
    });
    let is_version = |text: &str| heading::read(text, names, Strictness::Known).is_some();
    if !about(source, document).has(Topics::UPGRADE) {
        return None;
    }
    if headings.iter().filter(|(_, _, text)| is_version(text)).take(3).count() > 2 {
        return None;
    }
    let blocks = document.blocks.iter().take(INTRODUCTION);
    let mut texts = blocks.filter(|block| block.kind == Kind::Paragraph);
    let version = texts.find_map(|block| {
        let text = document.plain(block).text;
        Version::parse(STEP.as_ref()?.captures(&text)?.get(2)?.as_str())
    })?;
    Some(Title { state: state_of(&version), version: Some(version) })
}

fn state_of(version: &Version) -> State {
    if version.is_pre_release() { State::PreRelease } else { State::Released }
}

/// Finds the words that stand before versions again and again (`App 1.2.3`, `App 1.2.4`), with the
/// level of those headings.
fn series<'w>(
    headings: &[(usize, u8, String)],
    words: &'w [Option<String>],
) -> HashMap<&'w str, u8> {
    let mut counts: HashMap<(&str, u8), usize> = HashMap::new();
    let mut highest = u8::MAX;
    for ((_, level, _), words) in headings.iter().zip(words) {
        if let Some(words) = words {
            *counts.entry((words, *level)).or_default() += 1;
            highest = highest.min(*level);
        }
    }
    counts
        .into_iter()
        .filter(|((_, level), count)| *count >= 2 && *level <= highest.max(1))
        .map(|((words, level), _)| (words, level))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::markup::Dialect;

    fn cut(source: &str, text: &str) -> Vec<(String, usize)> {
        let document = Document::parse(Dialect::of(source), text);
        split(source, &document)
            .into_iter()
            .map(|s| (s.version.map(|v| v.to_string()).unwrap_or_default(), s.blocks.len()))
            .collect()
    }

    fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect()
    }

    #[test]
    fn a_changelog_is_cut_at_its_versions() {
        let text = "# Changelog\n\n## [Unreleased]\n\n- a\n\n## [1.2.30]\n\n- b\n- c\n\n## [1.2.3]\n\n### Fixed\n\n- d\n";
        assert_eq!(cut("CHANGELOG.md", text), pairs(&[("", 2), ("1.2.30", 3), ("1.2.3", 3)]));
    }

    #[test]
    fn tildes_underline_titles_and_open_no_code() {
        let text = "Log\n===\n\nThe Ship 1.3\n------------\n\nFixes\n~~~~~\n\n- a\n\n\
            The Ship 1.2\n------------\n\nFixes\n~~~~~\n\n- b\n\nThe Ship 1.1\n------------\n\n- c\n";
        assert_eq!(cut("CHANGELOG.rst", text), pairs(&[("1.3", 3), ("1.2", 3), ("1.1", 2)]));
    }

    #[test]
    fn setext_and_bold_headings_cut_too() {
        let text = "1.2.3 (date)\n============\n\n- a\n\n1.2.2 (date)\n============\n- b\n";
        assert_eq!(cut("NEWS", text), pairs(&[("1.2.3", 2), ("1.2.2", 2)]));
        let text = "**1.2.3**\n\n- a\n\n**v1.2.2 (date)**\n\n- b\n";
        assert_eq!(cut("NEWS", text), pairs(&[("1.2.3", 2), ("1.2.2", 2)]));
    }

    #[test]
    fn lines_cut_where_there_are_no_headings() {
        let text = "Version 1.2.3, 2024-01-02\n\n  Features:\n  * a\n\nVersion 1.2.2, 2023-12-01\n\n  * b\n";
        assert_eq!(cut("Changelog", text), pairs(&[("1.2.3", 3), ("1.2.2", 2)]));
        let text = "# Ships\n\nWords.\n\nVersion 1.2.3\n\nMore words.\n";
        assert_eq!(cut("docs/ships.md", text), pairs(&[]));
    }

    #[test]
    fn a_document_is_about_its_title_and_not_about_a_part_below_text() {
        let about =
            |text: &str| about("releases/v2.0.0.md", &Document::parse(Dialect::Markdown, text));
        assert!(about("# Breaking changes\n\nThe lamp is red.\n").has(Topics::BREAKING));
        assert!(!about("The lamp is new.\n\n### Breaking changes\n\n- a\n").has(Topics::BREAKING));
    }

    #[test]
    fn careless_levels_do_not_end_a_version() {
        let text = "## 1.2.3\n\n## Features\n\n- a\n\n## 1.2.2\n";
        assert_eq!(cut("CHANGELOG.md", text), pairs(&[("1.2.3", 3), ("1.2.2", 1)]));
    }

    #[test]
    fn a_document_of_one_version_keeps_what_is_around_its_patches() {
        let text = "---\ntitle: Release 1.19\n---\n\nIntroduction.\n\n## `v1.19.1`\n\n- a\n\n## Farewell\n\n- b\n";
        assert_eq!(
            cut("release-notes-1.19.md", text),
            pairs(&[("1.19", 2), ("1.19.1", 2), ("1.19", 2)])
        );
    }

    #[test]
    fn words_that_return_with_versions_are_the_application() {
        let text = "# News\n\n## Lighthouse 2.1.0\n\n- a\n\n### Grafana 12.1\n\n- b\n\n## Lighthouse 2.0.0\n";
        assert_eq!(cut("NEWS.md", text), pairs(&[("2.1.0", 4), ("2.0.0", 1)]));
    }

    #[test]
    fn what_is_left_below_a_version_is_a_part_of_it() {
        let text =
            "## 2.0\n\n- a\n\n### Migrating from 1.x\n\n- b\n\n## Migrating from 0.x\n\n- c\n";
        assert_eq!(cut("NEWS.md", text), pairs(&[("2.0", 4), ("0", 2)]));
    }

    #[test]
    fn an_upgrade_guide_may_name_its_versions_in_a_sentence() {
        let text = "# Upgrading\n\nThis guide is for upgrading from **Ship v1.19.x to Ship v1.20.x**.\n\n## Steps\n\n- a\n";
        assert_eq!(cut("docs/upgrade.md", text), pairs(&[("1.20", 4)]));
        assert_eq!(cut("docs/ships.md", &text.replace("Upgrading", "Ships")), pairs(&[]));
    }

    #[test]
    fn documentation_without_a_version_is_not_cut_at_all() {
        assert_eq!(cut("docs/backup.md", "# Backup\n\n1. Stop it\n\n## Restore\n"), pairs(&[]));
    }
}
