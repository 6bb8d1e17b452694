//! The API itself.

mod health;
mod index;
mod openapi;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations = vec![index::operation(), openapi::operation(), health::operation()];
    Group { name: "General", about: "The API itself.", operations }
}
