//! E-mail addresses, as far as they can be judged without sending a mail.

/// What a mail server accepts at most, in bytes.
const MAX_LENGTH: usize = 254;
const MAX_LOCAL_LENGTH: usize = 64;
const MAX_LABEL_LENGTH: usize = 63;

/// The address in lower case, the form in which it is stored and looked up.
///
/// # Errors
/// What is wrong with it, a sentence.
pub(crate) fn normalize(text: &str) -> Result<String, String> {
    let address = text.trim().to_ascii_lowercase();
    let valid = address.len() <= MAX_LENGTH
        && address.rsplit_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
    if valid { Ok(address) } else { Err("Enter a valid email address.".to_owned()) }
}

/// Words of RFC 5322 between single dots; nobody uses the quoted form, and it has been a way around checks.
fn is_local(local: &str) -> bool {
    local.len() <= MAX_LOCAL_LENGTH
        && local.split('.').all(|word| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.split('.').all(is_label) && (domain.contains('.') || domain == "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        for (text, expected) in [
            (" Ada@Example.COM ", "ada@example.com"),
            ("o'hara+tag@mail.example.co.uk", "o'hara+tag@mail.example.co.uk"),
            ("owner@localhost", "owner@localhost"),
        ] {
            assert_eq!(normalize(text).as_deref(), Ok(expected));
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
            "a b@example.com",
            "ada@exa mple.com",
            "ada\0@example.com",
            "ada@example.com\0",
            ".ada@example.com",
            "a..da@example.com",
            "ada@-example.com",
            "ada@example..com",
            "ädä@example.com",
            &long_local,
            &long,
        ] {
            assert!(normalize(text).is_err(), "{text:?}");
        }
    }
}
