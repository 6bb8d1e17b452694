//! Validation of e-mail addresses.
//!
//! Addresses are compared in the form that [`EmailAddress`] holds. They are ASCII, because case folding beyond ASCII makes two
//! mailboxes equal: U+212A, the Kelvin sign, becomes `k`. Mail servers without SMTPUTF8 require ASCII as well. For the same reason only
//! ASCII white space is trimmed.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// Bytes that a mail server accepts.
const MAX_LENGTH: usize = 254;
const MAX_LOCAL_LENGTH: usize = 64;
const MAX_LABEL_LENGTH: usize = 63;

/// A valid address of ASCII characters, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a valid email address.")]
pub struct InvalidEmail;

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim_ascii().to_ascii_lowercase();
        let parts = address.rsplit_once('@').filter(|_| address.len() <= MAX_LENGTH);
        match parts {
            Some((local, domain)) if is_local(local) && is_domain(domain) => Ok(Self(address)),
            _ => Err(InvalidEmail),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        Self::parse(text)
    }
}

impl Deref for EmailAddress {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// Whether the text is a dot-atom of RFC 5322. Quoted local parts are refused: they are rare, and attackers have used them to bypass
/// checks.
fn is_local(local: &str) -> bool {
    local.len() <= MAX_LOCAL_LENGTH
        && local.split('.').all(|word| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

/// Whether the text is a valid domain of an address: labels of ASCII letters, digits and inner dashes, with at least one dot, or
/// `localhost`.
pub fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split('.').all(is_label) && (text.contains('.') || text.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        for (text, expected, domain) in [
            (" Ada@Example.COM\t", "ada@example.com", "example.com"),
            ("o'hara+tag@mail.example.co.uk", "o'hara+tag@mail.example.co.uk", "mail.example.co.uk"),
            ("owner@Localhost", "owner@localhost", "localhost"),
        ] {
            let address = EmailAddress::parse(text).unwrap();
            assert_eq!((address.as_str(), address.domain()), (expected, domain), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("ada@{}.example", ["abcdefg"; 40].join("."));
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "ada@@example.com",
            "a@b.example@example.com",
            "a b@example.com",
            "ada@exa mple.com",
            "ada\0@example.com",
            "ada@example.com\0",
            ".ada@example.com",
            "a..da@example.com",
            "ada@-example.com",
            "ada@example..com",
            "\"ada\"@example.com",
            &long_local,
            &long,
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn a_character_beyond_ascii_is_refused_wherever_it_stands() {
        // Characters that become ASCII when they are folded, that look like ASCII, or that `trim` removes.
        let characters = [
            '\u{212a}', '\u{130}', '\u{131}', '\u{17f}', '\u{430}', '\u{ff4b}', '\u{ff0e}', '\u{ff20}', 'ä',
            '\u{a0}', '\u{3000}', '\u{2028}', '\u{85}', '\u{feff}', '\u{200b}',
        ];
        let address = "kate.is@korp.io";
        for character in characters {
            for position in 0..=address.len() {
                let mut added = address.to_owned();
                added.insert(position, character);
                assert!(EmailAddress::parse(&added).is_err(), "{added:?}");
                if position < address.len() {
                    let mut replaced = address.to_owned();
                    replaced.replace_range(position..=position, character.encode_utf8(&mut [0; 4]));
                    assert!(EmailAddress::parse(&replaced).is_err(), "{replaced:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn an_address_is_ascii_and_parses_to_itself(text in ".{0,80}|[a-zA-Z.+]{1,9}@[a-zA-Z-]{1,9}\\.[a-z]{2}|.{0,3}[a-c]@[a-c]\\.[a-c].{0,3}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(address.is_ascii());
                prop_assert!(text.trim_ascii().eq_ignore_ascii_case(&address));
                prop_assert_eq!(EmailAddress::parse(&address), Ok(address));
            }
        }
    }
}
