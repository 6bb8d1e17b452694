use patchbay_provider::{Action, Choice, Failure, Installation, Kind, Object, Result, StatusMapping, Ticket};
use serde_json::{Value, json};

use crate::api::Api;
use crate::forms::search_url;
use crate::key::Key;
use crate::repositories::Repositories;

const STATUSES: [(&str, &str); 2] = [("open", "Open"), ("closed", "Closed")];

/// Projects are repositories. A search finds those that are too many for the list.
pub(crate) fn mapping(repositories: &Repositories, installation: &Installation) -> StatusMapping {
    let projects = repositories.iter().map(|name| Choice::new(name.to_string(), name.to_string()));
    let dropdown = [("url", search_url(installation)), ("searchField", "repo".to_owned())];
    StatusMapping {
        projects: projects.collect(),
        statuses: STATUSES.map(|(value, label)| Choice::new(value, label)).to_vec(),
        project_noun: "GitHub Repository".to_owned(),
        dropdown: Object::from_iter(dropdown.map(|(name, value)| (name.to_owned(), value.into()))),
    }
}

pub(crate) async fn sync(api: &Api<'_>, ticket: &Ticket, status: &str) -> Result<()> {
    if !STATUSES.iter().any(|(known, _)| *known == status) {
        let message = format!("{} cannot get the mapped status: issues are open or closed.", ticket.key);
        return Err(Failure::new(Kind::NoTransition, message));
    }
    let path = Key::parse(&ticket.key)?.path("");
    api.patch(&path, json!({ "state": status })).await.map(drop)
}

/// From the action of the webhook.
pub(crate) fn resolve_action(data: &Value) -> Option<Action> {
    match data["action"].as_str() {
        Some("closed") => Some(Action::Resolve),
        Some("reopened") => Some(Action::Unresolve),
        _ => None,
    }
}
