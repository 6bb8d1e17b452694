//! Delivery attempts, dead letters and recoveries.

mod cancel_recovery;
mod get_endpoint_health;
mod get_recovery;
mod installed;
mod list_dead_letters;
mod list_webhook_requests;
mod log_filter;
mod next_page;
mod recover_webhooks;
mod resend_webhook;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin];
const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_webhook_requests::operation(),
        get_endpoint_health::operation(),
        list_dead_letters::operation(),
        resend_webhook::operation(),
        recover_webhooks::operation(),
        get_recovery::operation(),
        cancel_recovery::operation(),
    ];
    Group { name: "Webhooks", about: "Delivery attempts, dead letters and recoveries.", operations }
}
