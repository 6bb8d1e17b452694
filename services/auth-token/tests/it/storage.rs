use patchbay_proto::auth_token::{IntrospectRequest, WatchRevocationsRequest};

use crate::service::*;

#[tokio::test]
async fn while_storage_is_down_calls_and_streams_fail_with_its_reason() {
    each(|service, db| async move {
        let mut watcher = service.watch().await;
        db.close().await;
        let request = IntrospectRequest { token: "x".into() };
        let refused = answer(service.tokens.clone().introspect(with_deadline(request)).await).unwrap_err();
        assert_eq!(refused.reason, "STORAGE_UNAVAILABLE");

        service.clock.advance(std::time::Duration::from_secs(1));
        let ended = next(&mut watcher).await.unwrap_err();
        assert_eq!(ended.reason, "STORAGE_UNAVAILABLE", "the watcher learns that it may miss revocations");
        let again = patchbay_rpc::stream_request(WatchRevocationsRequest {});
        service.tokens.clone().watch_revocations(again).await.expect("a watcher can reconnect");
    })
    .await;
}
