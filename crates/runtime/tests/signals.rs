//! Real signals, in a separate process: this file has only one test on purpose.
#![cfg(unix)]

use std::future::pending;
use std::process::Command;
use std::time::Duration;

use patchbay_runtime::Stop;
use tokio::time::timeout;

const AMPLE: Duration = Duration::from_secs(10);

fn send(signal: &str) {
    let pid = std::process::id().to_string();
    assert!(Command::new("kill").args([signal, pid.as_str()]).status().expect("kill").success());
}

#[tokio::test]
async fn the_first_signal_asks_and_the_second_insists() {
    let stop = Stop::new();
    stop.listen_for_signals().unwrap();
    stop.spawn("stuck", pending::<()>());
    let drain = tokio::spawn({
        let stop = stop.clone();
        async move {
            stop.requested().await;
            stop.drain(Duration::from_secs(3600)).await
        }
    });

    send("-TERM");
    timeout(AMPLE, stop.requested()).await.expect("a soft stop");
    assert!(!drain.is_finished());
    assert_eq!(stop.running(), ["stuck"]);

    send("-INT");
    let error = timeout(AMPLE, drain).await.expect("a hard stop").unwrap().unwrap_err();
    assert_eq!(error.to_string(), "dropped tasks that did not end in time: stuck");
}
