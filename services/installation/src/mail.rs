//! Mail to people: written in the transaction of the change it tells of, handed over later by one of the replicas.
//!
//! A mail stays in its table until a server has accepted it, so a crash or a mail server that is away delays it. It is
//! repeated only when the process ends between the acceptance and the note of it; its `Message-ID` is the same then.

pub(crate) mod config;
mod letter;
mod post;
mod postman;
mod transport;

pub use config::{MailConfig, SmtpConfig, SmtpTls, TransportConfig};
pub(crate) use post::Post;
pub(crate) use postman::Postman;
pub(crate) use transport::Transport;
