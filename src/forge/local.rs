//! Pull requests as files in the repository itself.
//!
//! For somebody who tries refit out, works without a forge, or wants to look before anything is
//! sent: the branches are ordinary branches, and each pull request is a Markdown file under
//! `refit/pulls/` in the git directory that all work trees share, named after its branch. Its head
//! holds the fields, each as `name: JSON`, its rest is the body to the byte. A person may edit the
//! files: closing one is writing `state: closed`. Whether one was merged is not written but read
//! off the branches: the base holds its branch, or holds the commit that the branch ended at when
//! refit last wrote the file. One whose branch somebody removed otherwise counts as closed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use serde_json::Value;

use crate::git::{Oid, Repo};
use crate::tree::RepoPath;

use super::{Difference, Error, Forge, Pull, PullRequest, PullState, body, labels, unstage};

/// A body may be as long as on GitHub, so that what is shown here is what would be sent.
const BODY_LIMIT: usize = 65_536;

/// A tilde stands before the number of a later pull request for the same branch: no branch name
/// holds one (`git-check-ref-format(1)`).
const AGAIN: char = '~';

/// The pull requests of a repository without a forge.
#[derive(Debug, Clone)]
pub struct Local {
    dir: PathBuf,
    pulls: PathBuf,
    author: String,
}

impl Local {
    /// Names the pull requests of the repository that holds `dir`.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn new(dir: &Path) -> Result<Self, Error> {
        let repo = Repo::discover(dir)?;
        let author = repo.author();
        Ok(Self {
            dir: dir.to_owned(),
            pulls: repo.common_dir().join("refit").join("pulls"),
            author: author.name().to_owned(),
        })
    }

    /// Returns the folder that holds the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.pulls
    }

    /// Lists all pull requests whose branch begins with `prefix`, by number. Files that are none
    /// are passed over.
    ///
    /// # Errors
    /// When the folder or the branches cannot be read.
    pub fn list(&self, prefix: &str) -> Result<Vec<Pull>, Error> {
        let repo = Repo::discover(&self.dir)?;
        let mut pulls = Vec::new();
        for (path, Filed { pull, tip }) in self.files()? {
            if pull.head.starts_with(prefix) {
                let state = state(&repo, &pull, tip)?;
                pulls.push(Pull { state, url: path.display().to_string(), ..pull });
            }
        }
        pulls.sort_by_key(|pull| pull.number);
        Ok(pulls)
    }

    fn files(&self) -> Result<BTreeMap<PathBuf, Filed>, Error> {
        let mut files = BTreeMap::new();
        if !self.pulls.exists() {
            return Ok(files);
        }
        for entry in walkdir::WalkDir::new(&self.pulls).sort_by_file_name() {
            let entry = entry.map_err(|error| file_error(&self.pulls, &error))?;
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "md")
                && let Ok(text) = fs::read_to_string(path)
                && let Some(filed) = parse(&text)
            {
                files.insert(path.to_owned(), filed);
            }
        }
        Ok(files)
    }

    fn create(&self, wanted: &PullRequest) -> Result<Pull, Error> {
        let open = |pull: &Pull| pull.head == wanted.head && pull.state == PullState::Open;
        let pulls = self.list(&wanted.head)?;
        if let Some(pull) = pulls.into_iter().find(open) {
            return self.change(&pull, wanted);
        }
        // A branch's name becomes a file's: none may lead out of the folder.
        let safe = RepoPath::new(&wanted.head).is_ok_and(|path| path.as_str() == wanted.head);
        if !safe {
            return Err(file_error(&self.pulls, &format!("`{}` is no branch", wanted.head)));
        }
        let files = self.files()?;
        let number = files.values().map(|filed| filed.pull.number).max().unwrap_or(0) + 1;
        let mut pull = Pull {
            number,
            state: PullState::Open,
            title: wanted.title.clone(),
            body: wanted.body.clone(),
            head: wanted.head.clone(),
            base: wanted.base.clone(),
            labels: labels(wanted, wanted.draft),
            draft: wanted.draft,
            url: String::new(),
            author: self.author.clone(),
        };
        let tip = self.tip(&pull.head)?;
        // The first name that is free: earlier pull requests for the branch keep theirs.
        for again in 1..=10_000_u32 {
            let suffix = if again == 1 { String::new() } else { format!("{AGAIN}{again}") };
            let path = self.pulls.join(format!("{}{suffix}.md", wanted.head));
            if !path.exists() && write(&path, &render(&pull, tip), Place::Free)? {
                pull.url = path.display().to_string();
                return Ok(pull);
            }
        }
        Err(file_error(&self.pulls, &"no free name is left for this branch"))
    }

    fn change(&self, pull: &Pull, wanted: &PullRequest) -> Result<Pull, Error> {
        let difference = Difference::between(pull, wanted);
        if !super::needs_update(pull, wanted) {
            return Ok(pull.clone());
        }
        let mut changed = pull.clone();
        changed.title = difference.title.unwrap_or(changed.title);
        changed.body = difference.body.unwrap_or(changed.body);
        changed.base = difference.base.unwrap_or(changed.base);
        changed.draft = difference.draft.unwrap_or(changed.draft);
        changed.labels.extend(difference.labels);
        if difference.unstaged {
            unstage(&mut changed);
        }
        self.replace(changed)
    }

    fn replace(&self, pull: Pull) -> Result<Pull, Error> {
        let same =
            |(path, found): (PathBuf, Filed)| (found.pull.number == pull.number).then_some(path);
        let path = self.files()?.into_iter().find_map(same);
        let path = path.ok_or_else(|| file_error(&self.pulls, &"the pull request is gone"))?;
        write(&path, &render(&pull, self.tip(&pull.head)?), Place::Taken)?;
        Ok(pull)
    }

    fn tip(&self, branch: &str) -> Result<Option<Oid>, Error> {
        Ok(Repo::discover(&self.dir)?.tip(&format!("refs/heads/{branch}"))?)
    }
}

