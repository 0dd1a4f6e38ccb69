//! Real parts for the tests: registries, helm, certificates.
//!
//! Each part is started on a free port of this machine and ended when its handle is dropped. A
//! part that is not installed skips its tests with a line that names the package, unless
//! `REFIT_REQUIRE_PARTS=1` says that nothing may be missing. Nothing is waited for blindly: what
//! is started is asked until it answers, with a deadline.

use refit::http::{Answer, Client, Keep, Request, Settings, Url};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Returns whether a program is installed; says so if it is not.
pub(crate) fn have(program: &str, package: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        let required = std::env::var_os("REFIT_REQUIRE_PARTS").is_some_and(|value| value == "1");
        assert!(!required, "{program} is missing ({package})");
        println!("skipped: {program} is missing ({package})");
    }
    found
}

/// Returns a port that nothing listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks until something is so.
pub(crate) fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a program that has to succeed.
pub(crate) fn run(program: &str, folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).current_dir(folder).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A program in the background, ended when dropped.
pub(crate) struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How a registry wants to be asked.
pub(crate) enum Access {
    /// By anyone.
    Open,
    /// With a user name and a password (a file made by `htpasswd`).
    Basic(PathBuf),
    /// With a token from a realm, signed by the key of a certificate.
    Token { realm: String, certificate: PathBuf },
    /// By anyone, over TLS, with this certificate and key.
    Tls(PathBuf, PathBuf),
}

/// A distribution registry (Debian's `docker-registry`).
pub(crate) struct Registry {
    pub(crate) host: String,
    log: PathBuf,
    _server: Background,
}

impl Registry {
    /// Starts a registry over a folder; several may share one.
    pub(crate) fn start(folder: &Path, access: &Access) -> Self {
        let port = free_port();
        let host = format!("127.0.0.1:{port}");
        let blobs = folder.join("blobs");
        let mut conf = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {host}\n",
            blobs.display()
        );
        match access {
            Access::Open => {}
            Access::Basic(file) => {
                write!(conf, "auth:\n  htpasswd:\n    realm: test\n    path: {}\n", file.display())
                    .unwrap();
            }
            Access::Token { realm, certificate } => write!(
                conf,
                "auth:\n  token:\n    realm: {realm}\n    service: registry\n    issuer: issuer\n    rootcertbundle: {}\n",
                certificate.display()
            )
            .unwrap(),
            Access::Tls(certificate, key) => write!(
                conf,
                "  tls:\n    certificate: {}\n    key: {}\n",
                certificate.display(),
                key.display()
            )
            .unwrap(),
        }
        let file = folder.join(format!("registry-{port}.yml"));
        std::fs::write(&file, conf).unwrap();
        let log = folder.join(format!("registry-{port}.log"));
        let output = File::create(&log).unwrap();
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let registry = Self { host, log, _server: Background(server) };
        let address: SocketAddr = registry.host.parse().unwrap();
        wait_until("the registry", || TcpStream::connect(address).is_ok());
        registry
    }

    /// Returns the requests that the registry has logged: `GET /v2/… 200`.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap();
        log.lines()
            .filter_map(|line| {
                let (_, rest) = line.split_once("] \"")?;
                let (request, rest) = rest.split_once(" HTTP/")?;
                let status = rest.split_whitespace().nth(1)?;
                Some(format!("{request} {status}"))
            })
            .collect()
    }
}

/// Pushes images and charts' parts with plain requests.
pub(crate) struct Push {
    client: Client,
    base: String,
}

impl Push {
    /// Pushes to an open registry.
    pub(crate) fn to(host: &str) -> Self {
        let client = Client::new(Settings::default()).unwrap();
        Self { client, base: format!("http://{host}") }
    }

    /// Pushes a blob and returns its digest.
    pub(crate) async fn blob(&self, name: &str, bytes: &[u8]) -> String {
        let digest = sha256(bytes);
        let start = self.send("POST", &format!("/v2/{name}/blobs/uploads/"), "", b"").await;
        assert_eq!(start.status, 202);
        let location = start.url.join(start.header("location").unwrap()).unwrap();
        let location = location.with_parameters([("digest", digest.as_str())]);
        let octets = "application/octet-stream";
        let done = self.send("PUT", location.expose(), octets, bytes).await;
        assert_eq!(done.status, 201, "{:?}", done.body);
        digest
    }

