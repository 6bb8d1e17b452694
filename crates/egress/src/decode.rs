//! Decodes compressed bodies. Requests ask for uncompressed ones, but some servers compress regardless.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{GzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

/// Replaces a compressed body by its decoded beginning of at most `max` bytes, and removes the headers that describe the
/// compressed form. Returns whether the body was cut. A body with another encoding, or that is damaged from its first byte,
/// stays as received.
pub(crate) fn decode(headers: &mut HeaderMap, body: &mut Bytes, max: usize) -> bool {
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let decoded = match encoding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => beginning(GzDecoder::new(&body[..]), max),
        "deflate" => beginning(ZlibDecoder::new(&body[..]), max),
        _ => return false,
    };
    let (text, end) = decoded;
    if text.is_empty() && end.is_err() {
        return false;
    }
    let is_cut = text.len() > max || end.is_err();
    *body = Bytes::from(text);
    body.truncate(max);
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    is_cut
}

/// Reads one byte more than `max` at most, so that a small body that decodes to gigabytes costs nothing. The bytes
/// decoded before an error are kept.
fn beginning(decoder: impl Read, max: usize) -> (Vec<u8>, io::Result<usize>) {
    let mut text = Vec::new();
    let end = decoder.take(max as u64 + 1).read_to_end(&mut text);
    (text, end)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(encoding: &str, body: &[u8], max: usize) -> (Bytes, bool, bool) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        headers.insert(CONTENT_LENGTH, body.len().into());
        let mut body = Bytes::copy_from_slice(body);
        let is_cut = decode(&mut headers, &mut body, max);
        assert_eq!(headers.contains_key(CONTENT_LENGTH), headers.contains_key(CONTENT_ENCODING));
        (body, is_cut, headers.contains_key(CONTENT_ENCODING))
    }

    #[test]
    fn both_common_encodings_are_decoded() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"hello").unwrap();
        for (encoding, body) in
            [("gzip", gzip(b"hello")), ("X-GZIP", gzip(b"hello")), ("deflate", zlib.finish().unwrap())]
        {
            assert_eq!(decoded(encoding, &body, 5), (Bytes::from("hello"), false, false), "{encoding}");
        }
    }

    #[test]
    fn a_body_is_decoded_up_to_the_limit_only() {
        let bomb = gzip(&vec![b'x'; 5_000_000]);
        assert_eq!(decoded("gzip", &bomb, 4), (Bytes::from("xxxx"), true, false));
    }

    #[test]
    fn the_beginning_of_a_body_that_breaks_off_is_kept() {
        let mut body = gzip(b"hello");
        body.truncate(body.len() - 4);
        assert_eq!(decoded("gzip", &body, 100), (Bytes::from("hello"), true, false));
    }

    #[test]
    fn a_body_that_cannot_be_decoded_stays_as_received() {
        for (encoding, body) in
            [("gzip", &b"not gzip"[..]), ("br", b"?"), ("gzip, br", b"?"), ("identity", b"hello")]
        {
            assert_eq!(
                decoded(encoding, body, 100),
                (Bytes::copy_from_slice(body), false, true),
                "{encoding}"
            );
        }
        assert_eq!(decoded("gzip", b"", 100), (Bytes::new(), false, true));
    }
}
