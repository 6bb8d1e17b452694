//! How often apps are installed and used.

use std::collections::BTreeMap;

use patchbay_proto::installation::{AppStats, Count, Interaction, Stats};
use serde::Serialize;
use utoipa::ToSchema;

use super::avatar::{AvatarJson, avatars};
use crate::api::resolution::Resolution;

/// Seconds since 1970, and how often.
type Point = Vec<i64>;

/// The installations of an app over time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppStats)]
pub(crate) struct StatsJson {
    total_installs: i64,
    total_uninstalls: i64,
    install_stats: Vec<Point>,
    uninstall_stats: Vec<Point>,
}

impl StatsJson {
    pub(crate) fn new(stats: Stats, resolution: Resolution) -> Self {
        Self {
            total_installs: stats.total_installs,
            total_uninstalls: stats.total_uninstalls,
            install_stats: points(stats.installs, resolution),
            uninstall_stats: points(stats.uninstalls, resolution),
        }
    }
}

/// How often people looked at an app and used its components.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppInteraction)]
pub(crate) struct InteractionJson {
    views: Vec<Point>,
    component_interactions: BTreeMap<String, Vec<Point>>,
}

impl InteractionJson {
    pub(crate) fn new(interaction: Interaction, resolution: Resolution) -> Self {
        let components = interaction.components.into_iter();
        Self {
            views: points(interaction.views, resolution),
            component_interactions: components
                .map(|component| (component.r#type, points(component.counts, resolution)))
                .collect(),
        }
    }
}

/// How often an app is installed.
#[derive(Serialize, ToSchema)]
#[schema(as = AppInstalls)]
pub(crate) struct AppInstallsJson {
    id: i64,
    uuid: String,
    slug: String,
    name: String,
    installs: i64,
    avatars: Vec<AvatarJson>,
}

impl AppInstallsJson {
    pub(crate) fn new(app: AppStats, base_url: &str) -> Self {
        let avatars = avatars(app.avatars, base_url);
        Self { id: app.id, uuid: app.uuid, slug: app.slug, name: app.name, installs: app.installs, avatars }
    }
}

fn points(counts: Vec<Count>, resolution: Resolution) -> Vec<Point> {
    let counts = counts.into_iter().map(|count| (count.at_seconds, count.count));
    resolution.gather(counts).into_iter().map(|(at, count)| vec![at, count]).collect()
}
