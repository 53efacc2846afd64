//! Every action that the journal knows: the one list behind the filter's choices and the wording.

/// An action with its words.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// Its stable name in the journal.
    pub code: &'static str,
    /// The kind of thing that it is done to.
    pub kind: &'static str,
    /// What the filter calls it.
    pub label: &'static str,
    /// An icon's name in the sprite.
    pub icon: &'static str,
    /// The sentence after the name of who did it; what stands in braces is filled in by `words`.
    pub phrase: &'static str,
}

const fn of(
    kind: &'static str,
    code: &'static str,
    icon: &'static str,
    label: &'static str,
    phrase: &'static str,
) -> Action {
    Action { code, kind, label, icon, phrase }
}

/// The kinds of things, with what the filter calls them; contacts last, since the log leaves them out unless they are asked for.
pub const KINDS: &[(&str, &str)] = &[
    ("integration", "Integrations"),
    ("webhook", "Webhooks"),
    ("user", "Sign-in and profile"),
    ("staff", "My Staff"),
    ("invitation", "Invitations"),
    ("role", "Roles"),
    ("lab", "Labs"),
    ("account", "Account"),
    ("route", "Refusals"),
    ("audit_log", "Audit Log"),
    ("keys", "Keys"),
    (CONTACT, "Contacts"),
];

/// The kind whose events are outside the chain and listed only when they are asked for.
pub const CONTACT: &str = "contact";

