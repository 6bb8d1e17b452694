use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::world::World;
use super::{INSTALLATION, WEBHOOK_SECRET, Webhook};

/// A webhook with its signature and an id of its own.
pub(super) fn signed(world: &mut World, event: &str, action: &str, mut body: Value) -> Webhook {
    body["action"] = action.into();
    if body["installation"].is_null() {
        body["installation"] = json!({ "id": INSTALLATION });
    }
    let body = body.to_string();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-github-event", event.to_owned()),
        ("x-github-delivery", format!("72d3162e-0000-0000-0000-{:012}", world.id())),
        ("x-hub-signature-256", signature(body.as_bytes())),
    ];
    (headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), Bytes::from(body))
}

pub(super) fn signature(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}
