//! Versions that a comment tells the package of.
//!
//! `# renovate: datasource=docker depName=ghcr.io/acme/tool` above a scalar (or behind it) says
//! whose version it is, where the manifest itself does not. The form is that of Renovate's custom
//! managers, which many repositories carry already; only images are read from it.

use crate::image::Repository;
use crate::yaml::{Kind, Node};

/// Finds the scalars below a node whose package a comment names, with the package.
pub(super) fn hinted(below: Node<'_>) -> Vec<(Node<'_>, Repository)> {
    let mut found = Vec::new();
    if !below.source().contains("renovate:") {
        return found;
    }
    let mut waiting = vec![below];
    while let Some(node) = waiting.pop() {
        match node.kind() {
            Kind::Mapping(_) => waiting.extend(node.entries().map(|(_, value)| value)),
            Kind::Sequence(_) => waiting.extend(node.items()),
            Kind::Scalar(_) => {
                let above = node.comment_above().and_then(|lines| lines.lines().last());
                let comment = [above, node.comment()].into_iter().flatten().find_map(package);
                found.extend(comment.map(|package| (node, package)));
            }
            Kind::Alias => {}
        }
    }
    found.reverse();
    found
}

/// Reads the package of a comment.
fn package(comment: &str) -> Option<Repository> {
    let (_, words) = comment.split_once("renovate:")?;
    let word = |name: &str| {
        words.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    };
    if word("datasource")? != "docker" {
        return None;
    }
    Repository::parse(word("packageName").or_else(|| word("depName"))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Stream;

    #[test]
    fn comments_name_packages() {
        let stream = Stream::parse(
            "a:\n  # renovate: datasource=docker depName=ghcr.io/acme/tool versioning=loose\n  \
             version: 1.2\n  other: 3 # renovate: datasource=docker depName=alpine\n  \
             # renovate: datasource=github-releases depName=acme/x\n  third: v1\n",
        )
        .unwrap();
        let found = hinted(stream.document(0).unwrap());
        let found: Vec<_> =
            found.iter().map(|(node, package)| format!("{}={package}", node.source())).collect();
        assert_eq!(found, ["1.2=ghcr.io/acme/tool", "3=docker.io/library/alpine"]);
    }
}
