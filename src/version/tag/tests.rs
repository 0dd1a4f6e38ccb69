//! Tables of real tags.

use super::*;

#[test]
fn kinds_of_real_tags() {
    let cases = [
        (
            Kind::Version,
            "1.2.3 v1.2 1.10 V2.0.0 version-1.2.3 1.2.3-ls12 n7.1 server-b4321 5.1.2-r0-ls300 \
             1.2.3-debian-12-r3 3.12-alpine3.20 3.7.0b10 1.32.5.7349-8f4248874-ls183 \
             pg14-v0.2.0 python3.11-v1.2.3 ubuntu-22.04-1.2.3 amd64-1.2.3-ls4 1.2.3-abc1234 \
             v1.2.3-45-g1a2b3c4 10.10.3ubu2404-ls42 24.10.1 131 v0.131 release-4.6.0 \
             libtorrentv1-release-4.6.0-ls12 123456789012345678 release.1.2 x86_64-1.2.3",
        ),
        (
            Kind::Calendar,
            "2024.12.3 24.04 24.04.11.3.1 2024-05-01 v2024-05-01 20240501 202405 2024.1 \
             RELEASE.2024-01-16T16-07-38Z RELEASE.2024-01-16T16-07-38Z.fips 2024_05_01 \
             version-2026.5.1 bookworm-20230411-slim nightly-20240501 dev-20240501 \
             20240501120000",
        ),
        (
            Kind::BranchBuild,
            "main-abc1234-1700000000 main-1234567-1700000000 1700000000 main-1700000000 \
                 main-57 main-57-abc1234 develop-3",
        ),
        (Kind::Line, "18 v1 18-alpine 2022-CU12-ubuntu-22.04 2024 16-3.4 8u392 41 v1beta3"),
        (
            Kind::Name,
            "latest stable main edge rolling java17-jre python3.11 python3.11-slim v x86_64 _ \
             server-cuda12 ubuntu-24.04 alpine3.20 alpine-3.20 cpu-server bookworm-slim \
             18-latest 2022-latest latest-18 k8s-1.30 cuda12.1 1.2.3.4.5.6.7.8.9 \
             1234567890123456789",
        ),
        (
            Kind::Commit,
            "abc1234 sha-abc1234 sha-1234567 main-1a2b3c4 main_1a2b3c4 deadbeef \
             0123456789abcdef0123456789abcdef01234567",
        ),
        (Kind::Request, "pr-123 pr123-abc pr-123-abc1234 pull-7 feature-login renovate-x-1.2"),
        (
            Kind::Signature,
            "sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.sig \
             sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef \
             1.2.3.att v1.2.sbom",
        ),
        (Kind::Invalid, "${TAG} 1.2.3+4 -1 .1 >=1.0 é {{.tag}}"),
    ];
    for (kind, tags) in cases {
        for tag in tags.split_whitespace() {
            assert_eq!(Tag::parse(tag).kind(), kind, "{tag:?}");
        }
    }
    assert_eq!(Tag::parse("").kind(), Kind::Invalid);
    assert_eq!(Tag::parse("1 2").kind(), Kind::Invalid);
}

#[test]
fn finds_prefix_marker_and_numbers() {
    let cases: &[(&str, &str, &str, &str, &[u64])] = &[
        ("1.2.3", "", "", "1.2.3", &[1, 2, 3]),
        ("v1.2", "", "v", "1.2", &[1, 2]),
        ("version-v1.2.3-ls4", "version-", "v", "1.2.3", &[1, 2, 3]),
        ("24.04", "", "", "24.04", &[24, 4]),
        (
            "RELEASE.2024-01-16T16-07-38Z",
            "RELEASE.",
            "",
            "2024-01-16T16-07-38Z",
            &[2024, 1, 16, 16, 7, 38],
        ),
        ("pg14-v0.2.0", "pg14-", "v", "0.2.0", &[0, 2, 0]),
        ("server-b4321", "server-b", "", "4321", &[4321]),
        ("main-abc1234-1700000000", "main-abc1234-", "", "1700000000", &[1_700_000_000]),
        ("bookworm-20230411-slim", "bookworm-", "", "20230411", &[20_230_411]),
        ("version1.2", "version", "", "1.2", &[1, 2]),
        ("latest", "latest", "", "", &[]),
    ];
    for (text, prefix, marker, written, numbers) in cases {
        let tag = Tag::parse(text);
        let read = (tag.prefix(), tag.marker(), tag.written(), tag.numbers().as_slice());
        assert_eq!(read, (*prefix, *marker, *written, *numbers), "{text}");
    }
}

#[test]
fn prefix_and_variant_tell_families_apart() {
    let same = [
        ("1.2.3", "v1.3.0"),
        ("1.2.3-alpine", "1.3.0-alpine"),
        ("1.2.3-alpine3.20", "1.2.3-alpine3.21"),
        ("1.2.3-debian-11-r3", "1.3.0-debian-12-r0"),
        ("1.2.3-ls12", "1.3.0-ls2"),
        ("1.2.3-rc.1-alpine", "1.2.3-alpine"),
        ("1.2.3-abc1234", "1.2.4-def5678"),
        ("main-abc1234-1700000000", "main-def5678-1700000001"),
        ("1.2.3-slim-20240501", "1.2.4-slim-20240601"),
    ];
    for (one, another) in same {
        let (one, another) = (Tag::parse(one), Tag::parse(another));
        assert!(one.same_prefix(&another) && one.same_variant(&another), "{one} {another}");
    }
    let different = [
        ("1.2.3", "1.3.0-alpine"),
        ("1.2.3-alpine", "1.3.0"),
        ("1.2.3-alpine", "1.3.0-slim"),
        ("1.2.3-alpine", "1.3.0-alpine3.20"),
        ("1.2.3-pg15", "1.2.3-pg16"),
        ("1.2.3-cuda12.1", "1.2.4-cuda12.4"),
        ("1.2.3-4", "1.2.4"),
        ("1.2.3-4", "1.2.4-5.1"),
        ("1.2.3-4", "1.2.3-20240501"),
        ("1.2.3-20240501", "1.2.3-1700000000"),
        ("1.2.3-r3", "1.2.4-ls3"),
        ("1.2.3-ls1", "1.2.4_ls2"),
        ("pg14-v0.2.0", "pg15-v0.3.0"),
        ("server-1.2.3", "client-1.3.0"),
        ("1.2.3", "version-1.3.0"),
        ("main-abc1234-1700000000", "dev-def5678-1700000001"),
        ("main-1700000000", "main-def5678-1700000001"),
    ];
    for (one, another) in different {
        let (one, another) = (Tag::parse(one), Tag::parse(another));
        let alike = one.same_prefix(&another) && one.same_variant(&another);
        assert!(!alike, "{one} {another}");
    }
}

proptest::proptest! {
    #[test]
    fn printing_gives_back_what_was_read(
        text in "\\PC{0,30}|([-._]?(v|rc|ls|alpine|pr|sha|main|[a-f0-9]{7}|2024-05-01|[a-z]{0,3}[0-9.]{0,4})){0,6}"
    ) {
        assert_eq!(Tag::parse(&text).to_string(), text);
    }
}
