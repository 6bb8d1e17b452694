use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use patchbay_testkit::eventually;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::running::SOON;

/// A mail server: it speaks as much SMTP as a client needs to hand over a mail, and answers as the test wants.
#[derive(Clone)]
pub(crate) struct SmtpServer(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    script: Mutex<VecDeque<Reply>>,
    accepted: Mutex<Vec<Letter>>,
    tries: Mutex<usize>,
}

/// What the server does with a mail. Without a script it accepts.
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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self(Arc::new(Inner {
            address: listener.local_addr().unwrap(),
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

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// How the next mails are answered.
    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.0.script.lock().unwrap().extend(replies);
    }

    /// The mails that were accepted, as soon as there are so many, and no others.
    pub(crate) async fn letters(&self, count: usize) -> Vec<Letter> {
        let letters = eventually(SOON, "the mail has come", async || {
            Some(self.0.accepted.lock().unwrap().clone()).filter(|letters| letters.len() >= count)
        });
        let letters = letters.await;
        assert_eq!(letters.len(), count, "{letters:?}");
        letters
    }

    /// Until somebody tried so often to hand over a mail.
    pub(crate) async fn tried(&self, times: usize) {
        eventually(SOON, "the mail was tried", async || {
            (*self.0.tries.lock().unwrap() >= times).then_some(())
        })
        .await;
    }

    async fn converse(self, stream: TcpStream) -> Option<()> {
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        writing.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
        let mut recipient = String::new();
        while let Some(line) = lines.next_line().await.ok()? {
            let answer = match line.to_ascii_uppercase() {
                command if command.starts_with("RCPT TO:") => {
                    recipient = line["RCPT TO:".len()..].trim_matches(['<', '>', ' ']).to_owned();
                    "250 ok".to_owned()
                }
                command if command == "DATA" => {
                    writing.write_all(b"354 go on\r\n").await.ok()?;
                    let mut text = String::new();
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        text.push_str(line.strip_prefix('.').unwrap_or(&line));
                        text.push_str("\r\n");
                    }
                    self.judge(Letter { recipient: recipient.clone(), text })?
                }
                command if command == "QUIT" => "221 bye".to_owned(),
                _ => "250 ok".to_owned(),
            };
            writing.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
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
