//! Bodies that come slowly or never.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::attack::while_others_work;
use crate::server::Server;
use crate::world::World;

const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_given_up_by_every_operation() {
    let server = Server::with(&[("GATEWAY_REQUEST_TIMEOUT", "3s")]).await;
    let world = World::new(&server).await;
    let token = world.fixtures.apps.owner_token();
    let address = server.patchbay.base_url.strip_prefix("http://").unwrap();
    let mut operations = world.description.operations();
    operations.retain(|operation| operation.takes_body);
    // The requests that make the things have to end in time as well.
    let mut things = Vec::new();
    for operation in &operations {
        things.push(world.fixtures.fresh(operation, Some(world.people.named("owner"))).await);
    }
    let attacks = operations.iter().zip(&things).map(async |(operation, thing)| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{} {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{{",
            operation.method, thing.path
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(DEADLINE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 504") || answer.starts_with("HTTP/1.1 40"), "{}: {answer}", operation.id);
        assert!(answer.contains("\r\nconnection: close\r\n"), "{}: {answer}", operation.id);
    });
    while_others_work(&server, &world, join_all(attacks)).await;
}
