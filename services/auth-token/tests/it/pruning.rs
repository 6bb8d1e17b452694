use std::time::Duration;

use patchbay_db::{AssertSqlSafe, Db};
use patchbay_proto::auth_token::{CreateSignInLinkRequest, RedeemSignInLinkRequest};
use patchbay_testkit::eventually;

use crate::service::*;

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

/// Advances the clock before each look, because pruning may have been in progress at the previous advance.
async fn wait_for(service: &Service, db: &Db, expected: [i64; 6]) {
    eventually(SOON, "the expired rows are deleted", async || {
        service.clock.advance(minutes(10));
        (counts(db).await == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn expired_rows_are_deleted_and_valid_ones_are_kept() {
    each(|service, db| async move {
        let pair = service.first_pair().await;
        let present = service.refresh(&pair).await.unwrap();
        let minted = service.mint(INSTALLATION).await.unwrap();
        service.create_grant(OTHER_INSTALLATION).await;
        service.revoke("22222222-a9e2-4c85-8a3c-4f44175783c9").await;
        let early = service.refresh_by_assertion(OTHER_INSTALLATION, "a").await.unwrap_err();
        assert_eq!(early.reason, "NO_TOKEN");
        for redeemed in [true, false] {
            let request = CreateSignInLinkRequest { user_id: 3 };
            let link = service
                .sessions
                .clone()
                .create_sign_in_link(with_deadline(request))
                .await
                .unwrap()
                .into_inner();
            if redeemed {
                let request = RedeemSignInLinkRequest { secret: link.secret };
                service.sessions.clone().redeem_sign_in_link(with_deadline(request)).await.unwrap();
            }
        }
        assert_eq!(counts(&db).await, [1, 4, 1, 1, 1, 1]);

        let day = Duration::from_secs(86_400);
        service.clock.advance(Duration::from_secs(3 * 3600));
        wait_for(&service, &db, [1, 4, 1, 0, 1, 0]).await;
        service.clock.advance(day);
        wait_for(&service, &db, [0, 4, 0, 0, 0, 0]).await;
        service.clock.advance(14 * day);
        wait_for(&service, &db, [0, 3, 0, 0, 0, 0]).await;
        service.clock.advance(76 * day);
        wait_for(&service, &db, [0, 2, 0, 0, 0, 0]).await;
        assert!(service.is_active(&minted).await);
        service.refresh(&present).await.expect("a refresh token does not expire");
    })
    .await;
}
