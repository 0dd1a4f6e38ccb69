//! Decisions as a table, and what always holds of them on a forge that is simulated.

use proptest::prelude::*;

use super::*;

const UNITS: [&str; 3] = ["image a/one", "image a/two", "chart a/two"];

fn oid(number: u8) -> Oid {
    format!("{number:040x}").parse().unwrap()
}

fn head(unit: usize, line: u8) -> String {
    format!("refit/upgrade/a/{unit}-{line}")
}

fn way_back(unit: usize, line: u8) -> String {
    format!("refit/revert/a/{unit}-{line}")
}

fn proposal(unit: usize, line: u8, version: u8) -> String {
    format!("{} {line}.{version}", UNITS[unit])
}

fn body(unit: usize, line: u8, version: u8) -> String {
    let hidden = Hidden::new(UNITS[unit], &proposal(unit, line, version), "{}");
    format!("Upgrade to {line}.{version}\n\n{}", hidden.write())
}

fn desired(unit: usize, line: u8, version: u8) -> Desired {
    let tip = |branch: String, salt: u8| Tip { branch, tip: oid(line * 16 + version * 2 + salt) };
    let request = PullRequest {
        title: format!("{} to {line}.{version}", UNITS[unit]),
        body: body(unit, line, version),
        head: head(unit, line),
        base: "main".to_owned(),
        labels: vec!["refit".to_owned()],
        draft: true,
    };
    Desired {
        unit: UNITS[unit].to_owned(),
        branches: vec![tip(head(unit, line), 0), tip(way_back(unit, line), 1)],
        proposal: Some(Proposal { proposal: proposal(unit, line, version), request }),
    }
}

fn foreign(tip: Oid) -> Foreign {
    Foreign {
        commit: tip,
        subject: "By hand".to_owned(),
        author: "A. Person".to_owned(),
        why: "it does not carry refit's trailers",
    }
}

fn seen(unit: Option<usize>, tip: Oid) -> Seen {
    Seen {
        tip,
        unit: unit.map(|unit| UNITS[unit].to_owned()),
        plan_digest: None,
        foreign: unit.is_none().then(|| foreign(tip)),
    }
}

fn pull(number: u64, state: PullState, unit: usize, line: u8, version: u8) -> Pull {
    Pull {
        number,
        state,
        title: format!("{} to {line}.{version}", UNITS[unit]),
        body: body(unit, line, version),
        head: head(unit, line),
        base: "main".to_owned(),
        labels: vec!["refit".to_owned(), "a person's".to_owned()],
        draft: true,
        url: String::new(),
        author: "refit".to_owned(),
    }
}

/// A forge with branches and pull requests, as strict as GitHub.
impl Observed {
    fn apply(&mut self, action: &Action) {
        match action {
            Action::Push { unit, updates } => {
                for update in updates {
                    let tip = self.branches.get(&update.branch).map(|seen| seen.tip);
                    assert_eq!(tip, update.expected, "the lease on {}", update.branch);
                }
                for update in updates {
                    if let Some(tip) = update.target {
                        let unit = Some(unit.clone());
                        let seen = Seen { tip, unit, plan_digest: None, foreign: None };
                        self.branches.insert(update.branch.clone(), seen);
                        continue;
                    }
                    self.branches.remove(&update.branch);
                    for pull in &mut self.pulls {
                        if pull.head == update.branch && pull.state == PullState::Open {
                            pull.state = PullState::Closed;
                        }
                    }
                }
            }
            Action::Open { request, .. } => {
                assert!(self.branches.contains_key(&request.head), "{} is missing", request.head);
                let same = |pull: &Pull| pull.state == PullState::Open && pull.head == request.head;
                assert!(!self.pulls.iter().any(same), "{} has one already", request.head);
                let number = self.pulls.iter().map(|pull| pull.number).max().unwrap_or(0) + 1;
                self.pulls.push(Pull {
                    number,
                    state: PullState::Open,
                    title: request.title.clone(),
                    body: request.body.clone(),
                    head: request.head.clone(),
                    base: request.base.clone(),
                    labels: request.labels.clone(),
                    draft: request.draft,
                    url: String::new(),
                    author: "refit".to_owned(),
                });
            }
            Action::Update { number, request, .. } => {
                let pull = self.open_pull(*number);
                pull.title.clone_from(&request.title);
                pull.body.clone_from(&request.body);
                pull.base.clone_from(&request.base);
                pull.labels.extend(request.labels.clone());
            }
            Action::Close { number, reason, .. } => {
                let pull = self.open_pull(*number);
                pull.state = PullState::Closed;
                pull.body = crate::forge::body::closed(&pull.body, reason, 65_536);
            }
        }
    }

    fn open_pull(&mut self, number: u64) -> &mut Pull {
        let open = |pull: &&mut Pull| pull.number == number && pull.state == PullState::Open;
        self.pulls.iter_mut().find(open).expect("an open pull request")
    }
}

