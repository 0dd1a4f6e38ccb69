//! Passages: blocks with what their surroundings say about them.
//!
//! A sentence alone does not tell whether it is a fact. `Remove the old parser` is a breaking
//! change below one heading, housekeeping below another, and a promise below a third. A passage is
//! a block of one version's section together with the topics of the headings above it, the label
//! it carries itself (`fix(mqtt): …`, `[BREAKING] …`), the item it is nested in and the words that
//! lead it in.

use std::sync::LazyLock;

use regex::Regex;

use super::markup::{BOLD_LINE, Callout, Document, Kind, Plain};
use super::sections::Section;
use super::topics::Topics;

/// What a passage looks like on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A heading.
    Heading,
    /// A paragraph, or an item that is written like one.
    Prose,
    /// An entry of a list of changes: a label in front, or a reference behind.
    Entry,
    /// A row of a table.
    Row,
    /// Code.
    Code,
}

/// A block and its surroundings.
#[derive(Debug)]
pub(super) struct Passage {
    /// The block, as an index into the document's.
    pub(super) block: usize,
    /// What it looks like.
    pub(super) shape: Shape,
    /// Its text without markup; empty for code and rows.
    pub(super) plain: Plain,
    /// The topics of all headings, items and lead-ins around it, and its own.
    pub(super) topics: Topics,
    /// The topics of its own label, else of the nearest heading that has any.
    pub(super) near: Topics,
    /// The box that it stands in.
    pub(super) callout: Option<Callout>,
    /// Whether its label carries the mark of a breaking change: `feat!: …`.
    pub(super) bang: bool,
    /// Whether it is nested below another item that says something itself.
    pub(super) nested: bool,
    /// Whether it is the first text below its heading.
    pub(super) first: bool,
    /// The heading or lead-in that it stands under, as an index into the passages.
    pub(super) under: Option<usize>,
    /// The nearest heading, as an index into the passages.
    pub(super) heading: Option<usize>,
}

impl Passage {
    /// Tells whether the passage does nothing but introduce what follows it: one sentence, and a colon.
    pub(super) fn leads(&self) -> bool {
        self.plain.text.ends_with(':') && self.plain.sentences().len() < 2
    }

    /// Tells whether the passage is nothing but a label: `BREAKING`, `Security:`.
    pub(super) fn is_only_label(&self) -> bool {
        self.is_label()
            && !Topics::of(&self.plain.text).is_empty()
            && self.plain.text.split(' ').count() <= 3
    }
}

/// The longest words that lead in a list without a colon, in bytes.
const LONGEST_LEAD: usize = 300;

/// Tells whether a paragraph leads in the list below it.
fn leads(text: &str) -> bool {
    text.ends_with(':')
        || is_title(text)
        || (text.ends_with('.') && text.len() < LONGEST_LEAD && text.contains("following "))
}

/// Tells whether a paragraph is the title of what follows, as `Breaking Changes` above a list.
fn is_title(text: &str) -> bool {
    text.split(' ').nth(3).is_none()
        && text.ends_with(char::is_alphabetic)
        && !Topics::of(text).is_empty()
}

/// The fewest words of a heading that is read as a sentence.
const FEWEST_WORDS: usize = 9;

/// Tells whether a heading is written as a sentence, as notes do to be loud.
fn is_sentence(text: &str) -> bool {
    let ends = text.ends_with(['.', '!']) || text.contains(". ");
    ends && text.split(' ').nth(FEWEST_WORDS - 1).is_some()
}

/// Tells whether the headings of a section sort its changes by kind.
fn is_sorted(document: &Document<'_>, section: &Section) -> bool {
    const KINDS: Topics =
        Topics::BREAKING.and(Topics::FIXED).and(Topics::ADDED).and(Topics::REMOVED);
    let blocks = document.blocks.get(section.blocks.clone()).unwrap_or_default();
    let mut headings = blocks.iter().skip(1).filter(|block| matches!(block.kind, Kind::Heading(_)));
    headings.any(|block| Topics::of(&document.plain(block).text).has(KINDS))
}

/// The longest text that can act as a heading for the items below it, in bytes.
const LONGEST_LABEL: usize = 90;

/// Reads the passages of a section.
///
/// `around` is what the whole document is about.
pub(super) fn passages(document: &Document<'_>, section: &Section, around: Topics) -> Vec<Passage> {
    let sorted = is_sorted(document, section);
    let mut walk = Walk { around, sorted, fresh: true, ..Walk::default() };
    let mut blocks = section.blocks.clone();
    if section.headed {
        blocks.next();
    }
    for index in blocks {
        if let Some(block) = document.blocks.get(index) {
            let plain = match block.kind {
                Kind::Code | Kind::Row { .. } => Plain::default(),
                _ => document.plain(block),
            };
            let parent = block.parent.filter(|parent| section.blocks.contains(parent));
            walk.step(index, block.kind, plain, parent, block.callout);
        }
    }
    walk.passages
}

