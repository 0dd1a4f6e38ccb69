//! What GitHub answers that the emulator does not: refusals, duplicates, forks, missing drafts.

use refit::forge::{Error, Forge, Hidden, PullRequest, PullState, STAGED_LABEL, needs_update};
use serde_json::{Value, json};

use super::wanted;
use crate::parts_github::{Answer, pull_json, scripted};

const HEAD: &str = "refit/upgrade/apps/app-3";

fn ok(body: Value) -> Answer {
    (200, Vec::new(), body)
}

fn invalid(message: &str) -> Answer {
    let errors = json!([{ "resource": "PullRequest", "code": "custom", "message": message }]);
    (422, Vec::new(), json!({ "message": "Validation Failed", "errors": errors }))
}

fn labels(body: &Value) -> Value {
    let names = body["labels"].as_array().unwrap().iter();
    names.map(|name| json!({ "name": name })).collect()
}

#[tokio::test]
async fn one_that_exists_already_is_adopted() {
    let (forge, record) = scripted(|what, body| match what {
        "POST pulls" => invalid("A pull request already exists for bot:refit/upgrade/apps/app-3."),
        _ if what.starts_with("GET pulls?") => ok(json!([pull_json(7, HEAD, &[])])),
        "PATCH pulls/7" => ok(pull_json(
            7,
            HEAD,
            &[("title", body["title"].clone()), ("body", body["body"].clone())],
        )),
        _ if what.starts_with("GET labels/") => ok(json!({ "name": "x" })),
        "POST issues/7/labels" => ok(labels(body)),
        other => panic!("{other}"),
    });
    let mut request = wanted(HEAD, "3.0.0");
    request.draft = false;
    let pull = forge.open(&request).await.unwrap();
    assert_eq!(pull.number, 7);
    assert!(!needs_update(&pull, &request));
    let sent: Vec<String> = record.take().into_iter().map(|sent| sent.what).collect();
    assert_eq!(
        sent[1],
        "GET pulls?state=open&head=bot%3Arefit%2Fupgrade%2Fapps%2Fapp%2D3&per_page=100&page=1"
    );
    assert_eq!(sent.iter().filter(|what| *what == "POST pulls").count(), 1);
}

#[tokio::test]
async fn where_drafts_do_not_exist_a_label_says_it() {
    let (forge, record) = scripted(|what, body| match what {
        "POST pulls" if body["draft"] == true => {
            let message = "Draft pull requests are not supported in this repository.";
            (422, Vec::new(), json!({ "message": message }))
        }
        "POST pulls" => ok(pull_json(
            7,
            HEAD,
            &[("title", body["title"].clone()), ("body", body["body"].clone())],
        )),
        _ if what.starts_with("GET labels/") => (404, Vec::new(), json!({})),
        "POST labels" => invalid("already_exists"),
        "POST issues/7/labels" => ok(labels(body)),
        other => panic!("{other}"),
    });
    let request = wanted(HEAD, "3.0.0");
    let pull = forge.open(&request).await.unwrap();
    assert!(!pull.draft);
    assert!(pull.labels.iter().any(|label| label == STAGED_LABEL), "{:?}", pull.labels);
    record.take();
    assert!(!needs_update(&pull, &request), "the next run is content with it");
    forge.update(&pull, &request).await.unwrap();
    assert_eq!(record.writes(), 0);
}

/// A pull request as refit once wrote it, wanted as a draft or not.
fn written(draft: bool) -> Value {
    let hidden = Hidden::new("image apps/app", "image apps/app 3.0.0", "{}").with_draft(draft);
    json!(format!("What changes\n\n- [x] backup done\n\n{}", hidden.write()))
}

