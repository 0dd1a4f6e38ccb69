//! Names of variables and settings, as notes spell them.
//!
//! `SECRET_KEY` in capitals with an underscore is an environment variable; `server.maxSize` in
//! backticks may be a chart value, a configuration key, or just code. Notes drop the prefix that
//! all of an application's variables share when a whole table would repeat it; where the full
//! name is known from a link or another sentence, it is put back.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A name and what it names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    /// The name without backticks and without `=value`.
    pub(super) text: String,
    /// Whether it is an environment variable's by its shape.
    pub(super) is_variable: bool,
    /// The value that was written behind it, as in `MODE=skip`.
    pub(super) value: Option<String>,
}

/// The shape of an environment variable that can be told without any words around it.
const VARIABLE: &str = r"[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+";

impl Name {
    /// Tells whether the name could hardly be a plain word: `maxSize`, `server.port`, `some_key`.
    pub(super) fn is_telling(&self) -> bool {
        self.text.contains(['.', '_', '-']) || self.text.bytes().any(|b| b.is_ascii_uppercase())
    }
}

static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"`([^`]{{1,120}})`|(?-u:\b)({VARIABLE})(?-u:\b)(?:=([^\s`,;)]+))?")).ok()
});

static WHOLE_VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"^(?:[A-Z]+ )?\$?\{{?({VARIABLE})\}}?(?:[=:]\s?(.*))?$")).ok()
});

/// Finds the names in a piece of plain text, in order.
pub(super) fn find(text: &str) -> Vec<Name> {
    find_at(text).into_iter().map(|(_, name)| name).collect()
}

/// Finds the names in a piece of plain text with the bytes that each takes, backticks included.
pub(super) fn find_at(text: &str) -> Vec<(Range<usize>, Name)> {
    let Some(pattern) = NAMES.as_ref() else { return Vec::new() };
    if !text.contains(['`', '_']) {
        return Vec::new();
    }
    pattern
        .captures_iter(text)
        .filter_map(|capture| {
            let range = capture.get(0)?.range();
            let name = match (capture.get(1), capture.get(2)) {
                (Some(code), _) => in_code(code.as_str())?,
                (None, Some(variable)) if !is_constant(variable.as_str()) => Name {
                    text: variable.as_str().to_owned(),
                    is_variable: true,
                    value: capture.get(3).map(|value| value.as_str().to_owned()),
                },
                _ => return None,
            };
            Some((range, name))
        })
        .collect()
}

/// Finds every variable in a raw text, links included, each once, with whether words beside it call
/// it a setting somewhere.
pub(super) fn everywhere(text: &str) -> HashMap<String, bool> {
    let mut found = HashMap::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_part = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        let length =
            bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|b| is_part(b)).count());
        let end = at + length;
        let edge = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
        let free = edge(at.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(end));
        if free
            && (4..80).contains(&length)
            && let Some(name) = text.get(at..end)
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.contains('_')
            && !name.ends_with('_')
            && found.len() < MOST_NAMES
        {
            let called = is_called(bytes, at, end);
            *found.entry(name.to_owned()).or_default() |= called;
        }
        at = end.max(at + 1);
    }
    found
}

/// How many bytes before and behind a name are looked at for what it is called.
const BESIDE: usize = 40;

/// Tells whether the words beside a name call it a setting: `the NAME environment variable`.
fn is_called(bytes: &[u8], start: usize, end: usize) -> bool {
    let lower = |part: Option<&[u8]>| part.unwrap_or_default().to_ascii_lowercase();
    let is_mark = |b: &u8| b" `'\"*()[]{}$:".contains(b);
    let before = lower(bytes.get(start.saturating_sub(BESIDE)..start));
    let after = lower(bytes.get(end..bytes.len().min(end + BESIDE)));
    let cut = before.iter().rposition(|b| !is_mark(b)).map_or(0, |last| last + 1);
    let before = before.get(..cut).unwrap_or_default();
    let skip = after.iter().position(|b| !is_mark(b)).unwrap_or_default();
    let after = after.get(skip..).unwrap_or_default();
    let end = after.windows(2).position(|pair| pair == b". " || pair.contains(&b'\n'));
    let sentence = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
    CALLED_BEFORE.iter().any(|word| before.ends_with(word.as_bytes()))
        || CALLED_BEHIND.iter().any(|word| after.starts_with(word.as_bytes()))
        || FILES.iter().any(|file| holds(sentence, file.as_bytes()))
}

/// Tells whether bytes hold others.
fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Files that hold an application's variables: `set NAME in your .env`.
const FILES: [&str; 3] = [".env`", ".env file", "docker-compose.y"];

/// Words before a name that call it a setting.
const CALLED_BEFORE: [&str; 8] =
    [" env", "variable", "variables", "env var", "env vars", "setting", "config option", " envs"];

