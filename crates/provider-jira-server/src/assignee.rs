use patchbay_provider::{Assignee, Failure, Kind, Result};
use serde::Deserialize;
use serde_json::json;

use crate::jira::{Jira, part};

/// A user of Jira.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) email_address: String,
    pub(crate) display_name: String,
}

/// Assigns a ticket, or unassigns it.
pub(crate) async fn sync(jira: &Jira<'_>, key: &str, assignee: Option<&Assignee>) -> Result<()> {
    let name = match assignee {
        Some(assignee) => Some(find(jira, key, assignee).await?.name),
        None => None,
    };
    let path = format!("rest/api/2/issue/{}/assignee", part(key));
    jira.put(&path, &json!({ "name": name })).await.map(drop).map_err(refusal)
}

/// The user with the mapped name, if there is exactly one; else the one with an address.
async fn find(jira: &Jira<'_>, key: &str, assignee: &Assignee) -> Result<User> {
    if let [name] = assignee.names.as_slice() {
        let found = assignable(jira, key, name).await?;
        if let Some(user) = found.into_iter().find(|user| user.name.eq_ignore_ascii_case(name)) {
            return Ok(user);
        }
    }
    for email in &assignee.emails {
        let found = assignable(jira, key, email).await?;
        if let Some(user) = found.into_iter().find(|user| user.email_address.eq_ignore_ascii_case(email)) {
            return Ok(user);
        }
    }
    Err(Failure::new(Kind::NoUser, "No matching Jira Server user found"))
}

async fn assignable(jira: &Jira<'_>, key: &str, username: &str) -> Result<Vec<User>> {
    let query = [("issueKey", key), ("username", username)];
    jira.get("rest/api/2/user/assignable/search", &query).await
}

fn refusal(failure: Failure) -> Failure {
    match failure.kind {
        Kind::Unauthorized | Kind::Forbidden => {
            failure.with_message("Insufficient permissions to assign user to Jira Server issue")
        }
        Kind::RateLimited | Kind::Unreachable | Kind::Gone => failure,
        _ => failure.with_message("Failed to assign user to Jira Server issue"),
    }
}
