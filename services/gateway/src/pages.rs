//! HTML pages.

pub(crate) mod html;
pub(crate) mod integration_setup;
pub(crate) mod sign_in_page;
