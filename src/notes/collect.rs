//! Turns what rules find in one section into facts.
//!
//! A match is not yet a fact: a captured name must be a setting's, a renaming must have two names,
//! a requirement must not be about the application itself. What passes becomes a fact with its
//! quote; a second mention of the same thing adds its evidence to the first. What breaks as a
//! consequence (a variable that is gone) is said twice, once as itself and once as breaking, so
//! that `breaking` alone tells whether an upgrade breaks.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::evidence;
use super::examples;
use super::fact::{Confidence, Evidence, Fact, FactKind};
use super::markup::{Callout, Document, Plain};
use super::names::{self, Name, Vocabulary};
use super::passage::{Passage, Shape};
use super::rules::engine::{Engine, Hit};
use super::rules::platform::INSIDE;
use super::rules::{Makes, Scope};
use super::sections::{Section, State};
use super::sentence::Sentence;
use super::tables::Header;
use super::topics::Topics;
use super::version::{Span, Version};
use super::{Kind, listed};

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
}

/// The facts found so far.
#[derive(Default)]
pub(super) struct Collection {
    /// In the order in which they were found.
    pub(super) facts: Vec<Fact>,
    /// The kind and subject of each, with its index.
    index: HashMap<(FactKind, String), usize>,
    /// Versions that a later one takes back.
    pub(super) undone: Vec<Version>,
    /// Whether anything was declared breaking, by index of the fact.
    pub(super) declared: HashSet<usize>,
}

impl Collection {
    fn add(&mut self, fact: Fact, subject: String, declared: bool) {
        let key = (fact.kind, subject);
        let at = match self.index.get(&key) {
            Some(at) => *at,
            None => {
                self.facts.push(Fact { evidence: Vec::new(), ..fact.clone() });
                self.index.insert(key, self.facts.len() - 1);
                self.facts.len() - 1
            }
        };
        if let Some(known) = self.facts.get_mut(at) {
            known.confidence = known.confidence.max(fact.confidence);
            for evidence in fact.evidence {
                if !known.evidence.contains(&evidence) && known.evidence.len() < MOST_EVIDENCE {
                    known.evidence.push(evidence);
                }
            }
        }
        if declared {
            self.declared.insert(at);
        }
    }
}

/// The most places that are kept for one fact.
const MOST_EVIDENCE: usize = 8;

/// One section being read.
pub(super) struct Reader<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) source: &'a str,
    pub(super) document: &'a Document<'a>,
    pub(super) section: &'a Section,
    pub(super) passages: &'a [Passage],
    pub(super) found: &'a mut Collection,
    /// The headings below which old names still work.
    still: HashSet<Option<usize>>,
    /// Names that a sentence has already said something of, by passage.
    said: HashSet<(usize, String)>,
}

