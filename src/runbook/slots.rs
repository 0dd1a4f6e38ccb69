//! What fills the slots of a policy's commands, and what cannot be filled.
//!
//! A command is only ever shown whole: if one of its slots has nothing to fill it, the step is told
//! in words with what is missing. Sign-ins become variables of the shell, which the command's first
//! lines read from the Secret by the name of the key; the value itself is never here.

use std::collections::BTreeMap;

use super::shell;
use crate::flux::ObjectName;
use crate::policy::SLOTS;
use crate::state::{Credential, CredentialRole, How, Lives, Store, Volume, VolumeKind, Workload};

/// What is known of one thing that is backed up.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    /// The plain ones, by name.
    known: BTreeMap<&'static str, String>,
    /// The ones that the shell reads first: the word for the command, and the lines before it.
    read: BTreeMap<&'static str, (String, Vec<String>)>,
    /// Why one is missing, by name.
    missing: BTreeMap<&'static str, String>,
}

/// What an upgrade is called where it leaves something behind.
#[derive(Debug, Clone)]
pub(super) struct Called {
    /// What the names of files begin with.
    pub(super) file: String,
    /// The name of objects in the cluster.
    pub(super) object: String,
}

/// The database that a rehearsal fills and takes away again.
const SCRATCH: &str = "refit_drill";

/// When a count is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// With the backup.
    Before,
    /// After the upgrade.
    After,
    /// After a restore.
    Restored,
    /// In the database of a rehearsal.
    Drill,
}

impl Moment {
    fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Restored => "restored",
            Self::Drill => "drill",
        }
    }
}

impl Slots {
    /// Returns the slots of a datastore.
    pub(super) fn of_store(store: &Store, called: &Called, app: Option<&Workload>) -> Self {
        let mut slots = Self::common(called, app);
        match &store.workload {
            Some(workload) => slots.pods(workload),
            None => slots.lack("pod", "the repository does not show the pods that serve it"),
        }
        match &store.lives {
            Lives::Cnpg { cluster } => {
                slots.put("cluster", &cluster.name);
                slots.put_namespace(cluster.namespace.as_deref());
            }
            Lives::External { host } => slots.put("host", host),
            Lives::OwnVolume { claim: Some(claim), path, .. } => {
                slots.put("claim", &claim.name);
                slots.put_namespace(claim.namespace.as_deref());
                if let Some(path) = path {
                    slots.put("path", path);
                }
            }
            Lives::OwnVolume { .. } => slots.lack("claim", "the name of its claim is not known"),
            _ => {}
        }
        slots.sign_in(store);
        slots
    }

    /// Returns the slots of a volume.
    pub(super) fn of_volume(volume: &Volume, called: &Called, app: Option<&Workload>) -> Self {
        let mut slots = Self::common(called, app);
        if let (Some(claim), VolumeKind::Claim) = (&volume.claim, volume.kind) {
            slots.put("claim", &claim.name);
            slots.put_namespace(claim.namespace.as_deref());
        } else {
            slots.lack("claim", "the name of its claim is not known");
        }
        if let Some(mount) = volume.mounts.first() {
            slots.put("mount", mount);
        } else {
            slots.lack("mount", "where it is mounted is not told");
        }
        for backup in &volume.backed_up_by {
            match backup.kind.as_str() {
                "ReplicationSource" => slots.put("source", &backup.name.name),
                "Schedule" => slots.put("schedule", &backup.name.name),
                _ => {}
            }
        }
        slots
    }

    fn common(called: &Called, app: Option<&Workload>) -> Self {
        let mut slots = Self::default();
        slots.put("file", &called.file);
        slots.put("upgrade", &called.object);
        slots.put("helper", &format!("refit-{}", called.object));
        slots.known.insert("open", "{".to_owned());
        slots.known.insert("close", "}".to_owned());
        slots.known.insert("moment", "before".to_owned());
        slots.known.insert("scratch", SCRATCH.to_owned());
        match app.and_then(target) {
            Some(target) => {
                slots.known.insert("app.pod", target);
            }
            None => slots.lack("app.pod", "the names of its pods are the chart's own"),
        }
        slots
    }

