use super::receive::{described, receive};
use crate::api::operation::{Operation, post};

pub(super) fn operation() -> Operation {
    described(post("receive_webhook", "/extensions/{provider}/{action}/", receive))
}
