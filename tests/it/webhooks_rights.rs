//! Every form of the webhooks' pages, taken from the route table: who may only look, and another account, change nothing by it.

use crate::support::html::Form;
use crate::support::visitor::Visitor;
use crate::webhook_desk::{Desk, LIST, URL};
use progreda::authz::Permission;
use progreda::binds;
use progreda::web::routes::Face;

const VIEWER: &str = "vera@harbor.example";

/// The addresses below the list that take a form, as the table has them.
fn targets() -> Vec<&'static str> {
    let routes = progreda::app::routes().into_iter();
    let forms =
        routes.filter(|route| route.method == "POST" && route.face == Face::Page && route.path.starts_with(LIST));
    let paths: Vec<&str> = forms.map(|route| route.path).collect();
    assert!(paths.len() >= 12, "{paths:?}");
    paths
}

/// What a form at this address says, but for who sends it. A new address has to be given its fields here.
fn fields(path: &str, integration: &str) -> Vec<(&'static str, String)> {
    let of_version = ("version", "1".to_owned());
    // Each form has a key of its own.
    let once = ("once", format!("{:032x}", path.len()));
    let event = ("events", "NoteCreate".to_owned());
    match path.trim_start_matches(LIST).trim_start_matches("/{id}") {
        "/new" => vec![
            ("integration", integration.to_owned()),
            ("url", URL.to_owned()),
            ("description", String::new()),
            event,
            once,
        ],
        "/edit" => vec![("description", "Other".to_owned()), event, of_version],
        "/secret/rotation" => vec![("how", "now".to_owned()), of_version, once],
        "/secret/rotation/cancellation" | "/old-secret/expiry" => vec![("keeps", String::new()), of_version],
        "/pause" | "/resume" | "/enable" => vec![of_version],
        "/test" => vec![once],
        "/redelivery" => vec![("since", "30d".to_owned()), of_version],
        "/deliveries/{delivery}/redelivery" => vec![],
        "/deletion" => vec![("host", crate::webhook_desk::HOST.to_owned()), of_version],
        other => panic!("a form at {other}: say what it holds"),
    }
}

/// The form, as somebody else's page would have given it.
async fn form(by: &Visitor, path: &str, (address, delivery): (&str, &str), integration: &str) -> Form {
    let own = by.get("/help").await.expect(200).form("/logout");
    let action = path.replace(&format!("{LIST}/{{id}}"), address).replace("{delivery}", delivery);
    let more = fields(path, integration).into_iter().map(|(name, value)| (name.to_owned(), value));
    Form { action, fields: own.fields.into_iter().chain(more).collect(), ..own }
}

/// All that forms could change.
async fn everything(desk: &Desk) -> Vec<(String,)> {
    let mut reader = desk.scene.db.read().await.unwrap();
    let mut all = Vec::new();
    for sql in [
        "SELECT id || description || url || CAST(version AS TEXT) || secret || COALESCE(CAST(paused_at AS TEXT), '') \
         || COALESCE(CAST(deleted_at AS TEXT), '') FROM webhook_endpoints ORDER BY id",
        "SELECT id || state || CAST(attempts AS TEXT) FROM webhook_deliveries ORDER BY id",
        "SELECT id FROM webhook_messages ORDER BY id",
        "SELECT id FROM events WHERE action LIKE 'webhook.%' ORDER BY id",
    ] {
        all.extend(reader.on().all::<(String,)>(sql, binds![]).await.unwrap());
    }
    all
}

#[actix_web::test]
async fn no_form_is_taken_from_who_may_only_look_or_belongs_elsewhere() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let delivery = desk.past(&address, "failed", desk.scene.db.world().now()).await.to_string();
    let scene = &desk.scene;
    scene.person(&scene.account, VIEWER, "User").await;
    scene.set_override(&scene.account, VIEWER, Permission::WebhooksView, Some(true)).await;
    let vera = scene.signed_in(VIEWER).await;
    let elsewhere = scene.account("Elsewhere").await;
    scene.person(&elsewhere, "oskar@else.example", "Admin").await;
    let oskar = scene.signed_in("oskar@else.example").await;
    let (of, integration) = ((address.as_str(), delivery.as_str()), desk.token.integration.as_str());

    let before = everything(&desk).await;
    for path in targets() {
        vera.submit(form(&vera, path, of, integration).await).await.expect(403);
        oskar.submit(form(&oskar, path, of, integration).await).await.expect(404);
        assert_eq!(everything(&desk).await, before, "{path}");
    }

    // The forms were good: from who manages webhooks each has its effect, or is refused for what the webhook is, not for who asks.
    for path in targets() {
        let answer = desk.ada().submit(form(desk.ada(), path, of, integration).await).await;
        assert!([303, 409].contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
    }
    assert_ne!(everything(&desk).await, before);
}

#[actix_web::test]
async fn pages_offer_who_may_only_look_no_form_and_no_way_to_one() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let delivery = desk.past(&address, "failed", desk.scene.db.world().now()).await;
    let scene = &desk.scene;
    scene.person(&scene.account, VIEWER, "User").await;
    scene.set_override(&scene.account, VIEWER, Permission::WebhooksView, Some(true)).await;
    let vera = scene.signed_in(VIEWER).await;
    for path in [LIST.to_owned(), address.clone(), format!("{address}/deliveries/{delivery}")] {
        let (seen, managed) = (vera.get(&path).await.expect(200), desk.ada().get(&path).await.expect(200));
        let ways = |text: &str| {
            let ends = targets().into_iter().map(|target| target.rsplit('}').next().unwrap_or(target).to_owned());
            ends.filter(|end| text.contains(&format!("{end}\""))).collect::<Vec<_>>()
        };
        assert_eq!(ways(&seen.text), Vec::<String>::new(), "{path}");
        assert_ne!(ways(&managed.text), Vec::<String>::new(), "{path}");
    }
}
