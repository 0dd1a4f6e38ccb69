//! Whether an image has moved, decided on evidence.
//!
//! Somebody has to say so (the notes, a policy) and the registries have to agree: the version
//! exists at the new place and not at the old one, or both places hold the same content. With both
//! it is a change, with one a question. What only the label of the target's source code suggests is
//! asked of the registry too, and is never more than a question: projects publish where they like,
//! and a registry that holds builds of branches is no release channel.

use super::Asking;
use super::reading::quoted;
use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::image::Repository;
use crate::notes::{Fact, FactKind, Notes};
use crate::policy::Policies;
use crate::upgrade::candidates::Target;
use crate::upgrade::learned::{Moved, Verdict};
use crate::upstream::{NotesHome, Upstream};
use crate::version::{self, Bump, Kind, Rules, Tag};

/// Registries in which projects publish their images themselves.
const PUBLIC: &[&str] = &[
    "docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "k8s.gcr.io",
    "registry.k8s.io",
    "registry.gitlab.com",
    "codeberg.org",
    "lscr.io",
];

/// A repository that an image may have moved to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) to: Repository,
    pub(super) by: By,
    pub(super) why: Why,
}

/// Who claims it, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The notes, naming the pinned repository.
    Notes,
    /// A policy.
    Policy,
    /// The notes of the image's own source, naming the new repository alone, by the same last name.
    NotesOfNew,
    /// The label of the target's source code.
    Label,
}

/// What the registries answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answers {
    /// Whether the new repository has a version that the old one has not.
    pub(super) only_new: bool,
    /// Whether the new repository has the version that is proposed.
    pub(super) new_has_target: bool,
    /// Whether both hold the same content under one tag.
    pub(super) same_content: bool,
}

/// Decides on a claim.
///
/// `stopped` says that releases went on without tags at the old place.
pub(super) fn verdict(by: By, answers: Answers, stopped: bool) -> Verdict {
    let agrees = answers.only_new || answers.same_content;
    match by {
        By::Notes | By::Policy if agrees => Verdict::Change,
        By::NotesOfNew if answers.only_new => Verdict::Change,
        By::Notes | By::Policy => Verdict::Question,
        By::NotesOfNew if answers.new_has_target => Verdict::Question,
        By::Label if answers.only_new && answers.same_content && stopped => Verdict::Change,
        By::Label if answers.only_new => Verdict::Question,
        By::NotesOfNew | By::Label => Verdict::Stays,
    }
}

/// Returns what says that an image has moved, the surest first.
pub(super) fn claims(
    pin: &Pin,
    repository: &Repository,
    beyond: &[Notes],
    source: Option<&str>,
    policies: &Policies,
) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut add = |claim: Claim| {
        if claim.to != *repository && !claims.iter().any(|known| known.to == claim.to) {
            claims.push(claim);
        }
    };
    let facts = || {
        let moved = |fact: &&Fact| fact.kind == FactKind::ImageMoved;
        beyond.iter().flat_map(|notes| notes.facts.iter().chain(&notes.questions)).filter(moved)
    };
    let say = |fact: &Fact| {
        let quote = fact.evidence.first().map(quoted).unwrap_or_default();
        Why::new("notes-say-moved", format!("the notes of {} say: {quote}", fact.version))
    };
    for fact in facts() {
        if let Some(to) = named(fact, repository) {
            add(Claim { to, by: By::Notes, why: say(fact) });
        }
    }
    for (moved, app) in policies.moves_of(repository) {
        if let Ok(to) = Repository::parse(&moved.to) {
            let message = format!("the policy `{}` says so ({})", app.policy.name, moved.source);
            let why =
                Why { rule: Some(app.rule.clone()), ..Why::new("policy-says-moved", message) };
            add(Claim { to, by: By::Policy, why });
        }
    }
    for fact in facts().filter(|fact| fact.old.is_none()) {
        let to = fact.new.as_deref().and_then(|new| Repository::parse(new).ok());
        // A private registry may hold a copy of what has not moved at all.
        let home = PUBLIC.contains(&repository.registry.as_str()) && !is_mirror(repository);
        if let Some(to) = to.filter(|to| home && last(to) == last(repository)) {
            add(Claim { to, by: By::NotesOfNew, why: say(fact) });
        }
    }
    // A registry that is asked for the sake of a label alone costs requests; a major is worth them.
    if let Some(to) = source.and_then(labelled)
        && repository.registry != to.registry
        && !is_mirror(repository)
        && pin.beside.is_empty()
    {
        let message = format!("its source is {}", source.unwrap_or_default());
        add(Claim { to, by: By::Label, why: Why::new("label-suggests", message) });
    }
    claims.sort_by_key(|claim| claim.by);
    claims
}

