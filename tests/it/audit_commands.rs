//! `progreda audit` and `progreda keys` as the operator types them.

use crate::chain::tamper;
use crate::support::actors::{PASSWORD, Scene, sign_in};
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::keys::{Keys, Purpose};
use progreda::world::Span;
use std::path::Path;
use std::process::{Command, Output};

/// What was printed, and whether it ended with 0.
async fn run(database: &TestDatabase, words: &[&str]) -> (bool, String) {
    let (url, key_file) = (database.url().to_owned(), database.key_file());
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let output: Output = tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO_BIN_EXE_progreda"))
            .args(words)
            .arg("--key-file")
            .arg(key_file)
            .env("DATABASE_URL", url)
            .output()
            .expect("the binary runs")
    })
    .await
    .unwrap();
    let text = [output.stdout, output.stderr].map(|part| String::from_utf8(part).expect("text")).concat();
    (output.status.success(), text)
}

#[actix_web::test]
async fn verify_tells_where_a_chain_breaks_and_what_it_cannot_tell() {
    let scene = Scene::new().await;
    let database = scene.app.database();
    let whole = run(database, &["audit", "verify"]).await;
    assert!(whole.0 && whole.1.contains(&format!("{}: whole, events 1 to ", scene.account)), "{}", whole.1);
    assert!(whole.1.contains("cannot be proven without a kept head"), "{}", whole.1);

    let (ok, head) = run(database, &["audit", "head"]).await;
    assert!(ok && head.starts_with("# progreda audit head") && head.contains(scene.account.as_str()), "{head}");
    let file = database.folder().join("kept head");
    std::fs::write(&file, &head).unwrap();
    let line = head.lines().nth(1).unwrap();
    for kept in [file.to_str().unwrap(), line] {
        let (ok, said) = run(database, &["audit", "verify", "--head", kept]).await;
        assert!(ok && said.contains("Up to its kept head each chain is what it was then"), "{said}");
    }
    let other = line.replace(line.rsplit(' ').next().unwrap(), &"0".repeat(64));
    let (ok, said) = run(database, &["audit", "verify", "--head", &other]).await;
    assert!(!ok && said.contains("another event than the one of the kept head"), "{said}");
    for wrong in ["nothing", "acc_1 2 3", &database.folder().join("gone").display().to_string()] {
        let (ok, said) = run(database, &["audit", "verify", "--head", wrong]).await;
        assert!(!ok && said.contains("neither a file nor what progreda audit head prints"), "{said}");
    }

    tamper(&scene.db, &["UPDATE events SET actor_name = 'Bob' WHERE sequence = 2"]).await;
    for words in [&["audit", "verify"][..], &["audit", "verify", "--account", scene.account.as_str()]] {
        let (ok, said) = run(database, words).await;
        assert!(!ok && said.contains("NOT WHOLE at event 2: it was changed"), "{said}");
    }
}

#[actix_web::test]
async fn a_head_from_before_a_checkpoint_is_explained() {
    let scene = Scene::new().await;
    let database = scene.app.database();
    let (_, head) = run(database, &["audit", "head"]).await;
    sign_in(&scene.app.visitor(), crate::support::actors::ADMIN, PASSWORD).await.expect(303);
    scene.app.advance(Span::days(40));
    scene.db.close_old_events(Some(Span::days(30))).await.unwrap();
    let (ok, said) = run(database, &["audit", "verify", "--head", &head]).await;
    assert!(!ok && said.contains("were removed by age since, so it proves nothing"), "{said}");
    assert!(said.contains("what is there is whole, but 1 kept heads are too old"), "{said}");
}

