use std::time::Duration;

use patchbay_db::{AssertSqlSafe, Db, Engine};
use patchbay_domain::Role;
use patchbay_proto::tracker::delete_issues_request::Issues as Which;
use patchbay_proto::tracker::{
    DeleteIssuesRequest, DeleteProjectRequest, GetIssueRequest, GetProjectRequest, IssueIds, Organization,
    User,
};
use patchbay_rpc::{request, request_as};
use patchbay_runtime::Stop;
use patchbay_testkit::database::each_config;
use patchbay_testkit::eventually;
use patchbay_tracker::MIGRATIONS;
use serde_json::json;

use crate::belongings::{Filled, belongings, fill};
use crate::service::{SOON, Service, each, reason, record, run, user};

async fn acme(tracker: &Service) -> User {
    tracker.organization("Acme").await;
    tracker.worker("acme", "Ada", "owner").await
}

fn delete(project: &Filled) -> DeleteProjectRequest {
    DeleteProjectRequest { organization: "acme".to_owned(), project: project.slug.clone() }
}

async fn is_gone(tracker: &Service, project: &Filled) {
    eventually(SOON, "nothing is left of it", async || {
        belongings(tracker, project).await.values().all(|count| *count == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_deleted_project_is_hidden_at_once_and_its_rows_are_removed_soon() {
    each(|tracker| async move {
        let ada = acme(&tracker).await;
        let doomed = fill(&tracker, "Front End", &ada, 150).await;
        let other = fill(&tracker, "Other", &ada, 3).await;
        let before = belongings(&tracker, &other).await;
        let acme = Organization { id: ada.memberships[0].organization_id, ..Default::default() };
        let member = user(&acme, Role::Member);
        let refused = tracker.projects().delete_project(request_as(&member, delete(&doomed))).await;
        assert_eq!(reason(refused), "PERMISSION_DENIED");
        tracker.projects().delete_project(request(delete(&doomed))).await.unwrap();

        let asked = GetProjectRequest { organization: "acme".to_owned(), project: doomed.slug.clone() };
        assert_eq!(reason(tracker.projects().get_project(request(asked)).await), "PROJECT_NOT_FOUND");
        let asked =
            GetIssueRequest { id: doomed.issues[0], organization: String::new(), ..Default::default() };
        assert_eq!(reason(tracker.issues().get_issue(request(asked)).await), "ISSUE_NOT_FOUND");
        let answer = tracker.issues().record_error(request(record(&[json!({ "message": "x" })]))).await;
        assert_eq!(reason(answer), "PROJECT_NOT_FOUND");
        assert_eq!(tracker.project("acme", "Front End").await.slug, "front-end", "the slug is free");

        is_gone(&tracker, &doomed).await;
        assert_eq!(belongings(&tracker, &other).await, before, "nothing of another project is touched");
        assert_eq!(reason(tracker.projects().delete_project(request(delete(&doomed))).await), "OK");
        assert_eq!(
            reason(tracker.projects().delete_project(request(delete(&doomed))).await),
            "PROJECT_NOT_FOUND"
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_issue_is_gone_and_an_error_of_its_kind_opens_another() {
    each(|tracker| async move {
        let ada = acme(&tracker).await;
        let project = fill(&tracker, "Front End", &ada, 150).await;
        let id = project.issues[0];
        let title = tracker.read(id).await["title"].clone();
        let ids = |ids: &[i64]| {
            let ids = IssueIds { ids: ids.to_vec(), ..Default::default() };
            DeleteIssuesRequest { issues: Some(Which::Ids(ids)) }
        };
        let deleted = tracker.issues().delete_issues(request(ids(&[id]))).await.unwrap().into_inner();
        assert_eq!(deleted.deleted, 1);
        assert_eq!(reason(tracker.issues().delete_issues(request(ids(&[id]))).await), "ISSUE_NOT_FOUND");
        let again = tracker.record(&[json!({ "message": title })]).await;
        assert!(again[0].opened && again[0].issue_id != id);
        eventually(SOON, "nothing is left of it", async || {
            let left = belongings(&tracker, &project).await;
            (left["external_issues"] == 0 && left["issues"] == 150).then_some(())
        })
        .await;
    })
    .await;
}

/// Blocks the deletion of this issue until `allow_deleting` is called.
async fn forbid_deleting(db: &Db, issue_id: i64) {
    let statements = match db.engine() {
        Engine::Sqlite => vec![format!(
            "create trigger forbidden before delete on issues when old.id = {issue_id}
             begin select raise(abort, 'forbidden'); end"
        )],
        Engine::Postgres => vec![
            format!(
                "create function forbidden() returns trigger language plpgsql as
                 'begin if old.id = {issue_id} then raise ''forbidden''; end if; return old; end'"
            ),
            "create trigger forbidden before delete on issues for each row execute function forbidden()"
                .to_owned(),
        ],
    };
    for statement in statements {
        db.query(AssertSqlSafe(statement)).execute().await.unwrap();
    }
}

async fn allow_deleting(db: &Db) {
    db.query_per_engine("drop trigger forbidden on issues", "drop trigger forbidden")
        .execute()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_was_killed_in_the_middle_goes_on_with_the_next_start() {
    each_config(|config| async move {
        let db = Db::connect(&config, "tracker", &MIGRATIONS).await.unwrap();
        db.migrate().await.unwrap();
        // A separate runtime, which is killed in the middle of its work.
        let process = tokio::runtime::Runtime::new().unwrap();
        let own = config.clone();
        let started = process.spawn(async move {
            let db = Db::connect(&own, "tracker", &MIGRATIONS).await.unwrap();
            run(db, &[], &Stop::new()).await
        });
        let killed = Service { db: db.clone(), ..started.await.unwrap() };
        let ada = acme(&killed).await;
        let doomed = fill(&killed, "Front End", &ada, 350).await;
        let other = fill(&killed, "Other", &ada, 150).await;

        // A hundred issues are deleted, and the rows of the next hundred.
        let stumbling_block = doomed.issues[150];
        forbid_deleting(&db, stumbling_block).await;
        killed.projects().delete_project(request(delete(&doomed))).await.unwrap();
        let before = belongings(&killed, &other).await;
        let words = async || -> i64 {
            let count =
                db.query("select count(*) from issue_words where issue_id = $1").bind(stumbling_block);
            count.fetch_scalar().await.unwrap()
        };
        let left = eventually(SOON, "the removal is in the middle", async || {
            let left = belongings(&killed, &doomed).await;
            (left["issues"] == 250 && words().await == 0).then_some(left)
        })
        .await;
        process.shutdown_background();
        assert_eq!(left["notification_settings"], 0, "nothing else leads to them, so they go first");
        for table in ["projects", "alert_rules", "metric_rules", "error_events", "issue_users"] {
            assert!(left[table] > 0, "{table}");
        }

        allow_deleting(&db).await;
        let stop = Stop::new();
        let tracker = run(db.clone(), &[], &stop).await;
        is_gone(&tracker, &doomed).await;
        assert_eq!(belongings(&tracker, &other).await, before, "nothing of another project is touched");
        tracker.bus.close().await;
        stop.drain(Duration::from_secs(10)).await.unwrap();
        db.close().await;
    })
    .await;
}