/// Every action.
#[rustfmt::skip]
pub const ACTIONS: &[Action] = &[
    of("integration", "integration.created", "plus", "Created", "created {it}"),
    of("integration", "integration.updated", "sliders-horizontal", "Scopes, name or description changed", "{updated}"),
    of("integration", "integration.rotation_started", "refresh-cw", "Rotation started", "started a rotation{of}{overlap}"),
    of("integration", "integration.rotated_now", "refresh-cw", "Rotated at once", "{rotated}"),
    of("integration", "integration.rotation_cancelled", "undo-2", "Rotation cancelled", "cancelled the rotation{of}"),
    of("integration", "integration.outgoing_expired", "timer", "Old token expired by hand", "expired the old token{ended}{of}"),
    of("integration", "integration.overlap_extended", "hourglass", "Overlap extended", "extended the overlap{of}{until}"),
    of("integration", "integration.overlap_ended", "timer", "Overlap ended", "ended the old token{ended}{of}: its deadline passed"),
    of("integration", "integration.token_ended", "timer", "Token ended by its deadline", "ended the token{ended}{of}: its deadline passed"),
    of("integration", "integration.paused", "circle-pause", "Paused", "paused {it}"),
    of("integration", "integration.resumed", "circle-play", "Resumed", "resumed {it}"),
    of("integration", "integration.taken_over", "user-round", "Taken over", "took over {it}"),
    of("integration", "integration.deleted", "trash-2", "Deleted", "deleted {it}"),
    of("integration", "integration.token_revoked", "ban", "Token revoked by its holder", "revoked the token{ended}{of}"),

    of("webhook", "webhook.created", "plus", "Created", "created {it}{for}"),
    of("webhook", "webhook.updated", "sliders-horizontal", "Events or description changed", "changed {it}"),
    of("webhook", "webhook.paused", "circle-pause", "Paused", "paused {it}"),
    of("webhook", "webhook.resumed", "circle-play", "Resumed", "resumed {it}"),
    of("webhook", "webhook.disabled", "circle-x", "Disabled by the server", "disabled {it}{why}"),
    of("webhook", "webhook.enabled", "circle-play", "Enabled again", "enabled {it} again"),
    of("webhook", "webhook.secret_rotated", "refresh-cw", "Signing secret rotated", "rotated the signing secret{of}"),
    of("webhook", "webhook.secret_rotation_cancelled", "undo-2", "Rotation of a signing secret cancelled", "cancelled the rotation of the signing secret{of}"),
    of("webhook", "webhook.old_secret_expired", "timer", "Old signing secret expired by hand", "expired the old signing secret{of}"),
    of("webhook", "webhook.test_sent", "webhook", "Test event sent", "sent a test event to {it}"),
    of("webhook", "webhook.redelivered", "refresh-cw", "Delivered again", "{redelivered} to {it} again"),
    of("webhook", "webhook.deleted", "trash-2", "Deleted", "deleted {it}{with}"),

    of("user", "user.added", "user-plus", "Person made", "added {it}"),
    of("user", "user.signed_in", "key-round", "Signed in", "signed in"),
    of("user", "user.sign_in_failed", "circle-x", "Sign-in failed", "failed to sign in as {it}"),
    of("user", "user.signed_out", "log-out", "Signed out", "signed out"),
    of("user", "session.account_switched", "building-2", "Came from another account", "came from another account"),
    of("user", "user.renamed", "pencil", "Own name changed", "changed {their} name to {after.name}"),
    of("user", "user.password_changed", "key-round", "Password changed", "changed {their} password"),
    of("user", "user.password_hash_upgraded", "key-round", "Password stored anew", "had {their} password stored anew, with stronger settings"),
    of("user", "user.password_refused", "circle-x", "Wrong password when asked again", "gave a wrong password when asked for it again"),
    of("user", "user.code_refused", "circle-x", "Wrong code", "gave a wrong code"),
    of("user", "user.sessions_ended", "log-out", "Sessions ended", "ended {sessions}{their} sessions"),
    of("user", "user.second_factor_enabled", "shield-check", "Second factor set up", "set up {their} second factor"),
    of("user", "user.second_factor_disabled", "shield-check", "Second factor switched off", "switched off {their} second factor"),
    of("user", "user.second_factor_reset", "shield-check", "Second factor reset", "reset {their} second factor"),
    of("user", "user.recovery_codes_made", "file-text", "Recovery codes made", "made {their} recovery codes anew"),
    of("user", "user.recovery_code_used", "file-text", "Recovery code used", "used one of {their} recovery codes"),
    of("user", "user.email_change_started", "mail", "Change of e-mail started", "asked for another e-mail address{of}"),
    of("user", "user.email_changed", "mail", "E-mail changed", "changed {their} e-mail address"),
    of("user", "password_reset.requested", "mail", "Password reset asked for", "asked for a password reset{of}"),
    of("user", "password_reset.started", "mail", "Password reset started", "started a password reset for {it}"),
    of("user", "password_reset.used", "key-round", "Password reset used", "set {their} password with a reset link"),

    of("staff", "staff.renamed", "pencil", "Name changed", "changed the name of {it} to {after.name}"),
    of("staff", "staff.role_given", "shield-check", "Role given", "gave {it} the role {role}"),
    of("staff", "staff.overrides_changed", "sliders-horizontal", "Permissions changed", "{overrides}"),
    // Written by earlier versions from the command line.
    of("staff", "staff.override_set", "sliders-horizontal", "Permission set by the operator", "{overrides}"),
    of("staff", "staff.disabled", "ban", "Disabled", "disabled {it}"),
    of("staff", "staff.enabled", "circle-play", "Enabled", "enabled {it}"),
    of("staff", "staff.removed", "trash-2", "Removed", "removed {it} from the account"),

    of("invitation", "invitation.sent", "mail", "Sent", "invited {it}{as}"),
    of("invitation", "invitation.sent_again", "mail", "Sent again", "sent the invitation of {it} again"),
    of("invitation", "invitation.withdrawn", "undo-2", "Withdrawn", "withdrew the invitation of {it}"),
    of("invitation", "invitation.accepted", "user-plus", "Accepted", "accepted the invitation of {it}{as}"),

    of("role", "role.created", "plus", "Created", "made the role {it}"),
    of("role", "role.changed", "sliders-horizontal", "Permissions changed", "changed what the role {it} may do"),
    of("role", "role.renamed", "pencil", "Renamed", "renamed the role {before.name} to {after.name}"),
    of("role", "role.deleted", "trash-2", "Deleted", "deleted the role {it}"),

    of("lab", "lab.enabled", "flask-conical", "Switched on", "switched on the lab {it}"),
    of("lab", "lab.disabled", "flask-conical", "Switched off", "switched off the lab {it}"),

    of("account", "account.added", "building-2", "Made", "made the account {it}"),
    of("account", "account.disabled", "ban", "Disabled", "disabled the account {it}"),
    of("account", "account.enabled", "circle-play", "Enabled", "enabled the account {it}"),
    of("account", "account.renamed", "pencil", "Renamed", "renamed the account {before.name} to {after.name}"),
    of("account", "account.changed", "sliders-horizontal", "Settings changed", "changed the settings of the account"),
    of("account", "account.second_factor_required", "shield-check", "Second factor required", "made a second factor necessary for everyone"),
    of("account", "account.second_factor_optional", "shield-check", "Second factor optional", "left the second factor to each person"),

    of("route", "access.refused", "ban", "Refused", "was refused {it}{lacks}"),

    of("audit_log", "audit.exported", "download", "Downloaded", "downloaded the audit log{format}"),
    of("audit_log", "audit.closed", "trash-2", "Old events removed", "removed the oldest events from the audit log"),
    of("keys", "keys.rotated", "key-round", "Changed", "changed the keys of the server"),

    of(CONTACT, "contact.created", "users", "Added", "added the contact {it}"),
    of(CONTACT, "contact.updated", "users", "Changed", "changed the contact {it}"),
    of(CONTACT, "contact.deleted", "users", "Deleted", "deleted the contact {it}"),
    of(CONTACT, "note.created", "file-text", "Note added", "added the note {it} to the contact {contact}"),
    of(CONTACT, "note.updated", "file-text", "Note changed", "changed the note {it} of the contact {contact}"),
    of(CONTACT, "note.deleted", "file-text", "Note deleted", "deleted the note {it} of the contact {contact}"),
    of(CONTACT, "task.created", "clipboard-list", "Task added", "added the task {it} to the contact {contact}"),
    of(CONTACT, "task.updated", "clipboard-list", "Task changed", "changed the task {it} of the contact {contact}"),
    of(CONTACT, "task.completed", "clipboard-list", "Task completed", "completed the task {it} of the contact {contact}"),
    of(CONTACT, "task.deleted", "clipboard-list", "Task deleted", "deleted the task {it} of the contact {contact}"),
];

