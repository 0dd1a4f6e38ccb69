//! In which order releases are upgraded, and in which they are taken back.
//!
//! What a release depends on is upgraded before it: by its own `dependsOn`, and by that of the Flux
//! Kustomizations that apply it. Where these leave the choice, what the rest stands on comes first:
//! the platform, then the data, then the services. The way back is the same order from its end, so
//! that nothing runs on an older version than it was made for. Releases that depend on each other
//! in a circle are never ready in Flux; the circle is said, and its members keep their places.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::flux::{Inventory, ObjectName, Package, Release};
use crate::policy::Policies;

/// What a release is to the others.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// It delivers what the others run on: the network, storage, secrets, Flux itself.
    Platform,
    /// It is a datastore.
    Data,
    /// All else.
    Services,
}

impl Layer {
    /// Returns the word, `platform`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Data => "data",
            Self::Services => "services",
        }
    }
}

/// The place of each release in the order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    ranks: BTreeMap<ObjectName, Rank>,
    /// The circles, each with the releases that depend on each other in it, by name.
    pub cycles: Vec<Vec<ObjectName>>,
}

/// The place of one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rank {
    /// What it is to the others.
    pub layer: Layer,
    /// How many releases stand one upon the other below it, 0 where it depends on none.
    pub depth: usize,
    /// Its place among all releases, from 0.
    pub place: usize,
    /// All that must be ready before it.
    pub needs: BTreeSet<ObjectName>,
}

/// Finds the order of the releases of a repository.
#[must_use]
pub fn order(inventory: &Inventory, policies: &Policies) -> Order {
    let mut layers: BTreeMap<&ObjectName, Layer> = BTreeMap::new();
    for release in &inventory.releases {
        let layer = layer(release, inventory, policies);
        let known = layers.entry(&release.id).or_insert(layer);
        *known = layer.min(*known);
    }
    let needs = closure(&edges(inventory));
    let in_circle = |a: &ObjectName, b: &ObjectName| {
        needs.get(a).is_some_and(|n| n.contains(b)) && needs.get(b).is_some_and(|n| n.contains(a))
    };
    let mut cycles: Vec<Vec<ObjectName>> = Vec::new();
    for name in layers.keys().filter(|name| in_circle(name, name)) {
        if !cycles.iter().flatten().any(|known| known == *name) {
            let members = layers.keys().filter(|other| in_circle(name, other));
            cycles.push(members.map(|other| (*other).clone()).collect());
        }
    }
    let mut ranks: BTreeMap<ObjectName, Rank> = BTreeMap::new();
    let mut waiting: BTreeSet<(Layer, &ObjectName)> =
        layers.iter().map(|(name, layer)| (*layer, *name)).collect();
    while !waiting.is_empty() {
        // Of a circle each member may come first; what all of them need may not.
        let is_ready = |(_, name): &&(Layer, &ObjectName)| {
            let mut needed = needs.get(*name).into_iter().flatten();
            needed.all(|other| ranks.contains_key(other) || in_circle(name, other))
        };
        let Some(&next) = waiting.iter().find(is_ready) else { break };
        waiting.remove(&next);
        let (layer, name) = next;
        let mut all = needs.get(name).cloned().unwrap_or_default();
        all.remove(name);
        let below = all.iter().filter(|other| !in_circle(name, other));
        let depth = below.filter_map(|other| ranks.get(other)).map(|rank| rank.depth + 1);
        let depth = depth.max().unwrap_or_default();
        let place = ranks.len();
        ranks.insert(name.clone(), Rank { layer, depth, place, needs: all });
    }
    Order { ranks, cycles }
}

impl Order {
    /// Returns the place of a release.
    #[must_use]
    pub fn rank(&self, release: &ObjectName) -> Option<&Rank> {
        self.ranks.get(release)
    }

