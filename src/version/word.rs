//! What the words in tags mean.
//!
//! Registries give tags no grammar, so the meaning of a word is convention. This is the one place
//! that holds the conventions: words that mark a version as not yet released, words that count
//! builds, names of base systems, names of branches. None is the name of an application. A word
//! that is not listed means nothing more than "another variant", which is the careful reading: it
//! must then match exactly.

use serde::Serialize;

use super::date;

/// How near to its release a pre-release is; the order is that of maturity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Built from a branch in motion: `-dev`, `-nightly`, `-SNAPSHOT`.
    Development,
    /// `-alpha`, `a1`.
    Alpha,
    /// `-beta`, `b1`.
    Beta,
    /// `-M1`, `-milestone.1`.
    Milestone,
    /// `-pre`, `-preview`, `-ea`.
    Preview,
    /// `-rc.1`, `rc1`, `-CR1`.
    Candidate,
}

/// What a part behind the numbers of a tag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The version is not yet released.
    PreRelease(Stage),
    /// It counts or dates builds of the same version: `-ls12`, `-r3`, `-4`, `-20240501`.
    Build,
    /// It names the base system with its version: `-alpine3.20`, `-debian-12`.
    Base,
    /// It names the commit that was built: `-abc1234`, `-gabc1234`.
    Commit,
    /// Anything else: another flavour of the same version, which must match exactly.
    Variant,
}

/// Tells what `word` stands for behind the numbers of a tag.
///
/// `joined` tells that no `-` or `_` stands before it (`3.7.0b1`, `4.3.0.M1`); `numbered` that a
/// number follows. Single letters mean something only with a number.
pub(super) fn role(word: &str, joined: bool, numbered: bool) -> Role {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "dev" | "snapshot" | "nightly" | "canary" => Role::PreRelease(Stage::Development),
        "alpha" => Role::PreRelease(Stage::Alpha),
        "beta" => Role::PreRelease(Stage::Beta),
        "milestone" => Role::PreRelease(Stage::Milestone),
        "pre" | "preview" | "prerelease" | "ea" | "eap" => Role::PreRelease(Stage::Preview),
        "rc" => Role::PreRelease(Stage::Candidate),
        "cr" if numbered => Role::PreRelease(Stage::Candidate),
        "m" if numbered => Role::PreRelease(Stage::Milestone),
        // PEP 440 joins these to the numbers; behind a `-` they are as often a build.
        "a" if numbered && joined => Role::PreRelease(Stage::Alpha),
        "b" if numbered && joined => Role::PreRelease(Stage::Beta),
        "c" if numbered && joined => Role::PreRelease(Stage::Candidate),
        "ls" | "r" | "rev" | "revision" | "build" | "b" | "p" | "patch" | "pl" | "u" | "v"
        | "fix" | "hotfix" | "post" | "rel" | "sp"
            if numbered =>
        {
            Role::Build
        }
        base if numbered && is_base(base) => Role::Base,
        _ => Role::Variant,
    }
}

/// Names of base systems.
const BASES: &[&str] = &[
    "alpine",
    "debian",
    "deb",
    "ubuntu",
    "ubu",
    "ubi",
    "rhel",
    "el",
    "ol",
    "oraclelinux",
    "centos",
    "fedora",
    "rocky",
    "rockylinux",
    "alma",
    "almalinux",
    "amazonlinux",
    "amzn",
    "photon",
    "opensuse",
    "leap",
    "sles",
    "bci",
    "mariner",
    "azurelinux",
    "distroless",
    "wolfi",
];

/// Names of what else images are built upon.
const PLATFORMS: &[&str] = &[
    "python",
    "py",
    "node",
    "nodejs",
    "java",
    "jdk",
    "jre",
    "openjdk",
    "temurin",
    "php",
    "ruby",
    "perl",
    "golang",
    "go",
    "rust",
    "dotnet",
    "cuda",
    "cudnn",
    "rocm",
    "pg",
    "postgres",
    "postgresql",
    "k8s",
    "kubernetes",
    "x86",
];

/// Tells whether a lower-case word names a base system, whose version is not the application's.
pub(super) fn is_base(word: &str) -> bool {
    BASES.contains(&word)
}

/// Tells whether a lower-case word names a system or runtime that an image is built upon; a
/// number behind it, in front of the version, is that system's.
pub(super) fn is_platform(word: &str) -> bool {
    is_base(word) || PLATFORMS.contains(&word)
}

/// Tells whether a lower-case word, alone or in front of a commit, names a branch in motion.
pub(super) fn is_branch(word: &str) -> bool {
    matches!(
        word,
        "main" | "master" | "trunk" | "develop" | "dev" | "development" | "sha" | "git" | "commit"
    )
}

/// Tells whether a lower-case word marks what was built for a review and never released.
pub(super) fn is_request(word: &str) -> bool {
    matches!(
        word,
        "pr" | "pull" | "mr" | "merge" | "feature" | "feat" | "issue" | "dependabot" | "renovate"
    )
}

/// Tells whether a lower-case word joined to the front of a number introduces a version.
pub(super) fn introduces(word: &str) -> bool {
    matches!(word, "version" | "ver" | "release" | "rel" | "build")
}

/// Tells whether a text can be a commit: seven to forty lower-case hexadecimal digits. Whether
/// all may be decimal is for the place to say where it stands.
pub(super) fn is_hexadecimal(text: &str) -> bool {
    (7..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// Tells whether a text behind the name of a branch is a commit. There even decimal digits alone
/// are one (3 of 100 abbreviated commits are), unless they read as a day or a time.
pub(super) fn is_commit_of_branch(text: &str) -> bool {
    let time = |number: u64| date::is_dated(number) || date::is_timestamp(number);
    is_hexadecimal(text) && !text.parse().is_ok_and(time)
}

/// Tells whether a part among others is a commit: hexadecimal with both digits and letters, so
/// that neither a date nor a word made of `a` to `f` is one. Git's own `g` may stand before it.
pub(super) fn is_commit(text: &str) -> bool {
    let mixed = |text: &str| {
        is_hexadecimal(text)
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    mixed(text) || text.strip_prefix('g').is_some_and(is_hexadecimal)
}
