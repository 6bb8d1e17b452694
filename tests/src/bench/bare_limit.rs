//! The bare limit: the throughput of a loop that only signs and posts the same body to the same receiver.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use patchbay_domain::Clock;
use patchbay_webhook_signature::{Secret, Signer};
use tokio::time::Instant;
use uuid::Uuid;

use super::receiver::Receiver;

/// Webhooks per second of a bare loop with `callers` concurrent requests.
pub(super) async fn measure(receiver: &Receiver, webhooks: usize, callers: usize) -> anyhow::Result<f64> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let signer = Arc::new(Signer::new(&Secret::from_client_secret(&"ab".repeat(32))?));
    let body = Bytes::from([br#"{"action":"created","data":"#.as_slice(), &super::data(1), b"}"].concat());
    let left = Arc::new(AtomicUsize::new(webhooks));
    let started = Instant::now();
    let loops: Vec<_> = (0..callers)
        .map(|_| {
            let (http, signer, body, left, url) =
                (http.clone(), signer.clone(), body.clone(), left.clone(), receiver.url("/bare"));
            tokio::spawn(async move {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    let id = Uuid::new_v4().to_string();
                    let timestamp = Clock::system().now().timestamp();
                    let request = http
                        .post(&url)
                        .header("content-type", "application/json")
                        .header("webhook-signature", signer.standard(&id, timestamp, &body))
                        .header("sentry-hook-signature", signer.sentry(&body))
                        .header("webhook-id", id)
                        .header("webhook-timestamp", timestamp)
                        .body(body.clone());
                    request.send().await?.error_for_status()?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for one in loops {
        one.await??;
    }
    Ok(webhooks as f64 / started.elapsed().as_secs_f64())
}
