//! Ids of projects made of the time, like Sentry's.

use std::time::Duration;

use patchbay_proto::tracker::CreateProjectRequest;
use patchbay_rpc::request;

use crate::service::{Service, each_with, now, refusal};

const ON: [(&str, &str); 1] = [("SNOWFLAKE_IDS", "true")];
/// The epoch of Sentry's ids.
const EPOCH: i64 = 1_659_916_800;
const PER_SECOND: i64 = 16;

/// version 5 bits, the value 1 with its most significant bit first · second 32 · region 12 · sequence 4
fn id(second: i64, sequence: i64) -> i64 {
    16 * (1 << 48) + second * (1 << 16) + sequence
}

/// Moves the clock to this second after the epoch.
fn move_to(tracker: &Service, second: i64) {
    let step = Duration::from_secs(u64::try_from(EPOCH + second - now().timestamp()).unwrap());
    tracker.clock.advance(step);
}

async fn create(tracker: &Service) -> Result<i64, patchbay_domain::Error> {
    let (organization, name) = ("acme".to_owned(), "Front End".to_owned());
    let asked = CreateProjectRequest { organization, name, ..Default::default() };
    match tracker.projects().create_project(request(asked)).await {
        Ok(created) => Ok(created.into_inner().id),
        refused => Err(refusal(refused)),
    }
}

/// Marks a number of ids of these seconds as used.
async fn use_up(tracker: &Service, seconds: std::ops::RangeInclusive<i64>, used: i64) {
    tracker
        .db
        .insert_rows("snowflakes", &["second", "used"], seconds, |row, second| {
            row.bind(second).bind(used);
        })
        .execute()
        .await
        .unwrap();
}

/// Inserts a project with this id.
async fn occupy(tracker: &Service, ids: impl IntoIterator<Item = i64>) {
    let columns = &["id", "organization_id", "slug", "name", "platform", "last_issue_number", "created_at"];
    let organization: i64 =
        tracker.db.query("select id from organizations where slug = 'acme'").fetch_scalar().await.unwrap();
    tracker
        .db
        .insert_rows("projects", columns, ids, |row, id| {
            row.bind(id).bind(organization).bind(format!("other-{id}")).bind("Other").bind("other");
            row.bind(0_i64).bind(now());
        })
        .execute()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_second_has_sixteen_ids_and_the_next_id_is_of_the_second_before() {
    each_with(&ON, |tracker| async move {
        tracker.organization("Acme").await;
        move_to(&tracker, 600);
        for sequence in 0..PER_SECOND {
            assert_eq!(create(&tracker).await.unwrap(), id(600, sequence));
        }
        assert_eq!(create(&tracker).await.unwrap(), id(599, 0));
        tracker.clock.advance(Duration::from_secs(1));
        assert_eq!(create(&tracker).await.unwrap(), id(601, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_projects_get_different_ids() {
    each_with(&ON, |tracker| async move {
        tracker.organization("Acme").await;
        move_to(&tracker, 600);
        let tasks = (0..20).map(|_| {
            let tracker = tracker.clone();
            tokio::spawn(async move { create(&tracker).await.unwrap() })
        });
        let mut ids: Vec<i64> =
            futures::future::join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        ids.sort_unstable();
        let expected: Vec<i64> =
            (0..4).map(|n| id(599, n)).chain((0..PER_SECOND).map(|n| id(600, n))).collect();
        assert_eq!(ids, expected);
    })
    .await;
}

#[tokio::test]
async fn five_minutes_are_looked_back_for_an_id() {
    each_with(&ON, |tracker| async move {
        tracker.organization("Acme").await;
        move_to(&tracker, 600);
        // The first of the last three hundred seconds, including this one, has one free id.
        use_up(&tracker, 302..=600, PER_SECOND).await;
        use_up(&tracker, 301..=301, PER_SECOND - 1).await;
        assert_eq!(create(&tracker).await.unwrap(), id(301, PER_SECOND - 1));

        let refused = create(&tracker).await.unwrap_err();
        assert_eq!(refused.reason, "IDS_EXHAUSTED");
        assert_eq!(refused.message, "Max allowed ID retry reached. Please try again in a second");
        tracker.clock.advance(Duration::from_secs(1));
        assert_eq!(create(&tracker).await.unwrap(), id(601, 0));
        let oldest: i64 =
            tracker.db.query("select min(second) from snowflakes").fetch_scalar().await.unwrap();
        assert_eq!(oldest, 302, "seconds outside the search are deleted");
    })
    .await;
}

#[tokio::test]
async fn an_id_that_somebody_has_is_followed_by_another_one_five_times() {
    each_with(&ON, |tracker| async move {
        tracker.organization("Acme").await;
        move_to(&tracker, 600);
        occupy(&tracker, (0..4).map(|sequence| id(600, sequence))).await;
        assert_eq!(create(&tracker).await.unwrap(), id(600, 4), "the fifth is free");

        occupy(&tracker, (5..10).map(|sequence| id(600, sequence))).await;
        let refused = create(&tracker).await.unwrap_err();
        assert_eq!(refused.reason, "IDS_EXHAUSTED");
        assert_eq!(refused.message, "Max allowed ID retry reached. Please try again in a second");
        assert_eq!(create(&tracker).await.unwrap(), id(600, 10), "the next one is asked for again");
    })
    .await;
}