    /// Puts releases into the order in which they are upgraded; those that are not known come last.
    #[must_use]
    pub fn forward<'n>(&self, among: impl IntoIterator<Item = &'n ObjectName>) -> Vec<ObjectName> {
        let mut names: Vec<ObjectName> = among.into_iter().cloned().collect();
        names.sort_by_key(|name| {
            let place = self.rank(name).map_or(usize::MAX, |rank| rank.place);
            (place, name.clone())
        });
        names.dedup();
        names
    }

    /// Puts releases into the order in which they are taken back.
    #[must_use]
    pub fn backward<'n>(&self, among: impl IntoIterator<Item = &'n ObjectName>) -> Vec<ObjectName> {
        let mut names = self.forward(among);
        names.reverse();
        names
    }

    /// Lists which of `among` must be upgraded before a release, in order.
    #[must_use]
    pub fn before(&self, release: &ObjectName, among: &[ObjectName]) -> Vec<ObjectName> {
        let Some(rank) = self.rank(release) else { return Vec::new() };
        self.forward(among.iter().filter(|other| rank.needs.contains(other)))
    }

    /// Lists which of `among` must wait for a release, in order.
    #[must_use]
    pub fn after(&self, release: &ObjectName, among: &[ObjectName]) -> Vec<ObjectName> {
        let waits =
            |other: &&ObjectName| self.rank(other).is_some_and(|rank| rank.needs.contains(release));
        self.forward(among.iter().filter(waits))
    }
}

/// Says what a release is to the others.
fn layer(release: &Release, inventory: &Inventory, policies: &Policies) -> Layer {
    let pins = inventory.pins.iter().filter(|pin| release.pins.contains(&pin.id));
    let images: Vec<&str> = pins
        .filter_map(|pin| match &pin.package {
            Package::Image(repository) => Some(repository.path.as_str()),
            _ => None,
        })
        .collect();
    let chart = release.chart.name.as_deref();
    if policies.delivers(chart, images.iter().copied()).is_some() {
        return Layer::Platform;
    }
    // An application that brings a cache along is no datastore.
    let engine = |path: &&str| policies.datastore_of_image(path).is_some();
    if !images.is_empty() && images.iter().all(engine) { Layer::Data } else { Layer::Services }
}

type Edges = BTreeMap<ObjectName, BTreeSet<ObjectName>>;

/// Lists what each release depends on directly.
fn edges(inventory: &Inventory) -> Edges {
    let known: BTreeSet<&ObjectName> = inventory.releases.iter().map(|r| &r.id).collect();
    let mut by_kustomization: BTreeMap<_, Vec<&ObjectName>> = BTreeMap::new();
    for release in &inventory.releases {
        for by in &release.applied_by {
            by_kustomization.entry(&by.position).or_default().push(&release.id);
        }
    }
    let mut edges = Edges::new();
    for release in &inventory.releases {
        let own = release.depends_on.iter().filter(|name| known.contains(name));
        let needed = release.applied_by.iter().flat_map(|by| &by.needs);
        let through = needed.filter_map(|position| by_kustomization.get(position)).flatten();
        let through = through.copied().filter(|name| **name != release.id);
        edges.entry(release.id.clone()).or_default().extend(own.chain(through).cloned());
    }
    edges
}