/// Says a decision in a few words.
fn said(decision: &Decision) -> Vec<String> {
    let actions = decision.actions.iter().map(|action| match action {
        Action::Push { updates, .. } => {
            let gone = updates.iter().filter(|update| update.target.is_none()).count();
            format!("push {} remove {gone}", updates.len() - gone)
        }
        Action::Open { request, .. } => format!("open {}", request.head),
        Action::Update { number, .. } => format!("update #{number}"),
        Action::Close { number, reason, .. } => format!("close #{number}: {reason}"),
    });
    let left = decision.left.iter().map(|left| {
        let reason = left.reason.to_string();
        format!("leave {}: {}", left.branch, reason.split([';', '(']).next().unwrap())
    });
    actions.chain(left).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of situations reads best in one piece")]
fn one_unit_in_every_situation() {
    use PullState::{Closed, Merged, Open};
    let one = [desired(0, 3, 1)];
    let tips = |desired: &Desired| -> BTreeMap<String, Seen> {
        let seen = |tip: &Tip| (tip.branch.clone(), seen(Some(0), tip.tip));
        desired.branches.iter().map(seen).collect()
    };
    let world = |branches: BTreeMap<String, Seen>, pulls: Vec<Pull>| Observed {
        branches,
        pulls,
        undecided: BTreeSet::new(),
    };
    let there = tips(&one[0]);
    let by_person = BTreeMap::from([(head(0, 3), seen(None, oid(99)))]);
    let closed_by_refit = {
        let mut pull = pull(4, Closed, 0, 3, 1);
        pull.body = crate::forge::body::closed(&pull.body, "nothing is due", 65_536);
        pull
    };
    let unmarked = Pull { body: "edited".to_owned(), ..pull(4, Closed, 0, 3, 1) };
    let stranger = Pull { body: "edited".to_owned(), ..pull(4, Open, 1, 9, 1) };
    let older = [desired(0, 2, 1)];
    let nothing: [Desired; 0] = [];
    let undecided = Observed {
        undecided: BTreeSet::from([UNITS[0].to_owned()]),
        ..world(there.clone(), vec![pull(4, Open, 0, 3, 1)])
    };
    let landed =
        [Desired { proposal: None, branches: vec![one[0].branches[1].clone()], ..one[0].clone() }];

    let table: &[(&str, &[Desired], Observed, &[&str])] = &[
        (
            "new",
            &one,
            world(BTreeMap::new(), vec![]),
            &["push 2 remove 0", "open refit/upgrade/a/0-3"],
        ),
        (
            "killed after the push",
            &one,
            world(there.clone(), vec![]),
            &["open refit/upgrade/a/0-3"],
        ),
        ("as it should be", &one, world(there.clone(), vec![pull(4, Open, 0, 3, 1)]), &[]),
        (
            "a newer version",
            &[desired(0, 3, 2)],
            world(there.clone(), vec![pull(4, Open, 0, 3, 1)]),
            &["push 2 remove 0", "update #4"],
        ),
        (
            "a person's commit",
            &one,
            world(by_person.clone(), vec![pull(4, Open, 0, 3, 1)]),
            &["leave refit/upgrade/a/0-3: it holds commit 0000000 by A. Person "],
        ),
        (
            "closed by a person",
            &one,
            world(BTreeMap::new(), vec![pull(4, Closed, 0, 3, 1)]),
            &["leave refit/upgrade/a/0-3: #4 proposed the same and was closed"],
        ),
        (
            "another version was closed",
            &one,
            world(BTreeMap::new(), vec![pull(4, Closed, 0, 3, 0)]),
            &["push 2 remove 0", "open refit/upgrade/a/0-3"],
        ),
        (
            "opened again by a person",
            &one,
            world(there.clone(), vec![pull(3, Closed, 0, 3, 1), pull(4, Open, 0, 3, 1)]),
            &[],
        ),
        (
            "closed by refit",
            &one,
            world(BTreeMap::new(), vec![closed_by_refit]),
            &["push 2 remove 0", "open refit/upgrade/a/0-3"],
        ),
        (
            "closed and unreadable",
            &one,
            world(BTreeMap::new(), vec![unmarked]),
            &["leave refit/upgrade/a/0-3: #4 was closed and no longer says what it proposed"],
        ),
        (
            "merged and taken back",
            &one,
            world(there.clone(), vec![pull(4, Merged, 0, 3, 1)]),
            &["leave refit/upgrade/a/0-3: #4 proposed the same and was merged"],
        ),
        (
            "merged",
            &nothing,
            world(there.clone(), vec![pull(4, Merged, 0, 3, 1)]),
            &["push 0 remove 1"],
        ),
        (
            "merged, its revert rebuilt",
            &landed,
            world(there.clone(), vec![pull(4, Merged, 0, 3, 1)]),
            &["push 0 remove 1"],
        ),
        (
            "superseded",
            &one,
            world(tips(&older[0]), vec![pull(4, Open, 0, 2, 1)]),
            &[
                "push 2 remove 0",
                "open refit/upgrade/a/0-3",
                "close #4: superseded by \"image a/one to 3.1\"",
                "push 0 remove 2",
            ],
        ),
        (
            "no longer due",
            &nothing,
            world(there.clone(), vec![pull(4, Open, 0, 3, 1)]),
            &["close #4: nothing is due here any more", "push 0 remove 2"],
        ),
        (
            "no longer due, with a person's commit",
            &nothing,
            world(by_person, vec![pull(4, Open, 0, 3, 1)]),
            &["leave refit/upgrade/a/0-3: it holds commit 0000000 by A. Person "],
        ),
        ("its registry did not answer", &nothing, undecided, &[]),
        (
            "not refit's",
            &nothing,
            world(BTreeMap::new(), vec![stranger]),
            &["leave refit/upgrade/a/1-9: #4 is open and not recognised as refit's own"],
        ),
        (
            "two are open",
            &one,
            world(there, vec![pull(4, Open, 0, 3, 1), pull(5, Open, 0, 3, 1)]),
            &["close #5: #4 is open for the same branch"],
        ),
    ];
    for (name, desired, observed, expected) in table {
        assert_eq!(said(&decide(desired, observed, None)), *expected, "{name}");
    }
}

fn any_desired() -> impl Strategy<Value = Vec<Desired>> {
    let unit = |unit: usize| {
        prop::option::of((3..5_u8, 0..2_u8).prop_map(move |(line, v)| desired(unit, line, v)))
    };
    (unit(0), unit(1), unit(2)).prop_map(|(a, b, c)| [a, b, c].into_iter().flatten().collect())
}

fn any_world() -> impl Strategy<Value = Observed> {
    let branch = (0..3_usize, 3..5_u8, any::<bool>(), 0..3_u8, 0..80_u8);
    let branches = prop::collection::vec(branch, 0..6).prop_map(|branches| {
        let mut seen_branches = BTreeMap::new();
        for (unit, line, back, whose, tip) in branches {
            let name = if back { way_back(unit, line) } else { head(unit, line) };
            let owner = (whose > 0).then_some(unit);
            seen_branches.insert(name, seen(owner, oid(tip)));
        }
        seen_branches
    });
    let one = (0..3_usize, 3..5_u8, 0..2_u8, 0..3_usize, 0..6_u8);
    let pulls = prop::collection::vec(one, 0..6).prop_map(|pulls| {
        let states = [PullState::Open, PullState::Closed, PullState::Merged];
        let made =
            pulls.into_iter().enumerate().map(|(index, (unit, line, version, state, mood))| {
                let mut pull = pull(index as u64 + 1, states[state], unit, line, version);
                match mood {
                    0 => pull.body = "edited by a person".to_owned(),
                    1 => pull.body = crate::forge::body::closed(&pull.body, "x", 65_536),
                    2 => pull.title = "Renamed by a person".to_owned(),
                    3 => pull.base = "develop".to_owned(),
                    _ => {}
                }
                pull
            });
        made.collect::<Vec<_>>()
    });
    let undecided = prop::collection::btree_set(0..3_usize, 0..2);
    (branches, pulls, undecided).prop_map(|(branches, pulls, undecided)| Observed {
        branches,
        pulls,
        undecided: undecided.into_iter().map(|unit| UNITS[unit].to_owned()).collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn once_is_enough_and_a_kill_changes_nothing(
        desired in any_desired(),
        start in any_world(),
        limit in prop::option::of(0..3_usize),
    ) {
        // A head with an open pull request exists, as on a forge.
        let mut start = start;
        let dead = |pull: &Pull| {
            pull.state == PullState::Open && !start.branches.contains_key(&pull.head)
        };
        let dead: Vec<u64> = start.pulls.iter().filter(|pull| dead(pull)).map(|p| p.number).collect();
        start.pulls.retain(|pull| !dead.contains(&pull.number));

        let first = decide(&desired, &start, limit);
        let mut end = start.clone();
        for action in &first.actions {
            end.apply(action);
        }
        prop_assert_eq!(&decide(&desired, &end, limit).actions, &[]);

        for killed_after in 0..first.actions.len() {
            let mut world = start.clone();
            for action in first.actions.iter().take(killed_after) {
                world.apply(action);
            }
            for action in &decide(&desired, &world, limit).actions {
                world.apply(action);
            }
            prop_assert_eq!(&world, &end, "killed after {}", killed_after);
        }

        let opened = first.actions.iter().filter(|a| matches!(a, Action::Open { .. })).count();
        prop_assert!(limit.is_none_or(|limit| opened <= limit));

        // What a person made stays.
        for (branch, seen) in &start.branches {
            if seen.foreign.is_some() {
                prop_assert_eq!(end.branches.get(branch), Some(seen));
            }
        }
        for wanted in &desired {
            let proposal = wanted.proposal.as_ref().unwrap();
            let open = end.pulls.iter().filter(|pull| {
                pull.state == PullState::Open && pull.head == proposal.request.head
            });
            let left = first.left.iter().any(|left| left.unit.as_ref() == Some(&wanted.unit));
            prop_assert!(left || open.count() <= 1);
            let tips = wanted.branches.iter().all(|tip| {
                end.branches.get(&tip.branch).is_some_and(|seen| seen.tip == tip.tip)
            });
            prop_assert!(left || tips, "{} is neither there nor told of", wanted.unit);
        }
    }
}
