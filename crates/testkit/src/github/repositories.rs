//! Repositories, their labels and people.

use serde_json::{Value, json};

use super::call::{Call, moved, not_found};
use super::issues;
use super::page::page;
use super::world::World;
use crate::receiver::Answer;

/// The repositories of an account.
pub(super) fn list(world: &World, call: &Call<'_>, account: &str) -> Answer {
    let of_account = world.repositories.keys().filter(|name| owner(name).eq_ignore_ascii_case(account));
    let all = of_account.map(|name| world.repository_json(name)).collect();
    page(world, call, Some("repositories"), all)
}

fn owner(full_name: &str) -> &str {
    full_name.split_once('/').map_or(full_name, |(owner, _)| owner)
}

/// Case does not matter. A repository that was renamed redirects.
pub(super) fn answer(
    world: &mut World,
    call: &Call<'_>,
    account: &str,
    (owner, name): (&str, &str),
    rest: &[&str],
) -> Result<Answer, Answer> {
    if !owner.eq_ignore_ascii_case(account) {
        return Err(not_found());
    }
    let full_name = format!("{owner}/{name}");
    if let Some(renamed) = world.moved.get(&full_name) {
        let rest = rest.join("/");
        return Ok(moved(&format!("{}/api/v3/repos/{renamed}/{rest}", world.url)));
    }
    let known = world.repositories.keys().find(|known| known.eq_ignore_ascii_case(&full_name)).cloned();
    let full_name = known.ok_or_else(not_found)?;
    let repository = &world.repositories[&full_name];
    let named = |key: &str, names: &[String]| names.iter().map(|name| json!({ key: name })).collect();
    match (call.request.method.as_str(), rest) {
        ("GET", ["labels"]) => Ok(page(world, call, None, named("name", &repository.labels))),
        ("GET", ["assignees"]) => Ok(page(world, call, None, named("login", &repository.assignable))),
        ("GET", ["assignees", login]) => {
            match repository.assignable.iter().any(|known| known.eq_ignore_ascii_case(login)) {
                true => Ok(Answer::status(204)),
                false => Err(not_found()),
            }
        }
        (_, ["issues", rest @ ..]) => issues::answer(world, call, &full_name, rest),
        _ => Err(not_found()),
    }
}

impl World {
    pub(super) fn repository_json(&self, full_name: &str) -> Value {
        let is_archived = self.repositories.get(full_name).is_some_and(|repository| repository.is_archived);
        let name = full_name.rsplit_once('/').map_or(full_name, |(_, name)| name);
        json!({ "full_name": full_name, "name": name, "archived": is_archived, "default_branch": "main" })
    }
}