/// Words behind a name that call it a setting.
const CALLED_BEHIND: [&str; 7] =
    ["environment", "env ", "env.", "env,", "variable", "setting", "config"];

/// The most variables that are learned from one document.
const MOST_NAMES: usize = 20_000;

/// Reads what stands in backticks as a name.
fn in_code(code: &str) -> Option<Name> {
    if let Some(capture) = WHOLE_VARIABLE.as_ref().and_then(|pattern| pattern.captures(code)) {
        let text = capture.get(1).map(|m| m.as_str().to_owned())?;
        let value = capture.get(2).map(|m| m.as_str().to_owned());
        return (!is_constant(&text)).then_some(Name { text, is_variable: true, value });
    }
    let (text, value) = match code.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => match code.split_once(": ") {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (code.trim_end_matches(':'), None),
        },
    };
    if is_bare_variable(text) {
        return Some(Name { text: text.to_owned(), is_variable: true, value });
    }
    is_key(text).then(|| Name { text: text.to_owned(), is_variable: false, value })
}

/// Tells whether a text in backticks has the shape of a variable without an underscore: `PORT`,
/// `TZ`. Whether it is one, only the words around it can tell.
fn is_bare_variable(text: &str) -> bool {
    (2..24).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Tells whether capitals with underscores are something well known that is no variable.
fn is_constant(name: &str) -> bool {
    [
        "CAP_",
        "CGO_",
        "SIG_",
        "ERR_",
        "HTTP_4",
        "HTTP_5",
        "UTF_",
        "SHA_",
        "TLS_RSA_",
        "TLS_ECDHE_",
        "TLS_DHE_",
        "TLS_AES_",
        "TLS_CHACHA20_",
        "TLS_1",
        "NOT_NULL",
        "IS_NULL",
        "PRIMARY_KEY",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

/// Tells whether a text can be the key of a setting: `a.b.c`, `--flag`, `someValue`, `some_key`.
fn is_key(text: &str) -> bool {
    let body = text.trim_start_matches('-').trim_start_matches('.');
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_file = text.contains('.')
        && matches!(
            last,
            "yaml"
                | "yml"
                | "json"
                | "md"
                | "js"
                | "ts"
                | "py"
                | "sh"
                | "toml"
                | "conf"
                | "ini"
                | "env"
                | "go"
                | "rs"
                | "txt"
                | "log"
                | "html"
                | "css"
                | "sql"
                | "db"
                | "so"
                | "jar"
                | "com"
                | "org"
                | "io"
                | "net"
                | "php"
        )
        && text.matches('.').count() == 1;
    let host = text.split('/').next().unwrap_or_default();
    let registry = ["ghcr.io", "docker.io", "quay.io", "gcr.io", "registry."]
        .iter()
        .any(|r| host.starts_with(r));
    let domain_label = text.matches('/').count() == 1 && host.contains('.') && !registry;
    let is_host = !text.contains('/')
        && matches!(last, "io" | "com" | "org" | "net" | "dev" | "cloud")
        && !text.bytes().any(|b| b.is_ascii_uppercase());
    let is_version = body.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit());
    body.len() >= 2
        && body.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*')
        && body.bytes().any(|b| b.is_ascii_lowercase())
        && body.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'[' | b']' | b'*' | b'/')
        })
        && (!text.contains('/') || domain_label)
        && !is_file
        && !is_version
        && !is_host
        && (!text.starts_with('.') || text.bytes().any(|b| b.is_ascii_uppercase()))
}

/// The full names of an application's variables, for those that notes shorten.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// By the name without the shared prefix, the full name.
    full: HashMap<String, String>,
    /// The shared prefix, with its underscore.
    prefix: Option<String>,
    known: HashSet<String>,
    /// Those that the notes call settings somewhere.
    called: HashSet<String>,
    /// How many of them begin with each word.
    heads: HashMap<String, usize>,
}

/// How many variables the notes of an application call so that is set up by them.
const FEWEST_CALLED: usize = 3;