/// Adds what is depended on through others; a release that is reached again from itself has itself
/// among them.
fn closure(edges: &Edges) -> Edges {
    let all = edges.iter().map(|(name, direct)| {
        let mut found: BTreeSet<ObjectName> = BTreeSet::new();
        let mut waiting: Vec<&ObjectName> = direct.iter().collect();
        while let Some(next) = waiting.pop() {
            if found.insert(next.clone()) {
                waiting.extend(edges.get(next).into_iter().flatten());
            }
        }
        (name.clone(), found)
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flux::discover;
    use crate::policy;
    use crate::tree::MemoryTree;

    const CHART: &str = "chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: x}}}";

    fn release(name: &str, needs: &[&str], image: &str) -> String {
        let needs: Vec<String> = needs.iter().map(|name| format!("{{name: {name}}}")).collect();
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: a}}\nspec:\n  \
             {CHART}\n  dependsOn: [{}]\n  values: {{image: {{repository: {image}, tag: 1.0.0}}}}\n",
            needs.join(", ")
        )
    }

    fn ordered(files: &[(&str, &str)]) -> Order {
        let tree = MemoryTree::of(files.iter().copied()).unwrap();
        let (policies, _) = policy::builtin();
        order(&discover(&tree, &policies, &|_| true).unwrap(), &policies)
    }

    fn names(list: &[ObjectName]) -> String {
        list.iter().map(|name| name.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn name(name: &str) -> ObjectName {
        ObjectName::new(Some("a"), name)
    }

    #[test]
    fn what_is_depended_on_comes_first_and_goes_back_last() {
        let order = ordered(&[
            ("a.yaml", &release("app", &["db", "gateway"], "acme/app")),
            ("b.yaml", &release("db", &[], "postgres")),
            ("c.yaml", &release("gateway", &["secrets"], "acme/gateway")),
            ("d.yaml", &release("secrets", &["unknown"], "external-secrets/external-secrets")),
            ("e.yaml", &release("alone", &[], "acme/alone")),
        ]);
        let all = ["app", "db", "gateway", "secrets", "alone"].map(name);
        assert_eq!(names(&order.forward(&all)), "secrets db alone gateway app");
        assert_eq!(names(&order.backward(&all)), "app gateway alone db secrets");
        let found: Vec<_> = all
            .iter()
            .map(|name| order.rank(name).unwrap())
            .map(|rank| (rank.layer.as_str(), rank.depth))
            .collect();
        let expected =
            [("services", 2), ("data", 0), ("services", 1), ("platform", 0), ("services", 0)];
        assert_eq!(found, expected);
        // Only what is upgraded as well is named, also through one that is not.
        let some = ["app", "secrets", "alone"].map(name);
        assert_eq!(names(&order.before(&name("app"), &some)), "secrets");
        assert_eq!(names(&order.after(&name("secrets"), &some)), "app");
        assert_eq!(names(&order.after(&name("app"), &some)), "");
        assert_eq!(order.cycles, Vec::<Vec<ObjectName>>::new());
    }

    #[test]
    fn circles_are_said_and_what_they_need_still_comes_first() {
        let order = ordered(&[
            ("a.yaml", &release("a", &["b"], "acme/a")),
            ("b.yaml", &release("b", &["c"], "acme/b")),
            ("c.yaml", &release("c", &["a", "z"], "acme/c")),
            ("d.yaml", &release("self", &["self"], "acme/d")),
            ("e.yaml", &release("y", &["b"], "acme/y")),
            ("f.yaml", &release("z", &[], "acme/z")),
        ]);
        let cycles: Vec<String> = order.cycles.iter().map(|cycle| names(cycle)).collect();
        assert_eq!(cycles, ["a b c", "self"]);
        let all = ["a", "b", "c", "self", "y", "z"].map(name);
        assert_eq!(names(&order.forward(&all)), "self z a b c y");
        assert_eq!(names(&order.before(&name("y"), &all)), "z a b c");
    }

    #[test]
    fn kustomizations_give_an_order_through_ones_that_hold_no_release() {
        let flux = |name: &str, path: &str, needs: &str| {
            format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  \
                 path: ./{path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n  dependsOn: [{needs}]\n"
            )
        };
        let order = ordered(&[
            ("apps/a/app.yaml", &release("app", &[], "acme/app")),
            ("apps/b/zzz.yaml", &release("zzz", &[], "acme/zzz")),
            ("apps/c/claim.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"),
            ("flux/a.yaml", &flux("a", "apps/a", "{name: c}")),
            ("flux/b.yaml", &flux("b", "apps/b", "")),
            ("flux/c.yaml", &flux("c", "apps/c", "{name: b}")),
            ("other/b.yaml", &flux("b", "nothing", "{name: a}")),
            ("cluster.yaml", &flux("flux", "flux", "")),
            ("second.yaml", &flux("other", "other", "")),
        ]);
        assert_eq!(names(&order.forward(&[name("app"), name("zzz")])), "zzz app");
        assert_eq!(names(&order.before(&name("app"), &[name("zzz")])), "zzz");
        assert_eq!(order.cycles, Vec::<Vec<ObjectName>>::new());
    }
}
