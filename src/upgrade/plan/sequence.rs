//! The order of plans: which upgrade lands before which, and is taken back after it.
//!
//! An upgrade comes after those of the releases that its own stand on. Two that share a release have
//! no order among them, and neither have two that stand on each other: Flux would never get them
//! ready either. Everything else keeps the order of the inventory.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Why;
use crate::flux::ObjectName;
use crate::upgrade::order::Order;
use crate::upgrade::plan_types::{Plan, Turn};

/// Says of each plan when its turn is, and sorts them by it.
pub(super) fn arrange(plans: &mut Vec<Plan>, order: &Order) {
    let mut moving: BTreeMap<&ObjectName, Vec<usize>> = BTreeMap::new();
    for (index, plan) in plans.iter().enumerate() {
        for release in &plan.releases {
            moving.entry(release).or_default().push(index);
        }
    }
    let needs: Vec<BTreeSet<usize>> = plans
        .iter()
        .map(|plan| {
            let needed = order.below(&plan.releases);
            let others = needed.filter_map(|release| moving.get(release)).flatten().copied();
            others.filter(|other| !share_a_release(plan, plans.get(*other))).collect()
        })
        .collect();
    let stands_on =
        |one: usize, other: usize| needs.get(one).is_some_and(|set| set.contains(&other));
    let before: Vec<BTreeSet<usize>> = (0..plans.len())
        .map(|one| {
            let needed = needs.get(one).into_iter().flatten().copied();
            needed.filter(|other| !stands_on(*other, one)).collect()
        })
        .collect();
    let turns: Vec<Turn> = plans
        .iter()
        .zip(&before)
        .map(|(plan, needed)| {
            let ranks = plan.releases.iter().filter_map(|release| order.rank(release));
            // What another of them comes after goes without saying.
            let through: BTreeSet<&usize> =
                needed.iter().filter_map(|next| before.get(*next)).flatten().collect();
            let nearest = needed.iter().filter(|other| !through.contains(other));
            let after =
                nearest.filter_map(|other| plans.get(*other)).map(|other| other.unit.clone());
            Turn { layer: ranks.map(|rank| rank.layer).min(), after: after.collect() }
        })
        .collect();
    for (plan, turn) in plans.iter_mut().zip(turns) {
        plan.turn = turn;
        plan.preflight.refusals.extend(circles(plan, order));
    }
    let mut left: Vec<Option<Plan>> = plans.drain(..).map(Some).collect();
    let next = |index: usize| left.get_mut(index).and_then(Option::take);
    plans.extend(in_turn(&before).into_iter().filter_map(next));
}

/// Says in which circles the releases of a plan stand.
fn circles(plan: &Plan, order: &Order) -> Vec<Why> {
    let own = |circle: &&Vec<ObjectName>| circle.iter().any(|name| plan.releases.contains(name));
    let circles = order.cycles.iter().filter(own).map(|circle| {
        let names: Vec<String> = circle.iter().map(ToString::to_string).collect();
        let message = format!(
            "{} depend on each other in a circle, by their own `dependsOn` or that of the Kustomizations that apply them: whichever waits is never ready, so no stage is seen to land; take one `dependsOn` away",
            names.join(", ")
        );
        Why::new("depends-in-circle", message)
    });
    circles.collect()
}

/// Puts indices into an order in which each comes after those that it has to, the lowest that may
/// come next first.
fn in_turn(before: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    let mut waiting_for: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    for (index, needed) in before.iter().enumerate() {
        for other in needed {
            if let Some(waiting) = waiting_for.get_mut(*other) {
                waiting.push(index);
            }
        }
    }
    let mut left: BTreeSet<usize> = (0..before.len()).collect();
    let mut ready: BTreeSet<usize> =
        missing.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| at).collect();
    let mut turns = Vec::with_capacity(before.len());
    // Longer circles, through units of several releases, are cut where they begin.
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        turns.push(next);
        for waiting in waiting_for.get(next).into_iter().flatten() {
            let Some(count) = missing.get_mut(*waiting) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 && left.contains(waiting) {
                ready.insert(*waiting);
            }
        }
    }
    turns
}

