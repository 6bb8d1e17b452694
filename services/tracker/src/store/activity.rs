use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};

use crate::domain::input::page::Page;
use crate::domain::issue::Issue;
use crate::domain::issue::activity::{Activity, Person};
use crate::domain::issue::comment::{Author, Comment};

const NOTE: &str = "note";

/// The activity of an issue, newest first, with one extra entry if there are more.
pub(crate) async fn list(db: &Db, issue_id: i64, comments_only: bool, page: Page) -> Result<Vec<Activity>> {
    let rows: Vec<Row> = db
        .query(
            "select a.id, a.issue_id, a.kind, a.user_id, a.app_id, a.data, a.created_at,
                 u.name as user_name, u.email as user_email
             from activity a left join users u on u.id = a.user_id
             where a.issue_id = $1 and ($2 or a.kind = 'note')
             order by a.created_at desc, a.id desc limit $3 offset $4",
        )
        .bind(issue_id)
        .bind(!comments_only)
        .bind(page.fetch())
        .bind(page.offset())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

pub(crate) async fn find(db: &Db, issue_id: i64, id: i64) -> Result<Option<Activity>> {
    let row: Option<Row> = db
        .query(
            "select a.id, a.issue_id, a.kind, a.user_id, a.app_id, a.data, a.created_at,
                 u.name as user_name, u.email as user_email
             from activity a left join users u on u.id = a.user_id where a.issue_id = $1 and a.id = $2",
        )
        .bind(issue_id)
        .bind(id)
        .fetch_optional()
        .await?;
    Ok(row.map(Row::read))
}

pub(crate) async fn insert_comment(tx: &mut Tx, issue: &Issue, comment: &Comment) -> Result<()> {
    tx.query(
        "insert into activity (id, organization_id, project_id, issue_id, kind, actor, user_id, app_id, data,
             created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(comment.id)
    .bind(issue.organization_id)
    .bind(issue.project_id)
    .bind(issue.id)
    .bind(NOTE)
    .bind(comment.author.as_str())
    .bind(comment.author.user_id())
    .bind(comment.author.app_id())
    .bind(data(&comment.text))
    .bind(comment.created_at)
    .execute()
    .await
    .map(drop)
}

/// User, app, data and time of an activity.
type CommentRow = (Option<i64>, Option<i64>, String, DateTime<Utc>);

/// A comment, locked until the transaction ends.
pub(crate) async fn lock_comment(tx: &mut Tx, issue_id: i64, id: i64) -> Result<Option<Comment>> {
    let row: Option<CommentRow> = tx
        .query(
            "select user_id, app_id, data, created_at from activity
             where issue_id = $1 and id = $2 and kind = 'note'",
        )
        .bind(issue_id)
        .bind(id)
        .for_update()
        .fetch_optional()
        .await?;
    Ok(row.map(|(user_id, app_id, data, created_at)| {
        let data: serde_json::Value = serde_json::from_str(&data).unwrap_or_default();
        let text = data["text"].as_str().unwrap_or_default().to_owned();
        Comment { id, author: Author::from_stored(user_id, app_id), text, created_at }
    }))
}

pub(crate) async fn update_comment(tx: &mut Tx, comment: &Comment) -> Result<()> {
    let update = tx.query("update activity set data = $2 where id = $1");
    update.bind(comment.id).bind(data(&comment.text)).execute().await.map(drop)
}

pub(crate) async fn delete_comment(tx: &mut Tx, id: i64) -> Result<()> {
    tx.query("delete from activity where id = $1").bind(id).execute().await.map(drop)
}

/// The history of an issue, oldest first.
pub(crate) async fn history(db: &Db, issue_id: i64) -> Result<Vec<(String, Option<i64>, DateTime<Utc>)>> {
    db.query(
        "select state, user_id, entered_at from issue_history where issue_id = $1
         order by entered_at, id limit 1000",
    )
    .bind(issue_id)
    .fetch_all()
    .await
}

fn data(text: &str) -> String {
    serde_json::json!({ "text": text }).to_string()
}

#[derive(FromRow)]
struct Row {
    id: i64,
    issue_id: i64,
    kind: String,
    user_id: Option<i64>,
    app_id: Option<i64>,
    data: String,
    created_at: DateTime<Utc>,
    user_name: Option<String>,
    user_email: Option<String>,
}

impl Row {
    fn read(self) -> Activity {
        let person = self.user_id.zip(self.user_name).zip(self.user_email);
        Activity {
            id: self.id,
            issue_id: self.issue_id,
            kind: self.kind,
            author: Author::from_stored(self.user_id, self.app_id),
            person: person.map(|((id, name), email)| Person { id, name, email }),
            data: self.data,
            created_at: self.created_at,
        }
    }
}
