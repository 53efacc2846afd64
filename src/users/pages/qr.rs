//! A QR code as the path of an SVG, so that it needs neither a picture from elsewhere nor a style of its own.

use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// The white margin that scanners need, in modules.
const QUIET: i32 = 4;

/// A drawn code.
#[derive(Clone)]
pub struct Drawing {
    /// Width and height in modules, with the margin.
    pub size: i32,
    /// The dark modules, as one path.
    pub path: Zeroizing<String>,
}

impl std::fmt::Debug for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Drawing")
    }
}

/// Draws `text`; `None` when it is too long for any QR code.
#[must_use]
pub fn draw(text: &str) -> Option<Drawing> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = Zeroizing::new(String::new());
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > from {
                let _ = write!(path, "M{} {}h{}v1h-{}z", from + QUIET, y + QUIET, x - from, x - from);
            }
            x += 1;
        }
    }
    Some(Drawing { size: code.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_are_drawn_inside_a_margin() {
        let drawing = draw("otpauth://totp/Progreda:a%40b.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert!(drawing.path.starts_with("M4 4h7v1h-7z"));
        let right = drawing.size - QUIET - 7;
        assert!(drawing.path.contains(&format!("M{right} 4h7v1h-7z")));
        assert!(draw(&"x".repeat(5_000)).is_none());
    }
}
