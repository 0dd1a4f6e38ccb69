//! Reads policy files, the built-in ones and a repository's.
//!
//! A file is read twice: by `serde_yaml` into types that refuse unknown keys, and as a
//! [`Stream`](crate::yaml::Stream) that knows the line of every rule. A file with an error in it is
//! reported and left out whole: half a policy is worse than none.

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use super::{App, ChartPolicy, Datastore, Policies, Ruled, StrategyPolicy, Tier, sound};
use crate::diagnostic::{Diagnostic, RuleRef, Severity, unreadable_file, unreadable_types};
use crate::tree::{RepoPath, Tree};
use crate::yaml::{Node, Stream};

/// Where a repository keeps its own policies.
pub const POLICY_FOLDER: &str = ".refit/policies/";

static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// Returns the policies that are compiled into the program.
///
/// The second part is empty, as a test makes sure.
#[must_use]
pub fn builtin() -> (Policies, Vec<Diagnostic>) {
    let mut policies = Policies::default();
    let mut diagnostics = Vec::new();
    let mut files = Vec::new();
    collect(&BUILTIN, &mut files);
    files.sort_by_key(|(name, _)| (*name).to_owned());
    for (name, text) in files {
        read(&format!("builtin:{name}"), text, &mut policies, &mut diagnostics);
    }
    (policies, diagnostics)
}

/// Reads a repository's policies and puts the built-in ones behind them.
///
/// What cannot be read is reported and left out.
#[must_use]
pub fn load(tree: &dyn Tree, files: &[RepoPath]) -> (Policies, Vec<Diagnostic>) {
    let mut policies = Policies::default();
    let mut diagnostics = Vec::new();
    let is_policy = |path: &&RepoPath| {
        path.as_str().starts_with(POLICY_FOLDER)
            && matches!(path.file_name().rsplit_once('.'), Some((_, "yaml" | "yml")))
    };
    for path in files.iter().filter(is_policy) {
        let problem = match tree.read(path) {
            Ok(Some(bytes)) => match String::from_utf8(bytes) {
                Ok(text) => {
                    read(path.as_str(), &text, &mut policies, &mut diagnostics);
                    continue;
                }
                Err(_) => "not UTF-8 text".to_owned(),
            },
            Ok(None) => continue,
            Err(error) => unreadable_file(&error),
        };
        diagnostics.push(broken(path.as_str(), None, &problem));
    }
    diagnostics.extend(sound::without_effect(&policies));
    let (own, _) = builtin();
    policies.append(own);
    diagnostics.extend(sound::like_nothing(&policies));
    (policies, diagnostics)
}

fn collect<'a>(folder: &'a Dir<'a>, files: &mut Vec<(&'a str, &'a str)>) {
    for file in folder.files() {
        if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8())
            && file.path().extension().is_some_and(|extension| extension == "yaml")
        {
            files.push((name, text));
        }
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

/// Adds what one file says to `policies`, or nothing of it and a diagnostic.
fn read(file: &str, text: &str, policies: &mut Policies, diagnostics: &mut Vec<Diagnostic>) {
    let stream = match Stream::parse(text) {
        Ok(stream) => stream,
        Err(error) => {
            diagnostics.push(broken(file, error.line().zip(error.column()), &error.message(true)));
            return;
        }
    };
    let mut added = Policies::default();
    for (document, root) in serde_yaml::Deserializer::from_str(text).zip(stream.documents()) {
        if root.is_null() {
            continue;
        }
        if let Err(error) = add(file, document, root, &mut added) {
            diagnostics.push(error);
            return;
        }
    }
    policies.append(added);
}

/// Adds one document of a policy file.
fn add(
    file: &str,
    document: serde_yaml::Deserializer<'_>,
    root: Node<'_>,
    policies: &mut Policies,
) -> Result<(), Diagnostic> {
    let at = |node: Option<Node<'_>>, name: &str| RuleRef {
        name: name.to_owned(),
        file: file.to_owned(),
        line: node.unwrap_or(root).line(),
    };
    let refuse = |refusal: sound::Refusal| broken(file, Some(refusal.at), &refusal.message);
    let item = |list: &str, index: usize| root.get(list).and_then(|list| list.items().nth(index));
    match root.get("kind").and_then(|kind| kind.value()).as_deref() {
        Some("chart") => {
            let policy: ChartPolicy = typed(file, document)?;
            sound::chart(&policy, root).map_err(refuse)?;
            let rule = at(None, &policy.name);
            policies.charts.push(Ruled { policy, rule });
        }
        Some("datastore") => {
            let policy: Datastore = typed(file, document)?;
            sound::datastore(&policy, root).map_err(refuse)?;
            let rule = at(None, &policy.name);
            policies.datastores.push(Ruled { policy, rule });
        }
        Some("app") => {
            let policy: App = typed(file, document)?;
            sound::app(&policy, root).map_err(refuse)?;
            let rule = at(None, &policy.name);
            policies.apps.push(Ruled { policy, rule });
        }
        Some("tier") => {
            let policy: Tier = typed(file, document)?;
            let rule = at(None, &policy.name);
            policies.tiers.push(Ruled { policy, rule });
        }
        Some("strategy") => {
            let policy: StrategyPolicy = typed(file, document)?;
            for (index, delivery) in policy.delivery.into_iter().enumerate() {
                let rule = at(item("delivery", index), &delivery.what);
                policies.delivery.push(Ruled { policy: delivery, rule });
            }
            for (index, strategy) in policy.rules.into_iter().enumerate() {
                let rule = at(item("rules", index), &strategy.name);
                policies.strategies.push(Ruled { policy: strategy, rule });
            }
        }
        other => {
            let node = root.get("kind").unwrap_or(root);
            let message = match other {
                Some(kind) => format!("`{kind}` is no kind of policy"),
                None => "a policy needs a `kind`".to_owned(),
            };
            let message =
                format!("{message}; kinds are `app`, `chart`, `datastore`, `strategy`, `tier`");
            return Err(broken(file, Some((node.line(), node.column())), &message));
        }
    }
    Ok(())
}

fn typed<T: DeserializeOwned>(
    file: &str,
    document: serde_yaml::Deserializer<'_>,
) -> Result<T, Diagnostic> {
    T::deserialize(document).map_err(|error| {
        let (place, message) = unreadable_types(&error);
        broken(file, place, &message)
    })
}

pub(super) fn broken(file: &str, place: Option<(u32, u32)>, message: &str) -> Diagnostic {
    Diagnostic {
        code: "policy-unreadable".to_owned(),
        severity: Severity::Error,
        file: RepoPath::new(file).ok(),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        message: format!("the policy is left out: {message}"),
    }
}
