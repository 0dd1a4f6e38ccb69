//! Who asks: logins from the configuration, from docker's files, and from credential helpers.
//!
//! A login that refit's own configuration names for a registry comes first, then docker's and
//! podman's files in the order in which they were given. A helper is asked once a run for each
//! registry. One that fails does not end the run, since most images are public: the registry is
//! asked without a login, and the helper's failure is told only if it refuses.

use super::docker_config::{DockerConfig, Found, is_hub};
use super::once::Once;
use crate::http::{Identity, Secret};
use crate::process::{Exit, Program};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A user name and a password, or an access token in a password's place.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token that is exchanged for others (docker's `identitytoken`, an OAuth 2 refresh token).
    Identity {
        /// The refresh token.
        token: Secret,
    },
    /// A token that is sent as it is.
    Bearer {
        /// The token.
        token: Secret,
    },
}

impl Credential {
    /// Makes a login of a name and a secret. Docker's name for a refresh token is `<token>`.
    #[must_use]
    pub fn of_pair(user: impl Into<String>, secret: impl Into<String>) -> Self {
        let (user, secret) = (user.into(), Secret::new(secret));
        match user.as_str() {
            "<token>" => Self::Identity { token: secret },
            _ => Self::Basic { user, password: secret },
        }
    }

    pub(super) fn identity(&self) -> Identity {
        match self {
            Self::Basic { user, password } => Identity::of(user, password),
            Self::Identity { token } | Self::Bearer { token } => Identity::of("", token),
        }
    }
}

/// All the places where logins may be found.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Logins by host, with its port where one is written, as refit's configuration names them.
    /// They serve OCI registries and HTTP Helm repositories alike.
    pub by_host: BTreeMap<String, Credential>,
    /// Docker's and podman's files, the first that knows a registry wins. For OCI registries only.
    pub docker: Vec<DockerConfig>,
}

/// The result of looking for a login: none, one, or why one could not be had.
pub(super) type Lookup = Result<Option<Credential>, String>;

/// Logins with the helpers' answers.
#[derive(Default)]
pub(super) struct Keys {
    credentials: Credentials,
    helpers: Once<(String, String), Lookup>,
}

impl Keys {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, helpers: Once::default() }
    }

    /// Returns the configured login for a host.
    pub(super) fn by_host(&self, host: &str) -> Option<&Credential> {
        self.credentials.by_host.get(host)
    }

    /// Finds the login for a repository, asking a helper if it must.
    pub(super) async fn find(&self, registry: &str, path: &str) -> Lookup {
        let configured = self.by_host(registry).or_else(|| {
            let hub = is_hub(registry).then_some("docker.io")?;
            self.by_host(hub)
        });
        if let Some(credential) = configured {
            return Ok(Some(credential.clone()));
        }
        let found = self.credentials.docker.iter().find_map(|file| file.find(registry, path));
        match found {
            None => Ok(None),
            Some(Found::Credential(credential)) => Ok(Some(credential)),
            Some(Found::Helper { name, server }) => {
                let question = (name.clone(), server.clone());
                let ask = async {
                    let asked = tokio::task::spawn_blocking(move || ask_helper(&name, &server));
                    asked.await.unwrap_or_else(|error| Err(error.to_string()))
                };
                self.helpers.get(question, ask).await
            }
        }
    }
}

/// What a helper answers (docker-credential-helpers, `credentials.Credentials`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperAnswer {
    username: String,
    secret: String,
}

/// Asks `docker-credential-NAME get`: the server's name goes in, a login comes out as JSON.
fn ask_helper(name: &str, server: &str) -> Lookup {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!("`{name}` cannot be the name of a credential helper"));
    }
    let mut program = Program::new(format!("docker-credential-{name}"))
        .arg("get")
        .stdin(server)
        .time_limit(Duration::from_secs(30))
        .output_limit(1024 * 1024);
    // Helpers of the clouds find their own logins by these.
    for variables in ["AWS_*", "AZURE_*", "GOOGLE_*", "CLOUDSDK_*", "PASSWORD_STORE_*", "DISPLAY"] {
        program = program.inherit(variables);
    }
    let output = program.run().map_err(|error| error.to_string())?;
    if output.exit != Exit::Code(0) {
        // Helpers say this on standard output, and end with 1.
        let said = String::from_utf8_lossy(&output.stdout).to_ascii_lowercase();
        let nothing = said.contains("credentials not found") || said.contains("no credentials");
        return if nothing { Ok(None) } else { Err(program.failed(&output).to_string()) };
    }
    // Neither the answer nor the place of its fault is shown: it holds a password.
    let answer: HelperAnswer = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("`{}` did not answer with a login", program.command_line()))?;
    let empty = answer.username.is_empty() && answer.secret.is_empty();
    Ok((!empty).then(|| Credential::of_pair(answer.username, answer.secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_helpers_are_names() {
        for name in ["", "../x", "a b", "x;y", "/bin/sh"] {
            assert!(ask_helper(name, "e.org").unwrap_err().contains("cannot be"), "{name}");
        }
        let error = ask_helper("refit-test-missing", "e.org").unwrap_err();
        assert!(error.contains("not on the PATH"), "{error}");
    }

    #[tokio::test]
    async fn the_configuration_comes_first() {
        let docker =
            r#"{"auths": {"docker.io": {"auth": "ZmlsZTpw"}, "e.org": {"auth": "ZmlsZTpw"}}}"#;
        let own = Credential::of_pair("own", "p");
        let keys = Keys::new(Credentials {
            by_host: BTreeMap::from([("docker.io".to_owned(), own.clone())]),
            docker: vec![DockerConfig::default(), DockerConfig::parse(docker).unwrap()],
        });
        assert_eq!(keys.find("registry-1.docker.io", "a/b").await, Ok(Some(own)));
        assert_eq!(keys.find("e.org", "a").await, Ok(Some(Credential::of_pair("file", "p"))));
        assert_eq!(keys.find("f.org", "a").await, Ok(None));
    }
}
