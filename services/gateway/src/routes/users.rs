//! The user behind a request.

mod get_own_user;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations = vec![get_own_user::operation()];
    Group { name: "Users", about: "The user behind a request.", operations }
}
