//! Turns what rules find in one section into facts.
//!
//! A match is not yet a fact: a captured name must be a setting's, a renaming must have two names,
//! a requirement must not be about the application itself. What passes becomes a fact with its
//! quote; a second mention of the same thing adds its evidence to the first. What breaks as a
//! consequence (a variable that is gone) is said twice, once as itself and once as breaking, so
//! that `breaking` alone tells whether an upgrade breaks.
//!
//! The rooms: [`prose`] goes through sentences, [`settings`] and [`platform`] make facts of what
//! was found in them, [`shown`] reads tables ([`tables`]) and code ([`examples`], [`blocks`]),
//! [`listed`] lists below words that say what became of the names in them; [`evidence`] quotes.

mod blocks;
mod evidence;
mod examples;
mod listed;
mod platform;
mod prose;
mod settings;
mod shown;
mod tables;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Kind;
use super::fact::{Confidence, Evidence, Fact, FactKind, Remark};
use super::markup::Document;
use super::names::Vocabulary;
use super::passage::Passage;
use super::rules::engine::Engine;
use super::sections::Section;
use super::span::Span;
use super::version::Version;

/// The most places that are kept for one fact.
const MOST_EVIDENCE: usize = 8;

/// The most remarks before it that a remark is compared with.
const MOST_COMPARED: usize = 50;

/// What is the same for all sections of one reading.
pub(super) struct Reading<'a> {
    /// The versions that the upgrade crosses.
    pub(super) span: &'a Span,
    /// Whether the notes are a chart's or an application's.
    pub(super) kind: Kind,
    /// The full names of shortened variables.
    pub(super) vocabulary: &'a Vocabulary,
    /// Every version that has a section in any source.
    pub(super) own_versions: &'a HashSet<String>,
    /// The words of the sources' paths.
    pub(super) own_names: &'a HashSet<String>,
    /// The minimum versions that the notes of the version before name already, by component.
    pub(super) presumed: HashMap<String, Version>,
}

/// One section, as it is read.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    /// The source's name.
    pub(super) source: &'a str,
    /// The document that the section is part of.
    pub(super) document: &'a Document<'a>,
    /// The section.
    pub(super) section: &'a Section,
    /// Its passages.
    pub(super) passages: &'a [Passage],
}

/// The facts found so far.
#[derive(Default)]
pub(super) struct Collection {
    /// In the order in which they were found.
    pub(super) facts: Vec<Fact>,
    /// What is told besides facts.
    pub(super) remarks: Vec<Remark>,
    /// Versions that a later one takes back.
    pub(super) undone: Vec<Version>,
    /// The facts that notes call breaking, by their place in `facts`.
    pub(super) declared: HashSet<usize>,
    /// The place in `facts` of each kind and subject.
    index: HashMap<(FactKind, String), usize>,
}

impl Collection {
    /// Reads one section and adds what it says.
    pub(super) fn read(&mut self, reading: &Reading<'_>, page: Page<'_>) {
        let Some(engine) = Engine::get() else { return };
        let mut reader = Reader {
            reading,
            page,
            found: self,
            still: HashSet::new(),
            said: HashSet::new(),
            called: None,
        };
        reader.prose(engine);
        reader.tables();
        reader.code();
    }

    /// Returns the minimum versions that were found, by component in lower case.
    pub(super) fn minimums(&self) -> HashMap<String, Version> {
        let requires = self.facts.iter().filter(|fact| fact.kind == FactKind::Requires);
        let minimums = requires.filter_map(|fact| {
            let minimum = platform::highest(fact.range.as_deref()?)?;
            Some((fact.component.as_ref()?.to_lowercase(), minimum))
        });
        minimums.collect()
    }

    /// Adds a fact, or its evidence to the one that is known of the same subject.
    fn add(&mut self, fact: Fact, subject: String) -> usize {
        let next = self.facts.len();
        let at = *self.index.entry((fact.kind, subject)).or_insert(next);
        if at == next {
            self.facts.push(fact);
        } else if let Some(known) = self.facts.get_mut(at) {
            known.confidence = known.confidence.max(fact.confidence);
            for evidence in fact.evidence {
                if !known.evidence.contains(&evidence) && known.evidence.len() < MOST_EVIDENCE {
                    known.evidence.push(evidence);
                }
            }
        }
        at
    }
}

