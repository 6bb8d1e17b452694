//! Mail to people.
//!
//! A mail is written in the transaction of the change it reports, and one replica sends it later. It stays in its
//! table until a mail server has accepted it, so a crash or a mail server that is down only delays it. It is sent
//! twice only if the process ends between the server's acceptance and the deletion of the row; both copies have the
//! same `Message-ID`.

pub(crate) mod config;
mod message;
mod outbox;
mod transport;
mod worker;

pub use config::{MailConfig, SmtpConfig, SmtpTls, TransportConfig};
pub(crate) use outbox::MailOutbox;
pub(crate) use transport::Transport;
pub(crate) use worker::MailWorker;
