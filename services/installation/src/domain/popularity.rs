//! The number by which lists of apps are sorted.

use super::problems::{Messages, one};

pub(crate) const DEFAULT: i32 = 1;
const LARGEST: i32 = 32767;

pub(crate) fn check(popularity: i32) -> Result<i32, Messages> {
    match popularity {
        ..0 => Err(one("Ensure this value is greater than or equal to 0.")),
        0..=LARGEST => Ok(popularity),
        _ => Err(one(format!("Ensure this value is less than or equal to {LARGEST}."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_is_a_small_number() {
        assert_eq!(check(0), Ok(0));
        assert_eq!(check(32767), Ok(32767));
        assert_eq!(check(-1).unwrap_err(), ["Ensure this value is greater than or equal to 0."]);
        assert_eq!(check(32768).unwrap_err(), ["Ensure this value is less than or equal to 32767."]);
    }
}
