//! What the types of a policy cannot say: what is refused, and what would have no effect.
//!
//! A policy that is read and does nothing is worse than one that is refused: its author relies on
//! it. So what can never hold is refused with its place, and what other rules leave no room for is
//! told. Only a repository's own rules are weighed against each other: that they come before the
//! built-in ones is what they are for.

use super::load::broken;
use super::{App, ChartPolicy, Datastore, Glob, Policies, SLOTS, Step, Strategy, When};
use crate::diagnostic::{Diagnostic, RuleRef, Severity};
use crate::image::Repository;
use crate::version::Range;
use crate::yaml::Node;

/// Why a policy is left out, and where.
pub(super) struct Refusal {
    /// Line and column.
    pub(super) at: (u32, u32),
    pub(super) message: String,
}

fn refuse(node: Node<'_>, message: impl Into<String>) -> Refusal {
    Refusal { at: (node.line(), node.column()), message: message.into() }
}

/// Finds an item of a list, or the document.
fn item<'n>(root: Node<'n>, list: &str, index: usize) -> Node<'n> {
    root.get(list).and_then(|list| list.items().nth(index)).unwrap_or(root)
}

/// Checks an app policy.
pub(super) fn app(policy: &App, root: Node<'_>) -> Result<(), Refusal> {
    let App { images, charts, lockstep, moves, .. } = policy;
    if images.is_empty() && charts.is_empty() && lockstep.is_empty() && moves.is_empty() {
        return Err(refuse(root, "it is about nothing: name its `images` or its `charts`"));
    }
    for (list, passages) in [("stops", &policy.stops), ("avoid", &policy.avoid)] {
        for (index, passage) in passages.iter().enumerate() {
            let digits = passage.version.trim_start_matches(['v', 'V']);
            if !digits.starts_with(|c: char| c.is_ascii_digit()) {
                let message = format!("`{}` is no version", passage.version);
                return Err(refuse(item(root, list, index), message));
            }
        }
    }
    for (index, moved) in moves.iter().enumerate() {
        for name in [&moved.from, &moved.to] {
            let is_source = name.starts_with("oci://") || name.starts_with("https://");
            if !is_source && Repository::parse(name).is_err() {
                let message = format!("`{name}` is no repository, and no URL of charts");
                return Err(refuse(item(root, "moves", index), message));
            }
        }
    }
    for (index, notes) in policy.notes.iter().enumerate() {
        if !notes.url.starts_with("https://") {
            let message = format!("`{}` is no https address", notes.url);
            return Err(refuse(item(root, "notes", index), message));
        }
    }
    Ok(())
}

/// Checks a chart policy.
pub(super) fn chart(policy: &ChartPolicy, root: Node<'_>) -> Result<(), Refusal> {
    if !policy.stops() && policy.images.is_empty() {
        let message = "it has neither `levers` nor `patch` nor `datastores` nor `images`";
        return Err(refuse(root, message));
    }
    if let Some(wrong) = policy.images.values().find(|image| Repository::parse(image).is_err()) {
        let node = root.get("images").unwrap_or(root);
        return Err(refuse(node, format!("`{wrong}` is no repository of images")));
    }
    for (index, lever) in policy.levers.iter().enumerate() {
        let node = item(root, "levers", index);
        if let Some(range) = lever.when.versions.as_ref().filter(|r| Range::parse(r).is_err()) {
            return Err(refuse(node, format!("`{range}` is no range of versions")));
        }
        let default = lever.r#type.as_ref().map_or("deployment", |kind| kind.default.as_str());
        if !lever.stop.contains_key(default) && !lever.cannot.contains_key(default) {
            let message = format!(
                "a workload is a `{default}` where nothing else is written, and neither `stop` nor `cannot` says what becomes of one"
            );
            return Err(refuse(node, message));
        }
    }
    Ok(())
}

