//! Webhooks of outside trackers.

mod receive;
mod receive_webhook;
mod receive_webhook_with_secret;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    Group {
        name: "Webhooks of trackers",
        about: "What outside trackers report. The provider checks their tokens and signatures.",
        operations: vec![receive_webhook::operation(), receive_webhook_with_secret::operation()],
    }
}
