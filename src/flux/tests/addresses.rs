//! Where a source says that it is, and when that can be edited.

use super::inventory;

/// Reads a Helm repository whose `spec` is given, with further files beside it.
fn address(spec: &str, files: &[(&str, &str)]) -> String {
    let source = format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: web, namespace: x}}\nspec:\n{spec}"
    );
    let mut all = vec![("source.yaml", source.as_str())];
    all.extend(files);
    let inventory = inventory(&all);
    let source = inventory.sources.first().unwrap();
    let Some(address) = &source.address else { return "none".to_owned() };
    let kind = address.r#type.as_ref().map(|written| written.text.as_str());
    let locked = address.locked.as_ref().map(|why| why.code.as_str());
    format!(
        "{} {} [{}] {}",
        address.url.place.position.line,
        kind.unwrap_or("-"),
        address.bound.join(" "),
        locked.unwrap_or("free")
    )
}

#[test]
fn an_address_is_read_with_what_belongs_to_it() {
    for (spec, expected) in [
        ("  url: https://e.org\n", "5 - [] free"),
        ("  type: oci\n  url: oci://e.org\n", "6 oci [] free"),
        ("  url: https://e.org\n  secretRef: {name: x}\n", "5 - [secretRef] free"),
        ("  url: oci://e.org\n  provider: aws\n", "5 - [provider] free"),
        ("  url: oci://e.org\n  provider: generic\n", "5 - [] free"),
        ("  url: https://${HOST}/x\n", "5 - [] variable"),
        ("  interval: &a 1h\n  url: *a\n", "6 - [] alias"),
        ("  url: &a https://e.org\n", "5 - [] alias"),
    ] {
        assert_eq!(address(spec, &[]), expected, "{spec}");
    }
}

#[test]
fn a_patch_on_an_address_locks_it() {
    let patch = |set: &str| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: web}}\nspec: {set}\n"
        )
    };
    let kustomization = "resources: [source.yaml]\npatches: [{path: patch.yaml}]\n";
    for (set, expected) in
        [("{url: https://other.org}", "5 - [] patched"), ("{interval: 2h}", "5 - [] free")]
    {
        let patch = patch(set);
        let files = [("kustomization.yaml", kustomization), ("patch.yaml", patch.as_str())];
        assert_eq!(address("  url: https://e.org\n", &files), expected, "{set}");
    }
}
