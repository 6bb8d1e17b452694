//! The byte stream of a connection.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::Connection;

/// Writes up to this size do not count as progress, because an idle HTTP/2 connection still sends pings.
const CONTROL_BYTES: usize = 64;

/// Closing a socket with unread bytes resets the connection, and the client may lose the response that told it to stop. So a closed
/// connection reads on for a while.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// A TCP stream that records whether its client reads, and that the port can cut.
#[derive(Debug)]
pub struct Io {
    stream: TcpStream,
    connection: Connection,
    lingering: Option<Lingering>,
}

/// A connection on which everything has been sent.
#[derive(Debug)]
struct Lingering {
    end: Pin<Box<Sleep>>,
    discarded: usize,
}

impl Io {
    pub(super) fn new(stream: TcpStream, connection: Connection) -> Self {
        Self { stream, connection, lingering: None }
    }

    fn check(&self, context: &Context<'_>) -> io::Result<()> {
        if self.connection.is_cut(context.waker()) {
            return Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the connection was closed by a limit",
            ));
        }
        Ok(())
    }

    fn written(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.connection.update(|activity, now| match written {
            Poll::Pending => {
                activity.blocked.get_or_insert(now);
            }
            Poll::Ready(Ok(bytes)) => {
                activity.blocked = None;
                if bytes > CONTROL_BYTES {
                    activity.progress = now;
                }
            }
            Poll::Ready(Err(_)) => {}
        });
        written
    }
}

impl Lingering {
    fn begin() -> Self {
        Self { end: Box::pin(sleep(LINGER)), discarded: 0 }
    }

    /// Ready when the client has closed the connection as well, or a limit is reached.
    fn poll_discard(&mut self, stream: &mut TcpStream, context: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 16 * 1024];
        while self.discarded < LINGER_BYTES {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
                Poll::Pending => return self.end.as_mut().poll(context),
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.discarded += buffer.filled().len(),
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        self.connection.release();
    }
}

impl AsyncRead for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context)?;
        let Self { stream, lingering, .. } = &mut *self;
        if lingering.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
        }
        let lingering = lingering.get_or_insert_with(Lingering::begin);
        lingering.poll_discard(stream, context).map(Ok)
    }
}
