use super::*;

fn window(text: &str) -> Window {
    serde_yaml::from_str(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Compares whether a window is open at moments, each with its offset.
#[track_caller]
fn check_open(text: &str, moments: &[(&str, bool)]) {
    let window = window(text);
    for (moment, expected) in moments {
        assert_eq!(window.is_open(at(moment)), *expected, "{window} at {moment}");
    }
}

/// Compares when a window opens next.
#[track_caller]
fn check_next(text: &str, moments: &[(&str, &str)]) {
    let window = window(text);
    for (moment, expected) in moments {
        let next = window.next_open(at(moment)).unwrap();
        assert_eq!(next, at(expected), "{window} after {moment}");
        assert!(window.is_open(next), "{window} at {next}");
    }
}

#[test]
fn windows_open_on_their_days_and_may_pass_midnight() {
    // 2026-07-04 is a Saturday.
    let night = "{zone: Europe/Vienna, days: [sat], from: '22:00', to: '04:00'}";
    check_open(
        night,
        &[
            ("2026-07-04T21:59:59+02:00", false),
            ("2026-07-04T22:00:00+02:00", true),
            ("2026-07-05T03:59:59+02:00", true),
            ("2026-07-05T04:00:00+02:00", false),
            // The small hours of Saturday belong to Friday's night.
            ("2026-07-04T02:00:00+02:00", false),
            ("2026-07-05T22:00:00+02:00", false),
        ],
    );
    check_next(
        night,
        &[
            ("2026-07-04T12:00:00+02:00", "2026-07-04T22:00:00+02:00"),
            ("2026-07-05T01:30:00+02:00", "2026-07-05T01:30:00+02:00"),
            ("2026-07-05T04:00:00+02:00", "2026-07-11T22:00:00+02:00"),
        ],
    );
    check_open(
        "{zone: UTC, from: '09:00', to: '17:00'}",
        &[
            ("2026-01-01T08:59:00Z", false),
            ("2026-01-01T09:00:00Z", true),
            ("2026-01-01T17:00:00Z", false),
            // The zone's own clock counts, not the one that the moment is written in.
            ("2026-01-01T18:30:00+09:30", true),
        ],
    );
    let day = "{zone: America/New_York, days: [sun]}";
    check_open(
        day,
        &[
            ("2026-07-05T00:00:00-04:00", true),
            ("2026-07-05T23:59:59-04:00", true),
            ("2026-07-06T00:00:00-04:00", false),
        ],
    );
    check_open("{zone: UTC, from: '20:00', to: '24:00'}", &[("2026-01-01T23:59:00Z", true)]);
    check_open("{zone: UTC, from: '20:00', to: '24:00'}", &[("2026-01-01T00:00:00Z", false)]);
}

#[test]
fn a_skipped_time_is_the_moment_of_the_leap() {
    // Vienna leaps from 02:00 (+01) to 03:00 (+02) on 2026-03-29, New York from 02:00 (-05) to 03:00
    // (-04) on 2026-03-08, Lord Howe from 02:00 (+10:30) to 02:30 (+11) on 2026-10-04.
    check_open(
        "{zone: Europe/Vienna, from: '02:30', to: '05:00'}",
        &[
            ("2026-03-29T01:59:59+01:00", false),
            ("2026-03-29T03:00:00+02:00", true),
            ("2026-03-29T04:59:59+02:00", true),
            ("2026-03-29T05:00:00+02:00", false),
            ("2026-03-30T02:59:00+02:00", true),
            ("2026-03-30T02:29:00+02:00", false),
        ],
    );
    check_open(
        "{zone: America/New_York, from: '01:00', to: '02:30'}",
        &[
            ("2026-03-08T01:59:59-05:00", true),
            ("2026-03-08T03:00:00-04:00", false),
            ("2026-03-08T03:29:00-04:00", false),
        ],
    );
    check_open(
        "{zone: Australia/Lord_Howe, from: '02:15', to: '02:45'}",
        &[
            ("2026-10-04T01:59:59+10:30", false),
            ("2026-10-04T02:30:00+11:00", true),
            ("2026-10-04T02:45:00+11:00", false),
        ],
    );
    // What lies in the gap as a whole does not come to pass that night.
    check_next(
        "{zone: Europe/Vienna, from: '02:15', to: '02:45'}",
        &[("2026-03-28T12:00:00+01:00", "2026-03-30T02:15:00+02:00")],
    );
    check_next(
        "{zone: Europe/Vienna, days: [sun], from: '02:15', to: '02:45'}",
        &[("2026-03-24T12:00:00+01:00", "2026-04-05T02:15:00+02:00")],
    );
}

#[test]
fn of_an_hour_that_comes_twice_no_more_counts_than_is_written() {
    // Vienna goes back from 03:00 (+02) to 02:00 (+01) on 2026-10-25, New York from 02:00 (-04) to
    // 01:00 (-05) on 2026-11-01, Lord Howe from 02:00 (+11) to 01:30 (+10:30) on 2026-04-05.
    check_open(
        "{zone: Europe/Vienna, from: '02:15', to: '02:45'}",
        &[
            ("2026-10-25T02:14:59+02:00", false),
            ("2026-10-25T02:15:00+02:00", false),
            ("2026-10-25T02:15:00+01:00", true),
            ("2026-10-25T02:45:00+01:00", false),
        ],
    );
    check_open(
        "{zone: Europe/Vienna, from: '01:00', to: '02:30'}",
        &[
            ("2026-10-25T02:29:59+02:00", true),
            ("2026-10-25T02:30:00+02:00", false),
            ("2026-10-25T02:00:00+01:00", false),
        ],
    );
    // A night that spans the change has all of its hours.
    let night = "{zone: America/New_York, days: [sat], from: '22:00', to: '04:00'}";
    check_open(
        night,
        &[
            ("2026-11-01T01:30:00-04:00", true),
            ("2026-11-01T01:30:00-05:00", true),
            ("2026-11-01T03:59:59-05:00", true),
            ("2026-11-01T04:00:00-05:00", false),
        ],
    );
    let length = |moment: &str, text: &str| {
        let until = window(text).open_until(at(moment)).unwrap();
        until.duration_since(at(moment)).as_hours()
    };
    assert_eq!(length("2026-10-31T22:00:00-04:00", night), 7);
    assert_eq!(length("2026-03-07T22:00:00-05:00", night), 5);
    assert_eq!(length("2026-07-04T22:00:00-04:00", night), 6);
    check_open(
        "{zone: Australia/Lord_Howe, from: '01:45', to: '02:15'}",
        &[
            ("2026-04-05T01:50:00+11:00", false),
            ("2026-04-05T01:30:00+10:30", false),
            ("2026-04-05T01:45:00+10:30", true),
            ("2026-04-05T02:14:00+10:30", true),
            ("2026-04-05T02:15:00+10:30", false),
        ],
    );
    check_open(
        "{zone: Australia/Lord_Howe, from: '01:00', to: '01:45'}",
        &[
            ("2026-04-05T01:44:00+11:00", true),
            ("2026-04-05T01:45:00+11:00", false),
            ("2026-04-05T01:40:00+10:30", false),
        ],
    );
}

/// Whatever the zone does, a window is open only while the clock shows a time inside of it, and it
/// is open when it says that it opens.
#[test]
fn a_window_is_never_open_at_another_time_than_it_names() {
    let zones = ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"];
    let hours = [("01:45", "02:15"), ("22:00", "04:00"), ("02:00", "03:00"), ("00:00", "00:00")];
    for zone in zones {
        for (from, to) in hours {
            let window = window(&format!("{{zone: {zone}, from: '{from}', to: '{to}'}}"));
            let mut moment = at("2026-01-01T00:00:00Z");
            let mut open = 0;
            while moment < at("2027-01-01T00:00:00Z") {
                let time = moment.to_zoned(window.zone.0.clone()).time();
                let (from, to) = (window.from.0, window.to.0);
                let shown =
                    if from < to { (from..to).contains(&time) } else { time >= from || time < to };
                let is_open = window.is_open(moment);
                assert!(shown || !is_open, "{window} at {moment}");
                open += i32::from(is_open);
                let next = window.next_open(moment).unwrap();
                assert!(next >= moment && window.is_open(next), "{window} after {moment}");
                assert_eq!(next == moment, is_open);
                moment += SignedDuration::from_mins(45 * 7);
            }
            assert!(open > 0, "{window}");
        }
    }
}

#[test]
fn an_upgrade_waits_for_the_windows_of_all_its_releases() {
    let all: Vec<Window> = serde_yaml::from_str(
        "- {zone: UTC, releases: [media/*], from: '20:00', to: '23:00'}\n\
         - {zone: UTC, releases: [home/*], days: [sat, sun], from: '22:00', to: '02:00'}\n\
         - {zone: UTC, strategies: [maintenance], releases: [shop/*], days: [sun], from: '06:00', to: '07:00'}\n",
    )
    .unwrap();
    let windows = |releases: &[&str], strategy| {
        let names: Vec<String> = releases.iter().map(|name| (*name).to_owned()).collect();
        Windows::of(&all, strategy, &names)
    };
    // 2026-07-03 is a Friday.
    let friday = at("2026-07-03T20:30:00Z");
    let both = windows(&["media/a", "home/b"], Strategy::Maintenance);
    assert!(!both.is_open(friday));
    assert_eq!(both.next_open(friday), Some(at("2026-07-04T22:00:00Z")));
    assert_eq!(both.open_until(at("2026-07-04T22:30:00Z")), Some(at("2026-07-04T23:00:00Z")));
    assert_eq!(both.to_string(), "20:00–23:00 UTC, and sat, sun 22:00–02:00 UTC");
    let free = windows(&["other/x", "shop/x"], Strategy::Rolling);
    assert!(free.is_unbounded() && free.is_open(friday));
    assert_eq!((free.next_open(friday), free.open_until(friday)), (Some(friday), None));
    let never = windows(&["media/a", "shop/b"], Strategy::Maintenance);
    assert_eq!(never.next_open(friday), None);
}

#[test]
fn what_is_no_window_is_refused_with_a_word() {
    for (text, expected) in [
        ("{zone: Europe/Wien}", "`Europe/Wien` is no time zone"),
        ("{zone: UTC, from: '25:00'}", "`25:00` is no time of a day"),
        ("{zone: UTC, from: '9:00'}", "`9:00` is no time of a day"),
        ("{zone: UTC, from: '24:01'}", "`24:01` is no time of a day"),
        ("{zone: UTC, days: [someday]}", "unknown variant `someday`"),
        ("{zone: UTC, hours: 3}", "unknown field `hours`"),
        ("{from: '09:00'}", "missing field `zone`"),
    ] {
        let error = serde_yaml::from_str::<Window>(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // Without quotes as well: a time is no number here.
    assert_eq!(window("{zone: UTC, from: 22:30}").from.to_string(), "22:30");
    for (text, seconds) in
        [("45m", Some(2700)), ("1h30m", Some(5400)), ("0s", None), ("-5m", None), ("soon", None)]
    {
        let length = serde_yaml::from_str::<Length>(text);
        assert_eq!(length.ok().map(Length::seconds), seconds, "{text}");
    }
}
