//! Popularity, by which lists of apps are sorted.

use crate::domain::problems::Messages;
use crate::domain::problems::one;

pub(crate) const DEFAULT: i32 = 1;
const MAX: i32 = 32767;

pub(crate) fn check(popularity: i32) -> Result<i32, Messages> {
    match popularity {
        ..0 => Err(one("Ensure this value is greater than or equal to 0.")),
        0..=MAX => Ok(popularity),
        _ => Err(one(format!("Ensure this value is less than or equal to {MAX}."))),
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
