mod list_entries;

use patchbay_proto::tracker::audit_server::Audit;
use patchbay_proto::tracker::{ListEntriesRequest, ListEntriesResponse};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Audit for Context {
        list_entries(ListEntriesRequest) -> ListEntriesResponse;
    }
}
