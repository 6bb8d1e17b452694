//! Hostile paths, queries and headers.

use crate::attack::{Place, Target, keys, on_each, while_others_work};
use crate::server::Server;
use crate::world::World;

/// In place of a name in a path, or of a value in a query. Percent-encoded.
fn odd_parts() -> Vec<String> {
    let texts = [
        "%00",
        "%FF%FE",
        "..%2F..%2Fetc%2Fpasswd",
        "%E2%80%AE%F0%9F%9A%80",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "NaN",
        "'%20or%201=1--",
        "100:99999999999:0",
        "0:-1:1",
    ];
    let mut parts: Vec<_> = texts.map(str::to_owned).into();
    parts.extend([300, 7000].map(|length| "9".repeat(length)));
    parts
}

/// Sends a request to this path; it changes nothing when it is refused.
async fn ask(target: &mut Target<'_>, what: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let body = target.thing.body.as_ref().map(|body| body.to_string().into_bytes());
    let mut headers = headers.to_vec();
    headers.extend(body.as_ref().map(|_| ("content-type", "application/json")));
    target.send_bytes(what, path, &headers, body.unwrap_or_default()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_a_path_that_names_nothing_is_refused() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.path.contains('{'));
    let attack = on_each(&world, operations, async |target| {
        let mut tried = 0;
        let template: Vec<String> = target.operation.path.split('/').map(str::to_owned).collect();
        for (position, name) in template.iter().enumerate().filter(|(_, part)| part.starts_with('{')) {
            for part in odd_parts() {
                let mut parts: Vec<_> = target.thing.path.split('/').collect();
                parts[position] = &part;
                let path = parts.join("/");
                let what = format!("{part:.40} for {name}");
                ask(target, &what, &path, &[]).await;
                tried += 1;
            }
        }
        tried
    });
    while_others_work(&server, &world, attack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_query_is_taken_or_refused() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let attack = on_each(&world, world.description.operations(), async |target| {
        let mut tried = 0;
        let names = keys(target.world, &target.operation, Place::Query);
        for name in names {
            for value in odd_parts() {
                let (path, _) = target.thing.path.split_once('?').unwrap_or((&target.thing.path, ""));
                let path = format!("{path}?{name}={value}&{name}={value:.100}");
                ask(target, &format!("{name}={value:.40}"), &path, &[]).await;
                tried += 1;
            }
        }
        let path = target.thing.path.clone();
        let long = ["?".repeat(3000), "&".repeat(7000), "a=1&".repeat(1500), "q".repeat(9000)];
        let odd = ["%00=1", "%FF=1", "=", "unknown=1"].map(str::to_owned);
        for query in long.into_iter().chain(odd) {
            ask(target, "a query", &format!("{path}?{query}"), &[]).await;
            tried += 1;
        }
        tried
    });
    while_others_work(&server, &world, attack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_header_is_taken_or_refused() {
    let long = "q".repeat(2000);
    let longer = "q".repeat(33 * 1024);
    let cookies = "patchbay_session=x; ".repeat(1000);
    let harmless = [
        ("x-forwarded-for", long.as_str()),
        ("x-forwarded-for", "not-an-address, , ,"),
        ("traceparent", "00-00000000000000000000000000000000-0000000000000000-00"),
        ("tracestate", &long),
        ("baggage", &long),
        ("x-request-id", &long),
        ("accept", &long),
        ("accept-language", "\u{fffd}"),
        ("if-none-match", &long),
        ("range", "bytes=0-,0-,0-,0-"),
        ("upgrade", "websocket"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/api/0/"),
        ("x-forwarded-host", "evil.example"),
    ];
    let of_callers = [
        ("authorization", "Bearer"),
        ("authorization", "Bearer a b"),
        ("authorization", "Bearer \u{fffd}"),
        ("authorization", &long),
        ("cookie", &cookies),
        ("cookie", "patchbay_session=\u{fffd}"),
        ("origin", "null"),
        ("sec-fetch-site", "\u{fffd}"),
    ];
    let server = Server::start().await;
    let world = World::new(&server).await;
    let attack = on_each(&world, world.description.operations(), async |target| {
        let path = target.thing.path.clone();
        ask(target, "odd headers", &path, &harmless).await;
        for (name, value) in of_callers {
            let path = target.thing.path.clone();
            ask(target, &format!("{name}: {value:.40}"), &path, &[(name, value)]).await;
        }
        let path = target.thing.path.clone();
        let answer = target.send_bytes("a long header", &path, &[("x-anything", &longer)], Vec::new()).await;
        if answer.status != 431 {
            target.fails("a long header", "is not refused", &answer);
        }
        of_callers.len() + 2
    });
    while_others_work(&server, &world, attack).await;
}
