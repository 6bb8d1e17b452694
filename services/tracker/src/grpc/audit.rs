mod list_entries;

use patchbay_proto::tracker::audit_server::Audit;
use patchbay_proto::tracker::{ListEntriesRequest, ListEntriesResponse};
use tonic::{Request, Response, Status};

use super::answer;
use crate::tracker::Tracker;

#[tonic::async_trait]
impl Audit for Tracker {
    async fn list_entries(
        &self,
        request: Request<ListEntriesRequest>,
    ) -> Result<Response<ListEntriesResponse>, Status> {
        answer(request, |caller, asked| list_entries::list_entries(self, caller, asked)).await
    }
}
