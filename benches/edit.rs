//! How fast manifests are read and edited: a plain timing loop over generated text.
//!
//! `cargo bench --bench edit` prints a table. Each line is the best of several rounds, since
//! whatever else the machine does only ever makes a round slower.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use refit::yaml::{Edit, Path, Spot, Stream, Value, edit};

fn main() {
    let release = release("app", 12);
    let many: String = (0..2_000).map(release_of).collect();
    let one_line = one_line(2_000_000);
    println!("{:<44} {:>10}", "", "bytes");
    read("read one HelmRelease", &release, 2_000);
    read("read 2,000 HelmReleases in one file", &many, 10);
    read("read 2 MB of JSON on one line", &one_line, 10);
    let tag = spot(&["spec", "values", "controllers", "main", "containers", "app", "image", "tag"]);
    let replace = Edit::replace(tag, "1.2.3@sha256:0123456789abcdef", "1.3.0");
    changed("replace a tag, with proof and inverse", &release, &[replace]);
    let main = spot(&["spec", "values", "controllers", "main"]);
    changed("insert a key", &release, &[Edit::insert(main, "replicas", 0)]);
    let renderers = Value::sequence([Value::mapping([(
        "kustomize",
        Value::mapping([("patches", Value::sequence(["a: 1\nb: 2\n"]))]),
    )])]);
    let spec = spot(&["spec"]);
    changed(
        "insert a list of post-renderers",
        &release,
        &[Edit::insert(spec, "postRenderers", renderers)],
    );
    let env = spot(&["spec", "values", "controllers", "main", "containers", "app", "env", "KEY_3"]);
    changed("remove a key", &release, &[Edit::remove(env)]);
}

fn spot(keys: &[&str]) -> Spot {
    Spot::new(0, Path::keys(keys.iter().copied()))
}

fn read(name: &str, text: &str, rounds: usize) {
    let best = best(rounds, || drop(black_box(Stream::parse(black_box(text)))));
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    let rate = text.len() as f64 / best.as_secs_f64() / 1e6;
    println!("{name:<44} {:>10} {rate:>7.1} MB/s", text.len());
}

fn changed(name: &str, text: &str, edits: &[Edit]) {
    let Ok(stream) = Stream::parse(text) else { return };
    let best = best(2_000, || drop(black_box(edit(black_box(&stream), edits))));
    println!("{name:<44} {:>10} {:>7.1} µs", text.len(), best.as_secs_f64() * 1e6);
}

fn best(rounds: usize, mut run: impl FnMut()) -> Duration {
    let timed = (0..rounds.max(3)).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    timed.min().unwrap_or_default()
}

fn release_of(number: usize) -> String {
    release(&format!("app-{number}"), 4 + number % 9)
}

/// A release as home and company clusters have them, with some environment variables.
fn release(name: &str, variables: usize) -> String {
    let mut env = String::new();
    for number in 0..variables {
        // Writing to a String cannot fail.
        let _ = writeln!(env, "              KEY_{number}: \"value {number}\" # why");
    }
    format!(
        "---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app {name}
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: app-template
  install:
    remediation:
      retries: 3
  values:
    controllers:
      main:
        annotations: {{reloader.stakater.com/auto: \"true\"}}
        containers:
          app:
            image:
              repository: ghcr.io/example/{name}
              tag: 1.2.3@sha256:0123456789abcdef
            env:
{env}            probes: &probes
              liveness:
                enabled: true
                custom: true
                spec:
                  httpGet: {{path: /healthz, port: 8080}}
                  periodSeconds: 10
            resources:
              requests: {{cpu: 10m, memory: 64Mi}}
    service:
      app:
        controller: *app
        ports:
          http:
            port: 8080
    configMaps:
      config:
        data:
          config.yaml: |
            server:
              listen: 0.0.0.0:8080
            log: info
    persistence:
      data:
        existingClaim: *app
        globalMounts:
          - path: /data
"
    )
}

fn one_line(bytes: usize) -> String {
    let mut text = String::from("{\"items\": [");
    while text.len() < bytes {
        text.push_str("{\"name\": \"é\", \"tag\": \"1.2.3\", \"on\": true}, ");
    }
    text.push_str("null]}\n");
    text
}
