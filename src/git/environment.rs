//! What `git`, `gpg` and `ssh-keygen` see of the environment.
//!
//! [`process`](crate::process) hands on a short list of variables. That suffices for git with a
//! token of refit's own. Where the user's own set-up signs or logs in, its programs look at
//! variables that nobody can list (`GH_TOKEN` for a credential helper, a passphrase for a wrapper
//! around gpg), so those runs get what a shell would give them, save what would lead git to another
//! repository or print secrets.

use crate::process::Program;

/// Variables that would lead git to another repository than the one named, or print secrets.
const REMOVED: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Families of variables of the same kind: what git traces may hold tokens.
const REMOVED_FAMILIES: [&str; 2] = ["GIT_TRACE", "GIT_CURL_VERBOSE"];

/// Hands on the variables of whoever runs refit.
pub(super) fn with_users_variables(mut program: Program) -> Program {
    for (name, _) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        if is_handed_on(&name) {
            program = program.inherit(name);
        }
    }
    program
}

/// Keeps ssh from asking on the terminal, as git itself is kept by `GIT_TERMINAL_PROMPT`: the
/// program runs in the background of the terminal, where a question would stop it for good.
pub(super) fn quiet(program: Program) -> Program {
    if std::env::var_os("SSH_ASKPASS").is_some() {
        return program.env("SSH_ASKPASS_REQUIRE", "force");
    }
    // The program `false` answers every question with a refusal (`ssh(1)`, ENVIRONMENT).
    program.env("SSH_ASKPASS", "false").env("SSH_ASKPASS_REQUIRE", "force")
}

fn is_handed_on(name: &str) -> bool {
    let languages = ["LC_ALL", "LANGUAGE", "GIT_TERMINAL_PROMPT"];
    !REMOVED.contains(&name)
        && !languages.contains(&name)
        && !REMOVED_FAMILIES.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_astray_or_tells_secrets_stays_behind() {
        for name in ["GIT_DIR", "GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "LC_ALL"] {
            assert!(!is_handed_on(name), "{name}");
        }
        for name in ["GH_TOKEN", "GIT_SSH_COMMAND", "HOME", "GIT_CONFIG_COUNT"] {
            assert!(is_handed_on(name), "{name}");
        }
    }

    #[test]
    fn the_users_variables_reach_the_program() {
        // CARGO is set for every test and on no list.
        let environment =
            |program: Program| String::from_utf8(quiet(program).run().unwrap().stdout).unwrap();
        let few = environment(Program::new("env"));
        let all = environment(with_users_variables(Program::new("env")));
        assert!(!few.contains("\nCARGO=") && all.contains("\nCARGO="), "{all}");
        for text in [few, all] {
            assert!(text.contains("GIT_TERMINAL_PROMPT=0") && text.contains("LC_ALL=C"), "{text}");
            assert!(text.contains("SSH_ASKPASS_REQUIRE=force"), "{text}");
        }
    }
}