impl Vocabulary {
    /// Learns from all variables that the notes name anywhere, links included, and whether they
    /// call them so.
    pub(super) fn of(variables: impl IntoIterator<Item = (String, bool)>) -> Self {
        let mut known = HashSet::new();
        let mut called = HashSet::new();
        for (name, is_called) in variables {
            if is_called {
                called.insert(name.clone());
            }
            known.insert(name);
        }
        let mut heads: HashMap<String, usize> = HashMap::new();
        for name in &called {
            *heads.entry(head(name).to_owned()).or_default() += 1;
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for name in &known {
            if let Some((first, _)) = name.split_once('_') {
                *counts.entry(first).or_default() += 1;
            }
        }
        // The prefix must carry many of the names, and some must be seen with and without it.
        let best = counts.iter().max_by_key(|(first, count)| (**count, std::cmp::Reverse(**first)));
        let prefix = best.filter(|(_, count)| **count >= 3).map(|(first, _)| format!("{first}_"));
        let mut full = HashMap::new();
        if let Some(prefix) = &prefix {
            for name in &known {
                if let Some(short) = name.strip_prefix(prefix.as_str())
                    && known.contains(short)
                {
                    full.insert(short.to_owned(), name.clone());
                }
            }
        }
        Self { full, prefix, known, called, heads }
    }

    /// Returns the full name, given the names that stand beside it in the same list or table.
    pub(super) fn full_name(&self, name: &str, beside: &[String]) -> String {
        if let Some(full) = self.full.get(name) {
            return full.clone();
        }
        let Some(prefix) = &self.prefix else { return name.to_owned() };
        let first = head(name);
        let is_sibling = |other: &String| head(other) == first;
        let here = beside.iter().any(|other| self.full.contains_key(other) && is_sibling(other));
        let elsewhere = self.full.keys().filter(|other| is_sibling(other)).count() >= 2;
        if !name.starts_with(prefix.as_str()) && (here || elsewhere) {
            return format!("{prefix}{name}");
        }
        name.to_owned()
    }

    /// Tells whether a name begins as most of the application's variables do.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.prefix.as_ref().is_some_and(|prefix| name.starts_with(prefix.as_str()))
            || self.full.contains_key(name)
            || (self.prefix.is_none() && self.known.contains(name))
    }

    /// Tells whether the notes call a name a variable somewhere, or two others that begin alike.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.called.contains(name) || self.heads.get(head(name)).is_some_and(|count| *count >= 2)
    }

    /// Tells whether the application is set up by variables, by how many its notes call so.
    pub(super) fn is_set_up_by_variables(&self) -> bool {
        self.called.len() >= FEWEST_CALLED
    }
}

/// Returns the first word of a name.
fn head(name: &str) -> &str {
    name.split('_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_code() {
        for (text, expected) in [
            ("`SECRET_KEY`", vec![("SECRET_KEY", true)]),
            ("SECRET_KEY=abc", vec![("SECRET_KEY", true)]),
            ("`SHIP_SAIL__SIZE`", vec![("SHIP_SAIL__SIZE", true)]),
            (
                "`MODE_A=skip` and `server.maxSize`",
                vec![("MODE_A", true), ("server.maxSize", false)],
            ),
            ("`--enable-it`", vec![("--enable-it", false)]),
            ("`app.example.io/component`", vec![("app.example.io/component", false)]),
            ("`values.yaml` `run me` `linux/386` `$1`", vec![]),
            ("`CAP_NET_BIND`", vec![]),
        ] {
            let found = find(text);
            let found: Vec<(&str, bool)> =
                found.iter().map(|n| (n.text.as_str(), n.is_variable)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_dropped_prefix_is_put_back_where_it_is_known() {
        let known = [
            "SHIP_MAST_HEIGHT",
            "MAST_HEIGHT",
            "SHIP_KEEL",
            "SHIP_NAME",
            "MAST_WIDTH",
            "OTHER_THING",
        ];
        let vocabulary = Vocabulary::of(known.iter().map(|name| ((*name).to_owned(), false)));
        let beside = vec!["MAST_HEIGHT".to_owned(), "MAST_WIDTH".to_owned()];
        assert_eq!(vocabulary.full_name("MAST_HEIGHT", &[]), "SHIP_MAST_HEIGHT");
        assert_eq!(vocabulary.full_name("MAST_WIDTH", &beside), "SHIP_MAST_WIDTH");
        assert_eq!(vocabulary.full_name("MAST_WIDTH", &[]), "MAST_WIDTH");
        assert_eq!(vocabulary.full_name("OTHER_THING", &beside), "OTHER_THING");
    }

    #[test]
    fn words_beside_a_name_call_it_a_variable_for_good() {
        let text = "The `SHIP_MAST` environment variable. Set env SHIP_SAIL=1 (setting: `KEEL_DEPTH`). \
            The `STORM_AHEAD` error and TIDE_TABLE. Set `GALE_LIMIT=3` in `ship.env`.";
        let vocabulary = Vocabulary::of(everywhere(text));
        let names = [
            "SHIP_MAST",
            "SHIP_SAIL",
            "SHIP_OAR",
            "KEEL_DEPTH",
            "STORM_AHEAD",
            "TIDE_TABLE",
            "GALE_LIMIT",
        ];
        let called = names.map(|name| vocabulary.is_called(name));
        assert_eq!(called, [true, true, true, true, false, false, true]);
        assert!(vocabulary.is_set_up_by_variables());
    }
}