/// The action with this name.
#[must_use]
pub fn find(code: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::Permission;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Texts in quotes that have the form of an action's name.
    fn names_in(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("audit") {
                    names_in(&path, found);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for quoted in text.split('"') {
                let Some((kind, what)) = quoted.split_once('.') else { continue };
                let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                if word(kind) && word(what) {
                    found.insert(quoted.to_owned());
                }
            }
        }
    }

    #[test]
    fn every_action_that_the_code_can_write_has_its_words() {
        let prefixes: BTreeSet<&str> = ACTIONS.iter().filter_map(|action| action.code.split('.').next()).collect();
        let mut found = BTreeSet::new();
        names_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found.retain(|name| name.split('.').next().is_some_and(|kind| prefixes.contains(kind)));
        found.retain(|name| Permission::from_code(name).is_none());
        // Fields of log lines.
        for field in ["user.id", "account.id", "role.name"] {
            found.remove(field);
        }
        assert!(found.len() > 40, "{found:?}");
        let without: Vec<_> = found.iter().filter(|name| find(name).is_none()).collect();
        assert!(without.is_empty(), "without words: {without:?}");
    }

    #[test]
    fn contacts_actions_and_no_others_need_no_place_in_the_chain() {
        for action in ACTIONS {
            let loose = crate::db::journal::place::data_event!().contains(&format!("'{}'", action.code));
            assert_eq!(loose, action.kind == CONTACT, "{}", action.code);
        }
    }

    #[test]
    fn no_action_stands_twice_and_each_is_of_a_known_kind() {
        let codes: BTreeSet<_> = ACTIONS.iter().map(|action| action.code).collect();
        assert_eq!(codes.len(), ACTIONS.len());
        for action in ACTIONS {
            assert!(KINDS.iter().any(|(kind, _)| *kind == action.kind), "{}", action.code);
        }
    }
}
