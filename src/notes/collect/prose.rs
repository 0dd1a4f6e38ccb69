//! Goes through the sentences of a section and hands on what the rules find.
//!
//! Before a match counts it must speak of this version and of this application: sentences that
//! promise what a later version will do are passed over, those about the mobile application
//! become questions.

use std::sync::LazyLock;

use regex::{Captures, Match, Regex};

use super::super::fact::{Confidence, Fact, FactKind};
use super::super::markup;
use super::super::names::Name;
use super::super::passage::{Passage, Shape};
use super::super::rules::engine::{Engine, Hit};
use super::super::rules::requires::BESIDE;
use super::super::rules::{Makes, Scope};
use super::super::sections::State;
use super::super::sentence::Sentence;
use super::super::topics::Topics;
use super::super::version::Version;
use super::{Mark, Reader, evidence, listed};

impl Reader<'_> {
    /// Reads headings, paragraphs and lists.
    pub(super) fn prose(&mut self, engine: &Engine) {
        self.yanked();
        self.find_still(engine);
        let passages = self.page.passages;
        for (index, passage) in passages.iter().enumerate() {
            if !matches!(passage.shape, Shape::Row | Shape::Code) {
                self.whole(engine, index, passage);
                self.sentences(engine, index, passage);
                self.listed(index, passage);
            }
        }
    }

    /// Takes a release whose heading says that it was taken back.
    fn yanked(&mut self) {
        let section = self.page.section;
        let block = self.page.document.blocks.get(section.blocks.start);
        let Some(block) = block.filter(|_| section.state == State::Yanked && section.headed) else {
            return;
        };
        let plain = self.page.document.plain(block);
        let sentence = 0..plain.text.len();
        let quote =
            evidence::quote(self.page.source, self.page.document, block, &plain, &sentence, 0);
        let (Some(quote), Some(version)) = (quote, &section.version) else { return };
        let name = version.to_string();
        let fact =
            self.fact(FactKind::Avoid, plain.text, Confidence::High, "yanked-heading", quote);
        self.found.add(Fact { name: Some(name.clone()), ..fact }, name);
    }

    /// Finds the headings below which old names are said to work still.
    fn find_still(&mut self, engine: &Engine) {
        for passage in self.page.passages.iter().filter(|passage| passage.shape == Shape::Prose) {
            for sentence in passage.plain.sentences() {
                let text = passage.plain.text.get(sentence).unwrap_or_default();
                if engine.says(Makes::StillWorks, passage, text) {
                    self.still.insert(passage.heading);
                }
            }
        }
    }

    /// Tries the rules for whole passages: an entry of a list, the first words below a heading.
    fn whole(&mut self, engine: &Engine, index: usize, passage: &Passage) {
        let says_nothing = passage.nested || passage.leads() || passage.is_only_label();
        if passage.shape == Shape::Heading || says_nothing {
            return;
        }
        let text = passage.plain.text.as_str();
        let mark = Mark {
            passage,
            sentence: 0..text.len(),
            at: 0,
            rule: "breaking-mark",
            confidence: Confidence::High,
        };
        let led = passage.under != passage.heading;
        if self.is_item(passage) || passage.first || led {
            let marked = Sentence::of(text, None);
            for hit in engine.run(passage, Scope::Passage, &marked.text) {
                self.hit(index, &hit, &marked, &mark);
                self.called = Some(passage.block).filter(|_| hit.rule.makes == Makes::Declared);
            }
        }
        if passage.bang {
            self.breaking(&mark, true);
            self.called = Some(passage.block);
        }
    }

    fn sentences(&mut self, engine: &Engine, index: usize, passage: &Passage) {
        let text = passage.plain.text.as_str();
        let mut last: Option<Name> = None;
        for sentence in passage.plain.sentences() {
            let words = text.get(sentence.clone()).unwrap_or_default();
            let marked = Sentence::of(words, last.as_ref());
            for hit in engine.run(passage, Scope::Sentence, &marked.text) {
                let start = hit.captures.get(0).map_or(0, |found| found.start());
                let at = (sentence.start + marked.original(start)).min(sentence.end);
                let mark = Mark {
                    passage,
                    sentence: sentence.clone(),
                    at,
                    rule: "",
                    confidence: Confidence::Low,
                };
                self.hit(index, &hit, &marked, &mark);
            }
            last = marked.names.into_iter().rfind(|name| name.is_variable).or(last);
        }
    }

    /// Reads an item below `The following variables were removed:`.
    fn listed(&mut self, index: usize, passage: &Passage) {
        let Some(above) = passage.under.and_then(|under| self.page.passages.get(under)) else {
            return;
        };
        let sorting = passage.heading.and_then(|heading| self.page.passages.get(heading));
        let sorting = sorting.and_then(|heading| listed::sorted(&heading.plain.text));
        let of_names = listed::may_say(&above.plain.text) || sorting.is_some();
        if !self.is_item(passage) || !of_names {
            return;
        }
        let Some(item) = listed::item(&passage.plain.text) else { return };
        let again = item.again();
        let listed::Item { mut names, new, own, of_setting, called } = item;
        let is_heading = above.shape == Shape::Heading;
        let said = listed::makes(&above.plain.text, is_heading, &passage.plain.text, again);
        // `Removed` above `Environment variables:` says what became of the names below both.
        let labelled = listed::is_label_of_settings(&above.plain.text);
        let below = of_setting && listed::points_down(&above.plain.text);
        let sorted = sorting.filter(|_| {
            labelled || below || (of_setting && is_heading) || (called && above.leads())
        });
        let Some(makes) = said.or(sorted) else { return };
        let environment = listed::has_environment(&above.plain.text)
            || listed::has_environment(&passage.plain.text);
        names.retain(|name| !name.is_variable || name.text.contains('_') || environment);
        let is_said = |name: &Name| self.said.contains(&(index, name.text.clone()));
        if names.is_empty() || names.iter().any(is_said) {
            return;
        }
        let mark = Mark {
            passage,
            sentence: 0..passage.plain.text.len(),
            at: 0,
            rule: "listed-under",
            confidence: Confidence::High,
        };
        match makes {
            Makes::Renamed => self.renamed(&mark, &names, &new),
            Makes::Removed if own => {
                // With a value of its own the new one is another thing, which does for the old.
                let other = new.iter().any(|name| name.value.is_some());
                if other && names.iter().all(|name| name.value.is_none()) {
                    self.settings(&mark, makes, &names);
                } else {
                    self.renamed(&mark, &names, &new);
                }
            }
            _ => self.settings(&mark, makes, &names),
        }
    }

    fn is_item(&self, passage: &Passage) -> bool {
        let block = self.page.document.blocks.get(passage.block);
        block.is_some_and(|block| block.kind == markup::Kind::Item)
    }

    /// Takes one match of a rule.
    fn hit(&mut self, index: usize, hit: &Hit<'_>, marked: &Sentence, mark: &Mark<'_>) {
        let rule = hit.rule;
        let mark = &Mark { rule: rule.name, confidence: rule.confidence, ..mark.clone() };
        let text = marked.text.as_str();
        if self.is_later(text, rule.makes)
            || self.is_behind(text)
            || (rule.subject && is_object(hit, text))
        {
            return;
        }
        match rule.makes {
            Makes::Declared if is_foreign(text) => {
                self.breaking(&mark.with(Confidence::Low), false);
            }
            Makes::Declared => self.breaking(mark, true),
            Makes::Implied => {
                let weak =
                    mark.passage.near.has(Topics::ADDED) && rule.confidence < Confidence::High;
                let still = self.still.contains(&mark.passage.heading) && listed::has_noun(text);
                let unsure = weak || still || is_foreign(text);
                self.breaking(
                    &mark.with(if unsure { Confidence::Low } else { rule.confidence }),
                    false,
                );
            }
            Makes::Action => self.plain(FactKind::ManualAction, mark),
            Makes::Irreversible => self.plain(FactKind::Irreversible, mark),
            Makes::Discouraged => self.plain(FactKind::Deprecated, mark),
            Makes::Removed
            | Makes::Added
            | Makes::Required
            | Makes::Deprecated
            | Makes::Changed => {
                let names = self.settings_among(hit, "names", marked, mark.passage);
                self.said.extend(names.iter().map(|name| (index, name.text.clone())));
                self.settings(mark, rule.makes, &names);
            }
            Makes::Renamed => {
                let old = self.settings_among(hit, "old", marked, mark.passage);
                let new: Vec<Name> = groups(&hit.captures, "new")
                    .iter()
                    .flat_map(|part| marked.names_in(part))
                    .collect();
                self.said.extend(old.iter().chain(&new).map(|name| (index, name.text.clone())));
                let near = mark.passage.near;
                let gone = Topics::BREAKING.and(Topics::REMOVED);
                if rule.advises && near.has(Topics::DEPRECATED) && !near.has(gone) {
                    self.settings(mark, Makes::Deprecated, &old);
                } else {
                    self.renamed(mark, &old, &new);
                }
            }
            Makes::Requires | Makes::Presumes | Makes::Ends => self.requires(mark, hit),
            Makes::StopAt | Makes::Avoid => self.version(mark, hit),
            Makes::Security => {
                for name in groups(&hit.captures, "names") {
                    self.named(FactKind::Security, &name.to_ascii_uppercase(), mark);
                }
            }
            Makes::ImageMoved => self.moved(FactKind::ImageMoved, mark, hit),
            Makes::ChartMoved => self.moved(FactKind::ChartMoved, mark, hit),
            Makes::StillWorks => {}
            Makes::Licence => self.remark("licence", mark),
            Makes::KnownIssue => self.remark("known-issue", mark),
            Makes::Undoes => {
                let version = groups(&hit.captures, "version");
                self.found.undone.extend(version.first().and_then(|text| Version::parse(text)));
            }
        }
    }

    /// Tells whether a sentence promises what a later version of the application will do.
    fn is_later(&self, text: &str, makes: Makes) -> bool {
        let of_now = [
            Makes::Implied,
            Makes::Declared,
            Makes::Removed,
            Makes::Renamed,
            Makes::Required,
            Makes::Changed,
            Makes::Requires,
            Makes::Ends,
        ];
        let version = self.page.section.version.as_ref().filter(|_| of_now.contains(&makes));
        let speaks_of_then = !text.contains(" will now ")
            && [" will ", "planned", "scheduled", "going to "]
                .iter()
                .any(|words| text.contains(words));
        let Some(version) = version.filter(|_| speaks_of_then) else { return false };
        // `Redis below 6.2 will no longer work` has another program's version, not the next one.
        let of_others = matches!(makes, Makes::Requires | Makes::Ends);
        Version::find_all(text, 2).iter().any(|(_, _, other)| {
            let own = self.reading.own_versions.contains(&other.to_string())
                || (!of_others && other.is_next_of(version));
            other.precision() >= 2
                && other.order(version).is_gt()
                && !other.is_within(version)
                && own
        })
    }
}

