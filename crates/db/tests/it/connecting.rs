use std::time::Duration;

use patchbay_db::{Db, DbConfig, DbError};
use patchbay_testkit::database::each_engine;

use crate::things::{MIGRATIONS, count, insert, insert_in, thing};

#[tokio::test]
async fn a_database_in_memory_takes_writes_reads_and_transactions() {
    let db = Db::connect(&DbConfig::new("sqlite::memory:"), "a-service", &MIGRATIONS).await.unwrap();
    db.migrate().await.unwrap();
    insert(&db, &[thing(1)]).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    insert_in(&mut tx, &[thing(2)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&db).await, 2);
}

#[tokio::test]
async fn sqlite_creates_its_folder_and_keeps_committed_rows() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("deep/er");
    let config = DbConfig::new(format!("sqlite:{}", folder.display()));
    let db = Db::connect(&config, "a-service", &MIGRATIONS).await.unwrap();
    db.migrate().await.unwrap();
    insert(&db, &[thing(1)]).await.unwrap();
    db.close().await;
    assert!(folder.join("a-service.db").is_file());

    let again = Db::connect(&config, "a-service", &MIGRATIONS).await.unwrap();
    again.ready().await.unwrap();
    assert_eq!(count(&again).await, 1);
    again.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_files_of_sqlite_new_or_old() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let config = DbConfig::new(format!("sqlite:{}", folder.path().display()));
    for _ in 0..2 {
        let db = Db::connect(&config, "a-service", &MIGRATIONS).await.unwrap();
        db.migrate().await.unwrap();
        insert(&db, &[]).await.unwrap();
        let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()).collect();
        assert!(files.len() >= 2, "the database and its log: {files:?}");
        for file in &files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
        db.close().await;
        // As an earlier version left it.
        fs::set_permissions(folder.path().join("a-service.db"), Permissions::from_mode(0o644)).unwrap();
    }
}

#[tokio::test]
async fn sqlite_moves_committed_pages_into_its_file_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let config = DbConfig::new(format!("sqlite:{}", folder.path().display()));
    let db = Db::connect(&config, "a-service", &MIGRATIONS).await.unwrap();
    db.migrate().await.unwrap();
    let things: Vec<_> = (1..=3000).map(thing).collect();
    insert(&db, &things).await.unwrap();
    let size = || std::fs::metadata(folder.path().join("a-service.db")).unwrap().len();
    let before = size();
    patchbay_testkit::eventually(Duration::from_secs(20), "the file grows", async || {
        (size() > before + 100_000).then_some(())
    })
    .await;
    db.close().await;
}

#[tokio::test]
async fn a_url_of_another_kind_is_refused_without_being_repeated() {
    let config = DbConfig::new("mysql://root:hunter2@localhost");
    let error = Db::connect(&config, "a-service", &MIGRATIONS).await.unwrap_err();
    assert!(matches!(&error, DbError::Other(message) if !message.contains("hunter2")), "{error:?}");
}

#[tokio::test]
async fn the_pool_says_how_many_connections_are_open() {
    each_engine(&MIGRATIONS, |db| async move {
        let tx = db.begin().await.unwrap();
        let stats = db.pool_stats();
        assert!(stats.size > stats.idle, "{stats:?}");
        tx.rollback().await.unwrap();
    })
    .await;
}
