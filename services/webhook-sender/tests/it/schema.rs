#[tokio::test]
async fn both_engines_have_the_same_tables() {
    patchbay_testkit::database::assert_same_schema(&patchbay_webhook_sender::MIGRATIONS).await;
}
