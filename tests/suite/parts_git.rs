//! Real git for the tests: repositories in temporary folders, and a server that speaks HTTP.
//!
//! The program runs with an environment of its own, so that the settings of whoever runs the tests
//! decide nothing. The server is lighttpd in front of `git http-backend`, with basic
//! authentication, on a free port of the loopback address; it ends with the value that stands for
//! it.

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A repository in a temporary folder, which goes with it.
pub(crate) struct Scratch {
    dir: TempDir,
}

impl Scratch {
    /// Makes an empty repository on the branch `main`.
    pub(crate) fn new() -> Self {
        let scratch = Self { dir: TempDir::new().unwrap() };
        scratch.git(&["init", "--quiet", "--initial-branch=main"]);
        scratch.git(&["config", "user.name", "A. Person"]);
        scratch.git(&["config", "user.email", "person@localhost"]);
        scratch
    }

    /// Clones a repository.
    pub(crate) fn clone_of(url: &str, args: &[&str]) -> Self {
        let scratch = Self { dir: TempDir::new().unwrap() };
        let args = [&["clone", "--quiet"], args, &[url, "."]].concat();
        scratch.git(&args);
        scratch.git(&["config", "user.name", "A. Person"]);
        scratch.git(&["config", "user.email", "person@localhost"]);
        scratch
    }

    /// Returns the repository's folder.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file into the work tree.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits everything in the work tree and returns the commit.
    pub(crate) fn commit_all(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git and returns what it printed; it must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs git.
    pub(crate) fn try_git(&self, args: &[&str]) -> Output {
        git_command(self.path()).args(args).output().unwrap()
    }
}

/// Returns a call of git in a folder, apart from the user's own settings.
pub(crate) fn git_command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_DATE", "1700000000 +0200")
        .env("GIT_COMMITTER_DATE", "1700000000 +0200")
        .env("LC_ALL", "C");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

/// Tells that a test cannot run for want of a part, which is a failure where parts are required.
pub(crate) fn skipped(part: &str, package: &str) {
    let required = std::env::var("REFIT_REQUIRE_PARTS").is_ok_and(|value| value == "1");
    assert!(!required, "{part} is missing ({package})");
    println!("skipped: {part} is missing ({package})");
}

/// A git server over HTTP with one bare repository, `repo.git`, and one user, who may also come
/// with the token of the GitHub.
pub(crate) struct HttpServer {
    child: Child,
    root: TempDir,
    port: u16,
}

/// The user who may read and write.
pub(crate) const USER: &str = "bot";
/// The user's password.
pub(crate) const PASSWORD: &str = "pass-w0rd";

impl HttpServer {
    /// Starts the server; `None` where a part of it is missing, which is then told.
    pub(crate) fn start() -> Option<Self> {
        let lighttpd = ["/usr/sbin/lighttpd", "/usr/local/sbin/lighttpd", "/usr/bin/lighttpd"];
        let Some(lighttpd) = lighttpd.iter().find(|path| Path::new(path).exists()) else {
            skipped("lighttpd", "Debian: lighttpd");
            return None;
        };
        let exec_path = Command::new("git").arg("--exec-path").output().unwrap().stdout;
        let backend =
            PathBuf::from(String::from_utf8(exec_path).unwrap().trim()).join("git-http-backend");
        if !backend.exists() {
            skipped("git http-backend", "Debian: git");
            return None;
        }
        let root = TempDir::new().unwrap();
        let repository = root.path().join("repo.git");
        std::fs::create_dir(&repository).unwrap();
        let init = ["init", "--quiet", "--bare", "--initial-branch=main"];
        assert!(git_command(&repository).args(init).status().unwrap().success());
        // Another process may take the port in between; then the next one is tried.
        for _ in 0..5 {
            let port = free_port();
            let conf = root.path().join("lighttpd.conf");
            let token = crate::parts_github::TOKEN;
            let users = format!("{USER}:{PASSWORD}\nx-access-token:{token}\n");
            std::fs::write(root.path().join("users"), users).unwrap();
            std::fs::write(&conf, configuration(root.path(), &backend, port)).unwrap();
            let mut child = Command::new(lighttpd)
                .args(["-D", "-f"])
                .arg(&conf)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            if answers(&mut child, port) {
                return Some(Self { child, root, port });
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("lighttpd did not start");
    }

    /// Returns the repository's address without credentials.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/repo.git", self.port)
    }

    /// Returns the bare repository's folder.
    pub(crate) fn repository(&self) -> PathBuf {
        self.root.path().join("repo.git")
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port of the loopback address that nobody listens on and no other test was given.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}

/// Waits until something listens on the port; `false` when the process ended instead.
pub(crate) fn answers(child: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            // Where somebody else has the port, the child ends when it cannot have it.
            return child.try_wait().unwrap().is_none();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

fn configuration(root: &Path, backend: &Path, port: u16) -> String {
    let (root, backend) = (root.display(), backend.display());
    format!(
        r#"server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{root}"
server.modules = ("mod_auth", "mod_authn_file", "mod_setenv", "mod_alias", "mod_cgi")
server.stream-request-body = 0
server.errorlog = "{root}/error.log"
alias.url = ("/" => "{backend}/")
cgi.assign = ("" => "")
setenv.set-environment = (
  "GIT_PROJECT_ROOT" => "{root}",
  "GIT_HTTP_EXPORT_ALL" => "1",
  "GIT_CONFIG_GLOBAL" => "/dev/null",
)
auth.backend = "plain"
auth.backend.plain.userfile = "{root}/users"
auth.require = ("/" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))
"#
    )
}
