//! A Job that dumps the database of a release onto a claim that the configuration names.
//!
//! It runs the image of the server itself, whose tools know its version, and signs in as the release
//! does: Secrets are named with their keys and never read. It has a name of its own, since a Job's
//! template cannot be changed, and no time to live, since Flux would make a Job that is gone again.
//! Where the image, the Secret or the destination is not known, a person makes the dump.

use std::fmt::Write;
use std::num::NonZeroU32;

use super::file::{put, scalar};
use super::holding::{Holding, What};
use super::name::unique;
use super::tools::tool;
use super::{BackupPart, Made, Subject, no};
use crate::diagnostic::Why;
use crate::flux::{ObjectName, Package};
use crate::policy::{Backup, Dumps};
use crate::state::{Credential, CredentialRole, Lives, Store};
use crate::upgrade::gate::{Asks, Gate, GateWord, Holds};

/// Who dumps where the configuration names nobody: the user that owns nothing.
const NOBODY: u32 = 65534;

/// Says whether something is a cache that is kept nowhere: nobody need back it up.
pub(super) fn is_passing(holding: &Holding<'_>) -> bool {
    let What::Store(store) = holding.what else { return false };
    store.volumes.is_empty() && tool(&store.engine).is_some_and(|tool| tool.is_for_caches)
}

pub(super) fn part(subject: &Subject<'_>, holding: &Holding<'_>, dumps: &[Dumps]) -> Made {
    let What::Store(store) = holding.what else { return Err(None) };
    let release = holding.release;
    if matches!(store.lives, Lives::OwnVolume { .. }) {
        return Err(None);
    }
    let engine = store.engine.as_str();
    let Some(tool) = tool(engine) else {
        let message = format!("no Job is known that dumps {}", super::holding::engine(store));
        return no("job-unknown-engine", message);
    };
    // A cache that is kept nowhere has nothing worth a dump.
    if is_passing(holding) {
        return Err(None);
    }
    let Some(namespace) = &release.id.namespace else {
        return no("no-namespace", format!("the namespace of {} is not known", release.id));
    };
    let Some(claim) = dumps.iter().find(|dumps| dumps.is_for(&release.id.to_string())) else {
        let message = format!(
            "nothing says where the dump of {} goes; name a claim of its namespace under `dumps` in .refit/config.yaml",
            release.id
        );
        return no("job-no-destination", message);
    };
    let Some(image) = image(subject, store) else {
        let message = format!(
            "the image of the {engine} server is not known, and an older client cannot dump it"
        );
        return no("job-no-image", message);
    };
    let mut variables = String::new();
    for (role, name) in tool.variables {
        let credential = store.credentials.iter().find(|credential| credential.role == *role);
        match (variable(name, credential, release.id.namespace.as_deref()), role) {
            (Ok(text), _) => variables.push_str(&text),
            (Err(reason), role) => {
                if let Some((_, instead)) = tool.defaults.iter().find(|(known, _)| known == role) {
                    if let Some(text) = instead {
                        let _ = write!(
                            variables,
                            "{VARIABLE}- name: {name}\n{VARIABLE}  value: {}\n",
                            scalar(text)
                        );
                    }
                    continue;
                }
                let what = format!("{role:?}").to_lowercase();
                return no(
                    "job-no-credentials",
                    format!("the {what} for {engine} of {}: {reason}", release.id),
                );
            }
        }
    }
    let name = unique(subject, &format!("job {} {engine}", release.id));
    let dump = format!("{name}.{}", tool.ending);
    let mut script = String::new();
    for line in tool.script.lines() {
        // Writing into a text does not fail.
        let _ = writeln!(script, "              {line}");
    }
    let text = manifest(&Parts {
        about: format!("{}: {} → {}", subject.unit, subject.from, subject.to),
        name: &name,
        namespace,
        image: &image,
        dump: &dump,
        claim: &claim.claim,
        user: claim.user.map_or(NOBODY, NonZeroU32::get),
        script: &script,
        variables: &variables,
    });
    let (edits, file) = put(&release.position.file, &release.beside, &name, text)?;
    let object = ObjectName::new(Some(namespace), &name);
    Ok(BackupPart {
        way: Backup::Job,
        keeps: Vec::new(),
        edits,
        files: vec![file],
        gate: Gate {
            word: GateWord::BackedUp,
            sentence: format!("the Job {object} is complete"),
            asks: Some(Asks {
                api_version: "batch/v1".to_owned(),
                kind: "Job".to_owned(),
                name: object,
                holds: Holds::Condition {
                    r#type: "Complete".to_owned(),
                    fails: "Failed".to_owned(),
                },
            }),
        },
        removal: format!(
            "the Job goes with its file; the dump stays, {dump} on the claim {namespace}/{}",
            claim.claim
        ),
        why: vec![Why::new(
            "backup-job",
            format!("the configuration names the claim {} for its dumps", claim.claim),
        )],
    })
}

