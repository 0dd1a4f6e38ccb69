//! Tables of tags as registries list them, and what must always hold.

use super::super::order;
use super::super::rules::Majors;
use super::*;

fn choice(current: &str, tags: &str, rules: &Rules) -> Choice {
    choose(current, tags.split_whitespace(), rules)
}

/// The tag to move to, under the rules that hold where there are none.
fn best(current: &str, tags: &str) -> Option<String> {
    choice(current, tags, &Rules::default()).best.map(|candidate| candidate.version)
}

fn check(cases: &[(&str, &str, Option<&str>)]) {
    for (current, tags, expected) in cases {
        assert_eq!(best(current, tags).as_deref(), *expected, "{current} of {tags}");
    }
}

#[test]
fn takes_the_highest_of_the_family() {
    check(&[
        ("1.2.3", "1.2.3 1.2.4 1.10.0 1.9.0", Some("1.10.0")),
        ("1.2.3", "1.2.3 1.2.2 1.1.0", None),
        ("1.2.3", "", None),
        ("v1.2.3", "v1.2.3 v1.3.0", Some("v1.3.0")),
        ("1.10", "1.9 1.10 1.11", Some("1.11")),
        ("0.131.0", "0.131.0 0.132.1", Some("0.132.1")),
        ("6.4.1.10545", "6.4.1.10546 6.5.0.1", Some("6.5.0.1")),
        ("version-1.2.3", "version-1.3.0 1.4.0 v1.5.0", Some("version-1.3.0")),
        ("server-3.7.5", "server-3.7.6 client-3.8.0 3.9.0", Some("server-3.7.6")),
        ("n7.1", "n7.1.1 n7.2 7.3", Some("n7.2")),
        ("server-b999", "server-b1000 server-b1001 server-cuda-b2000", Some("server-b1001")),
        ("pg16-v0.3.0", "pg16-v0.4.0 pg17-v0.4.0 pg17-v0.5.0", Some("pg16-v0.4.0")),
    ]);
}

#[test]
fn takes_one_major_at_a_time() {
    check(&[
        ("1.2.3", "1.3.0 2.0.0 2.1.0 3.0.0", Some("2.1.0")),
        ("1.2.3", "1.3.0 3.0.0 3.1.0 4.0.0", Some("3.1.0")),
        ("0.9.0", "0.10.0 0.11.0 1.0.0 2.0.0", Some("1.0.0")),
        ("2022.5.1", "2023.1.0 2026.2.0", Some("2026.2.0")),
        ("22.04", "23.04 24.04 26.04", Some("26.04")),
        ("server-b1000", "server-b3000 server-b2000", Some("server-b3000")),
    ]);
    let all = Rules { majors: Majors::AllAtOnce, ..Rules::default() };
    let taken = choice("1.2.3", "1.3.0 2.1.0 3.0.0", &all);
    assert_eq!(taken.best.unwrap(), Candidate { version: "3.0.0".into(), bump: Bump::Major });
    let single = choice("1.2.3", "1.3.0 2.1.0 3.0.0", &Rules::default());
    assert_eq!(single.refused.reason("3.0.0"), Some(Reason::MajorFirst));
}

#[test]
fn keeps_the_variant() {
    check(&[
        ("1.2.3-alpine", "1.3.0 1.3.0-alpine 1.3.0-slim 1.4.0-alpine3.20", Some("1.3.0-alpine")),
        ("1.2.3", "1.3.0-alpine 1.3.0-rootless 1.3.0-amd64 1.3.0-4", None),
        ("1.2.3-fpm", "1.3.0-fpm-alpine 1.2.4-fpm", Some("1.2.4-fpm")),
        ("7.4.1-bookworm", "7.4.2-bookworm 7.4.2-trixie 8.0-bookworm", Some("7.4.2-bookworm")),
        ("0.5.1-pg15", "0.6.0-pg15 0.6.0-pg16 0.7.0-pg17", Some("0.6.0-pg15")),
        ("2.0.1-cuda12.1", "2.1.0-cuda12.1 2.1.0-cuda12.4 2.2.0-cuda12.4", Some("2.1.0-cuda12.1")),
        ("1.2.3-unknownword", "1.3.0-unknownword 1.4.0-otherword 1.4.0", Some("1.3.0-unknownword")),
    ]);
}

