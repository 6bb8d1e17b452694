//! Comments on some of the issues.

use patchbay_proto::tracker::{CreateCommentRequest, Organization, User};
use patchbay_rpc::request_as;

use super::Seeder;
use super::people::caller;

const REMARKS: [&str; 6] = [
    "I can reproduce this with an empty cart.",
    "Started with yesterday's release.",
    "Looks like the connection pool again.",
    "Two customers wrote about it this morning.",
    "Not urgent, but it is noisy.",
    "Fixed on a branch; waiting for review.",
];

impl Seeder<'_> {
    /// Returns the number of comments.
    pub(super) async fn comments(
        &mut self,
        organization: &Organization,
        people: &[User],
        issues: &[i64],
    ) -> anyhow::Result<usize> {
        let mut written = 0;
        for issue_id in issues {
            if self.rng.below(8) != 0 {
                continue;
            }
            let (author, text) = (self.rng.pick(people), *self.rng.pick(&REMARKS));
            let request = CreateCommentRequest {
                issue_id: *issue_id,
                organization: organization.slug.clone(),
                text: text.to_owned(),
            };
            self.issues_client().create_comment(request_as(&caller(author), request)).await?;
            written += 1;
        }
        Ok(written)
    }
}
