//! Content and the digest that names it.
//!
//! A registry is asked for content by its digest, and what it sends is believed only if it has
//! that digest; what it sends for a tag gets its digest computed here, whatever it claims.

use crate::image::Digest;
use sha2::Digest as _;
use std::fmt::Write as _;

/// Computes the SHA-256 digest of some bytes, as text.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&sha2::Sha256::digest(bytes)))
}

/// Returns whether some bytes have a digest.
pub(super) fn fits(digest: &Digest, bytes: &[u8]) -> bool {
    match digest.algorithm() {
        "sha256" => digest.as_str() == sha256(bytes),
        "sha512" => digest.hex() == hex(&sha2::Sha512::digest(bytes)),
        _ => false,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_fits_its_digest_alone() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
        let long = format!("sha512:{}", hex(&sha2::Sha512::digest(b"")));
        for digest in [empty, &long] {
            let digest = Digest::parse(digest).unwrap();
            assert!(fits(&digest, b""));
            assert!(!fits(&digest, b"x"));
        }
    }
}