#[test]
fn the_base_follows_the_version() {
    check(&[
        (
            "3.12.1-alpine3.20",
            "3.12.2-alpine3.20 3.12.2-alpine3.21 3.12.2-alpine3.19",
            Some("3.12.2-alpine3.20"),
        ),
        (
            "3.12.1-alpine3.20",
            "3.13.0-alpine3.22 3.13.0-alpine3.21 3.12.2-alpine3.20",
            Some("3.13.0-alpine3.21"),
        ),
        ("3.12.1-alpine3.20", "3.12.1-alpine3.21", None),
        ("3.12.1-alpine3.20", "3.13.0-alpine3.19", None),
        (
            "15.4.0-debian-11-r3",
            "15.4.0-debian-11-r45 15.4.0-debian-12-r50",
            Some("15.4.0-debian-11-r45"),
        ),
        (
            "15.4.0-debian-11-r45",
            "15.5.0-debian-12-r0 15.5.0-debian-12-r7",
            Some("15.5.0-debian-12-r7"),
        ),
    ]);
    let alone = Rules { base_alone: true, ..Rules::default() };
    let taken =
        choice("3.12.1-alpine3.20", "3.12.1-alpine3.21 3.12.1-alpine3.22", &alone).best.unwrap();
    assert_eq!(taken, Candidate { version: "3.12.1-alpine3.22".into(), bump: Bump::Other });
}

#[test]
fn builds_count() {
    check(&[
        ("1.2.3-ls12", "1.2.3-ls13 1.2.3-ls9 1.2.3", Some("1.2.3-ls13")),
        ("1.2.3-ls12", "1.2.3-ls13 1.3.0-ls2 1.2.3-ls99", Some("1.3.0-ls2")),
        ("5.1.2-r0-ls300", "5.1.2-r1-ls2 5.1.2-r0-ls301", Some("5.1.2-r1-ls2")),
        ("4.6.5_v2.0.10-ls3", "4.6.5_v2.0.11-ls4 4.6.6_v2.0.9-ls1", Some("4.6.6_v2.0.9-ls1")),
        (
            "4.1.13-18-minimal",
            "4.1.13-19-minimal 4.1.14-2-minimal 4.1.15-1",
            Some("4.1.14-2-minimal"),
        ),
        ("v4.0.3-0", "v4.0.3-1 v4.0.4", Some("v4.0.3-1")),
        (
            "1.32.5.7349-8f4248874",
            "1.32.6.7557-1cf77d501 1.32.6.7557",
            Some("1.32.6.7557-1cf77d501"),
        ),
        ("1.2.3-slim-20240501", "1.2.3-slim-20240601 1.2.3-slim", Some("1.2.3-slim-20240601")),
        ("10.10.3ubu2404-ls42", "10.10.4ubu2404-ls1 10.11.0-ls3", Some("10.10.4ubu2404-ls1")),
        ("16-3.4", "16-3.5 17-3.5", Some("16-3.5")),
    ]);
    let bump = choice("1.2.3-ls12", "1.2.3-ls13", &Rules::default()).best.unwrap().bump;
    assert_eq!(bump, Bump::Patch);
}

#[test]
fn stable_stays_stable() {
    check(&[
        (
            "1.2.3",
            "1.3.0-rc.1 1.3.0rc1 1.3.0-beta 1.3.0b10 1.3.0-alpha.2 1.3.0-dev 2.0.0.dev0",
            None,
        ),
        ("1.2.3", "1.3.0-nightly 1.3.0-SNAPSHOT 1.3.0-pre 1.3.0-M1 1.3.0.M1 1.2.4", Some("1.2.4")),
        ("1.3.0-rc.1", "1.3.0-rc.2 1.3.0-rc.10 1.3.0-beta.3 1.4.0-rc.1", Some("1.3.0-rc.10")),
        ("1.3.0-rc.1", "1.3.0-rc.2 1.3.0", Some("1.3.0")),
        ("1.3.0-beta", "1.3.0-rc.1 1.2.9", Some("1.3.0-rc.1")),
        ("3.7.0b9", "3.7.0b10 3.7.0b8", Some("3.7.0b10")),
        ("1.3.0-rc.1", "1.4.0-rc.1", None),
        ("1.3.0-rc.1-alpine", "1.3.0-alpine 1.3.0", Some("1.3.0-alpine")),
        ("2.14.2-beta", "2.14.3-beta 2.15.0", Some("2.15.0")),
    ]);
    let taken = choice("1.2.3", "1.3.0-rc.1 1.2.4 1.4.0-alpha", &Rules::default());
    let named: Vec<_> =
        taken.refused.named.iter().map(|refused| refused.version.as_str()).collect();
    assert_eq!(named, ["1.4.0-alpha", "1.3.0-rc.1"]);
    let rules = Rules { pre_releases: true, ..Rules::default() };
    assert_eq!(choice("1.2.3", "1.3.0-rc.1", &rules).best.unwrap().version, "1.3.0-rc.1");
}

#[test]
fn precision_is_kept() {
    check(&[
        ("2.1", "2.1.1 2.1.2", None),
        ("2.1", "2.1.1 2.2 2.2.1 3", Some("2.2")),
        ("2.1.1", "2.2 3 2.1.2", Some("2.1.2")),
        ("24.04.11.3.1", "24.04.12.1.1 24.05", Some("24.04.12.1.1")),
    ]);
    let any = Rules { any_precision: true, ..Rules::default() };
    let taken = choice("2.1", "2.1.1 2.1.2 3", &any);
    assert_eq!(taken.best.unwrap().version, "2.1.2");
}