impl Reader<'_> {
    /// Tells whether a sentence says what an older version of the application did: in the notes of
    /// 1.13, `Ship 1.1.0 drops rafts` is no news to who runs 1.12.
    fn tells_of_older(&self, text: &str) -> bool {
        let does = ["drop", "remov", "introduc", "chang", "requir", "switch", "renam", "replac"];
        Version::find_all(text, 2).into_iter().any(|(_, end, version)| {
            let after = text.get(end..).unwrap_or_default().trim_start_matches(['`', '*', ' ']);
            version.precision() >= 2
                && does.iter().any(|word| after.starts_with(word))
                && self.reading.own_versions.contains(&version.to_string())
                && !self.reading.span.is_after_from(&version)
        })
    }

    /// Tells whether a sentence begins with a condition that the upgrade does not meet: `If you are
    /// upgrading from 1.1.x, …` where it starts at 1.2.
    fn is_from_behind(&self, text: &str) -> bool {
        static FROM: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?i)^[^a-z]*(?:note: )?if you(?:'re| are)? (?:upgrad|updat|migrat)\w*(?: directly)? from (?:version )?`?(v?[0-9]+\.[0-9.x]*[0-9x])`?,? ").ok()
        });
        let captures = FROM.as_ref().and_then(|pattern| pattern.captures(text));
        let version = captures.and_then(|found| Version::parse(found.get(1)?.as_str()));
        let start = self.reading.span.start();
        version.is_some_and(|version| version.order(start).is_lt() && !start.is_within(&version))
    }

    /// Tells whether a sentence concerns only those who come from a version before the start, as
    /// in `an installation older than 1.2 must …`.
    fn is_behind(&self, text: &str) -> bool {
        static BESIDES: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(&format!(r"(?i)(?-u:\b)(?:{BESIDE})(?-u:\b)")).ok());
        if self.tells_of_older(text) {
            return true;
        }
        if self.is_from_behind(text) {
            return true;
        }
        let lower = text.to_ascii_lowercase();
        let words = ["older than", "earlier than", "lower than"];
        if !words.iter().any(|words| lower.contains(words))
            || BESIDES.as_ref().is_none_or(|pattern| pattern.is_match(text))
        {
            return false;
        }
        Version::find_all(text, 2).iter().any(|(start, _, version)| {
            let before = lower.get(..*start).unwrap_or_default();
            let before = before.trim_end_matches(['v', '`', '*', ' ']);
            let before = before.strip_suffix("version").unwrap_or(before).trim_end();
            words.iter().any(|words| before.ends_with(words))
                && !self.reading.span.is_after_from(version)
        })
    }
}

