//! The rules of docs/ARCHITECTURE.md, each a function from one file to its faults.

use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The crate's parts that are no feature, from the ground up; a part uses its own level and those below.
/// Features, the other folders of `src`, lie between `web` and `app`.
const LEVELS: &[(&str, u8)] = &[
    ("ids", 0),
    ("text", 0),
    ("world", 0),
    ("authz", 1),
    ("error", 1),
    ("keys", 1),
    ("config", 2),
    ("db", 3),
    ("mail", 3),
    ("signals", 3),
    ("telemetry", 3),
    ("web", 4),
    ("app", 6),
    // The demo fills every feature's store at past times; it is no feature itself.
    ("demo", 6),
    // The command line wires and starts the app; it is no feature and nothing uses it but main.
    ("cli", 7),
];
const FEATURE: u8 = 5;

/// The same files in each feature; a part uses those of a lower level.
const PARTS: &[(&str, u8)] = &[("model", 0), ("secret", 0), ("store", 1), ("commands", 2), ("pages", 3), ("api", 3)];

/// Domain and kernel files that know neither web, store, templates nor waiting.
const PURE: &[&str] = &["ids", "text", "world", "authz", "keys", "model", "secret"];

const VAGUE: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "misc"];

/// A rule over one file: what is wrong with it, nothing when all is well.
pub type Rule = fn(&Source) -> Vec<String>;

/// The rules for Rust files of the crate.
pub const CRATE_RULES: &[(&str, Rule)] = &[
    ("sqlx only in db, stores and the session store", sqlx_in_stores),
    ("actix only where requests are answered", actix_at_the_edge),
    ("model and kernel are pure", pure_is_pure),
    ("parts use only what lies below them", levels_point_down),
    ("inside a feature: pages, api, commands, store, model", parts_point_down),
    ("another feature is used through its mod.rs", features_meet_at_the_door),
];

/// The rules for every Rust file, tests too.
pub const FILE_RULES: &[(&str, Rule)] = &[
    ("a file opens with one //! sentence", opens_with_a_sentence),
    ("no file is longer than 400 lines", not_too_long),
    ("no file is called after nothing", has_a_name),
];

/// The rules for templates.
pub const TEMPLATE_RULES: &[(&str, Rule)] =
    &[("no inline script, style or handler, nothing unescaped", keeps_the_content_policy)];

fn level(part: &str) -> u8 {
    LEVELS.iter().find(|(name, _)| *name == part).map_or(FEATURE, |(_, level)| *level)
}

fn part_level(part: &str) -> Option<u8> {
    PARTS.iter().find(|(name, _)| *name == part).map(|(_, level)| *level)
}

/// The feature that a file belongs to.
fn feature(source: &Source) -> Option<&str> {
    let (folder, _) = source.path.strip_prefix("src/")?.split_once('/')?;
    (level(folder) == FEATURE).then_some(folder)
}

/// The part of the crate that a path leads into. What else stands in the root is a macro or, since `super` is read
/// without regard to inner `mod`s, an item of the file itself.
fn module_in(path: &[String]) -> Option<&str> {
    let [first, rest @ ..] = path else { return None };
    let folder = || Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(first).is_dir();
    let module = !rest.is_empty() || level(first) != FEATURE || folder();
    (module && first.starts_with(char::is_lowercase)).then_some(first)
}

/// Whether a part of the crate has its place: features have folders, a single file has to be given its level above.
fn is_known(part: &str, features: &BTreeSet<&str>) -> bool {
    features.contains(part) || LEVELS.iter().any(|(name, _)| *name == part)
}

fn fault_if(fault: bool, what: &str) -> Vec<String> {
    if fault { vec![what.to_owned()] } else { vec![] }
}

fn sqlx_in_stores(source: &Source) -> Vec<String> {
    let allowed = match *source.module() {
        ["db", ..] | ["web", "session", ..] => true,
        [_, "store", ..] => feature(source).is_some(),
        _ => false,
    };
    fault_if(!allowed && source.begins_a_path_with("sqlx"), "uses sqlx")
}

fn actix_at_the_edge(source: &Source) -> Vec<String> {
    let allowed = match *source.module() {
        [] | ["app" | "cli" | "error"] | ["web", ..] => true,
        [_] | [_, "pages" | "api", ..] => feature(source).is_some(),
        _ => false,
    };
    let uses = |name: &&&str| source.begins_a_path_with(name);
    let found = ["actix_web", "actix_session", "actix_http"].iter().find(uses);
    fault_if(!allowed && found.is_some(), "uses actix")
}

fn pure_is_pure(source: &Source) -> Vec<String> {
    let module = source.module();
    let pure = match *module {
        [part] => feature(source).is_none() && PURE.contains(&part),
        [_, part, ..] => feature(source).is_some() && PURE.contains(&part),
        [] => false,
    };
    let impure = ["actix_web", "sqlx", "askama", "tokio", "async"];
    let found = impure.iter().filter(|name| pure && source.begins_a_path_with(name));
    found.map(|name| format!("uses {name}")).collect()
}

