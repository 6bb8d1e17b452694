use super::READERS;
use super::get_app::get_app;
use crate::api::access::one_of;
use crate::api::operation::{Operation, get};
use crate::json::app::AppJson;

pub(super) fn operation() -> Operation {
    get("get_app_avatar", "/api/0/sentry-apps/{app}/avatar/", get_app)
        .does("Read an app and its pictures")
        .by(one_of(READERS).and_staff())
        .answers::<AppJson>(200)
}
