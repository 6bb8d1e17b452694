//! The only HTTP client for URLs that others choose.
//!
//! The maker of an app decides where Patchbay sends requests. Every such request goes through one [`Egress`],
//! which
//!
//! - resolves the host itself and refuses the request if **any** address is not public; it then connects only
//!   to the checked addresses, so a second DNS response cannot redirect the request;
//! - accepts `http` and `https` URLs without user and password, follows no redirects, and uses only the
//!   configured proxy;
//! - bounds everything: connecting, waiting for the headers, reading the body, the whole exchange, and the
//!   stored part of the body;
//! - pools connections (HTTP/1.1 and HTTP/2), within limits;
//! - asks for uncompressed responses, and decodes those that are compressed anyway, within the same bounds;
//! - never connects to a port of its own process, if [`EgressBuilder::own_ports`] names them.
//!
//! Exceptions for internal hosts and networks are listed in [`EgressPolicy`]; their first use is logged.
//!
//! ```no_run
//! use patchbay_egress::{Egress, EgressPolicy, OutboundRequest, Timeouts};
//! use std::time::Duration;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = EgressPolicy { allow: vec!["jira.corp.example".parse()?, "10.20.0.0/16".parse()?], ..Default::default() };
//! let egress = Egress::new(policy)?;
//!
//! let request = OutboundRequest::post("https://app.example/webhook", r#"{"action":"created"}"#)
//!     .header("Content-Type", "application/json")
//!     .timeouts(Timeouts::within(Duration::from_secs(5)));
//! match egress.send(request).await {
//!     Ok(response) if response.is_success() => {}
//!     Ok(response) => println!("answered {}", response.status),
//!     Err(error) => println!("{} after {:?}: {}", error.cause.code(), error.elapsed, error.message),
//! }
//! # Ok(())
//! # }
//! ```

mod address;
mod classify;
mod client;
mod connections;
mod decode;
mod direct;
mod error;
mod guard;
mod policy;
mod repeat;
mod request;
mod resolver;
mod response;
mod target;
mod tls;

pub use client::{Address, BuildError, Egress, EgressBuilder};
pub use connections::Connections;
pub use error::{Cause, EgressError, Phase, TlsFailure};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method};
pub use policy::{AllowRule, AllowRuleError, EgressPolicy};
pub use request::{OutboundRequest, PreparedRequest, Timeouts, header_is_reserved, header_value};
pub use response::OutboundResponse;
