//! The harness proves itself on small pages: what it finds, and that each of its checks can fail.

use crate::harness::{Browser, Look, Options, Theme, story};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const FORM: &str = "<!doctype html><html lang=en><head><title>Sample page</title>
    <meta name=viewport content='width=device-width'><link rel=icon href='data:,'>
    <style>:root{color-scheme:light dark} body{background:Canvas} button,input{min-height:2rem}</style></head><body><main>
    <h1>Sample</h1><form action=/sent><p><label for=name>Name</label> <input id=name name=name autocomplete=name></p>
    <p><input type=checkbox id=agree name=agree value=yes><label for=agree>I agree</label></p>
    <button>Save</button></form><p><a href=/other>Other page</a></p><p hidden><button>Hidden</button></p>
    <output id=scripts>Scripts are off</output></main>
    <script>document.getElementById('scripts').textContent = 'Scripts are on';
    addEventListener('pageshow', event => { if (event.persisted) document.title = 'Restored page'; });</script></body></html>";

const FAULTY: &str =
    "<!doctype html><html lang=en><head><title>Faulty</title><link rel=icon href='data:,'></head><body><main>
    <h1>Faulty</h1><input id=nameless><div style='width:2000px'>wide</div></main></body></html>";

const NOISY: &str = "<!doctype html><html lang=en><head><title>Noisy</title><link rel=icon href='data:,'>
    <script>document.title = 'It ran'</script></head><body><h1>Noisy</h1></body></html>";

/// Serves the pages above until the test process ends; returns the address without a slash at the end.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // One thread each: Chromium opens connections ahead of need and leaves them silent.
            thread::spawn(move || answer(connection));
        }
    });
    url
}

fn answer(mut connection: TcpStream) -> Option<()> {
    let mut lines = BufReader::new(connection.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    lines.map_while(Result::ok).find(String::is_empty)?;
    let target = request.split(' ').nth(1)?.to_owned();
    let (policy, body) = match target.split('?').next()? {
        "/faulty" => ("default-src * 'unsafe-inline' data:", FAULTY.to_owned()),
        "/noisy" => ("script-src 'none'", NOISY.to_owned()),
        "/sent" => {
            let got = target.split_once('?').map_or("nothing", |(_, query)| query);
            (
                "default-src 'none'; img-src data:",
                format!("<!doctype html><title>Sent</title><link rel=icon href='data:,'><h1>Got {got}</h1>"),
            )
        }
        _ => ("default-src * 'unsafe-inline' data:", FORM.to_owned()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nContent-Security-Policy: {policy}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(format!("{head}{body}").as_bytes()).ok()
}

async fn fill_and_save(browser: &Browser) {
    browser.fill("Name", "Ada").await;
    browser.tick("I agree").await;
    browser.press("Save").await;
    browser.sees("Got name=Ada&agree=yes").await;
    browser.arrives_at("/sent?name=Ada&agree=yes").await;
}

#[actix_web::test]
async fn finds_by_role_and_name() {
    story("finds-by-role", Options::default(), async |browser| {
        browser.visit(&serve()).await;
        assert_eq!(browser.title().await, "Sample page");
        browser.heading("Sample").await;
        assert!(!browser.has("link", "Save").await, "a button is no link");
        assert!(!browser.has("button", "Hidden").await, "what is hidden is not there");
        assert_eq!(browser.text().await.matches("Scripts are on").count(), 1);
        browser.tab_to("link", "Other page").await;
        browser.tab_to("textbox", "Name").await;
        browser.keys("Grace").await;
        assert_eq!(browser.value("Name").await, "Grace");
        fill_and_save(&browser).await;
    })
    .await;
}

#[actix_web::test]
async fn a_double_click_is_two_clicks() {
    story("double-click", Options::default(), async |browser| {
        browser.visit(&serve()).await;
        browser.script("addEventListener('click', () => { document.title += '!' });").await;
        browser.script("document.forms[0].addEventListener('submit', event => event.preventDefault())").await;
        browser.press_twice("Save").await;
        assert_eq!(browser.title().await, "Sample page!!");
    })
    .await;
}

#[actix_web::test]
async fn works_with_scripts_off() {
    story("scripts-off", Options::without_scripts(), async |browser| {
        browser.visit(&serve()).await;
        browser.sees("Scripts are off").await;
        fill_and_save(&browser).await;
    })
    .await;
}

#[actix_web::test]
async fn back_restores_even_a_page_that_must_not_be_stored() {
    story("back-forward-cache", Options::default(), async |browser| {
        browser.visit(&serve()).await;
        browser.follow("Other page").await;
        browser.arrives_at("/other").await;
        browser.back().await;
        browser.arrives_at("/").await;
        assert_eq!(browser.title().await, "Restored page", "without this cache, tests of it pass wrongly");
        browser.forward().await;
        browser.arrives_at("/other").await;
        browser.sees("Scripts are on").await;
        browser.reload().await;
        browser.sees_no_more("Got").await;
    })
    .await;
}

#[actix_web::test]
async fn axe_and_width_find_planted_faults() {
    story("planted-faults", Options::wide(360), async |browser| {
        let server = serve();
        browser.visit(&server).await;
        assert_eq!(browser.axe().await, Vec::<String>::new());
        browser.no_sideways_scroll().await;
        browser.survey("harness-sample").await;
        browser.visit(&format!("{server}/faulty")).await;
        let faults = browser.axe().await;
        assert!(faults.iter().any(|fault| fault.starts_with("label:")), "{faults:?}");
        assert!(browser.sideways_scroll().await > 1000);
    })
    .await;
}

#[actix_web::test]
async fn looks_change_theme_width_and_motion() {
    story("looks", Options::default(), async |browser| {
        browser.visit(&serve()).await;
        let seen = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches,
            matchMedia('(prefers-reduced-motion: reduce)').matches];";
        assert_eq!(browser.script(seen).await, serde_json::json!([1280, false, false]));
        browser.look(Look { reduced_motion: true, ..Look::new(320, Theme::Dark) }).await;
        assert_eq!(browser.script(seen).await, serde_json::json!([320, true, true]));
        let picture = std::fs::read(browser.screenshot("harness-looks").await).unwrap();
        assert_eq!(picture.get(1..4), Some(b"PNG".as_slice()));
        assert_eq!(picture.get(16..20), Some([0, 0, 1, 64].as_slice()), "320 px wide");
        browser.visit_in_new_tab(&format!("{}/second", serve())).await;
        assert_eq!(browser.script(seen).await, serde_json::json!([320, true, true]));
    })
    .await;
}

#[actix_web::test]
async fn the_console_tells_of_a_refused_script() {
    story("refused-script", Options::default(), async |browser| {
        browser.visit(&format!("{}/noisy", serve())).await;
        let complaints = browser.complaints().await;
        assert!(complaints.iter().any(|line| line.contains("Content Security Policy")), "{complaints:?}");
        assert_eq!(browser.title().await, "Noisy");
        assert!(browser.complaints().await.is_empty(), "each is told once");
    })
    .await;
}

#[actix_web::test]
async fn a_failed_story_fails_and_leaves_its_page() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots").join("failed");
    let telling = actix_web::rt::spawn(story("planted-failure", Options::default(), async |browser| {
        browser.visit(&format!("{}/noisy", serve())).await;
        // The complaint that nobody asked for is the failure.
    }));
    assert!(telling.await.is_err());
    for ending in ["png", "html", "console.txt"] {
        // Removing is also the proof that it was there.
        std::fs::remove_file(folder.join(format!("planted-failure.{ending}"))).expect(ending);
    }
}
