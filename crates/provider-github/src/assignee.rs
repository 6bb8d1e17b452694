use patchbay_egress::Method;
use patchbay_provider::{Assignee, Failure, Kind, Result};
use serde_json::{Value, json};

use crate::api::Api;
use crate::app::part;
use crate::key::Key;

/// Assigns a ticket, or unassigns it.
pub(crate) async fn sync(api: &Api<'_>, key: &str, assignee: Option<&Assignee>) -> Result<()> {
    let key = Key::parse(key)?;
    let assignees = match assignee {
        Some(assignee) => {
            let login = login(assignee).ok_or_else(no_user)?;
            check_assignable(api, &key, &login).await?;
            vec![login]
        }
        None => Vec::new(),
    };
    api.patch(&key.path(""), json!({ "assignees": assignees })).await.map(drop).map_err(refusal)
}

/// The mapped name without `@`. Names of teams, which have a slash, cannot be assigned.
fn login(assignee: &Assignee) -> Option<String> {
    let names = assignee.names.iter().map(|name| name.trim_start_matches('@').to_ascii_lowercase());
    names.into_iter().find(|name| !name.is_empty() && !name.contains('/'))
}

/// GitHub drops assignees that it does not accept, and with them the assignee that the ticket had.
async fn check_assignable(api: &Api<'_>, key: &Key, login: &str) -> Result<()> {
    let path = key.repository.path(&format!("assignees/{}", part(login)));
    match api.send(Method::GET, &path, &[], None).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.kind == Kind::Gone => {
            // Without the ticket or its repository the answer is the same.
            api.get::<Value>(&key.path(""), &[]).await?;
            Err(no_user())
        }
        Err(failure) => Err(refusal(failure)),
    }
}

fn no_user() -> Failure {
    Failure::new(Kind::NoUser, "No matching GitHub user found")
}

fn refusal(failure: Failure) -> Failure {
    match failure.kind {
        Kind::Unauthorized | Kind::Forbidden => {
            failure.with_message("Insufficient permissions to assign user to GitHub issue")
        }
        Kind::Fields(_) | Kind::Refused => failure.with_message("Failed to assign user to GitHub issue"),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_without_its_sign_and_in_lower_case() {
        let login = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            login(&Assignee { names, emails: vec!["wren@example.org".to_owned()] })
        };
        assert_eq!(login(&["@Wren"]).as_deref(), Some("wren"));
        assert_eq!(login(&["@acme/ops", "@finch"]).as_deref(), Some("finch"));
        assert_eq!(login(&[]), None);
    }
}
