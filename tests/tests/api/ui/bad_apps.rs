//! Apps that answer too much, too slowly, invalidly or not at all do not affect other apps.

use std::time::Duration;

use patchbay_testkit::receiver::{Answer, Receiver};
use serde_json::{Value, json};

use crate::people::HOME;
use crate::server::Server;
use crate::world::World;

/// The options of a bad app, by path.
const BAD: [&str; 7] = ["html", "huge", "deep", "hanging", "dripping", "hung-up", "wrong"];

fn answer(path: &str) -> Answer {
    match path.trim_start_matches('/') {
        "html" => Answer::status(200).header("content-type", "text/html").body("<html>Hello</html>"),
        "huge" => Answer::huge(100 * 1024),
        "deep" => Answer::json(format!("{}{}", "[".repeat(20_000), "]".repeat(20_000))),
        "hanging" => Answer::hang(),
        "dripping" => Answer::drip(" ", Duration::from_millis(100), 10_000),
        "hung-up" => Answer::hang_up(),
        "wrong" => Answer::json(r#"[{"value":[[]]}]"#),
        _ => Answer::json(r#"[{"value":"1","label":"One"}]"#),
    }
}

/// An app with this many fields, whose options are at this path.
async fn install(world: &World<'_>, receiver: &Receiver, name: &str, fields: usize) -> Value {
    let field = |number| {
        let uri = if number == 0 { format!("/{name}") } else { format!("/{name}?{number}") };
        json!({ "type": "select", "label": "Channel", "name": format!("channel-{number}"), "uri": uri })
    };
    let fields: Vec<_> = (0..fields).map(field).collect();
    let settings = json!({ "type": "alert-rule-settings", "uri": "/alert", "required_fields": fields });
    let body = json!({
        "organization": HOME, "name": name, "author": "Acme", "scopes": [], "events": [],
        "webhookUrl": receiver.url("/hook"), "redirectUrl": null,
        "isInternal": false, "isAlertable": true, "verifyInstall": false,
        "schema": { "elements": [{ "type": "alert-rule-action", "title": "Tell", "settings": settings }] },
    });
    let apps = &world.fixtures.apps;
    let app = apps.owner("POST", "/api/0/sentry-apps/", &body).await;
    let path = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
    apps.owner("POST", &path, &json!({ "slug": app["slug"] })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_apps_are_listed_with_a_word_about_them_and_cost_the_others_nothing() {
    // Loading the whole list must not exceed the time limit of the request.
    let server = Server::with(&[("GATEWAY_REQUEST_TIMEOUT", "8s"), ("GATEWAY_OPTIONS_CACHE", "0s")]).await;
    let world = World::new(&server).await;
    let receiver = Receiver::start().await;
    receiver.answer_with(|_, request| answer(&request.path));
    for name in BAD {
        install(&world, &receiver, name, 1).await;
    }
    install(&world, &receiver, "endless", 1000).await;
    let last = install(&world, &receiver, "good", 1).await;

    let owner = world.fixtures.apps.owner_token();
    let known = format!(
        "/api/0/sentry-app-installations/{}/external-requests/?uri=/x",
        last["uuid"].as_str().unwrap()
    );
    patchbay_testkit::eventually(super::KNOWN_WITHIN, "the last app is known", async || {
        (server.call("GET", &known, owner, None).await.status == 200).then_some(())
    })
    .await;
    receiver.clear();
    let path = format!("/api/0/organizations/{HOME}/sentry-app-components/?filter=alert-rule-action");
    let answer = server.call("GET", &path, owner, None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let list = answer.json();
    let error = |name: &str| {
        let component = list.as_array().unwrap().iter().find(|one| one["sentryApp"]["slug"] == name);
        component.unwrap()["error"].as_str().unwrap().to_owned()
    };
    for name in ["html", "huge", "deep"] {
        let expected = format!("Invalid response format for Select FormField in {name} from uri: /{name}");
        assert_eq!(error(name), expected);
    }
    for name in ["hanging", "dripping", "hung-up"] {
        let expected = format!("Something went wrong while getting options for Select FormField from {name}");
        assert_eq!(error(name), expected);
    }
    assert_eq!(error("wrong"), "Missing `value` or `label` in option data for Select FormField");
    assert_eq!(error("endless"), "Too many select fields want options from their apps.");
    assert_eq!(receiver.received().iter().filter(|one| one.path == "/endless").count(), 20);

    assert_eq!(error("good"), "", "the last one in the list is there as if it were alone");
    let good = &list.as_array().unwrap().last().unwrap()["schema"]["settings"]["required_fields"][0];
    assert_eq!(good["choices"], json!([["1", "One"]]));
    assert!(answer.body.len() < 512 * 1024, "{}", answer.body.len());
}