#[test]
fn floating_tags_move_by_digest_alone() {
    let cases = [
        ("latest", "latest 1.2.3", true),
        ("main", "main 1.2.3", true),
        ("18", "18 19 18.1", true),
        ("18-alpine", "18-alpine 19-alpine", true),
        ("v1", "v1 v2", true),
        ("41", "41 42 43", true),
        ("131", "131 132 131.0", true),
        ("server-cuda12", "server-cuda13", true),
        ("java17-jre", "java21-jre", true),
        ("python3.11", "python3.12", true),
        ("ubuntu-24.04", "ubuntu-26.04", true),
        ("pr-123", "pr-124 pr-125", true),
        ("abc1234", "def5678 1.2.3", false),
        ("sha-abc1234", "sha-def5678", false),
    ];
    for (current, tags, floating) in cases {
        let taken = choice(current, tags, &Rules::default());
        assert_eq!((taken.best, taken.floating), (None, floating), "{current}");
    }
    let followed = choice("1.2", "1.2 1.2.3 1.3", &Rules::default());
    assert_eq!((followed.best.unwrap().version.as_str(), followed.floating), ("1.3", true));
    let precise = choice("1.2", "1.2 1.3 1.2.1-rc.1", &Rules::default());
    assert_eq!((precise.best.unwrap().version.as_str(), precise.floating), ("1.3", false));
    assert_eq!(best("131", "131 132 133").as_deref(), Some("133"));
}

#[test]
fn calendars_move_and_numbers_do_not_become_dates() {
    check(&[
        ("2024.12.3", "2025.1.0 2024.12.4", Some("2025.1.0")),
        ("24.04", "24.10 24.04.1", Some("24.10")),
        ("2024-05-01", "2024-06-01 2024-05-02", Some("2024-06-01")),
        ("20240501", "20240601 20240502", Some("20240601")),
        (
            "RELEASE.2024-01-16T16-07-38Z",
            "RELEASE.2024-02-01T00-00-00Z RELEASE.2023-12-01T00-00-00Z",
            Some("RELEASE.2024-02-01T00-00-00Z"),
        ),
        (
            "RELEASE.2024-01-16T16-07-38Z",
            "RELEASE.2024-02-01T00-00-00Z.fips RELEASE.2024-02-01T00-00-00Z-cpuv1",
            None,
        ),
        (
            "bookworm-20230411-slim",
            "bookworm-20240408-slim bookworm-20240408 trixie-20240408-slim",
            Some("bookworm-20240408-slim"),
        ),
        ("10.11", "2021.12 10.12", Some("10.12")),
        ("v5.8.1", "2021.10.1 2022.02.1 v5.8.1", None),
        ("5.0.1", "20.04.1 5.0.2", Some("5.0.2")),
        (
            "main-abc1234-1700000000",
            "main-def5678-1700000100 dev-def5678-1700000200 main-latest",
            Some("main-def5678-1700000100"),
        ),
        ("main-abc1234-1700000000", "main-1234567-1700000100", Some("main-1234567-1700000100")),
    ]);
    let leap = choice("10.11", "2021.12 10.12", &Rules::default());
    assert_eq!(leap.refused.reason("2021.12"), Some(Reason::CalendarLeap));
}

#[test]
fn strays_of_an_older_scheme_are_left_alone() {
    let series: Vec<String> = (0..12).map(|minor| format!("4.{minor}.0")).collect();
    let tags = format!("{} 5.0.1 5.0.2 14.3.9", series.join(" "));
    let taken = choice("4.3.0", &tags, &Rules::default());
    assert_eq!(taken.best.unwrap().version, "5.0.2");
    assert_eq!(taken.refused.reason("14.3.9"), Some(Reason::Stray));
}

#[test]
fn the_pinned_spelling_wins_where_both_exist() {
    check(&[
        ("v1.2.3", "1.3.0 v1.3.0", Some("v1.3.0")),
        ("1.2.3", "1.3.0 v1.3.0", Some("1.3.0")),
        ("1.2.3", "v1.3.0", Some("v1.3.0")),
        ("v1.2.3", "1.2.3", None),
        ("24.04.1", "24.5.1 24.05.1", Some("24.05.1")),
        ("24.4.1", "24.5.1 24.05.1", Some("24.5.1")),
    ]);
    let taken = choice("1.2.3", "v1.3.0 1.3.0 1.3.0", &Rules::default());
    assert_eq!(taken.candidates.len(), 1);
    assert_eq!(taken.refused.reason("v1.3.0"), Some(Reason::OtherSpelling));
}