/// A place in a passage: what a fact is quoted from.
struct Place<'p> {
    passage: &'p Passage,
    sentence: Range<usize>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads one section into the collection.
    pub(super) fn read(
        reading: &'a Reading<'a>,
        source: &'a str,
        document: &'a Document<'a>,
        section: &'a Section,
        passages: &'a [Passage],
        found: &'a mut Collection,
    ) {
        let Some(engine) = Engine::get() else { return };
        let mut reader = Self {
            reading,
            source,
            document,
            section,
            passages,
            found,
            still: HashSet::new(),
            said: HashSet::new(),
        };
        reader.yanked();
        reader.find_still(engine);
        for (index, passage) in passages.iter().enumerate() {
            match passage.shape {
                Shape::Row | Shape::Code => {}
                _ => reader.passage(engine, index, passage),
            }
        }
        reader.tables();
        reader.code();
    }

    fn version(&self) -> String {
        self.section.version.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// A release whose heading says that it was taken back.
    fn yanked(&mut self) {
        if self.section.state != State::Yanked || !self.section.headed {
            return;
        }
        let Some(block) = self.document.blocks.get(self.section.blocks.start) else { return };
        let plain = self.document.plain(block);
        let sentence = 0..plain.text.len();
        let Some(evidence) =
            evidence::quote(self.source, self.document, block, &plain, &sentence, 0)
        else {
            return;
        };
        let name = self.version();
        let fact =
            self.fact(FactKind::Avoid, &plain.text, Confidence::High, "yanked-heading", evidence);
        self.found.add(Fact { name: Some(name.clone()), ..fact }, name, false);
    }

    /// Finds the headings below which old names are said to work still.
    fn find_still(&mut self, engine: &Engine) {
        for passage in self.passages {
            if passage.shape != Shape::Prose {
                continue;
            }
            for sentence in passage.plain.sentences() {
                let marked =
                    Sentence::of(passage.plain.text.get(sentence).unwrap_or_default(), None);
                let hits = engine.run(passage, Scope::Sentence, &marked.text);
                if hits.iter().any(|hit| hit.rule.makes == Makes::StillWorks) {
                    self.still.insert(passage.heading);
                }
            }
        }
    }

    fn passage(&mut self, engine: &Engine, index: usize, passage: &'a Passage) {
        let text = passage.plain.text.as_str();
        let whole = Place { passage, sentence: 0..text.len(), at: 0 };
        if passage.shape != Shape::Heading
            && !passage.nested
            && !passage.leads()
            && !passage.is_only_label()
        {
            let structural =
                passage.shape == Shape::Entry || passage.under != passage.heading || passage.first;
            let marked = Sentence::of(text, None);
            for hit in engine.run(passage, Scope::Passage, &marked.text) {
                let item = self
                    .document
                    .blocks
                    .get(passage.block)
                    .is_some_and(|b| b.kind == super::markup::Kind::Item);
                if hit.rule.makes != Makes::Declared || item || structural {
                    self.hit(index, &hit, &marked, &whole);
                }
            }
            if passage.bang {
                let fact_text = evidence::summary(text);
                self.breaking(&whole, &fact_text, Confidence::High, "breaking-mark", true);
            }
        }
        let mut last: Option<Name> = None;
        for sentence in passage.plain.sentences() {
            let marked =
                Sentence::of(text.get(sentence.clone()).unwrap_or_default(), last.as_ref());
            for hit in engine.run(passage, Scope::Sentence, &marked.text) {
                let start = hit.captures.get(0).map_or(0, |found| found.start());
                let at = (sentence.start + marked.original(start)).min(sentence.end);
                let place = Place { passage, sentence: sentence.clone(), at };
                self.hit(index, &hit, &marked, &place);
            }
            last = marked.names.into_iter().rfind(|name| name.is_variable).or(last);
        }
        self.listed(index, passage);
    }

    /// An item below `The following variables were removed:`.
    fn listed(&mut self, index: usize, passage: &'a Passage) {
        let Some(above) = passage.under.and_then(|under| self.passages.get(under)) else { return };
        let Some(makes) = listed::makes(&above.plain.text, above.shape == Shape::Heading) else {
            return;
        };
        let item = self
            .document
            .blocks
            .get(passage.block)
            .is_some_and(|b| b.kind == super::markup::Kind::Item);
        let Some((mut names, new)) = listed::names(&passage.plain.text).filter(|_| item) else {
            return;
        };
        let environment = listed::has_environment(&above.plain.text);
        names.retain(|name| !name.is_variable || name.text.contains('_') || environment);
        if names.is_empty()
            || names.iter().any(|name| self.said.contains(&(index, name.text.clone())))
        {
            return;
        }
        let place = Place { passage, sentence: 0..passage.plain.text.len(), at: 0 };
        match makes {
            Makes::Renamed if new.is_empty() => {}
            Makes::Renamed => self.renamed(&place, &names, &new, Confidence::High, "listed-under"),
            _ => self.settings(&place, makes, &names, Confidence::High, "listed-under"),
        }
    }

    /// Takes one match of a rule.
    fn hit(&mut self, index: usize, hit: &Hit<'_>, marked: &Sentence, place: &Place<'_>) {
        let rule = hit.rule;
        let captures = &hit.captures;
        let text = marked.text.as_str();
        let words = place.passage.plain.text.get(place.sentence.clone()).unwrap_or_default();
        let summary = evidence::summary(words);
        let names_in = |group| -> Vec<Name> {
            groups(captures, group).iter().flat_map(|part| marked.names_in(part)).collect()
        };
        if self.is_later(text, rule.makes) || is_object(hit, text) {
            return;
        }
        let foreign = is_foreign(text);
        match rule.makes {
            Makes::Declared if foreign => {
                self.breaking(place, &summary, Confidence::Low, rule.name, false)
            }
            Makes::Declared => self.breaking(place, &summary, rule.confidence, rule.name, true),
            Makes::Implied => {
                let weak =
                    place.passage.near.has(Topics::ADDED) && rule.confidence < Confidence::High;
                let confidence = if weak || foreign { Confidence::Low } else { rule.confidence };
                self.breaking(place, &summary, confidence, rule.name, false);
            }
            Makes::Action => {
                self.simple(place, FactKind::ManualAction, &summary, rule.confidence, rule.name)
            }
            Makes::Irreversible => {
                self.simple(place, FactKind::Irreversible, &summary, rule.confidence, rule.name);
            }
            Makes::Discouraged => {
                self.simple(place, FactKind::Deprecated, &summary, rule.confidence, rule.name)
            }
            Makes::Removed
            | Makes::Added
            | Makes::Required
            | Makes::Deprecated
            | Makes::Changed => {
                let names = names_in("names");
                let has_noun = groups(captures, "noun").iter().any(|noun| !noun.trim().is_empty())
                    || groups(captures, "before").iter().any(|words| listed::has_noun(words));
                let names = self.settings_among(names, text, has_noun, place.passage);
                for name in &names {
                    self.said.insert((index, name.text.clone()));
                }
                self.settings(place, rule.makes, &names, rule.confidence, rule.name);
            }
            Makes::Renamed => {
                let old = names_in("old");
                let new = names_in("new");
                let has_noun = groups(captures, "noun").iter().any(|noun| !noun.trim().is_empty());
                let old = self.settings_among(old, text, has_noun, place.passage);
                for name in old.iter().chain(&new) {
                    self.said.insert((index, name.text.clone()));
                }
                self.renamed(place, &old, &new, rule.confidence, rule.name);
            }
            Makes::Requires | Makes::Ends => self.requires(place, hit, &summary),
            Makes::StopAt | Makes::Avoid => self.version_fact(place, hit, &summary),
            Makes::Security => {
                for name in groups(captures, "names") {
                    let name = name.to_ascii_uppercase().replace("GHSA", "GHSA");
                    self.named(
                        place,
                        FactKind::Security,
                        &name,
                        &summary,
                        rule.confidence,
                        rule.name,
                    );
                }
            }
            Makes::ImageMoved | Makes::ChartMoved => {
                let old = groups(captures, "old").first().map(|text| bare(text));
                let new = groups(captures, "new").first().map(|text| bare(text));
                let kind = if rule.makes == Makes::ImageMoved {
                    FactKind::ImageMoved
                } else {
                    FactKind::ChartMoved
                };
                self.moved(place, kind, old, new, &summary, rule.name);
            }
            Makes::StillWorks => {}
            Makes::Undoes => {
                let version =
                    groups(captures, "version").first().and_then(|text| Version::parse(text));
                self.found.undone.extend(version);
            }
        }
    }

    /// Tells whether a sentence promises what a later version of the application will do.
    fn is_later(&self, text: &str, makes: Makes) -> bool {
        let of_now = matches!(
            makes,
            Makes::Implied
                | Makes::Removed
                | Makes::Renamed
                | Makes::Required
                | Makes::Changed
                | Makes::Declared
        );
        let Some(version) = self.section.version.as_ref().filter(|_| of_now) else { return false };
        let then = [" will ", "planned", "scheduled", "going to "];
        let speaks_of_then = then.iter().any(|words| text.contains(words));
        speaks_of_then
            && Version::find_all(text, 2).iter().any(|(_, _, other)| {
                other.precision() >= 2
                    && other.order(version).is_gt()
                    && !other.is_within(version)
                    && (self.reading.own_versions.contains(&other.to_string())
                        || other.is_next_of(version))
            })
    }

    /// Keeps the names that are settings, by their shape and the words around.
    fn settings_among(
        &self,
        names: Vec<Name>,
        text: &str,
        has_noun: bool,
        passage: &Passage,
    ) -> Vec<Name> {
        let around = passage
            .topics
            .has(Topics::BREAKING.and(Topics::UPGRADE).and(Topics::REMOVED).and(Topics::SETTINGS));
        let around = around || passage.callout > Some(Callout::Note) || passage.bang;
        let spoken = has_noun || listed::has_noun(text);
        let accepts = |name: &Name| {
            if name.is_variable && !name.text.contains('_') {
                listed::has_environment(text)
            } else if name.is_variable {
                self.reading.vocabulary.is_own(&name.text) || spoken || around
            } else {
                let telling = name.text.contains(['.', '_', '-'])
                    || name.text.bytes().any(|b| b.is_ascii_uppercase());
                let chart = self.reading.kind == Kind::Chart;
                has_noun || (telling && (chart || around)) || (chart && around)
            }
        };
        names.into_iter().filter(accepts).collect()
    }

    /// Makes facts of settings.
    fn settings(
        &mut self,
        place: &Place<'_>,
        makes: Makes,
        names: &[Name],
        confidence: Confidence,
        rule: &str,
    ) {
        let still = self.still.contains(&place.passage.heading);
        let beside: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
        for name in names {
            let makes = if still && makes == Makes::Removed { Makes::Deprecated } else { makes };
            let Some(kind) = kind_of(makes, name.is_variable) else { continue };
            let text = self.full(name, &beside);
            let summary = evidence::summary(
                place.passage.plain.text.get(place.sentence.clone()).unwrap_or_default(),
            );
            self.named(place, kind, &text, &summary, confidence, rule);
            let breaks = !still_said(place) && matches!(makes, Makes::Removed | Makes::Required)
                || (makes == Makes::Changed && confidence == Confidence::High);
            if breaks
                && (name.is_variable
                    || confidence == Confidence::High
                    || place.passage.shape != Shape::Entry)
            {
                self.breaking(place, &summary, Confidence::Medium, rule, false);
            }
        }
    }

    /// Makes a fact of a renaming.
    fn renamed(
        &mut self,
        place: &Place<'_>,
        old: &[Name],
        new: &[Name],
        confidence: Confidence,
        rule: &str,
    ) {
        let Some(first) = old.first() else { return };
        let news: Vec<&Name> = new
            .iter()
            .filter(|name| name.is_variable == first.is_variable && name.text != first.text)
            .collect();
        if news.is_empty() {
            if new.iter().any(|name| name.text == first.text && name.value != first.value) {
                self.settings(place, Makes::Changed, old, confidence, rule);
            }
            return;
        }
        let beside: Vec<String> = old.iter().chain(new).map(|name| name.text.clone()).collect();
        let kind = if first.is_variable { FactKind::EnvRenamed } else { FactKind::ValueRenamed };
        let old_name = self.full(first, &beside);
        let new_name =
            news.iter().map(|name| self.full(name, &beside)).collect::<Vec<_>>().join(" + ");
        let summary = evidence::summary(
            place.passage.plain.text.get(place.sentence.clone()).unwrap_or_default(),
        );
        let summary =
            if summary.is_empty() { format!("{old_name} → {new_name}") } else { summary };
        let Some(evidence) = self.evidence(place) else { return };
        let fact = self.fact(kind, &summary, confidence, rule, evidence);
        let fact = Fact {
            name: Some(old_name.clone()),
            old: Some(old_name.clone()),
            new: Some(new_name),
            ..fact
        };
        self.found.add(fact, old_name, false);
        if !self.still.contains(&place.passage.heading) && !still_said(place) {
            self.breaking(place, &summary, Confidence::Medium, rule, false);
        }
    }

    /// Makes a fact of a requirement on something else.
    fn requires(&mut self, place: &Place<'_>, hit: &Hit<'_>, summary: &str) {
        let component =
            groups(&hit.captures, "component").first().and_then(|text| self.component(text));
        let Some(component) = component else { return };
        let Some(written) = groups(&hit.captures, "range").first().copied() else { return };
        let own = Version::find_all(written, 1).iter().any(|(_, _, v)| {
            v.precision() >= 2 && self.reading.own_versions.contains(&v.to_string())
        });
        if own {
            return;
        }
        let range = if component.ends_with("space") || component.starts_with("disk") {
            format!(">={written}")
        } else {
            range(written, hit.rule.makes == Makes::Ends)
        };
        if range.is_empty() {
            return;
        }
        let Some(evidence) = self.evidence(place) else { return };
        let fact =
            self.fact(FactKind::Requires, summary, hit.rule.confidence, hit.rule.name, evidence);
        let subject = component.to_lowercase();
        let fact = Fact { component: Some(component), range: Some(range), ..fact };
        self.found.add(fact, subject, false);
        self.breaking(place, summary, Confidence::Medium, hit.rule.name, false);
    }

    /// Returns a component's usual name; none for the application itself and for plain words.
    fn component(&self, written: &str) -> Option<String> {
        let written = written.trim();
        let lower = written.to_lowercase();
        let usual = match lower.as_str() {
            "k8s" | "kube" => "Kubernetes",
            "postgres" | "pg" | "postgresql" => "PostgreSQL",
            "mongo" => "MongoDB",
            "docker engine" => "Docker",
            _ => written,
        };
        let plain = [
            "this", "the", "version", "upgrade", "release", "it", "you", "a", "an", "now",
            "please", "chart", "app", "if", "note", "at",
        ];
        let first = lower.split(' ').next().unwrap_or_default();
        let own = lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| self.reading.own_names.contains(word));
        let inside = lower.split(' ').any(|word| INSIDE.contains(&word.trim_matches('.')));
        (!plain.contains(&first) && !own && !inside).then(|| usual.to_owned())
    }

    /// Makes a fact of a version to stop at or to avoid.
    fn version_fact(&mut self, place: &Place<'_>, hit: &Hit<'_>, summary: &str) {
        let versions = groups(&hit.captures, "version");
        let Some(version) =
            versions.first().and_then(|text| Version::parse(text.trim_end_matches('.')))
        else {
            return;
        };
        let span = self.reading.span;
        if !span.contains(&version) || version.is_pre_release() {
            return;
        }
        let (kind, breaks) = match hit.rule.makes {
            Makes::StopAt if version.order(span.end()).is_lt() => (FactKind::StopAt, true),
            Makes::Avoid => (FactKind::Avoid, false),
            _ => return,
        };
        self.named(place, kind, &version.to_string(), summary, hit.rule.confidence, hit.rule.name);
        if breaks {
            self.breaking(place, summary, Confidence::Medium, hit.rule.name, false);
        }
    }

    /// Makes a fact of a move.
    fn moved(
        &mut self,
        place: &Place<'_>,
        kind: FactKind,
        old: Option<String>,
        new: Option<String>,
        summary: &str,
        rule: &str,
    ) {
        let Some(new) = new.filter(|new| is_image(new) || kind == FactKind::ChartMoved) else {
            return;
        };
        if old.as_ref() == Some(&new) {
            return;
        }
        let Some(evidence) = self.evidence(place) else { return };
        let fact = self.fact(kind, summary, Confidence::High, rule, evidence);
        let subject = new.clone();
        self.found.add(Fact { name: old.clone(), old, new: Some(new), ..fact }, subject, false);
    }

    /// Reads the tables of the section.
    fn tables(&mut self) {
        let mut header = None;
        let mut last = None;
        for (index, passage) in self.passages.iter().enumerate() {
            if passage.shape != Shape::Row {
                continue;
            }
            let Some(block) = self.document.blocks.get(passage.block) else { continue };
            let cells = Plain::cells(self.document, block);
            if block.kind == (super::markup::Kind::Row { header: true }) {
                header = Some(Header::of(&cells));
                last = Some(index);
                continue;
            }
            let together = last.is_some_and(|last| last + 1 == index);
            last = Some(index);
            let Some(header) = header.as_ref().filter(|_| together) else { continue };
            if passage.topics.has(Topics::FOREIGN.and(Topics::FUTURE)) {
                continue;
            }
            for row in header.row(&cells, passage.topics) {
                self.row(passage, block, &row.names, &row.new, row.makes);
            }
        }
    }

    fn row(
        &mut self,
        passage: &Passage,
        block: &super::markup::Block,
        names: &[Name],
        new: &[Name],
        makes: Makes,
    ) {
        let Some(piece) = self.document.pieces_of(block).first().copied() else { return };
        let Some(evidence) = evidence::whole(self.source, self.document, piece, piece.start) else {
            return;
        };
        let still = self.still.contains(&passage.heading);
        let rows: Vec<String> = names.iter().chain(new).map(|name| name.text.clone()).collect();
        let beside = self.siblings(passage).into_iter().chain(rows).collect::<Vec<_>>();
        let makes = if still && makes == Makes::Removed { Makes::Deprecated } else { makes };
        let names: Vec<Name> =
            names.iter().filter(|name| name.is_variable || name.text.len() > 2).cloned().collect();
        let Some(first) = names.first() else { return };
        let old = self.full(first, &beside);
        let fact = |kind, summary: String| {
            self.fact(kind, &summary, Confidence::High, "table", evidence.clone())
        };
        if makes == Makes::Renamed {
            let new =
                new.iter().map(|name| self.full(name, &beside)).collect::<Vec<_>>().join(" + ");
            let kind =
                if first.is_variable { FactKind::EnvRenamed } else { FactKind::ValueRenamed };
            let fact = fact(kind, format!("{old} is renamed to {new}"));
            self.found.add(
                Fact {
                    name: Some(old.clone()),
                    old: Some(old.clone()),
                    new: Some(new.clone()),
                    ..fact
                },
                old.clone(),
                false,
            );
            if !still {
                self.table_breaks(&evidence, format!("{old} is renamed to {new}"));
            }
            return;
        }
        for name in &names {
            let Some(kind) = kind_of(makes, name.is_variable) else { continue };
            let full = self.full(name, &beside);
            let words = match makes {
                Makes::Removed => "is removed",
                Makes::Added => "is new",
                Makes::Deprecated => "is deprecated",
                Makes::Required => "is required",
                _ => "is changed",
            };
            let fact = self.fact(
                kind,
                &format!("{full} {words}"),
                Confidence::High,
                "table",
                evidence.clone(),
            );
            self.found.add(Fact { name: Some(full.clone()), ..fact }, full.clone(), false);
            if matches!(makes, Makes::Removed | Makes::Required | Makes::Changed) {
                self.table_breaks(&evidence, format!("{full} {words}"));
            }
        }
    }

    fn table_breaks(&mut self, evidence: &Evidence, summary: String) {
        let fact =
            self.fact(FactKind::Breaking, &summary, Confidence::Medium, "table", evidence.clone());
        self.found.add(fact, summary.to_lowercase(), false);
    }

    /// Returns all names in the rows of the same table.
    fn siblings(&self, passage: &Passage) -> Vec<String> {
        let rows = self
            .passages
            .iter()
            .filter(|p| p.shape == Shape::Row && p.heading == passage.heading)
            .take(200);
        rows.filter_map(|p| self.document.blocks.get(p.block))
            .flat_map(|block| Plain::cells(self.document, block))
            .flat_map(|cell| names::find(&cell.text))
            .map(|name| name.text)
            .collect()
    }

    /// Reads diffs, and code blocks before and after.
    fn code(&mut self) {
        let mut before: Option<usize> = None;
        for (index, passage) in self.passages.iter().enumerate() {
            if passage.shape != Shape::Code {
                continue;
            }
            let Some(block) = self.document.blocks.get(passage.block) else { continue };
            let pieces = self.document.pieces_of(block);
            let lines: Vec<&str> =
                pieces.iter().map(|piece| self.document.text_of(*piece)).collect();
            let shown = if self.document.language(block) == "diff" {
                let shown = examples::diff(lines.get(1..).unwrap_or_default());
                shown.into_iter().map(|s| examples::Shown { line: s.line + 1, ..s }).collect()
            } else {
                let label = self.label_before(index);
                let previous = before.take();
                if is_before(&label) {
                    before = Some(passage.block);
                }
                match previous.and_then(|block| self.document.blocks.get(block)) {
                    Some(old) if is_after(&label) => {
                        let old: Vec<&str> = self
                            .document
                            .pieces_of(old)
                            .iter()
                            .map(|p| self.document.text_of(*p))
                            .collect();
                        examples::pair(&old, &lines)
                    }
                    _ => Vec::new(),
                }
            };
            for shown in shown {
                let Some(piece) = pieces.get(shown.line).copied() else { continue };
                let Some(evidence) =
                    evidence::whole(self.source, self.document, piece, piece.start)
                else {
                    continue;
                };
                self.shown(passage, &shown, evidence);
            }
        }
    }

    fn shown(&mut self, passage: &Passage, shown: &examples::Shown, evidence: Evidence) {
        if passage.topics.has(Topics::FOREIGN.and(Topics::FUTURE)) {
            return;
        }
        let summary = format!("{} → {}", shown.old, shown.new);
        let (kind, old, new) = match shown.makes {
            Makes::ImageMoved if is_image(&shown.new) => {
                (FactKind::ImageMoved, shown.old.clone(), shown.new.clone())
            }
            Makes::Renamed => {
                let (old, new) = shown.names();
                (FactKind::EnvRenamed, self.full(&old, &[]), self.full(&new, &[]))
            }
            _ => return,
        };
        let fact = self.fact(kind, &summary, Confidence::Medium, "example", evidence);
        let subject = if kind == FactKind::ImageMoved { new.clone() } else { old.clone() };
        self.found.add(
            Fact { name: Some(old.clone()), old: Some(old), new: Some(new), ..fact },
            subject,
            false,
        );
    }

    /// Returns the text of the last passage before a code block.
    fn label_before(&self, index: usize) -> String {
        let before = index.checked_sub(1).and_then(|at| self.passages.get(at));
        before.map(|p| p.plain.text.to_lowercase()).unwrap_or_default()
    }

    fn full(&self, name: &Name, beside: &[String]) -> String {
        if name.is_variable {
            self.reading.vocabulary.full_name(&name.text, beside)
        } else {
            name.text.clone()
        }
    }

    fn evidence(&self, place: &Place<'_>) -> Option<Evidence> {
        let block = self.document.blocks.get(place.passage.block)?;
        evidence::quote(
            self.source,
            self.document,
            block,
            &place.passage.plain,
            &place.sentence,
            place.at,
        )
    }

    fn fact(
        &self,
        kind: FactKind,
        summary: &str,
        confidence: Confidence,
        rule: &str,
        evidence: Evidence,
    ) -> Fact {
        Fact {
            kind,
            version: self.version(),
            name: None,
            old: None,
            new: None,
            component: None,
            range: None,
            summary: summary.to_owned(),
            confidence,
            rule: rule.to_owned(),
            evidence: vec![evidence],
        }
    }

    fn breaking(
        &mut self,
        place: &Place<'_>,
        summary: &str,
        confidence: Confidence,
        rule: &str,
        declared: bool,
    ) {
        let Some(evidence) = self.evidence(place) else { return };
        let fact = self.fact(FactKind::Breaking, summary, confidence, rule, evidence);
        self.found.add(fact, summary.to_lowercase(), declared);
    }

    fn simple(
        &mut self,
        place: &Place<'_>,
        kind: FactKind,
        summary: &str,
        confidence: Confidence,
        rule: &str,
    ) {
        let Some(evidence) = self.evidence(place) else { return };
        let fact = self.fact(kind, summary, confidence, rule, evidence);
        self.found.add(fact, summary.to_lowercase(), false);
    }

    fn named(
        &mut self,
        place: &Place<'_>,
        kind: FactKind,
        name: &str,
        summary: &str,
        confidence: Confidence,
        rule: &str,
    ) {
        let Some(evidence) = self.evidence(place) else { return };
        let fact = self.fact(kind, summary, confidence, rule, evidence);
        self.found.add(Fact { name: Some(name.to_owned()), ..fact }, name.to_owned(), false);
    }
}

