//! Calls of a person who signed in.

use serde_json::{Value, json};

use super::call::{Call, not_found};
use super::page::page;
use super::world::World;
use crate::receiver::Answer;

/// A code of a person, to be exchanged for a token.
pub(super) fn code(world: &mut World, login: &str) -> String {
    let code = format!("code{}", world.id());
    world.codes.insert(code.clone(), login.to_owned());
    code
}

pub(super) fn answer(world: &World, call: &Call<'_>, login: &str, rest: &[&str]) -> Result<Answer, Answer> {
    match rest {
        [] => Ok(Answer::json(world.account_json(login).to_string())),
        ["memberships", "orgs"] => Ok(page(world, call, None, memberships(world, login))),
        ["installations"] => Ok(page(world, call, Some("installations"), installations(world, login))),
        _ => Err(not_found()),
    }
}

fn memberships(world: &World, login: &str) -> Vec<Value> {
    let contains = |list: &[String]| list.iter().any(|known| known == login);
    let organizations = world.accounts.iter().filter(|(_, account)| account.is_organization);
    let memberships = organizations.filter_map(|(name, account)| {
        let role = if contains(&account.owners) { "admin" } else { "member" };
        let is_in = contains(&account.owners) || contains(&account.members);
        is_in.then(|| json!({ "state": "active", "role": role, "organization": world.account_json(name) }))
    });
    memberships.collect()
}

fn installations(world: &World, login: &str) -> Vec<Value> {
    let visible = world.installations.iter().filter(|(_, installed)| {
        let account = &world.accounts[&installed.account];
        let mut people = account.owners.iter().chain(&account.members);
        installed.account == login || people.any(|known| known == login)
    });
    visible.map(|(id, _)| world.installation_json(*id)).collect()
}