/// Checks a datastore policy.
pub(super) fn datastore(policy: &Datastore, root: Node<'_>) -> Result<(), Refusal> {
    let lists: [(&str, &Vec<Step>); 7] = [
        ("check", &policy.check),
        ("count", &policy.count),
        ("backup", &policy.backup),
        ("verify", &policy.verify),
        ("restore", &policy.restore),
        ("drill", &policy.drill),
        ("clear", &policy.clear),
    ];
    for (list, steps) in lists {
        for (index, step) in steps.iter().enumerate() {
            let texts = [Some(&step.says), step.run.as_ref(), step.otherwise.as_ref()];
            if let Some(slot) = texts.into_iter().flatten().find_map(|text| unknown_slot(text)) {
                let message =
                    format!("`{{{slot}}}` is no slot; slots are `{}`", SLOTS.join("`, `"));
                return Err(refuse(item(root, list, index), message));
            }
        }
    }
    Ok(())
}

/// Finds what looks like a slot of a step and is none: a word alone in braces, no variable of the
/// shell's.
fn unknown_slot(text: &str) -> Option<&str> {
    let mut before = None;
    for (at, c) in text.char_indices() {
        if c == '{' && before != Some('$') {
            let inside = text.get(at + 1..)?;
            let word = inside.split('}').next().filter(|word| word.len() < inside.len())?;
            let plain = |c: char| c.is_ascii_lowercase() || c == '.' || c == '_';
            let is_word =
                word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(plain);
            if is_word && !SLOTS.contains(&word) {
                return Some(word);
            }
        }
        before = Some(c);
    }
    None
}

/// Finds the policies that are like one that is not there, or like themselves.
pub(super) fn like_nothing(policies: &Policies) -> Vec<Diagnostic> {
    let tiers = policies.tiers.iter().map(|tier| (&tier.rule, tier.policy.like.as_deref()));
    let stores =
        policies.datastores.iter().map(|store| (&store.rule, store.policy.like.as_deref()));
    let mut found = Vec::new();
    for family in [tiers.collect::<Vec<_>>(), stores.collect()] {
        for (rule, like) in &family {
            let Some(like) = like else { continue };
            let message = if *like == rule.name {
                format!(
                    "`{like}` is like itself: the first policy of a name is the one that is meant, so give it another"
                )
            } else if family.iter().any(|(other, _)| other.name == *like) {
                continue;
            } else {
                format!("`{}` is like `{like}`, and no policy of its kind has that name", rule.name)
            };
            let place = Some((rule.line, 1));
            found.push(Diagnostic { message, ..broken(&rule.file, place, "") });
        }
    }
    found
}

/// Finds what the rules of a repository say and nothing ever asks for.
pub(super) fn without_effect(own: &Policies) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, ruled) in own.strategies.iter().enumerate() {
        let earlier = own.strategies.iter().take(index);
        let covers = |other: &&super::Ruled<_>| covers(when(other), &ruled.policy.when);
        if let Some(first) = earlier.into_iter().find(covers) {
            let message = format!(
                "`{}` is never tried: `{}` ({}:{}) comes before it and holds wherever it does; put it first, or let the other one ask for more",
                ruled.rule.name, first.rule.name, first.rule.file, first.rule.line
            );
            found.push(idle(&ruled.rule, message));
        }
        let policy = &ruled.policy;
        let keys = [
            ("backup", policy.backup.is_some()),
            ("start", policy.start != super::Start::default()),
            ("max_downtime", policy.max_downtime.is_some()),
            ("on_stall", policy.on_stall.is_some()),
        ];
        let set: Vec<String> =
            keys.iter().filter(|(_, set)| *set).map(|(key, _)| format!("`{key}`")).collect();
        if policy.strategy != Strategy::Maintenance && !set.is_empty() {
            let message = format!(
                "`{}` stops nothing, so {} of it has no effect; only `strategy: maintenance` stops",
                ruled.rule.name,
                set.join(", ")
            );
            found.push(idle(&ruled.rule, message));
        }
    }
    for (index, tier) in own.tiers.iter().enumerate() {
        for name in &tier.policy.releases {
            let mut earlier = own.tiers.iter().take(index);
            let taken = earlier.find(|other| within(name, &other.policy.releases));
            if let Some(first) = taken {
                let message = format!(
                    "`{name}` is of the tier `{}` already ({}:{}), which is tried before `{}`",
                    first.rule.name, first.rule.file, first.rule.line, tier.rule.name
                );
                found.push(idle(&tier.rule, message));
            }
        }
    }
    found
}

