use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::server;
use super::state::State;

/// A running provider. It stops when dropped.
#[derive(Debug)]
pub struct Provider {
    issuer: String,
    state: Arc<State>,
    serving: AbortHandle,
}

impl Provider {
    /// Listens on a free port of loopback. Its clock stands still at this Unix time in seconds.
    pub async fn start(now: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let issuer = format!("http://{}", listener.local_addr().expect("it has an address"));
        let state = Arc::new(State::new(issuer.clone(), now));
        let serving = tokio::spawn(server::serve(listener, state.clone())).abort_handle();
        Self { issuer, state, serving }
    }

    /// The issuer URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Changes the claims of id tokens from now on; null removes a claim.
    pub fn lie(&self, changes: Value) {
        self.state.behaviour().lies = changes;
    }

    /// Signs id tokens with the client secret from now on, as if it were the key.
    pub fn sign_with_secret(&self) {
        self.state.behaviour().signs_with_secret = true;
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
