use patchbay_proto::auth_token::{IntrospectRequest, WatchRevocationsRequest};

use crate::world::*;

#[tokio::test]
async fn while_storage_is_down_calls_and_watchers_are_told_so() {
    on_each_engine(|world, db| async move {
        let mut watcher = world.watch().await;
        db.close().await;
        let asked = IntrospectRequest { token: "x".into() };
        let refused = answer(world.tokens.clone().introspect(slow(asked)).await).unwrap_err();
        assert_eq!(refused.reason, "STORAGE_UNAVAILABLE");

        world.clock.advance(std::time::Duration::from_secs(1));
        let ended = next(&mut watcher).await.unwrap_err();
        assert_eq!(
            ended.reason, "STORAGE_UNAVAILABLE",
            "a watcher must not believe that nothing was revoked"
        );
        let again = patchbay_rpc::stream_request(WatchRevocationsRequest {});
        world.tokens.clone().watch_revocations(again).await.expect("and may come back");
    })
    .await;
}
