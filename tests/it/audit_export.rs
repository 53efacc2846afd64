//! The log as a file: the same events as on the page, no formula, a trace of its own.

use crate::audit::{LOG, made, newest, rows, scene};
use crate::audit_filters::add;
use crate::support::actors::Scene;
use crate::support::visitor::Page;
use progreda::world::Span;
use serde_json::Value;

const EXPORT: &str = "/settings/audit-log/export";

async fn download(scene: &Scene, query: &str, format: &str) -> Page {
    let form = scene.admin.get(&format!("{LOG}?{query}")).await.expect(200).form(EXPORT);
    scene.admin.submit(form.with("format", format)).await.expect(200)
}

fn objects(page: &Page) -> Vec<Value> {
    page.text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

#[actix_web::test]
async fn a_file_holds_what_the_filter_finds_and_leaves_a_trace() {
    let scene = scene().await;
    made(&scene, "Warehouse sync").await;
    scene.app.advance(Span::seconds(1));
    let file = download(&scene, "action=integration.*", "csv").await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"audit-log-"), "{:?}", file.headers);
    assert!(file.header("content-disposition").ends_with(".csv\""), "{:?}", file.headers);
    assert_eq!((file.header("cache-control"), file.header("content-type")), ("no-store", "text/csv; charset=utf-8"));
    let lines: Vec<&str> = file.text.split_terminator("\r\n").collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("time,event,") && lines[1].contains("created Warehouse sync"),
        "{lines:?}"
    );
    let row = newest(&scene).await;
    assert!(row.contains("downloaded the audit log as CSV") && row.contains("integration.*"), "{row}");
    let all = objects(&download(&scene, "", "jsonl").await);
    assert_eq!(all.len(), rows(&scene.admin.get(LOG).await).len(), "the download itself is in it");
    assert_eq!(all[0]["action"], "audit.exported");
    assert!(all.iter().any(|event| event["details"]["after"]["scopes"][0] == "contacts.readonly"), "{all:?}");
}

#[actix_web::test]
async fn no_name_becomes_a_formula() {
    let scene = scene().await;
    for name in ["=HYPERLINK(\"http://evil.example\")", "+1", "-2", "@SUM(A1)"] {
        made(&scene, name).await;
    }
    let file = download(&scene, "action=integration.*", "csv").await;
    for cell in [",\"'=HYPERLINK(\"\"http://evil.example\"\")\",", ",'+1,", ",'-2,", ",'@SUM(A1),"] {
        assert!(file.text.contains(cell), "{cell} in {}", file.text);
    }
    let starts = file.text.split_terminator("\r\n").flat_map(|line| line.split(','));
    let formulas: Vec<_> =
        starts.filter(|cell| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@'])).collect();
    assert!(formulas.is_empty(), "{formulas:?}");
}

#[actix_web::test]
async fn a_long_file_is_whole_and_in_order() {
    let scene = scene().await;
    add(&scene, 1_730, "role.changed", "role", "usr_x").await;
    add(&scene, 2_400, "staff.renamed", "staff", "usr_x").await;
    let all = objects(&download(&scene, "action=role.*", "jsonl").await);
    let mut ids: Vec<&str> = all.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1_730);
    assert!(ids.is_sorted_by(|one, next| one > next), "the newest first");
    ids.dedup();
    assert_eq!(ids.len(), 1_730);
}

#[actix_web::test]
async fn what_no_form_of_ours_sends_makes_no_file_and_no_trace() {
    let scene = scene().await;
    let form = scene.admin.get(LOG).await.form(EXPORT);
    for (name, value) in [("format", "xlsx"), ("person", "me"), ("limit", "1"), ("csrf", "x")] {
        let sent = form.clone().with("format", "csv").with(name, value);
        let status = scene.admin.submit(sent).await.status;
        assert!([400, 403, 409].contains(&status), "{name}={value}: {status}");
    }
    scene.admin.get(EXPORT).await.expect(405);
    assert!(!newest(&scene).await.contains("downloaded"));
}