    /// Says when a count is taken.
    pub(super) fn at(mut self, moment: Moment) -> Self {
        self.known.insert("moment", moment.as_str().to_owned());
        if moment == Moment::Drill {
            let known = self.known.insert("database", SCRATCH.to_owned());
            self.known.extend(known.map(|name| ("dumped", name)));
            self.read.extend(self.read.get("database").cloned().map(|read| ("dumped", read)));
        }
        self
    }

    /// Returns the file of a count.
    pub(super) fn counts(&self, moment: Moment) -> Option<String> {
        Some(format!("{}.{}.counts", self.known.get("file")?, moment.as_str()))
    }

    /// Puts a plain name into a slot; one that is not plain leaves it empty.
    fn put(&mut self, name: &'static str, value: &str) {
        if shell::is_plain(value) {
            self.known.insert(name, value.to_owned());
        } else {
            self.lack(name, &format!("`{value}` cannot stand in a command"));
        }
    }

    fn put_namespace(&mut self, namespace: Option<&str>) {
        match namespace {
            Some(namespace) => self.put("namespace", namespace),
            None => self.lack("namespace", "its namespace is not known"),
        }
    }

    fn lack(&mut self, name: &'static str, why: &str) {
        self.missing.insert(name, why.to_owned());
    }

    fn pods(&mut self, workload: &Workload) {
        self.put("namespace", &workload.namespace);
        let container = workload.container.as_deref().filter(|name| shell::is_plain(name));
        let container = container.map(|name| format!("-c {name}")).unwrap_or_default();
        self.known.insert("container", container);
        if let Some(target) = target(workload) {
            self.known.insert("pod", target);
            return;
        }
        match find_pod(workload, "POD") {
            Some(line) => {
                self.read.insert("pod", ("\"$POD\"".to_owned(), vec![line]));
            }
            None => self.lack("pod", "its labels cannot stand in a command"),
        }
    }

    /// Fills in how one signs in: the release's own way, else that of the server.
    fn sign_in(&mut self, store: &Store) {
        let has = |list: &[Credential], role| list.iter().any(|credential| credential.role == role);
        let (user, word) = (CredentialRole::User, CredentialRole::Password);
        // The server's own user may do everything; a user and a password belong together.
        let whole = has(&store.setup, user) && has(&store.setup, word);
        let own = !whole && (has(&store.credentials, user) || !has(&store.setup, user));
        let pair = if own { &store.credentials } else { &store.setup };
        let names: Vec<&Credential> = store.credentials.iter().chain(&store.setup).collect();
        let databases: Vec<&Credential> = if is_set_up_for_it(store) {
            names.clone()
        } else {
            store.credentials.iter().collect()
        };
        let pair: Vec<&Credential> = pair.iter().collect();
        let all = || names.iter().copied();
        for (role, slot, variable, from) in [
            (CredentialRole::User, "user", "DB_USER", &pair),
            (CredentialRole::Password, "password", "DB_PASSWORD", &pair),
            (CredentialRole::Database, "database", "DB_NAME", &databases),
        ] {
            let mut found = from.iter().filter(|credential| credential.role == role);
            if let Some(line) = found.find_map(|credential| assign(variable, credential)) {
                self.read.insert(slot, (format!("\"${variable}\""), vec![line]));
                continue;
            }
            let mut urls = from.iter().filter(|credential| credential.role == CredentialRole::Url);
            match urls.find_map(|credential| assign("DB_URL", credential)) {
                Some(line) => {
                    let lines = vec![line, part_of_url(role).to_owned()];
                    self.read.insert(slot, (format!("\"${variable}\""), lines));
                }
                None => self.lack(slot, &format!("the repository does not name its {slot}")),
            }
        }
        let mut host = all().filter(|credential| credential.role == CredentialRole::Host);
        if !self.known.contains_key("host")
            && let Some(line) = host.find_map(|credential| assign("DB_HOST", credential))
        {
            self.read.insert("host", ("\"$DB_HOST\"".to_owned(), vec![line]));
        }
    }

