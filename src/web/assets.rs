//! Serves the bundled stylesheet, script and pictures, each under a name that changes with its content.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use include_dir::{Dir, include_dir};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

static FILES: Dir<'static> = include_dir!("$OUT_DIR/static");

/// The file named by the path segment `file`, in the best encoding that the reader accepts; 404 in plain text for
/// any other name. For GET and HEAD of `/static/{file}`.
#[expect(clippy::unused_async, reason = "a handler is async, and the files are in memory")]
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let name = request.match_info().query("file");
    let Some((media_type, content)) = media_type(name).zip(FILES.get_file(name)) else {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is no such file\n");
    };
    let accepted = header(&request, &ACCEPT_ENCODING);
    let (body, encoding) = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(accepted, coding))
        .find_map(|(coding, ending)| {
            let packed = FILES.get_file(format!("{name}.{ending}"))?;
            Some((packed.contents(), Some(coding)))
        })
        .unwrap_or((content.contents(), None));

    let tag = format!("\"{name}{}{}\"", if encoding.is_some() { "-" } else { "" }, encoding.unwrap_or_default());
    let known = header(&request, &IF_NONE_MATCH);
    let fresh = known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag || known.trim() == "*");

    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((ETAG, tag));
    if fresh {
        return response.finish();
    }
    if let Some(encoding) = encoding {
        response.insert_header((CONTENT_ENCODING, encoding));
    }
    response.insert_header((CONTENT_TYPE, media_type)).body(body)
}

fn header<'request>(request: &'request HttpRequest, name: &HeaderName) -> &'request str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Only the plain names are addresses; their packed forms are not.
fn media_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml; charset=utf-8"),
        _ => None,
    }
}

/// Whether an `Accept-Encoding` names `coding`, or all, without `q=0`.
fn accepts(header: &str, coding: &str) -> bool {
    let weight = |wanted: &str| {
        header.split(',').find_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case(wanted);
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            named.then_some(quality.unwrap_or(0.0))
        })
    };
    weight(coding).or_else(|| weight("*")).is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_counts_only_when_it_is_accepted() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("*", "gzip"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("br;q=0, *", "br"));
        assert!(!accepts("", "gzip"));
    }

    #[test]
    fn a_first_visit_stays_small() {
        let packed = |address: &str| {
            let name = address.trim_start_matches("/static/");
            FILES.get_file(format!("{name}.br")).unwrap().contents().len()
        };
        assert!(packed(CSS) <= 12 * 1024, "stylesheet: {} bytes", packed(CSS));
        assert!(packed(JS) <= 20 * 1024, "script: {} bytes", packed(JS));
        assert!(packed(ICONS) <= 10 * 1024, "icons: {} bytes", packed(ICONS));
    }
}
