//! Accepts the TCP connections of a port and bounds them: how many there are, in all and from one address, and
//! how long each may stay open without a request, without an answer being read, or unused.
//!
//! All ports of a process share this: the REST API, gRPC and the admin port. A [`Port`] accepts and counts. It
//! hands each connection to a function that speaks the protocol on an [`Io`] and has the requests counted by
//! [`RequestsLayer`]. From both the port knows what a connection is doing, whatever the protocol is.
//!
//! A full port closes the connection that has been idle the longest to make room for the new one. To wait
//! instead, as a backlog does, would let connections that do nothing keep everybody else out; to refuse the new
//! one would do the same. Only when every connection has a request in progress is the new one refused.

mod activity;
mod connection;
mod http;
mod io;
mod limits;
mod metrics;
mod open;
mod port;
mod requests;

pub use connection::Connection;
pub use http::serve_http;
pub use io::Io;
pub use limits::{Defaults, Limits};
pub use open::client_network;
pub use port::Port;
pub use requests::{Download, Requests, RequestsLayer, Upload};
