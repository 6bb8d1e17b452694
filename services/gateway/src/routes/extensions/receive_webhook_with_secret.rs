use super::receive::{described, receive};
use crate::api::operation::{Operation, post};

pub(super) fn operation() -> Operation {
    described(post("receive_webhook_with_secret", "/extensions/{provider}/{action}/{secret}/", receive))
}
