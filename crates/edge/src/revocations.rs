//! Receives revocations, so that revoked tokens leave the cache at once.

use std::sync::Arc;
use std::time::Duration;

use patchbay_proto::auth_token::WatchRevocationsRequest;
use patchbay_rpc::stream_request;
use patchbay_runtime::{Readiness, Stop, sleep};

use crate::answer::Answer;
use crate::introspection::Introspection;

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The token service sends a heartbeat four times a second. After a longer silence a revocation may be on its way, and
/// the cache is not used: a revoked token must be refused everywhere within a second.
const SILENCE: Duration = Duration::from_millis(750);

/// Time limit of the readiness check, which only reads a flag.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// The process becomes ready once the token service has been reached for the first time. When the token service fails
/// later, the gateway stays ready: another replica could not answer either.
pub fn report(introspection: &Arc<Introspection>, readiness: &Readiness) {
    let introspection = introspection.clone();
    readiness.check("gateway-revocations", CHECK_LIMIT, move || {
        let reached = introspection.was_watched();
        async move { if reached { Ok(()) } else { Err("the token service has not been reached yet") } }
    });
}

/// Watches until `stop` is requested, and reconnects when the stream ends.
pub async fn watch(introspection: Arc<Introspection>, stop: Stop) {
    let mut pause = SHORTEST_PAUSE;
    while !stop.is_requested() {
        let established = tokio::select! {
            () = stop.requested() => break,
            established = watch_once(&introspection) => established,
        };
        introspection.watch_ends();
        pause = if established { SHORTEST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        tokio::select! {
            () = stop.requested() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    introspection.watch_ends();
}

/// Follows one stream to its end. Returns whether it was established.
async fn watch_once(introspection: &Introspection) -> bool {
    let mut established = false;
    let ended = async {
        let request = stream_request(WatchRevocationsRequest {});
        let mut stream = introspection.tokens().watch_revocations(request).await.answer()?;
        let mut watched = false;
        loop {
            let message = tokio::select! {
                message = stream.message() => message.map_err(|status| patchbay_rpc::status::to_error(&status))?,
                () = sleep(introspection.clock(), SILENCE), if watched => {
                    // Nothing is lost: later messages arrive in order, and the next one starts the watch again.
                    watched = false;
                    introspection.watch_ends();
                    continue;
                }
            };
            let Some(message) = message else { return Ok(()) };
            if !watched {
                (established, watched) = (true, true);
                introspection.watch_begins();
            }
            introspection.revoked(&message.token_hashes);
        }
    };
    let ended: patchbay_domain::Result<()> = ended.await;
    match ended {
        Ok(()) => {
            tracing::info!("the stream of revocations ended; the token cache is off until it is back")
        }
        Err(error) => {
            tracing::warn!(reason = %error.reason, "revocations cannot be received; the token cache is off until they can");
        }
    }
    established
}