/// The highest number behind the name of a group.
const MOST_ALTERNATIVES: usize = 19;

/// Returns all captures of a group and its alternatives: `names`, `names2`, `names3`.
pub(super) fn groups<'t>(captures: &Captures<'t>, name: &str) -> Vec<&'t str> {
    matches_of(captures, name).into_iter().map(|found| found.as_str()).collect()
}

/// The same, with the places where they stand.
pub(super) fn matches_of<'t>(captures: &Captures<'t>, name: &str) -> Vec<Match<'t>> {
    let mut found: Vec<Match<'t>> = captures.name(name).into_iter().collect();
    for number in 2..=MOST_ALTERNATIVES {
        found.extend(captures.name(&format!("{name}{number}")));
    }
    found
}

/// Tells whether a sentence is about another program of the same house, such as the mobile one.
fn is_foreign(text: &str) -> bool {
    static FOREIGN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let program = r"(?:mobile|android|ios|iphone|flutter|native|desktop|tv)(?: and (?:android|ios))? (?:apps?|clients?|applications?|versions?|users?)";
        let people = r"(?:plugin|extension|theme|addon|library|module) (?:developers?|authors?|maintainers?)";
        Regex::new(&format!(r"(?i)(?-u:\b)(?:{program}|{people})(?-u:\b)")).ok()
    });
    FOREIGN.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Tells whether the name that a rule takes for its subject is governed by a preposition: in `the
/// option in X has been removed` it is not X that was removed.
fn is_object(hit: &Hit<'_>, text: &str) -> bool {
    let names =
        ["names", "names2", "old", "old2"].iter().find_map(|group| hit.captures.name(group));
    let Some(names) = names else { return false };
    let before = text.get(..names.start()).unwrap_or_default().trim_end().to_ascii_lowercase();
    let before = before.strip_suffix("the").unwrap_or(&before).trim_end();
    let allowed = ["support for", "support of", "from now on", "from here on", "later on"];
    if allowed.iter().any(|words| before.ends_with(words)) {
        return false;
    }
    let word = before.rsplit(' ').next().unwrap_or_default();
    let prepositions = [
        "in", "of", "on", "within", "inside", "into", "via", "through", "from", "using", "with",
        "by", "for", "at", "under",
    ];
    prepositions.contains(&word)
}