/// Returns where a fact says that this very repository went.
fn named(fact: &Fact, repository: &Repository) -> Option<Repository> {
    let (old, new) = (fact.old.as_deref()?, fact.new.as_deref()?);
    let full = |name: &str| {
        let name = name.trim_end_matches('/').trim_start_matches("https://");
        Repository::parse(name).ok()
    };
    if full(old).is_some_and(|old| old == *repository) {
        return full(new);
    }
    // Whole registries move as well: `quay.io` to `registry.example`, `quay.io/acme` likewise.
    let name = repository.to_string();
    let rest = name.strip_prefix(old.trim_end_matches('/'))?;
    let rest = rest.strip_prefix('/')?;
    Repository::parse(&format!("{}/{rest}", new.trim_end_matches('/'))).ok()
}

/// Returns the repository of the same name at the registry of the forge that holds the source.
fn labelled(source: &str) -> Option<Repository> {
    match NotesHome::of_url(source)? {
        NotesHome::GitHub { owner, repository, .. } => {
            let path = format!("{owner}/{repository}").to_lowercase();
            Some(Repository { registry: "ghcr.io".to_owned(), path })
        }
        _ => None,
    }
}

fn last(repository: &Repository) -> &str {
    repository.path.rsplit('/').next().unwrap_or_default()
}

/// Says whether a repository is a copy of another: what is pulled through a mirror has not moved.
pub(super) fn is_mirror(repository: &Repository) -> bool {
    let host = repository.registry.as_str();
    let hosts = ["mirror.gcr.io", "public.ecr.aws"];
    let words = ["mirror", "proxy", "cache"];
    hosts.contains(&host)
        || words.iter().any(|word| host.contains(word) || repository.path.contains(word))
}

impl<U: Upstream> Asking<'_, U> {
    /// Asks the registries whether an image has moved; `None` where nothing suggests it.
    ///
    /// `target` is what it moves to as far as the old registry knows; without one, its tags stopped.
    pub(super) async fn moved(
        &self,
        pin: &Pin,
        target: Option<&Target>,
        beyond: &[Notes],
        source: Option<&str>,
    ) -> Option<Moved> {
        let Package::Image(repository) = &pin.package else { return None };
        let current = pin.current.tag.as_deref()?;
        let claims = claims(pin, repository, beyond, source, self.policies);
        let mut first = None;
        for claim in claims {
            if claim.by == By::Label && target.is_some_and(|target| target.bump < Bump::Major) {
                continue;
            }
            let (answers, said) = self.ask(repository, current, target, &claim).await?;
            let verdict = verdict(claim.by, answers, target.is_none());
            let why = vec![claim.why, said];
            let (from, to) = (pin.package.clone(), Package::Image(claim.to));
            let moved = Moved { from, to, verdict, why, by_hand: None };
            if verdict == Verdict::Change {
                return Some(moved);
            }
            first.get_or_insert(moved);
        }
        first
    }

    /// Asks both registries; `None` where the new one has no such repository.
    async fn ask(
        &self,
        old: &Repository,
        current: &str,
        target: Option<&Target>,
        claim: &Claim,
    ) -> Option<(Answers, Why)> {
        let new = &claim.to;
        let Ok(theirs) = self.upstream.tags(new).await else {
            let answers = Answers { only_new: false, new_has_target: false, same_content: false };
            let message = format!("{new} does not exist, or may not be read");
            return Some((answers, Why::new("registry-has-none", message)));
        };
        let ours = self.upstream.tags(old).await.ok()?;
        let names = || theirs.names.iter().map(String::as_str);
        let best = version::choose(current, names(), &Rules::default()).best;
        let has = |tags: &[String], wanted: &str| tags.iter().any(|tag| tag == wanted);
        let wanted = target.map_or(current, |target| &target.version);
        let new_has_target = has(&theirs.names, wanted);
        let only_new = best.as_ref().is_some_and(|best| !has(&ours.names, &best.version));
        let digest = async |repository: &Repository| {
            self.upstream.digest(repository, current).await.ok().flatten()
        };
        let same_content = has(&theirs.names, current)
            && match (digest(old).await, digest(new).await) {
                (Some(old), Some(new)) => old == new,
                _ => false,
            };
        let mut said = Vec::new();
        match &best {
            Some(best) if only_new => {
                said.push(format!("{new} has `{}`, which {old} has not", best.version));
            }
            Some(best) => said.push(format!("both have `{}`", best.version)),
            None if new_has_target => said.push(format!("both have `{wanted}`")),
            None => said.push(format!(
                "{old} has `{wanted}`; {new} has not, it holds {}",
                held(&theirs.names)
            )),
        }
        if same_content {
            said.push(format!("`{current}` is the same image at both"));
        }
        let why = Why::new("registries-answer", said.join("; "));
        Some((Answers { only_new, new_has_target, same_content }, why))
    }
}

