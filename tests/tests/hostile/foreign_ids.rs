//! Ids of another tenant, in every place of a request: they get the answer of an id that does not exist.

use std::collections::HashMap;

use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::{NewEvent, RecordErrorRequest};
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::attack::{Place, Target, keys, on_each, schema};
use crate::people::ABROAD;
use crate::server::{Answer, Server};
use crate::world::World;

/// An id of the other tenant, and one of the same kind that does not exist.
type Pair = (String, String);

const NO_UUID: &str = "00000000-0000-4000-8000-000000000000";

/// The ids of the other tenant.
async fn of_the_other(world: &World<'_>) -> Vec<Pair> {
    let number = || "999999999".to_owned();
    let owner =
        world.people.token(world.people.named("stranger"), patchbay_domain::Role::Owner.scopes()).await;
    let make = async |path: &str, body: Value| {
        let path = format!("/api/0/{path}");
        let answer = world.server.call("POST", &path, &owner, Some(&body)).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.json()
    };
    let project = make(&format!("organizations/{ABROAD}/projects/"), json!({ "name": "Secret Plan" })).await;
    let team = make(&format!("organizations/{ABROAD}/teams/"), json!({ "name": "Secret Team" })).await;
    let app = json!({
        "organization": ABROAD, "name": "Secret App", "author": "Globex", "scopes": [], "events": [], "isInternal": false,
        "webhookUrl": "https://globex.example/hook", "redirectUrl": null, "isAlertable": true, "verifyInstall": false,
    });
    let app = make("sentry-apps/", app).await;
    let installed =
        make(&format!("organizations/{ABROAD}/sentry-app-installations/"), json!({ "slug": app["slug"] }))
            .await;
    let rule = json!({
        "name": "Secret Rule", "projects": ["secret-plan"], "timeWindow": 5,
        "triggers": [{ "label": "critical", "alertThreshold": 1000, "actions": [] }],
    });
    let rule = make(&format!("organizations/{ABROAD}/alert-rules/"), rule).await;
    let event_json = json!({ "message": "Secret" }).to_string().into_bytes();
    let wanted = RecordErrorRequest {
        organization: ABROAD.to_owned(),
        project: "secret-plan".to_owned(),
        events: vec![NewEvent { event_json: event_json.into() }],
    };
    let channel = world.server.patchbay.channel.clone();
    let recorded = IssuesClient::new(channel).record_error(request(wanted)).await.unwrap().into_inner();
    let recorded = &recorded.events[0];
    let comment = make(&format!("issues/{}/comments/", recorded.issue_id), json!({ "text": "Secret" })).await;
    let stranger = world.people.named("stranger").user_id().to_string();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    vec![
        (ABROAD.to_owned(), "missing".to_owned()),
        (text(&project["slug"]), "missing".to_owned()),
        (text(&project["id"]), number()),
        (text(&team["slug"]), "missing".to_owned()),
        (text(&team["id"]), number()),
        (text(&app["slug"]), "missing".to_owned()),
        (text(&app["uuid"]), NO_UUID.to_owned()),
        (text(&installed["uuid"]), NO_UUID.to_owned()),
        (text(&rule["id"]), number()),
        (recorded.issue_id.to_string(), number()),
        (recorded.event_id.clone(), NO_UUID.replace('-', "")),
        (text(&comment["id"]), number()),
        (format!("user:{stranger}"), "user:999999999".to_owned()),
        ("stranger@patchbay.example".to_owned(), "missing@patchbay.example".to_owned()),
        (format!("team:{}", text(&team["id"])), "team:999999999".to_owned()),
        ("#secret-team".to_owned(), "#missing".to_owned()),
        (stranger, number()),
    ]
}

/// The id as a text and as a number, in a list where the key takes one.
fn spellings((foreign, missing): &Pair, is_list: bool) -> Vec<(Value, Value)> {
    let as_texts = (json!(foreign), json!(missing));
    let as_numbers = foreign.parse::<i64>().ok().map(|number| (json!(number), json!(999_999_999)));
    let single = [Some(as_texts), as_numbers].into_iter().flatten();
    single
        .map(
            |(foreign, missing)| {
                if is_list { (json!([foreign]), json!([missing])) } else { (foreign, missing) }
            },
        )
        .collect()
}

