//! Runbooks as operators get them: every command a shell can read, every name one that exists.
//!
//! A plan is made up for every release that has data, in the demonstration and in the real
//! repositories of `REFIT_CORPUS`, so that every procedure of every policy is written out. Each
//! command goes through `bash -n`, and each namespace, release, Secret, key, claim, cluster and
//! object that it names is looked for among the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use refit::diagnostic::Why;
use refit::flux::{Inventory, ObjectName, Objects, Pin, discover};
use refit::policy::{Policies, Strategy};
use refit::report::runbook_markdown;
use refit::runbook::{Block, Case, Runbook, SectionKind, major_runbook, runbook};
use refit::state::{State, states};
use refit::tree::{RepoPath, Tree, WorkTree};
use refit::upgrade::{
    Briefing, Gate, GateWord, PLAN_SCHEMA, Plan, Preflight, Stage, StageKind, Turn, Unit,
};
use refit::version::Bump;

use crate::program::refit;

pub(crate) struct Repository {
    inventory: Inventory,
    policies: Policies,
    states: BTreeMap<ObjectName, State>,
    /// Names by kind.
    names: BTreeMap<String, BTreeSet<ObjectName>>,
    /// All texts of manifests, for the names of keys.
    text: String,
}

pub(crate) fn read(folder: &Path) -> Repository {
    let tree = WorkTree::open(folder).unwrap();
    let files = tree.files().unwrap();
    let (policies, _) = refit::policy::load(&tree, &files);
    let keep = |_: &RepoPath| true;
    let inventory = discover(&tree, &policies, &keep).unwrap();
    let states = states(&tree, &inventory, &policies, &keep, None).unwrap();
    let objects = Objects::read(&tree, &keep).unwrap();
    let mut names: BTreeMap<String, BTreeSet<ObjectName>> = BTreeMap::new();
    for manifest in objects.applied().objects() {
        names.entry(manifest.kind).or_default().insert(manifest.id);
    }
    let mut text = String::new();
    for file in files.iter().filter(|file| file.as_str().ends_with("aml")) {
        text.push_str(&String::from_utf8_lossy(&tree.read(file).unwrap().unwrap_or_default()));
    }
    Repository { inventory, policies, states, names, text }
}

/// Makes a plan up that stops one release and takes a major.
fn plan(release: &ObjectName) -> Plan {
    let stage = |kind, message: &str| Stage {
        kind,
        message: message.to_owned(),
        with: Vec::new(),
        gates: vec![Gate::by_hand(GateWord::Stopped, "no pod of it runs any more")],
    };
    Plan {
        schema: PLAN_SCHEMA,
        unit: Unit::Image(release.clone()),
        from: "1.0.0".into(),
        to: "2.0.0".into(),
        bump: Bump::Major,
        line: "2".into(),
        strategy: Strategy::Maintenance,
        why: Vec::new(),
        rule: None,
        briefing: Briefing::default(),
        preflight: Preflight::default(),
        pins: Vec::new(),
        releases: vec![release.clone()],
        changes: Vec::new(),
        window: None,
        downtime: None,
        turn: Turn::default(),
        stages: vec![stage(StageKind::Stop, "stop it"), stage(StageKind::Upgrade, "upgrade it")],
        revert: vec![stage(StageKind::Revert, "back"), stage(StageKind::Start, "start it")],
        branch: "refit/upgrade/x".into(),
        revert_branch: "refit/revert/x".into(),
    }
}

/// Makes a plan up that takes a major of a release which no commit stops.
fn plan_by_hand(release: &ObjectName) -> Plan {
    let mut plan = plan(release);
    plan.strategy = Strategy::Manual;
    plan.why = vec![Why::new("no-lever", "nothing stops it")];
    plan.stages.remove(0);
    plan.revert.pop();
    plan
}

pub(crate) fn write(repository: &Repository, release: &ObjectName) -> Runbook {
    write_plan(repository, &plan(release))
}