impl Forge for Local {
    fn body_limit(&self) -> usize {
        BODY_LIMIT
    }

    fn find_own<'a>(
        &'a self,
        prefix: &'a str,
        heads: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Pull>, Error>> {
        let wanted = |pull: &Pull| pull.state == PullState::Open || heads.contains(&pull.head);
        let found = self.list(prefix);
        ready(found.map(|pulls| pulls.into_iter().filter(wanted).collect())).boxed()
    }

    fn open<'a>(&'a self, wanted: &'a PullRequest) -> BoxFuture<'a, Result<Pull, Error>> {
        ready(self.create(wanted)).boxed()
    }

    fn update<'a>(
        &'a self,
        pull: &'a Pull,
        wanted: &'a PullRequest,
    ) -> BoxFuture<'a, Result<Pull, Error>> {
        ready(self.change(pull, wanted)).boxed()
    }

    fn close<'a>(&'a self, pull: &'a Pull, reason: &'a str) -> BoxFuture<'a, Result<Pull, Error>> {
        let body = body::closed(&pull.body, reason, BODY_LIMIT);
        let closed = Pull { state: PullState::Closed, body, ..pull.clone() };
        ready(self.replace(closed)).boxed()
    }
}

/// A file that holds a pull request.
#[derive(Debug, PartialEq)]
struct Filed {
    pull: Pull,
    /// Where its branch ended when the file was written.
    tip: Option<Oid>,
}

/// Returns what has become of a pull request, from its file and its branches.
fn state(repo: &Repo, pull: &Pull, filed: Option<Oid>) -> Result<PullState, Error> {
    if pull.state != PullState::Open {
        return Ok(pull.state);
    }
    let tip = |branch: &str| repo.tip(&format!("refs/heads/{branch}"));
    let head = tip(&pull.head)?;
    let merged = match (tip(&pull.base)?, head.or(filed)) {
        // A commit that was never merged may be gone with its branch.
        (Some(base), Some(last)) => repo.holds(last) && repo.contains(base, last)?,
        _ => false,
    };
    Ok(match (merged, head) {
        (true, _) => PullState::Merged,
        (false, Some(_)) => PullState::Open,
        (false, None) => PullState::Closed,
    })
}

