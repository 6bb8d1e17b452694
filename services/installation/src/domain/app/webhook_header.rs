//! Extra headers of the webhooks of an app.

use patchbay_domain::SecretString;

use crate::domain::problems::Messages;

const MAX_LENGTH: usize = 1024;
/// Receivers and proxies limit the size of all headers together, often to 8 KiB.
const MAX_HEADERS: usize = 20;
/// Replaces header values in responses. In a request it keeps the stored value, unless the webhook URL changes to another origin.
pub(crate) const MASK: &str = "********";
/// Allowed around names and values; line breaks are not.
const BLANKS: [char; 2] = [' ', '\t'];

/// A header. Its value is often a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebhookHeader {
    pub(crate) name: String,
    pub(crate) value: SecretString,
}

impl WebhookHeader {
    /// Whether the value is the one that responses show.
    pub(crate) fn is_masked(&self) -> bool {
        self.value.expose() == MASK
    }
}

/// The problem with a masked value when the stored one is not kept.
pub(crate) fn ask_again(name: &str) -> String {
    format!("The webhookUrl points elsewhere, so the value of {name} has to be given again.")
}

pub(crate) fn check(lines: &[String]) -> Result<Vec<WebhookHeader>, Messages> {
    if lines.len() > MAX_HEADERS {
        return Err(vec![format!("Ensure this field has no more than {MAX_HEADERS} elements.")]);
    }
    let (headers, problems): (Vec<_>, Vec<_>) = lines.iter().map(|line| parse(line)).partition(Result::is_ok);
    if problems.is_empty() {
        Ok(headers.into_iter().flatten().collect())
    } else {
        Err(problems.into_iter().filter_map(Result::err).map(str::to_owned).collect())
    }
}

/// Messages never repeat the line, which may contain a credential.
fn parse(line: &str) -> Result<WebhookHeader, &'static str> {
    if line.chars().count() > MAX_LENGTH {
        return Err("Ensure this field has no more than 1024 characters.");
    }
    let (name, value) = line.split_once(':').ok_or("Headers must be in the form 'Name: value'.")?;
    let (name, value) = (name.trim_matches(BLANKS), value.trim_matches(BLANKS));
    if name.is_empty() || !name.bytes().all(is_name_byte) {
        return Err("Header names may only contain letters, digits and !#$%&'*+-.^_`|~");
    }
    if !value.chars().all(is_value_char) {
        return Err("Header values may only contain printable Latin-1 characters.");
    }
    Ok(WebhookHeader { name: name.to_owned(), value: SecretString::new(value) })
}

/// `token` of RFC 9110, section 5.6.2.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// `field-value` of RFC 9110, section 5.5. A line break would let an app add headers without checks.
fn is_value_char(c: char) -> bool {
    matches!(c, '\t' | ' '..='~' | '\u{a0}'..='\u{ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(line: &str) -> Result<Vec<WebhookHeader>, Messages> {
        check(&[line.to_owned()])
    }

    #[test]
    fn a_header_is_split_at_its_first_colon() {
        let headers = checked("X-Target:  https://example.com ").unwrap();
        assert_eq!(headers[0].name, "X-Target");
        assert_eq!(headers[0].value.expose(), "https://example.com");
        assert!(checked("X-Name: Zürich").is_ok());
    }

    #[test]
    fn invalid_headers_are_refused() {
        for line in ["no colon", ": x", "X Y: z", "X\n: z", "Ä: z", "X: a\r\nY: b", "X: 日本", "X: \0"] {
            assert_eq!(checked(line).unwrap_err().len(), 1, "{line:?}");
        }
        assert!(checked(&format!("X: {}", "x".repeat(1021))).is_ok());
        assert!(checked(&format!("X: {}", "x".repeat(1022))).is_err());
    }

    #[test]
    fn the_number_of_headers_is_bounded() {
        let lines: Vec<_> = (0..21).map(|n| format!("X-{n}: v")).collect();
        assert_eq!(check(&lines).unwrap_err(), ["Ensure this field has no more than 20 elements."]);
        assert_eq!(check(&lines[1..]).unwrap().len(), 20);
    }
}
