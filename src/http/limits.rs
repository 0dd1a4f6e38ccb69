//! A body that ends in time and in size, whatever the server does.

use super::message::Body;
use super::{Error, Url};
use futures::StreamExt;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// Passes a body on until it exceeds its limit, or the deadline, or says nothing for too long.
/// The place among the host's requests is given back when the body ends.
pub(super) fn within(
    body: Body,
    url: &Url,
    limit: u64,
    deadline: Instant,
    idle: Duration,
    place: Option<OwnedSemaphorePermit>,
) -> Body {
    let started = Instant::now();
    let state = (body, limit, place, url.clone());
    futures::stream::try_unfold(state, move |(mut body, left, place, url)| async move {
        let until = deadline.min(Instant::now() + idle);
        let Ok(next) = tokio::time::timeout_at(until.into(), body.next()).await else {
            return Err(Error::Timeout { url, after: started.elapsed() });
        };
        let Some(chunk) = next.transpose()? else { return Ok(None) };
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let Some(left) = left.checked_sub(length) else {
            return Err(Error::TooLarge { url, limit });
        };
        Ok(Some((chunk, (body, left, place, url))))
    })
    .boxed()
}
