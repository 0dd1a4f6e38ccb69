//! Names that belong to one upgrade: of objects, files and triggers.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Subject;

/// The most characters that a name has. Kubernetes allows 63 in a label, and controllers put some
/// behind a Job's name for its pods.
const LONGEST: usize = 50;

/// Makes the name of what is made for this upgrade and this object: `refit-NAME-VERSION-DIGEST`.
///
/// The digest is over the unit, both versions and the object, so that the same plan gives the same
/// name, and another one another.
pub(super) fn unique(subject: &Subject<'_>, object: &str) -> String {
    let Subject { unit, from, to, .. } = subject;
    let mut hash = Sha256::new();
    for part in [unit.to_string().as_str(), from, to, object] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut digest = String::new();
    for byte in hash.finalize().iter().take(4) {
        // Writing into a text does not fail.
        let _ = write!(digest, "{byte:02x}");
    }
    let to = to.split('@').next().unwrap_or_default();
    let words = format!("refit-{}-{}", slug(&unit.name().name), slug(to));
    let words: String = words.chars().take(LONGEST - digest.len() - 1).collect();
    format!("{}-{digest}", words.trim_end_matches('-'))
}

/// Makes a text fit for the name of an object: small letters, digits and `-`.
fn slug(text: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = text.chars().map(kept).collect();
    text.trim_matches('-').to_owned()
}
