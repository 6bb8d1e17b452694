//! Clients that connect and then stall, to test that a server closes their connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
/// Sets the initial window of streams to 0.
const CLOSED_WINDOW: &[u8] = &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];

/// The bytes that a client sends before it stalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silent {
    /// No byte.
    Nothing,
    /// The first byte of HTTP/2, or of a method.
    OneByte,
    /// The first half of HTTP/2's preface.
    HalfPreface,
    /// The preface and settings of HTTP/2, without a request.
    Settings,
    /// A request without its last line.
    HalfHead,
    /// An HTTP/1.1 request, whose response it reads.
    Http1Request,
    /// An HTTP/1.1 request, whose response it reads, and the next one without its last line.
    HalfSecondHead,
    /// An HTTP/2 request, whose response it reads.
    Http2Request,
    /// An HTTP/2 request with no flow-control window for the response.
    ClosedWindow,
    /// Endless HTTP/1.1 requests, whose responses it does not read.
    NeverReading,
}

impl Silent {
    /// For a port that speaks HTTP/1.1 and HTTP/2.
    pub const HTTP: [Self; 10] = [
        Self::Nothing,
        Self::OneByte,
        Self::HalfPreface,
        Self::Settings,
        Self::HalfHead,
        Self::Http1Request,
        Self::HalfSecondHead,
        Self::Http2Request,
        Self::ClosedWindow,
        Self::NeverReading,
    ];

    /// For a port that speaks HTTP/2 only.
    pub const HTTP2: [Self; 6] = [
        Self::Nothing,
        Self::OneByte,
        Self::HalfPreface,
        Self::Settings,
        Self::Http2Request,
        Self::ClosedWindow,
    ];

    /// Connects, sends its bytes and returns when the server has closed the connection. Requests are for `path`: GET, or a
    /// call of a gRPC method with an empty message.
    ///
    /// # Errors
    /// The connection is refused.
    pub async fn until_closed(self, server: SocketAddr, path: &str) -> io::Result<()> {
        let mut stream = connect_from(Ipv4Addr::LOCALHOST, server).await?;
        let http1 = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        let first = match self {
            Self::Nothing => Vec::new(),
            Self::OneByte => b"P".to_vec(),
            Self::HalfPreface => PREFACE[..12].to_vec(),
            Self::Settings => [PREFACE, SETTINGS].concat(),
            Self::HalfHead => http1.as_bytes()[..http1.len() - 2].to_vec(),
            Self::Http1Request => http1.into_bytes(),
            Self::HalfSecondHead => [http1.as_bytes(), &http1.as_bytes()[..http1.len() - 2]].concat(),
            Self::Http2Request => [PREFACE, SETTINGS, &http2_request(path)].concat(),
            Self::ClosedWindow => [PREFACE, CLOSED_WINDOW, &http2_request(path)].concat(),
            Self::NeverReading => {
                let requests = http1.repeat(100);
                // The task ends with the connection.
                while stream.write_all(requests.as_bytes()).await.is_ok() {}
                return Ok(());
            }
        };
        stream.write_all(&first).await?;
        let mut answer = [0; 4096];
        while stream.read(&mut answer).await.is_ok_and(|bytes| bytes > 0) {}
        Ok(())
    }
}

/// Connects from another loopback address.
///
/// # Errors
/// The connection is refused.
pub async fn connect_from(client: Ipv4Addr, server: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.bind(SocketAddr::from((client, 0)))?;
    socket.connect(server).await
}

/// One request as HTTP/2 frames.
fn http2_request(path: &str) -> Vec<u8> {
    let is_grpc = path.starts_with("/grpc.");
    // HPACK: `:method`, `:scheme http`, then names of the static table with literal values.
    let mut headers = vec![if is_grpc { 0x83 } else { 0x82 }, 0x86];
    let mut field = |name: &[u8], value: &str| {
        headers.extend_from_slice(name);
        headers.push(u8::try_from(value.len()).expect("a short value"));
        headers.extend_from_slice(value.as_bytes());
    };
    field(&[4], path);
    field(&[1], "a");
    if is_grpc {
        field(&[0x0f, 0x10], "application/grpc");
        field(&[0, 2, b't', b'e'], "trailers");
    }
    let length = u8::try_from(headers.len()).expect("short headers");
    let (end_headers, end_stream) = (4, 1);
    let flags = if is_grpc { end_headers } else { end_headers | end_stream };
    let mut frames = vec![0, 0, length, 1, flags, 0, 0, 0, 1];
    frames.extend(headers);
    if is_grpc {
        let empty_message = [0; 5];
        frames.extend([0, 0, 5, 0, end_stream, 0, 0, 0, 1]);
        frames.extend(empty_message);
    }
    frames
}
