//! The ways out.

use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::fs;
use uuid::Uuid;

use super::config::{MailConfig, SmtpConfig, SmtpTls, TransportConfig};
use crate::domain::mail::WaitingMail;

/// For a whole conversation with a mail server, so that one that hangs does not hold up the lease.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) enum Transport {
    Log,
    File(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Transport {
    /// # Errors
    /// When the host can be no server's name, or the machine's certificates cannot be read.
    pub(crate) fn new(config: &MailConfig) -> anyhow::Result<Self> {
        Ok(match &config.transport {
            TransportConfig::Log => Self::Log,
            TransportConfig::File(folder) => Self::File(folder.clone()),
            TransportConfig::Smtp(smtp) => Self::Smtp(connector(smtp, config.sender.email.domain())?),
        })
    }

    /// Hands a mail over; done when it is accepted.
    ///
    /// # Errors
    /// What went wrong, in the words of the mail server or the file system.
    pub(super) async fn send(&self, mail: &WaitingMail, letter: Message) -> Result<(), String> {
        match self {
            Self::Log => {
                tracing::info!(recipient = mail.recipient, subject = mail.subject, body = mail.body, "mail");
                Ok(())
            }
            Self::File(folder) => {
                file(folder, mail.id, &letter.formatted()).await.map_err(|error| error.to_string())
            }
            Self::Smtp(server) => match tokio::time::timeout(PATIENCE, server.send(letter)).await {
                Ok(answer) => answer.map(drop).map_err(|error| error.to_string()),
                Err(_) => Err(format!("the mail server took longer than {} s", PATIENCE.as_secs())),
            },
        }
    }
}

fn connector(smtp: &SmtpConfig, own_name: &str) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let tls = match smtp.tls {
        SmtpTls::None => Tls::None,
        SmtpTls::StartTls => Tls::Required(TlsParameters::new(smtp.host.clone())?),
        SmtpTls::Tls => Tls::Wrapper(TlsParameters::new(smtp.host.clone())?),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .hello_name(ClientId::Domain(own_name.to_owned()))
        .timeout(Some(PATIENCE));
    Ok(match &smtp.credentials {
        Some((user, password)) => {
            builder.credentials(Credentials::new(user.clone(), password.expose().to_owned())).build()
        }
        None => builder.build(),
    })
}

/// Whoever reads the folder sees whole mails only.
async fn file(folder: &PathBuf, id: Uuid, text: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder).await?;
    let unfinished = folder.join(format!(".{id}"));
    fs::write(&unfinished, text).await?;
    fs::rename(unfinished, folder.join(format!("{id}.eml"))).await
}
