//! Ranges rewritten to take in a newer version, in the style in which they are written.
//!
//! Only the numbers change: `1.x` becomes `2.x`, `~1.2` becomes `~2.3`, `^1.2.0` becomes `^2.0.0`,
//! `>=1 <2` becomes `>=2 <3`. A window of one major or one minor version moves as a whole; of any
//! wider range only the upper bound goes up. Of several alternatives the one that holds today's
//! version is rewritten. What comes out is read again and must hold the version, so that a style
//! that is not known here gives no rewriting rather than a wrong one.

use std::ops::Range as Span;

use semver::Version;

use super::range::{Member, Operator, Range, all_match};

/// Rewrites `range`, which holds `today` and does not hold `target`, so that it holds `target`.
///
/// `None` where its style does not say how.
#[must_use]
pub(super) fn rewrite(range: &Range, today: &Version, target: &Version) -> Option<String> {
    let alternative = range.alternatives.iter().rev().find(|members| all_match(members, today))?;
    let window = Window::of(alternative);
    let mut edits: Vec<(Span<usize>, String)> = Vec::new();
    for member in alternative {
        edit(member, window, target, &mut edits)?;
    }
    edits.sort_by_key(|(span, _)| span.start);
    let mut text = range.as_str().to_owned();
    for (span, new) in edits.into_iter().rev() {
        text.replace_range(span, &new);
    }
    let moved = Range::parse(&text).ok()?;
    moved.matches(target).then_some(text)
}

/// What a lower and an upper bound enclose, if it is exactly one version line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Major,
    Minor,
    Wider,
}

impl Window {
    fn of(members: &[Member]) -> Self {
        let [low, high] = members else { return Self::Wider };
        let (low, high) = match (low.operator, high.operator) {
            (Operator::GreaterEqual, Operator::Less) => (&low.bound, &high.bound),
            (Operator::Less, Operator::GreaterEqual) => (&high.bound, &low.bound),
            _ => return Self::Wider,
        };
        let next_major = (low.major.saturating_add(1), 0, 0);
        let next_minor = (low.major, low.minor.saturating_add(1), 0);
        match (high.major, high.minor, high.patch) {
            end if end == next_major => Self::Major,
            end if end == next_minor => Self::Minor,
            _ => Self::Wider,
        }
    }
}

/// Adds the edits that make `member` hold the target.
fn edit(
    member: &Member,
    window: Window,
    target: &Version,
    edits: &mut Vec<(Span<usize>, String)>,
) -> Option<()> {
    let (major, minor, patch) = (target.major, target.minor, target.patch);
    let line = match window {
        Window::Major => [major, 0, 0],
        _ => [major, minor, 0],
    };
    let numbers = match member.operator {
        Operator::NotEqual => return Some(()),
        Operator::Greater | Operator::GreaterEqual => match window {
            Window::Wider => return Some(()),
            Window::Major | Window::Minor => line,
        },
        Operator::Less => match window {
            Window::Major => [major.checked_add(1)?, 0, 0],
            Window::Minor => [major, minor.checked_add(1)?, 0],
            Window::Wider if target.cmp_precedence(&member.bound).is_lt() => return Some(()),
            Window::Wider => above(member, target)?,
        },
        Operator::LessEqual | Operator::Equal => [major, minor, patch],
        Operator::Tilde => [major, minor, 0],
        Operator::Caret => match (major, minor) {
            (0, 0) => [0, 0, patch],
            (0, _) => [0, minor, 0],
            _ => [major, 0, 0],
        },
    };
    for (span, number) in member.fields.iter().zip(numbers).take(member.written) {
        edits.push((span.clone(), number.to_string()));
    }
    let whole = member.written == 3;
    let suffix = match member.operator {
        Operator::Equal | Operator::LessEqual if whole => suffix_of(target),
        // `-0` asks for pre-releases and belongs to the style; any other one belonged to the version.
        _ if member.bound.pre.as_str() == "0" => return Some(()),
        _ => String::new(),
    };
    if !suffix.is_empty() || !member.suffix.is_empty() {
        edits.push((member.suffix.clone(), suffix));
    }
    Some(())
}

/// Returns the bound just above the target, as coarse as the member's: `<2.0.0` bounds majors,
/// `<1.5` minors.
fn above(member: &Member, target: &Version) -> Option<[u64; 3]> {
    let bound = [member.bound.major, member.bound.minor, member.bound.patch];
    let place = bound.iter().rposition(|number| *number > 0)?;
    let mut numbers = [target.major, target.minor, target.patch];
    let last = numbers.get_mut(place)?;
    *last = last.checked_add(1)?;
    numbers.iter_mut().skip(place + 1).for_each(|number| *number = 0);
    Some(numbers)
}

