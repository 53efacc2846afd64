//! A phone with an authenticator app: reads the set-up page as a person does, and shows codes.

use super::actors::{PASSWORD, Scene, sign_in};
use super::visitor::{Page, Visitor};
use progreda::world::{Span, Timestamp};
use totp_rs::{Builder, Totp};

/// Where a second factor is set up.
pub const SET_UP: &str = "/profile/second-factor";

/// Somebody's phone, and the paper with their recovery codes.
pub struct Phone {
    totp: Totp,
    /// The secret as the page showed it, in base 32.
    pub secret: String,
    /// The recovery codes, until they are used.
    pub paper: Vec<String>,
}

impl Phone {
    /// Reads the secret that a set-up page shows as text.
    pub fn reading(page: &Page) -> Self {
        let shown = page.text.split("id=\"secret\"").nth(1).and_then(|rest| rest.split(['>', '<']).nth(1));
        let secret: String = shown.expect("the secret as text").chars().filter(char::is_ascii_alphanumeric).collect();
        let totp = Builder::new().with_secret(bytes_of(&secret)).build().expect("a secret of the right length");
        Self { totp, secret, paper: Vec::new() }
    }

    /// The code that it shows at this instant.
    pub fn code_at(&self, at: Timestamp) -> String {
        self.totp.generate(u64::try_from(at.millis() / 1_000).unwrap()).to_string()
    }

    /// The code that it shows now.
    pub fn code(&self, scene: &Scene) -> String {
        self.code_at(scene.app.world().now())
    }

    /// The next code: half a minute passes.
    pub fn next_code(&self, scene: &Scene) -> String {
        scene.app.advance(Span::seconds(30));
        self.code(scene)
    }

    /// Sets a second factor up for whoever is signed in, as they would.
    pub async fn set_up(scene: &Scene, visitor: &Visitor) -> Self {
        let page = visitor.get(SET_UP).await.expect(200);
        let mut phone = Self::reading(&page);
        let form = page.form(SET_UP).with("code", &phone.code(scene));
        let form =
            if form.fields.iter().any(|(name, _)| name == "password") { form.with("password", PASSWORD) } else { form };
        let done = visitor.submit(form).await.expect(303);
        phone.paper = codes_in(&visitor.follow(done).await.expect(200)).expect("the recovery codes");
        phone
    }

    /// Signs in with password and the next code.
    pub async fn sign_in(&self, scene: &Scene, email: &str) -> Visitor {
        let visitor = scene.app.visitor();
        sign_in(&visitor, email, PASSWORD).await.expect(303);
        send_code(&visitor, &self.next_code(scene)).await.expect(303);
        visitor
    }
}

/// The recovery codes that a page shows.
pub fn codes_in(page: &Page) -> Option<Vec<String>> {
    let shown = page.text.split("id=\"recovery-codes\"").nth(1)?.split(['>', '<']).nth(1)?;
    Some(shown.split_whitespace().map(str::to_owned).collect())
}

/// Sends the form for the code.
pub async fn send_code(visitor: &Visitor, code: &str) -> Page {
    let form = visitor.get("/login/code").await.expect(200).form("/login/code");
    visitor.submit(form.with("code", code)).await
}

fn bytes_of(base32: &str) -> [u8; 20] {
    let (mut bytes, mut kept, mut bits) = (Vec::new(), 0_u32, 0);
    for sign in base32.bytes() {
        let digit = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == sign).expect("base 32");
        kept = (kept << 5 | u32::try_from(digit).unwrap()) & 0xFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(kept >> bits & 0xFF).unwrap());
        }
    }
    bytes.try_into().expect("160 bits")
}
