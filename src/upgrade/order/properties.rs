//! What holds of the order of any releases, in circles or not, applied once or twice.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::flux::{AppliedBy, discover};
use crate::policy;
use crate::tree::MemoryTree;

/// What a repository is made of: of each release what it depends on and which Kustomizations apply
/// it, and of each Kustomization which others it needs.
#[derive(Debug, Clone)]
struct Drawn {
    depends_on: Vec<Vec<usize>>,
    applied_by: Vec<Vec<usize>>,
    needs: Vec<BTreeSet<usize>>,
}

prop_compose! {
    fn drawn()(releases in 1..12_usize, kustomizations in 1..5_usize)(
        depends_on in prop::collection::vec(prop::collection::vec(0..releases, 0..3), releases),
        applied_by in prop::collection::vec(
            prop::collection::vec(0..kustomizations, 0..3), releases),
        needs in prop::collection::vec(
            prop::collection::btree_set(0..kustomizations, 0..2), kustomizations),
    ) -> Drawn {
        Drawn { depends_on, applied_by, needs }
    }
}

fn name(index: usize) -> ObjectName {
    ObjectName::new(Some("a"), &format!("r{index:05}"))
}

impl Drawn {
    /// Returns what a Kustomization needs, also through others, itself left out.
    fn needed(&self, by: usize) -> BTreeSet<usize> {
        let mut needed = BTreeSet::new();
        let mut next = vec![by];
        while let Some(one) = next.pop() {
            next.extend(self.needs[one].iter().filter(|other| needed.insert(**other)));
        }
        needed.remove(&by);
        needed
    }

    fn inventory(&self, template: &(Release, AppliedBy)) -> Inventory {
        let position = |by: usize| Position {
            line: u32::try_from(by).unwrap(),
            ..template.1.position.clone()
        };
        let kustomizations: Vec<AppliedBy> = (0..self.needs.len())
            .map(|by| AppliedBy {
                position: position(by),
                needs: self.needed(by).into_iter().map(position).collect(),
                ..template.1.clone()
            })
            .collect();
        let release = |index: usize| Release {
            id: name(index),
            depends_on: self.depends_on[index].iter().copied().map(name).collect(),
            applied_by: self.applied_by[index]
                .iter()
                .map(|by| kustomizations[*by].clone())
                .collect(),
            ..template.0.clone()
        };
        let releases = (0..self.depends_on.len()).map(release).collect();
        Inventory { releases, ..Inventory::default() }
    }

    /// Says whether one release waits for another by a rule of its own.
    fn waits(&self, one: usize, other: usize) -> bool {
        let applied = |release: usize, by: usize| self.applied_by[release].contains(&by);
        let through = |by: &usize| {
            let waits = |need: &usize| {
                applied(other, *need) && !(applied(one, *need) && applied(other, *by))
            };
            self.needed(*by).iter().any(waits)
        };
        self.depends_on[one].contains(&other) || self.applied_by[one].iter().any(through)
    }

    /// Returns all that a release reaches, itself only where it stands in a circle.
    fn reached(&self, from: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut next = vec![from];
        while let Some(one) = next.pop() {
            let found = (0..self.depends_on.len()).filter(|other| self.waits(one, *other));
            next.extend(found.filter(|other| reached.insert(*other)));
        }
        reached
    }
}

static KNOWN: LazyLock<(Policies, (Release, AppliedBy))> =
    LazyLock::new(|| (policy::builtin().0, template()));

fn template() -> (Release, AppliedBy) {
    let tree = MemoryTree::of([
        (
            "app/a.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: a}\nspec:\n  \
             chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: x}}}\n",
        ),
        (
            "k.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux-system}\nspec:\n  \
             path: ./app\n  sourceRef: {kind: GitRepository, name: flux-system}\n",
        ),
    ]);
    let (policies, _) = policy::builtin();
    let release = discover(&tree.unwrap(), &policies, &|_| true).unwrap().releases.remove(0);
    let by = release.applied_by[0].clone();
    (release, by)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn each_release_has_one_place_after_all_that_it_needs(drawn in drawn()) {
        let (policies, template) = &*KNOWN;
        let mut inventory = drawn.inventory(template);
        let order = order(&inventory, policies);
        let count = inventory.releases.len();
        let all: Vec<ObjectName> = (0..count).map(name).collect();
        let place = |index: usize| order.rank(&name(index)).unwrap().place;
        let places: BTreeSet<usize> = (0..count).map(place).collect();
        prop_assert_eq!(places, (0..count).collect::<BTreeSet<_>>());

        let reached: Vec<BTreeSet<usize>> = (0..count).map(|one| drawn.reached(one)).collect();
        for (one, reached_by_one) in reached.iter().enumerate() {
            let expected: BTreeSet<ObjectName> =
                reached_by_one.iter().filter(|other| **other != one).map(|at| name(*at)).collect();
            let needs = order.needs(&name(one));
            prop_assert_eq!(needs.into_iter().cloned().collect::<BTreeSet<_>>(), expected.clone());
            let before = order.before(&name(one), &all);
            prop_assert_eq!(&before, &order.forward(&expected));
            for other in reached_by_one.iter().filter(|other| !reached[**other].contains(&one)) {
                prop_assert!(place(*other) < place(one), "{} is not before {}", other, one);
            }
            for other in &before {
                prop_assert!(order.after(other, &all).contains(&name(one)));
            }
        }

        let in_circles: BTreeSet<&ObjectName> = order.cycles.iter().flatten().collect();
        let round: Vec<ObjectName> =
            (0..count).filter(|one| reached[*one].contains(one)).map(name).collect();
        prop_assert_eq!(in_circles, round.iter().collect::<BTreeSet<_>>());
        for circle in &order.cycles {
            let at: Vec<usize> = (0..count).filter(|one| circle.contains(&name(*one))).collect();
            prop_assert!(at.iter().all(|one| at.iter().all(|other| reached[*one].contains(other))));
        }

        inventory.releases.reverse();
        let reversed = super::order(&inventory, policies);
        prop_assert_eq!(reversed.forward(&all), order.forward(&all));
    }
}

#[test]
fn what_two_kustomizations_apply_waits_only_for_the_others() {
    let drawn = Drawn {
        depends_on: vec![Vec::new(); 4],
        // Two in both, one in each alone.
        applied_by: vec![vec![0, 1], vec![0, 1], vec![0], vec![1]],
        needs: vec![BTreeSet::from([1]), BTreeSet::new()],
    };
    let (policies, template) = &*KNOWN;
    let order = order(&drawn.inventory(template), policies);
    let needs = |index| order.needs(&name(index)).into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(needs(0), [name(3)]);
    assert_eq!(needs(1), [name(3)]);
    assert_eq!(needs(2), [name(0), name(1), name(3)]);
    assert_eq!(order.cycles, Vec::<Vec<ObjectName>>::new());
}
