//! The server of a test: it answers, comes back after a restart, and is gone afterwards.

use crate::support::app::TestApp;
use progreda::world::Span;
use std::net::TcpStream;

#[actix_web::test]
async fn a_server_answers_restarts_and_ends_with_its_test() {
    let mut app = TestApp::start().await;
    app.visitor().get("/healthz").await.expect(200);
    app.advance(Span::days(1));
    app.restart();
    app.visitor().get("/healthz").await.expect(200);
    assert!(app.database().key_file().exists());
    let address = app.url().trim_start_matches("http://").to_owned();
    drop(app);
    assert!(TcpStream::connect(address).is_err());
}
