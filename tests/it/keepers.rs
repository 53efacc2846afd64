//! Who keeps an account: the statement that is asked at each change agrees with the rule, whatever roles and overrides there are.

use crate::support::actors::Scene;
use progreda::authz::{Permission, PermissionSet};
use progreda::binds;
use progreda::db::On;
use progreda::db::journal::Unlogged;
use progreda::roles::store::rights;
use progreda::world::Entropy;

const ROUNDS: usize = 250;
/// Those that matter, and one that does not.
const SOME: [Permission; 4] =
    [Permission::RolesManage, Permission::StaffManage, Permission::StaffView, Permission::LabsManage];
const HOSTS: [&str; 2] = ["harbor.example", "pine.example"];

/// Chance in the test's hand, told when it fails.
struct Chance<'a>(&'a dyn Entropy);

impl Chance<'_> {
    fn one_in(&self, number: u8) -> bool {
        self.0.bytes::<1>()[0] % number == 0
    }

    fn some(&self) -> Vec<Permission> {
        SOME.into_iter().filter(|_| !self.one_in(3)).collect()
    }
}

/// Fills the account at random; whether somebody in it keeps it.
async fn fill(on: &mut On<'_>, chance: &Chance<'_>, account: &str, round: usize) -> (bool, String) {
    let mut told = Vec::new();
    let domains: Vec<&str> = HOSTS.into_iter().filter(|_| chance.one_in(3)).collect();
    for domain in &domains {
        let add = "INSERT INTO account_domains (account_id, domain) VALUES ($1, $2)";
        on.run(add, binds![account, *domain]).await.unwrap();
    }
    let mut kept = false;
    for number in 0..3 {
        let (role, user, staff) =
            (format!("r_{round}_{number}"), format!("u_{round}_{number}"), format!("s_{round}_{number}"));
        let given = chance.some();
        let add =
            "INSERT INTO roles (id, account_id, name, name_key, builtin, created_at) VALUES ($1, $2, $1, $1, FALSE, 1)";
        on.run(add, binds![&role, account]).await.unwrap();
        for permission in &given {
            let add = "INSERT INTO role_permissions (role_id, permission) VALUES ($1, $2)";
            on.run(add, binds![&role, permission.code()]).await.unwrap();
        }
        let email = format!("{user}@{}", HOSTS[usize::from(chance.one_in(2))]);
        let add = "INSERT INTO users (id, email, email_key, name, password_hash, created_at, password_changed_at, session_epoch) \
                   VALUES ($1, $2, $2, $1, '', 1, 1, 1)";
        on.run(add, binds![&user, &email]).await.unwrap();
        let disabled = chance.one_in(4);
        let add = "INSERT INTO staff (id, account_id, user_id, role_id, created_at, disabled_at) VALUES ($1, $2, $3, $4, 1, $5)";
        on.run(add, binds![&staff, account, &user, &role, disabled.then_some(1_i64)]).await.unwrap();
        let overrides: Vec<(Permission, bool)> =
            SOME.into_iter().filter(|_| chance.one_in(3)).map(|permission| (permission, chance.one_in(2))).collect();
        for (permission, allowed) in &overrides {
            let add = "INSERT INTO staff_overrides (staff_id, permission, allowed) VALUES ($1, $2, $3)";
            on.run(add, binds![&staff, permission.code(), *allowed]).await.unwrap();
        }
        let may = domains.is_empty() || domains.iter().any(|domain| email.ends_with(&format!("@{domain}")));
        kept |= may && !disabled && PermissionSet::effective(&given, &overrides).keeps_the_account();
        told.push(format!("{email} disabled {disabled}: {given:?} {overrides:?}"));
    }
    (kept, format!("{domains:?}\n{}", told.join("\n")))
}

#[actix_web::test]
async fn the_statement_agrees_with_the_rule() {
    let scene = Scene::new().await;
    let world = scene.app.world();
    let chance = Chance(world.entropy());
    let mut seen = [0, 0];
    for round in 0..ROUNDS {
        let account = scene.account("Another").await;
        let mut tx = scene.db.write().await.unwrap();
        let (kept, told) = fill(&mut tx.on(), &chance, account.as_str(), round).await;
        assert_eq!(rights::has_keeper(&mut tx.on(), &account).await.unwrap(), kept, "round {round}:\n{told}");
        seen[usize::from(kept)] += 1;
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    }
    assert!(seen.iter().all(|times| *times > ROUNDS / 20), "both happen: {seen:?}");
}
