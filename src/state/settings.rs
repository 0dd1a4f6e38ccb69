//! What a release sets: variables, settings of its chart, and the Secrets and ConfigMaps behind
//! them.
//!
//! Charts spell the environment of a container in many ways: as a mapping, as a list of names and
//! values, through `envFrom`. All become [`Setting`]s here, each with the path of the values where
//! it stands, so that those of a datastore's own container can be told from those of the
//! application. A setting whose value is in a Secret knows the Secret's name and key, never the value.

use super::around::{Around, Held};
use super::roles::{normal, role};
use super::written::{Is, Written};
use crate::diagnostic::Position;

/// One setting of a release.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// The variable's name, or the path of the values, dots between keys.
    pub(super) name: String,
    /// The name as variables are spelled.
    pub(super) normal: String,
    pub(super) value: Value,
    pub(super) at: Position,
    /// The path of the values below which it stands.
    pub(super) path: Vec<String>,
    /// Whether it is a variable of a container.
    pub(super) is_variable: bool,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Written in the open.
    Plain(String),
    /// In a Secret, with the template that makes it, where one is known.
    Secret { secret: String, key: String, template: Option<String> },
}

impl Value {
    /// Returns what can be read of the value: its text, or the text of its template.
    pub(super) fn readable(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Secret { template, .. } => template.as_deref(),
        }
    }
}

/// A Secret that a container takes its whole environment from and that nothing here defines.
#[derive(Debug, Clone)]
pub(super) struct Opaque {
    pub(super) secret: String,
    pub(super) at: Position,
}

/// The settings of a release.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) list: Vec<Setting>,
    pub(super) opaque: Vec<Opaque>,
}

/// What settings are read with.
pub(super) struct Reading<'r> {
    pub(super) around: &'r Around,
    pub(super) namespace: Option<&'r str>,
    /// The name that Helm knows the release by.
    pub(super) release: &'r str,
}

/// Reads the settings below a release's values.
pub(super) fn settings(values: &Written, read: &Reading<'_>) -> Settings {
    let mut found = Settings::default();
    read.walk(values, &mut Vec::new(), &mut found);
    found.follow();
    found
}

