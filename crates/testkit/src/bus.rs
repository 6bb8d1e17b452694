//! Throw-away buses: the same test in process and, if a broker is configured, on RabbitMQ.

mod proxy;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use patchbay_bus::{Bus, BusConfig};
use uuid::Uuid;

pub use proxy::TcpProxy;

/// Time limit for the broker's first answer. Generous, because test machines are busy.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A broker behind a proxy.
#[derive(Clone, Debug)]
pub struct CuttableBroker {
    /// The configuration of the bus under test without the proxy, to act on the broker independently.
    pub direct: BusConfig,
    /// Cuts the connections of the bus and allows them again.
    pub proxy: TcpProxy,
}

/// Runs `test` on a fresh bus of each kind: always in process, and on RabbitMQ if `PATCHBAY_TEST_AMQP_URL` is
/// set. With `PATCHBAY_TEST_REQUIRE_SERVERS=1` a missing URL is a failure. Queues and exchanges have unique
/// names and are deleted afterwards, also if the test panics.
///
/// ```no_run
/// # use patchbay_bus::{Message, Queue, Topic};
/// # async fn test() {
/// patchbay_testkit::bus::each_bus(|bus| async move {
///     let confirm = bus.publish(Topic::Events, Message::new("issue.created", "{}")).await.unwrap();
///     bus.consume(Queue::EventFanout, 1).next().await.unwrap().ack();
///     confirm.await.unwrap();
/// })
/// .await;
/// # }
/// ```
pub async fn each_bus<F, R>(test: F)
where
    F: Fn(Bus) -> R,
    R: Future<Output = ()>,
{
    each_bus_with(BusConfig::default(), test).await;
}

/// As [`each_bus`], with other limits and timeouts. URL and prefix are overwritten.
pub async fn each_bus_with<F, R>(config: BusConfig, test: F)
where
    F: Fn(Bus) -> R,
    R: Future<Output = ()>,
{
    run("in process", Bus::in_process(&config), &test).await;
    let Some(url) = amqp_server() else {
        return report("not running on RabbitMQ: PATCHBAY_TEST_AMQP_URL is not set");
    };
    let config = with_own_names(config, url);
    on_rabbitmq(config.clone(), &config, &test).await;
}

/// Runs `test` on RabbitMQ only, through a proxy that can cut the connections. Such a test has
/// `#[ignore = "needs RabbitMQ; run by cargo xtask test"]`.
///
/// # Panics
/// If `PATCHBAY_TEST_AMQP_URL` is not set.
pub async fn on_cuttable_rabbitmq<F, R>(config: BusConfig, test: F)
where
    F: Fn(Bus, CuttableBroker) -> R,
    R: Future<Output = ()>,
{
    let url = amqp_server().expect("PATCHBAY_TEST_AMQP_URL is the URL of a RabbitMQ server");
    let proxy = TcpProxy::start(host_and_port(&url)).await;
    let through_proxy = url.replacen(host_and_port(&url), &proxy.address().to_string(), 1);
    let direct = with_own_names(config, url);
    let config = BusConfig { url: through_proxy, ..direct.clone() };
    let broker = CuttableBroker { direct: direct.clone(), proxy };
    on_rabbitmq(config, &direct, &|bus| test(bus, broker.clone())).await;
}

fn with_own_names(config: BusConfig, url: String) -> BusConfig {
    BusConfig { url, prefix: format!("test-{}.", Uuid::new_v4().simple()), ..config }
}

/// The queues are deleted through `direct`, because the bus under test may be cut off or closed.
async fn on_rabbitmq<F, R>(config: BusConfig, direct: &BusConfig, test: &F)
where
    F: Fn(Bus) -> R,
    R: Future<Output = ()>,
{
    let bus = Bus::rabbitmq(&config).expect("PATCHBAY_TEST_AMQP_URL is an AMQP URL");
    bus.ready(READY_WITHIN).await.expect("the broker for tests answers");
    let outcome = AssertUnwindSafe(run("RabbitMQ", bus, test)).catch_unwind().await;

    let cleaner = Bus::rabbitmq(direct).expect("an AMQP URL");
    let deleted = cleaner.delete_queues().await;
    cleaner.close().await;
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    deleted.expect("the queues of the test are deleted");
}

async fn run<F, R>(kind: &str, bus: Bus, test: &F)
where
    F: Fn(Bus) -> R,
    R: Future<Output = ()>,
{
    report(&format!("running on the bus {kind}"));
    let outcome = AssertUnwindSafe(test(bus.clone())).catch_unwind().await;
    bus.close().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// The URL of the broker for tests; `None` without a broker.
///
/// # Panics
/// If it is not set although `PATCHBAY_TEST_REQUIRE_SERVERS=1` is set.
pub fn amqp_server() -> Option<String> {
    let url = std::env::var("PATCHBAY_TEST_AMQP_URL").ok().filter(|url| !url.is_empty());
    let required = std::env::var("PATCHBAY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(url.is_some() || !required, "PATCHBAY_TEST_AMQP_URL is not set, and servers are required");
    url
}

fn host_and_port(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[expect(clippy::print_stderr, reason = "shown by the test runner if the test fails")]
fn report(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brokers_address_is_found_in_its_url() {
        assert_eq!(host_and_port("amqp://guest:guest@127.0.0.1:5672/%2f"), "127.0.0.1:5672");
        assert_eq!(host_and_port("amqp://localhost:5672"), "localhost:5672");
    }
}