    /// Pushes a manifest under a tag and returns its digest.
    pub(crate) async fn manifest(
        &self,
        name: &str,
        reference: &str,
        value: &serde_json::Value,
    ) -> String {
        let body = value.to_string();
        let media_type = value["mediaType"].as_str().unwrap();
        let path = format!("/v2/{name}/manifests/{reference}");
        let done = self.send("PUT", &path, media_type, body.as_bytes()).await;
        assert_eq!(done.status, 201, "{:?}", done.body);
        sha256(body.as_bytes())
    }

    /// Pushes an image with labels, and returns its manifest's digest and length.
    pub(crate) async fn image(
        &self,
        name: &str,
        tag: &str,
        config: &serde_json::Value,
    ) -> (String, usize) {
        let config = config.to_string();
        let layer = self.blob(name, b"layer").await;
        let digest = self.blob(name, config.as_bytes()).await;
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": digest,
                "size": config.len(),
            },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": layer,
                "size": 5,
            }],
        });
        (self.manifest(name, tag, &manifest).await, manifest.to_string().len())
    }

    /// Pushes an index over an image for linux/amd64, with an attestation beside it, and returns
    /// the index's digest.
    pub(crate) async fn index(&self, name: &str, tag: &str, config: &serde_json::Value) -> String {
        let platform = |digest: &str, size: usize, os: &str, architecture: &str| {
            serde_json::json!({
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": digest,
                "size": size,
                "platform": {"os": os, "architecture": architecture},
            })
        };
        let (image, length) = self.image(name, &format!("{tag}-amd64"), config).await;
        let nothing = serde_json::json!({"config": {}});
        let (other, other_length) = self.image(name, &format!("{tag}-att"), &nothing).await;
        let index = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [
                platform(&other, other_length, "unknown", "unknown"),
                platform(&image, length, "linux", "amd64"),
            ],
            "annotations": {"index": "annotation"},
        });
        self.manifest(name, tag, &index).await
    }

    async fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> Answer {
        let url = match path.strip_prefix('/') {
            Some(_) => format!("{}{path}", self.base),
            None => path.to_owned(),
        };
        let mut request = Request::new(method.parse().unwrap(), Url::parse(&url).unwrap())
            .keep(Keep::Never)
            .header("content-type".parse().unwrap(), media_type);
        request.body = body.to_vec().into();
        self.client.send(request).await.unwrap()
    }
}

/// Computes a digest.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

/// A certificate authority of our own, and a certificate of it for this machine.
pub(crate) struct Authority {
    pub(crate) ca: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    /// Makes both with `openssl`.
    pub(crate) fn make(folder: &Path) -> Self {
        let openssl = |arguments: &str| {
            run("openssl", folder, &arguments.split(' ').collect::<Vec<_>>());
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=test-authority"));
        openssl(&format!("req {key} -keyout tls.key -out tls.csr -subj /CN=127.0.0.1"));
        std::fs::write(folder.join("tls.ext"), "subjectAltName=IP:127.0.0.1\n").unwrap();
        openssl(
            "x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile tls.ext -out tls.pem",
        );
        Self {
            ca: folder.join("ca.pem"),
            certificate: folder.join("tls.pem"),
            key: folder.join("tls.key"),
        }
    }
}

/// Makes a chart with `helm create`-like contents and packages it; returns the archive.
pub(crate) fn package_chart(folder: &Path, name: &str, version: &str, more: &str) -> PathBuf {
    let chart = folder.join(format!("src-{name}-{version}")).join(name);
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    let text = format!("apiVersion: v2\nname: {name}\nversion: {version}\n{more}");
    std::fs::write(chart.join("Chart.yaml"), text).unwrap();
    std::fs::write(chart.join("values.yaml"), "{}\n").unwrap();
    run("helm", folder, &["package", chart.to_str().unwrap()]);
    folder.join(format!("{name}-{version}.tgz"))
}
