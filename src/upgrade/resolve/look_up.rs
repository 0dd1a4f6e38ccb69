//! The question of one pin: which version may it move to?

use std::collections::HashSet;

use super::super::candidates::{NewPlace, Outcome, PinCandidate, Target, UPSTREAM_ERROR};
use super::limits::Limits;
use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::image::Repository;
use crate::policy::{Configuration, Policies, Subject};
use crate::upstream::{self, ChartLocation, Upstream};
use crate::version::{self, Bump, Choice, Refusals, Rules, chart};

/// The code of a pin for which all that is newer was refused.
pub(in crate::upgrade) const NO_CANDIDATE: &str = "no-candidate";

/// One pin's question.
pub(super) struct LookUp<'a, U> {
    pub(super) pin: &'a Pin,
    /// Images that move with it.
    pub(super) beside: &'a [Repository],
    /// Where the package is published now, if it has moved.
    pub(super) at: Option<&'a NewPlace>,
    /// What notes put in its way.
    pub(super) limits: &'a Limits,
    pub(super) upstream: &'a U,
    pub(super) policies: &'a Policies,
    pub(super) configuration: &'a Configuration,
}

impl<U: Upstream> LookUp<'_, U> {
    pub(super) async fn candidate(&self) -> PinCandidate {
        let Answer { outcome, refused, beyond, by_hand } = match self.look_up().await {
            Ok(answer) => answer,
            Err(why) => Answer::of(Outcome::Held(why), Refusals::default(), None),
        };
        let limit = self.limits.first_of(&refused);
        // Where nothing may be taken, what keeps the best back says why.
        let outcome = match (outcome, &limit) {
            (Outcome::Held(why), Some(limit)) if why.code == NO_CANDIDATE => {
                Outcome::Held(limit.clone())
            }
            (outcome, _) => outcome,
        };
        let beyond = beyond.or(limit);
        PinCandidate { pin: self.pin.id.clone(), outcome, refused, beyond, by_hand }
    }

    async fn look_up(&self) -> Result<Answer, Why> {
        let pin = self.pin;
        if let Some(why) = &pin.locked {
            return Err(Why::new("not-editable", format!("{}: {}", why.code, why.message)));
        }
        let mut rules = self.configuration.rules(&subject(pin))?;
        self.limits.narrow(&mut rules);
        match self.at.map_or(&pin.package, |at| &at.package) {
            Package::Image(_) if pin.releases.is_empty() => {
                Err(Why::new("no-release", "no HelmRelease runs it"))
            }
            Package::Image(repository) => self.image(repository, rules).await,
            Package::HelmChart { url, chart } => {
                let source = ChartLocation::of_helm_repository(url);
                self.chart(&source, chart, &rules).await
            }
            Package::OciChart { repository, .. } => {
                let source = ChartLocation::OciRepository(repository.clone());
                let name = repository.path.rsplit('/').next().unwrap_or_default();
                if pin.range || chart::is_exact(&pin.current.text) {
                    self.chart(&source, name, &rules).await
                } else {
                    self.image(repository, rules).await
                }
            }
            Package::Git { url } => self.git(url, &rules).await,
            Package::Unknown(name) => Err(Why::new(
                "not-editable",
                format!("`{name}` cannot be told from the repository"),
            )),
        }
    }

    /// Looks an image up, or another artifact whose tags are not chart versions.
    async fn image(&self, repository: &Repository, mut rules: Rules) -> Result<Answer, Why> {
        let Some(current) = self.pin.current.tag.as_deref() else {
            return Err(Why::new("no-tag", "only a digest is pinned; no tag says what it follows"));
        };
        // The data of an engine does not move with its tag, so its majors are not proposed.
        let engine = self.policies.datastore_of_image(&repository.path);
        if engine.is_some() {
            rules.allow = rules.allow.min(Bump::Minor);
        }
        let tags = self.upstream.tags(repository).await.map_err(failed)?;
        let mut names: Vec<&str> = tags.names.iter().map(String::as_str).collect();
        let packages = self.pin.beside.iter().filter_map(|package| match package {
            Package::Image(repository) => Some(repository),
            _ => None,
        });
        let mut late = None;
        // What has moved leaves its neighbours behind.
        let beside = if self.at.is_some() { &[][..] } else { self.beside };
        for other in packages.chain(beside) {
            let tags = self.upstream.tags(other).await.map_err(failed)?;
            let theirs: HashSet<&str> = tags.names.iter().map(String::as_str).collect();
            let best = version::choose(current, names.iter().copied(), &rules).best;
            let missing = best.filter(|best| !theirs.contains(best.version.as_str()));
            late = late.or(missing.map(|best| sibling_late(&best.version, other)));
            names.retain(|name| theirs.contains(name));
        }
        let choice = version::choose(current, names.iter().copied(), &rules);
        let major = engine.and_then(|engine| {
            let free = Rules { allow: Bump::Major, ..rules.clone() };
            let best = version::choose(current, names.iter().copied(), &free).best?;
            (best.bump == Bump::Major).then_some((engine, best.version))
        });
        let beyond = major.as_ref().map(|(engine, version)| {
            let message = format!(
                "{version} is a major of {}: its data does not move with the tag; `refit explain` writes out how it moves by hand",
                engine.policy.name
            );
            Why { rule: Some(engine.rule.clone()), ..Why::new("datastore-major", message) }
        });
        let cut = (!tags.complete).then(|| {
            let message =
                format!("the list of tags of {repository} was cut; a newer one may exist");
            Why::new("list-cut", message)
        });
        let beyond = beyond.or(late).or(cut);
        let outcome = self.moved(repository, current, &choice, beyond.as_ref()).await?;
        let by_hand = major.map(|(_, version)| version);
        Ok(Answer { by_hand, ..Answer::of(outcome, choice.refused, beyond) })
    }

    /// Completes a choice by the digest, where one is pinned.
    async fn moved(
        &self,
        repository: &Repository,
        current: &str,
        choice: &Choice,
        beyond: Option<&Why>,
    ) -> Result<Outcome, Why> {
        let pinned = self.pin.current.digest.as_ref();
        if let Some(best) = &choice.best {
            let digest = match pinned {
                Some(_) => Some(self.digest(repository, &best.version).await?),
                None => None,
            };
            let version = best.version.clone();
            return Ok(Outcome::Move(Target {
                version,
                digest,
                bump: best.bump,
                moved: self.at.cloned(),
            }));
        }
        let Some(pinned) = pinned else {
            return Ok(Outcome::Held(beyond.cloned().unwrap_or_else(|| held(current, choice))));
        };
        let digest = self.digest(repository, current).await?;
        if digest == *pinned {
            return Ok(Outcome::Held(beyond.cloned().unwrap_or_else(|| held(current, choice))));
        }
        let (version, digest) = (current.to_owned(), Some(digest));
        Ok(Outcome::Move(Target { version, digest, bump: Bump::Digest, moved: None }))
    }

    async fn digest(
        &self,
        repository: &Repository,
        tag: &str,
    ) -> Result<crate::image::Digest, Why> {
        let digest = self.upstream.digest(repository, tag).await.map_err(failed)?;
        digest.ok_or_else(|| {
            Why::new("no-digest", format!("the registry has no tag `{tag}` in {repository}"))
        })
    }

    /// Looks a chart up.
    async fn chart(
        &self,
        source: &ChartLocation,
        name: &str,
        rules: &Rules,
    ) -> Result<Answer, Why> {
        let versions = self.upstream.chart_versions(source, name).await.map_err(failed)?;
        let names = versions.iter().map(|version| version.version.as_str());
        let current = self.pin.current.tag.as_deref().unwrap_or(&self.pin.current.text);
        let chosen = chart::choose(current, names, rules);
        let (Some(best), Some(write)) = (&chosen.choice.best, chosen.write.clone()) else {
            return Ok(staying(current, chosen));
        };
        let digest = match (&self.pin.current.digest, source) {
            (Some(_), ChartLocation::OciRepository(repository)) => {
                Some(self.digest(repository, &chart::tag_of_version(&best.version)).await?)
            }
            _ => None,
        };
        let moved = self.at.cloned();
        let target = Target { version: write, digest, bump: best.bump, moved };
        Ok(Answer::of(Outcome::Move(target), chosen.choice.refused, None))
    }

    /// Looks a Git repository's tags up. A tag may stand in a folder, `charts/web/v1.2.3`: then
    /// only those of the same folder count.
    async fn git(&self, url: &str, rules: &Rules) -> Result<Answer, Why> {
        let tags = self.upstream.git_tags(url).await.map_err(failed)?;
        let current = self.pin.current.text.as_str();
        let folder = match current.rfind('/') {
            Some(at) if !self.pin.range => current.get(..=at).unwrap_or_default(),
            _ => "",
        };
        let version = current.strip_prefix(folder).unwrap_or(current);
        let names = tags.names.iter().filter_map(|name| name.strip_prefix(folder));
        let names = names.filter(|name| !name.contains('/'));
        let cut = (!tags.complete).then(|| {
            let message = format!("the list of tags of {url} was cut; a newer one may exist");
            Why::new("list-cut", message)
        });
        let chosen = if self.pin.range {
            chart::choose(version, names, rules)
        } else {
            let choice = version::choose(version, names, rules);
            let write = choice.best.as_ref().map(|best| best.version.clone());
            chart::ChartChoice { range: false, resolved: None, write, choice }
        };
        let (Some(best), Some(write)) = (&chosen.choice.best, &chosen.write) else {
            let answer = staying(version, chosen);
            let outcome = cut.clone().map_or(answer.outcome, Outcome::Held);
            return Ok(Answer::of(outcome, answer.refused, cut));
        };
        let version = format!("{folder}{write}");
        let target = Target { version, digest: None, bump: best.bump, moved: None };
        Ok(Answer::of(Outcome::Move(target), chosen.choice.refused, cut))
    }
}

