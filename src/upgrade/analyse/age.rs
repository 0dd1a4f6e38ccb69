//! How old a version has to be before it is proposed.

use jiff::{Span, Timestamp, Unit};

use crate::diagnostic::Why;
use crate::upgrade::resolve::{Limit, Limits};

/// Returns the limit that keeps a version back that is too young; none where its age is not known.
///
/// `version` is the tag as upstream writes it.
pub(super) fn limit(
    version: &str,
    published: Option<Timestamp>,
    minimum: Option<Span>,
    now: Option<Timestamp>,
) -> Limits {
    let (Some(published), Some(minimum), Some(now)) = (published, minimum, now) else {
        return Limits::default();
    };
    let hours = |span: Span| span.total((Unit::Hour, jiff::SpanRelativeTo::days_are_24_hours()));
    let age = now.since(published).and_then(|age| age.total(Unit::Hour));
    let (Ok(age), Ok(minimum)) = (age, hours(minimum)) else { return Limits::default() };
    if age >= minimum {
        return Limits::default();
    }
    // A sentence with the age in it would be another one at every run.
    let day = published.strftime("%Y-%m-%d %H:%M");
    let message = format!("it was published {day} UTC, and must be {minimum:.0} hours old");
    let why = Why::new("too-young", message);
    Limits { stops: Vec::new(), avoid: vec![Limit { version: version.to_owned(), why }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_waits_until_it_is_old_enough() {
        let at = |text: &str| -> Option<Timestamp> { Some(text.parse().unwrap()) };
        let three_days = Some(Span::new().days(3));
        let published = at("2026-01-10T09:00:00Z");
        for (now, minimum, expected) in [
            (at("2026-01-11T09:00:00Z"), three_days, 1),
            (at("2026-01-13T08:59:00Z"), three_days, 1),
            (at("2026-01-13T09:00:00Z"), three_days, 0),
            (at("2026-01-11T09:00:00Z"), None, 0),
            (None, three_days, 0),
        ] {
            assert_eq!(limit("1.2", published, minimum, now).avoid.len(), expected, "{now:?}");
        }
        let limits = limit("1.2", published, three_days, at("2026-01-11T09:00:00Z"));
        let message = limits.avoid.first().map(|limit| limit.why.message.as_str());
        assert_eq!(
            message,
            Some("it was published 2026-01-10 09:00 UTC, and must be 72 hours old")
        );
    }
}