impl Reading<'_> {
    fn walk(&self, written: &Written, path: &mut Vec<String>, found: &mut Settings) {
        match &written.is {
            Is::Map(entries) => {
                for entry in entries {
                    let lower = entry.key.to_ascii_lowercase();
                    if lower.starts_with("envfrom") || lower == "extraenvfrom" {
                        self.env_from(&entry.value, path, found);
                        continue;
                    }
                    if let Some(value) = self.value(&entry.value) {
                        let is_variable = is_environment(path) || is_shouted(&entry.key);
                        let dotted = path.iter().rev().take(2).rev().cloned();
                        // `HOST` in a section of settings is told by the section's name.
                        let bare = matches!(role(&entry.key), Some(("", _)));
                        let name = if is_environment(path) || is_variable && !bare {
                            entry.key.clone()
                        } else {
                            dotted.chain([entry.key.clone()]).collect::<Vec<_>>().join(".")
                        };
                        found.push(name, value, entry.at.clone(), path, is_variable);
                        continue;
                    }
                    path.push(entry.key.clone());
                    self.walk(&entry.value, path, found);
                    path.pop();
                }
            }
            Is::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(name) = item.text_at(&["name"])
                        && let Some(value) = self.item_value(item)
                        && (is_environment(path) || is_shouted(name))
                    {
                        found.push(name.to_owned(), value, item.at.clone(), path, true);
                        continue;
                    }
                    path.push(index.to_string());
                    self.walk(item, path, found);
                    path.pop();
                }
            }
            // `--database.host=…` among arguments is left to the search for hosts.
            Is::Text(_) | Is::Null => {}
        }
    }

    /// Reads the value of a list's item, `{name, value}` or `{name, valueFrom}`.
    fn item_value(&self, item: &Written) -> Option<Value> {
        match item.get("value") {
            Some(value) => self.value(value),
            None => self.reference(item.get("valueFrom")?),
        }
    }

    /// Reads a value that a variable can have.
    fn value(&self, written: &Written) -> Option<Value> {
        match &written.is {
            Is::Text(text) => Some(Value::Plain(self.fill(text))),
            Is::Map(_) => {
                let from = written.get("valueFrom").unwrap_or(written);
                self.reference(from).or_else(|| {
                    let value = written.get("value")?;
                    (written.entries().len() <= 2).then(|| self.value(value)).flatten()
                })
            }
            Is::List(_) | Is::Null => None,
        }
    }

    /// Reads a reference to a key of a Secret or a ConfigMap.
    fn reference(&self, from: &Written) -> Option<Value> {
        if let Some(secret) = from.get("secretKeyRef") {
            let name = self.fill(secret.text_at(&["name"])?);
            let key = self.fill(secret.text_at(&["key"])?);
            return Some(self.of_secret(&name, &key));
        }
        let map = from.get("configMapKeyRef")?;
        let name = self.fill(map.text_at(&["name"])?);
        let key = map.text_at(&["key"])?;
        let held = self.around.map(self.namespace, &name)?;
        let held = held.iter().find(|held| held.key == key)?;
        Some(Value::Plain(held.text.clone()))
    }

    fn of_secret(&self, secret: &str, key: &str) -> Value {
        let known = self.around.secret(self.namespace, secret);
        let template = known
            .and_then(|known| known.keys.iter().find(|known| known.name == key))
            .and_then(|key| key.template.clone());
        Value::Secret { secret: secret.to_owned(), key: key.to_owned(), template }
    }

    /// Reads the Secrets and ConfigMaps that a container takes its whole environment from.
    fn env_from(&self, written: &Written, path: &[String], found: &mut Settings) {
        let items = match &written.is {
            Is::List(items) => items.as_slice(),
            _ => std::slice::from_ref(written),
        };
        for item in items {
            let prefix = item.text_at(&["prefix"]).unwrap_or_default();
            let name = |keys: &[&str]| {
                keys.iter().find_map(|key| {
                    let at = item.get(key)?;
                    at.text().or_else(|| at.text_at(&["name"]))
                })
            };
            let secret = name(&["secretRef", "secret"]).or_else(|| item.text());
            let secret = secret.or_else(|| {
                let plain = item.get("configMapRef").is_none() && item.get("configMap").is_none();
                item.text_at(&["name"]).filter(|_| plain)
            });
            if let Some(secret) = secret {
                let secret = self.fill(secret);
                match self.around.secret(self.namespace, &secret) {
                    None => found.opaque.push(Opaque { secret, at: item.at.clone() }),
                    Some(known) => {
                        if known.is_open {
                            let opaque = Opaque { secret: secret.clone(), at: item.at.clone() };
                            found.opaque.push(opaque);
                        }
                        for key in &known.keys {
                            let value = self.of_secret(&secret, &key.name);
                            let name = format!("{prefix}{}", key.name);
                            found.push(name, value, key.at.clone(), path, true);
                        }
                    }
                }
            } else if let Some(map) = name(&["configMapRef", "configMap"]) {
                let held = self.around.map(self.namespace, &self.fill(map)).unwrap_or_default();
                for Held { key, text, at, .. } in held {
                    let value = Value::Plain(text.clone());
                    found.push(format!("{prefix}{key}"), value, at.clone(), path, true);
                }
            }
        }
    }

    /// Fills in the one template that charts of the common library allow and many use.
    pub(super) fn fill(&self, text: &str) -> String {
        if !text.contains("{{") {
            return text.to_owned();
        }
        let text = text.replace("{{ .Release.Name }}", self.release);
        let text = text.replace("{{.Release.Name}}", self.release);
        let namespace = self.namespace.unwrap_or("{{ .Release.Namespace }}");
        text.replace("{{ .Release.Namespace }}", namespace)
            .replace("{{.Release.Namespace}}", namespace)
    }
}

impl Settings {
    /// Puts the plain value of one variable where another says `$(NAME)`, as Kubernetes does.
    fn follow(&mut self) {
        let plain: Vec<(String, String)> = self
            .list
            .iter()
            .filter_map(|setting| match &setting.value {
                Value::Plain(text) if setting.is_variable && !text.contains("$(") => {
                    Some((format!("$({})", setting.name), text.clone()))
                }
                _ => None,
            })
            .collect();
        for setting in &mut self.list {
            let Value::Plain(text) = &mut setting.value else { continue };
            if text.contains("$(") && text.len() < 4096 {
                for (name, value) in plain
                    .iter()
                    .filter(|(name, _)| text.contains(name))
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    *text = text.replace(&name, &value);
                }
            }
        }
    }

    fn push(
        &mut self,
        name: String,
        value: Value,
        at: Position,
        path: &[String],
        is_variable: bool,
    ) {
        let normal = normal(&name);
        self.list.push(Setting { name, normal, value, at, path: path.to_vec(), is_variable });
    }
}

/// Says whether the last key of a path is one under which charts list the variables of a container.
fn is_environment(path: &[String]) -> bool {
    let last = path.iter().rev().find(|key| key.parse::<usize>().is_err());
    last.is_some_and(|key| {
        let key = key.to_ascii_lowercase();
        key == "env"
            || key == "environment"
            || key.ends_with("env")
            || key.contains("envvar")
            || key.ends_with("environmentvariables")
            || key == "envvaluefrom"
    })
}

/// Says whether a key is spelled like a variable.
fn is_shouted(key: &str) -> bool {
    key.len() > 2
        && key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