fn write_plan(repository: &Repository, plan: &Plan) -> Runbook {
    let Repository { inventory, policies, states, .. } = repository;
    runbook(&Case { plan, states, inventory, policies })
}

/// Writes how each datastore that a release runs itself moves to its next major.
fn write_majors(repository: &Repository, release: &ObjectName) -> Vec<Runbook> {
    let Repository { inventory, policies, states, .. } = repository;
    let stores = states.get(release).into_iter().flat_map(|state| &state.stores);
    let pins = stores.filter_map(|store| inventory.pin(store.pin.as_deref()?));
    let write = |pin: &Pin| {
        let unit = Unit::Image(release.clone());
        let plan = Plan::by_hand(unit, &pin.current.text, "99.1", vec![release.clone()]);
        major_runbook(&Case { plan: &plan, states, inventory, policies }, pin)
    };
    pins.map(write).collect()
}

fn commands(runbook: &Runbook) -> Vec<&str> {
    let blocks = runbook.sections.iter().flat_map(|section| &section.blocks);
    blocks
        .filter_map(|block| match block {
            Block::Shell(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Asks a shell whether it can read commands, all at once.
fn reads(commands: &str) -> Result<(), String> {
    let mut shell = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // A here-document without an end is only a warning.
    if output.status.success() && said.is_empty() { Ok(()) } else { Err(said) }
}

/// Finds what stands behind each `mark` up to the next blank or quote.
fn behind<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let found = text.match_indices(mark).filter_map(|(at, _)| {
        let rest = &text[at + mark.len()..];
        rest.split(|c: char| c.is_whitespace() || "'\",;)}".contains(c)).next()
    });
    found.filter(|word| !word.is_empty()).collect()
}

/// Lists the names in a command that no manifest has.
fn dangling(repository: &Repository, command: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let has = |kind: &str, name: &str| {
        repository.names.get(kind).is_some_and(|ids| ids.iter().any(|id| id.name == name))
    };
    let releases = &repository.inventory.releases;
    let spaces: BTreeSet<&str> =
        repository.names.values().flatten().filter_map(|id| id.namespace.as_deref()).collect();
    // `tail` counts lines by the same letter; a rehearsal makes its own namespace.
    let mapped = behind(command, "--namespace-mappings ");
    let made = |space: &str| mapped.iter().any(|pair| pair.ends_with(&format!(":{space}")));
    for space in behind(&command.replace("tail -n ", ""), " -n ") {
        if !spaces.contains(space) && !has("Namespace", space) && !made(space) {
            missing.push(format!("namespace {space}"));
        }
    }
    for line in command.lines() {
        for name in behind(line, "kubectl get secret -n ") {
            let mark = format!("kubectl get secret -n {name} ");
            let rest = line.split(&mark).nth(1).unwrap_or_default();
            let secret = rest.split(' ').next().unwrap_or_default();
            if !repository.text.contains(secret) {
                missing.push(format!("secret {secret}"));
            }
            for key in behind(line, "{.data.") {
                let key = key.replace("\\.", ".");
                if !repository.text.contains(&key) {
                    missing.push(format!("key {key}"));
                }
            }
        }
    }
    for label in behind(command, "app.kubernetes.io/instance=") {
        if !releases
            .iter()
            .any(|release| label == release.id.name || label.ends_with(&release.id.name))
            && !repository.text.contains(&format!("releaseName: {label}"))
        {
            missing.push(format!("release {label}"));
        }
    }
    for kind in ["deploy/", "statefulset/", "daemonset/"] {
        for name in behind(command, &format!(" {kind}")) {
            let made = releases.iter().any(|release| {
                name == release.id.name || name.starts_with(&format!("{}-", release.id.name))
            });
            let plain =
                has("Deployment", name) || has("StatefulSet", name) || has("DaemonSet", name);
            if !made && !plain && !repository.text.contains(name) {
                missing.push(format!("{kind}{name}"));
            }
        }
    }
    for (mark, kind) in [
        ("cnpg.io/cluster=", "Cluster"),
        ("helmrelease.helm.toolkit.fluxcd.io -n ", "Namespace or release"),
        ("replicationsource -n ", "ReplicationSource"),
        ("--from-schedule ", "Schedule"),
    ] {
        for word in behind(command, mark).into_iter().filter(|_| !mark.ends_with("-n ")) {
            if !has(kind, word) {
                missing.push(format!("{kind} {word}"));
            }
        }
    }
    for claim in behind(command, "claimName: ") {
        let made = releases.iter().any(|release| claim.starts_with(release.id.name.as_str()));
        if !made && !has("PersistentVolumeClaim", claim) && !repository.text.contains(claim) {
            missing.push(format!("claim {claim}"));
        }
    }
    missing
}

#[test]
fn every_command_can_be_read_and_every_name_resolves() {
    assert!(reads("if true; then").is_err() && reads("cat <<'EOF'\nx").is_err());
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/repo");
    let folders = super::states::folders().into_iter().chain([demo]);
    let (mut runbooks, mut all, mut filled, mut majors) = (0, 0, 0, 0);
    let mut problems = Vec::new();
    for folder in folders {
        let repository = read(&folder);
        for (release, state) in &repository.states {
            if state.stores.is_empty() && state.volumes.is_empty() {
                continue;
            }
            let runbook = write(&repository, release);
            let mut apart = write_majors(&repository, release);
            majors += apart.len();
            apart.push(write_plan(&repository, &plan_by_hand(release)));
            let of_majors = apart.iter().flat_map(commands);
            let own = commands(&runbook).len();
            let commands: Vec<&str> = commands(&runbook).into_iter().chain(of_majors).collect();
            runbooks += 1;
            all += commands.len();
            let backup = runbook.sections.iter().find(|s| s.kind == SectionKind::Verify);
            filled += usize::from(backup.is_some());
            // Blocks are read one after the other in one shell; a broken one breaks the whole.
            let whole = commands.join("\n");
            if let Err(said) = reads(&whole) {
                problems.push(format!("{release}: {said}"));
            }
            for command in &commands {
                problems.extend(
                    dangling(&repository, command)
                        .into_iter()
                        .map(|name| format!("{release}: {name} in {command}")),
                );
                for bad in ["{{", "<", "YYYY", "TODO", "${APP", "{namespace}", "{user}", "{pod}"] {
                    let input =
                        bad == "<" && (command.contains("<<'EOF'") || command.contains(" < "));
                    if command.contains(bad) && !input {
                        problems.push(format!("{release}: {bad} in {command}"));
                    }
                }
            }
            let text = runbook_markdown(&runbook, 3, &[]);
            assert!(text.lines().filter(|line| line.starts_with("```")).count() == own * 2);
        }
    }
    println!(
        "{runbooks} runbooks, {majors} majors, {all} blocks of commands, {filled} with a backup that is proved"
    );
    assert!(all > 50, "{all}");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn a_neighbour_s_database_is_dumped_proved_and_restored_by_name() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/repo");
    let repository = read(&demo);
    let runbook = write(&repository, &ObjectName::new(Some("home-automation"), "teslamate"));
    let text = runbook_markdown(&runbook, 2, &[]);
    for piece in [
        "statefulset/teslamate-postgres -c app -- pg_dump",
        "kubectl get secret -n home-automation teslamate-secret -o jsonpath='{.data.DATABASE_USER}'",
        "{.data.DATABASE_NAME}",
        "pg_restore --list < home-automation-teslamate-1.0.0.dump",
        "dropdb -U \"$DB_USER\" --force",
        "`ENCRYPTION_KEY`",
        "`monitoring/grafana`",
        "the claim `teslamate-db` of 20Gi",
        "| `18`",
        "https://teslamate.",
        "restore the backup, then start `1.0.0`",
        "is of the tier `treasured` (`.refit/policies/tiers.yaml:2`)",
        "the repository shows none for PostgreSQL in the release `home-automation/teslamate-postgres`",
        "pg_restore -U \"${POSTGRES_USER:-postgres}\" -d \"$0\" --exit-on-error' refit_drill < home-automation-teslamate-1.0.0.dump",
        "diff home-automation-teslamate-1.0.0.before.counts home-automation-teslamate-1.0.0.drill.counts",
        "dropdb -U \"${POSTGRES_USER:-postgres}\" --force --if-exists --maintenance-db=template1 \"$0\"' refit_drill",
        "it stands on `home-automation/teslamate-postgres`",
    ] {
        assert!(text.contains(piece), "{piece} is not in\n{text}");
    }
    assert!(!text.contains("ENC["));
}

#[test]
fn a_datastore_s_next_major_is_written_out_and_not_proposed() {
    let case =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases/datastore-major-everywhere");
    let explain = |release: &str| {
        let arguments = ["explain", release, "-C", "repo", "--replay", "upstream", "--no-cache"];
        let ran = refit(&case, &[&arguments[..], &["--format", "markdown"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    let text = explain("data/postgres");
    for piece in [
        "## By hand: docker.io/library/postgres `17.4` → `18.1`",
        "exec pg_dump -U",
        "> data-postgres-17.4.dump",
        "set the tag at `plain.yaml:17:20` to `18.1` and give the server a new, empty claim in place of the claim `data/postgres`",
        "--exit-on-error' < data-postgres-17.4.dump",
        "The old version starts on the claim `data/postgres`",
    ] {
        assert!(text.contains(piece), "{piece} is not in\n{text}");
    }
    assert!(explain("data/tide").contains("give the server a new, empty claim"));
    assert!(explain("data/ledger-db").contains("is not read by another"));
}

/// Returns what the tier of a release demands whose volume is copied by a schedule, and whose
/// database, where it has one, is not.
fn demanded(database: bool, schedule: &str, tier: &str) -> String {
    let folder = super::objects::repository("postgres", "docker.io/library/postgres", "5432");
    let at = |name: &str| folder.path().join(name);
    let text = std::fs::read_to_string(at("apps/source.yaml")).unwrap();
    std::fs::write(at("apps/source.yaml"), text.replace("0 3 * * *", &format!("'{schedule}'")))
        .unwrap();
    if !database {
        let text = std::fs::read_to_string(at("apps/web.yaml")).unwrap();
        let (head, rest) = text.split_once("            env:\n").unwrap();
        let data = rest.lines().find(|line| line.starts_with("      data: ")).unwrap();
        let plain = format!("{head}    persistence:\n{data}\n");
        std::fs::write(at("apps/web.yaml"), plain).unwrap();
    }
    std::fs::create_dir_all(at(".refit/policies")).unwrap();
    let tier = format!("kind: tier\nname: ours\nreleases: [shop/web]\n{tier}\n");
    std::fs::write(at(".refit/policies/tiers.yaml"), tier).unwrap();
    let runbook = write(&read(folder.path()), &ObjectName::new(Some("shop"), "web"));
    let section = runbook.sections.into_iter().find(|section| section.kind == SectionKind::Tiers);
    let sections = section.into_iter().collect();
    runbook_markdown(&Runbook { sections, ..Runbook::default() }, 2, &[])
}

#[test]
fn a_tier_s_demands_are_held_against_what_the_repository_has() {
    let keeps = "- [ ] The schedule keeps what is written within";
    for (database, schedule, tier, said, unsaid) in [
        (false, "0 3 * * *", "like: hobby", "backed up for this upgrade", "on a schedule"),
        (false, "0 3 * * *", "like: serious", "every 24 hours (`apps/source.yaml", keeps),
        (false, "*/30 * * * *", "like: serious", keeps, "does not show"),
        (true, "*/30 * * * *", "like: serious", "for PostgreSQL in the release", keeps),
        (false, "*/30 * * * *", "like: serious\nmay_lose: 10m", "which does not show that", keeps),
        (false, "0 3 * * *", "like: production", "A second person", keeps),
        (false, "0 3 * * *", "may_lose: 48h\nbefore: [schedule]", keeps, "proved"),
    ] {
        let text = demanded(database, schedule, tier);
        assert!(text.contains(said), "{said} is not in\n{text}");
        assert!(!text.contains(unsaid), "{unsaid} is in\n{text}");
    }
}

#[test]
fn a_volume_is_looked_at_from_the_pods_that_mount_it() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/repo");
    let repository = read(&demo);
    let runbook = write(&repository, &ObjectName::new(Some("media"), "immich"));
    let text = runbook_markdown(&runbook, 2, &[]);
    for piece in [
        "kubectl exec -n media deploy/immich-server -- df -h /data",
        "kubectl exec -n media deploy/immich-machine-learning -- df -h /cache",
        "statefulset/immich-postgres -c app -- pg_dump -U \"$DB_USER\" -d \"$DB_NAME\"",
        "Caches and queues are not backed up",
    ] {
        assert!(text.contains(piece), "{piece} is not in\n{text}");
    }
}

#[test]
fn what_no_commit_stops_is_stopped_by_hand_and_restored_before_it_goes_back() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/repo");
    let repository = read(&demo);
    let release = ObjectName::new(Some("home-automation"), "teslamate");
    let text = runbook_markdown(&write_plan(&repository, &plan_by_hand(&release)), 2, &[]);
    let mut rest = text.as_str();
    for piece in [
        "flux suspend helmrelease -n home-automation teslamate",
        "kubectl get deployment,statefulset,daemonset,cronjob -n home-automation -l app.kubernetes.io/instance=teslamate",
        "kubectl scale -n home-automation deploy/teslamate --replicas=0",
        "pg_dump",
        "flux resume helmrelease -n home-automation teslamate",
        "1. Stop by hand what writes to the data, as for the backup.",
        "2. Restore the data, as below.",
        "3. Merge `back`. Then resume the release.",
        "dropdb",
    ] {
        let at = rest.find(piece).unwrap_or_else(|| panic!("{piece} does not follow in\n{text}"));
        rest = &rest[at..];
    }
    assert!(!text.contains("scale -n home-automation statefulset"), "{text}");
}

#[test]
fn a_chart_that_brings_its_application_may_change_the_data() {
    let release = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: till, namespace: shop}
spec:
  chart: {spec: {chart: till, version: 1.0.0, sourceRef: {kind: HelmRepository, name: tills}}}
  values:
    storage: {existingClaim: till-data}
";
    let image = "    image: {repository: registry.example/shop/till, tag: 1.0.0}\n";
    let id = ObjectName::new(Some("shop"), "till");
    for (values, bump, alone) in [
        ("", Bump::Major, false),
        ("", Bump::Minor, true),
        // Its image stays where it is pinned.
        (image, Bump::Major, true),
    ] {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("till.yaml"), format!("{release}{values}")).unwrap();
        let repository = read(folder.path());
        let unit = Unit::Chart(id.clone());
        let plan = Plan { unit, bump, strategy: Strategy::Rolling, ..plan(&id) };
        let Repository { inventory, policies, states, .. } = &repository;
        let text = runbook(&Case { plan: &plan, states, inventory, policies });
        let text = runbook_markdown(&text, 2, &[]);
        assert_eq!(text.contains("A revert alone is enough: `1.0.0`"), alone, "{text}");
        assert_eq!(text.contains("restore the backup, then start `1.0.0`"), !alone, "{text}");
    }
}

#[test]
fn a_person_backs_up_what_the_stage_does_not_copy() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases/backup-in-part");
    let ran =
        refit(&case, &["explain", "forum", "-C", "repo", "--replay", "upstream", "--no-cache"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let gates: Vec<&str> =
        ran.out.lines().filter(|line| line.contains("before the next one: ")).collect();
    let at = gates.iter().position(|gate| gate.contains("status.phase: Completed")).unwrap();
    assert!(
        gates[at + 1].ends_with(
            "what the stage does not copy (mariadb of forum/mariadb) is backed up for this upgrade, and the backup is proved"
        ),
        "{gates:#?}"
    );
    assert_eq!(ran.out.matches("keeps-running").count(), 1, "{}", ran.out);
}
