//! A run that is killed at any write, and run again, ends as an undisturbed one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use refit::bot::{Desired, Observed, Proposal, Tip, carry_out, decide};
use refit::forge::{Error, Forge, Local, Pull, PullRequest};
use refit::git::{
    Author, BranchPlan, Error as GitError, Maker, Oid, Pair, Remote, Repo, Signing, StagePlan,
    Update, fetch, observe, prepare_pair, push, write_refs,
};
use refit::tree::RepoPath;

use super::wanted;
use crate::parts_git::Scratch;
use crate::parts_github::{Death, TOKEN, emulator, mortal_github, spare_name};

fn dead() -> Error {
    Error::Unavailable { forge: "test".to_owned(), message: "killed".to_owned() }
}

fn dead_git() -> GitError {
    GitError::Unreachable { remote: "test".to_owned(), reason: "killed".to_owned() }
}

/// A forge that dies at a write.
struct Mortal {
    forge: Box<dyn Forge>,
    death: Arc<Death>,
}

impl Forge for Mortal {
    fn body_limit(&self) -> usize {
        self.forge.body_limit()
    }

    fn find_own<'a>(
        &'a self,
        prefix: &'a str,
        heads: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Pull>, Error>> {
        self.forge.find_own(prefix, heads)
    }

    fn open<'a>(&'a self, wanted: &'a PullRequest) -> BoxFuture<'a, Result<Pull, Error>> {
        self.death.guard(self.forge.open(wanted), dead).boxed()
    }

    fn update<'a>(
        &'a self,
        pull: &'a Pull,
        wanted: &'a PullRequest,
    ) -> BoxFuture<'a, Result<Pull, Error>> {
        self.death.guard(self.forge.update(pull, wanted), dead).boxed()
    }

    fn close<'a>(&'a self, pull: &'a Pull, reason: &'a str) -> BoxFuture<'a, Result<Pull, Error>> {
        self.death.guard(self.forge.close(pull, reason), dead).boxed()
    }
}

const UNITS: [&str; 2] = ["app", "web"];

/// A repository with two applications, and what a run over it needs.
struct Fleet {
    scratch: Scratch,
    base: Oid,
    remote: bool,
}

impl Fleet {
    fn new(remote: bool) -> Self {
        let scratch = Scratch::new();
        for unit in UNITS {
            scratch.write(&format!("{unit}.yaml"), "image: x:2.0.0\nreplicas: 1\n");
        }
        let base = scratch.commit_all("Begin").parse().unwrap();
        if remote {
            scratch.git(&["clone", "--quiet", "--bare", ".", ".git/bare"]);
            let url = scratch.path().join(".git/bare");
            scratch.git(&["remote", "add", "origin", url.to_str().unwrap()]);
        }
        Self { scratch, base, remote }
    }

    /// Runs once: observe, prepare, decide, carry out. Returns how many actions there were.
    async fn run(&self, forge: &dyn Forge, versions: &[(&str, &str)], death: &Death) -> usize {
        let repo = Repo::discover(self.scratch.path()).unwrap();
        let remote = Remote::new(&repo, "origin", None);
        let namespace = if self.remote { "refs/remotes/origin/" } else { "refs/heads/" };
        if self.remote {
            fetch(&repo, &remote, "main", "refit").unwrap();
        }
        let branches = observe(&repo, namespace, "refit", self.base).unwrap();
        let wanted: Vec<Desired> = versions
            .iter()
            .map(|(unit, version)| self.desired(&repo, unit, version, &branches))
            .collect();
        let mut heads: Vec<String> = branches.keys().cloned().collect();
        heads.extend(wanted.iter().map(|wanted| wanted.branches[0].branch.clone()));
        let pulls = forge.find_own("refit/", &heads).await.unwrap();
        let observed = Observed { branches, pulls, ..Observed::default() };
        let decision = decide(&wanted, &observed, None);
        let publish = |updates: &[Update]| -> Result<(), GitError> {
            let write = async {
                if self.remote {
                    push(&remote, updates)
                } else {
                    let repo = Repo::discover(self.scratch.path())?;
                    write_refs(&repo, updates, "refit: run")
                }
            };
            futures::executor::block_on(death.guard(write, dead_git))
        };
        carry_out(&decision.actions, &observed.pulls, forge, &publish).await;
        decision.actions.len()
    }

