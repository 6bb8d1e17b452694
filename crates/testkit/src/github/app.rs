//! Calls of the application itself.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use super::call::{message, not_found, with_status};
use super::world::World;
use crate::receiver::Answer;

/// The life of a token.
const LIFE: TimeDelta = TimeDelta::hours(1);

pub(super) fn answer(world: &mut World, method: &str, id: &str, rest: &[&str]) -> Result<Answer, Answer> {
    let id: u64 = id.parse().map_err(|_| not_found())?;
    let is_suspended = world.installations.get(&id).ok_or_else(not_found)?.is_suspended;
    match (method, rest) {
        ("GET", []) => Ok(Answer::json(world.installation_json(id).to_string())),
        ("POST", ["access_tokens"]) if is_suspended => {
            Err(message(403, "This installation has been suspended"))
        }
        ("POST", ["access_tokens"]) => Ok(issue_token(world, id)),
        _ => Err(not_found()),
    }
}

fn issue_token(world: &mut World, installation: u64) -> Answer {
    let (token, expires_at) = (format!("ghs_{}", world.id()), world.now() + LIFE);
    world.tokens.insert(token.clone(), (installation, expires_at));
    world.tokens_issued += 1;
    let expires_at = expires_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let body = json!({ "token": token, "expires_at": expires_at, "permissions": { "issues": "write" } });
    with_status(201, &body)
}

impl World {
    pub(super) fn account_json(&self, login: &str) -> Value {
        let account = &self.accounts[login];
        let kind = if account.is_organization { "Organization" } else { "User" };
        let icon = format!("{}/avatars/{login}.png", self.url);
        json!({ "id": account.id, "login": login, "type": kind, "avatar_url": icon })
    }

    /// An installation as GitHub describes it.
    pub fn installation_json(&self, id: u64) -> Value {
        let installed = &self.installations[&id];
        let account = self.account_json(&installed.account);
        json!({ "id": id, "target_type": account["type"], "account": account, "app_slug": super::SLUG })
    }

    /// A person installs the application at an account. Returns the id.
    pub fn install(&mut self, login: &str, sender: &str) -> u64 {
        let id = self.id();
        let installed = super::Installed { account: login.to_owned(), is_suspended: false };
        self.installations.insert(id, installed);
        let body = json!({ "installation": self.installation_json(id), "sender": self.account_json(sender) });
        self.events.push(("installation".to_owned(), "created".to_owned(), body));
        id
    }
}