#[derive(Default)]
struct Walk {
    around: Topics,
    /// Whether other headings sort the changes that a list of everything repeats.
    sorted: bool,
    passages: Vec<Passage>,
    /// The headings above, as level and passage.
    chain: Vec<(u8, usize)>,
    /// The lead-in that is in force.
    lead: Option<usize>,
    fresh: bool,
}

impl Walk {
    fn step(
        &mut self,
        block: usize,
        kind: Kind,
        plain: Plain,
        parent: Option<usize>,
        callout: Option<Callout>,
    ) {
        let parent = parent.and_then(|parent| self.find(parent));
        if callout.is_none() {
            // A heading inside of a box ends with it.
            self.chain.retain(|(_, above)| {
                self.passages.get(*above).is_some_and(|above| above.callout.is_none())
            });
        }
        let label = Label::of(&plain.text);
        let mut topics = label.topics;
        let mut near = label.topics;
        if let Kind::Heading(level) = kind {
            // Two bold lines in a row are siblings; one below a heading is its child.
            let level = if level == 0 { 1 } else { level.min(BOLD_LINE) };
            self.chain.retain(|(above, _)| *above < level);
            topics = Topics::of(&plain.text);
            if topics.has(Topics::EVERYTHING) {
                topics = if self.sorted { Topics::INTERNAL } else { Topics::NONE };
            }
            near = topics;
            self.lead = None;
        }
        topics = topics.and(self.around);
        for (_, above) in self.chain.iter().rev() {
            let above = self.passages.get(*above).map_or(Topics::NONE, |p| p.near);
            topics = topics.and(above);
            if near.is_empty() {
                near = above;
            }
        }
        let nested_in = parent.and_then(|p| self.passages.get(p));
        if let Some(above) = nested_in {
            topics = topics.and(above.topics);
            if above.is_label() {
                let named = Topics::of(&above.plain.text);
                topics = topics.and(named);
                if label.topics.is_empty() && !named.is_empty() {
                    near = named;
                }
            } else if label.topics.is_empty() {
                near = above.near;
            }
        }
        let nested = nested_in.is_some_and(|above| !above.is_label());
        let bang = label.bang || nested_in.is_some_and(|above| above.bang);
        if let Some(lead) = self.lead.and_then(|lead| self.passages.get(lead)) {
            let named = Topics::of(&lead.plain.text);
            topics = topics.and(named);
            if label.topics.is_empty() && is_title(lead.plain.text.trim_end_matches(':')) {
                near = named;
            }
        }
        let shape = match kind {
            Kind::Heading(_) if is_sentence(&plain.text) => Shape::Prose,
            Kind::Heading(_) => Shape::Heading,
            Kind::Row { .. } => Shape::Row,
            Kind::Code => Shape::Code,
            Kind::Item if label.is_change || plain.refers || refers(&plain.text) => Shape::Entry,
            _ => Shape::Prose,
        };
        let index = self.passages.len();
        let heading = self.chain.last().map(|(_, passage)| *passage);
        if kind == Kind::Paragraph && parent.is_none() {
            self.lead = None;
        }
        let under = parent.or(self.lead).or(heading);
        let first = std::mem::take(&mut self.fresh);
        let leads = matches!(kind, Kind::Paragraph) && leads(&plain.text);
        self.passages.push(Passage {
            block,
            shape,
            plain,
            topics,
            near,
            callout,
            bang,
            nested,
            first,
            under,
            heading,
        });
        if let Kind::Heading(level) = kind {
            self.chain.push((level.max(1), index));
            self.fresh = true;
        } else if leads && parent.is_none() {
            self.lead = Some(index);
        }
    }

    /// Finds the passage of a block; parents are near, so the search goes backwards and is short.
    fn find(&self, block: usize) -> Option<usize> {
        let found = self.passages.binary_search_by_key(&block, |passage| passage.block);
        found.ok()
    }
}

impl Passage {
    /// Tells whether an item acts as a heading for those nested in it.
    fn is_label(&self) -> bool {
        let text = &self.plain.text;
        text.len() <= LONGEST_LABEL && (text.ends_with(':') || text.split(' ').count() <= 4)
    }
}

