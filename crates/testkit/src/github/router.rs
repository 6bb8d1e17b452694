//! Finds the answer to a request.

use super::call::{Call, message, not_found};
use super::world::World;
use super::{access, app, browser, issues, person, repositories};
use crate::receiver::{Answer, Received};

pub(super) fn answer(world: &mut World, request: &Received) -> Answer {
    let path = request.path.as_str();
    let Some(rest) = path.strip_prefix("/api/v3/") else {
        let parts = path.trim_matches('/').split('/').collect();
        return browser::answer(world, &Call { request, path, parts });
    };
    let call = Call { request, path, parts: rest.split('/').collect() };
    for (name, value) in [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")] {
        if request.header(name) != Some(value) {
            return message(400, &format!("The header {name} is missing or unknown."));
        }
    }
    if request.header("user-agent").is_none() {
        return message(403, "Request forbidden by administrative rules.");
    }
    routed(world, &call).unwrap_or_else(|refusal| refusal)
}

fn routed(world: &mut World, call: &Call<'_>) -> Result<Answer, Answer> {
    let method = call.request.method.as_str();
    match (method, call.parts.as_slice()) {
        (_, ["app", "installations", id, rest @ ..]) => {
            access::check_app(world, call)?;
            app::answer(world, method, id, rest)
        }
        ("GET", ["user", rest @ ..]) => {
            let login = access::person(world, call)?;
            person::answer(world, call, &login, rest)
        }
        ("GET", ["installation", "repositories"]) => {
            let account = access::installation(world, call)?;
            Ok(repositories::list(world, call, &account))
        }
        ("GET", ["search", "issues"]) => {
            let account = access::installation(world, call)?;
            Ok(issues::search(world, call, &account))
        }
        (_, ["repos", owner, name, rest @ ..]) => {
            let account = access::installation(world, call)?;
            repositories::answer(world, call, &account, (owner, name), rest)
        }
        _ => Err(not_found()),
    }
}
