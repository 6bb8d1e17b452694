//! A team.

use patchbay_proto::tracker::Team;
use serde::Serialize;
use utoipa::ToSchema;

/// A team.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TeamJson {
    /// A number, written as text.
    id: String,
    slug: String,
    name: String,
    member_count: usize,
}

impl From<Team> for TeamJson {
    fn from(team: Team) -> Self {
        Self {
            id: team.id.to_string(),
            slug: team.slug,
            name: team.name,
            member_count: team.member_ids.len(),
        }
    }
}
