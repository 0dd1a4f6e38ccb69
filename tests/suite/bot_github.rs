//! The built bot on a GitHub: an emulator behind the check against GitHub's description, and a real
//! git server that wants the token.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use refit::forge::{Forge as _, Pull, PullState};
use serde_json::json;

use crate::fleet::{LEDGER, WEB, write_files};
use crate::front::Front;
use crate::parts_git::{HttpServer, Scratch, git_command};
use crate::parts_github::{NAME, Running, TOKEN, emulator, github, prism, spare_name};
use crate::program::{Ran, command};
use crate::server::{Say, Server};

/// A GitHub with a git server behind a door, and the registry of the fleet.
struct World {
    emulator: Running,
    _prism: Option<Running>,
    git: HttpServer,
    front: Front,
    registry: Server,
    /// How far upstream is: each step offers other versions.
    step: Arc<AtomicUsize>,
}

impl World {
    /// Starts everything; `None` where a part is missing, which is then told.
    fn start(checked: bool) -> Option<Self> {
        let emulator = emulator()?;
        let git = HttpServer::start()?;
        let prism = if checked { Some(prism(&emulator.url())?) } else { None };
        let api = prism.as_ref().map_or_else(|| emulator.url(), Running::url);
        let front = Front::open(&api, &git.url());
        let step = Arc::new(AtomicUsize::new(0));
        let at = Arc::clone(&step);
        let registry = Server::start(move |heard| {
            let tags: &[&str] = match (heard.path(), at.load(Ordering::SeqCst)) {
                ("/v2/apps/ledger/tags/list", 0) => &["1.8.2", "2.4.1"],
                ("/v2/apps/ledger/tags/list", _) => &["1.8.2", "2.4.1", "2.5.0"],
                ("/v2/apps/web/tags/list", 0) => &["1.0.0", "1.1.0"],
                ("/v2/apps/web/tags/list", _) => &["1.0.0"],
                _ => &["4.6.2"],
            };
            Say::json(&json!({"tags": tags}))
        });
        Some(Self { emulator, _prism: prism, git, front, registry, step })
    }

    /// Makes a clone of a fresh repository on the git server, which the GitHub knows by `name`.
    fn clone_of(&self, name: &str) -> Scratch {
        let clone = Scratch::new();
        write_files(clone.path(), &self.registry.host);
        let forge = format!("forge:\n  kind: github\n  url: {}\n", self.front.url());
        clone.write(".refit/config.yaml", &forge);
        clone.commit_all("Begin");
        let bare = self.git.repository();
        std::fs::remove_dir_all(&bare).unwrap();
        clone.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
        clone.git(&["remote", "add", "origin", &format!("{}/bot/{name}.git", self.front.url())]);
        clone
    }

    /// Returns the call of the bot in a clone.
    fn bot(clone: &Scratch) -> Command {
        let mut command = command(clone.path());
        command.args(["run", "--no-cache", "--base", "main"]).env("REFIT_TOKEN", TOKEN);
        command
    }

    /// Runs the bot, which must have nothing to complain of, and returns what it wrote.
    fn run(&self, clone: &Scratch) -> (Ran, Vec<String>) {
        let (ran, writes) = self.front.run(&mut Self::bot(clone));
        assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
        assert_eq!(self.front.violations(), [""; 0]);
        (ran, writes)
    }