fn levels_point_down(source: &Source) -> Vec<String> {
    let Some(own) = source.module().first().copied() else { return vec![] };
    let above = |path: &Vec<String>| {
        let other = module_in(path)?;
        (other != own && level(other) > level(own)).then(|| format!("uses {other}"))
    };
    source.crate_paths().iter().filter_map(above).collect()
}

fn parts_point_down(source: &Source) -> Vec<String> {
    let module = source.module();
    let (Some(feature), [_, part, ..]) = (feature(source), module.as_slice()) else { return vec![] };
    let part = *part;
    let Some(own) = part_level(part) else { return vec![] };
    let upward = |path: &Vec<String>| {
        let [first, other, ..] = path.as_slice() else { return None };
        let level = part_level(other)?;
        (first == feature && other != part && level >= own.max(1)).then(|| format!("{part} uses {other}"))
    };
    source.crate_paths().iter().filter_map(upward).collect()
}

fn features_meet_at_the_door(source: &Source) -> Vec<String> {
    // app.rs, which wires everything, is no feature.
    let Some(own) = feature(source) else { return vec![] };
    let inside = |path: &Vec<String>| {
        let [other, inner, rest @ ..] = path.as_slice() else { return None };
        let foreign = level(other) == FEATURE && other != own;
        let module = part_level(inner).is_some() || (!rest.is_empty() && inner.starts_with(char::is_lowercase));
        (foreign && module).then(|| format!("reaches into {other}::{inner}"))
    };
    source.crate_paths().iter().filter_map(inside).collect()
}

fn opens_with_a_sentence(source: &Source) -> Vec<String> {
    fault_if(!source.text.starts_with("//! "), "does not open with //!")
}

fn not_too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    fault_if(lines > 400, &format!("has {lines} lines"))
}

fn has_a_name(source: &Source) -> Vec<String> {
    let mut names = source.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    fault_if(names.any(|name| VAGUE.contains(&name)), "has a name that says nothing")
}

fn keeps_the_content_policy(source: &Source) -> Vec<String> {
    let text = source.text.to_lowercase();
    let mut faults = Vec::new();
    for tag in text.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or(rest)) {
        let words = || tag.split_whitespace().skip(1);
        if tag.starts_with("script") && !words().any(|word| word.starts_with("src=")) {
            faults.push("has an inline script".to_owned());
        }
        if tag.starts_with("style") || words().any(|word| word.starts_with("style=")) {
            faults.push("has an inline style".to_owned());
        }
        if words().any(|word| word.contains('=') && (word.starts_with("on") || word.starts_with("hx-on"))) {
            faults.push("has an inline handler".to_owned());
        }
    }
    let squeezed: String = text.split_whitespace().collect();
    faults.extend(fault_if(squeezed.contains("|safe"), "prints something unescaped"));
    faults.extend(fault_if(squeezed.contains("javascript:"), "has a javascript: address"));
    faults
}

/// Single files of `src` that have no level.
pub fn strangers(crate_files: &[Source]) -> Vec<String> {
    let features = crate_files.iter().filter_map(feature).collect();
    let parts = crate_files.iter().filter_map(|source| Some((source, *source.module().first()?)));
    parts.filter(|(_, part)| !is_known(part, &features)).map(|(source, _)| source.path.clone()).collect()
}

/// Parts of the crate that use each other in a circle, as `a → b → a`.
pub fn circles(crate_files: &[Source]) -> Vec<String> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in crate_files {
        let Some(own) = source.module().first().map(|part| (*part).to_owned()) else { continue };
        let paths = source.crate_paths();
        let others = paths.iter().filter_map(|path| module_in(path)).filter(|other| *other != own);
        uses.entry(own.clone()).or_default().extend(others.map(str::to_owned));
    }
    uses.keys().filter_map(|start| way_back(&uses, start, &mut vec![start.clone()])).collect()
}

fn way_back(uses: &BTreeMap<String, BTreeSet<String>>, start: &String, way: &mut Vec<String>) -> Option<String> {
    for next in uses.get(way.last()?)? {
        if next == start {
            return Some(format!("{} → {start}", way.join(" → ")));
        }
        // Each circle is told once, from its first name on.
        if next > start && !way.contains(next) {
            way.push(next.clone());
            if let Some(circle) = way_back(uses, start, way) {
                return Some(circle);
            }
            way.pop();
        }
    }
    None
}

/// The share of files with at most 250 lines, in per cent.
pub fn short_files(files: &[Source]) -> usize {
    let short = files.iter().filter(|source| source.text.lines().count() <= 250).count();
    short * 100 / files.len().max(1)
}
