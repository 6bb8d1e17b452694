use std::collections::BTreeMap;

use patchbay_db::{Db, Engine, Migrations};

/// For each table, its columns and whether they may be null.
type Schema = BTreeMap<String, BTreeMap<String, bool>>;

/// Asserts that both texts of every migration have the same effect: both engines have the same tables,
/// columns and nullability, and unique indexes have the names with which
/// [`patchbay_db::DbError::UniqueViolation`] reports them. The comparison with PostgreSQL needs a server (see
/// [`super::each_engine`]). The names of migrations and the SQLite schema are always checked.
pub async fn assert_same_schema(migrations: &'static Migrations) {
    let names: Vec<_> = migrations.iter().map(|migration| migration.name).collect();
    assert!(names.is_sorted(), "migrations are not listed in the order of their names: {names:?}");
    for migration in migrations.iter() {
        let digits = migration.name.split('_').next().unwrap_or_default();
        assert!(
            digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()),
            "{} is not NNNN_name",
            migration.name
        );
    }

    let schemas = std::sync::Mutex::new(Vec::new());
    super::each_engine(migrations, |db| {
        let schemas = &schemas;
        async move {
            let schema = read(&db).await;
            assert!(!schema.is_empty(), "there are tables");
            assert_unique_names(&db).await;
            schemas.lock().expect("no panic before").push(schema);
        }
    })
    .await;
    let schemas = schemas.into_inner().expect("no panic before");
    if let [sqlite, postgres] = schemas.as_slice() {
        assert_eq!(sqlite, postgres, "left is SQLite, right is PostgreSQL; true = may be null");
    }
}

async fn read(db: &Db) -> Schema {
    // Partitions belong to their table and exist only on PostgreSQL.
    // SQLite reports a key column as nullable although `strict` tables refuse null in it.
    let columns: Vec<(String, String, bool)> = db
        .query_per_engine(
            "select table_name::text, column_name::text, is_nullable = 'YES' from information_schema.columns
             where table_schema = current_schema() and not exists (
                 select 1 from pg_class where relispartition and oid = to_regclass(quote_ident(table_name))
             )
             order by 1, 2",
            r#"select t.name, c.name, not (c."notnull" or c.pk > 0) from sqlite_schema t, pragma_table_info(t.name) c
             where t.type = 'table' and t.name not like 'sqlite_%' order by 1, 2"#,
        )
        .fetch_all()
        .await
        .expect("the catalogue is readable");
    let mut schema = Schema::new();
    for (table, column, nullable) in columns {
        schema.entry(table).or_default().insert(column, nullable);
    }
    schema
}

/// Unique indexes over columns (not over expressions) must be named `<table>_<column>_…_key`.
async fn assert_unique_names(db: &Db) {
    let indexes: Vec<(String, String)> = match db.engine() {
        Engine::Postgres => db.query(
            "select i.relname::text, t.relname || '_' || string_agg(a.attname::text, '_' order by k.position) || '_key'
             from pg_index x
             join pg_class i on i.oid = x.indexrelid
             join pg_class t on t.oid = x.indrelid
             join lateral unnest(x.indkey) with ordinality k(attnum, position) on k.position <= x.indnkeyatts
             join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum
             where x.indisunique and not x.indisprimary and x.indexprs is null
               and t.relnamespace = current_schema()::regnamespace
             group by i.relname, t.relname",
        ),
        Engine::Sqlite => db.query(
            r#"select i.name, t.name || '_' || group_concat(c.name, '_' order by c.seqno) || '_key'
             from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
             where t.type = 'table' and i."unique" and i.origin = 'c'
             group by t.name, i.name having count(*) = count(c.name)"#,
        ),
    }
    .fetch_all()
    .await
    .expect("the catalogue is readable");
    for (name, expected) in indexes {
        assert_eq!(name, expected, "a unique index is not called as its violations are reported");
    }
}
