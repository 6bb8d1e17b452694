//! Accepts the TCP connections of a port and limits them: their number, in total and for each client address, and the time that each
//! may stay open without a request, with an unread response, or idle.
//!
//! The REST API, gRPC and the admin port use this module. A [`Port`] accepts and counts connections. It passes each one to a function
//! that runs the protocol on an [`Io`] and counts its requests with a [`RequestsLayer`]. From both the port learns the
//! activity of a connection, independently of the protocol.
//!
//! A full port closes the connection that has been idle the longest to admit the new one. If the new connection waited or was refused
//! instead, idle connections could lock out all other clients. The new connection is refused only if every connection has a
//! request in progress.

mod activity;
mod connection;
mod http;
mod io;
mod limits;
mod metrics;
mod open;
mod own_ports;
mod port;
mod requests;
mod unread;

pub use connection::Connection;
pub use http::serve_http;
pub use io::Io;
pub use limits::{Defaults, Limits};
pub use metrics::register_metrics;
pub use open::client_network;
pub use own_ports::is_own_port;
pub use port::Port;
pub use requests::{Download, Requests, RequestsLayer, Upload};
