//! What tests are stored on: copies of one template that do not know each other.

use crate::support::database::{Engine, TestDatabase};
use progreda::db::Db;
use progreda::world::World;

async fn open(database: &TestDatabase) -> Db {
    Db::open(database.url(), &database.key_file(), World::real()).await.expect("the copy opens with its key")
}

#[actix_web::test]
async fn each_test_has_its_own_database_and_leaves_none() {
    let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
    assert_ne!(one.url(), other.url());
    let folder = one.folder().to_path_buf();
    let url = one.url().to_owned();
    let key_file = std::fs::read(one.key_file()).unwrap();
    let (first, second) = (open(&one).await, open(&other).await);
    first.close().await;
    drop(one);
    assert!(!folder.exists());
    if Engine::chosen() == Engine::Postgres {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("progreda.key"), key_file).unwrap();
        let gone = Db::open(&url, &folder.join("progreda.key"), World::real()).await;
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(gone.is_err(), "the dropped database is still there");
    }
    second.read().await.expect("the other is untouched");
    second.close().await;
}

#[actix_web::test]
async fn an_unopened_database_opens_and_gets_its_key() {
    let database = TestDatabase::unopened().await;
    assert!(!database.key_file().exists());
    open(&database).await.close().await;
    assert!(database.key_file().exists());
    open(&database).await.close().await;
}
