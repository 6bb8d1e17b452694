use patchbay_provider::{Action, Choice, Failure, Kind, Object, Result, StatusMapping, Ticket};
use serde_json::{Value, json};

use crate::jira::{Jira, part};

pub(crate) async fn mapping(jira: &Jira<'_>) -> Result<StatusMapping> {
    let projects = jira.metadata("rest/api/2/project", &[]).await?;
    let statuses = jira.metadata("rest/api/2/status", &[]).await?;
    Ok(StatusMapping {
        projects: choices(&projects),
        statuses: choices(&statuses),
        project_noun: "Jira Server Project".to_owned(),
        dropdown: Object::new(),
    })
}

fn choices(list: &Value) -> Vec<Choice> {
    let entries = list.as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries.map(|entry| Choice::new(text(&entry["id"]), text(&entry["name"]))).collect()
}

/// Takes the transition that leads to the status.
pub(crate) async fn sync(jira: &Jira<'_>, ticket: &Ticket, status: &str) -> Result<()> {
    let path = format!("rest/api/2/issue/{}/transitions", part(&ticket.key));
    let found: Value = jira.get(&path, &[]).await?;
    let transitions = found["transitions"].as_array().into_iter().flatten();
    let id =
        transitions.filter(|transition| transition["to"]["id"] == status).find_map(|it| it["id"].as_str());
    let Some(id) = id else {
        let message = format!("No transition of {} leads to the mapped status.", ticket.key);
        return Err(Failure::new(Kind::NoTransition, message));
    };
    jira.post(&path, &json!({ "transition": { "id": id } })).await.map(drop)
}

/// Done is every status of Jira's category `done`.
pub(crate) async fn resolve_action(jira: &Jira<'_>, data: &Value) -> Result<Option<Action>> {
    let statuses = jira.metadata("rest/api/2/status", &[]).await?;
    Ok(action(&statuses, data))
}

fn action(statuses: &Value, data: &Value) -> Option<Action> {
    let is_done = |id: &Value| {
        let mut known = statuses.as_array().into_iter().flatten();
        known.any(|status| status["id"] == *id && status["statusCategory"]["key"] == "done")
    };
    match (is_done(&data["from"]), is_done(&data["to"])) {
        (false, true) => Some(Action::Resolve),
        (true, false) => Some(Action::Unresolve),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_step_across_the_border_of_done_means_something() {
        let status = |id: &str, key: &str| json!({ "id": id, "statusCategory": { "key": key } });
        let statuses = json!([
            status("1", "new"),
            status("3", "indeterminate"),
            status("6", "done"),
            status("7", "done")
        ]);
        let action = |from: &str, to: &str| action(&statuses, &json!({ "from": from, "to": to }));
        assert_eq!(action("1", "6"), Some(Action::Resolve));
        assert_eq!(action("6", "3"), Some(Action::Unresolve));
        for (from, to) in [("1", "3"), ("6", "7"), ("9", "9")] {
            assert_eq!(action(from, to), None, "{from} to {to}");
        }
    }
}
