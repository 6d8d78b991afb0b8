//! No circle of files: whatever a file of `src` imports, straight or through others, does not
//! import it. A name that a `mod.rs` hands on counts as the file that defines it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path below the crate, as in `domain::time::civil`.
type Module = Vec<String>;

/// The module of a file below `src`.
fn module_of(file: &str) -> Module {
    let mut parts: Module = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// The paths of a `use` tree, flattened.
fn flatten(tree: &str, before: &[String], found: &mut Vec<Module>) {
    let mut path = before.to_vec();
    let mut rest = tree.trim();
    while let Some((head, tail)) =
        rest.split_once("::").filter(|(head, _)| !head.contains('{') && !head.contains(','))
    {
        path.push(head.trim().to_owned());
        rest = tail.trim();
    }
    let Some(inside) = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        let name = rest.split(" as ").next().unwrap_or_default().trim();
        if name != "self" && name != "*" {
            path.push(name.to_owned());
        }
        found.push(path);
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, sign) in inside.char_indices().chain([(inside.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inside[start..at].trim().is_empty() {
                    flatten(&inside[start..at], &path, found);
                }
                start = at + 1;
            }
            _ => (),
        }
    }
}

/// The same path from the crate's root on; nothing for what another crate holds.
fn absolute(path: &[String], own: &[String]) -> Option<Module> {
    let (mut base, mut rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (own.to_vec(), &path[1..]),
        "super" => (own[..own.len() - 1].to_vec(), &path[1..]),
        _ => return None,
    };
    while rest.first().is_some_and(|part| part == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

/// What a file imports at its own level, and the paths that its code spells out; of both, whether it hands them on.
fn imports(text: &str, own: &[String]) -> Vec<(Module, bool)> {
    let code = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut all = Vec::new();
    for part in code.split(';') {
        let Some((before, tree)) = part.rsplit_once("use ") else {
            continue;
        };
        let line = before.rsplit('\n').next().unwrap();
        if !line.trim().is_empty() && !line.trim_start().starts_with("pub") {
            continue;
        }
        let mut paths = Vec::new();
        flatten(tree, &[], &mut paths);
        let handed_on = line.trim_start().starts_with("pub");
        let found = paths.iter().filter_map(|path| absolute(path, own));
        all.extend(found.map(|path| (path, handed_on)));
    }
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let before = &code[..at];
            if before.ends_with("in ") || before.ends_with('$') || before.ends_with("::") {
                continue;
            }
            let path: Module = code[at..]
                .split(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != ':')
                .next()
                .unwrap()
                .split("::")
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect();
            all.extend(absolute(&path, own).map(|path| (path, false)));
        }
    }
    all
}

/// Each circle among `files` (a path below `src`, and its text), as "a -> b -> a".
fn circles(files: &[(String, String)]) -> Vec<String> {
    let modules: BTreeMap<Module, &str> =
        files.iter().map(|(file, _)| (module_of(file), file.as_str())).collect();
    let mut handed_on: BTreeMap<Module, Module> = BTreeMap::new();
    let mut used: Vec<(&str, Module)> = Vec::new();
    for (file, text) in files {
        let own = module_of(file);
        for (path, on) in imports(text, &own) {
            if on && let Some(name) = path.last() {
                let mut shown = own.clone();
                shown.push(name.clone());
                handed_on.insert(shown, path);
            } else {
                used.push((file, path));
            }
        }
    }
    let owner = |path: &Module| {
        let mut path = path.clone();
        for _ in 0..8 {
            match (1..=path.len()).rev().find_map(|n| handed_on.get(&path[..n])) {
                Some(defined) if *defined != path => path = defined.clone(),
                _ => break,
            }
        }
        (1..=path.len()).rev().find_map(|n| modules.get(&path[..n]).copied())
    };
    let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, path) in &used {
        // A module that is imported whole is used by its names, which are the file's own.
        if let Some(other) = owner(path).filter(|other| other != file) {
            arrows.entry(file).or_default().insert(other);
        }
    }
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for file in arrows.keys().copied() {
        let (mut before, mut open) = (BTreeMap::new(), vec![file]);
        while let Some(at) = open.pop() {
            for next in arrows.get(at).into_iter().flatten().copied() {
                if next == file && !done.contains(file) {
                    let mut way = vec![file, at];
                    while *way.last().unwrap() != file {
                        way.push(before[way.last().unwrap()]);
                    }
                    done.extend(way.iter().copied());
                    way.reverse();
                    found.push(way.join(" -> "));
                }
                if !before.contains_key(next) {
                    before.insert(next, at);
                    open.push(next);
                }
            }
        }
    }
    found
}

fn sources(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            if !entry.ends_with("calendar/tests") {
                sources(&entry, root, found);
            }
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            let name = entry.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&entry).unwrap()));
        }
    }
}

#[test]
fn no_circle_of_files_runs_through_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &root, &mut files);
    assert!(files.len() > 300);
    let found = circles(&files);
    assert!(found.is_empty(), "circles of files:\n{}", found.join("\n"));
}

#[test]
fn a_planted_circle_is_found_and_named() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let straight = [
        file("a/mod.rs", "pub mod b;\npub use self::b::B;\n"),
        file("a/b.rs", "pub struct B;\n"),
        file("a/c.rs", "use super::{B, d::{D}};\n"),
        file("a/d.rs", "use crate::a::B;\npub struct D;\n"),
    ];
    assert_eq!(circles(&straight), Vec::<String>::new());
    // Through a name that `mod.rs` hands on, and through a path in the code.
    let mut planted = straight.to_vec();
    planted[1].1 = "pub struct B;\nfn f() { super::c::g() }\n".to_owned();
    let found = circles(&planted);
    let named = |circle: &String| circle.contains("a/b.rs") && circle.contains("a/c.rs");
    assert!(found.iter().any(named), "{found:?}");
}
