use patchbay_db::{Result, Tx};

const PROJECT: &str = "project";

/// Sets a notification setting of a user for a project; `None` restores the default.
pub(crate) async fn set(
    tx: &mut Tx,
    project_id: i64,
    user_id: i64,
    kind: &str,
    value: Option<&str>,
) -> Result<()> {
    let query = match value {
        Some(value) => tx
            .query(
                "insert into notification_settings (scope, scope_id, user_id, kind, value)
                 values ($1, $2, $3, $4, $5)
                 on conflict (scope, scope_id, user_id, kind) do update set value = excluded.value",
            )
            .bind(PROJECT)
            .bind(project_id)
            .bind(user_id)
            .bind(kind)
            .bind(value),
        None => tx
            .query(
                "delete from notification_settings
                 where scope = $1 and scope_id = $2 and user_id = $3 and kind = $4",
            )
            .bind(PROJECT)
            .bind(project_id)
            .bind(user_id)
            .bind(kind),
    };
    query.execute().await.map(drop)
}
