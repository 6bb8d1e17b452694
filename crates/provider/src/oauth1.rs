//! OAuth 1.0a with RSA-SHA1 (RFC 5849), as Jira Server and Data Center speak it.
//!
//! A nonce is used once, so each request is signed anew, and no layer may repeat a signed request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_egress::Method;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::OsRng;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use sha1::Sha1;
use url::Url;

/// The private key of a consumer.
pub type PrivateKey = RsaPrivateKey;

/// Who signs, and for what.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// Key of the consumer, as it is registered at the provider.
    pub consumer_key: &'a str,
    /// The private key of the consumer.
    pub private_key: &'a PrivateKey,
    /// The request token or access token; `None` for the request of the first.
    pub token: Option<&'a str>,
    /// The verifier, for the exchange of a request token.
    pub verifier: Option<&'a str>,
}

impl std::fmt::Debug for Signer<'_> {
    /// Omits everything secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("consumer_key", &self.consumer_key).finish_non_exhaustive()
    }
}

/// Reads a private key from PEM, PKCS#1 or PKCS#8; `None` if the text is no RSA key.
pub fn private_key(pem: &str) -> Option<PrivateKey> {
    RsaPrivateKey::from_pkcs8_pem(pem).or_else(|_| RsaPrivateKey::from_pkcs1_pem(pem)).ok()
}

impl Signer<'_> {
    /// The value of the header `Authorization` of a request. `timestamp` is in seconds of Unix time; `nonce` must never have been used.
    /// A JSON body takes no part in the signature; a form body would.
    pub fn authorization(&self, method: &Method, url: &Url, nonce: &str, timestamp: i64) -> String {
        let timestamp = timestamp.to_string();
        let mut parameters = vec![
            ("oauth_consumer_key", self.consumer_key),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "RSA-SHA1"),
            ("oauth_timestamp", &timestamp),
            ("oauth_version", "1.0"),
        ];
        parameters.extend(self.token.map(|token| ("oauth_token", token)));
        parameters.extend(self.verifier.map(|verifier| ("oauth_verifier", verifier)));
        let base = base_string(method, url, &parameters);
        // With blinding, so that the time that it takes tells nothing of the key.
        let key = SigningKey::<Sha1>::new(self.private_key.clone());
        let signature = STANDARD.encode(key.sign_with_rng(&mut OsRng, base.as_bytes()).to_bytes());
        parameters.push(("oauth_signature", &signature));
        let pairs: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        format!("OAuth {}", pairs.join(", "))
    }
}

/// RFC 5849, 3.4.1: the text that is signed.
fn base_string(method: &Method, url: &Url, parameters: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.extend(parameters.iter().map(|(name, value)| (encode(name), encode(value))));
    pairs.sort();
    let normalized: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{method}&{}&{}", encode(&base_uri(url)), encode(&normalized.join("&")))
}

/// Scheme, host and path; the port unless it is the default one. [`Url`] has scheme and host in lower case already.
fn base_uri(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

/// Encodes all but unreserved characters (RFC 3986).
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use sha1::Digest;

    use super::*;

    #[test]
    fn the_base_string_is_that_of_the_published_vector() {
        let url = "https://jira.example.test:8443/rest/api/2/user/assignable/search?issueKey=OPS-7&username=wren%2Bx%40example.org";
        let parameters = [
            ("oauth_consumer_key", "patchbay-trial"),
            ("oauth_nonce", "7d8f3e4a"),
            ("oauth_signature_method", "RSA-SHA1"),
            ("oauth_timestamp", "1764532800"),
            ("oauth_version", "1.0"),
            ("oauth_token", "at-0001"),
        ];
        let base = base_string(&Method::GET, &url.parse().unwrap(), &parameters);
        assert!(
            base.starts_with("GET&https%3A%2F%2Fjira.example.test%3A8443%2Frest%2Fapi%2F2%2Fuser"),
            "{base}"
        );
        assert!(base.ends_with("%26username%3Dwren%252Bx%2540example.org"), "{base}");
        assert_eq!(base.len(), 321);
        let digest: String = Sha1::digest(base).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "b771a574d9d8a116429a5e1fb24cb370224cc43f");
    }

    #[test]
    fn default_ports_and_case_do_not_matter() {
        let uri = |text: &str| base_uri(&text.parse().unwrap());
        assert_eq!(uri("HTTPS://Jira.Example.test:443/Ctx/rest"), "https://jira.example.test/Ctx/rest");
        assert_eq!(uri("http://jira.example.test:8080/"), "http://jira.example.test:8080/");
    }

    #[test]
    fn what_is_no_key_is_none() {
        assert!(private_key("").is_none() && private_key("-----BEGIN RSA PRIVATE KEY-----").is_none());
    }
}
