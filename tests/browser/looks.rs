//! Measures that no picture checks: words keep their size and stay whole on a phone, and messages lie on nothing.

use crate::console::{Console, LIST};
use crate::harness::{Browser, Look, Options, Theme, story};
use serde_json::json;

const PHONE: Look = Look::new(360, Theme::Light);

#[actix_web::test]
async fn a_phone_shows_values_whole_and_words_large_enough() {
    story("looks-phone", Options::default(), async |browser| {
        let console = Console::open().await;
        let widget = console.integration("Booking widget", "contacts.readonly").await;
        widget.software.list("&limit=1").await.expect(200);
        console.sign_in(&browser, &widget.path).await;
        browser.look(PHONE).await;
        let heights = "return [...document.querySelectorAll('.chart span, .chart text')]
            .map(word => word.getBoundingClientRect().height).filter(height => height > 0 && height < 12)";
        assert_eq!(browser.script(heights).await, json!([]), "words of the chart that are too small");
        assert_ne!(browser.script("return document.querySelectorAll('.chart text').length").await, json!(0));

        browser.follow("Rotate token").await;
        browser.heading("Rotate the token of Booking widget").await;
        hints_are_whole(&browser).await;
        for width in [360, 320] {
            browser.look(Look::new(width, Theme::Light)).await;
            let lines = "const parts = [...document.querySelectorAll('.dialog .segmented__part')];
                return [parts.length, new Set(parts.map(part => part.getBoundingClientRect().top)).size,
                    parts.filter(part => part.scrollWidth > part.clientWidth).length]";
            assert_eq!(browser.script(lines).await, json!([4, 1, 0]), "the overlaps stand in one line at {width}");
        }
        browser.press("Continue").await;
        browser.heading("Copy the token for Booking widget").await;
        hints_are_whole(&browser).await;
    })
    .await;
}

#[actix_web::test]
async fn a_message_lies_on_nothing_that_can_be_pressed() {
    story("looks-message", Options::default(), async |browser| {
        let console = Console::open().await;
        let widget = console.integration("Booking widget", "contacts.readonly").await;
        console.sign_in(&browser, &format!("{}/edit", widget.path)).await;
        browser.fill("Description (optional)", "Online booking on the website").await;
        browser.press("Update").await;
        browser.arrives_at(&widget.path).await;
        browser.button("Close message").await;
        for look in [Look::new(1280, Theme::Light), Look::new(1000, Theme::Light), PHONE] {
            browser.look(look).await;
            let covered = "const flash = document.querySelector('.flash').getBoundingClientRect();
                return [...document.querySelectorAll('a, button, summary, input')].filter(one => one.checkVisibility() && !one.closest('.flash'))
                    .filter(one => { const box = one.getBoundingClientRect(); return box.width > 1
                        && box.left < flash.right && box.right > flash.left && box.top < flash.bottom && box.bottom > flash.top })
                    .map(one => one.textContent)";
            assert_eq!(browser.script(covered).await, json!([]), "the message covers these at {}", look.width);
        }
    })
    .await;
}

#[actix_web::test]
async fn a_name_without_spaces_breaks_instead_of_widening_the_page() {
    story("looks-long-name", Options::default(), async |browser| {
        let console = Console::open().await;
        let name = "W".repeat(80);
        let long = console.integration(&name, "contacts.readonly").await;
        console.sign_in(&browser, &long.path).await;
        browser.look(Look::new(320, Theme::Light)).await;
        let own = ["", "/edit", "/deletion", "/rotation", "/pause", "/compromised", "/clone"];
        let own = own.iter().map(|page| format!("{}{page}", long.path));
        let making =
            ["new/scopes", "new/review"].map(|step| format!("{LIST}/{step}?name={name}&scopes=contacts.readonly"));
        for path in own.chain([LIST.to_owned()]).chain(making) {
            browser.visit(&console.url(&path)).await;
            browser.no_sideways_scroll().await;
        }
    })
    .await;
}

async fn hints_are_whole(browser: &Browser) {
    let broken = "const hints = [...document.querySelectorAll('main .mono, dialog .mono')].filter(hint => hint.textContent.startsWith('pit_…'));
        return [hints.length > 0, ...hints.filter(hint => hint.getClientRects().length > 1).map(hint => hint.textContent)]";
    assert_eq!(browser.script(broken).await, json!([true]), "hints that break in two");
}