/// Finds the releases that a repository's own policies name and that it does not have.
#[must_use]
pub fn unknown_releases(policies: &Policies, releases: &[String]) -> Vec<Diagnostic> {
    let of_rules = policies.strategies.iter().flat_map(|ruled| {
        let named = ruled.policy.when.releases.iter().flatten();
        named.map(|glob| (&ruled.rule, glob))
    });
    let of_tiers = policies
        .tiers
        .iter()
        .flat_map(|tier| tier.policy.releases.iter().map(|glob| (&tier.rule, glob)));
    let own = of_rules.chain(of_tiers).filter(|(rule, _)| !rule.file.starts_with("builtin:"));
    let unknown = own.filter(|(_, glob)| !releases.iter().any(|release| glob.matches(release)));
    let said = unknown.map(|(rule, glob)| {
        let message = format!(
            "`{}` is for `{glob}`, and the repository has no such release; `refit scan` lists them",
            rule.name
        );
        idle(rule, message)
    });
    said.collect()
}

fn when(ruled: &super::Ruled<super::StrategyRule>) -> &When {
    &ruled.policy.when
}

/// Says whether `first` holds wherever `second` does, as far as their texts tell.
fn covers(first: &When, second: &When) -> bool {
    fn all<T>(
        first: Option<&Vec<T>>,
        second: Option<&Vec<T>>,
        has: impl Fn(&T, &[T]) -> bool,
    ) -> bool {
        first.is_none_or(|first| {
            second.is_some_and(|second| second.iter().all(|one| has(one, first)))
        })
    }
    fn same<T: PartialEq>(first: Option<&T>, second: Option<&T>) -> bool {
        first.is_none() || first == second
    }
    all(first.releases.as_ref(), second.releases.as_ref(), within)
        && all(first.packages.as_ref(), second.packages.as_ref(), within)
        && all(first.bump.as_ref(), second.bump.as_ref(), |one, list| list.contains(one))
        && all(first.facts.as_ref(), second.facts.as_ref(), |one, list| list.contains(one))
        && same(first.pin.as_ref(), second.pin.as_ref())
        && same(first.writes.as_ref(), second.writes.as_ref())
        && same(first.datastore.as_ref(), second.datastore.as_ref())
        && same(first.delivers.as_ref(), second.delivers.as_ref())
}

/// Says whether one of `globs` matches all that `glob` matches: it does if it matches its text.
fn within(glob: &Glob, globs: &[Glob]) -> bool {
    let text = glob.to_string();
    globs.iter().any(|other| other.matches(&text))
}

