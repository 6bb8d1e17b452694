use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::fs;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::config::{MailConfig, SmtpConfig, SmtpTls, TransportConfig};
use crate::domain::mail::WaitingMail;

/// Bounds a whole conversation with a mail server, so that a hanging server cannot outlast the lease.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) enum Transport {
    Log,
    File(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Transport {
    /// # Errors
    /// The host is not a valid server name, or the certificate of the authority cannot be read.
    pub(crate) fn new(config: &MailConfig) -> anyhow::Result<Self> {
        Ok(match &config.transport {
            TransportConfig::Log => Self::Log,
            TransportConfig::File(folder) => Self::File(folder.clone()),
            TransportConfig::Smtp(smtp) => Self::Smtp(connector(smtp, config.sender.email.domain())?),
        })
    }

    /// Returns once the mail is accepted. The error is the message of the mail server or the file system.
    pub(super) async fn send(&self, mail: &WaitingMail, message: Message) -> Result<(), String> {
        match self {
            Self::Log => {
                tracing::info!(recipient = mail.recipient, subject = mail.subject, body = mail.body, "mail");
                Ok(())
            }
            Self::File(folder) => {
                write_file(folder, mail.id, &message.formatted()).await.map_err(|error| error.to_string())
            }
            Self::Smtp(server) => match tokio::time::timeout(SEND_TIMEOUT, server.send(message)).await {
                Ok(answer) => answer.map(drop).map_err(|error| error.to_string()),
                Err(_) => Err(format!("the mail server took longer than {} s", SEND_TIMEOUT.as_secs())),
            },
        }
    }
}

fn connector(smtp: &SmtpConfig, own_name: &str) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let tls = match smtp.tls {
        SmtpTls::None => Tls::None,
        SmtpTls::StartTls => Tls::Required(tls_parameters(smtp)?),
        SmtpTls::Tls => Tls::Wrapper(tls_parameters(smtp)?),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .hello_name(ClientId::Domain(own_name.to_owned()))
        .timeout(Some(SEND_TIMEOUT));
    Ok(match &smtp.credentials {
        Some((user, password)) => {
            builder.credentials(Credentials::new(user.clone(), password.expose().to_owned())).build()
        }
        None => builder.build(),
    })
}

/// TLS parameters that trust the configured authority beside those of the machine.
fn tls_parameters(smtp: &SmtpConfig) -> anyhow::Result<TlsParameters> {
    let mut tls = TlsParameters::builder(smtp.host.clone());
    if let Some(file) = &smtp.authority {
        let name = file.display();
        let pem =
            std::fs::read(file).with_context(|| format!("PATCHBAY_SMTP_AUTHORITY: cannot read {name}"))?;
        let is_certificate = CertificateDer::pem_slice_iter(&pem).next().is_some_and(|first| first.is_ok());
        ensure!(is_certificate, "PATCHBAY_SMTP_AUTHORITY: {name} holds no certificate in PEM");
        tls = tls.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    Ok(tls.build()?)
}

/// Writes the mail under a temporary name first: readers of the folder see complete mails only.
async fn write_file(folder: &PathBuf, id: Uuid, text: &[u8]) -> std::io::Result<()> {
    let (mut builder, mut options) = (fs::DirBuilder::new(), fs::OpenOptions::new());
    builder.recursive(true);
    options.create(true).truncate(true).write(true);
    // Mails have addresses of people and links for them.
    #[cfg(unix)]
    {
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.create(folder).await?;
    let unfinished = folder.join(format!(".{id}"));
    let mut file = options.open(&unfinished).await?;
    file.write_all(text).await?;
    file.flush().await?;
    fs::rename(unfinished, folder.join(format!("{id}.eml"))).await
}
