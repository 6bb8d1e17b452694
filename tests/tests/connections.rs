//! Connections that do nothing, against the ports of separate processes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::future::{join_all, try_join_all};
use patchbay_domain::SecretString;
use patchbay_rpc::{Security, Target};
use patchbay_testkit::silent::{Silent, connect_from};
use patchbay_tests::Program;
use patchbay_tests::program::free_address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(60);
const PER_ADDRESS: usize = 64;
const CHECK: &str = "/grpc.health.v1.Health/Check";

/// The gateway and one service with a gRPC port; each with its admin port.
struct Processes {
    http: SocketAddr,
    grpc: SocketAddr,
    admin: [SocketAddr; 2],
    _programs: [Program; 2],
    _folder: tempfile::TempDir,
}

impl Processes {
    async fn start(limits: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (http, grpc) = (free_address()?, free_address()?);
        let mut shared: BTreeMap<String, String> = [
            ("HTTP_LISTEN", http.to_string()),
            ("GRPC_LISTEN", grpc.to_string()),
            ("AUTH_TOKEN_URL", format!("http://{grpc}")),
            ("DATABASE_URL", format!("sqlite:{}", folder.path().display())),
            ("MIGRATE_AT_START", "true".to_owned()),
            ("BUS_URL", "memory".to_owned()),
            ("SERVICE_SECRET", "a secret of tests".to_owned()),
            ("ENCRYPTION_KEY", "an encryption key of tests".to_owned()),
            ("AUTH_TOKEN_KEY", "a token key of tests".to_owned()),
        ]
        .map(|(name, value)| (format!("PATCHBAY_{name}"), value))
        .into();
        for port in ["GATEWAY", "GRPC", "ADMIN"] {
            let limit =
                |(name, value): &(&str, &str)| (format!("PATCHBAY_{port}_{name}"), (*value).to_owned());
            shared.extend(limits.iter().map(limit));
        }
        let program =
            |name, folder: &Path| Program::new(name, &[], folder, shared.clone().into_iter().collect());
        let mut programs =
            [program("patchbay-auth-token", folder.path())?, program("patchbay-gateway", folder.path())?];
        for program in &mut programs {
            program.start()?;
            program.ready().await?;
        }
        let admin = programs.each_ref().map(Program::admin);
        Ok(Self { http, grpc, admin, _programs: programs, _folder: folder })
    }

    /// Every port with a path that it answers and the clients that can fall silent there.
    fn ports(&self) -> [(SocketAddr, &'static str, &'static [Silent]); 4] {
        [
            (self.http, "/healthz", &Silent::HTTP),
            (self.grpc, CHECK, &Silent::HTTP2),
            (self.admin[0], "/metrics", &Silent::HTTP),
            (self.admin[1], "/livez", &Silent::HTTP),
        ]
    }
}

async fn get(server: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = connect_from(Ipv4Addr::new(127, 0, 0, 2), server).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(answer)
}

/// Waits until the server has closed the connection, whatever it sends before.
async fn ends(mut stream: TcpStream) {
    let mut bytes = [0; 64];
    while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
}

#[tokio::test]
async fn every_port_closes_connections_that_fall_silent() -> anyhow::Result<()> {
    let processes =
        Processes::start(&[("FIRST_REQUEST_TIMEOUT", "1s"), ("IDLE_TIMEOUT", "1s"), ("STALL_TIMEOUT", "1s")])
            .await?;
    let clients = processes
        .ports()
        .into_iter()
        .flat_map(|(port, path, clients)| clients.iter().map(move |client| (port, path, *client)));
    try_join_all(clients.map(|(port, path, client)| async move {
        let closed = timeout(DEADLINE, client.until_closed(port, path)).await;
        closed.with_context(|| format!("{client:?} is still connected to {path}"))?.context("refused")
    }))
    .await?;
    let page = get(processes.admin[1], "/metrics").await?;
    for reason in ["no_request", "idle", "stalled"] {
        let line = format!("patchbay_connections_closed_total{{port=\"gateway\",reason=\"{reason}\"}}");
        ensure!(page.contains(&line), "{line} in\n{page}");
    }
    Ok(())
}

#[tokio::test]
async fn while_one_address_connects_without_end_another_is_served_on_every_port() -> anyhow::Result<()> {
    let limit = PER_ADDRESS.to_string();
    let processes =
        Processes::start(&[("MAX_CONNECTIONS_PER_ADDRESS", &limit), ("FIRST_REQUEST_TIMEOUT", "1m")]).await?;
    for (port, path, _) in processes.ports() {
        let too_many = (0..2 * PER_ADDRESS).map(|_| connect_from(Ipv4Addr::LOCALHOST, port));
        let mut silent = join_all(too_many).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        // The processes themselves use one or two of the places.
        timeout(DEADLINE, join_all(silent.drain(PER_ADDRESS..).map(ends))).await.context("not refused")?;
        if port == processes.grpc {
            let mut stream = connect_from(Ipv4Addr::new(127, 0, 0, 2), port).await?;
            stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await?;
            let mut settings = [0; 9];
            timeout(DEADLINE, stream.read_exact(&mut settings)).await.context("gRPC does not answer")??;
            ensure!(settings[3] == 4, "{settings:?}");
        } else {
            timeout(DEADLINE, get(port, path)).await.context("no answer")??;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_channel_between_services_outlives_the_connections_it_uses() -> anyhow::Result<()> {
    let processes = Processes::start(&[("IDLE_TIMEOUT", "1s")]).await?;
    let security = Security::secret(SecretString::new("a secret of tests"));
    let channel = Target::Url(format!("http://{}", processes.grpc)).channel(&security)?;
    let mut tokens = patchbay_proto::auth_token::tokens_client::TokensClient::new(channel);
    for closed in 1..=2 {
        let request = patchbay_proto::auth_token::IntrospectRequest::default();
        if let Err(refusal) = tokens.introspect(patchbay_rpc::request(request)).await {
            ensure!(refusal.code() == tonic::Code::InvalidArgument, "{refusal:?}");
        }
        let line = format!("patchbay_connections_closed_total{{port=\"grpc\",reason=\"idle\"}} {closed}\n");
        let noticed = async {
            while !get(processes.admin[0], "/metrics").await?.contains(&line) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            anyhow::Ok(())
        };
        timeout(DEADLINE, noticed).await.context(line.clone())??;
    }
    Ok(())
}
