//! The period and the resolution of counts over time.

use patchbay_domain::{Error, Result};
use prost_types::Timestamp;

use crate::api::query::Query;

/// Seconds that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolution(i64);

impl Resolution {
    /// Reads `resolution`: `1h` (the default) or `1d`.
    pub(crate) fn read(query: &Query) -> Result<Self> {
        match query.get("resolution") {
            None | Some("" | "1h") => Ok(Self(3600)),
            Some("1d") => Ok(Self(24 * 3600)),
            Some(_) => Err(Error::invalid("INVALID_RESOLUTION", "Invalid resolution")),
        }
    }

    /// Sums hourly counts, which are in order, to this resolution.
    pub(crate) fn gather(self, hours: impl Iterator<Item = (i64, i64)>) -> Vec<(i64, i64)> {
        let mut gathered: Vec<(i64, i64)> = Vec::new();
        for (hour, count) in hours {
            let at = hour.div_euclid(self.0) * self.0;
            match gathered.last_mut() {
                Some(last) if last.0 == at => last.1 += count,
                _ => gathered.push((at, count)),
            }
        }
        gathered
    }
}

/// Reads `since` or `until`: seconds since 1970, with or without a fraction.
pub(crate) fn moment(query: &Query, name: &'static str) -> Result<Option<Timestamp>> {
    /// Seconds of the year 9999.
    const LAST: f64 = 253_402_300_799.0;
    let Some(text) = query.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=LAST).contains(seconds));
    let seconds =
        seconds.ok_or_else(|| Error::invalid("INVALID_PERIOD", format!("Invalid {name} parameter.")))?;
    Ok(Some(Timestamp { seconds: seconds.trunc() as i64, nanos: (seconds.fract() * 1e9) as i32 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_added_up_to_days() {
        let hours = [(0, 1), (3600, 2), (86_400, 4)];
        let read = |text: &str| Resolution::read(&Query::parse(text)).unwrap();
        assert_eq!(read("").gather(hours.into_iter()), hours);
        assert_eq!(read("resolution=1d").gather(hours.into_iter()), [(0, 3), (86_400, 4)]);
        assert!(Resolution::read(&Query::parse("resolution=1w")).is_err());
    }

    #[test]
    fn moments_are_seconds() {
        let read = |text: &str| moment(&Query::parse(text), "since");
        assert_eq!(read("since=1.5").unwrap().unwrap(), Timestamp { seconds: 1, nanos: 500_000_000 });
        assert_eq!(read("").unwrap(), None);
        for odd in ["x", "-1", "NaN", "inf", "1e300"] {
            assert!(read(&format!("since={odd}")).is_err(), "{odd}");
        }
    }
}
