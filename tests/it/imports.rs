//! What the files of `src` import, read from their text, for the checks of the house's shape. A name
//! that a `mod.rs` hands on counts as the file that defines it.

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
    let children = code.lines().filter_map(|line| {
        let (before, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
        (before.is_empty() || before.starts_with("pub")).then(|| format!("{name}::"))
    });
    let roots = ["crate::", "super::"].map(str::to_owned);
    for root in roots.into_iter().chain(children) {
        for (at, _) in code.match_indices(&root) {
            let before = &code[..at];
            if before.ends_with("in ")
                || before.ends_with('$')
                || before.ends_with("::")
                || before.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_')
            {
                continue;
            }
            let path = code[at..]
                .split(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != ':')
                .next()
                .unwrap();
            // Before a brace stands a tree, which was read above.
            if path.ends_with("::") {
                continue;
            }
            let mut path: Module = path.split("::").map(str::to_owned).collect();
            if !["crate::", "super::"].contains(&root.as_str()) {
                path.insert(0, "self".to_owned());
            }
            all.extend(absolute(&path, own).map(|path| (path, false)));
        }
    }
    all
}

/// For each file (a path below `src`, and its text) the files that it imports.
pub(crate) fn arrows(files: &[(String, String)]) -> BTreeMap<&str, BTreeSet<&str>> {
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
    arrows
}

fn collect(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            if !entry.ends_with("calendar/tests") {
                collect(&entry, root, found);
            }
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            let name = entry.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&entry).unwrap()));
        }
    }
}

/// Every file of `src` but the tests of calendars, with its text.
pub(crate) fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 300);
    files
}
