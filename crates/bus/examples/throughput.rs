//! Messages per second through a bus: `cargo run --release --example throughput -p patchbay-bus [amqp-url]`.
#![expect(clippy::print_stdout, reason = "the figure is the output")]

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use patchbay_bus::{Bus, BusConfig, Message, Queue, Result, Topic};
use tokio::time::Instant;

const MESSAGES: usize = 200_000;

#[tokio::main]
async fn main() -> Result<()> {
    let url = std::env::args().nth(1);
    let config = BusConfig {
        url: url.clone().unwrap_or_default(),
        prefix: format!("throughput-{}.", std::process::id()),
        ..BusConfig::default()
    };
    let bus = if url.is_some() { Bus::rabbitmq(&config)? } else { Bus::in_process(&config) };
    bus.ready(config.publish_timeout).await?;

    let mut consumer = bus.consume(Queue::WebhookSender, 1_000);
    let consuming = tokio::spawn(async move {
        for _ in 0..MESSAGES {
            match consumer.next().await {
                Some(delivery) => delivery.ack(),
                None => return,
            }
        }
    });
    let body = bytes::Bytes::from(vec![b'x'; 1_200]);
    let started = Instant::now();
    let mut confirms = FuturesUnordered::new();
    for _ in 0..MESSAGES {
        confirms.push(bus.publish(Topic::Deliveries, Message::new("issue.created", body.clone())).await?);
        if confirms.len() >= 2_048 {
            confirms.next().await.transpose()?;
        }
    }
    while let Some(confirmed) = confirms.next().await {
        confirmed?;
    }
    let published = MESSAGES as f64 / started.elapsed().as_secs_f64();
    let _ = consuming.await;
    let consumed = MESSAGES as f64 / started.elapsed().as_secs_f64();
    println!("{published:.0} confirmed/s, {consumed:.0} acknowledged/s (1200 bytes each)");
    bus.delete_queues().await?;
    bus.close().await;
    Ok(())
}
