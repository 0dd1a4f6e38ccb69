//! Finds the settings that a name in notes means.
//!
//! Notes write names as their authors think of them: without the prefix that all variables of the
//! application share, as the key of a configuration file, as a flag, as a pattern for many. A name
//! that is the same beats all of these; a name that is short or common is never enough.

use super::How;
use super::words::{dropped, is_pattern, same_letters, stars, words};
use crate::flux::{Setting, SettingKind, Settings};
use crate::notes::{Fact, FactKind, Kind};

/// Variables that say nothing about whose they are.
const COMMON: &[&str] = &[
    "TZ",
    "PUID",
    "PGID",
    "UID",
    "GID",
    "USER_UID",
    "USER_GID",
    "UMASK",
    "LANG",
    "LC_ALL",
    "HOME",
    "PATH",
    "HOSTNAME",
    "NODE_ENV",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "GOMAXPROCS",
    "GOMEMLIMIT",
];

/// Where names are looked for, and what shows that a prefix was dropped.
pub(super) struct Lookup<'l> {
    pub(super) facts: &'l [Fact],
    pub(super) kind: Kind,
    pub(super) settings: &'l Settings,
}

impl Lookup<'_> {
    /// Lists the settings that a name means, by their numbers; all of them in the surest way there
    /// is.
    pub(super) fn find(&self, fact: &Fact, name: &str) -> Vec<(usize, How)> {
        let all = self.settings.list.iter().enumerate();
        let found =
            all.filter_map(|(number, setting)| Some((number, self.how(fact, name, setting)?)));
        let found: Vec<(usize, How)> = found.collect();
        let surest = found.iter().map(|(_, how)| *how).min();
        found.into_iter().filter(|(_, how)| Some(*how) == surest).collect()
    }

    /// Says how a name is that of a setting; `None` if it is not.
    fn how(&self, fact: &Fact, name: &str, setting: &Setting) -> Option<How> {
        let path = name.replace("[]", "[*]");
        let name = if setting.kind == SettingKind::Value { path.as_str() } else { name };
        let own = self.is_own_kind(fact, setting);
        if name == setting.name {
            return (own || setting.kind == SettingKind::Variable).then_some(How::Exact);
        }
        let variable = setting.kind == SettingKind::Variable;
        if is_pattern(name) {
            let wide = words(name).is_empty();
            let found = !wide && stars(name, &setting.name).is_some();
            return (found && (own || variable)).then_some(How::Pattern);
        }
        let of_file = |rest: &str| matches!(rest, "_FILE" | "__FILE");
        if variable && setting.name.strip_prefix(name).is_some_and(of_file) {
            return Some(How::FileVariant);
        }
        let beside = match setting.kind {
            SettingKind::Variable | SettingKind::ConfigKey | SettingKind::Flag => true,
            SettingKind::Value => own && self.kind == Kind::Chart,
        };
        if beside && same_letters(name, &setting.name) {
            let crosses = variable != is_of_variables(fact);
            return Some(if crosses { How::YamlKeyForVariable } else { How::CaseOrSeparator });
        }
        let prefix = if variable { dropped(&setting.name, name)? } else { return None };
        let shown = self.shows(fact, name, prefix) || self.is_shared(prefix, setting);
        let crosses = !is_of_variables(fact) || name.contains('.');
        let how = if crosses { How::YamlKeyForVariable } else { How::PrefixDropped };
        shown.then_some(how)
    }

    /// Says whether a fact is about settings of this kind.
    fn is_own_kind(&self, fact: &Fact, setting: &Setting) -> bool {
        match (is_of_variables(fact), setting.kind) {
            (true, SettingKind::Variable) | (_, SettingKind::Flag) => true,
            (true, _) | (false, SettingKind::Variable) => false,
            (false, SettingKind::Value) => {
                // An application's notes know nothing of charts; only a long path says enough.
                self.kind == Kind::Chart || setting.name.contains('.')
            }
            (false, SettingKind::ConfigKey) => self.kind == Kind::App,
        }
    }

    /// Says whether the notes write names with this prefix.
    fn shows(&self, fact: &Fact, name: &str, prefix: &str) -> bool {
        let whole = format!("{prefix}{name}");
        let quoted = fact.evidence.iter().any(|evidence| evidence.quote.contains(&whole));
        let begins = |text: &Option<String>| {
            text.as_ref().and_then(|text| text.strip_prefix(prefix)).is_some_and(|r| !r.is_empty())
        };
        quoted || self.facts.iter().any(|f| begins(&f.name) || begins(&f.old) || begins(&f.new))
    }

    /// Says whether all other variables of the release have this prefix.
    fn is_shared(&self, prefix: &str, but: &Setting) -> bool {
        let variables = self.settings.list.iter().filter(|s| s.kind == SettingKind::Variable);
        let own = variables.filter(|s| s.name != but.name && !COMMON.contains(&s.name.as_str()));
        let mut others = 0;
        let all = own.inspect(|_| others += 1).all(|setting| setting.name.starts_with(prefix));
        all && others >= 2
    }
}

/// Says whether a fact is about variables.
pub(super) fn is_of_variables(fact: &Fact) -> bool {
    matches!(
        fact.kind,
        FactKind::EnvRequired
            | FactKind::EnvRemoved
            | FactKind::EnvRenamed
            | FactKind::EnvChanged
            | FactKind::EnvDeprecated
            | FactKind::EnvAdded
    )
}
