//! Policies of kind `tier`: how much of a release's data may be lost, how long it may be away, and
//! what that demands before an upgrade of it lands.
//!
//! The program cannot know what an application is worth to those who run it. So a tier names its
//! releases, the first one that does is a release's, and a repository's own come first. A tier takes
//! what it does not say itself from the one that it is `like`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Glob, Length, Policies, Ruled};

/// What releases of one worth may lose, and what is demanded for them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Always `tier`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The tier from which it takes what it does not say itself.
    #[serde(default)]
    pub like: Option<String>,
    /// Its releases, as `NAMESPACE/NAME`.
    #[serde(default)]
    pub releases: Vec<Glob>,
    /// How much of what was written may be lost, as the time in which it was: `1h`.
    #[serde(default)]
    pub may_lose: Option<Length>,
    /// How long it may take until the release serves again, `30m`.
    #[serde(default)]
    pub may_take: Option<Length>,
    /// How such data is kept day by day, in a sentence.
    #[serde(default)]
    pub keeps: Option<String>,
    /// What must be there before an upgrade of such a release lands, where it may change data.
    #[serde(default)]
    pub before: Option<Vec<Demand>>,
}

/// What must be there before an upgrade lands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// A backup for this upgrade, proved.
    Backup,
    /// Backups on a schedule that lose no more than the tier allows.
    Schedule,
    /// A rehearsal in which this upgrade's backup was restored, in the time that the tier allows.
    Drill,
    /// The word of a second person.
    Approval,
}

impl Demand {
    /// Returns the word, `backup`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Schedule => "schedule",
            Self::Drill => "drill",
            Self::Approval => "approval",
        }
    }
}

impl Policies {
    /// Returns the tier of a release, with what it takes from those that it is like.
    #[must_use]
    pub fn tier(&self, release: &str) -> Option<Ruled<Tier>> {
        let named = |tier: &&Ruled<Tier>| tier.policy.releases.iter().any(|r| r.matches(release));
        let mut tier = self.tiers.iter().find(named)?.clone();
        let mut seen = vec![tier.policy.name.clone()];
        while let Some(like) = tier.policy.like.take() {
            let Some(other) = self.tiers.iter().find(|other| other.policy.name == like) else {
                break;
            };
            // Two that are like one another say no more than one of them.
            if seen.contains(&like) {
                break;
            }
            seen.push(like);
            let Tier { like, may_lose, may_take, keeps, before, .. } = other.policy.clone();
            let own = &mut tier.policy;
            own.like = like;
            own.may_lose = own.may_lose.or(may_lose);
            own.may_take = own.may_take.or(may_take);
            own.keeps = own.keeps.take().or(keeps);
            own.before = own.before.take().or(before);
        }
        Some(tier)
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::{Demand, load};
    use crate::tree::{MemoryTree, Tree as _};

    /// Compares the tier of `shop/web` under a repository's own policies: name, lengths, demands.
    #[track_caller]
    fn check(own: &str, expected: (&str, &str, &str, &[Demand])) {
        let tree = MemoryTree::of([(".refit/policies/tiers.yaml", own)]).unwrap();
        let (policies, broken) = load(&tree, &tree.files().unwrap());
        assert_eq!(broken, []);
        let tier = policies.tier("shop/web").unwrap().policy;
        let length = |length: Option<crate::policy::Length>| length.unwrap().to_string();
        let before = tier.before.unwrap();
        let found = (tier.name.as_str(), length(tier.may_lose), length(tier.may_take));
        assert_eq!((found.0, found.1.as_str(), found.2.as_str(), before.as_slice()), expected);
    }

    #[test]
    fn a_tier_that_is_like_nothing_is_reported_where_it_stands() {
        let text = "---\nkind: tier\nname: ours\nlike: sirius\nreleases: [shop/*]\n";
        let tree = MemoryTree::of([(".refit/policies/tiers.yaml", text)]).unwrap();
        let (_, broken) = load(&tree, &tree.files().unwrap());
        let [only] = broken.as_slice() else { panic!("{broken:?}") };
        assert_eq!(only.line, Some(2));
        assert_eq!(
            only.message,
            "`ours` is like `sirius`, and no policy of its kind has that name"
        );
    }

    #[test]
    fn the_first_tier_that_names_a_release_is_its() {
        use Demand::{Approval, Backup, Drill, Schedule};
        check("", ("hobby", "24h", "2h", &[Backup]));
        let ours = "kind: tier\nname: ours\nreleases: [shop/*]\n";
        check(&format!("{ours}like: serious\n"), ("ours", "1h", "30m", &[Backup, Schedule, Drill]));
        check(
            &format!("{ours}like: production\nmay_take: 1h30m\nbefore: [approval]\n"),
            ("ours", "5m", "1h 30m", &[Approval]),
        );
        let other =
            "---\nkind: tier\nname: other\nlike: ours\nmay_lose: 2h\nmay_take: 3h\nbefore: []\n";
        check(&format!("{ours}like: other\nmay_lose: 1h\n{other}"), ("ours", "1h", "3h", &[]));
    }
}
