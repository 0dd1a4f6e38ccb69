//! Time windows: when stages may land, and how long a stop may last.
//!
//! A window begins on certain days at a time that the clock on the wall shows, and ends at another,
//! past midnight if that is earlier. The zone's own rules decide what that means in the nights when
//! clocks change: a time that is skipped is the moment of the change, and of an hour that comes
//! twice a window begins in the second pass, and ends in the first one behind its begin. So it is
//! never open while the clock shows a time outside of it. The zones are compiled in, and a machine's
//! own files do not matter. No clock is read here.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Span, Timestamp};
use schemars::JsonSchema;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Glob, Strategy};

/// How many days are looked at for the next opening: two weeks, since the one day of a week may be
/// the one on which the window is skipped.
const DAYS_AHEAD: i64 = 15;

/// A time in which stages may land.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Window {
    /// The releases that it is for, as `NAMESPACE/NAME`; all where none is named.
    #[serde(default)]
    pub releases: Vec<Glob>,
    /// The strategies that it is for; all where none is named.
    #[serde(default)]
    pub strategies: Vec<Strategy>,
    /// The time zone, by its IANA name.
    pub zone: Zone,
    /// The days on which it begins; every day where none is named.
    #[serde(default)]
    pub days: Vec<Day>,
    /// When it begins, `HH:MM`.
    #[serde(default)]
    pub from: Clock,
    /// When it ends, `HH:MM`: on the next day where that is not later than its begin.
    #[serde(default)]
    pub to: Clock,
}

/// A time zone, by its IANA name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Zone(TimeZone);

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let unknown =
            |_| format!("`{name}` is no time zone; name one like `Europe/Vienna` or `UTC`");
        TimeZoneDatabase::bundled().get(&name).map(Self).map_err(unknown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    fn of(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

/// A time that a clock on the wall shows, `HH:MM`; `24:00` is the day's end, which is `00:00`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Clock(Time);

impl TryFrom<String> for Clock {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no time of a day; write it like \"22:30\"");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| i8::from_str(text).ok()).flatten()
        };
        let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(wrong)?;
        let hour = if (hour, minute) == (24, 0) { 0 } else { hour };
        Time::new(hour, minute, 0, 0).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// A length of time, `45m` or `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub struct Length(SignedDuration);

impl Length {
    /// One hour.
    pub const HOUR: Self = Self(SignedDuration::from_hours(1));

    /// Returns it in whole seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_secs()
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_str(Written)
    }
}

/// Reads a length where it stands, so that an error names its line and not that of what is around.
struct Written;

impl Visitor<'_> for Written {
    type Value = Length;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a length of time like `45m` or `1h30m`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Length, E> {
        let length = SignedDuration::from_str(text).ok().filter(SignedDuration::is_positive);
        length.map(Length).ok_or_else(|| {
            E::custom(format!("`{text}` is no length of time; write it like `45m` or `1h30m`"))
        })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

/// What is done when an application stands still for longer than it may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnStall {
    /// What was stopped is started again, on the old version.
    Restore,
    /// The way back is offered, and a person takes it.
    #[default]
    Hold,
}

impl OnStall {
    /// Returns the word, `restore`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::Hold => "hold",
        }
    }
}

impl Window {
    /// Says whether the window is for an upgrade of a release by a strategy.
    #[must_use]
    pub fn is_for(&self, strategy: Strategy, release: &str) -> bool {
        (self.strategies.is_empty() || self.strategies.contains(&strategy))
            && (self.releases.is_empty() || self.releases.iter().any(|glob| glob.matches(release)))
    }

