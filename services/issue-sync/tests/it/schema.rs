use patchbay_issue_sync::MIGRATIONS;
use patchbay_testkit::database::assert_same_schema;

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    assert_same_schema(&MIGRATIONS).await;
}
