//! Every registered statement is prepared by the engine in use, and both engines have
//! the same tables and columns: what a compiler would have checked.

use std::collections::BTreeSet;

use fadeline::storage::engine::Sql;

use crate::support::TestApp;

#[tokio::test]
async fn every_statement_is_one_that_the_engine_understands() {
    let app = TestApp::empty().await;
    let mut count = 0;
    for sql in fadeline::storage::engine::registered() {
        app.app.db.columns(sql).await.unwrap_or_else(|error| panic!("{}: {error}", sql.at));
        count += 1;
    }
    assert!(count > 60, "only {count} statements are registered");
}

#[test]
fn statements_that_differ_between_the_engines_are_counted_and_explained() {
    let differing: BTreeSet<&str> = fadeline::storage::engine::registered()
        .filter(|sql: &&Sql| sql.sqlite != sql.postgres)
        .map(|sql| sql.at.split(':').next().unwrap())
        .collect();
    assert_eq!(
        differing.into_iter().collect::<Vec<_>>(),
        [
            "src/storage/booking/claims.rs", "src/storage/booking/resources.rs",
            "src/storage/messages/feeds.rs", "src/storage/messages/ledger.rs"
        ]
    );
}
