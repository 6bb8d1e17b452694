use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use patchbay_testkit::eventually;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::service::SOON;

/// A mail server: it speaks as much SMTP as a client needs to hand over a mail, and answers as the test wants.
#[derive(Clone)]
pub(crate) struct SmtpServer(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    manners: Manners,
    in_clear: Mutex<Vec<String>>,
    script: Mutex<VecDeque<Reply>>,
    accepted: Mutex<Vec<Letter>>,
    tries: Mutex<usize>,
}

/// The requirements of a mail server.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manners {
    pub(crate) tls: Tls,
    /// User and password.
    pub(crate) login: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tls {
    #[default]
    No,
    /// From the first byte.
    AtOnce,
    /// After `STARTTLS`, without which no mail is taken.
    Start,
}

/// A connection, encrypted or not.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

type Conversation = BufStream<Box<dyn Wire>>;

/// The server's reply to a mail. Without a script it accepts.
#[derive(Clone, Copy)]
pub(crate) enum Reply {
    /// An SMTP status other than 250.
    Refuse(u16),
    /// Closes the connection when the whole mail has come, without a word.
    HangUp,
}

/// A mail that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) recipient: String,
    pub(crate) text: String,
    /// Whether it came over TLS.
    pub(crate) encrypted: bool,
    /// Whether the client had authenticated.
    pub(crate) signed_in: bool,
}

impl Letter {
    pub(crate) fn header(&self, name: &str) -> &str {
        let line = self.text.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("there is no {name} in {}", self.text))
    }

    /// The text that people read.
    pub(crate) fn body(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").unwrap().1;
        body.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")
    }
}

impl SmtpServer {
    pub(crate) async fn start() -> Self {
        Self::with(Manners::default()).await
    }

    pub(crate) async fn with(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self(Arc::new(Inner {
            address: listener.local_addr().unwrap(),
            manners,
            in_clear: Mutex::default(),
            script: Mutex::default(),
            accepted: Mutex::default(),
            tries: Mutex::default(),
        }));
        let serving = Arc::downgrade(&server.0);
        tokio::spawn(async move {
            while let (Ok((stream, _)), Some(server)) = (listener.accept().await, serving.upgrade()) {
                tokio::spawn(async move { Self(server).converse(stream).await });
            }
        });
        server
    }

    /// The lines that came without protection.
    pub(crate) fn in_clear(&self) -> Vec<String> {
        self.0.in_clear.lock().unwrap().clone()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// How the next mails are answered.
    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.0.script.lock().unwrap().extend(replies);
    }

    /// Waits for this number of accepted mails and returns them; fails if there are more.
    pub(crate) async fn letters(&self, count: usize) -> Vec<Letter> {
        let letters = eventually(SOON, "the mail has come", async || {
            Some(self.0.accepted.lock().unwrap().clone()).filter(|letters| letters.len() >= count)
        });
        let letters = letters.await;
        assert_eq!(letters.len(), count, "{letters:?}");
        letters
    }

    /// Waits for this number of attempts to send a mail.
    pub(crate) async fn tried(&self, times: usize) {
        eventually(SOON, "the mail was tried", async || {
            (*self.0.tries.lock().unwrap() >= times).then_some(())
        })
        .await;
    }

    async fn converse(self, stream: TcpStream) -> Option<()> {
        let Manners { tls, login } = self.0.manners;
        let mut wire: Box<dyn Wire> = Box::new(stream);
        let mut encrypted = tls == Tls::AtOnce;
        if encrypted {
            wire = protect(wire).await?;
        }
        let mut conversation = BufStream::new(wire);
        say(&mut conversation, "220 mail.example ESMTP").await?;
        let (mut recipient, mut signed_in) = (String::new(), false);
        while let Some(line) = hear(&mut conversation).await {
            if !encrypted {
                self.0.in_clear.lock().unwrap().push(line.clone());
            }
            let command = line.to_ascii_uppercase();
            let is_hello = command.starts_with("EHLO") || command == "QUIT";
            let answer = if command.starts_with("EHLO") && tls == Tls::Start && !encrypted {
                "250-mail.example\r\n250 STARTTLS".to_owned()
            } else if command.starts_with("EHLO") && login.is_some() {
                "250-mail.example\r\n250 AUTH PLAIN".to_owned()
            } else if command == "STARTTLS" && tls == Tls::Start {
                say(&mut conversation, "220 go on").await?;
                conversation = BufStream::new(protect(conversation.into_inner()).await?);
                encrypted = true;
                continue;
            } else if tls == Tls::Start && !encrypted && !is_hello {
                "530 5.7.0 Must issue a STARTTLS command first".to_owned()
            } else if let Some(given) = line.strip_prefix("AUTH PLAIN ") {
                signed_in = login.is_some_and(|login| given == plain(login));
                if signed_in { "235 welcome" } else { "535 5.7.8 Authentication credentials invalid" }
                    .to_owned()
            } else if login.is_some() && !signed_in && !is_hello {
                "530 5.7.0 Authentication required".to_owned()
            } else if command.starts_with("RCPT TO:") {
                recipient = line["RCPT TO:".len()..].trim_matches(['<', '>', ' ']).to_owned();
                "250 ok".to_owned()
            } else if command == "DATA" {
                say(&mut conversation, "354 go on").await?;
                let mut text = String::new();
                while let Some(line) = hear(&mut conversation).await.filter(|line| line != ".") {
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                }
                self.judge(Letter { recipient: recipient.clone(), text, encrypted, signed_in })?
            } else if command == "QUIT" {
                "221 bye".to_owned()
            } else {
                "250 ok".to_owned()
            };
            say(&mut conversation, &answer).await?;
        }
        Some(())
    }

    /// `None` hangs up.
    fn judge(&self, letter: Letter) -> Option<String> {
        let reply = self.0.script.lock().unwrap().pop_front();
        *self.0.tries.lock().unwrap() += 1;
        match reply {
            None => {
                self.0.accepted.lock().unwrap().push(letter);
                Some("250 accepted".to_owned())
            }
            Some(Reply::Refuse(status)) => Some(format!("{status} no")),
            Some(Reply::HangUp) => None,
        }
    }
}

/// As [`Manners::login`] reads in SASL's `PLAIN`, whose parts stand behind zeros.
fn plain((user, password): (&str, &str)) -> String {
    BASE64.encode(format!("\0{user}\0{password}"))
}

async fn say(conversation: &mut Conversation, line: &str) -> Option<()> {
    conversation.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    conversation.flush().await.ok()
}

async fn hear(conversation: &mut Conversation) -> Option<String> {
    let mut line = String::new();
    let read = conversation.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The key of the authority that signed the certificate was thrown away.
async fn protect(wire: Box<dyn Wire>) -> Option<Box<dyn Wire>> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../certificates/mail.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../certificates/mail.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    Some(Box::new(TlsAcceptor::from(Arc::new(config)).accept(wire).await.ok()?))
}
