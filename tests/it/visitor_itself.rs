//! The scriptless browser proves that it reads forms and keeps cookies as real ones do.

use crate::support::html::forms;
use crate::support::visitor::Visitor;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

const PAGE: &str = r#"<!doctype html><!-- <form action="/commented"> --><form method="post" action="/save?a=1&#38;b=2" id=main>
    <input type="hidden" name="once" value="k&#34;>1"><input name=name value='Ada &#38; Co'><input type=checkbox name=scope value=one checked>
    <input type=checkbox name=scope value=two><input type=checkbox name=scope value="three" checked><input name=off value=x disabled>
    <select name="role"><option value="1">One<option value="2" selected>Two</select><select name=first><option>A &#60;b&#62;<option>B</select>
    <textarea name="note">
two
lines</textarea><button name=act value=save>Save</button></form>
    <input form=main name=outside value=yes><form action="/search"><input type=search name=q></form>"#;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_form_sends_what_its_page_holds() {
    let found = forms(PAGE);
    let [save, search] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((save.action.as_str(), save.method.as_str()), ("/save?a=1&b=2", "post"));
    let expected = [
        ("once", "k\">1"),
        ("name", "Ada & Co"),
        ("scope", "one"),
        ("scope", "three"),
        ("role", "2"),
        ("first", "A <b>"),
        ("note", "two\nlines"),
        ("outside", "yes"),
    ];
    assert_eq!(save.fields, expected.map(|(name, value)| pair(name, value)));
    assert_eq!((search.method.as_str(), search.fields.as_slice()), ("get", [pair("q", "")].as_slice()));
    let changed = search.clone().with("q", "x").with_all("tag", &["a", "b"]).with_all("none", &[]);
    assert_eq!(changed.fields, [pair("q", "x"), pair("tag", "a"), pair("tag", "b")]);
}

const FORM: &str = "<form method=post action=/in><input name=a value='b c'></form>";

/// Answers each request with what it was asked, but for one page with a form.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let Some(request) = read_request(&mut connection) else { continue };
            let body = if request.starts_with("get /form ") { FORM } else { &request };
            let (status, header) = match request.split(' ').nth(1).unwrap() {
                "/in" => ("303 See Other", "Location: /home\r\nSet-Cookie: id=7; Path=/; HttpOnly\r\n"),
                "/out" => ("200 OK", "Set-Cookie: id=; Max-Age=0\r\n"),
                _ => ("200 OK", ""),
            };
            let head =
                format!("HTTP/1.1 {status}\r\n{header}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            connection.write_all((head + body).as_bytes()).unwrap();
        }
    });
    url
}

/// A whole request in small letters, however many pieces it came in.
fn read_request(connection: &mut TcpStream) -> Option<String> {
    let (mut request, mut piece) = (String::new(), [0; 4096]);
    loop {
        let length = connection.read(&mut piece).ok().filter(|length| *length > 0)?;
        request += &String::from_utf8_lossy(&piece[..length]).to_lowercase();
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= announced.map_or(0, |length| length.parse().unwrap()) {
            return Some(request);
        }
    }
}

#[actix_web::test]
async fn cookies_stay_with_their_visitor() {
    let url = echo();
    let (visitor, stranger) = (Visitor::new(&url), Visitor::new(&url));
    let page = visitor.get("/form").await.expect(200);
    let answer = visitor.submit(page.form("/in")).await.expect(303);
    assert!(
        answer.shows("a=b+c") && answer.shows("sec-fetch-site: same-origin") && answer.shows(&format!("origin: {url}"))
    );
    let home = visitor.follow(answer).await.expect(200);
    assert_eq!(home.path, "/home");
    assert!(home.shows("cookie: id=7"));
    assert!(!stranger.get("/home").await.shows("cookie:"));
    visitor.get("/out").await;
    assert_eq!(visitor.cookie("id"), None);
}
