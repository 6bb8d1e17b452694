//! Finds users by e-mail address.

use anyhow::{Context, bail};
use patchbay_proto::tracker::get_user_request;
use patchbay_proto::tracker::{GetUserRequest, User};
use serde_json::{Value, json};

use super::connection::Connection;
use super::{as_operator, found};

pub(super) async fn by_email(connection: &Connection, email: &str) -> anyhow::Result<Option<User>> {
    let request = GetUserRequest { user: Some(get_user_request::User::Email(email.to_owned())) };
    found(connection.directory().get_user(as_operator(request)).await)
}

/// As [`by_email`], but an unknown address is an error.
pub(super) async fn known(connection: &Connection, email: &str) -> anyhow::Result<User> {
    match by_email(connection, email).await? {
        Some(user) => Ok(user),
        None => bail!("there is no user {email}; create one with `patchbay users create {email}`"),
    }
}

pub(super) fn json(user: &User) -> Value {
    let memberships = user
        .memberships
        .iter()
        .map(|membership| json!({ "organization": membership.organization_slug, "role": membership.role }));
    json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "superuser": user.is_superuser,
        "staff": user.is_staff,
        "disabled": user.is_disabled,
        "memberships": memberships.collect::<Vec<_>>(),
    })
}

/// Adds a key to a JSON object.
pub(super) fn with(mut value: Value, key: &str, more: impl Into<Value>) -> anyhow::Result<Value> {
    value.as_object_mut().context("an object")?.insert(key.to_owned(), more.into());
    Ok(value)
}
