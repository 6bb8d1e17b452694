//! Reviewing apps, and switching them off.

mod disable_app;
mod enable_app;
mod list_publication_requests;
mod request_publication;
mod review_publication;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        request_publication::operation(),
        review_publication::operation(),
        list_publication_requests::operation(),
        disable_app::operation(),
        enable_app::operation(),
    ];
    Group { name: "Publishing", about: "Reviewing apps, and switching them off.", operations }
}
