use crate::api::key::{id, request_body, text};

request_body! {
    /// A name at a tracker, and the user to whom it belongs.
    ExternalUserBody {
        user_id: Option<i64> = id("userId"),
        external_name: Option<String> = text("externalName"),
        provider: Option<String> = text("provider"),
        integration_id: Option<i64> = id("integrationId"),
        external_id: Option<String> = text("externalId"),
    } only, ignoring ["id"]
}

request_body! {
    /// A name at a tracker. The team to which it belongs is in the path.
    ExternalTeamBody {
        external_name: Option<String> = text("externalName"),
        provider: Option<String> = text("provider"),
        integration_id: Option<i64> = id("integrationId"),
        external_id: Option<String> = text("externalId"),
    } only, ignoring ["id", "teamId"]
}
