//! The installations that a person may connect.

use patchbay_egress::Method;
use patchbay_provider::{Result, SetupState};
use serde_json::Value;

use super::note;
use crate::api::{PAGE, has_next, listed};
use crate::app::{App, bearer};
use crate::calls::{Call, call};

/// Pages of 100 that are read.
const MAX_PAGES: usize = 10;

/// An installation of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) installation_id: String,
    pub(super) login: String,
    pub(super) icon: String,
    pub(super) is_organization: bool,
    /// The account is the person's own, or an organization of which the person is an owner.
    pub(super) is_own: bool,
}

/// The installations that the person can see. A collaborator or member sees those of others, too.
pub(super) async fn visible(app: &App, state: &SetupState) -> Result<Vec<Account>> {
    let user_id = state.data.get(note::USER_ID).and_then(Value::as_u64);
    let memberships = pages(app, state, "user/memberships/orgs", None).await?;
    let owned: Vec<u64> = memberships.iter().filter_map(owned).collect();
    let installations = pages(app, state, "user/installations", Some("installations")).await?;
    let accounts = installations.iter().filter_map(|installation| {
        let account = &installation["account"];
        let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
        let id = account["id"].as_u64()?;
        let is_organization = account["type"] == "Organization";
        Some(Account {
            installation_id: installation["id"].as_u64()?.to_string(),
            login: Some(text("login")).filter(|login| !login.is_empty())?,
            icon: text("avatar_url"),
            is_organization,
            is_own: if is_organization { owned.contains(&id) } else { user_id == Some(id) },
        })
    });
    Ok(accounts.collect())
}

/// The id of an organization that the person owns.
fn owned(membership: &Value) -> Option<u64> {
    let is = |name: &str, value: &str| {
        membership[name].as_str().is_some_and(|text| text.eq_ignore_ascii_case(value))
    };
    membership["organization"]["id"].as_u64().filter(|_| is("role", "admin") && is("state", "active"))
}

async fn pages(app: &App, state: &SetupState, path: &str, list: Option<&str>) -> Result<Vec<Value>> {
    let token = bearer(state.data.get(note::TOKEN).and_then(Value::as_str).unwrap_or_default());
    let mut entries = Vec::new();
    for number in 1..=MAX_PAGES {
        let (size, number) = (PAGE.to_string(), number.to_string());
        let url = app.api(path, &[("per_page", &size), ("page", &number)])?;
        let wanted = Call { method: Method::GET, url, body: None };
        let page = call(app, &state.client, &token, &wanted).await?;
        entries.extend(listed(&page, list)?);
        if !has_next(&page) {
            break;
        }
    }
    Ok(entries)
}