/// Tells whether the sentence itself says that the old way still works.
fn still_said(place: &Place<'_>) -> bool {
    let words = place.passage.plain.text.get(place.sentence.clone()).unwrap_or_default();
    let lower = words.to_lowercase();
    [
        "still available",
        "still work",
        "still supported",
        "still accepted",
        "still be used",
        "still honou",
        "as fallback",
        "as a fallback",
        "backward compat",
        "backwards compat",
        "alias",
    ]
    .iter()
    .any(|said| lower.contains(said))
}

/// Tells whether a sentence is about another program of the same house, such as the mobile one.
fn is_foreign(text: &str) -> bool {
    static FOREIGN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?-u:\b)(?:mobile|android|ios|iphone|flutter|native|desktop|tv)(?: and (?:android|ios))? (?:apps?|clients?|applications?|versions?|users?)(?-u:\b)|(?-u:\b)(?:plugin|extension|theme|addon|library|module) (?:developers?|authors?|maintainers?)(?-u:\b)").ok()
    });
    FOREIGN.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Tells whether the name that a rule takes for its subject is governed by a preposition: in `the
/// option in X has been removed` it is not X that was removed.
fn is_object(hit: &Hit<'_>, text: &str) -> bool {
    let subject = matches!(
        hit.rule.name,
        "setting-was-removed" | "setting-no-longer" | "setting-required" | "was-renamed-to"
    );
    let names =
        ["names", "names2", "old", "old2"].iter().find_map(|group| hit.captures.name(group));
    let Some(names) = names.filter(|_| subject) else { return false };
    let before = text.get(..names.start()).unwrap_or_default().trim_end().to_ascii_lowercase();
    let before = before.strip_suffix("the").unwrap_or(&before).trim_end();
    let word = before.rsplit(' ').next().unwrap_or_default();
    let support = before.ends_with("support for") || before.ends_with("support of");
    matches!(
        word,
        "in" | "of"
            | "within"
            | "inside"
            | "via"
            | "through"
            | "from"
            | "using"
            | "with"
            | "by"
            | "for"
            | "at"
            | "under"
    ) && !support
}

