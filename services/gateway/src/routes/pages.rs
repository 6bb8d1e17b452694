//! Pages at the addresses that events contain.

mod event_page;
mod issue_page;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const EVENT_READERS: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];

pub(super) fn group() -> Group {
    let operations = vec![issue_page::operation(), event_page::operation()];
    Group { name: "Pages", about: "Pages at the addresses that events contain.", operations }
}
