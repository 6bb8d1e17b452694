//! How many webhooks a second one process delivers: bus, database, signing and HTTP, all real, with a receiver that
//! does nothing but answer. Run it in release mode; arguments are the number of webhooks, of apps, and of webhooks
//! per message. `DATABASE_URL` puts it on another database than a new SQLite file.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for one's own terminal")]
#![expect(clippy::disallowed_methods, reason = "measures real time, with ids like those of events")]

#[allow(dead_code, reason = "the tests tell more of it than this does")]
#[path = "../tests/it/apps.rs"]
mod apps;

use std::time::{Duration, Instant};

use patchbay_bus::{Bus, BusConfig, Message, Topic};
use patchbay_db::{Db, DbConfig};
use patchbay_domain::ids::delivery_id;
use patchbay_domain::{Clock, SecretString};
use patchbay_proto::installation::app_registry_server::AppRegistryServer;
use patchbay_proto::installation::installations_server::InstallationsServer;
use patchbay_proto::installation::{AppStatus, Endpoint, InstallationStatus};
use patchbay_proto::webhook_sender::{Delivery, DeliveryBatch};
use patchbay_rpc::{Listener, Security, Server, Target};
use patchbay_runtime::{Runtime, Settings};
use patchbay_webhook_sender::{Config, MIGRATIONS, NAME};
use prost::Message as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

async fn receive(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            let (mut filled, mut end) = (0, None);
            loop {
                match stream.read(&mut buffer[filled..]).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => filled += read,
                }
                if end.is_none() {
                    let head = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n");
                    end = head.map(|head| head + 4 + length(&buffer[..head]));
                }
                if end == Some(filled) {
                    (filled, end) = (0, None);
                    if stream.write_all(ANSWER).await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}

fn length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).unwrap().to_ascii_lowercase();
    let (_, value) = head.split_once("content-length: ").unwrap();
    value.split("\r\n").next().unwrap().parse().unwrap()
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>().unwrap());
    let count = arguments.next().unwrap_or(20_000);
    let app_count = arguments.next().unwrap_or(1);
    let per_message = arguments.next().unwrap_or(100);

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { receive(TcpListener::from_std(listener).unwrap()).await });
    });

    let apps = apps::Apps::default();
    let installations: Vec<_> = (0..app_count)
        .map(|index| {
            let (app_id, installation) = (index as i64 + 1, Uuid::new_v4());
            apps.set_installation(installation, app_id, InstallationStatus::Installed);
            apps.set_endpoint(Endpoint {
                app_id,
                status: AppStatus::Published.into(),
                webhook_url: url.clone(),
                client_secrets: vec!["ab".repeat(32)],
                ..Default::default()
            });
            (app_id, installation)
        })
        .collect();

    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let database = std::env::var("DATABASE_URL");
    let database = database.unwrap_or_else(|_| format!("sqlite:{}", folder.path().display()));
    let db = Db::connect(&DbConfig::new(database), NAME, &MIGRATIONS).await.unwrap();
    db.migrate().await.unwrap();
    let bus = Bus::in_process(&BusConfig::default());
    let security = Security::secret(SecretString::new("a secret that all services share"));
    let (memory, connector) = patchbay_rpc::memory();
    let runtime = Runtime::new(Clock::system());
    let Runtime { clock, metrics, readiness, stop, .. } = runtime.clone();
    let settings = Settings::from_pairs([("EGRESS_ALLOW", "127.0.0.0/8")]);
    let server = Server::new()
        .unwrap()
        .add_service(AppRegistryServer::new(apps.clone()))
        .add_service(InstallationsServer::new(apps));
    let server = patchbay_webhook_sender::start(
        server,
        runtime,
        db.clone(),
        bus.clone(),
        Target::Memory(connector).channel(&security).unwrap(),
        Config::read(&settings),
    )
    .await
    .unwrap();
    let grpc_stop = stop.clone();
    stop.spawn(
        "grpc",
        async move { server.serve(vec![Listener::Memory(memory)], &security, grpc_stop).await },
    );
    while !readiness.report(false).await.ready {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let body = bytes::Bytes::from(format!(r#"{{"data":"{}"}}"#, "x".repeat(1190)));
    let now = clock.now().timestamp_micros();
    let messages: Vec<Message> = (0..count / per_message)
        .map(|message| {
            let deliveries = (0..per_message).map(|index| {
                let (app_id, installation) = installations[(message * per_message + index) % app_count];
                let event = Uuid::now_v7();
                Delivery {
                    delivery_id: delivery_id(event, installation).as_bytes().to_vec().into(),
                    event_id: event.as_bytes().to_vec().into(),
                    installation_id: installation.as_bytes().to_vec().into(),
                    app_id,
                    organization_id: 7,
                    resource: "issue".into(),
                    action: "created".into(),
                    body: body.clone(),
                    accepted_at_micros: now,
                    ..Default::default()
                }
            });
            let batch = DeliveryBatch { deliveries: deliveries.collect(), replay: false };
            Message::new("deliveries", batch.encode_to_vec())
        })
        .collect();

    let started = Instant::now();
    bus.publish_all(Topic::Deliveries, messages).await.unwrap();
    let acknowledged = started.elapsed();
    println!("{:.0} webhooks/s acknowledged ({acknowledged:?})", count as f64 / acknowledged.as_secs_f64());
    for line in metrics.encode().lines().filter(|line| !line.contains("bucket") && !line.starts_with('#')) {
        println!("{line}");
    }
    stop.drain(Duration::from_secs(30)).await.unwrap();
}
