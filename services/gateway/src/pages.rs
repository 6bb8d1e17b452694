//! HTML pages.

pub(crate) mod html;
pub(crate) mod sign_in_page;
