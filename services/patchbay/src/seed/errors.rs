//! Recorded errors, from which the tracker makes the issues.

use patchbay_domain::Clock;
use patchbay_proto::tracker::{NewEvent, Organization, RecordErrorRequest};

use super::error_events;
use super::{PROJECTS, Seeder, as_operator};

/// Issues in all projects together.
const ISSUES: usize = 500;
/// Errors in one request.
const BATCH: usize = 500;

impl Seeder<'_> {
    /// Returns the ids of the issues and the number of recorded errors.
    pub(super) async fn errors(&mut self, organization: &Organization) -> anyhow::Result<(Vec<i64>, usize)> {
        let now = Clock::system().now();
        let (mut issues, mut recorded) = (Vec::with_capacity(ISSUES), 0);
        for (position, (name, platform)) in PROJECTS.into_iter().enumerate() {
            let kinds = (position..ISSUES).step_by(PROJECTS.len());
            let events: Vec<NewEvent> = kinds
                .flat_map(|kind| error_events::of_kind(&mut self.rng, kind, platform, now))
                .map(|event| NewEvent { event_json: event.to_string().into() })
                .collect();
            for batch in events.chunks(BATCH) {
                let request = RecordErrorRequest {
                    organization: organization.slug.clone(),
                    project: name.to_ascii_lowercase(),
                    events: batch.to_vec(),
                };
                let answer = self.issues_client().record_error(as_operator(request)).await?.into_inner();
                recorded += answer.events.len();
                issues.extend(answer.events.iter().filter(|event| event.opened).map(|event| event.issue_id));
            }
        }
        Ok((issues, recorded))
    }
}