fn render(pull: &Pull, tip: Option<Oid>) -> String {
    let fields = [
        ("number", Value::from(pull.number)),
        ("state", serde_json::to_value(pull.state).unwrap_or_default()),
        ("title", Value::from(pull.title.as_str())),
        ("head", Value::from(pull.head.as_str())),
        ("base", Value::from(pull.base.as_str())),
        ("labels", Value::from(pull.labels.clone())),
        ("draft", Value::from(pull.draft)),
        ("author", Value::from(pull.author.as_str())),
        ("tip", tip.map_or(Value::Null, |tip| Value::from(tip.to_string()))),
    ];
    let mut text = String::from("---\n");
    for (name, value) in fields {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}: {value}");
    }
    text + "---\n" + &pull.body
}

/// Reads a file; values that are no JSON are taken as they stand.
fn parse(text: &str) -> Option<Filed> {
    let mut rest = text.strip_prefix("---")?.split_once('\n')?.1;
    let mut fields = BTreeMap::new();
    loop {
        let (line, after) = rest.split_once('\n')?;
        rest = after;
        let line = line.trim_end();
        if line == "---" {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            let value = value.trim();
            let parsed = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            fields.insert(name.trim().to_owned(), parsed);
        }
    }
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    };
    let labels = match fields.get("labels") {
        Some(Value::Array(labels)) => {
            labels.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let pull = Pull {
        number: fields.get("number").and_then(Value::as_u64)?,
        state: fields.get("state").and_then(|state| serde_json::from_value(state.clone()).ok())?,
        title: text("title").unwrap_or_default(),
        body: rest.to_owned(),
        head: text("head")?,
        base: text("base")?,
        labels,
        draft: fields.get("draft").and_then(Value::as_bool).unwrap_or(false),
        url: String::new(),
        author: text("author").unwrap_or_default(),
    };
    let tip = text("tip").and_then(|tip| tip.parse().ok());
    Some(Filed { pull, tip })
}

/// Whether a file may be there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Taken,
}

/// Writes a file in one step; `false` when its name was taken in between.
fn write(path: &Path, text: &str, place: Place) -> Result<bool, Error> {
    let failed = |error: &dyn std::fmt::Display| file_error(path, error);
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    let kept = match place {
        Place::Free => file.persist_noclobber(path),
        Place::Taken => file.persist(path),
    };
    match kept {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(&error.error)),
    }
}

fn file_error(path: &Path, message: &dyn std::fmt::Display) -> Error {
    Error::File { path: path.to_owned(), message: message.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pull() -> Pull {
        Pull {
            number: 7,
            state: PullState::Open,
            title: "Upgrade: \"app\" to 3".to_owned(),
            body: "Text\n".to_owned(),
            head: "refit/upgrade/a/b-3".to_owned(),
            base: "main".to_owned(),
            labels: vec!["a, b".to_owned()],
            draft: true,
            url: String::new(),
            author: "refit".to_owned(),
        }
    }

    #[test]
    fn an_edited_file_is_read() {
        let edited = "---\r\nnumber: 7\r\nstate: closed\r\ntitle: Upgrade: app\r\nhead: x\r\n\
            base: main\r\nmood: good\r\n---\r\nText\r\n";
        let pull = parse(edited).unwrap().pull;
        assert_eq!((pull.state, pull.title.as_str()), (PullState::Closed, "Upgrade: app"));
        assert_eq!(pull.body, "Text\r\n");
        for other in ["", "# Notes\n", "---\nnumber: 1\n", "---\nnumber: x\nstate: open\n---\n"] {
            assert_eq!(parse(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            title in "\\PC{0,40}", body in "(\\PC|\n|\r|---){0,200}",
            labels in prop::collection::vec("\\PC{0,10}", 0..3), draft: bool, tipped: bool,
        ) {
            let pull = Pull { title, body, labels, draft, ..pull() };
            let tip = tipped.then(|| "0123456789abcdef0123456789abcdef01234567".parse().unwrap());
            prop_assert_eq!(parse(&render(&pull, tip)), Some(Filed { pull, tip }));
        }
    }
}
