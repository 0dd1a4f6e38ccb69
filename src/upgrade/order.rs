//! In which order releases are upgraded, and in which they are taken back.
//!
//! What a release depends on is upgraded before it: by its own `dependsOn`, and by that of the Flux
//! Kustomizations that apply it. Where these leave the choice, what the rest stands on comes first:
//! the platform, then the data, then the services. The way back is the same order from its end, so
//! that nothing runs on an older version than it was made for. Releases that depend on each other
//! in a circle are never ready in Flux; the circle is said, and its members keep their places.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::Direction;
use petgraph::algo::condensation;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Position;
use crate::flux::{Inventory, ObjectName, Package, Pin, Release};
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
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Edges lead to what is needed.
    graph: DiGraph<Node, ()>,
    nodes: BTreeMap<ObjectName, NodeIndex>,
    ranks: BTreeMap<ObjectName, Rank>,
    /// The circles, each with the releases that depend on each other in it, by name.
    pub cycles: Vec<Vec<ObjectName>>,
}

/// What an order is made of.
#[derive(Debug, Clone)]
enum Node {
    Release(ObjectName, Layer),
    /// The releases that a Kustomization applies: whoever needs it needs all of them.
    Kustomization,
}

impl Node {
    fn release(&self) -> Option<(Layer, &ObjectName)> {
        match self {
            Self::Release(name, layer) => Some((*layer, name)),
            Self::Kustomization => None,
        }
    }
}

/// The place of one release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rank {
    /// What it is to the others.
    pub layer: Layer,
    /// How many releases stand one upon the other below it, 0 where it depends on none.
    pub depth: usize,
    /// Its place among all releases, from 0.
    pub place: usize,
}

/// Finds the order of the releases of a repository.
#[must_use]
pub fn order(inventory: &Inventory, policies: &Policies) -> Order {
    let mut order = Order::default();
    let pins = inventory.pins_by_id();
    for release in &inventory.releases {
        let layer = layer(release, &pins, policies);
        let node = order.nodes.get(&release.id);
        if let Some(Node::Release(_, known)) = node.and_then(|at| order.graph.node_weight_mut(*at))
        {
            *known = layer.min(*known);
        } else {
            let node = order.graph.add_node(Node::Release(release.id.clone(), layer));
            order.nodes.insert(release.id.clone(), node);
        }
    }
    order.connect(inventory);
    order.rank_all();
    order
}

impl Order {
    /// Draws an edge from each release to what it depends on.
    fn connect(&mut self, inventory: &Inventory) {
        let Self { graph, nodes, .. } = self;
        let mut members: HashMap<&Position, BTreeSet<NodeIndex>> = HashMap::new();
        for release in &inventory.releases {
            let Some(&node) = nodes.get(&release.id) else { continue };
            for by in &release.applied_by {
                members.entry(&by.position).or_default().insert(node);
            }
        }
        let mut groups: HashMap<(&Position, Option<&Position>), NodeIndex> = HashMap::new();
        for release in &inventory.releases {
            let Some(&node) = nodes.get(&release.id) else { continue };
            for needed in release.depends_on.iter().filter_map(|name| nodes.get(name)) {
                graph.update_edge(node, *needed, ());
            }
            let needs =
                release.applied_by.iter().flat_map(|by| by.needs.iter().map(move |n| (by, n)));
            for (by, needed) in needs {
                let Some(all) = members.get(needed) else { continue };
                // What both apply does not wait for itself, only for the others of what is needed.
                let own = all.contains(&node).then_some(&by.position);
                let group = *groups.entry((needed, own)).or_insert_with(|| {
                    let group = graph.add_node(Node::Kustomization);
                    let own = own.and_then(|own| members.get(own));
                    for member in
                        all.iter().filter(|member| own.is_none_or(|o| !o.contains(member)))
                    {
                        graph.add_edge(group, *member, ());
                    }
                    group
                });
                graph.update_edge(node, group, ());
            }
        }
    }

