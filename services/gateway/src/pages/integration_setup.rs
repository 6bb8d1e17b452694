//! The pages of the setup of an integration. They work without scripts; only the last one has one, which reports to the
//! page that opened it.

pub(crate) mod complete_page;
mod document;
pub(crate) mod error_page;
pub(crate) mod form_page;
pub(crate) mod leave_page;
pub(crate) mod step_form;
