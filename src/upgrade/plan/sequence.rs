//! The order of plans: which upgrade lands before which, and is taken back after it.
//!
//! An upgrade comes after those of the releases that its own stand on. Two that share a release have
//! no order among them, and neither have two that stand on each other: Flux would never get them
//! ready either. Everything else keeps the order of the inventory.

use std::collections::{BTreeMap, BTreeSet};

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
            let needed = plan.releases.iter().flat_map(|release| order.needs(release));
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
            let through = |other: &usize| {
                needed.iter().any(|next| before.get(*next).is_some_and(|set| set.contains(other)))
            };
            let nearest = needed.iter().filter(|other| !through(other));
            let after =
                nearest.filter_map(|other| plans.get(*other)).map(|other| other.unit.clone());
            Turn { layer: ranks.map(|rank| rank.layer).min(), after: after.collect() }
        })
        .collect();
    let mut left: Vec<(usize, Plan)> = plans.drain(..).enumerate().collect();
    for ((_, plan), turn) in left.iter_mut().zip(turns) {
        plan.turn = turn;
    }
    let mut waiting: BTreeSet<usize> = left.iter().map(|(index, _)| *index).collect();
    while !left.is_empty() {
        let is_next = |(index, _): &(usize, Plan)| {
            before.get(*index).is_none_or(|needed| needed.is_disjoint(&waiting))
        };
        // Longer circles, through units of several releases, are cut where they begin.
        let next = left.iter().position(is_next).unwrap_or_default();
        let (index, plan) = left.remove(next);
        waiting.remove(&index);
        plans.push(plan);
    }
}

fn share_a_release(plan: &Plan, other: Option<&Plan>) -> bool {
    let shares =
        |other: &Plan| plan.releases.iter().any(|release| other.releases.contains(release));
    other.is_none_or(shares)
}