fn takes_list(target: &Target<'_>, key: &str) -> bool {
    let schema = &schema(target.world, &target.operation)["properties"][key];
    schema["type"] == "array" || schema["type"][0] == "array"
}

/// The valid body with this value under the key.
fn with(target: &Target<'_>, key: &str, value: Value) -> Value {
    let mut body = target.thing.body.clone().unwrap_or_else(|| json!({}));
    body[key] = value;
    body
}

/// Compares the answers, without the id that they may repeat. What succeeded may differ in what was made.
fn compare(target: &mut Target<'_>, what: &str, (foreign, missing): &Pair, answers: (&Answer, &Answer)) {
    let (of_foreign, of_missing) = answers;
    let plain = |answer: &Answer, id: &str| answer.body.replace(id, "<id>");
    let is_same = of_foreign.status == of_missing.status
        && (of_foreign.status < 400 || plain(of_foreign, foreign) == plain(of_missing, missing));
    if !is_same {
        let problem = format!("differs from the answer to {missing}, which is {of_missing:?}");
        target.fails(what, &problem, of_foreign);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_tenant_in_a_body_gets_the_answer_of_one_that_does_not_exist() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let pairs = of_the_other(&world).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| {
        operation.takes_body
            && operation.access.scopes().len() + usize::from(operation.path.contains('{')) > 0
    });
    on_each(&world, operations, async |target| {
        let mut tried = 0;
        for key in keys(target.world, &target.operation, Place::Body) {
            let mut of_missing: HashMap<String, Answer> = HashMap::new();
            for pair in &pairs {
                for (foreign, missing) in spellings(pair, takes_list(target, &key)) {
                    let what = format!("{foreign} under {key}");
                    let body = with(target, &key, foreign);
                    let of_foreign = target.send(&what, &body).await;
                    let name = missing.to_string();
                    if !of_missing.contains_key(&name) {
                        let body = with(target, &key, missing);
                        let answer = target.send(&what, &body).await;
                        of_missing.insert(name.clone(), answer);
                    }
                    compare(target, &what, pair, (&of_foreign, &of_missing[&name]));
                    tried += 1;
                }
            }
        }
        tried
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_tenant_in_a_path_or_query_gets_the_answer_of_one_that_does_not_exist() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let pairs = of_the_other(&world).await;
    on_each(&world, world.description.operations(), async |target| {
        let mut tried = 0;
        for pair in &pairs {
            let both = [&pair.0, &pair.1].map(|id| id.replace('#', "%23"));
            let template: Vec<String> = target.operation.path.split('/').map(str::to_owned).collect();
            for (position, name) in template.iter().enumerate().filter(|(_, part)| part.starts_with('{')) {
                // Sentry tells apart whether an app exists: its slug is public.
                if matches!(name.as_str(), "{app}" | "{installation}") {
                    continue;
                }
                let what = format!("{} for {name}", pair.0);
                let [of_foreign, of_missing] = [0, 1].map(|which| {
                    let mut parts: Vec<_> = target.thing.path.split('/').collect();
                    parts[position] = &both[which];
                    parts.join("/")
                });
                let of_foreign = ask(target, &what, &of_foreign).await;
                let of_missing = ask(target, &what, &of_missing).await;
                compare(target, &what, pair, (&of_foreign, &of_missing));
                tried += 1;
            }
            for name in keys(target.world, &target.operation, Place::Query) {
                let what = format!("{name}={}", pair.0);
                let (path, _) = target.thing.path.split_once('?').unwrap_or((&target.thing.path, ""));
                let [of_foreign, of_missing] = both.each_ref().map(|id| format!("{path}?{name}={id}"));
                let of_foreign = ask(target, &what, &of_foreign).await;
                let of_missing = ask(target, &what, &of_missing).await;
                compare(target, &what, pair, (&of_foreign, &of_missing));
                tried += 1;
            }
        }
        tried
    })
    .await;
}

async fn ask(target: &mut Target<'_>, what: &str, path: &str) -> Answer {
    let body = target.thing.body.as_ref().map(|body| body.to_string().into_bytes());
    let headers: &[_] = if body.is_some() { &[("content-type", "application/json")] } else { &[] };
    target.send_bytes(what, path, headers, body.unwrap_or_default()).await
}
