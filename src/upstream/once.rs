//! The same question is asked once a run.
//!
//! Whoever asks first does the work; whoever asks meanwhile waits for the same answer; whoever
//! asks later gets it at once. If the first one goes away, the next in line takes over. Failures
//! are remembered like answers: a registry that was down for one release is down for the next
//! forty, and `http` has tried often enough.

use super::error::Error;
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Questions, each with one answer or one failure.
pub(super) type Answers<Q, T> = Once<Q, Result<T, Error>>;

/// Answers by question.
pub(super) struct Once<Q, A>(Mutex<HashMap<Q, Arc<OnceCell<A>>>>);

impl<Q, A> Default for Once<Q, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Eq + Hash, A: Clone> Once<Q, A> {
    /// Returns the answer to a question, asking if nobody has asked yet.
    pub(super) async fn get(&self, question: Q, ask: impl Future<Output = A>) -> A {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(question).or_default())
        };
        cell.get_or_init(|| ask).await.clone()
    }

    /// Returns the answer to a question if it is there already.
    pub(super) fn peek(&self, question: &Q) -> Option<A> {
        let cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.get(question).and_then(|cell| cell.get().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn asks_once() {
        let once: Once<&str, usize> = Once::default();
        let asked = AtomicUsize::new(0);
        let ask = || async {
            tokio::task::yield_now().await;
            asked.fetch_add(1, Ordering::Relaxed)
        };
        assert_eq!(once.peek(&"a"), None);
        let (first, second) = tokio::join!(once.get("a", ask()), once.get("a", ask()));
        assert_eq!((first, second, once.get("a", ask()).await), (0, 0, 0));
        assert_eq!(once.get("b", ask()).await, 1);
        assert_eq!(once.peek(&"a"), Some(0));
    }

    #[tokio::test]
    async fn the_next_in_line_takes_over() {
        let once: Once<&str, usize> = Once::default();
        let gone = once.get("a", std::future::pending());
        let brief = std::time::Duration::from_millis(1);
        assert!(tokio::time::timeout(brief, gone).await.is_err());
        assert_eq!(once.get("a", async { 7 }).await, 7);
    }
}
