//! The files of the project, and which paths a Rust file names.

use std::fs;
use std::path::Path;

/// A file as the rules see it.
#[derive(Debug, Clone)]
pub struct Source {
    /// From the project's top, with forward slashes.
    pub path: String,
    pub text: String,
}

/// Every file below `folder` whose name ends with `ending`, in order of path.
pub fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(top, &top.join(folder), ending, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(top: &Path, folder: &Path, ending: &str, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(top, &path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).expect("a text file");
            let path = path.strip_prefix(top).expect("below the top").to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

impl Source {
    /// Where the file is in the crate: `src/users/pages/list.rs` is `users`, `pages`, `list`; empty for the roots.
    pub fn module(&self) -> Vec<&str> {
        let Some(inner) = self.path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")) else {
            return vec![];
        };
        let inner = inner.strip_suffix("/mod").unwrap_or(inner);
        if matches!(inner, "lib" | "main") { vec![] } else { inner.split('/').collect() }
    }

    /// Whether a path or a lone word of the code begins with `name`: another crate, or a keyword such as `async`.
    pub fn begins_a_path_with(&self, name: &str) -> bool {
        self.paths().iter().any(|path| path.first().is_some_and(|first| first == name))
    }

    /// Paths into this crate, from its root: `crate::users::Name` and `super::Name` give `users`, `Name`.
    pub fn crate_paths(&self) -> Vec<Vec<String>> {
        let module = self.module();
        let resolve = |path: Vec<String>| {
            let ups = path.iter().take_while(|part| *part == "super").count();
            match path.first()?.as_str() {
                "crate" => Some(path.into_iter().skip(1).collect()),
                "self" => Some(own(&module, 0, path.into_iter().skip(1))),
                "super" => Some(own(&module, ups, path.into_iter().skip(ups))),
                _ => None,
            }
        };
        let mut direct: Vec<Vec<String>> = self.paths().into_iter().filter_map(resolve).collect();
        // After `use crate::contacts`, `contacts::store::find` is a path of ours too.
        let through = |path: Vec<String>| {
            let named = direct.iter().find(|known| path.len() > 1 && known.last() == path.first())?;
            Some(named.iter().cloned().chain(path.into_iter().skip(1)).collect())
        };
        let indirect: Vec<Vec<String>> = self.paths().into_iter().filter_map(through).collect();
        direct.extend(indirect);
        direct
    }

    /// Every path that the code names, `use` trees unfolded.
    fn paths(&self) -> Vec<Vec<String>> {
        let tokens = tokens(&self.text);
        let (mut paths, mut at) = (Vec::new(), 0);
        while at < tokens.len() {
            at = if is_name(&tokens[at]) { unfold(&tokens, at, &[], &mut paths) } else { at + 1 };
        }
        paths
    }
}

fn own(module: &[&str], ups: usize, rest: impl Iterator<Item = String>) -> Vec<String> {
    let kept = module.len().saturating_sub(ups);
    module.iter().take(kept).map(|part| (*part).to_owned()).chain(rest).collect()
}

/// Reads one path from `tokens[at]` on, with the branches of its braces; returns where it stopped.
fn unfold(tokens: &[String], mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let token = |place: usize| tokens.get(place).map_or("", String::as_str);
    let mut path = prefix.to_vec();
    path.push(token(at).to_owned());
    at += 1;
    while token(at) == "::" {
        match token(at + 1) {
            "{" => {
                at += 2;
                while !matches!(token(at), "}" | "") {
                    let branch = is_name(token(at)) || token(at) == "*";
                    at = if branch { unfold(tokens, at, &path, paths) } else { at + 1 };
                    if token(at) == "as" {
                        at += 2;
                    }
                }
                return at + 1;
            }
            next if is_name(next) || next == "*" => {
                path.push(next.to_owned());
                at += 2;
            }
            _ => break,
        }
    }
    paths.push(path);
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names, `::` and single marks, without comments.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        let code = if line.starts_with("//") { "" } else { line.split(" //").next().unwrap_or("") };
        // Words grow only within a line and only from their last letter.
        let mut growing = false;
        for mark in code.chars() {
            let letter = mark.is_alphanumeric() || mark == '_';
            match tokens.last_mut() {
                Some(last) if (letter && growing && *last != ":") || (mark == ':' && *last == ":") => last.push(mark),
                _ if mark.is_whitespace() => {}
                _ => tokens.push(mark.to_string()),
            }
            growing = letter;
        }
    }
    tokens
}
