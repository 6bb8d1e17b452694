//! Some issues are resolved, ignored or assigned; most are open.

use anyhow::Context;
use patchbay_proto::tracker::update_issues_request::Issues as Selection;
use patchbay_proto::tracker::{IssueIds, UpdateIssuesRequest, User};
use patchbay_rpc::request_as;

use super::Seeder;
use super::people::caller;

impl Seeder<'_> {
    pub(super) async fn triage(&mut self, people: &[User], issues: &[i64]) -> anyhow::Result<()> {
        let owner = people.first().context("an organization has people")?;
        let mut chosen =
            |one_in| -> Vec<i64> { issues.iter().copied().filter(|_| self.rng.below(one_in) == 0).collect() };
        let (resolved, ignored, assigned) = (chosen(4), chosen(10), chosen(5));
        let update = |ids: Vec<i64>| UpdateIssuesRequest {
            issues: Some(Selection::Ids(IssueIds { ids, ..Default::default() })),
            ..Default::default()
        };
        for (ids, status) in [(resolved, "resolved"), (ignored, "ignored")] {
            let request = UpdateIssuesRequest { status: Some(status.to_owned()), ..update(ids) };
            self.issues_client().update_issues(request_as(&caller(owner), request)).await?;
        }
        let request =
            UpdateIssuesRequest { assigned_to: Some(format!("user:{}", owner.id)), ..update(assigned) };
        self.issues_client().update_issues(request_as(&caller(owner), request)).await?;
        Ok(())
    }
}
