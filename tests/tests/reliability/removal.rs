//! A project is removed while the process is killed.

use std::collections::BTreeMap;
use std::time::Duration;

use patchbay_db::{AssertSqlSafe, Db, DbConfig, Migrations};
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateProjectRequest, DeleteProjectRequest, NewEvent, RecordErrorRequest};
use patchbay_rpc::{Channel, request};
use patchbay_testkit::eventually;
use patchbay_tests::servers::Embedded;

use crate::SOON;

/// Creates a project of `acme` with this many issues and returns its id.
async fn project(channel: &Channel, name: &str, issues: usize) -> i64 {
    let wanted =
        CreateProjectRequest { organization: "acme".into(), name: name.into(), ..Default::default() };
    let project =
        ProjectsClient::new(channel.clone()).create_project(request(wanted)).await.unwrap().into_inner();
    for first in (0..issues).step_by(1000) {
        let error = |n: usize| format!(r#"{{"message":"boom {n}","user":{{"id":{n}}},"release":"1"}}"#);
        let events = (first..issues.min(first + 1000)).map(|n| NewEvent { event_json: error(n).into() });
        let (organization, project) = ("acme".to_owned(), project.slug.clone());
        let errors = RecordErrorRequest { organization, project, events: events.collect() };
        IssuesClient::new(channel.clone()).record_error(request(errors)).await.unwrap();
    }
    project.id
}

/// The tables with this column.
async fn tables_with(db: &Db, column: &str) -> Vec<String> {
    db.query(
        "select t.name from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table' and c.name = $1",
    )
    .bind(column)
    .fetch_scalars()
    .await
    .unwrap()
}

async fn count(db: &Db, text: String) -> i64 {
    db.query(AssertSqlSafe(text)).fetch_scalar().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_being_removed_is_gone_to_the_last_row_although_the_process_is_killed_meanwhile() {
    static NONE_OF_OURS: Migrations = Migrations::new(&[]);
    const ISSUES: usize = 5_000;
    let mut patchbay = Embedded::start(&SOON).await.unwrap();
    let access = patchbay.access().await.unwrap();
    let channel = access.events;
    access.services.organization("Acme").await.unwrap();
    let doomed = project(&channel, "Doomed", ISSUES).await;
    let other = project(&channel, "Other", 50).await;

    let config = DbConfig::new(format!("sqlite:{}", patchbay.data().display()));
    let db = Db::connect(&config, "tracker", &NONE_OF_OURS).await.unwrap();
    let of_projects = tables_with(&db, "project_id").await;
    let of_issues = tables_with(&db, "issue_id").await;
    let of_project = async |id: i64| {
        let mut rows = BTreeMap::new();
        for table in &of_projects {
            rows.insert(
                table.clone(),
                count(&db, format!("select count(*) from {table} where project_id = {id}")).await,
            );
        }
        rows
    };
    let kept = of_project(other).await;
    let issues =
        async || count(&db, format!("select count(*) from issues where project_id = {doomed}")).await;

    let delete = DeleteProjectRequest { organization: "acme".into(), project: "doomed".into() };
    ProjectsClient::new(channel.clone()).delete_project(request(delete)).await.unwrap();
    let mut killed_at = Vec::new();
    for most in [4_999, 2_500] {
        eventually(Duration::from_secs(120), "it is being removed", async || {
            (issues().await <= most).then_some(())
        })
        .await;
        patchbay.program.kill().unwrap();
        killed_at.push(issues().await);
        patchbay.program.start().unwrap();
    }
    assert!(killed_at.iter().all(|left| *left > 0), "it was killed in the middle of it: {killed_at:?}");
    eventually(Duration::from_secs(120), "nothing is left", async || {
        let is_there = count(&db, format!("select count(*) from projects where id = {doomed}")).await;
        (is_there == 0).then_some(())
    })
    .await;
    assert!(of_project(doomed).await.values().all(|rows| *rows == 0), "{:?}", of_project(doomed).await);
    for table in of_issues {
        let orphans =
            count(&db, format!("select count(*) from {table} where issue_id not in (select id from issues)"))
                .await;
        assert_eq!(orphans, 0, "{table}");
    }
    assert_eq!(of_project(other).await, kept, "nothing of another project is touched");
    db.close().await;
}
