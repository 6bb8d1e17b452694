//! HTTP/2 servers that end a connection or refuse a stream, frame by frame, because no library sends these frames on demand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use patchbay_egress::{Cause, Egress, EgressError, OutboundRequest, OutboundResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::local_policy;
use crate::tls::{AUTHORITY, server_config};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

const REFUSED_STREAM: u32 = 7;
const INTERNAL_ERROR: u32 = 2;

/// `:status: 200` in the static table of HPACK.
const STATUS_200: &[u8] = &[0x88];

/// The server's reaction to a complete request.
#[derive(Clone, Copy)]
enum Reaction {
    Answer,
    /// Nothing, until another request leads to a reaction.
    Wait,
    /// Names the last processed stream and the error, and closes the connection once the client does.
    GoAway(u32, u32),
    /// As `GoAway` without an error, after an answer to this stream.
    AnswerAndGoAway(u32),
    Refuse,
    Close,
}

struct Server {
    address: SocketAddr,
    /// Number of the connection and stream of each complete request.
    seen: Arc<Mutex<Vec<(usize, u32)>>>,
    egress: Egress,
}

impl Server {
    /// `react` gets the number of the connection, from 0, and the stream.
    async fn start(react: impl Fn(usize, u32) -> Reaction + Copy + Send + Sync + 'static) -> Self {
        let mut config = server_config(None);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, log) = (acceptor.clone(), log.clone());
                tokio::spawn(async move {
                    // A client that gives up a connection is no failure of the test.
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let _ = conduct(stream, |id| {
                        log.lock().unwrap().push((connection, id));
                        react(connection, id)
                    })
                    .await;
                });
            }
        });
        let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
        Self { address, seen, egress }
    }

    async fn send(&self) -> Result<OutboundResponse, EgressError> {
        let url = format!("https://localhost:{}/hook", self.address.port());
        self.egress.send(OutboundRequest::post(url, "{}")).await
    }

    fn seen(&self) -> Vec<(usize, u32)> {
        self.seen.lock().unwrap().clone()
    }
}

async fn conduct(mut stream: TlsStream<TcpStream>, react: impl Fn(u32) -> Reaction) -> std::io::Result<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    write(&mut stream, SETTINGS, 0, 0, &[]).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let (kind, flags) = (head[3], head[4]);
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => write(&mut stream, SETTINGS, ACK, 0, &[]).await?,
            PING if flags & ACK == 0 => write(&mut stream, PING, ACK, 0, &payload).await?,
            HEADERS | DATA if flags & END_STREAM != 0 => {
                let go_away = |last: u32, error: u32| [last.to_be_bytes(), error.to_be_bytes()].concat();
                match react(id) {
                    Reaction::Wait => {}
                    Reaction::Answer => {
                        write(&mut stream, HEADERS, END_HEADERS | END_STREAM, id, STATUS_200).await?
                    }
                    Reaction::GoAway(last, error) => {
                        write(&mut stream, GOAWAY, 0, 0, &go_away(last, error)).await?;
                    }
                    Reaction::AnswerAndGoAway(last) => {
                        write(&mut stream, GOAWAY, 0, 0, &go_away(last, 0)).await?;
                        write(&mut stream, HEADERS, END_HEADERS | END_STREAM, last, STATUS_200).await?;
                    }
                    Reaction::Refuse => {
                        write(&mut stream, RST_STREAM, 0, id, &REFUSED_STREAM.to_be_bytes()).await?;
                    }
                    Reaction::Close => return stream.shutdown().await,
                }
            }
            _ => {}
        }
    }
}

async fn write(
    stream: &mut TlsStream<TcpStream>,
    kind: u8,
    flags: u8,
    id: u32,
    payload: &[u8],
) -> std::io::Result<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let frame = [&length[1..], &[kind, flags], &id.to_be_bytes(), payload].concat();
    stream.write_all(&frame).await?;
    stream.flush().await
}

#[tokio::test]
async fn requests_that_a_closing_connection_did_not_process_are_sent_again() {
    // The first connection answers stream 1, and of the next five, which come together, only stream 3.
    let server = Server::start(|connection, stream| match (connection, stream) {
        (0, 3..=9) => Reaction::Wait,
        (0, 11) => Reaction::AnswerAndGoAway(3),
        _ => Reaction::Answer,
    })
    .await;
    assert_eq!(server.send().await.unwrap().status, 200);
    let five = tokio::join!(server.send(), server.send(), server.send(), server.send(), server.send());
    for answer in <[_; 5]>::from(five) {
        assert_eq!(answer.unwrap().status, 200);
    }
    let again = server.seen().iter().filter(|(connection, _)| *connection > 0).count();
    assert_eq!(again, 4, "the processed one is not sent again: {:?}", server.seen());
}

#[tokio::test]
async fn the_first_request_of_a_connection_is_sent_again_too() {
    let server = Server::start(|connection, _| match connection {
        0 => Reaction::GoAway(0, 0),
        _ => Reaction::Answer,
    })
    .await;
    assert_eq!(server.send().await.unwrap().status, 200);
    assert_eq!(server.seen(), [(0, 1), (1, 1)]);
}

#[tokio::test]
async fn a_refused_stream_is_sent_again() {
    let server = Server::start(|_, stream| match stream {
        1 => Reaction::Refuse,
        _ => Reaction::Answer,
    })
    .await;
    assert_eq!(server.send().await.unwrap().status, 200);
    assert_eq!(server.seen(), [(0, 1), (0, 3)]);
}

#[tokio::test]
async fn a_client_that_sends_once_repeats_nothing() {
    let server = Server::start(|_, _| Reaction::GoAway(0, 0)).await;
    let url = format!("https://localhost:{}/hook", server.address.port());
    let once = server.egress.sending_once().send(OutboundRequest::post(url, "{}")).await;
    assert_eq!(once.unwrap_err().cause, Cause::Reset);
    assert_eq!(server.seen(), [(0, 1)]);
}

#[tokio::test]
async fn a_request_that_may_have_been_processed_is_not_sent_again() {
    let reactions = [Reaction::Close, Reaction::GoAway(0, INTERNAL_ERROR)];
    for reaction in reactions {
        let server = Server::start(move |_, _| reaction).await;
        assert_eq!(server.send().await.unwrap_err().cause, Cause::Reset);
        assert_eq!(server.seen(), [(0, 1)]);
    }
}

#[tokio::test]
async fn a_server_that_never_processes_a_request_is_given_up() {
    let server = Server::start(|_, _| Reaction::GoAway(0, 0)).await;
    assert_eq!(server.send().await.unwrap_err().cause, Cause::Reset);
    assert_eq!(server.seen().len(), 17);
}
