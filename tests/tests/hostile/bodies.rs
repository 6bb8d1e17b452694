//! Bodies that are not JSON, and JSON that no client writes.

use serde_json::Value;

use crate::attack::{Place, keys, on_each, while_others_work};
use crate::server::Server;
use crate::world::World;

const JSON: &str = "application/json";
const DEEP: usize = 100_000;

/// Content type and body of requests that no operation may take.
fn unreadable(valid: &Value, key: &str) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let valid = valid.to_string();
    let deep =
        |open: &str, close: &str| format!("{{\"{key}\":{}1{}}}", open.repeat(DEEP), close.repeat(DEEP));
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonx",
        "json",
        "",
        "\u{ff}",
    ];
    let mut found: Vec<_> =
        types.into_iter().map(|given| ("another content type", given, valid.clone().into_bytes())).collect();
    let odd: [(&'static str, Vec<u8>); 16] = [
        ("deep lists", deep("[", "]").into()),
        ("deep objects", deep("{\"a\":", "}").into()),
        ("brackets that never close", "[".repeat(DEEP).into()),
        ("a text", b"\"text\"".to_vec()),
        ("a list", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("half a body", valid.as_bytes()[..valid.len() - 1].to_vec()),
        ("two bodies", [valid.as_bytes(), valid.as_bytes()].concat()),
        ("a byte order mark", [b"\xef\xbb\xbf", valid.as_bytes()].concat()),
        (
            "bytes that are no UTF-8",
            format!("{{\"{key}\":\"").into_bytes().into_iter().chain(*b"\xff\xfe\"}").collect(),
        ),
        ("half a surrogate pair", format!("{{\"{key}\":\"\\ud800\"}}").into()),
        ("a number that JSON does not have", format!("{{\"{key}\":NaN}}").into()),
        ("a number beyond a double", format!("{{\"{key}\":1e999}}").into()),
        (
            "gzip",
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00"
                .to_vec(),
        ),
        ("more than a body may have", vec![b' '; 1024 * 1024 + 1]),
    ];
    found.extend(odd.into_iter().map(|(what, body)| (what, JSON, body)));
    found
}

/// Bodies that are taken or refused.
fn odd(valid: &Value, key: &str) -> Vec<(&'static str, Vec<u8>)> {
    let rest = valid.to_string();
    let rest = rest.strip_prefix('{').unwrap();
    let before = |first: &str| {
        let comma = if rest == "}" { "" } else { "," };
        format!("{{\"{key}\":{first}{comma}{rest}").into_bytes()
    };
    vec![
        ("a key that stands twice", before("\"first\"")),
        ("a number of 30,000 digits", before(&"9".repeat(30_000))),
        ("a fraction of 30,000 digits", before(&format!("0.{}", "3".repeat(30_000)))),
        ("a number over 2^64", before("18446744073709551616")),
        ("minus zero", before("-0")),
        ("nothing", Vec::new()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_by_every_operation() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    let attack = on_each(&world, operations, async |target| {
        let mut tried = 0;
        let keys = keys(target.world, &target.operation, Place::Body);
        let valid = target.thing.body.clone().unwrap_or_default();
        // Operations that take any keys declare none.
        let key = keys.first().map_or("key", String::as_str);
        for (what, content_type, body) in unreadable(&valid, key) {
            let path = target.thing.path.clone();
            let answer = target.send_bytes(what, &path, &[("content-type", content_type)], body).await;
            if !matches!(answer.status, 400 | 413 | 415) {
                target.fails(what, "is not refused", &answer);
            }
            tried += 1;
        }
        for key in keys {
            for (what, body) in odd(&valid, &key) {
                let path = target.thing.path.clone();
                target.send_bytes(what, &path, &[("content-type", JSON)], body).await;
                tried += 1;
            }
        }
        tried
    });
    while_others_work(&server, &world, attack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_not_unpacked() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    on_each(&world, operations, async |target| {
        let bomb = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), &[0xff; 1000]].concat();
        for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip"] {
            let path = target.thing.path.clone();
            let headers = [("content-type", JSON), ("content-encoding", encoding)];
            let answer = target.send_bytes(encoding, &path, &headers, bomb.clone()).await;
            if !matches!(answer.status, 400 | 415) {
                target.fails(encoding, "is not refused", &answer);
            }
        }
        5
    })
    .await;
}
