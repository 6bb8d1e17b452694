//! A comment in the body of a request.

use crate::api::key::{request_body, required_text};

request_body! {
    CommentBody {
        text: String = required_text("text"),
    } only, ignoring ["data", "dateCreated", "id", "type", "user"]
}
