//! The endurance run: a steady load with faults, and at the end an exact ledger and flat memory.

mod faults;
mod memory;
mod stage;

use std::time::Duration;

use anyhow::ensure;
use clap::{Parser, ValueEnum};
use tokio::time::{Instant, interval};

use crate::product::Product;
use faults::Faults;
use memory::Memory;
use stage::Stage;

/// Processes are killed only in this first part of the run, so that the memory of the last ones can be
/// followed to the end.
const KILLS: f64 = 0.3;
/// Other faults end after this part of the run.
const FAULTS: f64 = 0.85;
const PROGRESS_EVERY: Duration = Duration::from_secs(30);
const SAMPLE_EVERY: Duration = Duration::from_secs(2);
/// How long the system may take to settle after the load.
const PATIENCE: Duration = Duration::from_secs(300);

/// Options of the endurance run.
#[derive(Parser, Clone, Debug)]
pub struct Options {
    /// Duration of the load.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Events per second; each goes to two apps.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// How Patchbay runs.
    #[arg(long, value_enum, default_value_t = Mode::Distributed)]
    mode: Mode,
    /// Seconds between two faults, on average; 0 for none.
    #[arg(long, default_value_t = 30)]
    fault_every: u64,
    /// Seed of the faults; the same number causes the same faults.
    #[arg(long)]
    seed: Option<u64>,
}

/// How Patchbay runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// One process with SQLite and the in-process bus.
    Embedded,
    /// One process per service with PostgreSQL and RabbitMQ.
    Distributed,
}

/// Runs the load, prints progress and checks the result.
///
/// # Errors
/// An event was lost, there were too many duplicates, or memory grew.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let seed = options.seed.unwrap_or_else(rand::random);
    let duration = Duration::from_secs_f64(options.minutes * 60.0);
    tell(&format!("{duration:?} at {} events/s, {:?}, --seed {seed}", options.rate, options.mode));
    let mut stage = Stage::start(options.mode).await?;
    let mut faults = Faults::new(seed, options.fault_every);
    let mut memory = Memory::default();

    let count = (duration.as_secs_f64() * f64::from(options.rate)) as usize;
    let product = stage.scene.publish(count, options.rate);
    let begun = Instant::now();
    let (mut progress, mut sample) = (interval(PROGRESS_EVERY), interval(SAMPLE_EVERY));
    while begun.elapsed() < duration {
        let passed = begun.elapsed().as_secs_f64() / duration.as_secs_f64();
        tokio::select! {
            _ = progress.tick() => tell(&line(begun, &product, &stage, &memory)),
            _ = sample.tick() => memory.sample(&stage.processes(), passed >= KILLS),
            () = faults.next(), if passed < FAULTS => {
                tell(&format!("{:>6} s  {}", begun.elapsed().as_secs(), faults.strike(&mut stage, passed < KILLS).await?));
            }
            () = tokio::time::sleep_until(begun + duration) => {}
        }
    }

    tell("the load is over; waiting until everything has ended");
    let accepted = product.event_ids().await?;
    let closed = stage.scene.closes(&accepted, PATIENCE).await?;
    tell(&closed.to_string());
    tell(&memory.table());
    let ended = stage.ended();
    ensure!(ended.is_empty(), "{ended:?} ended");
    closed.with_few_duplicates()?;
    memory.judge()
}

fn line(begun: Instant, product: &Product, stage: &Stage, memory: &Memory) -> String {
    let taken = ["healthy", "flaky"].map(|app| stage.scene.endpoint(app).taken().len());
    format!(
        "{:>6} s  {} accepted, {} and {} taken; MiB: {}",
        begun.elapsed().as_secs(),
        product.accepted(),
        taken[0],
        taken[1],
        memory.now()
    )
}

#[expect(clippy::print_stdout, reason = "progress of a long run")]
fn tell(text: &str) {
    println!("{text}");
}
