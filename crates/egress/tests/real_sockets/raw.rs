//! Servers with behaviour that no HTTP library has.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Accepts one connection, passes it to `conduct` and returns its result.
pub(crate) async fn serve_one<T, F>(
    conduct: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, JoinHandle<T>)
where
    T: Send + 'static,
    F: Future<Output = T> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        conduct(stream).await
    });
    (address, served)
}

/// Reads up to the blank line after the headers.
pub(crate) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Reads the headers of a request, sends these bytes and closes the connection.
pub(crate) async fn answer(mut stream: TcpStream, bytes: &[u8]) -> String {
    let head = read_head(&mut stream).await;
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    head
}
