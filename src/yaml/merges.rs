//! Merge keys (`<<`), as YAML 1.1 defines them: which mappings one takes entries from.
//!
//! The value of a merge key is a mapping, an alias of one, or a list of such; those may have merge
//! keys of their own. The walk visits each mapping once, so that mappings that merge each other
//! end, and the cost of many is their number and not the number of ways to them.

use std::collections::HashSet;

use super::index::Id;
use super::node::Node;

/// The mappings that merge keys bring into one, in order of precedence, each once.
pub(super) struct Merges<'a> {
    /// What is still to be looked at, last first.
    pending: Vec<Node<'a>>,
    seen: HashSet<Id>,
}

impl<'a> Merges<'a> {
    /// Begins with the merge keys of a mapping.
    pub(super) fn of(node: Node<'a>) -> Self {
        let node = node.target();
        let mut merges = Self { pending: Vec::new(), seen: HashSet::new() };
        merges.queue(node);
        // Most mappings merge nothing; those cost no memory here.
        if !merges.pending.is_empty() {
            merges.seen.insert(node.id());
        }
        merges
    }

    /// Returns the next mapping that is merged in.
    pub(super) fn next(&mut self) -> Option<Node<'a>> {
        while let Some(node) = self.pending.pop() {
            let node = node.target();
            if !self.seen.insert(node.id()) {
                continue;
            }
            if node.is_sequence() {
                let from = self.pending.len();
                self.pending.extend(node.items());
                if let Some(added) = self.pending.get_mut(from..) {
                    added.reverse();
                }
                continue;
            }
            self.queue(node);
            return Some(node);
        }
        None
    }

    /// Queues the values of a mapping's merge keys, the first to be looked at first.
    fn queue(&mut self, node: Node<'a>) {
        let from = self.pending.len();
        let values = node.pairs().filter(|(key, _)| key.is_merge_key()).map(|(_, value)| value);
        self.pending.extend(values);
        if let Some(added) = self.pending.get_mut(from..) {
            added.reverse();
        }
    }
}
