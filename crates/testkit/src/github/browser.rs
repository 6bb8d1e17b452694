//! Pages, to which a setup sends the browser, and the exchange of codes.

use url::Url;

use super::call::{Call, not_found};
use super::world::World;
use super::{CLIENT_ID, CLIENT_SECRET, SLUG, person};
use crate::receiver::Answer;

pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Answer {
    match (call.request.method.as_str(), call.parts.as_slice()) {
        ("GET", ["login", "oauth", "authorize"]) => authorize(world, call),
        ("POST", ["login", "oauth", "access_token"]) => exchange(world, call),
        ("GET", ["github-apps", SLUG, "installations", "new"]) => install(world, call),
        _ => not_found(),
    }
}

/// The person agrees at once.
fn authorize(world: &mut World, call: &Call<'_>) -> Answer {
    if call.query("client_id").as_deref() != Some(CLIENT_ID) {
        return not_found();
    }
    let code = person::code(world, &world.signed_in.clone());
    let state = call.query("state").unwrap_or_default();
    redirect(&call.query("redirect_uri").unwrap_or_default(), &[("code", &code), ("state", &state)])
}

/// The person installs the application at the own account.
fn install(world: &mut World, call: &Call<'_>) -> Answer {
    let login = world.signed_in.clone();
    let id = world.install(&login, &login).to_string();
    let state = call.query("state").unwrap_or_default();
    let query = [("installation_id", id.as_str()), ("setup_action", "install"), ("state", &state)];
    redirect(&world.setup_url, &query)
}

fn redirect(address: &str, query: &[(&str, &str)]) -> Answer {
    let Ok(mut url) = address.parse::<Url>() else { return Answer::status(404) };
    url.query_pairs_mut().extend_pairs(query);
    Answer::status(302).header("location", url)
}

/// The answer is form-encoded, and 200 also if the code is refused.
fn exchange(world: &mut World, call: &Call<'_>) -> Answer {
    let given = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(&call.request.body);
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let form = |body: String| {
        Answer::status(200)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(body)
    };
    if given("client_id") != CLIENT_ID || given("client_secret") != CLIENT_SECRET {
        return form("error=incorrect_client_credentials".to_owned());
    }
    let Some(login) = world.codes.remove(&given("code")) else {
        return form("error=bad_verification_code&error_description=The+code+is+incorrect.".to_owned());
    };
    let token = format!("ghu_{}", world.id());
    world.user_tokens.insert(token.clone(), login);
    form(format!("access_token={token}&scope=&token_type=bearer"))
}
