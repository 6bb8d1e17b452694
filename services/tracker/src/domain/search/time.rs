//! Times in a search.

use std::ops::Bound;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc};

/// From one time to another.
pub(crate) type Span = (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>);

/// `-1d` (in the last day), `+2h` (longer ago than two hours), `>2026-01-01`, `<=2026-01-01T12:00:00`, `2026-01-01` (on that day).
/// Days begin in UTC, where a time that names no other zone is, too. `None` for everything else.
pub(crate) fn span(text: &str, now: DateTime<Utc>) -> Option<Span> {
    // chrono accepts white space.
    if text.contains(char::is_whitespace) {
        return None;
    }
    if let Some(ago) = text.strip_prefix('-') {
        return Some((Bound::Included(before(now, ago)?), Bound::Unbounded));
    }
    if let Some(ago) = text.strip_prefix('+') {
        return Some((Bound::Unbounded, Bound::Included(before(now, ago)?)));
    }
    if let Some(at) = text.strip_prefix(">=") {
        return Some((Bound::Included(moment(at)?), Bound::Unbounded));
    }
    if let Some(at) = text.strip_prefix("<=") {
        return Some((Bound::Unbounded, Bound::Included(moment(at)?)));
    }
    if let Some(at) = text.strip_prefix('>') {
        return Some((Bound::Excluded(moment(at)?), Bound::Unbounded));
    }
    if let Some(at) = text.strip_prefix('<') {
        return Some((Bound::Unbounded, Bound::Excluded(moment(at)?)));
    }
    let day = date(text)?;
    Some((Bound::Included(midnight(day)?), Bound::Excluded(midnight(day.checked_add_days(Days::new(1))?)?)))
}

/// `2h` before `now`: minutes, hours, days or weeks.
fn before(now: DateTime<Utc>, text: &str) -> Option<DateTime<Utc>> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = number.parse().ok()?;
    let ago = match unit {
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        "w" => TimeDelta::try_weeks(number),
        _ => None,
    };
    storable(now.checked_sub_signed(ago?)?)
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Some(day) = date(text) {
        return midnight(day);
    }
    let with_zone = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    let moment = with_zone
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc()));
    storable(moment.ok()?)
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    storable(day.and_time(NaiveTime::MIN).and_utc())
}

/// Truncates to the stored precision; `None` for years that the engines order differently.
fn storable(moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (1..=9999).contains(&moment.year()).then(|| moment.trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_relative_compared_or_a_day() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-03-04T05:06:07Z");
        let (from, to) = (
            |text| (Bound::Included(at(text)), Bound::Unbounded),
            |text| (Bound::Unbounded, Bound::Included(at(text))),
        );
        for (text, expected) in [
            ("-1d", from("2026-03-03T05:06:07Z")),
            ("+2h", to("2026-03-04T03:06:07Z")),
            ("-30m", from("2026-03-04T04:36:07Z")),
            ("+1w", to("2026-02-25T05:06:07Z")),
            (">=2026-01-01", from("2026-01-01T00:00:00Z")),
            ("<=2026-01-01T12:00:00", to("2026-01-01T12:00:00Z")),
            ("<=2026-01-01T12:00:00.1234567+01:00", to("2026-01-01T11:00:00.123456Z")),
            (">2026-01-01", (Bound::Excluded(at("2026-01-01T00:00:00Z")), Bound::Unbounded)),
            ("<2026-01-01T12:00:00Z", (Bound::Unbounded, Bound::Excluded(at("2026-01-01T12:00:00Z")))),
            (
                "2026-02-28",
                (Bound::Included(at("2026-02-28T00:00:00Z")), Bound::Excluded(at("2026-03-01T00:00:00Z"))),
            ),
        ] {
            assert_eq!(span(text, now), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        let now = DateTime::UNIX_EPOCH;
        for text in [
            "",
            "-",
            "+",
            ">",
            "1d",
            "-1",
            "-d",
            "-1y",
            "--1d",
            "-+1d",
            "-1.5h",
            "-1ä",
            "-99999999999999999999d",
            "-9999999w",
            ">-1d",
            "> 2026-01-01",
            "2026- 01-01",
            ">2026-01-01 12:00:00Z",
            ">yesterday",
            "2026-02-30",
            "2026-01-01T00:00:00",
            ">99999-01-01",
            ">+12026-01-01",
            "9999-12-31",
            "[-1d]",
        ] {
            assert_eq!(span(text, now), None, "{text:?}");
        }
    }
}