    /// Fills a command in, or says what is missing.
    pub(super) fn fill(&self, template: &str) -> Result<String, Vec<String>> {
        let mut missing = Vec::new();
        let mut before: Vec<&String> = Vec::new();
        let mut text = String::new();
        let mut rest = template;
        while let Some((start, name, after)) = next(rest) {
            text.push_str(start);
            rest = after;
            if let Some(value) = self.known.get(name) {
                text.push_str(value);
            } else if let Some((word, lines)) = self.read.get(name) {
                text.push_str(word);
                before
                    .extend(lines.iter().filter(|line| !before.contains(line)).collect::<Vec<_>>());
            } else {
                let why = self.missing.get(name).cloned();
                missing.push(why.unwrap_or_else(|| format!("`{name}` is not known")));
            }
        }
        text.push_str(rest);
        if !missing.is_empty() {
            missing.sort();
            missing.dedup();
            return Err(missing);
        }
        let mut lines: Vec<String> = Vec::new();
        for line in before {
            if !lines.contains(line) {
                lines.push(line.clone());
            }
        }
        // An empty container leaves two blanks behind.
        lines.extend(text.trim_end().lines().map(tidy));
        Ok(lines.join("\n"))
    }

    /// Fills a sentence in, as far as its slots are plain.
    pub(super) fn sentence(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((start, name, after)) = next(rest) {
            text.push_str(start);
            rest = after;
            match self.known.get(name) {
                Some(value) => text.push_str(value),
                None => text.push_str(match name {
                    "host" => "the server",
                    "claim" => "of the release",
                    other => other,
                }),
            }
        }
        text.push_str(rest);
        text
    }
}

/// Takes the blanks together that an empty slot leaves between two words.
fn tidy(line: &str) -> String {
    match line.find(" --") {
        Some(at) => {
            let (head, tail) = line.split_at(at);
            format!("{}{tail}", head.trim_end())
        }
        None => line.to_owned(),
    }
}

/// Finds the next slot of a template: what stands before it, its name, the rest.
fn next(text: &str) -> Option<(&str, &'static str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find('{')?;
        let inside = text.get(start + 1..)?;
        let name = SLOTS
            .iter()
            .find(|name| inside.strip_prefix(**name).is_some_and(|rest| rest.starts_with('}')));
        if let Some(name) = name {
            return Some((text.get(..start)?, name, inside.get(name.len() + 1..)?));
        }
        from = start + 1;
    }
}

/// Returns a workload as `kubectl` takes it, where its name is known for certain.
pub(super) fn target(workload: &Workload) -> Option<String> {
    let (kind, name) = (workload.kind.as_ref()?, workload.name.as_ref()?);
    let kind = match kind.as_str() {
        "Deployment" => "deploy",
        "StatefulSet" => "statefulset",
        "DaemonSet" => "daemonset",
        _ => return None,
    };
    shell::is_plain(name).then(|| format!("{kind}/{name}"))
}

/// Returns the selector of a workload as `kubectl` takes it.
pub(super) fn selector(workload: &Workload) -> Option<String> {
    let labels: Vec<String> =
        workload.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let text = labels.join(",");
    (!labels.is_empty() && shell::is_plain(&text)).then_some(text)
}

fn find_pod(workload: &Workload, variable: &str) -> Option<String> {
    let labels = selector(workload)?;
    let namespace = Some(&workload.namespace).filter(|name| shell::is_plain(name))?;
    Some(format!(
        "{variable}=$(kubectl get pod -n {namespace} -l {labels} -o jsonpath='{{.items[0].metadata.name}}')"
    ))
}

/// Returns the line that gives a shell variable a part of a sign-in.
fn assign(variable: &str, credential: &Credential) -> Option<String> {
    if let (Some(secret), Some(key)) = (&credential.secret, &credential.key) {
        let ObjectName { namespace, name } = secret;
        let read = shell::secret(namespace.as_deref()?, name, key)?;
        return Some(format!("{variable}={read}"));
    }
    let literal = credential.literal.as_ref()?;
    Some(format!("{variable}={}", shell::word(literal)))
}

