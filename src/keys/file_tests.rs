//! The key file's format and its changes: every form that is read, every one that is refused, and crashes in between.

use super::{KeyError, State};
use crate::keys::{Keys, Purpose};
use crate::world::{FixedEntropy, Timestamp};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const DIGITS: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// A folder that goes with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("progreda-keys-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("progreda.key")
    }

    fn write(&self, text: &str) -> PathBuf {
        fs::write(self.file(), text).unwrap();
        fs::set_permissions(self.file(), fs::Permissions::from_mode(0o600)).unwrap();
        self.file()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn states(keys: &Keys) -> Vec<State> {
    keys.list().into_iter().map(|key| key.state).collect()
}

fn rotate(path: &Path, entropy: &FixedEntropy) -> Result<Keys, KeyError> {
    Keys::change(path, |keys| keys.rotated(NOW, entropy))
}

#[test]
fn a_file_of_digits_alone_is_one_key() {
    let place = Place::new("digits");
    let keys = Keys::read(&place.write(&format!("{DIGITS}\n"))).unwrap();
    assert_eq!(states(&keys), [State::Current]);
    assert_eq!(keys.list()[0].made, None, "nobody knows when");
    // What the program before this one made of the same digits.
    assert_eq!(keys.mac(Purpose::Names, b"session x"), OLD_NAMES);
    assert_eq!(keys.mac(Purpose::Journal, b"x"), OLD_JOURNAL);
    assert_eq!(keys.journal_mac(None, b"x").as_deref(), Some(OLD_JOURNAL));
}

const OLD_NAMES: &str = "c2aa74cae605ad7d66bbdc193fefe99b3972e7ebd2fa6321e9eab747e122bdc9";
const OLD_JOURNAL: &str = "5705144a682e9e6475dd5dd31181659bdd77a4ce61810c1c4cec02f27e6170f7";

#[test]
fn keys_take_over_one_after_the_other() {
    let (place, entropy) = (Place::new("steps"), FixedEntropy::default());
    let path = place.file();
    let first = Keys::create(&path, NOW, &entropy).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let names = first.mac(Purpose::Names, b"x");
    let form = first.mac(Purpose::Form, b"x");

    let second = rotate(&path, &entropy).unwrap();
    assert_eq!(states(&second), [State::Current, State::Previous]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(second.confirms(Purpose::Form, b"x", &form) && second.mac(Purpose::Form, b"x") != form);
    assert_eq!(second.mac(Purpose::Names, b"x"), names);
    assert!(rotate(&path, &entropy).is_err(), "a third live key");
    assert!(Keys::change(&path, |keys| keys.prepared(NOW, &entropy)).is_err(), "a third live key");

    let alone = Keys::change(&path, Keys::retired).unwrap();
    assert_eq!(states(&alone), [State::Current, State::Chain]);
    assert!(!alone.confirms(Purpose::Form, b"x", &form), "retired, it confirms nothing");
    assert_eq!(alone.mac(Purpose::Names, b"x"), names);
    assert_eq!(alone.journal_mac(Some(first.current_id()), b"x"), Some(first.mac(Purpose::Journal, b"x")));
    assert_eq!(alone.age_rank(Some(first.current_id())), Some(0));
    assert_eq!(alone.age_rank(Some(second.current_id())), Some(1));
    assert!(alone.is_retired(None) && !alone.is_retired(Some(second.current_id())));
    assert!(Keys::change(&path, Keys::retired).is_err(), "there is none");

    let prepared = Keys::change(&path, |keys| keys.prepared(NOW, &entropy)).unwrap();
    assert_eq!(states(&prepared), [State::Next, State::Current, State::Chain]);
    assert_eq!(prepared.current_id(), second.current_id(), "known, not used");
    let third = rotate(&path, &entropy).unwrap();
    assert_eq!(Some(third.current_id()), prepared.list().first().map(|key| key.id.as_str()));
    let read = Keys::read(&path).unwrap();
    assert_eq!(read.list(), third.list());
    assert_eq!(read.mac(Purpose::Cookie, b"x"), third.mac(Purpose::Cookie, b"x"));
}

#[test]
fn a_secret_that_was_retired_is_gone_from_the_file() {
    let (place, entropy) = (Place::new("gone"), FixedEntropy::default());
    let path = place.write(DIGITS);
    rotate(&path, &entropy).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains(&DIGITS.to_lowercase()));
    Keys::change(&path, Keys::retired).unwrap();
    assert!(!fs::read_to_string(&path).unwrap().contains(&DIGITS.to_lowercase()));
}

#[test]
fn what_is_no_whole_key_file_is_refused() {
    let (place, entropy) = (Place::new("refused"), FixedEntropy::default());
    let path = place.file();
    Keys::create(&path, NOW, &entropy).unwrap();
    rotate(&path, &entropy).unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    for end in 0..whole.len() - 1 {
        let cut = place.write(&whole[..end]);
        assert!(matches!(Keys::read(&cut), Err(KeyError::Malformed(..))), "cut after {end}");
    }
    let lines: Vec<&str> = whole.lines().collect();
    let id = lines[1].split(' ').nth(1).unwrap();
    let wrong = [
        whole.replace(id, "00000000"),
        whole.replace("current", "Current"),
        format!("{whole}{}\n", lines[1]),
        whole.replace("previous", "current"),
        whole.replace("end", "next - - -\nend"),
        whole.replace("2026-01-01T", "yesterday"),
        DIGITS[1..].to_owned(),
        format!("{DIGITS}0"),
        format!("{DIGITS}\n{DIGITS}"),
        DIGITS.replace('0', "é").chars().take(64).collect(),
        DIGITS.replace("00", "+0"),
    ];
    for text in wrong {
        let refused = Keys::read(&place.write(&text)).expect_err(&text).to_string();
        assert!(refused.contains("64 hexadecimal digits") && !refused.contains(&DIGITS[2..30]), "{refused}");
    }
}

#[test]
fn a_crash_before_the_renaming_leaves_the_old_file() {
    let (place, entropy) = (Place::new("crash"), FixedEntropy::default());
    let path = place.file();
    let keys = Keys::create(&path, NOW, &entropy).unwrap();
    fs::write(place.0.join("progreda.key.new"), "progreda-keys 1\ncurr").unwrap();
    assert_eq!(Keys::read(&path).unwrap().list(), keys.list());
    let rotated = rotate(&path, &entropy).unwrap();
    assert_eq!(Keys::read(&path).unwrap().list(), rotated.list());
    assert_eq!(fs::read_dir(&place.0).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn two_commands_at_once_do_not_lose_a_key() {
    let (place, entropy) = (Place::new("twice"), FixedEntropy::default());
    let path = place.file();
    Keys::create(&path, NOW, &entropy).unwrap();
    let inner = Keys::change(&path, |keys| {
        assert!(matches!(rotate(&path, &entropy), Err(KeyError::Order(_))), "the second is refused");
        keys.rotated(NOW, &entropy)
    });
    assert_eq!(Keys::read(&path).unwrap().list(), inner.unwrap().list());
}
