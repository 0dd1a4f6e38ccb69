//! The rules: what in release notes is a fact.
//!
//! A rule is data: a name, what it makes, where it applies, a pattern over one sentence, and a
//! guard that takes the match back. Each carries the sentences that it must find and those that it
//! must pass over, and one test tries them all; so a wrong fact names its rule, and the rule is
//! mended where it stands. Rules read language and structure and know no application. The tables
//! are sorted by subject: [`breaking`], [`lost`], [`gone`], [`differs`] and [`action`] for what
//! happens to an installation, [`settings`], [`renamed`], [`offered`] and [`settable`] for variables
//! and values, [`platform`] for versions of itself, [`requires`] and [`minimums`] for those of
//! others, [`remarks`] for what is told besides.
//! [`engine`] runs them.

pub(super) mod action;
pub(super) mod breaking;
pub(super) mod differs;
pub(super) mod engine;
pub(super) mod gone;
pub(super) mod lost;
pub(super) mod minimums;
pub(super) mod offered;
pub(super) mod platform;
pub(super) mod remarks;
pub(super) mod renamed;
pub(super) mod requires;
pub(super) mod settable;
pub(super) mod settings;

use super::fact::Confidence;
use super::topics::Topics;

/// A rule as a reader may want to see it: by which words a fact was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RuleCard {
    /// Its name, which the facts that it finds carry.
    pub name: &'static str,
    /// The words that it looks for, as a pattern with shorthands in braces.
    pub pattern: &'static str,
    /// The words that take a match back; empty for none.
    pub unless: &'static str,
    /// Sentences that it finds.
    pub finds: &'static [&'static str],
    /// Sentences that it passes over.
    pub passes: &'static [&'static str],
}

/// Lists the rules, in the order of their tables.
pub fn rules() -> impl Iterator<Item = RuleCard> {
    all().map(|rule| RuleCard {
        name: rule.name,
        pattern: rule.pattern,
        unless: rule.unless,
        finds: rule.finds,
        passes: rule.passes,
    })
}

/// All tables.
fn all() -> impl Iterator<Item = &'static Rule> {
    let breaking = breaking::RULES.iter().chain(lost::RULES).chain(gone::RULES);
    let breaking = breaking.chain(differs::RULES);
    let settings = settings::RULES.iter().chain(renamed::RULES);
    let settings = settings.chain(offered::RULES).chain(settable::RULES);
    let versions = platform::RULES.iter().chain(requires::RULES).chain(minimums::RULES);
    let versions = versions.chain(remarks::RULES);
    breaking.chain(action::RULES).chain(settings).chain(versions)
}

/// What a rule makes of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Makes {
    /// The notes call it breaking.
    Declared,
    /// It breaks, by its description.
    Implied,
    /// Somebody has to act.
    Action,
    /// A variable or value is gone.
    Removed,
    /// A variable or value has another name.
    Renamed,
    /// A variable or value is new and optional.
    Added,
    /// A variable or value must be set.
    Required,
    /// A variable or value is going away.
    Deprecated,
    /// A variable or value means something else.
    Changed,
    /// Something else must have a minimum version.
    Requires,
    /// Something else must have a minimum version, as most installations have had for long.
    Presumes,
    /// Support for a version of something else ended.
    Ends,
    /// A version must be passed through.
    StopAt,
    /// There is no way back.
    Irreversible,
    /// A version must not be run.
    Avoid,
    /// A security advisory.
    Security,
    /// A thing is deprecated that is no setting.
    Discouraged,
    /// An image has another name.
    ImageMoved,
    /// A chart has another name.
    ChartMoved,
    /// The application has another licence.
    Licence,
    /// Something is known not to work.
    KnownIssue,
    /// What this part calls removed still works.
    StillWorks,
    /// This version takes back what another one did.
    Undoes,
}

/// How much text a pattern is tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Each sentence.
    Sentence,
    /// A whole passage, once.
    Passage,
}

/// Where a rule applies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// At least one of these topics must be around, unless this is empty.
    pub(super) within: Topics,
    /// None of these topics may be the nearest, unless the text stands below a breaking heading.
    pub(super) outside: Topics,
    /// Whether headings count as sentences.
    pub(super) headings: bool,
    /// Whether entries of lists of changes count, or only prose.
    pub(super) entries: bool,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Its name, which every fact that it finds carries.
    pub(super) name: &'static str,
    /// What it makes.
    pub(super) makes: Makes,
    /// How sure that is.
    pub(super) confidence: Confidence,
    /// Where it applies.
    pub(super) place: Place,
    /// How much text it is tried on.
    pub(super) scope: Scope,
    /// It is tried only where one of these stands, whatever the case; empty means everywhere.
    pub(super) triggers: &'static [&'static str],
    /// What it looks for; see [`engine`] for the shorthands in braces.
    pub(super) pattern: &'static str,
    /// What takes a match back, looked for in the same text; empty for nothing.
    pub(super) unless: &'static str,
    /// What keeps a match in spite of the guard; empty for nothing.
    pub(super) despite: &'static str,
    /// Whether the names that it captures are the sentence's subject, so that `in X` is none.
    pub(super) subject: bool,
    /// Whether it only advises what to use, which below `Deprecated` leaves the old name working.
    pub(super) advises: bool,
    /// Sentences that it must find.
    pub(super) finds: &'static [&'static str],
    /// Sentences that it must pass over.
    pub(super) passes: &'static [&'static str],
}

/// Topics where nothing happens to an installation.
pub(super) const ELSEWHERE: Topics = Topics::INTERNAL.and(Topics::FOREIGN).and(Topics::FUTURE);

impl Place {
    /// Prose and entries, but not what is internal or about something else.
    pub(super) const TEXT: Self =
        Self { within: Topics::NONE, outside: ELSEWHERE, headings: false, entries: true };
    /// The same, and headings.
    pub(super) const ALL: Self = Self { headings: true, ..Self::TEXT };
    /// What is neither internal nor a fix of what was broken.
    pub(super) const CHANGES: Self =
        Self { outside: ELSEWHERE.and(Topics::FIXED).and(Topics::KNOWN_ISSUES), ..Self::TEXT };
    /// Prose that is no fix.
    pub(super) const PROSE: Self = Self { entries: false, ..Self::CHANGES };
}

/// A rule with the usual fields, for the tables to fill in the rest.
pub(super) const RULE: Rule = Rule {
    name: "",
    makes: Makes::Implied,
    confidence: Confidence::Medium,
    place: Place::TEXT,
    scope: Scope::Sentence,
    triggers: &[],
    pattern: "",
    unless: "",
    despite: "",
    subject: false,
    advises: false,
    finds: &[],
    passes: &[],
};
