//! The holder's own view as the reference of API v2 tells it.

use crate::web::described::{Chapter, Operation, Schema};

/// The chapter about a token itself.
#[must_use]
pub fn chapters() -> Vec<Chapter> {
    vec![Chapter {
        anchor: "token",
        title: "The token itself",
        text: "What the holder of a token can ask and do about it. No scope is needed, and no Version header.",
        operations: vec![whoami(), revoke()],
        objects: Vec::new(),
    }]
}

fn whoami() -> Operation {
    let integration = Schema::fields(vec![
        Schema::text().like("int_01kb6yq3e8r2c5v7n9h4d1mxzt").must("id"),
        Schema::text().note("Its name in the console").like("Warehouse sync").must("name"),
    ]);
    let token = Schema::fields(vec![
        Schema::text()
            .note("The token, cut so that it only serves to tell one from another")
            .like("pit_…R2fz")
            .may("hint"),
        Schema::one_of(&["current", "outgoing"])
            .note("outgoing: a newer token replaces it")
            .like("current")
            .may("role"),
        Schema::instant().may("createdAt"),
        Schema::instant().unlike().note("When it stops working; absent when it has no end").may("endsAt"),
    ]);
    let rotation = Schema::fields(vec![
        Schema::flag().note("Whether an older token works beside the newest").like(false).must("underWay"),
        Schema::instant().unlike().note("Until when both work").may("overlapEndsAt"),
    ]);
    Operation::new("GET", "/oauth/whoami", "whoami", "Whose token is this")
        .text("The first call to make: it names the account, which other calls take as locationId, and the scopes.")
        .answers(
            200,
            Schema::fields(vec![
                integration.must("integration"),
                Schema::text().note("The account").like("acc_01k9w4c7n2f5j8p1r3v6y0bdhm").must("locationId"),
                Schema::list(Schema::text())
                    .note("What the token may do")
                    .like(vec!["contacts.readonly"])
                    .must("scopes"),
                token.must("token"),
                rotation.must("rotation"),
            ]),
        )
}

fn revoke() -> Operation {
    let form = Schema::fields(vec![
        Schema::text().from("TOKEN").note("The token to end").must("token"),
        Schema::text().note("Taken for the sake of RFC 7009, and not looked at").unlike().may("token_type_hint"),
    ]);
    Operation::new("POST", "/oauth/revoke", "revoke", "End a token")
        .text(
            "At once and for good, for whoever has it (RFC 7009), also when it was found somewhere. The answer is the same whether there was such a token or not.",
        )
        .form(form)
        .answers(200, Schema::fields(vec![Schema::flag().like(true).must("succeeded")]))
        .refuses(400, "invalid_request", "There is no token, or a field twice.")
}