    fn desired(
        &self,
        repo: &Repo,
        unit: &str,
        version: &str,
        branches: &BTreeMap<String, refit::git::Seen>,
    ) -> Desired {
        let line = version.split('.').next().unwrap();
        let path = RepoPath::new(&format!("{unit}.yaml")).unwrap();
        let text = |image: &str, replicas: u8| {
            format!("image: x:{image}\nreplicas: {replicas}\n").into_bytes()
        };
        let stage = |stage: &str, text: Vec<u8>| StagePlan {
            stage: stage.to_owned(),
            message: format!("chore({unit}): {stage} for {version}"),
            patches: [(path.clone(), Some(text))].into(),
        };
        let plan = |kind: &str, stages| BranchPlan {
            name: format!("refit/{kind}/apps/{unit}-{line}"),
            base: self.base,
            onto: None,
            unit: format!("image apps/{unit}"),
            plan_digest: format!("sha256:{version}"),
            stages,
        };
        let plans = Pair {
            upgrade: plan(
                "upgrade",
                vec![stage("stop", text("2.0.0", 0)), stage("upgrade", text(version, 1))],
            ),
            revert: plan(
                "revert",
                vec![stage("stop", text("2.0.0", 0)), stage("start", text("2.0.0", 1))],
            ),
        };
        let tip = |plan: &BranchPlan| branches.get(&plan.name).map(|seen| seen.tip);
        let existing = Pair { upgrade: tip(&plans.upgrade), revert: tip(&plans.revert) };
        let maker = Maker { author: Author::default(), signing: Signing::Off };
        let pair = prepare_pair(repo, &plans, &existing, &maker).unwrap();
        let request = PullRequest {
            body: wanted("", version).body.replace("apps/app", &format!("apps/{unit}")),
            ..wanted(&plans.upgrade.name, version)
        };
        let hidden =
            refit::forge::Hidden::new(&plans.upgrade.unit, &format!("{unit} {version}"), "{}");
        let request = PullRequest { body: format!("{unit}\n\n{}", hidden.write()), ..request };
        Desired {
            unit: plans.upgrade.unit,
            branches: [pair.upgrade, pair.revert]
                .map(|branch| Tip { branch: branch.name, tip: branch.tip })
                .to_vec(),
            proposal: Some(Proposal { proposal: format!("{unit} {version}"), request }),
        }
    }

    /// Returns everything that a run may change.
    async fn state(&self, forge: &dyn Forge) -> (String, Vec<Pull>) {
        let refs = if self.remote {
            self.scratch.git(&["ls-remote", "origin"])
        } else {
            self.scratch.git(&["for-each-ref"])
        };
        let heads: Vec<String> = UNITS
            .iter()
            .flat_map(|unit| ["3", "4"].map(|line| format!("refit/upgrade/apps/{unit}-{line}")))
            .collect();
        let mut pulls = forge.find_own("refit/", &heads).await.unwrap();
        for pull in &mut pulls {
            // Where a temporary repository lies is no part of the result.
            pull.url.clear();
        }
        (refs, pulls)
    }
}

/// First two upgrades; then one of them a version on, and the other on the next line.
const RUNS: [&[(&str, &str)]; 3] = [
    &[("app", "3.0.0"), ("web", "3.0.0")],
    &[("app", "3.1.0"), ("web", "4.0.0")],
    &[("app", "3.1.0")],
];

/// Kills a run at each of its writes, before and after it is done, and returns how often.
async fn killed_anywhere(
    remote: bool,
    forge: impl Fn(&Fleet, Arc<Death>) -> Box<dyn Forge>,
) -> usize {
    let undisturbed = Fleet::new(remote);
    let death = Arc::new(Death::default());
    let its_forge = forge(&undisturbed, Arc::clone(&death));
    let mut ends = Vec::new();
    let mut writes = Vec::new();
    for run in RUNS {
        death.count();
        undisturbed.run(&*its_forge, run, &death).await;
        writes.push(death.count());
        let again = undisturbed.run(&*its_forge, run, &death).await;
        assert_eq!((again, death.count()), (0, 0), "a second run has nothing to do");
        ends.push(undisturbed.state(&*its_forge).await);
    }
    let mut kills = 0;
    for (run, count) in writes.iter().enumerate() {
        for write in 1..=*count {
            for after_write in [false, true] {
                let fleet = Fleet::new(remote);
                let death = Arc::new(Death::default());
                let its_forge = forge(&fleet, Arc::clone(&death));
                for earlier in &RUNS[..run] {
                    fleet.run(&*its_forge, earlier, &death).await;
                }
                death.strike_at(write, after_write);
                fleet.run(&*its_forge, RUNS[run], &death).await;
                assert!(death.struck(), "run {run} died at write {write}");
                death.revive();
                fleet.run(&*its_forge, RUNS[run], &death).await;
                let state = fleet.state(&*its_forge).await;
                assert_eq!(state, ends[run], "run {run}, write {write}, after {after_write}");
                kills += 1;
            }
        }
    }
    kills
}

#[tokio::test]
async fn killed_at_any_write_in_the_repository_itself() {
    let kills = killed_anywhere(false, |fleet, death| {
        let forge = Box::new(Local::new(fleet.scratch.path()).unwrap());
        Box::new(Mortal { forge, death })
    });
    assert_eq!(kills.await, 24, "12 writes of three runs, before and after");
}

#[tokio::test]
async fn killed_at_any_request_or_push_on_github() {
    let Some(server) = emulator() else { return };
    let fresh = AtomicUsize::new(0);
    let kills = killed_anywhere(true, |_, death| {
        let name = spare_name(fresh.fetch_add(1, Ordering::SeqCst));
        Box::new(mortal_github(&server.url(), TOKEN, &name, &death))
    });
    assert_eq!(kills.await, 34, "17 pushes and writing requests of three runs, before and after");
}
