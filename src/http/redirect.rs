//! Where a redirect may lead, and what goes with it.
//!
//! Redirects are followed by hand because the target is the server's choice: a credential that
//! was meant for one origin must not reach another, an encrypted conversation must not go on in
//! the clear, and a public host must not make this program ask the machine it runs on.

use super::message::{Reply, Request};
use super::{Error, Url};
use ::http::Method;
use ::http::header::{ACCEPT, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION};

/// Decides where a reply redirects to, if it does and may be followed.
pub(super) fn target(request: &Request, reply: &Reply) -> Result<Option<Url>, Error> {
    let reads = matches!(request.method, Method::GET | Method::HEAD);
    // 301 to 303 turn other methods into GET, which is never what was meant.
    let follows = match reply.status.as_u16() {
        301..=303 => reads,
        307 | 308 => true,
        _ => false,
    };
    let location = reply.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let (true, Some(location)) = (follows, location) else { return Ok(None) };
    let refused = |reason: String| Error::Redirect { url: request.url.clone(), reason };
    let (target, _) =
        request.url.join(location).map_err(|error| refused(error.to_string()))?.without_user();
    if request.url.is_https() && !target.is_https() {
        return Err(refused(format!("it leads from https to {target}")));
    }
    if target.is_local_literal() && !request.url.is_local_literal() {
        return Err(refused(format!("it leads to this machine or its link, {target}")));
    }
    if !reads && !target.same_origin(&request.url) {
        return Err(refused(format!("it would send a {} to {target}", request.method)));
    }
    Ok(Some(target))
}

/// Turns a request to its new address, and leaves behind what was meant for the old one alone.
pub(super) fn follow(request: &mut Request, target: Url) {
    if !target.same_origin(&request.url) {
        // What is understood, and what is held already, may be said to anyone.
        request.headers = [ACCEPT, IF_NONE_MATCH, IF_MODIFIED_SINCE]
            .into_iter()
            .filter_map(|name| request.headers.get(&name).cloned().map(|value| (name, value)))
            .collect();
    }
    request.url = target;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Secret;
    use ::http::{HeaderMap, HeaderValue, StatusCode};
    use futures::StreamExt;

    fn answer(status: u16, location: &str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        let body = futures::stream::empty().boxed();
        Reply { status: StatusCode::from_u16(status).unwrap(), headers, body }
    }

    #[test]
    fn leads_only_where_it_may() {
        let read = Method::GET;
        let post = Method::POST;
        for (method, from, status, location, expected) in [
            (&read, "https://e.org/a/b", 307, "../c", Ok(Some("https://e.org/c"))),
            (&read, "https://e.org/a", 302, "//cdn.org/x", Ok(Some("https://cdn.org/x"))),
            (&read, "http://e.org/a", 301, "https://e.org/a", Ok(Some("https://e.org/a"))),
            (&read, "https://e.org/a", 303, "https://u:p@cdn.org/x", Ok(Some("https://cdn.org/x"))),
            (&read, "https://e.org/a", 200, "/b", Ok(None)),
            (&read, "https://e.org/a", 304, "/b", Ok(None)),
            (&read, "https://e.org/a", 307, "http://e.org/a", Err("from https to")),
            (&read, "https://e.org/a", 307, "file:///etc/passwd", Err("scheme")),
            (&read, "https://e.org/a", 307, "https://", Err("no http or https address")),
            (&read, "https://e.org/a", 307, "https://127.0.0.1/", Err("this machine")),
            (&read, "http://e.org/a", 307, "http://localhost:8080/", Err("this machine")),
            (&read, "http://e.org/a", 307, "http://169.254.169.254/latest", Err("this machine")),
            (
                &read,
                "http://127.0.0.1:1/",
                307,
                "http://127.0.0.1:2/",
                Ok(Some("http://127.0.0.1:2/")),
            ),
            (&post, "https://e.org/a", 302, "/b", Ok(None)),
            (&post, "https://e.org/a", 307, "/b", Ok(Some("https://e.org/b"))),
            (&post, "https://e.org/a", 307, "https://f.org/", Err("would send a POST")),
        ] {
            let request = Request::new(method.clone(), Url::parse(from).unwrap());
            let got = target(&request, &answer(status, location));
            match (got, expected) {
                (Ok(got), Ok(expected)) => {
                    assert_eq!(got.as_ref().map(Url::expose), expected, "{from} → {location}");
                }
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (got, _) => panic!("{from} → {location}: {got:?}"),
            }
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let request = || {
            Request::get(Url::parse("https://e.org/a").unwrap())
                .accept("text/plain")
                .bearer(&Secret::new("t"))
                .header(::http::header::COOKIE, "a=b")
        };
        let mut same = request();
        follow(&mut same, Url::parse("https://e.org/b").unwrap());
        assert_eq!(same.headers.len(), 3);
        for other in ["https://f.org/b", "https://e.org:8443/b", "https://sub.e.org/b"] {
            let mut request = request();
            follow(&mut request, Url::parse(other).unwrap());
            let left: Vec<&str> = request.headers.keys().map(::http::HeaderName::as_str).collect();
            assert_eq!(left, ["accept"], "{other}");
        }
    }
}