/// Says what kinds of tags a repository holds that has no version to offer.
fn held(tags: &[String]) -> String {
    let count = |wanted: &dyn Fn(Kind) -> bool| {
        tags.iter().filter(|tag| wanted(Tag::parse(tag).kind())).count()
    };
    let reviews = count(&|kind| kind == Kind::Request);
    let branches = count(&|kind| matches!(kind, Kind::Name | Kind::BranchBuild | Kind::Commit));
    let versions = count(&|kind| matches!(kind, Kind::Version | Kind::Calendar | Kind::Line));
    let parts = [
        (versions, "version", "of another kind"),
        (branches, "build", "of branches"),
        (reviews, "build", "of pull requests"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, of)| {
            format!("{count} {what}{} {of}", if *count == 1 { "" } else { "s" })
        })
        .collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_kinds_of_evidence_make_a_change() {
        let answers = |only_new, new_has_target, same_content| Answers {
            only_new,
            new_has_target,
            same_content,
        };
        for (by, given, expected) in [
            (By::Label, answers(true, false, true), Verdict::Question),
            (By::Notes, answers(true, false, false), Verdict::Change),
            (By::Notes, answers(false, true, true), Verdict::Change),
            (By::Notes, answers(false, true, false), Verdict::Question),
            (By::Notes, answers(false, false, false), Verdict::Question),
            (By::Policy, answers(true, false, false), Verdict::Change),
            (By::NotesOfNew, answers(true, false, false), Verdict::Change),
            (By::NotesOfNew, answers(false, true, true), Verdict::Question),
            (By::NotesOfNew, answers(false, false, false), Verdict::Stays),
            (By::Label, answers(true, false, false), Verdict::Question),
            (By::Label, answers(false, true, true), Verdict::Stays),
            (By::Label, answers(false, false, false), Verdict::Stays),
        ] {
            assert_eq!(verdict(by, given, false), expected, "{by:?} {given:?}");
        }
        // Where releases went on without tags, the same image at both places is the second kind.
        for (given, expected) in [
            (answers(true, false, true), Verdict::Change),
            (answers(true, false, false), Verdict::Question),
            (answers(false, true, true), Verdict::Stays),
        ] {
            assert_eq!(verdict(By::Label, given, true), expected, "{given:?}");
        }
    }

    #[test]
    fn what_a_registry_holds_is_told() {
        let tags = |list: &[&str]| list.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            held(&tags(&["main", "pr-12", "pr-13"])),
            "1 build of branches and 2 builds of pull requests"
        );
        assert_eq!(held(&[]), "nothing");
    }
}
