//! The client as a tower service, for libraries that bring their own requests.
//!
//! octocrab speaks to GitHub through any `tower::Service`. Given this one, its requests pass the
//! program's own client: they are counted, paced, repeated, recorded and replayed like all others.
//! octocrab is built without a client of its own, so there is no second way out.

use super::{Client, Error, Keep, Request, Url};
use ::http::header::HOST;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use std::task::{Context, Poll};

/// A tower service over a [`Client`].
///
/// Request bodies are read whole before they are sent, so that they can be sent again. The
/// requests' addresses must be absolute; in octocrab a `BaseUriLayer` sees to that.
#[derive(Clone)]
pub struct TowerService {
    client: Client,
}

/// Lends a client to a library that wants a tower service.
#[must_use]
pub fn tower_service(client: Client) -> TowerService {
    TowerService { client }
}

impl<B> tower::Service<::http::Request<B>> for TowerService
where
    B: BodyExt<Data = Bytes> + Send + 'static,
    B::Error: std::fmt::Display,
{
    type Response = ::http::Response<Full<Bytes>>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Self::Response, Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // The client has its own places per host; a service that is not ready would hold back
        // requests to other hosts as well.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: ::http::Request<B>) -> Self::Future {
        let client = self.client.clone();
        async move {
            let (head, body) = request.into_parts();
            let wrong = |reason: String| Error::Settings { what: "a request".to_owned(), reason };
            let url =
                Url::parse(&head.uri.to_string()).map_err(|error| wrong(error.to_string()))?;
            let body = body.collect().await.map_err(|error| wrong(error.to_string()))?.to_bytes();
            let mut asked = Request::new(head.method, url).keep(Keep::Revalidate);
            for (name, value) in &head.headers {
                // The connection names its host itself.
                if name != HOST {
                    asked.headers.append(name, value.clone());
                }
            }
            asked.body = body;
            let answer = client.send(asked).await?;
            let mut response = ::http::Response::new(Full::new(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Settings, Source};
    use octocrab::service::middleware::base_uri::BaseUriLayer;
    use octocrab::{AuthState, OctocrabBuilder};

    #[tokio::test]
    async fn octocrab_reads_through_it() {
        let folder = tempfile::tempdir().unwrap();
        let releases = folder.path().join("api.github.com/repos/acme/app/releases");
        std::fs::create_dir_all(&releases).unwrap();
        std::fs::write(releases.join("latest.json"), "{\"tag_name\": \"v3.0.0\"}").unwrap();
        let settings =
            Settings { source: Source::Replay(folder.path().to_owned()), ..Settings::default() };
        let client = Client::new(settings).unwrap();
        let octocrab = OctocrabBuilder::new_empty()
            .with_service(tower_service(client.clone()))
            .with_layer(&BaseUriLayer::new(::http::Uri::from_static("https://api.github.com")))
            .with_auth(AuthState::None)
            .build()
            .unwrap();

        let path = "/repos/acme/app/releases/latest";
        let release: serde_json::Value = octocrab.get(path, None::<&()>).await.unwrap();
        assert_eq!(release, serde_json::json!({"tag_name": "v3.0.0"}));
        let missing: Result<serde_json::Value, _> = octocrab.get("/missing", None::<&()>).await;
        assert!(missing.is_err());
        assert_eq!(client.requests().by_host.get("api.github.com"), Some(&2));
    }
}
