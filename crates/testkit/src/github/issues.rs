//! Issues and their comments.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::call::{Call, message, moved, not_found, with_status};
use super::page::page;
use super::world::World;
use crate::receiver::Answer;

pub(super) fn answer(
    world: &mut World,
    call: &Call<'_>,
    repository: &str,
    rest: &[&str],
) -> Result<Answer, Answer> {
    if call.request.method != "GET" && world.repositories[repository].is_archived {
        return Err(message(403, "Repository was archived so is read-only."));
    }
    let key = |number: &str| format!("{repository}#{number}");
    match (call.request.method.as_str(), rest) {
        ("POST", []) => create(world, &call.body(), repository),
        ("PATCH", ["comments", id]) => edit_comment(world, &call.body(), repository, id),
        (_, [number, rest @ ..]) => {
            let key = key(number);
            if let Some(new_key) = world.moved.get(&key) {
                let issue = new_key.replace('#', "/issues/");
                let path = [&[issue.as_str()], rest].concat().join("/");
                return Ok(moved(&format!("{}/api/v3/repos/{path}", world.url)));
            }
            if !world.issues.contains_key(&key) {
                return Err(not_found());
            }
            match (call.request.method.as_str(), rest) {
                ("GET", []) => Ok(Answer::json(world.issue_json(&key).to_string())),
                ("PATCH", []) => change(world, &call.body(), repository, &key),
                ("POST", ["comments"]) => comment(world, &call.body(), &key),
                _ => Err(not_found()),
            }
        }
        _ => Err(not_found()),
    }
}

fn invalid(field: &str) -> Answer {
    let errors = json!([{ "resource": "Issue", "field": field, "code": "missing_field" }]);
    let body = json!({ "message": "Validation Failed", "errors": errors });
    with_status(422, &body)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Those to whom an issue can be assigned, as their accounts are written; GitHub drops the others.
fn assignable(world: &World, repository: &str, wanted: &Value) -> Vec<String> {
    let known = world.repositories[repository].assignable.iter();
    let wanted = texts(wanted);
    known.filter(|login| wanted.iter().any(|name| name.eq_ignore_ascii_case(login))).cloned().collect()
}

fn create(world: &mut World, body: &Value, repository: &str) -> Result<Answer, Answer> {
    let title = body["title"].as_str().unwrap_or_default();
    if title.trim().is_empty() {
        return Err(invalid("title"));
    }
    let assignees = assignable(world, repository, &body["assignees"]);
    let key = world.open_issue(repository, title, body["body"].as_str().unwrap_or_default());
    let issue = world.issues.get_mut(&key).unwrap();
    (issue.assignees, issue.labels) = (assignees, texts(&body["labels"]));
    Ok(with_status(201, &world.issue_json(&key)))
}

fn change(world: &mut World, body: &Value, repository: &str, key: &str) -> Result<Answer, Answer> {
    match body["state"].as_str() {
        Some(state @ ("open" | "closed")) => {
            let is_closed = state == "closed";
            if world.issues[key].is_closed != is_closed {
                world.close(key, is_closed);
            }
        }
        Some(_) => return Err(invalid("state")),
        None => {}
    }
    if body["assignees"].is_array() {
        let assignees = assignable(world, repository, &body["assignees"]);
        let logins: Vec<&str> = assignees.iter().map(String::as_str).collect();
        if world.issues[key].assignees != assignees {
            world.assign(key, &logins);
        }
    }
    Ok(Answer::json(world.issue_json(key).to_string()))
}

fn comment(world: &mut World, body: &Value, key: &str) -> Result<Answer, Answer> {
    let text = body["body"].as_str().filter(|text| !text.is_empty()).ok_or_else(|| invalid("body"))?;
    let id = world.id();
    world.issues.get_mut(key).unwrap().comments.push((id, text.to_owned()));
    Ok(with_status(201, &json!({ "id": id, "body": text })))
}

fn edit_comment(world: &mut World, body: &Value, repository: &str, id: &str) -> Result<Answer, Answer> {
    let of_repository = |key: &str| key.rsplit_once('#').is_some_and(|(name, _)| name == repository);
    let issues = world.issues.iter_mut().filter(|(key, _)| of_repository(key));
    let mut comments = issues.flat_map(|(_, issue)| &mut issue.comments);
    let comment = comments.find(|(known, _)| known.to_string() == id).ok_or_else(not_found)?;
    body["body"].as_str().unwrap_or_default().clone_into(&mut comment.1);
    Ok(Answer::json(json!({ "id": comment.0, "body": comment.1 }).to_string()))
}

/// Finds issues of one repository by words of their titles. As at GitHub, the query has to say that it is about issues.
pub(super) fn search(world: &World, call: &Call<'_>, account: &str) -> Answer {
    let query = call.query("q").unwrap_or_default();
    let (qualifiers, words): (Vec<&str>, Vec<&str>) =
        query.split_whitespace().partition(|word| word.contains(':'));
    let repository = qualifiers.iter().find_map(|word| word.strip_prefix("repo:")).unwrap_or_default();
    if !qualifiers.contains(&"is:issue") || !repository.starts_with(&format!("{account}/")) {
        return message(422, "Validation Failed");
    }
    let of_repository = |key: &str| key.rsplit_once('#').is_some_and(|(name, _)| name == repository);
    let matches = |title: &str| {
        let title = title.to_ascii_lowercase();
        words.iter().all(|word| title.contains(&word.to_ascii_lowercase()))
    };
    let found = world.issues.iter().filter(|(key, issue)| of_repository(key) && matches(&issue.title));
    page(world, call, Some("items"), found.map(|(key, _)| world.issue_json(key)).collect())
}

impl World {
    /// An issue as GitHub describes it.
    pub fn issue_json(&self, key: &str) -> Value {
        let (repository, number) = key.rsplit_once('#').unwrap();
        let issue = &self.issues[key];
        let users: Vec<Value> = issue.assignees.iter().map(|login| json!({ "login": login })).collect();
        json!({
            "id": issue.id,
            "number": number.parse::<u64>().unwrap(),
            "title": issue.title,
            "body": issue.body,
            "state": if issue.is_closed { "closed" } else { "open" },
            "assignee": users.first(),
            "assignees": users,
            "labels": issue.labels.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
            "repository_url": format!("{}/api/v3/repos/{repository}", self.url),
            "html_url": format!("{}/{repository}/issues/{number}", self.url),
            "updated_at": issue.updated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        })
    }
}