#[tokio::test]
async fn a_draft_follows_the_stages_and_not_a_persons_mind() {
    // Noted in the body, standing at GitHub, wanted now; what is asked of GraphQL.
    let convert = Some("convertPullRequestToDraft");
    let ready = Some("markPullRequestReadyForReview");
    let table = [
        (Some(false), false, true, convert),
        (Some(true), true, false, ready),
        (Some(true), false, true, None), // A person has marked it as ready.
        (Some(false), true, false, None), // A person has made a draft of it.
        (Some(false), true, true, None), // It is so already, as after a run that was killed.
        (None, false, true, None),
    ];
    for (noted, stands, draft, asked) in table {
        let (forge, record) = scripted(move |what, body| match what {
            "GET pulls/7" => ok(json!({ "node_id": "PR_7" })),
            "POST /api/graphql" => {
                let query = body["query"].as_str().unwrap();
                assert!(asked.is_some_and(|asked| query.contains(asked)), "{query}");
                assert_eq!(body["variables"], json!({ "id": "PR_7" }));
                ok(json!({ "data": {} }))
            }
            "PATCH pulls/7" => {
                let now = asked.map_or(stands, |_| draft);
                assert!(body.get("draft").is_none() && body["body"].as_str().is_some());
                assert!(body["body"].as_str().unwrap().contains("- [x] backup done"));
                ok(pull_json(7, HEAD, &[("body", body["body"].clone()), ("draft", json!(now))]))
            }
            _ if what.starts_with("GET pulls?") => {
                let body = noted.map_or(json!("- [x] backup done"), written);
                ok(json!([pull_json(7, HEAD, &[("body", body), ("draft", json!(stands))])]))
            }
            _ if what.starts_with("GET labels/") => ok(json!({ "name": "x" })),
            "POST issues/7/labels" => ok(labels(body)),
            other => panic!("{other}"),
        });
        let pull = forge.find_own("refit/", &[]).await.unwrap().remove(0);
        let hidden = Hidden::new("image apps/app", "image apps/app 3.1.0", "{}").with_draft(draft);
        let body = format!("Other text\n\n- [ ] backup done\n\n{}", hidden.write());
        let request = PullRequest { draft, body, ..wanted(HEAD, "3.1.0") };
        assert!(needs_update(&pull, &request));
        let changed = forge.update(&pull, &request).await.unwrap();
        let sent: Vec<String> = record.take().into_iter().map(|sent| sent.what).collect();
        let conversions = sent.iter().filter(|what| what.ends_with("graphql")).count();
        assert_eq!(
            conversions,
            usize::from(asked.is_some()),
            "{noted:?} {stands} {draft}: {sent:?}"
        );
        let last = sent.iter().position(|what| what.ends_with("graphql"));
        assert!(last < sent.iter().position(|what| what.starts_with("PATCH")), "{sent:?}");
        assert_eq!(changed.draft, asked.map_or(stands, |_| draft));
    }
}

#[tokio::test]
async fn a_draft_that_cannot_be_made_is_labelled() {
    let (forge, _) = scripted(|what, body| match what {
        "GET pulls/7" => ok(json!({ "node_id": "PR_7" })),
        "POST /api/graphql" => {
            let message = "Draft pull requests are not supported in this repository.";
            ok(json!({ "data": null, "errors": [{ "message": message }] }))
        }
        "PATCH pulls/7" => ok(pull_json(7, HEAD, &[("body", body["body"].clone())])),
        _ if what.starts_with("GET pulls?") => {
            ok(json!([pull_json(7, HEAD, &[("body", written(false))])]))
        }
        _ if what.starts_with("GET labels/") => ok(json!({ "name": "x" })),
        "POST issues/7/labels" => ok(labels(body)),
        other => panic!("{other}"),
    });
    let pull = forge.find_own("refit/", &[]).await.unwrap().remove(0);
    let body = written(true).as_str().unwrap().to_owned();
    let request = PullRequest { body, title: pull.title.clone(), ..wanted(HEAD, "3.0.0") };
    let changed = forge.update(&pull, &request).await.unwrap();
    assert!(changed.labels.iter().any(|label| label == STAGED_LABEL), "{:?}", changed.labels);
    assert!(!changed.draft && !needs_update(&changed, &request));
}

#[tokio::test]
async fn the_label_of_stages_goes_with_them() {
    for there in [true, false] {
        let (forge, record) = scripted(move |what, _| match what {
            "DELETE issues/7/labels/refit%3A%20land%20stage%20by%20stage" if there => ok(json!([])),
            "DELETE issues/7/labels/refit%3A%20land%20stage%20by%20stage" => {
                (404, Vec::new(), json!({ "message": "Label does not exist" }))
            }
            _ if what.starts_with("GET pulls?") => {
                let labels =
                    json!([{ "name": STAGED_LABEL }, { "name": "mine" }, { "name": "refit" }]);
                ok(json!([pull_json(7, HEAD, &[("body", written(false)), ("labels", labels)])]))
            }
            other => panic!("{other}"),
        });
        let pull = forge.find_own("refit/", &[]).await.unwrap().remove(0);
        let body = written(false).as_str().unwrap().to_owned();
        let labels = vec!["refit".to_owned()];
        let request = PullRequest {
            body,
            labels,
            draft: false,
            title: pull.title.clone(),
            ..wanted(HEAD, "3.0.0")
        };
        assert!(needs_update(&pull, &request));
        let changed = forge.update(&pull, &request).await.unwrap();
        assert_eq!(changed.labels, ["mine", "refit"]);
        assert!(!needs_update(&changed, &request));
        let sent: Vec<String> = record.take().into_iter().map(|sent| sent.what).collect();
        assert_eq!(sent.iter().filter(|what| what.starts_with("DELETE")).count(), 1, "{sent:?}");
    }
}

