//! What a release's data is, as plain data: the databases it uses and the volumes it keeps.
//!
//! Every claim carries its evidence, and what cannot be told is said in `unknown` rather than
//! guessed. Names of variables, Secrets and keys are here; values of Secrets never are. A
//! `literal` is only ever what stands readable in values, such as a host or a database's name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Position, RuleRef, Why};
use crate::flux::{ObjectName, Sign};

/// The data of one release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The databases and caches that it uses, in the order of their evidence.
    pub stores: Vec<Store>,
    /// The volumes that it keeps, in the order of the text.
    pub volumes: Vec<Volume>,
    /// The pods of the release itself, those of its datastores aside: one workload for each that is
    /// known by name, else one for all that carry the release's label.
    pub workloads: Vec<Workload>,
    /// The names under which it is reached from outside the cluster.
    pub addresses: Vec<String>,
    /// What must be kept beside the data to be able to read it: keys, by name.
    pub keeps: Vec<Kept>,
    /// What could not be told.
    pub unknown: Vec<Why>,
}

/// A datastore that a release uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Store {
    /// The name of its policy, `postgresql`.
    pub engine: String,
    /// The policy that recognised it.
    pub policy: RuleRef,
    /// Where it lives.
    pub lives: Lives,
    /// The sign that says most about it.
    pub how: How,
    /// The tag of its image, where one is written.
    pub version: Option<String>,
    /// The pin that holds its version, by id.
    pub pin: Option<String>,
    /// What shows it, the most telling first; never empty.
    pub evidence: Vec<Sign>,
    /// How the release signs in, by variable.
    pub credentials: Vec<Credential>,
    /// How the server itself was set up, where the repository shows it.
    pub setup: Vec<Credential>,
    /// Whether the release only looks at it, as a dashboard does at a data source.
    pub only_reads: bool,
    /// Other releases that use the same database.
    pub shared_with: Vec<ObjectName>,
    /// Other releases that use the same server, each with another database or one not told.
    pub beside: Vec<ObjectName>,
    /// The pods that serve it, where they are known.
    pub workload: Option<Workload>,
    /// The volumes that hold its data, where they are known.
    pub volumes: Vec<Volume>,
}

/// Where a datastore lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lives {
    /// The release is the datastore.
    Itself,
    /// A file on a volume of the release.
    OwnVolume {
        /// The volume's name in the values.
        volume: String,
        /// Its claim, where one is known.
        claim: Option<ObjectName>,
        /// The file, where its name is written.
        path: Option<String>,
    },
    /// Another controller of the same release.
    OwnController {
        /// The controller's name in the values.
        controller: String,
    },
    /// A chart that the release's chart brings along.
    Subchart {
        /// Its key in the values.
        key: String,
    },
    /// Another release of the repository.
    Neighbour {
        /// The release.
        release: ObjectName,
    },
    /// A cluster of the `CloudNativePG` operator.
    Cnpg {
        /// The `Cluster` object.
        cluster: ObjectName,
    },
    /// Another object of the repository: a plain workload, or one of another operator.
    Object {
        /// Its kind.
        kind: String,
        /// Its name.
        name: ObjectName,
    },
    /// A host outside the repository.
    External {
        /// Its name.
        host: String,
    },
    /// Nothing in the repository tells.
    Unknown,
}

/// The sign by which a datastore was found, the most telling first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// An image of the release is the engine.
    Image,
    /// A chart that is the engine, or brings it along.
    Chart,
    /// A host, an address or a service's name in its settings.
    Host,
    /// A Secret that both take their credentials from.
    SharedSecret,
    /// `dependsOn`.
    DependsOn,
    /// An object that the same Kustomization applies, such as a component's.
    Applied,
    /// The path of a file.
    File,
    /// A variable's name or another setting.
    Variable,
    /// The name of a key of a Secret or an `ExternalSecret`.
    SecretKey,
}

impl How {
    /// Returns the sign in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Chart => "chart",
            Self::Host => "host",
            Self::SharedSecret => "shared Secret",
            Self::DependsOn => "dependsOn",
            Self::Applied => "applied together",
            Self::File => "file",
            Self::Variable => "variable",
            Self::SecretKey => "key of a Secret",
        }
    }
}

/// What one part of a sign-in is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialRole {
    /// The host.
    Host,
    /// The port.
    Port,
    /// The user.
    User,
    /// The password.
    Password,
    /// The database's name.
    Database,
    /// All of it in one address.
    Url,
}

/// One part of how a release signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// What it is.
    pub role: CredentialRole,
    /// The variable, or the path of the setting.
    pub name: String,
    /// The Secret that holds it, if one does.
    pub secret: Option<ObjectName>,
    /// The key in that Secret.
    pub key: Option<String>,
    /// What is written plainly; never the value of a Secret, and never a password.
    pub literal: Option<String>,
    /// Where it stands.
    pub position: Position,
}

/// The pods of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Their namespace.
    pub namespace: String,
    /// The workload's kind, where it is known: `Deployment`, `StatefulSet`, `DaemonSet`.
    pub kind: Option<String>,
    /// The workload's name, where it is known for certain.
    pub name: Option<String>,
    /// Labels that select its pods and no others.
    pub selector: Vec<(String, String)>,
    /// The container, where a pod has several or its name is known.
    pub container: Option<String>,
    /// The release that runs it, if one does.
    pub release: Option<ObjectName>,
    /// How many replicas the manifest asks for, where it says so.
    pub replicas: Option<String>,
}

/// A volume that a release keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its name in the values.
    pub name: String,
    /// What it is.
    pub kind: VolumeKind,
    /// Its claim, where its name is known.
    pub claim: Option<ObjectName>,
    /// Whether the claim is made by something else than the release.
    pub existing: bool,
    /// Where it is mounted.
    pub mounts: Vec<String>,
    /// The controllers that mount it; empty where all do or where nothing tells.
    pub controllers: Vec<String>,
    /// Its size.
    pub size: Option<String>,
    /// Its storage class.
    pub storage_class: Option<String>,
    /// The access modes.
    pub modes: Vec<String>,
    /// What backs it up.
    pub backed_up_by: Vec<VolumeBackup>,
    /// Where it stands.
    pub position: Position,
    /// Other releases that use the same claim or share.
    pub shared_with: Vec<ObjectName>,
}

/// What a volume is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeKind {
    /// A claim.
    Claim,
    /// Claims that a `StatefulSet` makes, one for each pod.
    Template,
    /// A share over NFS.
    Nfs,
    /// A folder of the node.
    HostPath,
    /// Something else that keeps data.
    Other,
}

/// What backs a volume or a datastore up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeBackup {
    /// The object's kind: `ReplicationSource`, `SnapshotPolicy`, `Schedule`, `ScheduledBackup`.
    pub kind: String,
    /// The object.
    pub name: ObjectName,
    /// When it runs, as written.
    pub schedule: Option<String>,
    /// Where it stands.
    pub position: Position,
}

/// A key without which the data cannot be read again, or a Secret that no commit brings back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The variable or the key's name, or the Secret's.
    pub name: String,
    /// The Secret that holds it, if one does.
    pub secret: Option<ObjectName>,
    /// The key in that Secret; all of them where a Secret has none here.
    pub key: Option<String>,
    /// Why it must be kept.
    pub why: String,
    /// Where it stands.
    pub position: Position,
}
