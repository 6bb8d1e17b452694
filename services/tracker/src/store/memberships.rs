use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result, Tx};
use patchbay_domain::{Membership, Role};

use super::unknown;
use crate::domain::input::page::Page;
use crate::domain::user::{Member, User};

macro_rules! select_members {
    ($rest:literal) => {
        concat!(
            "select u.id, u.name, u.email, u.is_superuser, u.is_staff, u.is_disabled, u.created_at, m.role,
                 m.created_at as joined_at
             from memberships m join users u on u.id = m.user_id ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    email: String,
    is_superuser: bool,
    is_staff: bool,
    is_disabled: bool,
    created_at: DateTime<Utc>,
    role: String,
    joined_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Result<Member> {
        let Self { id, name, email, is_superuser, is_staff, is_disabled, created_at, role, joined_at } = self;
        let user = User { id, name, email, is_superuser, is_staff, is_disabled, created_at };
        Ok(Member { user, role: read_role(&role)?, joined_at })
    }
}

/// Makes the user a member, or changes their role.
pub(crate) async fn set(
    tx: &mut Tx,
    organization_id: i64,
    user_id: i64,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.query(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (organization_id, user_id) do update set role = excluded.role",
    )
    .bind(organization_id)
    .bind(user_id)
    .bind(role.as_str())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn remove(tx: &mut Tx, organization_id: i64, user_id: i64) -> Result<()> {
    tx.query("delete from memberships where organization_id = $1 and user_id = $2")
        .bind(organization_id)
        .bind(user_id)
        .execute()
        .await
        .map(drop)
}

/// Locks the members of the organization until the transaction ends. Rules about all members, such
/// as "one owner remains", need the lock.
pub(crate) async fn lock(tx: &mut Tx, organization_id: i64) -> Result<()> {
    tx.query("update organizations set name = name where id = $1")
        .bind(organization_id)
        .execute()
        .await
        .map(drop)
}

/// The role of the user in the organization.
pub(crate) async fn role(tx: &mut Tx, organization_id: i64, user_id: i64) -> Result<Option<Role>> {
    let role: Option<(String,)> = tx
        .query("select role from memberships where organization_id = $1 and user_id = $2")
        .bind(organization_id)
        .bind(user_id)
        .fetch_optional()
        .await?;
    role.map(|(role,)| read_role(&role)).transpose()
}

/// How many organizations the user belongs to.
pub(crate) async fn count_of_user(tx: &mut Tx, user_id: i64) -> Result<i64> {
    tx.query("select count(*) from memberships where user_id = $1").bind(user_id).fetch_scalar().await
}

/// Selects the members of [`list`].
const LISTED: &str = r#"where m.organization_id = $1
     and (u.email like $2 escape '!' or lower(u.name collate "C") like $2 escape '!')
     and m.role in ($list)"#;

/// Number of members on all pages of [`list`].
pub(crate) async fn count(db: &Db, organization_id: i64, roles: &[Role], pattern: &str) -> Result<i64> {
    let roles: Vec<String> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let text = format!("select count(*) from memberships m join users u on u.id = m.user_id {LISTED}");
    let query = db.query(AssertSqlSafe(text)).bind(organization_id).bind(pattern);
    query.bind_list(&roles).fetch_scalar().await
}

/// Number of owners who are not disabled.
pub(crate) async fn count_owners(tx: &mut Tx, organization_id: i64) -> Result<i64> {
    tx.query(
        "select count(*) from memberships m join users u on u.id = m.user_id
         where m.organization_id = $1 and m.role = $2 and u.is_disabled = $3",
    )
    .bind(organization_id)
    .bind(Role::Owner.as_str())
    .bind(false)
    .fetch_scalar()
    .await
}

pub(crate) async fn find(db: &Db, organization_id: i64, user_id: i64) -> Result<Option<Member>> {
    let query = db.query(select_members!("where m.organization_id = $1 and m.user_id = $2"));
    let row: Option<Row> = query.bind(organization_id).bind(user_id).fetch_optional().await?;
    row.map(Row::read).transpose()
}

/// Members by time of joining, whose e-mail address or name contains the text of
/// [`pattern::holding`](crate::domain::input::pattern::holding).
pub(crate) async fn list(
    db: &Db,
    organization_id: i64,
    roles: &[Role],
    pattern: &str,
    page: Page,
) -> Result<Vec<Member>> {
    let roles: Vec<String> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let page_of = format!("{LISTED} order by m.created_at, u.id limit $3 offset $4");
    let rows: Vec<Row> = db
        .query(AssertSqlSafe([select_members!(""), page_of.as_str()].concat()))
        .bind(organization_id)
        .bind(pattern)
        .bind(page.fetch())
        .bind(page.offset())
        .bind_list(&roles)
        .fetch_all()
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The memberships of a user, oldest first.
pub(crate) async fn of_user(db: &Db, user_id: i64) -> Result<Vec<Membership>> {
    let rows: Vec<(i64, String, String)> = db
        .query(
            "select o.id, o.slug, m.role from memberships m join organizations o on o.id = m.organization_id
             where m.user_id = $1 order by m.created_at, o.id",
        )
        .bind(user_id)
        .fetch_all()
        .await?;
    rows.into_iter().map(membership).collect()
}

fn membership((organization_id, organization_slug, role): (i64, String, String)) -> Result<Membership> {
    Ok(Membership { organization_id, organization_slug, role: read_role(&role)? })
}

fn read_role(role: &str) -> Result<Role> {
    role.parse().map_err(|_| unknown("role", role))
}
