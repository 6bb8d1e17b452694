//! Webhooks of outside trackers, and choices for forms.

mod receive;
mod receive_webhook;
mod receive_webhook_with_secret;
mod search_choices;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    Group {
        name: "Webhooks of trackers",
        about: "What outside trackers report, and choices for forms. The provider checks tokens and signatures of webhooks.",
        operations: vec![
            receive_webhook::operation(),
            receive_webhook_with_secret::operation(),
            search_choices::operation(),
        ],
    }
}
