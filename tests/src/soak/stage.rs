//! A running Patchbay in one of its modes, with a healthy and a flaky app.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use patchbay_testkit::bus::TcpProxy;

use super::Mode;
use crate::deployment::Deployment;
use crate::endpoint::{Conduct, Endpoint};
use crate::program::Program;
use crate::scene::{Access, Expected, Scene};
use crate::servers::{Embedded, Servers};

/// Short retries and recovery times.
const SETTINGS: [(&str, &str); 5] = [
    ("RETRY_SCHEDULE", "1s,2s,5s,5s,10s,10s"),
    ("FANOUT_RECOVER_AFTER", "2s"),
    ("BREAKER_PROBE_PAUSE", "2s"),
    ("BREAKER_PROBE_PAUSE_MAX", "5s"),
    ("LOG", "warn"),
];

pub(super) struct Stage {
    pub(super) scene: Scene,
    /// Whether the flaky app refuses everything.
    pub(super) down: Arc<AtomicBool>,
    pub(super) patchbay: Patchbay,
}

/// Stopped in this order: processes before their servers.
pub(super) enum Patchbay {
    Embedded(Box<Embedded>),
    Distributed { deployment: Box<Deployment>, proxy: TcpProxy, servers: Box<Servers> },
}

impl Stage {
    pub(super) async fn start(mode: Mode) -> anyhow::Result<Self> {
        let (patchbay, access) = match mode {
            Mode::Embedded => {
                let embedded = Embedded::start(&SETTINGS).await?;
                let access = embedded.access().await?;
                (Patchbay::Embedded(Box::new(embedded)), access)
            }
            Mode::Distributed => {
                let servers = Servers::start()?;
                let (proxy, backends) = servers.behind_a_proxy().await?;
                let deployment = servers.deployment_by(backends, &SETTINGS).await?;
                let access = deployment.access().await?;
                let (deployment, servers) = (Box::new(deployment), Box::new(servers));
                (Patchbay::Distributed { deployment, proxy, servers }, access)
            }
        };
        let down = Arc::new(AtomicBool::new(false));
        Ok(Self { scene: scene(access, down.clone()).await?, down, patchbay })
    }

    /// The processes whose memory is measured.
    pub(super) fn processes(&self) -> Vec<(String, u32)> {
        let programs: Vec<&Program> = match &self.patchbay {
            Patchbay::Embedded(embedded) => vec![&embedded.program],
            Patchbay::Distributed { deployment, .. } => deployment.programs().collect(),
        };
        programs.iter().filter_map(|program| Some((program.name().to_owned(), program.pid()?))).collect()
    }

    /// The processes that ended by themselves.
    pub(super) fn ended(&mut self) -> Vec<&'static str> {
        match &mut self.patchbay {
            Patchbay::Embedded(embedded) => {
                if embedded.program.has_ended() {
                    vec!["patchbay"]
                } else {
                    Vec::new()
                }
            }
            Patchbay::Distributed { deployment, .. } => deployment.ended(),
        }
    }
}

async fn scene(access: Access, down: Arc<AtomicBool>) -> anyhow::Result<Scene> {
    let mut scene = Scene::new(access).await?;
    scene.app("healthy", Expected::All, Endpoint::start(|_| Conduct::Take).await?).await?;
    let flaky = Endpoint::start(move |number| match number % 10 {
        _ if down.load(Ordering::Relaxed) => Conduct::Reset,
        0 => Conduct::Reset,
        5 => Conduct::Answer(503),
        _ => Conduct::Take,
    });
    scene.app("flaky", Expected::Ended, flaky.await?).await?;
    Ok(scene)
}
