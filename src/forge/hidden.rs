//! What refit remembers in a pull request: a block in its body that no reader sees.
//!
//! The block is an HTML comment that holds base64 of a JSON object, so nothing in it can end the
//! comment early or be read as Markdown. It names the unit, what is proposed, and the plan with
//! its digest. A body can be edited by anybody who may write to the repository: [`Hidden::plan`]
//! hands the plan out only against the digest in the branch's own commits.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const START: &str = "<!-- refit:plan 1\n";
const END: &str = "\n-->";
const WIDTH: usize = 100;

/// What the hidden block holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// The unit that the pull request moves, as in `image media/immich`.
    pub unit: String,
    /// What it proposes: two pull requests with the same text propose the same versions (and the
    /// same stages, where each stage has a pull request of its own). One that a person closed is
    /// not proposed again.
    pub proposal: String,
    /// The digest of the plan, as the commits' trailers carry it.
    pub plan_digest: String,
    /// Whether refit itself closed the pull request, so that it may be proposed again.
    #[serde(default)]
    pub closed_by_refit: bool,
    /// Whether the pull request was to be a draft when this was written, so that a later change of
    /// mind is told from a person's; `None` where it was not noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<bool>,
    /// The plan as JSON text; `None` where it was too long for the body.
    #[serde(default)]
    plan: Option<String>,
}

impl Hidden {
    /// Makes the block of a pull request that is to be open.
    #[must_use]
    pub fn new(unit: &str, proposal: &str, plan: &str) -> Self {
        Self {
            unit: unit.to_owned(),
            proposal: proposal.to_owned(),
            plan_digest: plan_digest(plan),
            closed_by_refit: false,
            draft: None,
            plan: Some(plan.to_owned()),
        }
    }

    /// Notes whether the pull request is to be a draft.
    #[must_use]
    pub fn with_draft(self, draft: bool) -> Self {
        Self { draft: Some(draft), ..self }
    }

    /// Returns the plan if it is the one that the commits' trailers name.
    #[must_use]
    pub fn plan(&self, trailer_digest: &str) -> Option<&str> {
        let plan = self.plan.as_deref()?;
        (plan_digest(plan) == trailer_digest).then_some(plan)
    }

    /// Returns the same block with the mark that refit itself closed the pull request.
    #[must_use]
    pub fn marked_closed(&self) -> Self {
        Self { closed_by_refit: true, ..self.clone() }
    }

    /// Returns the same block without the plan, for a body that is too short for it.
    #[must_use]
    pub fn without_plan(&self) -> Self {
        Self { plan: None, ..self.clone() }
    }

    /// Writes the block as it stands in a body.
    #[must_use]
    pub fn write(&self) -> String {
        // A struct of texts always has a JSON form; if it ever had not, an empty block is not found.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let code = STANDARD.encode(json);
        let lines: Vec<&str> = code
            .as_bytes()
            .chunks(WIDTH)
            .map(|line| str::from_utf8(line).unwrap_or_default())
            .collect();
        format!("{START}{}{END}", lines.join("\n"))
    }
}

/// Returns the digest of a plan's JSON text, as `sha256:` and hexadecimal digits.
#[must_use]
pub fn plan_digest(plan: &str) -> String {
    let digits: Vec<String> =
        Sha256::digest(plan.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", digits.concat())
}

/// Reads the last block of a body that can be read.
///
/// Line endings may have become CRLF, as an edit in a browser leaves them.
#[must_use]
pub fn find(body: &str) -> Option<Hidden> {
    let body = body.replace("\r\n", "\n");
    spans(&body).into_iter().rev().find_map(|(start, end)| read(body.get(start..end)?))
}

/// Returns a body without its blocks and the blank lines at its end.
#[must_use]
pub fn strip(body: &str) -> String {
    let body = body.replace("\r\n", "\n");
    let mut kept = String::with_capacity(body.len());
    let mut last = 0;
    for (start, end) in spans(&body) {
        kept.push_str(body.get(last..start).unwrap_or_default());
        last = end;
    }
    kept.push_str(body.get(last..).unwrap_or_default());
    kept.trim_end().to_owned()
}

/// Returns where blocks begin and end.
fn spans(body: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(found) = body.get(from..).and_then(|rest| rest.find(START)) {
        let start = from + found;
        let Some(length) = body.get(start..).and_then(|rest| rest.find(END)) else { break };
        from = start + length + END.len();
        spans.push((start, from));
    }
    spans
}

fn read(block: &str) -> Option<Hidden> {
    let code = block.strip_prefix(START)?.strip_suffix(END)?;
    let code: String = code.split_whitespace().collect();
    serde_json::from_slice(&STANDARD.decode(code).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_plan_is_trusted_only_with_the_digest_of_the_commits() {
        let hidden = Hidden::new("image a/b", "image a/b 3.0.0", r#"{"stages":[]}"#);
        let digest = plan_digest(r#"{"stages":[]}"#);
        let body = format!("Text\n\n{}\n", hidden.write());
        let found = find(&body).unwrap();
        assert_eq!(found, hidden);
        assert_eq!(found.plan(&digest), Some(r#"{"stages":[]}"#));
        assert_eq!(found.plan("sha256:00"), None);
        let forged = Hidden { plan: Some("{}".to_owned()), ..hidden.clone() };
        assert_eq!(forged.plan(&digest), None, "another plan under the old digest");
        assert_eq!(hidden.without_plan().plan(&digest), None);
        assert_eq!(digest.len(), "sha256:".len() + 64);
    }

    #[test]
    fn what_was_edited_or_broken_is_no_block() {
        let block = Hidden::new("u", "p", "{}").write();
        assert!(find(&block.replace('\n', "\r\n")).is_some(), "an edit in a browser");
        for body in [
            String::new(),
            "text <!-- refit:plan 1\n".to_owned(),
            block.replace("-->", ""),
            "<!-- refit:plan 1\n????\n-->".to_owned(),
            format!("<!-- refit:plan 1\n{}\n-->", STANDARD.encode("[1]")),
        ] {
            assert_eq!(find(&body), None, "{body}");
        }
        let later = Hidden::new("u", "later", "{}").write();
        assert_eq!(find(&format!("{block}\n{later}")).unwrap().proposal, "later");
    }

    proptest! {
        #[test]
        fn any_plan_survives_and_hides(
            unit in "\\PC{0,30}", proposal in "\\PC{0,30}", plan in "(\\PC|\n|-->|<!--){0,300}",
            before in "(\\PC|\n|-->|<!--){0,80}",
        ) {
            let hidden = Hidden::new(&unit, &proposal, &plan);
            let block = hidden.write();
            prop_assert_eq!(block.matches("-->").count(), 1);
            let body = format!("{before}\n\n{block}");
            prop_assert_eq!(find(&body), Some(hidden));
            let before = before.replace("\r\n", "\n");
            prop_assert_eq!(strip(&body), before.trim_end());
        }
    }
}
