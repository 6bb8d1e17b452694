//! Durations in readable form: `250ms`, `5s`, `1h30m`.

use std::time::Duration;

use super::Setting;

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Parses one or several whole numbers with the units `d`, `h`, `m`, `s`, `ms`; `0` needs no unit.
///
/// # Errors
/// A sentence that describes the problem.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    parts(text).map(Duration::from_millis).ok_or_else(|| "not a duration like 5s, 250ms or 8h".to_owned())
}

fn parts(mut rest: &str) -> Option<u64> {
    let mut millis: u64 = 0;
    let mut first = true;
    while first || !rest.is_empty() {
        first = false;
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        millis = millis.checked_add(number.parse::<u64>().ok()?.checked_mul(*factor)?)?;
        rest = after;
    }
    Some(millis)
}

/// Formats a duration with the largest possible units, to the millisecond. [`parse_duration`] can read it.
pub fn format_duration(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, factor) in UNITS {
        if rest >= factor {
            text += &format!("{}{unit}", rest / factor);
            rest %= factor;
        }
    }
    if text.is_empty() { "0".to_owned() } else { text }
}

impl Setting for Duration {
    fn kind() -> String {
        "duration".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        parse_duration(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, millis) in [
            ("0", 0),
            ("250ms", 250),
            ("5s", 5_000),
            ("90m", 5_400_000),
            ("8h", 28_800_000),
            ("1h30m", 5_400_000),
            (" 2d ", 172_800_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "5",
            "s",
            "5 s",
            "-5s",
            "1.5s",
            "5sec",
            "5s5",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_formatted_duration_is_parsed_back() {
        for text in ["0", "250ms", "5s", "1h30m", "2d1ms"] {
            assert_eq!(format_duration(parse_duration(text).unwrap()), text);
        }
    }
}
