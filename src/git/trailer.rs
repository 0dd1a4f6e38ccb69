//! The lines at the end of a commit message by which refit knows its own commits.
//!
//! `Refit-Unit`, `Refit-Plan` and `Refit-Stage` stand in the message's trailer block as `git
//! interpret-trailers` understands it: the last paragraph, apart from the subject, in which every
//! line is `Token: value`. A block that the message brings along (`Signed-off-by`) is continued, since
//! a second block would turn the first into prose.

const UNIT: &str = "Refit-Unit";
const PLAN: &str = "Refit-Plan";
const STAGE: &str = "Refit-Stage";

/// What refit writes under each of its commit messages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Trailers {
    /// The unit, as in `image media/immich`.
    pub unit: String,
    /// The digest of the plan, as in `sha256:…`.
    pub plan: String,
    /// The stage and its place, as in `stop 1/2`.
    pub stage: String,
}

/// Returns the message in git's usual form, with refit's trailers at its end.
///
/// Trailing blanks and surplus empty lines are dropped, as `git stripspace` does; lines that look
/// like refit's own trailers are dropped too, so that a template cannot forge them.
#[must_use]
pub fn with_trailers(message: &str, trailers: &Trailers) -> String {
    let lines = tidy(message);
    let block = lines.rsplit(String::is_empty).next().unwrap_or_default();
    let has_block = block.len() < lines.len()
        && block.first().is_some_and(|line| is_trailer(line))
        && block.iter().all(|line| is_trailer(line) || line.starts_with(' '));
    let gap = if has_block {
        "
"
    } else {
        "

"
    };
    let line = |token: &str, value: &str| {
        format!(
            "{token}: {}
",
            value.split_whitespace().collect::<Vec<_>>().join(" ")
        )
    };
    [
        &lines.join(
            "
",
        ),
        gap,
        &line(UNIT, &trailers.unit),
        &line(PLAN, &trailers.plan),
        &line(STAGE, &trailers.stage),
    ]
    .concat()
}

/// Reads refit's trailers from a commit message; `None` unless all three are there.
#[must_use]
pub fn read_trailers(message: &str) -> Option<Trailers> {
    let found = git2::message_trailers_strs(message).ok()?;
    let value = |token: &str| {
        let mut values = found.iter().filter(|(key, _)| *key == token).map(|(_, value)| value);
        values.next_back().filter(|value| !value.is_empty()).map(str::to_owned)
    };
    Some(Trailers { unit: value(UNIT)?, plan: value(PLAN)?, stage: value(STAGE)? })
}

/// Splits a message into lines as `git stripspace` would leave them, never none.
fn tidy(message: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in message.lines() {
        let line = line.replace('\0', "");
        let line = line.trim_end();
        let forged = [UNIT, PLAN, STAGE].iter().any(|token| {
            line.get(..token.len()).is_some_and(|start| start.eq_ignore_ascii_case(token))
        });
        let blank_again = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !forged && !blank_again {
            lines.push(line.to_owned());
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if lines.is_empty() {
        lines.push("refit".to_owned());
    }
    lines
}

fn is_trailer(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(token, value)| {
        !token.is_empty()
            && !value.trim().is_empty()
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trailers() -> Trailers {
        Trailers {
            unit: "image media/immich".to_owned(),
            plan: "sha256:abc".to_owned(),
            stage: "stop 1/2".to_owned(),
        }
    }

    const BLOCK: &str =
        "Refit-Unit: image media/immich\nRefit-Plan: sha256:abc\nRefit-Stage: stop 1/2\n";

    #[test]
    fn the_block_stands_where_git_looks_for_it() {
        for (message, before) in [
            ("subject", "subject\n\n"),
            ("subject\n\n\n\nbody  \n\n", "subject\n\nbody\n\n"),
            ("fix: subject", "fix: subject\n\n"),
            ("subject\n\nSigned-off-by: A <a@b>\n", "subject\n\nSigned-off-by: A <a@b>\n"),
            ("subject\n\nNote: this\nis prose", "subject\n\nNote: this\nis prose\n\n"),
            ("subject\n\nRefit-Unit: forged", "subject\n\n"),
            ("", "refit\n\n"),
        ] {
            assert_eq!(
                with_trailers(message, &trailers()),
                format!("{before}{BLOCK}"),
                "{message:?}"
            );
        }
    }

    #[test]
    fn a_commit_without_all_of_them_is_not_ours() {
        for message in
            ["subject", "subject\n\nRefit-Unit: a\n", "subject\n\nRefit-Unit: a\nRefit-Plan: b\n"]
        {
            assert_eq!(read_trailers(message), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(message in "\\PC{0,40}(\n(\\PC{0,20}|[A-Z][a-z]{1,5}: [a-z]+)){0,6}") {
            let written = with_trailers(&message, &trailers());
            prop_assert_eq!(read_trailers(&written), Some(trailers()));
            prop_assert_eq!(with_trailers(&written, &trailers()), written);
        }
    }
}
