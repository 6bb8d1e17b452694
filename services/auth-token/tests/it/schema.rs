use patchbay_auth_token::MIGRATIONS;

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    patchbay_testkit::database::assert_same_schema(&MIGRATIONS).await;
}

#[tokio::test]
async fn a_presented_token_is_found_by_an_index() {
    patchbay_testkit::database::each_engine(&MIGRATIONS, |db| async move {
        if db.engine() == patchbay_db::Engine::Sqlite {
            let plan: Vec<(i64, i64, i64, String)> = db
                .query(
                    "explain query plan select id from tokens where token_hash = $1 and replaced_at is null",
                )
                .bind([0_u8; 32].as_slice())
                .fetch_all()
                .await
                .unwrap();
            assert!(plan[0].3.contains("tokens_token_hash_key"), "{plan:?}");
        }
    })
    .await;
}
