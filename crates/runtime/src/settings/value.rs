//! The types of settings.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use ipnet::IpNet;
use url::Url;

/// The text of an empty list.
pub(super) const NO_ELEMENTS: &str = "none";

/// A type that can be parsed from the text of a setting.
pub trait Setting: Sized {
    /// The name of the type in the reference, such as `duration`.
    fn kind() -> String;

    /// Parses the text.
    ///
    /// # Errors
    /// The problem as the end of a sentence, without the value: `not a duration like 5s`.
    fn parse(text: &str) -> Result<Self, String>;
}

impl Setting for String {
    fn kind() -> String {
        "text".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

/// Separated by commas; spaces around an element are ignored. The word `none` is the empty list: an empty variable counts as not
/// given, so it cannot replace a default by the empty list.
impl<T: Setting> Setting for Vec<T> {
    fn kind() -> String {
        format!("list of {}", T::kind())
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case(NO_ELEMENTS) {
            return Ok(Vec::new());
        }
        text.split(',').map(str::trim).filter(|element| !element.is_empty()).map(T::parse).collect()
    }
}

impl Setting for NonZeroU32 {
    fn kind() -> String {
        "whole number of at least 1".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| "not a whole number of at least 1".to_owned())
    }
}

impl Setting for bool {
    fn kind() -> String {
        "`true` or `false`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err("neither true nor false".to_owned()),
        }
    }
}

macro_rules! from_str {
    ($($type:ty: $kind:literal, $problem:literal;)*) => {
        $(impl Setting for $type {
            fn kind() -> String {
                $kind.to_owned()
            }

            fn parse(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| $problem.to_owned())
            }
        })*
    };
}

from_str! {
    u16: "number", "not a whole number from 0 to 65535";
    u32: "number", "not a whole number from 0 to 4294967295";
    u64: "number", "not a whole number, 0 or more";
    usize: "number", "not a whole number, 0 or more";
    i64: "number", "not a whole number";
    f64: "decimal number", "not a number like 0.5";
    PathBuf: "path", "not a path";
    IpAddr: "IP address", "not an IP address";
    SocketAddr: "address and port", "not an IP address and port like 127.0.0.1:8080";
    IpNet: "subnet", "not a subnet like 10.0.0.0/8";
    Url: "URL", "not a URL like https://example.com";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_separated_by_commas() {
        assert_eq!(Vec::<u16>::parse("1, 2,3,"), Ok(vec![1, 2, 3]));
        for text in [" ", "none", " None "] {
            assert_eq!(Vec::<u16>::parse(text), Ok(vec![]), "{text}");
        }
        assert!(Vec::<u16>::parse("1,none").is_err());
        assert!(Vec::<u16>::parse("1,x").is_err());
    }

    #[test]
    fn values_of_each_kind_are_read_and_others_refused() {
        assert_eq!(bool::parse("Yes"), Ok(true));
        assert_eq!(bool::parse("off"), Ok(false));
        assert!(bool::parse("2").is_err());
        assert_eq!(SocketAddr::parse("[::1]:80"), Ok(SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 80))));
        assert!(SocketAddr::parse("localhost:80").is_err());
        assert!(u16::parse("65536").is_err());
        assert!(IpNet::parse("10.0.0.0/33").is_err());
        assert!(Url::parse("example.com").is_err());
    }
}