/// Says that an image of the same application has no such version yet.
fn sibling_late(version: &str, other: &Repository) -> Why {
    let message = format!("`{version}` exists, but {other}, which moves along, has none yet");
    Why::new("sibling-late", message)
}

/// Names a pin for the rules of the configuration.
fn subject(pin: &Pin) -> Subject {
    Subject {
        releases: pin.releases.iter().map(ToString::to_string).collect(),
        package: pin.package.to_string(),
        file: pin.place().position.file.to_string(),
    }
}

/// What became of a look-up.
struct Answer {
    outcome: Outcome,
    refused: Refusals,
    beyond: Option<Why>,
    by_hand: Option<String>,
}

impl Answer {
    fn of(outcome: Outcome, refused: Refusals, beyond: Option<Why>) -> Self {
        Self { outcome, refused, beyond, by_hand: None }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn failed(error: upstream::Error) -> Why {
    Why::new(UPSTREAM_ERROR, error.to_string())
}

/// Says why a version or a range stays as it is.
fn staying(current: &str, chosen: chart::ChartChoice) -> Answer {
    let choice = chosen.choice;
    let why = match chosen.resolved {
        Some(inside) if chosen.range => {
            Why::new("up-to-date", format!("{inside} is inside the range `{current}`"))
        }
        _ => held_by(current, &choice.refused, choice.listed),
    };
    Answer::of(Outcome::Held(why), choice.refused, None)
}

/// Says why an image stays where it is.
fn held(current: &str, choice: &Choice) -> Why {
    if choice.floating {
        let message = format!("`{current}` follows other tags, and no digest is pinned");
        return Why::new("floating", message);
    }
    held_by(current, &choice.refused, choice.listed)
}

/// Says why a version stays, by what was refused.
fn held_by(current: &str, refused: &Refusals, listed: bool) -> Why {
    use crate::version::Reason;
    const DULL: &[Reason] =
        &[Reason::NotNewer, Reason::Signature, Reason::Floating, Reason::OtherSpelling];
    let telling = refused.named.iter().filter(|refused| !DULL.contains(&refused.reason));
    let some: Vec<String> = telling
        .take(3)
        .map(|refused| format!("`{}` {}", refused.version, refused.reason.sentence()))
        .collect();
    let gone = if listed { "" } else { "; upstream does not list it any more" };
    if some.is_empty() {
        return Why::new("up-to-date", format!("nothing is newer than `{current}`{gone}"));
    }
    let message = format!("nothing newer than `{current}` may be taken{gone}: {}", some.join(", "));
    Why::new(NO_CANDIDATE, message)
}
