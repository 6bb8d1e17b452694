use std::path::PathBuf;

use lettre::message::Mailbox;
use patchbay_domain::SecretString;
use patchbay_runtime::{Setting, Settings};

/// Settings of outgoing mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// How mail is sent.
    pub transport: TransportConfig,
    /// The `From` address.
    pub sender: Mailbox,
    /// Recipients of requests to publish an app.
    pub reviewers: Vec<String>,
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub enum TransportConfig {
    /// Written to the log of the process.
    Log,
    /// Written to this folder, one file for each mail.
    File(PathBuf),
    /// Sent to a mail server.
    Smtp(SmtpConfig),
}

/// Connection to a mail server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Name or address of the server.
    pub host: String,
    /// Port of the server.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// PEM file of a certificate authority that is trusted beside those of the machine.
    pub authority: Option<PathBuf>,
    /// User and password, if the server requires them.
    pub credentials: Option<(String, SecretString)>,
}

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`; sending fails if the server does not offer it.
    StartTls,
    /// No encryption.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Log,
    File,
    Smtp,
}

impl MailConfig {
    pub(crate) fn read(settings: &Settings) -> Self {
        let settings = settings.section("Mail");
        let kind: Kind = settings.get(
            "MAIL_TRANSPORT",
            "log",
            "How mail is sent: `log` writes it to the log, `file` to a folder of `.eml` files, `smtp` sends it to a mail server.",
        );
        let folder =
            settings.get("MAIL_FOLDER", ".patchbay/mail", "Folder for mail if the transport is `file`.");
        let smtp = smtp(&settings, kind == Kind::Smtp);
        let sender: String = settings.get(
            "MAIL_SENDER",
            "Patchbay <patchbay@localhost>",
            "Sender of mail: an address, or a name followed by an address in angle brackets.",
        );
        let reviewers: Vec<String> = settings.get(
            "MAIL_REVIEWERS",
            "",
            "E-mail addresses of the reviewers, who receive each request to publish an app; separated by commas.",
        );
        for reviewer in reviewers.iter().filter(|reviewer| reviewer.parse::<Mailbox>().is_err()) {
            settings.problem(format!("PATCHBAY_MAIL_REVIEWERS: {reviewer:?} is not an e-mail address."));
        }
        Self {
            transport: match kind {
                Kind::Log => TransportConfig::Log,
                Kind::File => TransportConfig::File(folder),
                Kind::Smtp => TransportConfig::Smtp(smtp),
            },
            sender: sender.parse().unwrap_or_else(|_| {
                settings.problem(format!("PATCHBAY_MAIL_SENDER: {sender:?} is not an e-mail address."));
                Mailbox::new(
                    None,
                    lettre::Address::new("patchbay", "localhost").expect("the fallback address is valid"),
                )
            }),
            reviewers,
        }
    }
}

fn smtp(settings: &Settings, used: bool) -> SmtpConfig {
    let host: Option<String> =
        settings.optional("SMTP_HOST", "Host name of the mail server; required if the transport is `smtp`.");
    let port: Option<u16> = settings.optional(
        "SMTP_PORT",
        "Port of the mail server; by default 465 for `tls`, 587 for `starttls`, 25 for `none`.",
    );
    let tls: SmtpTls =
        settings.get("SMTP_TLS", "starttls", "Encryption of the connection to the mail server.");
    let authority: Option<PathBuf> = settings.optional(
        "SMTP_AUTHORITY",
        "PEM file of a certificate authority for the mail server's certificate, trusted beside those of the machine.",
    );
    let user: Option<String> =
        settings.optional("SMTP_USER", "User name for the mail server, if it requires authentication.");
    let password = settings.secret("SMTP_PASSWORD", "Password for the mail server.");
    if used && host.is_none() {
        settings.problem("PATCHBAY_MAIL_TRANSPORT is smtp, which needs PATCHBAY_SMTP_HOST.");
    }
    if user.is_some() != password.is_some() {
        settings.problem("PATCHBAY_SMTP_USER and PATCHBAY_SMTP_PASSWORD belong together.");
    }
    if password.is_some() && tls == SmtpTls::None {
        settings.problem(
            "PATCHBAY_SMTP_PASSWORD would be sent in the clear: PATCHBAY_SMTP_TLS must not be none.",
        );
    }
    SmtpConfig {
        host: host.unwrap_or_default(),
        port: port.unwrap_or(match tls {
            SmtpTls::Tls => 465,
            SmtpTls::StartTls => 587,
            SmtpTls::None => 25,
        }),
        tls,
        authority,
        credentials: user.zip(password),
    }
}

impl Setting for Kind {
    fn kind() -> String {
        "`log`, `file` or `smtp`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "log" => Ok(Self::Log),
            "file" => Ok(Self::File),
            "smtp" => Ok(Self::Smtp),
            _ => Err("not log, file or smtp".to_owned()),
        }
    }
}

impl Setting for SmtpTls {
    fn kind() -> String {
        "`tls`, `starttls` or `none`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "tls" => Ok(Self::Tls),
            "starttls" => Ok(Self::StartTls),
            "none" => Ok(Self::None),
            _ => Err("not tls, starttls or none".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(pairs: &[(&str, &str)]) -> Vec<String> {
        let settings = Settings::from_pairs(pairs.iter().copied());
        MailConfig::read(&settings);
        settings.finish().map_or_else(|error| error.problems().to_vec(), |()| Vec::new())
    }

    #[test]
    fn all_settings_are_optional_and_mail_goes_to_the_log() {
        let settings = Settings::from_pairs([("", ""); 0]);
        assert!(matches!(MailConfig::read(&settings).transport, TransportConfig::Log));
        settings.finish().unwrap();
    }

    #[test]
    fn the_default_port_follows_the_encryption() {
        for (tls, port) in [("tls", 465), ("starttls", 587), ("none", 25)] {
            let settings = Settings::from_pairs([
                ("MAIL_TRANSPORT", "smtp"),
                ("SMTP_HOST", "mail.example.com"),
                ("SMTP_TLS", tls),
            ]);
            let TransportConfig::Smtp(smtp) = MailConfig::read(&settings).transport else { panic!("smtp") };
            assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example.com", port));
            settings.finish().unwrap();
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_at_startup() {
        for pairs in [
            &[("MAIL_TRANSPORT", "smtp")][..],
            &[("MAIL_TRANSPORT", "pigeon")],
            &[("SMTP_USER", "jane")],
            &[("SMTP_USER", "jane"), ("SMTP_PASSWORD", "x"), ("SMTP_TLS", "none")],
            &[("MAIL_SENDER", "no-address")],
            &[("MAIL_REVIEWERS", "jane@example.com, joe")],
        ] {
            assert_eq!(problems(pairs).len(), 1, "{pairs:?}");
        }
    }
}
