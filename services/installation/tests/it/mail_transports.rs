//! Mail transports: encryption and authentication with a mail server, and the folder.

use std::path::Path;

use patchbay_domain::Caller;
use patchbay_proto::installation::DisableAppRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_rpc::{Channel, request_as};
use patchbay_testkit::eventually;

use crate::service::{SOON, Service, each, public};
use crate::smtp_server::{Manners, SmtpServer, Tls};

const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/mail_authority.pem");
const LOGIN: (&str, &str) = ("jane", "correct horse battery staple");

type Given = (&'static str, String);

/// How the service finds this server.
fn smtp(server: &SmtpServer, tls: &str, more: &[(&'static str, &str)]) -> Vec<Given> {
    let mut settings = vec![
        ("MAIL_TRANSPORT", "smtp".to_owned()),
        ("SMTP_HOST", "localhost".to_owned()),
        ("SMTP_PORT", server.address().port().to_string()),
        ("SMTP_TLS", tls.to_owned()),
    ];
    settings.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    settings
}

fn signed_in_as<'a>((user, password): (&'a str, &'a str)) -> [(&'static str, &'a str); 3] {
    [("SMTP_AUTHORITY", AUTHORITY), ("SMTP_USER", user), ("SMTP_PASSWORD", password)]
}

/// Starts the service anew with these settings, and makes it write a mail to an owner of Acme.
async fn write_to_an_owner(service: &Service, settings: &[Given]) -> Channel {
    service.owner("olga@acme.example").await;
    let app = service.app(public("Hooks")).await;
    let channel = service.restarted_with(settings).await.unwrap();
    let message =
        DisableAppRequest { app: app.slug, reason: "It is broken.".into(), event_id: String::new() };
    let mut apps = AppRegistryClient::new(channel.clone());
    apps.disable_app(request_as(&Caller::Operator, message)).await.unwrap();
    channel
}

/// Why the mail was not handed over.
async fn problem(service: &Service) -> String {
    eventually(SOON, "a try has failed", async || {
        let query = service.db.query("select last_problem from mails where attempts = 1");
        query.fetch_scalars::<String>().await.unwrap().pop()
    })
    .await
}

/// Nothing but what has to be said before a conversation is protected.
#[track_caller]
fn assert_nothing_told_in_clear(server: &SmtpServer) {
    let heard = server.in_clear();
    let is_harmless = |line: &String| ["EHLO patchbay.example", "STARTTLS", "QUIT"].contains(&line.as_str());
    assert!(heard.iter().all(is_harmless), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_sent_encrypted_and_authenticated() {
    for (name, tls) in [("starttls", Tls::Start), ("tls", Tls::AtOnce)] {
        each(|service| async move {
            let server = SmtpServer::with(Manners { tls, login: Some(LOGIN) }).await;
            let mut settings = smtp(&server, name, &signed_in_as(LOGIN));
            settings.push(("MAIL_SENDER", "patchbay@patchbay.example".to_owned()));
            write_to_an_owner(&service, &settings).await;
            let letter = server.letters(1).await.remove(0);
            assert_eq!((letter.encrypted, letter.signed_in), (true, true));
            assert_eq!(letter.recipient, "olga@acme.example");
            assert!(letter.body().contains("It is broken."), "{}", letter.body());
            assert_nothing_told_in_clear(&server);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_an_untrusted_certificate_gets_no_mail() {
    for (name, tls) in [("starttls", Tls::Start), ("tls", Tls::AtOnce)] {
        each(|service| async move {
            let server = SmtpServer::with(Manners { tls, login: Some(LOGIN) }).await;
            let mut settings = smtp(&server, name, &signed_in_as(LOGIN)[1..]);
            settings.push(("MAIL_SENDER", "patchbay@patchbay.example".to_owned()));
            write_to_an_owner(&service, &settings).await;
            let problem = problem(&service).await;
            assert!(problem.to_ascii_lowercase().contains("certificate"), "{problem}");
            assert_nothing_told_in_clear(&server);
            server.letters(0).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    each(|service| async move {
        let server = SmtpServer::with(Manners { tls: Tls::No, login: Some(LOGIN) }).await;
        let mut settings = smtp(&server, "starttls", &signed_in_as(LOGIN));
        settings.push(("MAIL_SENDER", "patchbay@patchbay.example".to_owned()));
        write_to_an_owner(&service, &settings).await;
        problem(&service).await;
        assert_nothing_told_in_clear(&server);
        server.letters(0).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_logged_without_the_password() {
    each(|service| async move {
        let server = SmtpServer::with(Manners { tls: Tls::Start, login: Some(LOGIN) }).await;
        let settings = smtp(&server, "starttls", &signed_in_as(("jane", "a wrong password")));
        write_to_an_owner(&service, &settings).await;
        let problem = problem(&service).await;
        assert!(problem.contains("535") || problem.contains("invalid"), "{problem}");
        assert!(!problem.contains("a wrong password"), "{problem}");
        server.letters(0).await;
    })
    .await;
}

#[tokio::test]
async fn an_invalid_authority_is_refused_at_startup() {
    each(|service| async move {
        const NO_CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (file, words) in [("/nowhere.pem", "cannot read"), (NO_CERTIFICATE, "no certificate")] {
            let settings = smtp(&service.mail, "starttls", &[("SMTP_AUTHORITY", file)]);
            let refusal = service.restarted_with(&settings).await.unwrap_err().to_string();
            assert!(refusal.contains("PATCHBAY_SMTP_AUTHORITY") && refusal.contains(words), "{refusal}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_folder_gets_a_file_for_each_mail() {
    each(|service| async move {
        let folder = tempfile::tempdir().unwrap();
        // It is made when the first mail comes.
        let mails = folder.path().join("outgoing/mail");
        let settings = [
            ("MAIL_TRANSPORT", "file".to_owned()),
            ("MAIL_FOLDER", mails.display().to_string()),
            ("MAIL_SENDER", "Patchbay <patchbay@patchbay.example>".to_owned()),
        ];
        write_to_an_owner(&service, &settings).await;
        eventually(SOON, "the mail left the table", async || {
            let waiting: i64 = service.db.query("select count(*) from mails").fetch_scalar().await.unwrap();
            (waiting == 0).then_some(())
        })
        .await;
        let files = files(&mails);
        assert_eq!(files.len(), 1, "whole mails and nothing else: {files:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&mails), 0o700);
            assert_eq!(mode(&mails.join(&files[0].0)), 0o600);
        }
        let (name, text) = &files[0];
        assert!(name.ends_with(".eml"), "{name}");
        assert!(text.contains("To: olga@acme.example\r\n"), "{text}");
        assert!(text.contains("From: Patchbay <patchbay@patchbay.example>\r\n"), "{text}");
        assert!(text.contains(&format!("Message-ID: <{}@", name.trim_end_matches(".eml"))), "{text}");
    })
    .await;
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: std::fs::DirEntry| {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        (entry.file_name().into_string().unwrap(), text)
    };
    entries.map(read).collect()
}