fn suffix_of(version: &Version) -> String {
    let signed = |sign: &str, text: &str| {
        if text.is_empty() { String::new() } else { format!("{sign}{text}") }
    };
    signed("-", &version.pre) + &signed("+", &version.build)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(range: &str, today: &str, target: &str) -> Option<String> {
        let version = |text| Version::parse(text).unwrap();
        let range = Range::parse(range).unwrap();
        assert!(range.matches(&version(today)), "{range} {today}");
        assert!(!range.matches(&version(target)), "{range} {target}");
        rewrite(&range, &version(today), &version(target))
    }

    #[test]
    fn keeps_the_style() {
        let cases = [
            ("1.x", "1.9.0", "2.3.4", "2.x"),
            ("1.X.x", "1.9.0", "2.3.4", "2.X.x"),
            ("v1.*", "1.9.0", "2.3.4", "v2.*"),
            ("1", "1.9.0", "2.3.4", "2"),
            ("1.2", "1.2.9", "1.3.4", "1.3"),
            ("1.2.x", "1.2.9", "2.3.4", "2.3.x"),
            ("=1.2.3", "1.2.3", "1.2.4", "=1.2.4"),
            ("~1", "1.9.0", "2.3.4", "~2"),
            ("~1.2", "1.2.9", "2.3.4", "~2.3"),
            ("~> 1.2.3", "1.2.9", "1.3.4", "~> 1.3.0"),
            ("^1", "1.9.0", "2.3.4", "^2"),
            ("^1.2", "1.9.0", "2.3.4", "^2.0"),
            ("^1.2.0", "1.9.0", "2.3.4", "^2.0.0"),
            ("^v1.2.0", "1.9.0", "2.3.4", "^v2.0.0"),
            ("^0.2.3", "0.2.9", "0.5.1", "^0.5.0"),
            ("^0.2.3", "0.2.9", "1.5.1", "^1.0.0"),
            ("^0.0.3", "0.0.3", "0.0.7", "^0.0.7"),
            (">=1 <2", "1.9.0", "2.3.4", ">=2 <3"),
            (">= 1.0, < 2", "1.9.0", "2.3.4", ">= 2.0, < 3"),
            (">=1.2.3,<2.0.0", "1.9.0", "2.3.4", ">=2.0.0,<3.0.0"),
            ("<2 >=1", "1.9.0", "2.3.4", "<3 >=2"),
            (">=1.2 <1.3", "1.2.9", "1.5.4", ">=1.5 <1.6"),
            (">=1.2.3 <1.3.0", "1.2.9", "2.5.4", ">=2.5.0 <2.6.0"),
            (">=1 <3", "2.9.0", "3.1.0", ">=1 <4"),
            (">=1.2.3 <2.5", "2.4.0", "2.6.1", ">=1.2.3 <2.7"),
            ("<2", "1.9.0", "2.3.4", "<3"),
            ("<2.0.0", "1.9.0", "2.3.4", "<3.0.0"),
            ("<1.5.3", "1.5.2", "1.6.7", "<1.6.8"),
            ("<=1.4", "1.4.9", "1.6.2", "<=1.6"),
            ("<=1.4.2", "1.4.2", "1.6.2", "<=1.6.2"),
            ("1.2 - 1.4", "1.4.9", "1.6.2", "1.2 - 1.6"),
            (">=1.0, <2, !=1.2.3", "1.9.0", "2.3.4", ">=1.0, <3, !=1.2.3"),
            ("^1 || ^2", "2.9.0", "3.1.0", "^1 || ^3"),
            ("^2 || ^1", "2.9.0", "3.1.0", "^3 || ^1"),
            (">=1.0.0-0 <2.0.0-0", "1.9.0", "2.3.4", ">=2.0.0-0 <3.0.0-0"),
            ("1.x-0", "1.9.0", "2.3.4", "2.x-0"),
            (" 1.x ", "1.9.0", "2.3.4", " 2.x "),
        ];
        for (range, today, target, expected) in cases {
            assert_eq!(
                rewritten(range, today, target).as_deref(),
                Some(expected),
                "{range} {target}"
            );
        }
    }

    #[test]
    fn gives_up_where_the_style_does_not_say_how() {
        let cases = [(">=1.0 !=2.3.4", "1.9.0", "2.3.4"), ("^1.0", "1.9.0", "2.0.0-rc.1")];
        for (range, today, target) in cases {
            assert_eq!(rewritten(range, today, target), None, "{range}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_rewritten_holds_the_target(
            range in "([~^=v]|>=|<=|<)?[0-2](\\.[0-3x]){0,2}(( |, |  \\|\\| )(<|<=|!=|\\^)[1-3](\\.[0-3]){0,2})?",
            (a, b, c) in (0u64..4, 0u64..4, 0u64..4),
            (d, e, f) in (0u64..4, 0u64..4, 0u64..4),
        ) {
            let (today, target) = (Version::new(a, b, c), Version::new(d, e, f));
            let Ok(range) = Range::parse(&range) else { return Ok(()) };
            if !range.matches(&today) || range.matches(&target) {
                return Ok(());
            }
            if let Some(text) = rewrite(&range, &today, &target) {
                let moved = Range::parse(&text).unwrap();
                proptest::prop_assert!(moved.matches(&target), "{} {}", range, text);
                // Nothing but digits changes.
                let frame = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
                proptest::prop_assert_eq!(frame(&text), frame(range.as_str()));
            }
        }
    }
}
