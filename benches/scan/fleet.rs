//! A Flux repository of any size, as such repositories are laid out.
//!
//! Namespaces of ten applications each, every one a folder with a kustomization; half of the
//! releases take charts from Helm repositories, half share one app-template source by `chartRef`.
//! Values are 30 to 60 lines, with images in the usual shapes. The same size gives the same bytes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What was written.
pub(super) struct Written {
    /// Files.
    pub(super) files: usize,
    /// Their bytes.
    pub(super) bytes: u64,
}

/// Writes a repository with so many releases into a folder.
pub(super) fn write(root: &Path, releases: usize) -> Written {
    let mut written = Written { files: 0, bytes: 0 };
    let mut file = |path: String, text: String| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        written.files += 1;
        written.bytes += text.len() as u64;
        fs::write(path, text).unwrap();
    };
    file("cluster/apps.yaml".to_owned(), APPS.to_owned());
    file("cluster/sources.yaml".to_owned(), SOURCES.to_owned());
    for first in (0..releases).step_by(10) {
        let namespace = format!("team-{:04}", first / 10);
        let apps = first..releases.min(first + 10);
        let mut kustomization = format!(
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {namespace}\nresources:\n"
        );
        for number in apps {
            writeln!(kustomization, "  - ./app-{number:05}.yaml").unwrap();
            let text = if number % 2 == 0 { app_template(number) } else { charted(number) };
            file(format!("apps/{namespace}/app-{number:05}.yaml"), text);
        }
        file(format!("apps/{namespace}/kustomization.yaml"), kustomization);
    }
    written
}

const APPS: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 1h
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      DOMAIN: fleet.example
";

const SOURCES: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, url: \"https://charts.fleet.example\"}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: app-template, namespace: flux-system}
spec:
  interval: 1h
  url: oci://registry.fleet.example/charts/app-template
  ref: {tag: 4.1.2}
";

/// A release of the shared app-template, with a digest behind its tag.
fn app_template(number: usize) -> String {
    let mut text = format!(
        "---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: app-{number:05}
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: app-template
    namespace: flux-system
  values:
    controllers:
      main:
        annotations:
          reloader.stakater.com/auto: \"true\"
        containers:
          app:
            image:
              repository: registry.fleet.example/apps/app-{number:05}
              tag: v{}.{}.{}@sha256:{:064x}
            env:
              TZ: Europe/Berlin
              APP_URL: https://app-{number:05}.${{DOMAIN}}
",
        1 + number % 7,
        number % 11,
        number % 5,
        number * 7919,
    );
    for variable in 0..number % 20 {
        writeln!(text, "              SETTING_{variable:02}: \"value {variable}\"").unwrap();
    }
    text.push_str(
        "            probes:
              liveness: &probes
                enabled: true
                custom: true
                spec:
                  httpGet: {path: /healthz, port: 8080}
                  initialDelaySeconds: 0
                  periodSeconds: 10
              readiness: *probes
            resources:
              requests: {cpu: 10m, memory: 64Mi}
              limits: {memory: 256Mi}
    service:
      main:
        controller: main
        ports:
          http: {port: 8080}
    persistence:
      config:
        existingClaim: config # kept by the backup
      tmp:
        type: emptyDir
",
    );
    text
}

/// A release of a chart from a Helm repository.
fn charted(number: usize) -> String {
    let mut text = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: app-{number:05}
spec:
  interval: 1h
  chart:
    spec:
      chart: chart-{:03}
      version: {}.{}.{}
      sourceRef:
        kind: HelmRepository
        name: charts
        namespace: flux-system
  install:
    remediation:
      retries: 3
  upgrade:
    cleanupOnFail: true
    remediation:
      retries: 3
  values:
    replicaCount: 2 # one a zone
    image:
      registry: registry.fleet.example
      repository: charted/app-{number:05}
      tag: \"{}.{}\"
      pullPolicy: IfNotPresent
    # The exporter is released with the application.
    metrics:
      enabled: true
      image: registry.fleet.example/exporters/exporter-{:03}:0.{}.0
      serviceMonitor: {{enabled: true, interval: 30s}}
    ingress:
      enabled: true
      className: internal
      hosts:
        - host: app-{number:05}.fleet.example
          paths: [{{path: /, pathType: Prefix}}]
    config: |
      server:
        listen: 0.0.0.0:8080
        image: not-an-image:1.0
      log: info
",
        number % 200,
        1 + number % 9,
        number % 13,
        number % 4,
        1 + number % 3,
        number % 17,
        number % 100,
        number % 30,
    );
    text.push_str("    extraEnv:\n");
    for variable in 0..5 + number % 10 {
        writeln!(text, "      - name: OPTION_{variable:02}").unwrap();
        writeln!(text, "        value: 'option {variable}'").unwrap();
    }
    text
}