/// Reads one section.
struct Reader<'a> {
    reading: &'a Reading<'a>,
    page: Page<'a>,
    found: &'a mut Collection,
    /// The headings below which old names still work.
    still: HashSet<Option<usize>>,
    /// Names that a sentence has already said something of, by passage.
    said: HashSet<(usize, String)>,
    /// The block whose passage was called breaking as a whole, so that its sentences need not be.
    called: Option<usize>,
}

/// A place in a passage that a rule points at: what a fact is quoted from.
#[derive(Clone)]
struct Mark<'p> {
    passage: &'p Passage,
    sentence: Range<usize>,
    /// Where in the passage's text the match begins.
    at: usize,
    rule: &'static str,
    confidence: Confidence,
}

impl Mark<'_> {
    /// Returns the sentence.
    fn words(&self) -> &str {
        self.passage.plain.text.get(self.sentence.clone()).unwrap_or_default()
    }

    /// Returns the same mark, less sure or surer.
    fn with(&self, confidence: Confidence) -> Self {
        Self { confidence, ..self.clone() }
    }
}

impl Reader<'_> {
    /// Begins a fact at a mark; none where there is nothing to quote.
    fn begin(&self, kind: FactKind, mark: &Mark<'_>) -> Option<Fact> {
        let block = self.page.document.blocks.get(mark.passage.block)?;
        let (source, document) = (self.page.source, self.page.document);
        let plain = &mark.passage.plain;
        let evidence = evidence::quote(source, document, block, plain, &mark.sentence, mark.at)?;
        let summary = evidence::summary(mark.words());
        Some(self.fact(kind, summary, mark.confidence, mark.rule, evidence))
    }

    /// Makes a fact from its evidence.
    fn fact(
        &self,
        kind: FactKind,
        summary: String,
        confidence: Confidence,
        rule: &str,
        evidence: Evidence,
    ) -> Fact {
        Fact {
            kind,
            version: self
                .page
                .section
                .version
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            name: None,
            old: None,
            new: None,
            component: None,
            range: None,
            summary,
            confidence,
            rule: rule.to_owned(),
            evidence: vec![evidence],
        }
    }

    /// Says that something breaks, once for a passage that was called breaking as a whole.
    fn breaking(&mut self, mark: &Mark<'_>, declared: bool) {
        if self.called == Some(mark.passage.block) {
            return;
        }
        let Some(fact) = self.begin(FactKind::Breaking, mark) else { return };
        let subject = fact.summary.to_lowercase();
        let at = self.found.add(fact, subject);
        if declared {
            self.found.declared.insert(at);
        }
    }

    /// Says something that has no name of its own.
    fn plain(&mut self, kind: FactKind, mark: &Mark<'_>) {
        let Some(fact) = self.begin(kind, mark) else { return };
        let subject = fact.summary.to_lowercase();
        self.found.add(fact, subject);
    }

    /// Tells something that is no fact about the upgrade.
    fn remark(&mut self, code: &str, mark: &Mark<'_>) {
        let Some(fact) = self.begin(FactKind::Breaking, mark) else { return };
        // What an older version says as well is told of the newest.
        let from = self.found.remarks.len().saturating_sub(MOST_COMPARED);
        let known = self.found.remarks.iter().skip(from);
        let mut known = known.map(|known| known.code == code && known.message == fact.summary);
        if let Some(at) = known.position(|same| same) {
            self.found.remarks.remove(from + at);
        }
        let version = Some(fact.version).filter(|version| !version.is_empty());
        let (message, evidence) = (fact.summary, fact.evidence);
        self.found.remarks.push(Remark { code: code.to_owned(), version, message, evidence });
    }

    /// Says something of a name.
    fn named(&mut self, kind: FactKind, name: &str, mark: &Mark<'_>) {
        let Some(fact) = self.begin(kind, mark) else { return };
        self.found.add(Fact { name: Some(name.to_owned()), ..fact }, name.to_owned());
    }
}