/// Returns all captures of a group and its alternatives: `names`, `names2`, `names3`.
fn groups<'t>(captures: &Captures<'t>, name: &str) -> Vec<&'t str> {
    let numbered = (2..8).map(|number| format!("{name}{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .filter_map(|group| captures.name(&group).map(|found| found.as_str()))
        .collect()
}

fn kind_of(makes: Makes, is_variable: bool) -> Option<FactKind> {
    Some(match (makes, is_variable) {
        (Makes::Removed, true) => FactKind::EnvRemoved,
        (Makes::Added, true) => FactKind::EnvAdded,
        (Makes::Required, true) => FactKind::EnvRequired,
        (Makes::Deprecated, true) => FactKind::EnvDeprecated,
        (Makes::Changed, true) => FactKind::EnvChanged,
        (Makes::Removed, false) => FactKind::ValueRemoved,
        (Makes::Added, false) => FactKind::ValueAdded,
        (Makes::Changed | Makes::Required, false) => FactKind::ValueChanged,
        (Makes::Deprecated, false) => FactKind::Deprecated,
        _ => return None,
    })
}

/// Reads the versions that will do from how they are written.
fn range(written: &str, ended: bool) -> String {
    let lower = written.to_lowercase();
    let versions = Version::find_all(&lower, 1);
    let versions: Vec<String> = if versions.is_empty() {
        lower
            .split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .filter(|v| !v.is_empty())
            .map(str::to_owned)
            .collect()
    } else {
        versions.into_iter().map(|(_, _, version)| version.to_string()).collect()
    };
    // A bare number of four digits is an issue's, not a version.
    let mut versions: Vec<String> =
        versions.into_iter().filter(|v| v.len() <= 3 || v.contains('.')).collect();
    let below = ["below", "before", "older than", "prior", "lower than", "<"]
        .iter()
        .any(|w| lower.starts_with(w));
    if ended && let Some(last) = versions.pop() {
        return format!("{}{last}", if below { ">=" } else { ">" });
    }
    versions.iter().map(|version| format!(">={version}")).collect::<Vec<_>>().join(" || ")
}

fn bare(text: &str) -> String {
    text.trim_matches(['`', '.', ',', ' ']).to_owned()
}

/// Tells whether a text looks like an image and not like a path, a page or two words.
fn is_image(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let pages = ["github.com", "gitlab.com", "docs.", "www.", "http"];
    text.contains('/')
        && !first.is_empty()
        && !pages.iter().any(|page| text.starts_with(page))
        && !text.starts_with('/')
        && !text.contains("and/or")
}

fn is_before(label: &str) -> bool {
    label.len() < 120
        && ["before", "old", "previous", "v1", "from:"].iter().any(|word| label.contains(word))
}

fn is_after(label: &str) -> bool {
    label.len() < 120
        && ["after", "new", "now", "v2", "to:", "become"].iter().any(|word| label.contains(word))
}
