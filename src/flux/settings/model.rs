//! What releases set, as plain data.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::super::model::{ObjectName, Place};
use crate::diagnostic::{Position, Why};

/// All that one release sets, and what may set more without showing it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What it sets, in the order of origins and of their text.
    pub list: Vec<Setting>,
    /// Where the repository does not show what is set.
    pub hidden: Vec<Hidden>,
    /// The texts that speak of variables by name.
    pub mentions: Vec<Mention>,
}

/// One thing that a release sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The variable, the dotted path of a value as in `ingress.main.enabled`, or the flag with its
    /// dashes.
    pub name: String,
    /// What kind of thing it is.
    pub kind: SettingKind,
    /// What sets it.
    pub origin: Origin,
    /// The scalar that names it.
    pub key: Place,
    /// How the name stands in that scalar.
    pub spelled: Spelled,
    /// The mapping or list item that goes when the setting goes; `None` where nothing may.
    pub whole: Option<Place>,
    /// The value, where it is a scalar and not secret.
    pub value: Option<Literal>,
    /// Why it cannot be edited; `None` if it can.
    pub locked: Option<Why>,
    /// The image of the container that it stands in, without its version, where values say so.
    pub runs: Option<String>,
    /// The other releases that read the same text.
    pub shared_with: Vec<ObjectName>,
}

/// The kinds of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// An environment variable.
    Variable,
    /// A value of the chart.
    Value,
    /// A key of the application's own configuration, as in a file that a ConfigMap holds.
    ConfigKey,
    /// A flag of a command line.
    Flag,
}

/// How a setting's name stands in its scalar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spelled {
    /// The scalar is the key of an entry.
    Key,
    /// The scalar is a value whose decoded text holds the name.
    Text {
        /// The decoded text.
        text: String,
        /// Where in it the name stands, in bytes.
        name: Range<usize>,
    },
    /// The name stands in text that is no YAML, or in text that is not kept.
    Elsewhere,
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// The scalar that holds it: behind an alias or a variable the one that defines it.
    pub place: Place,
    /// Its decoded text, variables filled in.
    pub text: String,
}

/// What sets a setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "object")]
pub enum Origin {
    /// The release's own values.
    Values,
    /// A patch on the release.
    Patch,
    /// A ConfigMap of values.
    ValuesFrom(ObjectName),
    /// A ConfigMap.
    ConfigMap(ObjectName),
    /// A ConfigMap that kustomize generates.
    Generated(ObjectName),
    /// A Secret that is not encrypted.
    Secret(ObjectName),
    /// A Secret that kustomize generates.
    GeneratedSecret(ObjectName),
    /// A Secret that SOPS encrypts.
    SopsSecret(ObjectName),
    /// An `ExternalSecret`, by the name of the Secret that it makes.
    ExternalSecret(ObjectName),
}

impl Origin {
    /// Says whether what it sets is secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(
            self,
            Self::Secret(_)
                | Self::GeneratedSecret(_)
                | Self::SopsSecret(_)
                | Self::ExternalSecret(_)
        )
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values => f.write_str("the release's values"),
            Self::Patch => f.write_str("a patch on the release"),
            Self::ValuesFrom(name) | Self::ConfigMap(name) => write!(f, "the ConfigMap {name}"),
            Self::Generated(name) => write!(f, "the generated ConfigMap {name}"),
            Self::Secret(name) => write!(f, "the Secret {name}"),
            Self::GeneratedSecret(name) => write!(f, "the generated Secret {name}"),
            Self::SopsSecret(name) => write!(f, "the Secret {name} (encrypted with SOPS)"),
            Self::ExternalSecret(name) => write!(f, "the ExternalSecret for {name}"),
        }
    }
}

/// Something that a release reads and that may set anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// What it is, in words.
    pub what: String,
    /// Where the release names it, or where it is defined.
    pub position: Position,
}

/// A text that speaks of a variable by name, as `$(NAME)` or `${NAME}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The variable.
    pub name: String,
    /// The scalar.
    pub place: Place,
    /// Its decoded text.
    pub text: String,
    /// Whether it is written `$(NAME)`, which Kubernetes itself fills in.
    pub filled_in: bool,
}