#[test]
fn every_refusal_has_its_reason() {
    let tags = "1.2.2 1.3 1.3.0-alpine server-1.3.0 latest abc1234 sha256-0.sig pr-1 not+valid 1.3.0-rc.1 2021.1.0 1.2.3";
    let taken = choice("1.2.3", tags, &Rules::default());
    assert!(taken.listed);
    let expected = [
        ("1.2.2", Reason::NotNewer),
        ("1.3", Reason::OtherPrecision),
        ("1.3.0-alpine", Reason::OtherVariant),
        ("server-1.3.0", Reason::OtherScheme),
        ("latest", Reason::Floating),
        ("abc1234", Reason::CommitHash),
        ("sha256-0.sig", Reason::Signature),
        ("pr-1", Reason::ReviewBuild),
        ("not+valid", Reason::Invalid),
        ("1.3.0-rc.1", Reason::PreRelease),
        ("2021.1.0", Reason::CalendarLeap),
    ];
    for (tag, reason) in expected {
        assert_eq!(taken.refused.reason(tag), Some(reason), "{tag}");
    }
    assert_eq!(taken.refused.counts.values().sum::<usize>(), expected.len());
    assert_eq!(
        choice("latest", "1.2.3", &Rules::default()).refused.reason("1.2.3"),
        Some(Reason::NoOrder)
    );
    let twins = choice("1.2.3-abc1234", "1.2.4-def5678 1.2.4-fed8765", &Rules::default());
    assert_eq!(twins.best, None);
    assert_eq!(twins.refused.reason("1.2.4-def5678"), Some(Reason::Ambiguous));
}

#[test]
fn a_long_list_stays_small_in_the_report() {
    let tags: Vec<String> = (0..20_000).map(|index| format!("1.{index}.0-rc.1")).collect();
    let taken = choose("1.2.3", tags.iter().map(String::as_str), &Rules::default());
    assert!(taken.refused.named.len() < 1100);
    assert_eq!(taken.refused.counts.values().sum::<usize>(), 20_000);
    assert_eq!(taken.refused.named[0].version, "1.19999.0-rc.1");
}

const TAG: &str = "(server-)?v?[0-3]{1,2}(\\.[0-3]){0,3}(-?(rc|beta)\\.?[0-3])?(-(alpine|slim|alpine3\\.[0-2]))?(-(ls|r)[0-9])?|latest|20[0-2][0-9]\\.[0-9]{2}";

proptest::proptest! {
    #[test]
    fn what_is_chosen_is_newer_and_of_the_family(
        current in TAG,
        tags in proptest::collection::vec(TAG, 0..40),
    ) {
        let list = || tags.iter().map(String::as_str);
        let taken = choose(&current, list(), &Rules::default());
        let from = Tag::parse(&current);
        for candidate in &taken.candidates {
            let to = Tag::parse(&candidate.version);
            proptest::prop_assert!(tags.contains(&candidate.version));
            proptest::prop_assert!(order::order(&from, &to).is_lt());
            proptest::prop_assert!(from.same_prefix(&to) && from.same_variant(&to));
            proptest::prop_assert_eq!(from.numbers().len(), to.numbers().len());
            proptest::prop_assert!(from.is_pre_release() || !to.is_pre_release());
        }
        // The order and repetition of the list do not matter.
        let again = choose(&current, list().rev().chain(list()), &Rules::default());
        proptest::prop_assert_eq!(&again.candidates, &taken.candidates);
        // Having moved, nothing is left to do but the next major.
        if let Some(best) = taken.best {
            let next = choose(&best.version, list(), &Rules::default());
            if let Some(next) = next.best {
                proptest::prop_assert_eq!(next.bump, Bump::Major);
            }
        }
    }

    #[test]
    fn every_tag_is_taken_or_refused(current in TAG, tags in proptest::collection::hash_set(TAG, 0..40)) {
        let taken = choose(&current, tags.iter().map(String::as_str), &Rules::default());
        let refused: usize = taken.refused.counts.values().sum();
        let listed = usize::from(taken.listed);
        proptest::prop_assert_eq!(taken.candidates.len() + refused + listed, tags.len());
    }
}

#[test]
fn choices_are_printed_by_their_codes() {
    let taken = choice("1.2.3", "1.2.3 1.3.0 1.2.2 latest", &Rules::default());
    let expected = serde_json::json!({
        "kind": "version",
        "listed": true,
        "floating": false,
        "best": {"version": "1.3.0", "bump": "minor"},
        "candidates": [{"version": "1.3.0", "bump": "minor"}],
        "refused": {
            "named": [
                {"version": "1.2.2", "reason": "not-newer"},
                {"version": "latest", "reason": "floating"},
            ],
            "counts": {"floating": 1, "not-newer": 1},
        },
    });
    assert_eq!(serde_json::to_value(&taken).unwrap(), expected);
}
