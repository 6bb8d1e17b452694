//! The scenarios.

mod deep;
mod fair;
mod flood;
mod idle;
mod light;
mod wide;

use clap::ValueEnum;

use super::Sizes;
use super::load::Measured;
use super::receiver::Receiver;
use super::running::Running;

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// One endpoint.
    A,
    /// Each event goes to ten installations.
    B,
    /// 200 apps with one installation each.
    C,
    /// 200 events per second.
    Light,
    /// Nothing happens.
    Idle,
    /// One endpoint of 50 does not answer.
    Fair,
    /// Many installations of other organizations.
    Wide,
    /// Many webhooks wait for an endpoint that does not answer. Runs last, because they remain.
    Deep,
}

/// The results of a scenario.
#[derive(Default)]
pub(crate) struct Figures {
    /// Loads by name, for the table.
    pub(super) loads: Vec<(String, Measured)>,
    /// Other results, as sentences.
    pub(super) notes: Vec<String>,
}

impl Scenario {
    pub(super) async fn play(
        self,
        running: &Running,
        receiver: &Receiver,
        sizes: &Sizes,
    ) -> anyhow::Result<Figures> {
        match self {
            Self::A => flood::one_endpoint(running, receiver, sizes).await,
            Self::B => flood::ten_installations(running, receiver, sizes).await,
            Self::C => flood::many_apps(running, receiver, sizes).await,
            Self::Light => light::play(running, receiver, sizes).await,
            Self::Idle => Ok(idle::play(running, sizes).await),
            Self::Fair => fair::play(running, receiver, sizes).await,
            Self::Wide => wide::play(running, receiver, sizes).await,
            Self::Deep => deep::play(running, receiver, sizes).await,
        }
    }
}

impl Figures {
    fn load(mut self, name: &str, measured: Measured) -> Self {
        self.loads.push((name.to_owned(), measured));
        self
    }

    fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }
}
