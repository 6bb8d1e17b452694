use std::net::IpAddr;

use url::{Host, Url};

/// Longer than any real webhook URL, and shorter than the limits of common servers.
const MAX_URL_LENGTH: usize = 8 * 1024;

/// Checks a URL without resolving its host. The error message is for the person who entered the URL.
pub(crate) fn parse(text: &str, https_only: bool) -> Result<Url, &'static str> {
    if text.len() > MAX_URL_LENGTH {
        return Err("the URL is too long");
    }
    let url = Url::parse(text).map_err(|_| "the URL cannot be understood")?;
    match url.scheme() {
        "https" => {}
        "http" if https_only => return Err("the URL must start with https://"),
        "http" => {}
        _ => return Err("the URL must start with https:// or http://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL must not contain a user name or password");
    }
    if url.port() == Some(0) {
        return Err("the URL has no usable port");
    }
    match url.host() {
        None | Some(Host::Domain("")) => Err("the URL has no host"),
        Some(_) => Ok(url),
    }
}

/// The literal address in a URL. The connector does not resolve it, so the guard has to be called before.
pub(crate) fn literal_address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_and_https_urls_are_taken() {
        let cases = [
            ("https://app.example/hook?a=1", true),
            ("http://app.example:8080", true),
            ("HTTPS://APP.EXAMPLE/", true),
            ("https://user@app.example/", false),
            ("https://:secret@app.example/", false),
            ("https://user:secret@app.example/", false),
            ("ftp://app.example/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("unix:/run/docker.sock", false),
            ("//app.example/", false),
            ("/hook", false),
            ("https://", false),
            ("https://app.example:0/", false),
            ("", false),
        ];
        for (text, fine) in cases {
            assert_eq!(parse(text, false).is_ok(), fine, "{text}");
        }
        assert!(parse(&format!("https://app.example/{}", "a".repeat(MAX_URL_LENGTH)), false).is_err());
    }

    #[test]
    fn https_only_refuses_http() {
        assert!(parse("http://app.example/", true).is_err());
        assert!(parse("https://app.example/", true).is_ok());
    }

    #[test]
    fn an_address_is_recognized_in_every_spelling() {
        let spellings = [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0177.0.0.1",
            "2130706433",
            "0x7f000001",
            "127.0.0.1.",
            "１２７.0.0.1",
        ];
        for text in spellings {
            let url = parse(&format!("http://{text}/"), false).unwrap();
            assert_eq!(literal_address(&url), Some(IpAddr::from([127, 0, 0, 1])), "{text}");
        }
        let url = parse("http://[::ffff:7f00:1]/", false).unwrap();
        assert_eq!(literal_address(&url), Some("::ffff:127.0.0.1".parse().unwrap()));
        let url = parse("http://localhost/", false).unwrap();
        assert_eq!(literal_address(&url), None);
    }
}
