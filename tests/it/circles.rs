//! No circle of files: whatever a file of `src` imports, straight or through others, does not
//! import it.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{arrows, sources};

/// Each circle among `files` (a path below `src`, and its text), as "a -> b -> a".
fn circles(files: &[(String, String)]) -> Vec<String> {
    let arrows = arrows(files);
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

#[test]
fn no_circle_of_files_runs_through_the_house() {
    let found = circles(&sources());
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
