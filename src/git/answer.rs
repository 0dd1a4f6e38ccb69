//! What git's output means.
//!
//! `git push --porcelain` reports each branch on a line of its own (`git-push(1)`, "Output"); what
//! concerns the whole call stands on standard error in words. Both become typed errors here, so
//! that a caller can tell a lost race from a missing permission. Pure text in, data out.

use super::Error;

/// Explains why a call of git failed, from what it printed.
pub(super) fn failure(remote: &str, action: &'static str, stdout: &str, stderr: &str) -> Error {
    let remote = remote.to_owned();
    let rejections: Vec<Rejection> = stdout.lines().filter_map(rejection).collect();
    let branches = |kind: Kind| -> Vec<String> {
        let of_kind = rejections.iter().filter(|rejection| rejection.kind == kind);
        of_kind.map(|rejection| rejection.branch.clone()).collect()
    };
    let moved = branches(Kind::Moved);
    if !moved.is_empty() {
        return Error::LeaseLost { branches: moved };
    }
    let declined = branches(Kind::Declined);
    if !declined.is_empty() {
        let mut reasons: Vec<String> = Vec::new();
        let said = rejections.iter().filter(|rejection| rejection.kind == Kind::Declined);
        for reason in said.map(|rejection| rejection.reason.clone()).chain(remote_lines(stderr)) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        return Error::Declined { remote, branches: declined, reason: reasons.join("; ") };
    }
    let reason = reason(stderr);
    let says = |words: &[&str]| {
        let text = stderr.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    if says(&["couldn't find remote ref"]) {
        return Error::Missing {
            what: reason,
            hint: "check the name of the base branch in the configuration",
        };
    }
    if says(&["does not support --atomic", "not support atomic"]) {
        let reason = "it cannot update two branches in one step, which refit needs".to_owned();
        return Error::Remote { remote, action, reason };
    }
    let wanted = if action == "push" { "write" } else { "read" };
    if says(&[
        "authentication failed",
        "could not read username",
        "could not read password",
        "terminal prompts disabled",
        "permission denied",
        "returned error: 401",
        "returned error: 403",
        "host key verification failed",
        "write access to repository not granted",
        "permission to ",
    ]) {
        return Error::Auth { remote, reason, wanted };
    }
    if says(&[
        "repository not found",
        "returned error: 404",
        "does not appear to be a git",
        "not found",
    ]) {
        return Error::NoRemoteRepository { remote, reason };
    }
    if says(&[
        "could not resolve",
        "connection refused",
        "couldn't connect",
        "failed to connect",
        "timed out",
        "network is unreachable",
        "no route to host",
        "connection reset",
        "connection closed",
        "ssl",
        "certificate",
        "returned error: 5",
    ]) {
        return Error::Unreachable { remote, reason };
    }
    Error::Remote { remote, action, reason }
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Kind {
    /// The branch is not where it was expected.
    Moved,
    /// The other side refuses to write it.
    Declined,
    /// Refused only because another branch of the same push was.
    Collateral,
}

struct Rejection {
    branch: String,
    kind: Kind,
    reason: String,
}

/// Reads a line `!<TAB>from:to<TAB>summary (reason)`; other lines are no rejections.
fn rejection(line: &str) -> Option<Rejection> {
    let mut fields = line.strip_prefix("!\t")?.splitn(2, '\t');
    let (_, to) = fields.next()?.rsplit_once(':')?;
    let summary = fields.next()?;
    let reason = summary.split_once('(').map_or(summary, |(_, reason)| reason);
    let reason = reason.strip_suffix(')').unwrap_or(reason).trim().to_owned();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let kind = if says(&["atomic push fail", "atomic transaction failed", "atomic push failure"]) {
        Kind::Collateral
    } else if says(&[
        "stale info",
        "fetch first",
        "non-fast-forward",
        "remote ref updated since checkout",
        "cannot lock ref",
        "failed to lock",
        "failed to update ref",
        "incorrect old value",
        "reference already exists",
    ]) {
        Kind::Moved
    } else {
        Kind::Declined
    };
    let branch = to.strip_prefix("refs/heads/").unwrap_or(to).to_owned();
    Some(Rejection { branch, kind, reason })
}

/// Returns what the other side said in words, without git's own help texts.
fn remote_lines(stderr: &str) -> impl Iterator<Item = String> + '_ {
    stderr
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"))
        .map(|line| line.trim().trim_start_matches("error:").trim().to_owned())
        .filter(|line| !line.is_empty())
}

/// Returns the lines that say why, joined; the last one where none is marked.
fn reason(stderr: &str) -> String {
    let marked = |line: &&str| {
        ["fatal:", "error:", "remote:", "ssh:"].iter().any(|mark| line.starts_with(mark))
            || line.contains("ermission denied")
    };
    let told: Vec<&str> = stderr
        .lines()
        .filter(marked)
        .map(|line| line.trim_start_matches("fatal:").trim_start_matches("error:").trim())
        .filter(|line| !line.is_empty() && *line != "remote:")
        .take(4)
        .collect();
    if told.is_empty() {
        stderr.lines().last().unwrap_or("it said nothing").trim().to_owned()
    } else {
        told.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What real versions of git print; addresses are made up.
    #[test]
    fn failures_are_told_apart() {
        let cases = [
            ("fatal: Authentication failed for 'https://h.example/o/r/'", "auth"),
            (
                "fatal: could not read Username for 'https://h.example': terminal prompts disabled",
                "auth",
            ),
            (
                "git@h.example: Permission denied (publickey).\nfatal: Could not read from remote repository.",
                "auth",
            ),
            (
                "remote: Write access to repository not granted.\nfatal: unable to access 'https://h.example/o/r/': The requested URL returned error: 403",
                "auth",
            ),
            (
                "remote: Repository not found.\nfatal: repository 'https://h.example/o/r/' not found",
                "missing-repository",
            ),
            ("fatal: '/srv/x' does not appear to be a git repository", "missing-repository"),
            (
                "fatal: unable to access 'https://h.example/': Could not resolve host: h.example",
                "unreachable",
            ),
            (
                "fatal: unable to access 'http://127.0.0.1:1/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server",
                "unreachable",
            ),
            (
                "ssh: connect to host h.example port 22: Connection refused\nfatal: Could not read from remote repository.",
                "unreachable",
            ),
            ("fatal: couldn't find remote ref refs/heads/nope", "missing"),
            ("fatal: the receiving end does not support --atomic push", "other"),
            ("error: something new", "other"),
        ];
        for (stderr, expected) in cases {
            let kind = match failure("origin", "push", "", stderr) {
                Error::Auth { .. } => "auth",
                Error::NoRemoteRepository { .. } => "missing-repository",
                Error::Unreachable { .. } => "unreachable",
                Error::Missing { .. } => "missing",
                Error::Remote { .. } => "other",
                other => panic!("{other}"),
            };
            assert_eq!(kind, expected, "{stderr}");
        }
    }

    #[test]
    fn rejected_branches_are_named() {
        let lost = "To https://h.example/o/r\n\
            !\tabc:refs/heads/refit/upgrade/a\t[rejected] (stale info)\n\
            !\tdef:refs/heads/refit/revert/a\t[rejected] (atomic push failed)\n\
            Done\n";
        let Error::LeaseLost { branches } = failure("origin", "push", lost, "") else {
            panic!("a lost lease")
        };
        assert_eq!(branches, ["refit/upgrade/a"]);

        let declined =
            "!\tabc:refs/heads/main\t[remote rejected] (protected branch hook declined)\n";
        let stderr = "remote: error: GH006: Protected branch update failed for refs/heads/main.\n\
            remote: \nerror: failed to push some refs\n";
        let Error::Declined { branches, reason, .. } = failure("origin", "push", declined, stderr)
        else {
            panic!("a declined push")
        };
        assert_eq!(branches, ["main"]);
        assert_eq!(
            reason,
            "protected branch hook declined; \
             GH006: Protected branch update failed for refs/heads/main."
        );
    }
}
