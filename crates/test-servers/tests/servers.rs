//! The servers start, stop and start again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpStream;

use patchbay_test_servers::{Durability, Postgres, RabbitMq};

fn listens(url: &str) -> bool {
    let address = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    TcpStream::connect(address).is_ok()
}

#[test]
#[ignore = "needs the programs of PostgreSQL; run by cargo xtask test"]
fn postgres_starts_twice_on_the_same_folder() {
    let folder = tempfile::tempdir().unwrap();
    // Root's temporary folders are closed to the user that PostgreSQL runs as.
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
#[ignore = "needs the programs of RabbitMQ; run by cargo xtask test"]
fn rabbitmq_comes_back_after_a_crash_on_the_same_port() {
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