fn share_a_release(plan: &Plan, other: Option<&Plan>) -> bool {
    let shares =
        |other: &Plan| plan.releases.iter().any(|release| other.releases.contains(release));
    other.is_none_or(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flux::{SourceKind, discover};
    use crate::policy;
    use crate::tree::MemoryTree;
    use crate::upgrade::order::order;
    use crate::upgrade::plan_types::Unit;

    #[test]
    fn each_comes_after_what_it_has_to_and_circles_are_cut_at_their_first() {
        let table: &[(&[&[usize]], &[usize])] = &[
            (&[], &[]),
            (&[&[], &[], &[]], &[0, 1, 2]),
            (&[&[2], &[], &[]], &[1, 2, 0]),
            (&[&[1], &[2], &[]], &[2, 1, 0]),
            (&[&[1], &[2], &[0], &[]], &[3, 0, 2, 1]),
            (&[&[3], &[2], &[1], &[]], &[3, 0, 1, 2]),
        ];
        for (before, expected) in table {
            let sets: Vec<BTreeSet<usize>> =
                before.iter().map(|needed| needed.iter().copied().collect()).collect();
            assert_eq!(in_turn(&sets), *expected, "{before:?}");
        }
    }

    fn name(name: &str) -> ObjectName {
        ObjectName::new(Some("a"), name)
    }

    /// A unit, and the releases that it touches.
    type Touching<'t> = (Unit, &'t [&'t str]);

    /// Arranges units of releases of a repository, and says of each after which it comes.
    fn arranged(releases: &[(&str, &str)], units: &[Touching<'_>]) -> Vec<String> {
        let files = releases.iter().map(|(name, needs)| {
            let text = format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: a}}\nspec:\n  \
                 chart: {{spec: {{chart: x, sourceRef: {{kind: HelmRepository, name: x}}}}}}\n  dependsOn: [{needs}]\n"
            );
            (format!("{name}.yaml"), text)
        });
        let files: Vec<_> = files.collect();
        let tree = MemoryTree::of(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let (policies, _) = policy::builtin();
        let inventory = discover(&tree.unwrap(), &policies, &|_| true).unwrap();
        let plan = |(unit, touched): &Touching<'_>| {
            let touched = touched.iter().map(|release| name(release)).collect();
            Plan::by_hand(unit.clone(), "1", "2", touched)
        };
        let mut plans: Vec<Plan> = units.iter().map(plan).collect();
        arrange(&mut plans, &order(&inventory, &policies));
        let said = |plan: Plan| {
            let after: Vec<String> = plan.turn.after.iter().map(ToString::to_string).collect();
            format!("{} after [{}]", plan.unit, after.join(", ")).replace(" a/", " ")
        };
        plans.into_iter().map(said).collect()
    }

    /// What depends on what, what the units touch, and the order that they come in.
    type Row<'r> = (&'r [(&'r str, &'r str)], &'r [Touching<'r>], &'r [&'r str]);

    #[test]
    fn units_of_several_releases_come_after_what_any_of_them_stands_on() {
        let image = |of: &str| Unit::Image(name(of));
        let source = Unit::Source(SourceKind::HelmRepository, name("x"));
        let chain = [("one", "{name: two}"), ("two", "{name: three}"), ("three", "")];
        let table: &[Row<'_>] = &[
            // The nearest only, and the order of the inventory where nothing else is said.
            (
                &chain,
                &[(image("one"), &["one"]), (image("two"), &["two"]), (image("three"), &["three"])],
                &[
                    "image three after []",
                    "image two after [image three]",
                    "image one after [image two]",
                ],
            ),
            (
                &chain,
                &[(image("one"), &["one"]), (image("three"), &["three"])],
                &["image three after []", "image one after [image three]"],
            ),
            // A unit that shares a release has no order with it; one of the others has.
            (
                &chain,
                &[
                    (source.clone(), &["one", "three"]),
                    (image("one"), &["one"]),
                    (image("three"), &["three"]),
                ],
                &[
                    "source HelmRepository/a/x after []",
                    "image three after []",
                    "image one after [image three]",
                ],
            ),
            // Through its releases the source and what stands between them need each other.
            (
                &chain,
                &[(source, &["one", "three"]), (image("two"), &["two"])],
                &["source HelmRepository/a/x after []", "image two after []"],
            ),
            // A circle has no order in it, and what stands on it comes after all of it.
            (
                &[("app", "{name: b}"), ("a", "{name: b}"), ("b", "{name: a}")],
                &[(image("app"), &["app"]), (image("b"), &["b"]), (image("a"), &["a"])],
                &["image b after []", "image a after []", "image app after [image b, image a]"],
            ),
        ];
        for (releases, units, expected) in table {
            assert_eq!(arranged(releases, units), *expected);
        }
    }
}
