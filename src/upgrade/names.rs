//! The names that a plan has outside: branches, lines, the subjects of commits.

use std::collections::HashMap;

use super::candidates::Target;
use super::plan_types::{Plan, Unit};
use crate::version::{Bump, Tag};

/// Returns the line of an upgrade: its target's major version, or `digest`.
pub(super) fn line(target: &Target) -> String {
    if target.bump == Bump::Digest {
        return "digest".to_owned();
    }
    let digits = |text: &str| -> String {
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect()
    };
    match Tag::parse(&target.version).numbers().first() {
        Some(major) => major.to_string(),
        None => match digits(&target.version) {
            major if major.is_empty() => segment(&target.version),
            major => major,
        },
    }
}

/// Returns the name of a branch, `refit/upgrade/NAMESPACE/RELEASE-LINE`.
pub(super) fn branch(prefix: &str, what: &str, unit: &Unit, line: &str) -> String {
    let name = unit.name();
    let kind = match unit {
        Unit::Image(_) => "",
        Unit::Chart(_) => "-chart",
        Unit::Source(..) => "-source",
    };
    let namespace = segment(name.namespace_or_dash());
    format!("{prefix}{what}/{namespace}/{}{kind}-{}", segment(&name.name), segment(line))
}

/// Keeps two units from sharing a branch, as a release `web-chart` and the chart of `web` would.
pub(super) fn separate(plans: &mut [Plan]) {
    let mut taken: HashMap<String, usize> = HashMap::new();
    for plan in plans {
        let count = taken.entry(plan.branch.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let suffix = format!("-{count}");
            plan.branch.push_str(&suffix);
            plan.revert_branch.push_str(&suffix);
        }
    }
}

/// Makes a text fit for a branch's name, by the rules of `git check-ref-format`.
fn segment(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut name: String = text.chars().map(|c| if kept(c) { c } else { '-' }).collect();
    while name.contains("..") {
        name = name.replace("..", ".");
    }
    let name = name.trim_matches('.');
    let name = name.strip_suffix(".lock").unwrap_or(name);
    if name.is_empty() { "-".to_owned() } else { name.to_owned() }
}

/// What stands for the words of a message template.
pub(super) struct Words {
    name: String,
    namespace: String,
    pub(super) from: String,
    pub(super) to: String,
}

impl Words {
    pub(super) fn new(unit: &Unit, from: &str, to: &str) -> Self {
        let (from, to) = short(from, to);
        let name = unit.name();
        let namespace = name.namespace_or_dash().to_owned();
        Self { name: name.name.clone(), namespace, from, to }
    }

    /// Fills a template in. What is not known stays as it stands.
    pub(super) fn fill(&self, template: &str) -> String {
        let filled = template
            .replace("{namespace}", &self.namespace)
            .replace("{name}", &self.name)
            .replace("{from}", &self.from)
            .replace("{to}", &self.to);
        filled.replace(['\n', '\r'], " ")
    }
}

/// Shortens two versions as far as they still differ: tags without their digests, or the first
/// twelve digits of these.
#[must_use]
pub fn short(from: &str, to: &str) -> (String, String) {
    fn tag(text: &str) -> &str {
        text.split_once('@').map_or(text, |(tag, _)| tag)
    }
    fn digest(text: &str) -> String {
        let (tag, digest) = text.split_once('@').unwrap_or(("", text));
        let (algorithm, hex) = digest.split_once(':').unwrap_or(("", digest));
        let hex = hex.get(..12).unwrap_or(hex);
        match (tag, algorithm) {
            ("", "") => hex.to_owned(),
            ("", algorithm) => format!("{algorithm}:{hex}"),
            (tag, algorithm) => format!("{tag}@{algorithm}:{hex}"),
        }
    }
    if tag(from) != tag(to)
        && !tag(from).is_empty()
        && !tag(to).is_empty()
        && !tag(to).contains(':')
    {
        return (tag(from).to_owned(), tag(to).to_owned());
    }
    if from.contains("sha256:") || from.contains("sha512:") || to.contains("sha256:") {
        return (digest(from), digest(to));
    }
    (from.to_owned(), to.to_owned())
}