#[tokio::test]
async fn only_the_repositorys_own_are_refits() {
    let (forge, _) = scripted(|what, _| {
        let fork = json!({ "ref": HEAD, "repo": { "full_name": "guest/fleet" } });
        let gone = json!({ "ref": HEAD, "repo": null });
        let merged = json!("2026-01-01T00:00:00Z");
        if what.starts_with("GET pulls?state=open&sort") {
            return ok(json!([
                pull_json(1, HEAD, &[("head", fork)]),
                pull_json(2, HEAD, &[("head", gone)]),
                pull_json(3, "refitting/x", &[]),
                pull_json(4, "refit/upgrade/apps/other-1", &[("body", Value::Null)]),
            ]));
        }
        // A filter that GitHub does not understand is left out: everything comes.
        ok(json!([
            pull_json(5, "main-fix", &[]),
            pull_json(6, HEAD, &[("state", json!("closed")), ("merged_at", merged)]),
        ]))
    });
    let found = forge.find_own("refit/", &[HEAD.to_owned()]).await.unwrap();
    let numbers: Vec<(u64, PullState)> =
        found.iter().map(|pull| (pull.number, pull.state)).collect();
    assert_eq!(numbers, [(4, PullState::Open), (6, PullState::Merged)]);
}

#[tokio::test]
async fn a_page_elsewhere_is_never_followed() {
    let (forge, record) = scripted(|what, _| {
        let link = "<https://elsewhere.example/next>; rel=\"next\"".to_owned();
        if what.ends_with("page=1") {
            (200, vec![("link", link)], json!([pull_json(1, "refit/a", &[])]))
        } else {
            ok(json!([pull_json(2, "refit/b", &[])]))
        }
    });
    assert_eq!(forge.find_own("refit/", &[]).await.unwrap().len(), 2);
    let sent: Vec<String> = record.take().into_iter().map(|sent| sent.what).collect();
    let page = |number| {
        format!("GET pulls?state=open&sort=created&direction=asc&per_page=100&page={number}")
    };
    assert_eq!(sent, [page(1), page(2)]);
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    let table: [(Answer, &str, &str); 8] = [
        ((401, vec![], json!({ "message": "Bad credentials" })), "Unauthorized", "set REFIT_TOKEN"),
        (
            (403, vec![], json!({ "message": "Resource not accessible by personal access token" })),
            "Forbidden",
            "write access to contents and pull requests",
        ),
        ((404, vec![], json!({ "message": "Not Found" })), "NotFound", "check its name"),
        (
            (
                301,
                vec![("location", "https://github.example/repositories/1".to_owned())],
                json!({}),
            ),
            "Moved",
            "git remote set-url",
        ),
        (
            (
                403,
                vec![("x-ratelimit-remaining", "0".to_owned())],
                json!({ "message": "API rate limit exceeded" }),
            ),
            "RateLimited",
            "run refit again later",
        ),
        (
            (429, vec![("retry-after", "7".to_owned())], json!({})),
            "RateLimited",
            "try again in 7 s",
        ),
        ((500, vec![], json!({})), "Unavailable", "run refit again later"),
        ((200, vec![], json!({ "not": "a list" })), "BadAnswer", "was not understood"),
    ];
    for (answer, kind, advice) in table {
        let (forge, _) = scripted(move |_, _| answer.clone());
        let error = forge.find_own("refit/", &[]).await.unwrap_err();
        let found = match error {
            Error::Unauthorized { .. } => "Unauthorized",
            Error::Forbidden { .. } => "Forbidden",
            Error::NotFound { .. } => "NotFound",
            Error::Moved { .. } => "Moved",
            Error::RateLimited { .. } => "RateLimited",
            Error::Unavailable { .. } => "Unavailable",
            Error::BadAnswer { .. } => "BadAnswer",
            _ => "other",
        };
        assert_eq!(found, kind, "{error}");
        assert!(error.to_string().contains(advice), "{error}");
        assert!(!format!("{error:?}").contains(crate::parts_github::TOKEN));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = format!("http://127.0.0.1:{}", crate::parts_git::free_port());
    let (forge, _) = crate::parts_github::github(&url, None, "fleet");
    let error = forge.find_own("refit/", &[]).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}