fn idle(rule: &RuleRef, message: String) -> Diagnostic {
    Diagnostic {
        code: "policy-without-effect".to_owned(),
        severity: Severity::Warning,
        message,
        ..broken(&rule.file, Some((rule.line, 1)), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{builtin, load};
    use crate::tree::{MemoryTree, Tree as _};

    /// Compares the code, the line and a piece of the message of what is wrong with a policy file;
    /// nothing is, where no piece is given.
    #[track_caller]
    fn check(text: &str, expected: Option<(&str, u32, &str)>) {
        let tree = MemoryTree::of([(".refit/policies/ours.yaml", text)]).unwrap();
        let (_, found) = load(&tree, &tree.files().unwrap());
        match (found.as_slice(), expected) {
            ([], None) => {}
            ([only], Some((code, line, piece))) => {
                assert_eq!((only.code.as_str(), only.line), (code, Some(line)), "{only:?}");
                assert!(only.message.contains(piece), "{piece} is not in {}", only.message);
            }
            (found, expected) => panic!("{expected:?} of\n{text}\nbut {found:?}"),
        }
    }

    #[test]
    fn what_can_never_hold_is_refused_where_it_stands() {
        let refused = |line, piece| Some(("policy-unreadable", line, piece));
        let app = "kind: app\nname: a\n";
        check(&format!("{app}verify: [It works.]\n"), refused(1, "about nothing"));
        check(&format!("{app}images: [x]\nverify: [It works.]\n"), None);
        let avoid =
            |version| format!("{app}images: [x]\navoid:\n  - {{version: {version}, reason: r}}\n");
        check(&avoid("banana"), refused(5, "`banana` is no version"));
        check(&avoid("v2"), None);
        let lever = |rest: &str| {
            format!(
                "kind: chart\nname: c\ncharts: [c]\nlevers:\n  - {{workloads: \"\", stop: {{deployment: {{replicas: 0}}}}{rest}}}\n"
            )
        };
        check(&lever(", type: {key: kind, default: statefulset}"), refused(5, "`statefulset`"));
        check(
            &lever(", type: {key: kind, default: daemonset}, cannot: {daemonset: it has none}"),
            None,
        );
        check(&lever(""), None);
        let step = |run: &str| {
            format!(
                "kind: datastore\nname: d\nimages: [d]\nbackup:\n  - says: s\n    run: |\n      {run}\n"
            )
        };
        check(&step("dump {nowhere}"), refused(5, "`{nowhere}` is no slot"));
        check(&step("dump {database} ${home} {print $1} '{.data}' {a,b}"), None);
    }

    #[test]
    fn what_is_like_itself_takes_nothing_from_the_built_in_one() {
        let tier =
            |name: &str| format!("---\nkind: tier\nname: {name}\nlike: serious\nreleases: [a/b]\n");
        check(&tier("serious"), Some(("policy-unreadable", 2, "is like itself")));
        check(&tier("ours"), None);
    }

    #[test]
    fn what_is_never_asked_for_is_told() {
        let idle = |line, piece| Some(("policy-without-effect", line, piece));
        let rules = |first: &str, second: &str| {
            format!(
                "kind: strategy\nname: ours\nrules:\n  - {{name: first, {first}, reason: r}}\n  - {{name: second, {second}, reason: r}}\n"
            )
        };
        let (all, shop) = ("strategy: rolling", "strategy: manual, when: {releases: [shop/web]}");
        check(&rules(all, shop), idle(5, "`first` (.refit/policies/ours.yaml:4)"));
        check(&rules(shop, all), None);
        let shops = "strategy: rolling, when: {releases: [\"shop/*\"]}";
        check(&rules(shops, shop), idle(5, "never tried"));
        check(&rules(shop, shops), None);
        let majors = "strategy: manual, when: {bump: [major]}";
        let more = "strategy: rolling, when: {bump: [minor, major]}";
        check(&rules(majors, more), None);
        check(&rules(more, majors), idle(5, "never tried"));
        check(
            &rules(majors, "strategy: rolling, when: {bump: [major], writes: true}"),
            idle(5, ""),
        );
        check(
            &rules(
                "strategy: rolling, when: {writes: false}",
                "strategy: rolling, when: {writes: true}",
            ),
            None,
        );
        check(
            &rules("strategy: rolling, when: {pin: chart}, max_downtime: 5m", all),
            idle(4, "`max_downtime`"),
        );
        check(&rules("strategy: maintenance, when: {pin: chart}, start: apart", all), None);
        let tiers = |second: &str| {
            format!(
                "kind: tier\nname: a\nreleases: [shop/*]\n---\nkind: tier\nname: b\nreleases: [{second}]\n"
            )
        };
        check(&tiers("shop/web"), idle(5, "of the tier `a` already"));
        check(&tiers("home/web"), None);
    }

    #[test]
    fn releases_that_are_not_there_are_told() {
        let text = "kind: tier\nname: ours\nreleases: [shop/web, shop/api, home/*]\n---\nkind: strategy\nname: s\nrules:\n  - {name: r, when: {releases: [web]}, strategy: manual, reason: r}\n";
        let tree = MemoryTree::of([(".refit/policies/ours.yaml", text)]).unwrap();
        let (policies, _) = load(&tree, &tree.files().unwrap());
        let found = unknown_releases(&policies, &["shop/web".to_owned(), "home/x".to_owned()]);
        let found: Vec<_> =
            found.iter().map(|one| (one.line, one.message.split(',').next())).collect();
        let expected =
            [(Some(8), Some("`r` is for `web`")), (Some(1), Some("`ours` is for `shop/api`"))];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_built_in_policies_are_sound() {
        let (policies, found) = builtin();
        assert_eq!(found, []);
        assert_eq!(without_effect(&policies), []);
        assert_eq!(like_nothing(&policies), []);
    }
}
