//! The rules of the house, checked on every file, and each rule on a planted bad example.

#[cfg(test)]
#[path = "architecture/rules.rs"]
mod rules;
#[cfg(test)]
#[path = "architecture/source.rs"]
mod source;

#[cfg(test)]
mod tests {
    use super::rules::{CRATE_RULES, FILE_RULES, Rule, TEMPLATE_RULES, circles, short_files, strangers};
    use super::source::{Source, sources};

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn faults(rules: &[(&str, Rule)], files: &[Source]) -> Vec<String> {
        let check = |(name, rule): &(&str, Rule)| {
            let told = |file: &Source| {
                let told = rule(file).into_iter().map(|fault| format!("{}: {fault} ({name})", file.path));
                told.collect::<Vec<_>>()
            };
            files.iter().flat_map(told).collect::<Vec<_>>()
        };
        rules.iter().flat_map(check).collect()
    }

    #[track_caller]
    fn no_faults(faults: &[String]) {
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    fn rust_files() -> Vec<Source> {
        ["src", "tests", "benches"].iter().flat_map(|folder| sources(folder, ".rs")).collect()
    }

    #[test]
    fn the_crate_keeps_its_directions() {
        let files = sources("src", ".rs");
        assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the crate was not found");
        let strangers = strangers(&files).into_iter().map(|path| format!("{path}: has no level in rules.rs"));
        let circles = circles(&files).into_iter().map(|circle| format!("a circle: {circle}"));
        no_faults(&faults(CRATE_RULES, &files).into_iter().chain(strangers).chain(circles).collect::<Vec<_>>());
    }

    #[test]
    fn files_are_short_and_say_what_they_are() {
        let files = rust_files();
        no_faults(&faults(FILE_RULES, &files));
        assert!(short_files(&files) >= 90, "only {} % of the files have at most 250 lines", short_files(&files));
    }

    #[test]
    fn templates_keep_the_content_policy() {
        no_faults(&faults(TEMPLATE_RULES, &sources("templates", ".html")));
    }

    #[test]
    fn each_rule_of_the_crate_refuses_a_bad_example() {
        for (rule, path, text) in [
            (0, "src/contacts/commands.rs", "use sqlx::query;"),
            (0, "src/contacts/pages.rs", "async fn list() { sqlx::query(\"SELECT 1\") }"),
            (0, "src/web/form.rs", "use {serde::Serialize, sqlx::Row};"),
            (1, "src/contacts/store.rs", "use actix_web::web;"),
            (1, "src/db/mod.rs", "fn f(r: actix_web::HttpResponse) {}"),
            (1, "src/contacts/commands.rs", "use actix_session::Session;"),
            (2, "src/contacts/model.rs", "use askama::Template;"),
            (2, "src/authz.rs", "pub async fn decide() {}"),
            (3, "src/db/mod.rs", "use crate::contacts::Contact;"),
            (3, "src/authz.rs", "use crate::{ids::UserId, web::session::Session};"),
            (3, "src/web/shell.rs", "use super::super::users::Name;"),
            (3, "src/users/pages.rs", "use crate::app::App;"),
            (3, "src/authz.rs", "use crate::db;"),
            (3, "src/ids.rs", "mod inner { fn f() { crate::contacts::list() } }"),
            (4, "src/users/store.rs", "use super::commands::Rename;"),
            (4, "src/users/store.rs", "use super::{model::Name, pages::List as Listing};"),
            (4, "src/users/model.rs", "fn f() { crate::users::store::find() }"),
            (4, "src/users/commands/rename.rs", "use crate::users::api;"),
            (4, "src/users/api.rs", "use super::pages::List;"),
            (5, "src/integrations/pages.rs", "use crate::contacts::store;"),
            (5, "src/labs/commands.rs", "use crate::{contacts::pages::list, users};"),
            (5, "src/integrations/api.rs", "use crate::contacts;\nfn f() { contacts::store::find() }"),
            (5, "src/integrations/mod.rs", "use crate::usage::counting::{Counter, Flush};"),
        ] {
            let (name, check) = CRATE_RULES[rule];
            assert_ne!(check(&source(path, text)), Vec::<String>::new(), "{name} lets {path} say {text}");
        }
    }

    #[test]
    fn each_rule_for_files_refuses_a_bad_example() {
        let long = format!("//! Long.\n{}", "// line\n".repeat(400));
        for (rule, path, text) in [
            (0, "src/users/model.rs", "use std::fmt;"),
            (0, "src/users/model.rs", ""),
            (1, "src/users/model.rs", long.as_str()),
            (2, "src/web/utils.rs", "//! Things."),
            (2, "tests/common/mod.rs", "//! Things."),
        ] {
            let (name, check) = FILE_RULES[rule];
            assert_ne!(check(&source(path, text)), Vec::<String>::new(), "{name} lets {path} pass");
        }
        let files = [source("src/a.rs", &"\n".repeat(251)), source("src/b.rs", "")];
        assert_eq!(short_files(&files), 50);
    }

    #[test]
    fn the_rule_for_templates_refuses_bad_examples() {
        let check = TEMPLATE_RULES[0].1;
        for text in [
            "<script>go()</script>",
            "<script type=module>go()</script>",
            "<STYLE>p{}</STYLE>",
            "<p\n  style=\"color:red\">",
            "<button type=submit onclick=\"go()\">",
            "<button hx-on:click=\"go()\">",
            "<a href=\"javascript:go()\">",
            "<p>{{ name | safe }}</p>",
        ] {
            assert_ne!(check(&source("templates/a.html", text)), Vec::<String>::new(), "{text}");
        }
        let good = "<script src=\"/app.js\" defer></script><p>based on a=b, style=plain</p><option value=on>";
        assert_eq!(check(&source("templates/a.html", good)), Vec::<String>::new());
    }

    #[test]
    fn circles_and_strangers_are_found() {
        let files = [
            source("src/users/mod.rs", "use crate::roles::Role;"),
            source("src/roles/commands.rs", "use crate::labs::Lab;"),
            source("src/labs/model.rs", "use crate::users::UserName;"),
            source("src/web/mod.rs", "use crate::db::Db;"),
            source("src/things.rs", ""),
        ];
        assert_eq!(circles(&files), ["labs → users → roles → labs"]);
        assert_eq!(strangers(&files), ["src/things.rs"]);
    }

    #[test]
    fn what_the_design_allows_passes() {
        let files = [
            source("src/users/store.rs", "//! S.\nuse super::model::Name;\nuse crate::db::On;\nuse sqlx::Row;"),
            source(
                "src/users/pages/list.rs",
                "//! P.\nuse crate::users::{commands, store::find};\nuse actix_web::web;",
            ),
            source(
                "src/users/model.rs",
                "//! M.\nuse super::secret::Plain;\n// sqlx::query would be wrong\nuse std::fmt; // actix_web::",
            ),
            source("src/roles/mod.rs", "//! R.\nuse crate::users::{Change::Created, name_of};\nuse actix_web::web;"),
            source("src/web/session.rs", "//! S.\nuse sqlx::Row;\nuse crate::{authz::Actor, binds};"),
            source("src/app.rs", "//! A.\nuse crate::{config::Config, roles, users::store::find};"),
        ];
        no_faults(&faults(CRATE_RULES, &files));
        no_faults(&faults(FILE_RULES, &files));
        no_faults(&circles(&files));
        no_faults(&strangers(&files));
    }
}