/// The label in front of an entry: `fix(mqtt)!: `, `[BREAKING] `, `Security: `.
#[derive(Debug, Default, Clone, Copy)]
struct Label {
    topics: Topics,
    bang: bool,
    /// Whether it is the kind of label that lists of changes use.
    is_change: bool,
}

impl Label {
    fn of(text: &str) -> Self {
        let Some(pattern) = LABEL.as_ref() else { return Self::default() };
        let text = without_commit(text);
        if let Some(capture) = pattern.captures(text) {
            let word = capture.get(1).map_or("", |m| m.as_str()).trim().to_lowercase();
            let scope = capture.get(2).map_or("", |m| m.as_str()).to_lowercase();
            let bang = capture.get(3).is_some();
            let topics = of_word(&word).and(of_scope(&scope));
            if bang || !topics.is_empty() {
                return Self { topics, bang, is_change: true };
            }
        }
        let capitals = of_capitals(text);
        if !capitals.is_empty() {
            return Self { topics: capitals, bang: false, is_change: true };
        }
        let first = text.split([' ', ':', ',']).next().unwrap_or_default();
        let first = first.trim_matches('`').to_lowercase();
        let topics = match first.as_str() {
            "fix" | "fixes" | "fixed" | "fixing" | "bugfix" | "resolve" | "resolves"
            | "resolved" => Topics::FIXED,
            "bump" | "bumps" | "bumped" => Topics::INTERNAL,
            "add" | "adds" | "added" => Topics::ADDED,
            "breaking" | "💥" => Topics::BREAKING,
            _ => Topics::NONE,
        };
        Self { topics, bang: false, is_change: false }
    }
}

/// The shortest and the longest name of a commit, in digits.
const COMMIT: std::ops::RangeInclusive<usize> = 7..=40;

/// Returns an entry without the commit in front of it, as logs list them: `1f2e3d4 fix: the bell`.
fn without_commit(text: &str) -> &str {
    let (word, rest) = text.split_once(' ').unwrap_or_default();
    let is_commit = COMMIT.contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_hexdigit())
        && word.bytes().any(|b| b.is_ascii_digit());
    if is_commit { rest.trim_start_matches(['-', ':', ' ']) } else { text }
}

static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[^\w`]{0,4}([A-Za-z][A-Za-z /-]{1,24}?)(?: ?\(([^)]{1,40})\))?(!)?:\s").ok()
});

/// Returns the topics of the labels in capitals that an entry begins with, as in `[CHANGE] [BREAKING]`.
fn of_capitals(text: &str) -> Topics {
    let words = text.split([' ', ':']).take(3);
    let labels =
        words.take_while(|word| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_uppercase()));
    labels.map(|word| of_word(&word.to_lowercase())).fold(Topics::NONE, Topics::and)
}

/// Returns the topics of a label's word.
fn of_word(word: &str) -> Topics {
    match word {
        "fix" | "fixes" | "fixed" | "bug" | "bugfix" | "fixhancement" | "hotfix" | "perf"
        | "performance" => Topics::FIXED,
        "feat" | "feature" | "features" | "enhancement" | "enhancements" | "improvement"
        | "new" | "added" | "tweak" => Topics::ADDED,
        "build" | "ci" | "chore" | "test" | "tests" | "doc" | "docs" | "documentation"
        | "refactor" | "style" | "i18n" | "deps" | "translation" | "translations"
        | "dependencies" | "dev" | "development" | "website" | "bump" => Topics::INTERNAL,
        "deprecated" | "deprecation" | "deprecate" => Topics::DEPRECATED,
        "removed" | "removal" | "remove" => Topics::REMOVED,
        "changed" | "change" => Topics::CHANGED,
        "security" | "sec" => Topics::SECURITY,
        "android" | "ios" | "mobile" | "desktop" => Topics::FOREIGN,
        word if word.contains("breaking") && !word.contains("non") => Topics::BREAKING,
        _ => Topics::NONE,
    }
}

/// Returns the topics of a label's scope.
fn of_scope(scope: &str) -> Topics {
    match scope {
        "deps" | "deps-dev" | "dev" | "ci" | "test" | "tests" | "docs" | "website" | "build" => {
            Topics::INTERNAL
        }
        "mobile" | "android" | "ios" => Topics::FOREIGN,
        scope if scope.contains("breaking") => Topics::BREAKING,
        _ => Topics::NONE,
    }
}

/// Tells whether a text refers to a change by number, as in `(#1234)`.
fn refers(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('#') {
        if after.bytes().take_while(u8::is_ascii_digit).count() >= 2 {
            return true;
        }
        rest = after;
    }
    false
}