#[actix_web::test]
async fn a_listed_event_is_one_line_whatever_it_holds() {
    let scene = Scene::new().await;
    let database = scene.app.database();
    let events = crate::chain::verify(&scene.db, &scene.account).await.last;
    let evil = "Ada\r\n2026-01-01T00:00:00.000Z  9  user.promoted\u{1b}[2J\u{202e}\"gnirts\u{9b}\u{2028}";
    let mut tx = scene.db.write().await.unwrap();
    let sql = "UPDATE events SET actor_name = $1, subject_name = $1, address = $1 WHERE sequence = 2";
    tx.on().run(sql, binds![evil]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    sign_in(&scene.app.visitor(), "nobody@quay.example", "not the password at all").await.expect(401);
    let account = scene.account.as_str();
    let (ok, text) = run(database, &["audit", "list", "--account", account]).await;
    assert!(ok && i64::try_from(text.lines().count()).unwrap() == events, "{text}");
    let (ok, json) = run(database, &["audit", "list", "--account", account, "--json"]).await;
    assert!(ok && i64::try_from(json.lines().count()).unwrap() == events, "{json}");
    for out in [&text, &json] {
        let bad = |c: char| progreda::text::problem_in(c.encode_utf8(&mut [0; 4]), true).is_some();
        assert!(!out.contains(bad), "{out:?}");
    }
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    let names: Vec<serde_json::Value> = json.lines().map(|line| read(line)["actor"]["name"].clone()).collect();
    assert!(names.iter().any(|name| name == evil), "the text comes back as it was: {names:?}");
    let (_, one) = run(database, &["audit", "list", "--account", account, "--limit", "1"]).await;
    assert_eq!(one.lines().count(), 1);
    let (_, none) = run(database, &["audit", "list", "--account", account, "--since", "2099-01-01"]).await;
    assert_eq!(none, "");
    // What belongs to no account is the operator's.
    let (mut ok, mut own) = (true, String::new());
    // Failed sign-ins are written within a second or two.
    comes(async || {
        (ok, own) = run(database, &["audit", "list"]).await;
        own.contains("user.sign_in_failed")
    })
    .await;
    assert!(ok && own.contains("user.sign_in_failed") && !own.contains("nobody@quay.example"), "{own}");
    assert!(!run(database, &["audit", "list", "--since", "soon"]).await.0);
}

#[actix_web::test]
async fn whoever_stops_reading_makes_no_command_fail() {
    let scene = Scene::new().await;
    let database = scene.app.database();
    let account = scene.account.as_str();
    for words in [
        &["account", "list"][..],
        &["labs", "list", "--account", account],
        &["labs", "disable", "--account", account, "contacts"],
        &["keys", "list"],
        &["audit", "verify"],
        &["migrate"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_progreda"));
        command.args(words).arg("--key-file").arg(database.key_file()).env("DATABASE_URL", database.url());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = tokio::task::spawn_blocking(move || command.stdout(writer).output().expect("the binary runs"));
        let output = output.await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.is_empty(), "{words:?}: {} {said}", output.status);
    }
    assert!(run(database, &["labs", "list", "--account", account]).await.1.contains("contacts  off"), "it was done");
}

fn secrets(key_file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(key_file).unwrap();
    let words = text.split_whitespace().filter(|word| word.len() == 64);
    words.map(str::to_owned).collect()
}

#[actix_web::test]
async fn keys_are_changed_step_by_step_and_never_printed() {
    let mut scene = Scene::new().await;
    let key_file = scene.app.database().key_file();
    let mut said = Vec::new();
    let mut known = secrets(&key_file);
    let (user,): (String,) = scene.db.read().await.unwrap().on().only("SELECT id FROM users", binds![]).await.unwrap();
    let entropy = scene.db.world().entropy();
    let sealed = scene.db.keys().seal(Purpose::SecondFactor, user.as_bytes(), &[7; 20], entropy);
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run("UPDATE users SET second_factor = $1", binds![sealed]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let step = async |database: &TestDatabase, word: &str, ok: bool| {
        let (did, text) = run(database, &["keys", word]).await;
        assert_eq!(did, ok, "{word}: {text}");
        text
    };
    let listed = step(scene.app.database(), "list", true).await;
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(listed.starts_with("current ") && listed.contains("(0 days ago)"), "{listed}");
    let refused = step(scene.app.database(), "retire", false).await;
    assert!(refused.contains("there is no previous key"), "{refused}");
    let prepared = step(scene.app.database(), "prepare", true).await;
    assert!(prepared.starts_with("next ") && prepared.contains("restart each of them"), "{prepared}");
    known.extend(secrets(&key_file));
    let again = step(scene.app.database(), "prepare", false).await;
    assert!(again.contains("prepared already"), "{again}");
    let rotated = step(scene.app.database(), "rotate", true).await;
    assert!(rotated.contains("previous ") && rotated.contains("Restart the server"), "{rotated}");
    let refused = step(scene.app.database(), "rotate", false).await;
    assert!(refused.contains("two keys are the most"), "{refused}");
    let refused = step(scene.app.database(), "retire", false).await;
    assert!(refused.contains("no server has started with the current key yet"), "{refused}");
    scene.app.restart();
    comes(async || scene.app.db().await.is_current_key_used().await.unwrap()).await;
    let retired = step(scene.app.database(), "retire", true).await;
    assert!(retired.contains("chain ") && !retired.contains("previous  "), "{retired}");
    known.extend(secrets(&key_file));
    let keys = Keys::read(&key_file).unwrap();
    assert_eq!(keys.list().len(), 2);
    let sql = "SELECT second_factor FROM users";
    let (sealed,): (String,) = scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    let opened = keys.open(Purpose::SecondFactor, user.as_bytes(), &sealed).expect("sealed anew before the key went");
    assert_eq!(opened.as_slice(), [7; 20]);
    said.extend([listed, prepared, again, rotated, refused, retired]);
    assert!(known.len() >= 5);
    assert!(known.iter().all(|secret| said.iter().all(|text| !text.contains(&secret[..16]))), "a secret was printed");
}
