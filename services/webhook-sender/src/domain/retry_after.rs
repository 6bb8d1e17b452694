use std::time::Duration;

use chrono::{DateTime, Utc};

/// An app cannot postpone a webhook for longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The pause that a `Retry-After` header asks for, in seconds or as an HTTP date, cut to a day. `None` when it is neither.
pub(crate) fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    let pause = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        value.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let date = DateTime::parse_from_rfc2822(value).ok()?;
        (date.with_timezone(&Utc) - now).to_std().unwrap_or(Duration::ZERO)
    };
    Some(pause.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        let cases = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Tue, 14 Nov 2023 22:14:20 GMT", Some(60)),
            ("Tue, 14 Nov 2023 22:00:00 GMT", Some(0)),
            ("86401", Some(86_400)),
            ("99999999999999999999999", Some(86_400)),
            ("Fri, 14 Nov 2053 22:14:20 GMT", Some(86_400)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(retry_after(value, noon()), seconds.map(Duration::from_secs), "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_read_without_panic_and_cut_to_a_day(value in ".*") {
            prop_assert!(retry_after(&value, noon()).is_none_or(|pause| pause <= LONGEST));
        }
    }
}
