//! The signature of a webhook: HMAC over the raw body.

use hmac::{Hmac, KeyInit, Mac};
use patchbay_provider::{InboundAnswer, InboundRequest};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::app::App;

/// Bytes that SHA-1 takes at once.
const BLOCK: usize = 64;

/// Checks the signature in constant time.
pub(super) fn check(app: &App, request: &InboundRequest) -> Result<(), InboundAnswer> {
    let header = ["x-hub-signature-256", "x-hub-signature"].iter().find_map(|name| request.header(name));
    let (method, signature) =
        header.and_then(|header| header.split_once('=')).ok_or_else(|| InboundAnswer::invalid_token(400))?;
    let key = app.webhook_secret.expose().as_bytes();
    let given = hex::decode(signature.trim()).unwrap_or_default();
    let is_ours = match method.trim() {
        "sha256" => {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
            mac.update(&request.body);
            mac.verify_slice(&given).is_ok()
        }
        "sha1" => app.accepts_sha1 && bool::from(hmac_sha1(key, &request.body).as_slice().ct_eq(&given)),
        _ => return Err(InboundAnswer::invalid_token(400)),
    };
    if is_ours { Ok(()) } else { Err(InboundAnswer::invalid_token(401)) }
}

/// RFC 2104. The `sha1` that the signatures of Jira need is older than the `hmac` of everything else.
fn hmac_sha1(key: &[u8], text: &[u8]) -> [u8; 20] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..20].copy_from_slice(&Sha1::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha1::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha1::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_2202_are_met() {
        for (key, text, expected) in [
            (vec![0x0b; 20], &b"Hi There"[..], "b617318655057264e28bc0b6fb378c8ef146be00"),
            (b"Jefe".to_vec(), b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                vec![0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "aa4ae5e15272d00e95705637ce8a3b55ed402112",
            ),
        ] {
            assert_eq!(hex::encode(hmac_sha1(&key, text)), expected);
        }
    }
}
