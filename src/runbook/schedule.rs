//! How long a schedule leaves between two runs.
//!
//! A tier says how much of what was written may be lost, and a schedule in cron's words says how
//! much is: whatever was written since its last run. Schedules by the clock and the days of the week
//! are read, those of five fields and of six, which begin with the seconds, and the words that stand
//! for them. Others are not guessed at.

/// The minutes of a week.
const WEEK: usize = 7 * 24 * 60;

/// Returns the longest time between two runs, in minutes; `None` where that cannot be told.
pub(super) fn longest_gap(schedule: &str) -> Option<usize> {
    let schedule = schedule.trim();
    if let Some(word) = schedule.strip_prefix('@') {
        return match word {
            "hourly" => Some(60),
            "daily" | "midnight" => Some(24 * 60),
            "weekly" => Some(WEEK),
            _ => None,
        };
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let ([minute, hour, day, month, weekday] | [_, minute, hour, day, month, weekday]) =
        fields.as_slice()
    else {
        return None;
    };
    let any = |field: &str| matches!(field, "*" | "?");
    if !any(day) || !any(month) {
        return None;
    }
    let minutes = values(minute, 0, 59)?;
    let hours = values(hour, 0, 23)?;
    // Sunday is both 0 and 7.
    let days: Vec<usize> = values(weekday, 0, 7)?.into_iter().map(|day| day % 7).collect();
    let mut runs: Vec<usize> = Vec::new();
    for day in &days {
        for hour in &hours {
            runs.extend(minutes.iter().map(|minute| (day * 24 + hour) * 60 + minute));
        }
    }
    runs.sort_unstable();
    runs.dedup();
    let (first, last) = (*runs.first()?, *runs.last()?);
    let between = runs.iter().zip(runs.iter().skip(1)).map(|(one, next)| next - one);
    between.chain([first + WEEK - last]).max()
}

/// Reads a field: `*`, numbers, ranges, steps, and lists of them.
fn values(field: &str, lowest: usize, highest: usize) -> Option<Vec<usize>> {
    const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let number = |text: &str| {
        let named = DAYS.iter().position(|day| text.eq_ignore_ascii_case(day));
        named.filter(|_| highest == 7).or_else(|| text.parse().ok())
    };
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|s| *s > 0)?)),
            None => (part, None),
        };
        let (from, to) = if matches!(range, "*" | "?") {
            // The seventh day is the first one again.
            (lowest, if highest == 7 { 6 } else { highest })
        } else if let Some((from, to)) = range.split_once('-') {
            (number(from)?, number(to)?)
        } else {
            let one = number(range)?;
            (one, if step.is_some() { highest } else { one })
        };
        if from < lowest || to > highest || from > to {
            return None;
        }
        found.extend((from..=to).step_by(step.unwrap_or(1)));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_gap_is_what_may_be_lost() {
        for (schedule, hours) in [
            ("0 3 * * *", Some(24.0)),
            ("0 0 3 * * *", Some(24.0)),
            ("0 */4 * * *", Some(4.0)),
            ("30 */5 * * *", Some(5.0)),
            ("*/15 * * * *", Some(0.25)),
            ("0 2 * * 0", Some(168.0)),
            ("0 2 * * mon-fri", Some(72.0)),
            ("0 8,20 * * *", Some(12.0)),
            ("@daily", Some(24.0)),
            ("0 3 1 * *", None),
            ("H 3 * * *", None),
            ("${SCHEDULE}", None),
            ("61 * * * *", None),
            ("*/0 * * * *", None),
        ] {
            let minutes = hours.map(|hours: f64| (hours * 60.0).to_string());
            let found = longest_gap(schedule).map(|gap| gap.to_string());
            assert_eq!(found, minutes, "{schedule}");
        }
    }
}
