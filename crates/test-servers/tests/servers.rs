//! The servers start, end and start again. Where their programs are not installed there is nothing to test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpStream;

use patchbay_test_servers::{Durability, Postgres, RabbitMq, missing};

/// `cargo xtask test` installs the programs first and asks for them.
fn installed(package: &str) -> bool {
    let installed = !missing().contains(&package);
    let required = std::env::var("PATCHBAY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(installed || !required, "{package} is not installed");
    installed
}

fn listens(url: &str) -> bool {
    let address = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    TcpStream::connect(address).is_ok()
}

#[test]
fn postgres_starts_twice_on_the_same_folder() {
    if !installed("postgresql") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Root's temporary folders are closed to the user that runs postgres.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for _ in 0..2 {
        let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Relaxed).unwrap();
        let url = postgres.url();
        assert!(listens(&url));
        drop(postgres);
        assert!(!listens(&url));
    }
}

#[test]
fn rabbitmq_comes_back_after_a_crash_on_the_same_port() {
    if !installed("rabbitmq-server") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut rabbitmq = RabbitMq::start(folder.path()).unwrap();
    let url = rabbitmq.url();
    assert!(listens(&url));
    rabbitmq.kill();
    assert!(!listens(&url));
    rabbitmq.restart().unwrap();
    assert!(listens(&url));
    drop(rabbitmq);
    assert!(!listens(&url));
}
