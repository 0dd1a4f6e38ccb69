//! `refit run`: the bot.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use super::lookup;
use super::options::UpstreamOptions;
use super::proposal::Proposal;
use super::tokens;
use super::workspace::Workspace;
use crate::bot::{self, Action, Decision, Desired, Observed, Outcome, Tip, carry_out, decide};
use crate::diagnostic::Severity;
use crate::forge::{self, Forge, GitHub, Local, hidden};
use crate::git::{self, Branch, BranchPlan, Maker, Oid, Pair, Remote, Repo, StagePlan, Token};
use crate::http::tower_service;
use crate::policy::{Configuration, ForgeKind};
use crate::report::pull_request::{Subject, proposal, pull_request};
use crate::report::{BOLD, DIM, GREEN, RED, YELLOW, diagnostic_text, paint, questions};
use crate::runbook::Runbook;
use crate::tree::{CommitTree, Tree};
use crate::upgrade::{Plan, StageFiles, Staged};

/// Keep branches and pull requests open for what can be upgraded: the bot
///
/// Reads the base branch, not the work tree. Running it again changes nothing until upstream or the
/// repository has changed; a run that was killed is completed by the next one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The local forge keeps branches in the repository itself and pull requests as files beside it;
`refit pulls` lists them. For GitHub the token is read from REFIT_TOKEN or GITHUB_TOKEN,
and sent to no other server than the one that it is for.")]
pub(super) struct Arguments {
    /// The folder that Flux paths start from
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Where pull requests are opened, instead of what the configuration says
    #[arg(long, value_enum)]
    forge: Option<ForgeChoice>,
    /// The branch that Flux follows
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
    /// Decide and print, but change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    upstream: UpstreamOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ForgeChoice {
    Local,
    Github,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let report = upgrade_all(
        &arguments.dir,
        arguments.forge,
        arguments.base.as_deref(),
        arguments.dry_run,
        &arguments.upstream,
    )
    .await?;
    lookup::tidy(&arguments.upstream);
    Ok(if report { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Runs the bot on the local forge, as the demonstration does.
pub(super) async fn run_locally(dir: &Path, upstream: &UpstreamOptions) -> Result<bool> {
    upgrade_all(dir, Some(ForgeChoice::Local), None, false, upstream).await
}

async fn upgrade_all(
    dir: &Path,
    choice: Option<ForgeChoice>,
    base: Option<&str>,
    dry_run: bool,
    options: &UpstreamOptions,
) -> Result<bool> {
    let repo = Repo::discover(dir)?;
    let place = Place::find(&repo, dir, choice, base, options)?;
    let tree = CommitTree::new(repo.common_dir(), &place.base.to_string(), repo.prefix())?;
    let workspace = Workspace::of(tree)?.beside(dir);
    let configuration = &workspace.configuration;
    let forge = open_forge(dir, &repo, &place, configuration, options)?;
    for diagnostic in &workspace.inventory.diagnostics {
        if diagnostic.severity != Severity::Info {
            anstream::eprint!("{}", diagnostic_text(diagnostic));
        }
    }
    let proposed = Proposal::of(&workspace, options).await?;

    let prefix = &configuration.branch_prefix;
    if !dry_run {
        git::clear_up(&repo)?;
    }
    let branches = git::observe(&repo, &place.namespace(), prefix, place.base)?;
    let mut desired = Vec::new();
    let planned = proposed.upgrades.iter().map(|(plan, _)| &plan.branch);
    let heads = bot::heads(branches.keys().chain(planned));
    let mut undecided = proposed.undecided(&workspace.inventory);
    let mut made_all = true;
    for (plan, staged) in &proposed.upgrades {
        let upgrade = (plan, staged, proposed.runbook(&workspace, plan));
        match wanted(&repo, &place, &workspace, &upgrade, &branches, forge.as_ref()) {
            Ok(wanted) => desired.push(wanted),
            Err(error) => {
                // One upgrade that cannot be committed does not stop the others.
                anstream::eprintln!("{}: {error:#}", paint(RED, "error"));
                undecided.insert(plan.unit.to_string());
                made_all = false;
            }
        }
    }
    let pulls = forge.find_own(prefix, &heads).await?;
    let observed = Observed { branches, pulls, undecided };
    let decision = decide(&desired, &observed, configuration.max_open_pull_requests);
    let questions = questions(&workspace.inventory, &proposed.held);
    if dry_run {
        print_decision(&decision);
        print_questions(&questions);
        return Ok(!proposed.has_failed());
    }
    let publish = |updates: &[git::Update]| place.publish(dir, updates);
    let outcomes = carry_out(&decision.actions, &observed.pulls, forge.as_ref(), &publish).await;
    let done = print_outcomes(&outcomes, &decision);
    print_questions(&questions);
    if outcomes.is_empty() {
        let complete = made_all && !proposed.has_failed();
        let what = if complete && decision.left.is_empty() { "Everything" } else { "All else" };
        anstream::println!("{what} is up to date.");
    }
    for failure in &proposed.failures() {
        anstream::eprintln!("{}: {}", paint(RED, "failed"), failure.message);
    }
    Ok(done && made_all && !proposed.has_failed() && !workspace.is_bad(false))
}

/// Where branches are read and written.
struct Place {
    kind: ForgeKind,
    base_branch: String,
    base: Oid,
    remote: Option<Remote>,
}

impl Place {
    /// Finds the base, fetching it where there is a remote.
    fn find(
        repo: &Repo,
        dir: &Path,
        choice: Option<ForgeChoice>,
        base: Option<&str>,
        options: &UpstreamOptions,
    ) -> Result<Self> {
        // The configuration on disk says where to look; what is planned follows the one on the base.
        let on_disk = super::workspace::configuration(dir)?;
        let kind = match choice {
            Some(ForgeChoice::Local) => ForgeKind::Local,
            Some(ForgeChoice::Github) => ForgeKind::Github,
            None => on_disk.forge.kind,
        };
        let named = base.map(str::to_owned).or(on_disk.forge.base.clone());
        if kind == ForgeKind::Local {
            let Some(base_branch) = named.or_else(|| repo.head_branch()) else {
                bail!("no branch is checked out; name the one that Flux follows with --base");
            };
            let Some(base) = repo.tip(&format!("refs/heads/{base_branch}"))? else {
                if repo.head_branch().as_ref() == Some(&base_branch) {
                    bail!("the branch `{base_branch}` has no commit yet");
                }
                bail!(
                    "there is no branch `{base_branch}`; name the one that Flux follows with --base"
                );
            };
            return Ok(Self { kind, base_branch, base, remote: None });
        }
        lookup::ensure_network(options)?;
        let name = &on_disk.forge.remote;
        let address = repo.remote_url(name);
        let mut tokens = tokens::of_environment(on_disk.forge.url.as_deref(), address.as_deref());
        let host = address.as_deref().and_then(tokens::host_of);
        let token = host.and_then(|host| tokens.remove(&host));
        let token = token.map(|token| Token::new("x-access-token", token.expose()));
        let remote = Remote::new(repo, name, token);
        let known = named.or_else(|| repo.recorded_default_branch(name));
        let known = match known {
            Some(known) => Some(known),
            None => git::default_branch(&remote)?,
        };
        let Some(base_branch) = known else {
            bail!(
                "the remote `{name}` names no default branch; name the one that Flux follows with --base"
            );
        };
        git::fetch(repo, &remote, &base_branch, &on_disk.branch_prefix)?;
        let reference = format!("refs/remotes/{name}/{base_branch}");
        let base = repo.tip(&reference)?.with_context(|| format!("{reference} is not there"))?;
        Ok(Self { kind, base_branch, base, remote: Some(remote) })
    }

    fn namespace(&self) -> String {
        match &self.remote {
            Some(remote) => format!("refs/remotes/{}/", remote.name),
            None => "refs/heads/".to_owned(),
        }
    }

    fn publish(&self, dir: &Path, updates: &[git::Update]) -> Result<(), git::Error> {
        match &self.remote {
            Some(remote) => git::push(remote, updates),
            None => git::write_refs(&Repo::discover(dir)?, updates, "refit run"),
        }
    }
}

fn open_forge(
    dir: &Path,
    repo: &Repo,
    place: &Place,
    configuration: &Configuration,
    options: &UpstreamOptions,
) -> Result<Box<dyn Forge>> {
    if place.kind == ForgeKind::Local {
        return Ok(Box::new(Local::new(dir)?));
    }
    let settings = &configuration.forge;
    let address = repo.remote_url(&settings.remote).unwrap_or_default();
    let host = tokens::host_of_forge(settings.url.as_deref(), Some(&address));
    let mut tokens = tokens::of_environment(settings.url.as_deref(), Some(&address));
    let Some(token) = tokens.remove(&host) else {
        bail!(
            "GitHub needs a token for {host} that may write contents and pull requests; put it into REFIT_TOKEN or GITHUB_TOKEN"
        );
    };
    let found = forge::github::repository_of(&address);
    let named = settings.repository.as_ref().and_then(|name| name.split_once('/'));
    let (owner, name) = match (named, &found) {
        (Some((owner, name)), _) => (owner.to_owned(), name.to_owned()),
        (None, Some((_, owner, name))) => (owner.clone(), name.clone()),
        (None, None) => bail!(
            "the remote `{}` does not tell which repository it is; name it as forge.repository, OWNER/NAME, in .refit/config.yaml",
            settings.remote
        ),
    };
    let api = match (&settings.url, found) {
        (Some(url), _) => url.clone(),
        (None, Some((host, ..))) if host != "github.com" => format!("https://{host}/api/v3"),
        _ => "https://api.github.com".to_owned(),
    };
    let client = lookup::forge_client(options, configuration)?;
    let octocrab = forge::github::client(tower_service(client), &api, Some(token.expose()))?;
    Ok(Box::new(GitHub::new(octocrab, &owner, &name)))
}

/// Makes the commits of an upgrade and says what is wanted for it.
fn wanted<T: Tree>(
    repo: &Repo,
    place: &Place,
    workspace: &Workspace<T>,
    (plan, staged, runbook): &(&Plan, &Staged, Runbook),
    branches: &std::collections::BTreeMap<String, git::Seen>,
    forge: &dyn Forge,
) -> Result<Desired> {
    let plan_json = serde_json::to_string(plan)?;
    let unit = plan.unit.to_string();
    let digest = hidden::plan_digest(&plan_json);
    let branch = |name: &str, stages: &[StageFiles]| BranchPlan {
        name: name.to_owned(),
        base: place.base,
        onto: None,
        unit: unit.clone(),
        plan_digest: digest.clone(),
        stages: stages
            .iter()
            .map(|stage| StagePlan {
                stage: stage.stage.kind.as_str().to_owned(),
                message: stage.stage.message.clone(),
                patches: stage.patches.clone(),
            })
            .collect(),
    };
    let plans = Pair {
        upgrade: branch(&plan.branch, &staged.stages),
        revert: branch(&plan.revert_branch, &staged.revert),
    };
    let existing = |name: &String| branches.get(name).map(|seen| seen.tip);
    let existing = Pair { upgrade: existing(&plan.branch), revert: existing(&plan.revert_branch) };
    let maker = Maker { author: repo.author(), signing: repo.signing()? };
    let made: Pair<Branch> = git::prepare_pair(repo, &plans, &existing, &maker)
        .with_context(|| format!("cannot make the commits of `{unit}`"))?;
    let subject = Subject {
        plan,
        staged,
        base: &workspace.tree,
        branches: &made,
        base_branch: &place.base_branch,
        labels: &workspace.configuration.labels,
        plan_json: &plan_json,
        runbook,
    };
    let request = pull_request(&subject, forge.body_limit());
    let tips = [&made.upgrade, &made.revert]
        .map(|branch| Tip { branch: branch.name.clone(), tip: branch.tip });
    let proposal = bot::Proposal { proposal: proposal(plan), request };
    Ok(Desired { unit, branches: tips.to_vec(), proposal: Some(proposal) })
}

fn print_decision(decision: &Decision) {
    for action in &decision.actions {
        anstream::println!("would {}", describe(action));
    }
    print_left(decision);
    if decision.actions.is_empty() {
        anstream::println!("Nothing to do.");
    }
}

fn print_outcomes(outcomes: &[Outcome<'_>], decision: &Decision) -> bool {
    let mut done = true;
    for outcome in outcomes {
        let action = describe(outcome.action);
        match &outcome.result {
            Ok(Some(pull)) => {
                anstream::println!("{} {action}  {}", paint(GREEN, "✓"), paint(DIM, &pull.url));
            }
            Ok(None) => anstream::println!("{} {action}", paint(GREEN, "✓")),
            Err(failure) => {
                done = false;
                anstream::eprintln!("{} {action}: {failure}", paint(RED, "✗"));
            }
        }
    }
    print_left(decision);
    done
}

fn print_left(decision: &Decision) {
    for left in &decision.left {
        let branch = paint(BOLD, &left.branch);
        anstream::println!("{} {branch} is left alone: {}", paint(YELLOW, "!"), left.reason);
    }
}

/// Prints what stays with a question to a person; `preview` tells the rest of it.
fn print_questions(questions: &[String]) {
    for question in questions {
        anstream::println!("{} {question}", paint(YELLOW, "?"));
    }
}

/// Says what an action does, in the words of a line.
fn describe(action: &Action) -> String {
    match action {
        Action::Push { updates, .. } => {
            let updates: Vec<String> = updates
                .iter()
                .map(|update| match (&update.expected, &update.target) {
                    (_, None) => format!("remove {}", update.branch),
                    (None, Some(tip)) => format!("create {} at {}", update.branch, tip.short()),
                    (Some(_), Some(tip)) => format!("move {} to {}", update.branch, tip.short()),
                })
                .collect();
            updates.join(", ")
        }
        Action::Open { request, .. } => {
            let draft = if request.draft { "draft " } else { "" };
            format!("open {draft}pull request: {}", request.title)
        }
        Action::Update { number, request, .. } => {
            format!("update pull request #{number}: {}", request.title)
        }
        Action::Close { number, reason, .. } => format!("close pull request #{number}: {reason}"),
    }
}