    /// Gives each release its place: after what it needs, and of what may come next the lowest layer
    /// first. The members of a circle may come when all that they need beyond it has its place.
    fn rank_all(&mut self) {
        let circles = condensation(self.graph.clone(), true);
        self.cycles = circles.node_weights().filter_map(|circle| self.cycle(circle)).collect();
        self.cycles.sort_unstable();
        let beyond = |circle, way| circles.neighbors_directed(circle, way);
        let mut missing: HashMap<NodeIndex, usize> = circles
            .node_indices()
            .map(|circle| (circle, beyond(circle, Direction::Outgoing).count()))
            .collect();
        let mut depths: HashMap<NodeIndex, usize> = HashMap::new();
        let mut left: HashMap<NodeIndex, usize> = HashMap::new();
        let mut ready: BTreeSet<(Option<(Layer, &ObjectName)>, NodeIndex)> = BTreeSet::new();
        let mut open: Vec<NodeIndex> =
            circles.node_indices().filter(|circle| missing.get(circle) == Some(&0)).collect();
        loop {
            for circle in open.drain(..) {
                let members = circles.node_weight(circle).into_iter().flatten();
                let new = members.filter(|node| ready.insert((node.release(), circle))).count();
                left.insert(circle, new);
            }
            let Some((release, circle)) = ready.pop_first() else { break };
            let mut depth = depths.get(&circle).copied().unwrap_or_default();
            if let Some((layer, name)) = release {
                let place = self.ranks.len();
                self.ranks.insert(name.clone(), Rank { layer, depth, place });
                depth += 1;
            }
            let left = left.entry(circle).or_default();
            *left = left.saturating_sub(1);
            if *left > 0 {
                continue;
            }
            // Its last member is a release where it has one: Kustomizations come before those.
            for waiting in beyond(circle, Direction::Incoming) {
                let known = depths.entry(waiting).or_default();
                *known = depth.max(*known);
                let missing = missing.entry(waiting).or_default();
                *missing = missing.saturating_sub(1);
                if *missing == 0 {
                    open.push(waiting);
                }
            }
        }
    }

    /// Returns the releases of a circle by name; `None` for one that goes round nowhere.
    fn cycle(&self, circle: &[Node]) -> Option<Vec<ObjectName>> {
        let mut names: Vec<&ObjectName> =
            circle.iter().filter_map(Node::release).map(|(_, name)| name).collect();
        names.sort_unstable();
        let node = self.nodes.get(*names.first()?)?;
        let round = circle.len() > 1 || self.graph.contains_edge(*node, *node);
        round.then(|| names.into_iter().cloned().collect())
    }

    /// Returns the place of a release.
    #[must_use]
    pub fn rank(&self, release: &ObjectName) -> Option<&Rank> {
        self.ranks.get(release)
    }

    /// Returns all that must be ready before a release, itself left out.
    #[must_use]
    pub fn needs(&self, release: &ObjectName) -> BTreeSet<&ObjectName> {
        self.below([release]).filter(|other| *other != release).collect()
    }

    /// Returns some releases and all that must be ready before them, each once.
    pub fn below<'n>(
        &self,
        releases: impl IntoIterator<Item = &'n ObjectName>,
    ) -> impl Iterator<Item = &ObjectName> {
        let mut walk = Dfs::empty(&self.graph);
        walk.stack =
            releases.into_iter().filter_map(|name| self.nodes.get(name)).copied().collect();
        std::iter::from_fn(move || walk.next(&self.graph))
            .filter_map(|node| self.graph.node_weight(node)?.release())
            .map(|(_, name)| name)
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
        let needed = self.needs(release);
        self.forward(among.iter().filter(|other| needed.contains(other)))
    }

    /// Lists which of `among` must wait for a release, in order.
    #[must_use]
    pub fn after(&self, release: &ObjectName, among: &[ObjectName]) -> Vec<ObjectName> {
        let others = among.iter().filter(|other| *other != release);
        self.forward(others.filter(|other| self.needs(other).contains(release)))
    }
}

/// Says what a release is to the others.
fn layer(release: &Release, pins: &HashMap<&str, &Pin>, policies: &Policies) -> Layer {
    let pins = release.pins.iter().filter_map(|id| pins.get(id.as_str()));
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

#[cfg(test)]
#[path = "order/properties.rs"]
mod properties;

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
