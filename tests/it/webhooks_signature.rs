//! Our signatures, checked by a published library of Standard Webhooks.

use progreda::ids::MessageId;
use progreda::webhooks::Example;
use progreda::webhooks::secret::{SigningSecret, seconds};
use progreda::world::{Span, World};
use reqwest::header::HeaderMap;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

fn headers(id: &str, timestamp: i64, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HEADER_WEBHOOK_ID, id.parse().unwrap());
    headers.insert(HEADER_WEBHOOK_TIMESTAMP, timestamp.into());
    headers.insert(HEADER_WEBHOOK_SIGNATURE, signature.parse().unwrap());
    headers
}

#[test]
fn the_library_takes_what_we_sign_and_nothing_else() {
    let world = World::real();
    let now = world.now();
    for body in ["{}", r#"{"type":"ContactCreate","firstName":"Ada"}"#, "", "Zo\u{eb} \u{1f98a}\r\n\0."] {
        let (secret, id) = (SigningSecret::generate(world.entropy()), MessageId::new(now, world.entropy()));
        let signature = secret.sign(&id, now, body);
        let late = secret.sign(&id, now.minus(Span::minutes(6)), body);
        let text = secret.reveal_once();
        let library = Webhook::new(&text).unwrap();
        let (id, at) = (id.to_string(), seconds(now));
        assert_eq!(library.sign(&id, at, body.as_bytes()).unwrap(), signature);
        library.verify(body.as_bytes(), &headers(&id, at, &signature)).unwrap();
        let old = Webhook::new(&SigningSecret::generate(world.entropy()).reveal_once()).unwrap();
        let both = format!("{} {signature}", old.sign(&id, at, body.as_bytes()).unwrap());
        library.verify(body.as_bytes(), &headers(&id, at, &both)).unwrap();
        old.verify(body.as_bytes(), &headers(&id, at, &both)).unwrap();
        old.verify(body.as_bytes(), &headers(&id, at, &signature)).unwrap_err();
        library.verify(format!("{body} ").as_bytes(), &headers(&id, at, &signature)).unwrap_err();
        library.verify(body.as_bytes(), &headers("msg_other", at, &signature)).unwrap_err();
        library.verify(body.as_bytes(), &headers(&id, at + 1, &signature)).unwrap_err();
        library.verify(body.as_bytes(), &headers(&id, at - 360, &late)).unwrap_err();
    }
}

#[test]
fn the_example_of_the_reference_is_genuine() {
    let example = Example::new(&World::real());
    let library = Webhook::new(&example.secret).unwrap();
    let headers = headers(&example.id, example.timestamp, &example.signature);
    library.verify(example.body.as_bytes(), &headers).unwrap();
    assert!(!example.id.contains('.'));
}
