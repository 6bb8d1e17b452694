use std::time::Duration;

use patchbay_db::{AssertSqlSafe, Db};
use patchbay_proto::auth_token::{CreateSignInLinkRequest, RedeemSignInLinkRequest};
use patchbay_testkit::eventually;

use crate::world::*;

const TABLES: [&str; 6] =
    ["grants", "tokens", "sign_in_links", "revocations", "ended_installations", "used_once"];

async fn counts(db: &Db) -> [i64; 6] {
    let mut counts = [0; 6];
    for (count, table) in counts.iter_mut().zip(TABLES) {
        let sql = format!("select count(*) from {table}");
        *count = db.query(AssertSqlSafe(sql)).fetch_scalar().await.unwrap();
    }
    counts
}

/// Moves the clock on a little each time it looks, because the pruner may have been at work when it was moved before.
async fn wait_for(world: &World, db: &Db, expected: [i64; 6]) {
    eventually(PATIENCE, "what nobody can ask about is gone", async || {
        world.clock.advance(minutes(10));
        (counts(db).await == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn rows_go_when_their_time_is_over_and_what_works_stays() {
    on_each_engine(|world, db| async move {
        let pair = world.first_pair().await;
        let present = world.refresh(&pair).await.unwrap();
        let minted = world.mint(INSTALLATION).await.unwrap();
        world.create_grant(OTHER_INSTALLATION).await;
        world.revoke("22222222-a9e2-4c85-8a3c-4f44175783c9").await;
        let early = world.refresh_by_assertion(OTHER_INSTALLATION, "a").await.unwrap_err();
        assert_eq!(early.reason, "NO_TOKEN");
        for redeemed in [true, false] {
            let asked = CreateSignInLinkRequest { user_id: 3 };
            let link = world.sessions.clone().create_sign_in_link(slow(asked)).await.unwrap().into_inner();
            if redeemed {
                let asked = RedeemSignInLinkRequest { secret: link.secret };
                world.sessions.clone().redeem_sign_in_link(slow(asked)).await.unwrap();
            }
        }
        assert_eq!(counts(&db).await, [1, 4, 1, 1, 1, 1]);

        let day = Duration::from_secs(86_400);
        world.clock.advance(Duration::from_secs(3 * 3600));
        wait_for(&world, &db, [1, 4, 1, 0, 1, 0]).await;
        world.clock.advance(day);
        wait_for(&world, &db, [0, 4, 0, 0, 0, 0]).await;
        world.clock.advance(14 * day);
        wait_for(&world, &db, [0, 3, 0, 0, 0, 0]).await;
        world.clock.advance(76 * day);
        wait_for(&world, &db, [0, 2, 0, 0, 0, 0]).await;
        assert!(world.is_active(&minted).await);
        world.refresh(&present).await.expect("a refresh token has no end of its own");
    })
    .await;
}