/// Returns the line that cuts a part out of an address.
fn part_of_url(role: CredentialRole) -> &'static str {
    match role {
        CredentialRole::User => "DB_USER=${DB_URL#*://}; DB_USER=${DB_USER%%[:@]*}",
        CredentialRole::Password => "DB_PASSWORD=${DB_URL#*://*:}; DB_PASSWORD=${DB_PASSWORD%@*}",
        _ => "DB_NAME=${DB_URL##*/}; DB_NAME=${DB_NAME%%\\?*}",
    }
}

/// Says whether the database that a server was set up with is the release's own: not where the
/// release signs in as somebody else, nor where others have databases there and nothing but the
/// server tells which one is meant.
fn is_set_up_for_it(store: &Store) -> bool {
    let user = |list: &[Credential]| {
        let mut users = list.iter().filter(|credential| credential.role == CredentialRole::User);
        users.find_map(|credential| credential.literal.clone())
    };
    let other = match (user(&store.credentials), user(&store.setup)) {
        (Some(own), Some(set_up)) => own != set_up,
        _ => false,
    };
    !other && (store.beside.is_empty() || store.how == How::SharedSecret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Position, RuleRef};
    use crate::flux::ObjectName;
    use crate::tree::RepoPath;

    #[test]
    fn slots_are_told_from_other_braces() {
        let found = |text: &'static str| next(text).map(|(_, name, rest)| (name, rest));
        assert_eq!(found("a {user} b"), Some(("user", " b")));
        assert_eq!(found("jsonpath='{.items[0]}' {pod}"), Some(("pod", "")));
        assert_eq!(found("{name: data} ${VAR} {unknown}"), None);
        assert_eq!(found("{claimName: {claim}}"), Some(("claim", "}")));
    }

    #[test]
    fn a_server_s_first_database_is_not_everybody_s() {
        let sign_in = |user: &str, database: &str| {
            let part = |role, literal: &str| Credential {
                role,
                name: String::new(),
                secret: None,
                key: None,
                literal: Some(literal.to_owned()),
                position: Position { file: RepoPath::new("a.yaml").unwrap(), line: 1, column: 1 },
            };
            let database = (!database.is_empty()).then(|| part(CredentialRole::Database, database));
            let user = (!user.is_empty()).then(|| part(CredentialRole::User, user));
            user.into_iter().chain(database).collect::<Vec<_>>()
        };
        let other = ObjectName::new(None, "other");
        for (own, beside, how, expected) in [
            (sign_in("", ""), vec![], How::Host, Some("DB_NAME=first")),
            (sign_in("first", ""), vec![], How::Host, Some("DB_NAME=first")),
            (sign_in("shop", ""), vec![], How::Host, None),
            (sign_in("shop", "shop"), vec![], How::Host, Some("DB_NAME=shop")),
            (sign_in("", ""), vec![other.clone()], How::Host, None),
            (sign_in("", ""), vec![other.clone()], How::SharedSecret, Some("DB_NAME=first")),
        ] {
            let store = Store {
                engine: "postgresql".into(),
                policy: RuleRef { name: String::new(), file: String::new(), line: 0 },
                lives: Lives::Unknown,
                how,
                version: None,
                pin: None,
                evidence: Vec::new(),
                credentials: own,
                setup: sign_in("first", "first"),
                only_reads: false,
                shared_with: Vec::new(),
                beside,
                workload: None,
                volumes: Vec::new(),
            };
            let mut slots = Slots::default();
            slots.sign_in(&store);
            let text = slots.fill("{database}").ok();
            assert_eq!(text.as_deref().and_then(|text| text.lines().next()), expected, "{store:?}");
        }
    }

    #[test]
    fn a_command_is_whole_or_not_at_all() {
        let called = Called { file: "shop-1".into(), object: "shop-2".into() };
        let slots = Slots::common(&called, None);
        assert_eq!(slots.fill("cat {file}.dump").unwrap(), "cat shop-1.dump");
        let missing = slots.fill("psql -U {user} {app.pod}").unwrap_err();
        assert_eq!(missing.len(), 2, "{missing:?}");
    }
}
