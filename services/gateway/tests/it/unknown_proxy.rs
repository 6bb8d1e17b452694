use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use patchbay_gateway::{Config, Context, router};
use patchbay_runtime::Runtime;
use tower::ServiceExt;

use crate::platform::Platform;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How often the log mentions the setting after these requests, which have the header or not.
async fn mentions(platform: &Platform, proxies: usize, forwarded: &[bool]) -> usize {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let config = Config { proxies, ..platform.config.clone() };
    let router = router(Context::new(platform.channels(), config, &Runtime::new(platform.clock.clone())));
    for is_forwarded in forwarded {
        let request = Request::get("/healthz");
        let request = if *is_forwarded { request.header("x-forwarded-for", "10.0.0.1") } else { request };
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    }
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    written.matches("PATCHBAY_GATEWAY_PROXIES").count()
}

/// On one thread, so that the subscriber of the thread receives every event.
#[tokio::test(flavor = "current_thread")]
async fn a_proxy_that_the_settings_do_not_mention_is_logged_once() {
    let platform = Platform::start().await;
    assert_eq!(mentions(&platform, 0, &[false, false]).await, 0);
    assert_eq!(mentions(&platform, 0, &[false, true, true, false, true]).await, 1);
    assert_eq!(mentions(&platform, 1, &[true, true]).await, 0);
}
