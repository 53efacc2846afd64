//! The refusals of API v2: status, stable code, and what each means.

/// A stable code of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The status it comes with.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// What it means, and what to do.
    pub means: &'static str,
}

const fn code(status: u16, code: &'static str, means: &'static str) -> Code {
    Code { status, code, means }
}

/// Every code, by status.
pub const CODES: &[Code] = &[
    code(400, "json_malformed", "The body is not JSON that can be read in one way only; the message says where."),
    code(400, "malformed", "The request cannot be read."),
    code(400, "invalid_request", "There is more than one Authorization header, or a form of /oauth that is not one."),
    code(400, "idempotency_key_invalid", "Idempotency-Key is not one header of 1 to 255 visible ASCII characters."),
    code(
        400,
        "duplicate_contact",
        "The account has a contact with the same e-mail address or phone number; meta names it.",
    ),
    code(400, "if_match_malformed", "If-Match is neither * nor a list of entity tags in their quotes."),
    code(401, "token_missing", "No token was sent in the Authorization header."),
    code(401, "token_invalid", "There is no such token. When it was copied badly, error says so."),
    code(401, "token_rotated", "A newer token replaced it."),
    code(401, "token_expired", "Its end was reached."),
    code(401, "token_paused", "Its integration is paused."),
    code(401, "token_deleted", "Its integration was deleted."),
    code(401, "token_revoked", "It was revoked."),
    code(401, "account_disabled", "Its whole account is disabled."),
    code(401, "version_missing", "The Version header is missing."),
    code(401, "version_invalid", "The Version header names no version that is served."),
    code(403, "scope_missing", "The token lacks the scope; message and WWW-Authenticate name it."),
    code(403, "location_forbidden", "The call names another account than the token's."),
    code(403, "forbidden", "The token may not do this."),
    code(404, "not_found", "There is nothing at this address."),
    code(404, "contact_not_found", "The account has no contact with this id."),
    code(404, "note_not_found", "The contact has no note with this id."),
    code(404, "task_not_found", "The contact has no task with this id."),
    code(404, "route_not_served", "The route belongs to API v2, but Progreda does not serve it."),
    code(405, "method_not_allowed", "The method is not served here; Allow names those that are."),
    code(408, "too_slow", "The body did not arrive within 10 seconds."),
    code(409, "conflict", "Another call came between. Nothing was changed; try again."),
    code(
        409,
        "idempotency_in_progress",
        "The call with this Idempotency-Key is still being served; ask again shortly.",
    ),
    code(
        409,
        "idempotency_answer_lost",
        "The call with this Idempotency-Key was served, and its answer was lost or went with what was deleted; meta names what it made.",
    ),
    code(412, "precondition_failed", "It has changed since the version that If-Match names. Read it again."),
    code(413, "body_too_large", "The body is larger than 256 kB."),
    code(415, "media_type_unsupported", "The body has another content type than the one that is read here."),
    code(422, "validation_failed", "Fields are wrong; message is a list that names each."),
    code(422, "idempotency_key_reused", "Idempotency-Key was used for another call or body. Nothing was changed."),
    code(429, "too_many_requests", "Too many calls; try again after the seconds in Retry-After."),
    code(500, "internal", "A fault on our side. Nothing was changed; name the traceId when you ask about it."),
    code(
        503,
        "unavailable",
        "The database cannot be reached. Nothing was changed; try again after the seconds in Retry-After.",
    ),
];

/// A status, its name as a component of the document, and what it means.
pub const STATUSES: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request cannot be read, or is refused as a duplicate."),
    (401, "Unauthorized", "No token, one that does not work, or no Version."),
    (403, "Forbidden", "The token lacks a scope, or the account is another one."),
    (404, "NotFound", "There is nothing of this id in the account."),
    (405, "MethodNotAllowed", "The method is not served at this path."),
    (408, "RequestTimeout", "The body did not arrive in time."),
    (409, "Conflict", "It does not fit the present state. Nothing was changed."),
    (412, "PreconditionFailed", "The thing has changed since its ETag was told. Nothing was changed."),
    (413, "ContentTooLarge", "The body is too large."),
    (415, "UnsupportedMediaType", "The body has another content type than the one that is read here."),
    (422, "UnprocessableContent", "Fields are wrong; each is named."),
    (429, "TooManyRequests", "Too many calls."),
    (500, "InternalServerError", "A fault on our side."),
    (503, "ServiceUnavailable", "The database cannot be reached at the moment."),
];
