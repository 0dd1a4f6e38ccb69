//! What is found in small repositories: one fixture a rule, the whole answer compared.

use super::{Inventory, Pin, discover};
use crate::policy;
use crate::tree::{MemoryTree, Overlay, Tree};
use crate::upgrade::{Change, FileEdit, render};

mod addresses;
mod levers;
mod overrides;
mod places;
mod remediation;
mod settings;
mod shapes;

/// A source that most fixtures take their chart from.
const SOURCE: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: app-template, namespace: flux-system}
spec:
  url: oci://ghcr.io/bjw-s-labs/helm/app-template
  ref: {tag: 4.1.0}
";

/// Puts every line two columns further in.
fn indent(text: &str) -> String {
    text.lines().flat_map(|line| ["  ", line, "\n"]).collect()
}

/// Writes a release of the namespace `default`; `spec` is what stands below `spec:` beside its chart.
fn release(name: &str, spec: &str) -> String {
    let indented = indent(spec);
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {name}\n  namespace: default\nspec:\n  \
         chartRef: {{kind: OCIRepository, name: app-template, namespace: flux-system}}\n{indented}"
    )
}

/// Writes a release with values.
fn with_values(values: &str) -> String {
    let indented = indent(values);
    release("web", &format!("values:\n{indented}"))
}

/// Writes a Flux Kustomization of this repository; `spec` is what it says beside its path.
fn flux_kustomization(name: &str, path: &str, spec: &str) -> String {
    let indented = indent(spec);
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n  namespace: flux-system\nspec:\n  \
         path: {path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{indented}"
    )
}

fn inventory(files: &[(&str, &str)]) -> Inventory {
    let (policies, broken) = policy::builtin();
    assert_eq!(broken, []);
    let tree = MemoryTree::of(files.iter().copied()).unwrap();
    discover(&tree, &policies, &|_| true).unwrap()
}

/// Compares the images that are found: `line package text`, with the reason where one is locked.
#[track_caller]
fn check_images(files: &[(&str, &str)], expected: &[&str]) {
    let inventory = inventory(files);
    let images = inventory.pins.iter().filter(|pin| pin.kind == super::PinKind::Image);
    let found: Vec<String> = images.map(image).collect();
    assert_eq!(found, expected);
}

fn image(pin: &Pin) -> String {
    let place = &pin.place().position;
    let locked = pin.locked.as_ref().map(|why| format!(" ({})", why.code)).unwrap_or_default();
    let digest = match &pin.current.digest {
        Some(_) if !pin.current.text.contains("sha256") => " with a digest",
        _ => "",
    };
    format!("{}:{} {} {}{digest}{locked}", place.file, place.line, pin.package, pin.current.text)
}

/// Compares the releases that are found, by `namespace/name`.
#[track_caller]
fn check_releases(files: &[(&str, &str)], expected: &[&str]) {
    let found: Vec<String> =
        inventory(files).releases.iter().map(|release| release.id.to_string()).collect();
    assert_eq!(found, expected);
}

/// Compares the lever of the one release: its kind, and where it is or why there is none.
#[track_caller]
fn check_lever(files: &[(&str, &str)], expected: &str) {
    let inventory = inventory(files);
    let [release] = inventory.releases.as_slice() else { panic!("{:?}", inventory.releases) };
    let lever = &release.lever;
    let said = lever.r#where.as_ref().unwrap_or(&lever.reason);
    assert_eq!(format!("{:?}: {said}", lever.kind), expected);
}

/// Pulls the lever of the one release, compares the lines that are new, and takes it back.
#[track_caller]
fn check_stop(values: &str, expected: &str) {
    let file = with_values(values);
    let stopped = stop(&[("web.yaml", &file), ("source.yaml", SOURCE)], "web.yaml");
    let diff = similar::TextDiff::from_lines(file.as_str(), &stopped);
    let changed: String = diff
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .flat_map(|change| [change.tag().to_string(), change.value().to_owned()])
        .collect();
    assert_eq!(changed, expected);
}

/// Pulls the lever of the one release and returns the file; makes sure that the way back is exact
/// and that what is stopped is seen to be so.
#[track_caller]
fn stop(files: &[(&str, &str)], file: &str) -> String {
    let tree = MemoryTree::of(files.iter().copied()).unwrap();
    let inventory = inventory(files);
    let release = &inventory.releases[0];
    let path = crate::tree::RepoPath::new(file).unwrap();
    let edits = release.lever.stop.iter().cloned();
    let edits: Vec<FileEdit> = edits.map(|edit| FileEdit { file: path.clone(), edit }).collect();
    assert!(!edits.is_empty(), "no lever: {}", release.lever.reason);
    let change = |edits| Change::of("x", "", edits);
    let stopped = render(&tree, &[], &[&change(edits)]).unwrap();
    let overlay = Overlay::new(&tree, &stopped.patches);
    let back = render(&overlay, &[], &[&change(stopped.inverse)]).unwrap();
    assert_eq!(back.patches[&path], tree.read(&path).unwrap());
    String::from_utf8(stopped.patches[&path].clone().unwrap()).unwrap()
}