/// What goes into the manifest.
struct Parts<'p> {
    about: String,
    name: &'p str,
    namespace: &'p str,
    image: &'p str,
    dump: &'p str,
    claim: &'p str,
    user: u32,
    script: &'p str,
    variables: &'p str,
}

/// Writes the manifest of a Job. Its pod may run where the strictest of the Pod Security Standards,
/// `restricted`, is enforced.
fn manifest(parts: &Parts<'_>) -> String {
    let Parts { about, name, dump, claim, user, script, variables, .. } = parts;
    format!(
        r"---
# Made for {about}. The dump goes to {dump} on the claim {claim}.
apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  namespace: {namespace}
  annotations:
    kustomize.toolkit.fluxcd.io/substitute: disabled
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: {user}
        runAsGroup: {user}
        fsGroup: {user}
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: dump
          image: {image}
          command:
            - sh
            - -ec
            - |
{script}          env:
            - name: DUMP
              value: /dumps/{dump}
{variables}          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          resources:
            requests:
              cpu: 50m
              memory: 128Mi
            limits:
              memory: 1Gi
          volumeMounts:
            - name: dumps
              mountPath: /dumps
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: dumps
          persistentVolumeClaim:
            claimName: {quoted}
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
",
        namespace = scalar(parts.namespace),
        image = scalar(parts.image),
        quoted = scalar(parts.claim),
    )
}

/// How far the variables of the container are indented.
const VARIABLE: &str = "            ";

/// Writes one variable of the container; fails with the reason where its value is not known.
fn variable(
    name: &str,
    credential: Option<&Credential>,
    namespace: Option<&str>,
) -> Result<String, String> {
    let Some(credential) = credential else {
        return Err("nothing says where it stands".to_owned());
    };
    let known = |text: &str| !text.contains("${") && !text.contains("{{");
    match (&credential.secret, &credential.key, &credential.literal) {
        (Some(secret), ..) if secret.namespace.as_deref() != namespace => {
            Err(format!("the Secret {secret} is in another namespace"))
        }
        (Some(secret), Some(key), _) if known(&secret.name) && known(key) => Ok(format!(
            "{VARIABLE}- name: {name}\n{VARIABLE}  valueFrom:\n{VARIABLE}    secretKeyRef:\n{VARIABLE}      name: {}\n{VARIABLE}      key: {}\n",
            scalar(&secret.name),
            scalar(key)
        )),
        (_, _, Some(text)) if known(text) && credential.role != CredentialRole::Password => {
            Ok(format!("{VARIABLE}- name: {name}\n{VARIABLE}  value: {}\n", scalar(text)))
        }
        _ => Err(format!("`{}` ({}) does not tell", credential.name, credential.position)),
    }
}

/// Returns the image that the server runs.
fn image(subject: &Subject<'_>, store: &Store) -> Option<String> {
    let id = store.pin.as_ref()?;
    let pin = subject.inventory.pins.iter().find(|pin| pin.id == *id)?;
    let Package::Image(repository) = &pin.package else { return None };
    // A server that moves with this very upgrade is dumped by the tools that it has now.
    let tag = pin.current.tag.as_ref().map(|tag| format!(":{tag}"));
    let digest = pin.current.digest.as_ref().map(|digest| format!("@{}", digest.as_str()));
    if tag.is_none() && digest.is_none() {
        return None;
    }
    let (tag, digest) = (tag.unwrap_or_default(), digest.unwrap_or_default());
    Some(format!("{repository}{tag}{digest}"))
}
