//! Tables of chart pins, ranges and what they move to.

use super::*;

fn taken(pin: &str, available: &str) -> ChartChoice {
    choose(pin, available.split_whitespace(), &Rules::default())
}

#[test]
fn exact_pins_move_to_the_highest_release() {
    let cases = [
        ("1.2.3", "1.2.3 1.2.4 1.10.0 1.9.0", Some("1.10.0")),
        ("1.2.3", "1.2.3 2.0.0 3.0.0", Some("2.0.0")),
        ("1.2.3", "1.3.0-rc.1 1.3.0-alpine 1.2.3", None),
        ("1.3.0-rc.1", "1.3.0-rc.2 1.4.0-rc.1", Some("1.3.0-rc.2")),
        ("1.3.0-rc.1", "1.3.0-rc.2 1.3.0", Some("1.3.0")),
        ("v1.2.3", "v1.2.3 v1.3.0 1.3.0", Some("v1.3.0")),
        ("v1.2.3", "1.2.3 1.3.0", Some("1.3.0")),
        ("1.2.3", "v1.3.0 1.3.0", Some("1.3.0")),
        ("7.0.0", "7.1.0+build.5 7.1.0+build.4", Some("7.1.0+build.5")),
        ("7.1.0+build.4", "7.1.0+build.5", None),
        ("1.2.3_1", "1.2.4_1", Some("1.2.4_1")),
        ("1.2.3", "1.3 latest 1.2.3.4 1.4.0-", None),
        ("1.2", "1.2 1.3 1.3.1", Some("1.3")),
        ("v1", "v1 v2 v1.2.3", None),
        ("10.11.0", "2021.12.0 10.12.0", Some("10.12.0")),
        ("1.2.3", "", None),
    ];
    for (pin, available, expected) in cases {
        let taken = taken(pin, available);
        assert_eq!(taken.write.as_deref(), expected, "{pin} of {available}");
        assert!(!taken.range, "{pin}");
        assert_eq!(taken.choice.best.map(|best| best.version).as_deref(), expected);
    }
}

#[test]
fn ranges_move_only_for_what_lies_outside() {
    // Pin, available, what it stands for, what to write.
    let cases = [
        ("1.x", "1.2.3 1.9.0", Some("1.9.0"), None),
        ("1.x", "1.2.3 1.9.0 2.3.4", Some("1.9.0"), Some("2.x")),
        ("1.x", "1.9.0 2.3.4 3.0.0", Some("1.9.0"), Some("2.x")),
        ("*", "1.2.3 3.0.0", Some("3.0.0"), None),
        ("", "1.2.3 3.0.0", Some("3.0.0"), None),
        (">=1.0.0", "1.2.3 3.0.0", Some("3.0.0"), None),
        ("~1.2", "1.2.9 1.3.1", Some("1.2.9"), Some("~1.3")),
        ("1.2", "1.2.9 1.3.1", Some("1.2.9"), Some("1.3")),
        ("^1.2.0", "1.9.0 2.3.4 2.4.0-rc.1", Some("1.9.0"), Some("^2.0.0")),
        (">=1 <2", "1.9.0 2.3.4", Some("1.9.0"), Some(">=2 <3")),
        ("1.x", "v1.9.0 1.8.0", Some("v1.9.0"), None),
        ("1.x", "1.9 1.8.0 1.09.0", Some("1.8.0"), None),
        ("1.x", "2.0.0", None, None),
        (">=1.0.0-0", "1.0.0 1.1.0-rc.1", Some("1.1.0-rc.1"), None),
        ("1.x", "1.9.0+b 1.9.0+a", Some("1.9.0+b"), None),
    ];
    for (pin, available, resolved, write) in cases {
        let taken = taken(pin, available);
        assert!(taken.range, "{pin}");
        assert_eq!(taken.resolved.as_deref(), resolved, "{pin} of {available}");
        assert_eq!(taken.write.as_deref(), write, "{pin} of {available}");
    }
}

#[test]
fn a_range_is_not_opened_for_what_was_refused() {
    let rules = Rules { ignored: vec![rules::Pattern::new("2.5.0")], ..Rules::default() };
    let taken = choose("1.x", ["1.9.0", "2.4.0", "2.5.0"], &rules);
    assert_eq!((taken.choice.best, taken.write), (None, None));
    assert_eq!(taken.choice.refused.reason("2.4.0"), Some(Reason::RangeStyle));
    assert_eq!(taken.choice.refused.reason("2.5.0"), Some(Reason::Ignored));
}

#[test]
fn other_pins_are_tags() {
    let taken = taken("latest", "latest 1.2.3");
    assert!(taken.choice.floating && taken.write.is_none());
    assert_eq!(taken.resolved.as_deref(), Some("latest"));
}

#[test]
fn refusals_and_bumps() {
    let taken = taken("1.2.3", "1.2.3 1.2.2 1.3.0-rc.1 nonsense 1.3 1.4.0 2.0.0 3.0.0 v1.4.0");
    assert_eq!(taken.resolved.as_deref(), Some("1.2.3"));
    assert!(taken.choice.listed);
    let expected = [
        ("1.2.2", Reason::NotNewer),
        ("1.3.0-rc.1", Reason::PreRelease),
        ("nonsense", Reason::Invalid),
        ("1.3", Reason::OtherPrecision),
        ("3.0.0", Reason::MajorFirst),
        ("v1.4.0", Reason::OtherSpelling),
    ];
    for (version, reason) in expected {
        assert_eq!(taken.choice.refused.reason(version), Some(reason), "{version}");
    }
    let bumps: Vec<_> = taken.choice.candidates.iter().map(|found| found.bump).collect();
    assert_eq!(bumps, [Bump::Major, Bump::Minor]);
}

#[test]
fn tags_and_versions_differ_in_a_sign() {
    assert_eq!(tag_of_version("1.2.3+b.5"), "1.2.3_b.5");
    assert_eq!(version_of_tag("1.2.3_b.5"), "1.2.3+b.5");
}

const VERSION: &str = "v?[0-3]\\.[0-3]\\.[0-3](-(rc|beta)\\.[0-3])?(\\+b)?";
const PIN: &str = "[~^v]?[0-3](\\.[0-3x]){0,2}|>=[0-2] <[1-3]|\\*|[0-3]\\.[0-3]\\.[0-3](-rc\\.1)?";

proptest::proptest! {
    #[test]
    fn what_is_written_stands_for_what_was_chosen(
        pin in PIN,
        available in proptest::collection::vec(VERSION, 0..30),
    ) {
        let list = || available.iter().map(String::as_str);
        let taken = choose(&pin, list(), &Rules::default());
        proptest::prop_assert_eq!(taken.write.is_some(), taken.choice.best.is_some());
        let (Some(write), Some(best)) = (taken.write, taken.choice.best) else { return Ok(()) };
        let chosen = ChartVersion::parse(&best.version).unwrap();
        if let Some(resolved) = taken.resolved.as_deref().and_then(ChartVersion::parse) {
            proptest::prop_assert!(chosen.order(&resolved).is_gt());
        }
        // Written and read again, the pin stands for the chosen version.
        let again = choose(&write, list(), &Rules::default());
        let resolved = again.resolved.unwrap();
        proptest::prop_assert!(ChartVersion::parse(&resolved).unwrap().order(&chosen).is_eq());
    }
}