    fn refs(&self) -> String {
        let args = ["for-each-ref", "--format=%(refname:short) %(objectname)"];
        let output = git_command(&self.git.repository()).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the pull requests of a repository, without their addresses.
    async fn pulls(&self, name: &str) -> Vec<Pull> {
        let (forge, _) = github(&self.emulator.url(), Some(TOKEN), name);
        let heads = [LEDGER, WEB].map(str::to_owned);
        let mut pulls = forge.find_own("refit/", &heads).await.unwrap();
        for pull in &mut pulls {
            pull.url.clear();
        }
        pulls
    }

    /// Writes fields of a pull request, as a person would.
    async fn edit(&self, name: &str, number: u64, fields: &serde_json::Value) {
        let url = format!("{}/repos/bot/{name}/pulls/{number}", self.emulator.url());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.patch(url).bearer_auth(TOKEN).body(fields.to_string());
        assert!(request.send().await.unwrap().status().is_success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_two_upgrades() {
    let Some(world) = World::start(true) else { return };
    let clone = world.clone_of(NAME);
    let (ran, writes) = world.run(&clone);
    assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN));
    let pushes = writes.iter().filter(|write| write.ends_with("/git-receive-pack")).count();
    // Two pushes, two pull requests, a label that is made once and given twice.
    assert_eq!((pushes, writes.len()), (2, 7), "{writes:#?}");
    let refs = world.refs();
    assert_eq!(refs.lines().count(), 5, "{refs}");
    let pulls = world.pulls(NAME).await;
    let told: Vec<_> = pulls.iter().map(|p| (p.head.as_str(), p.draft, p.title.as_str())).collect();
    assert_eq!(
        told,
        [
            (LEDGER, true, "chore(ledger): upgrade 1.8.2 → 2.4.1"),
            (WEB, false, "chore(web): upgrade 1.0.0 → 1.1.0"),
        ]
    );
    for pull in &pulls {
        assert_eq!((pull.base.as_str(), &pull.labels[..]), ("main", &["refit".to_owned()][..]));
    }

    let (ran, writes) = world.run(&clone);
    assert_eq!(writes, [""; 0]);
    assert!(ran.out.contains("Everything is up to date."), "{}", ran.out);
    // From another clone, too: all that is remembered is on the server.
    let other = Scratch::clone_of(world.git.repository().to_str().unwrap(), &[]);
    let url = clone.git(&["remote", "get-url", "origin"]);
    other.git(&["remote", "set-url", "origin", &url]);
    assert_eq!(world.run(&other).1, [""; 0]);

    // Marked as ready by a person, and called otherwise: the first is a person's to decide, but a
    // label now says that there are stages; the title is refit's and comes back.
    let number = pulls[0].number;
    world.edit(NAME, number, &json!({"draft": false, "title": "Mine"})).await;
    let (_, writes) = world.run(&clone);
    let root = format!("/repos/bot/{NAME}");
    assert_eq!(
        writes,
        [
            format!("PATCH {root}/pulls/{number}"),
            format!("POST {root}/labels"),
            format!("POST {root}/issues/{number}/labels"),
        ]
    );
    assert_eq!(world.run(&clone).1, [""; 0]);
    assert_eq!(world.pulls(NAME).await[0].title, pulls[0].title);

    // Closed by a person: told, and not opened again.
    world.edit(NAME, pulls[1].number, &json!({"state": "closed"})).await;
    let (ran, writes) = world.run(&clone);
    assert_eq!(writes, [""; 0]);
    assert!(ran.out.contains("was closed; open it again if you want it"), "{}", ran.out);
    assert_eq!(world.refs(), refs);

    // A new version moves the branches and the text; what is due no more goes.
    world.step.store(1, Ordering::SeqCst);
    world.run(&clone);
    let now = world.pulls(NAME).await;
    assert_eq!(now[0].title, "chore(ledger): upgrade 1.8.2 → 2.5.0");
    assert_eq!(now[1].state, PullState::Closed);
    assert_eq!(world.refs().lines().count(), 3, "{}", world.refs());
    assert_eq!(world.run(&clone).1, [""; 0]);

    // A person's commit on the branch: told, and left alone.
    let person = Scratch::clone_of(world.git.repository().to_str().unwrap(), &["-b", LEDGER]);
    person.write("by-hand.txt", "mine\n");
    person.commit_all("By hand");
    person.git(&["push", "-q"]);
    let refs = world.refs();
    world.step.store(0, Ordering::SeqCst);
    let (ran, _) = world.run(&clone);
    assert!(ran.out.contains("\"By hand\"") && ran.out.contains("left alone"), "{}", ran.out);
    let ledger = |refs: &str| refs.lines().filter(|l| l.contains("ledger")).collect::<String>();
    assert_eq!(ledger(&world.refs()), ledger(&refs));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_push_and_request() {
    let Some(world) = World::start(false) else { return };
    let fresh = AtomicUsize::new(0);
    let new = || {
        let name = spare_name(fresh.fetch_add(1, Ordering::SeqCst));
        (world.clone_of(&name), name)
    };
    // Two upgrades are opened; then one of them moves on, and the other is closed and removed.
    world.step.store(0, Ordering::SeqCst);
    let (clone, name) = new();
    let mut ends = Vec::new();
    for step in 0..2 {
        world.step.store(step, Ordering::SeqCst);
        let (_, writes) = world.run(&clone);
        ends.push((writes, world.refs(), world.pulls(&name).await));
        assert_eq!(world.run(&clone).1, [""; 0], "a second run writes nothing");
    }
    let counts: Vec<usize> = ends.iter().map(|(writes, ..)| writes.len()).collect();
    assert_eq!(counts, [7, 4], "{ends:#?}");
    for (step, (writes, refs, pulls)) in ends.iter().enumerate() {
        for (index, write) in writes.iter().enumerate() {
            for after in [false, true] {
                let (clone, name) = new();
                for earlier in 0..step {
                    world.step.store(earlier, Ordering::SeqCst);
                    world.run(&clone);
                }
                world.step.store(step, Ordering::SeqCst);
                let strike = Some((index + 1, after));
                let (_, done) = world.front.run_until(&mut World::bot(&clone), strike);
                assert_eq!(done.len(), index + 1, "{done:#?}");
                world.run(&clone);
                let place = format!("killed at {write} ({}), after it: {after}", index + 1);
                assert_eq!(world.refs(), *refs, "{place}");
                assert_eq!(world.pulls(&name).await, *pulls, "{place}");
                assert_eq!(world.run(&clone).1, [""; 0], "{place}");
            }
        }
    }
}
