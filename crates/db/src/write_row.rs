use std::fmt;

use sqlx::AssertSqlSafe;

use crate::arguments::Value;
use crate::query::Query;
use crate::tx::Tx;

/// One row to insert or to update. Each column stands beside its value, so that both statements can be made from one list.
#[must_use = "a row is not written until its query is executed"]
pub struct WriteRow<'e> {
    query: Query<'e>,
    columns: Vec<&'static str>,
}

impl Tx {
    /// A row that is written in this transaction.
    ///
    /// ```no_run
    /// # async fn example(tx: &mut patchbay_db::Tx) -> Result<(), patchbay_db::DbError> {
    /// tx.row().set("id", 7_i64).set("name", "hooks").insert("apps").execute().await?;
    /// tx.row().set("name", "webhooks").update("apps", "id", 7_i64).execute().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn row(&mut self) -> WriteRow<'_> {
        WriteRow { query: self.query(""), columns: Vec::new() }
    }
}

impl<'e> WriteRow<'e> {
    /// Gives this column this value.
    pub fn set<'v>(mut self, column: &'static str, value: impl Value<'v>) -> Self {
        self.columns.push(column);
        Self { query: self.query.bind(value), ..self }
    }

    /// Inserts the row.
    pub fn insert(self, table: &'static str) -> Query<'e> {
        let text = insert_text(table, &self.columns);
        self.query.with_sql(AssertSqlSafe(text))
    }

    /// Updates the rows whose column `key` has this value.
    pub fn update<'v>(self, table: &'static str, key: &'static str, value: impl Value<'v>) -> Query<'e> {
        let text = update_text(table, &self.columns, key);
        self.query.bind(value).with_sql(AssertSqlSafe(text))
    }
}

fn insert_text(table: &str, columns: &[&str]) -> String {
    let placeholders: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    format!("insert into {table} ({}) values ({})", columns.join(", "), placeholders.join(", "))
}

fn update_text(table: &str, columns: &[&str], key: &str) -> String {
    let changes: Vec<String> =
        columns.iter().zip(1..).map(|(column, number)| format!("{column} = ${number}")).collect();
    format!("update {table} set {} where {key} = ${}", changes.join(", "), columns.len() + 1)
}

impl fmt::Debug for WriteRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteRow").field("columns", &self.columns).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_statements_are_numbered_by_the_order_of_the_columns() {
        let columns = ["id", "name"];
        assert_eq!(insert_text("apps", &columns), "insert into apps (id, name) values ($1, $2)");
        assert_eq!(update_text("apps", &columns, "id"), "update apps set id = $1, name = $2 where id = $3");
    }
}