    /// Says whether the window is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.open_until(at).is_some()
    }

    /// Returns when the window closes, if it is open.
    #[must_use]
    pub fn open_until(&self, at: Timestamp) -> Option<Timestamp> {
        let holds = |(start, end): &(Timestamp, Timestamp)| (*start..*end).contains(&at);
        self.openings(at, 1).filter(holds).map(|(_, end)| end).max()
    }

    /// Returns when the window opens next: now, if it is open; `None` where the time ends first.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.openings(at, DAYS_AHEAD).map(|(start, _)| start.max(at)).min()
    }

    /// Lists the openings that end after `at` and begin before so many days have passed.
    fn openings(
        &self,
        at: Timestamp,
        days: i64,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let today = at.to_zoned(self.zone.0.clone()).date();
        let dates =
            (-1..=days).filter_map(move |days| today.checked_add(Span::new().days(days)).ok());
        let on = move |date: &Date| self.days.is_empty() || self.days.contains(&Day::of(*date));
        dates
            .filter(on)
            .filter_map(|date| self.opening(date))
            .filter(move |(start, end)| start < end && *end > at)
    }

    /// Returns the opening that begins on a day; it may have no length.
    fn opening(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let last = if self.from.0 < self.to.0 { date } else { date.tomorrow().ok()? };
        let (_, start) = shown(&self.zone.0, date, self.from.0)?;
        let (first, second) = shown(&self.zone.0, last, self.to.0)?;
        Some((start, if first > start { first } else { second }))
    }
}

/// Returns the first and the last moment at which clocks show a time, or leap over it.
fn shown(zone: &TimeZone, date: Date, time: Time) -> Option<(Timestamp, Timestamp)> {
    let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(time));
    let (earlier, later) = (ambiguous.earlier().ok()?, ambiguous.later().ok()?);
    if let AmbiguousOffset::Gap { .. } = ambiguous.offset() {
        let leap = zone.following(earlier).next()?.timestamp();
        return Some((leap, leap));
    }
    Some((earlier, later))
}

/// `sat, sun 22:00–04:00 Europe/Vienna`.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<&str> = self.days.iter().map(|day| day.as_str()).collect();
        if !days.is_empty() {
            write!(f, "{} ", days.join(", "))?;
        }
        write!(f, "{}–{} {}", self.from, self.to, self.zone)
    }
}

/// The windows of one upgrade: for each release that it touches, those that are for it.
#[derive(Debug, Clone, Default)]
pub struct Windows<'w> {
    sets: Vec<Vec<&'w Window>>,
}

impl<'w> Windows<'w> {
    /// Chooses from `all` those that are for an upgrade of these releases by a strategy.
    ///
    /// A release for which there is none may be upgraded at any time.
    #[must_use]
    pub fn of(all: &'w [Window], strategy: Strategy, releases: &[String]) -> Self {
        let of = |release: &String| all.iter().filter(|w| w.is_for(strategy, release)).collect();
        let mut sets: Vec<Vec<&Window>> = releases.iter().map(of).collect();
        sets.retain(|set| !set.is_empty());
        Self { sets }
    }

    /// Says whether it may land at any time.
    #[must_use]
    pub fn is_unbounded(&self) -> bool {
        self.sets.is_empty()
    }

    /// Says whether a window is open for each of the releases.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.sets.iter().all(|set| set.iter().any(|window| window.is_open(at)))
    }

    /// Returns until when it stays so, if it is open; `None` as well where nothing closes it.
    #[must_use]
    pub fn open_until(&self, at: Timestamp) -> Option<Timestamp> {
        let until = |set: &Vec<&Window>| set.iter().filter_map(|w| w.open_until(at)).max();
        let ends: Option<Vec<Timestamp>> = self.sets.iter().map(until).collect();
        ends?.into_iter().min()
    }

    /// Returns when a window is open for each of them next: now, if that is so; `None` where that
    /// does not come to pass within two weeks.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        let limit = at.checked_add(SignedDuration::from_hours(24 * DAYS_AHEAD)).ok()?;
        let mut next = at;
        while next <= limit {
            let opens = |set: &Vec<&Window>| set.iter().filter_map(|w| w.next_open(next)).min();
            let opens: Option<Vec<Timestamp>> = self.sets.iter().map(opens).collect();
            let latest = opens?.into_iter().max().unwrap_or(next);
            if latest == next {
                return Some(next);
            }
            next = latest;
        }
        None
    }
}

impl fmt::Display for Windows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sets: Vec<String> = Vec::new();
        for set in &self.sets {
            let set: Vec<String> = set.iter().map(ToString::to_string).collect();
            let set = set.join(" or ");
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        f.write_str(&sets.join(", and "))
    }
}

#[cfg(test)]
mod tests;
