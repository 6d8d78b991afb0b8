//! The shape of the house: who may call whom, how long a file may be, where time is
//! read, and that every module says what lives there.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("calendar", &["domain"]),
    ("actions", &["domain", "storage", "calendar", "clock"]),
    ("delivery", &["domain", "storage", "calendar", "actions"]),
    ("api", &["domain", "actions"]),
    ("web", &["domain", "actions"]),
    ("cli", &["domain", "storage", "actions", "api", "web", "delivery", "clock"]),
];

fn files(folder: &str) -> Vec<PathBuf> {
    let (mut found, mut open) =
        (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                found.push(entry);
            }
        }
    }
    found
}

#[test]
fn no_room_uses_another_against_the_arrows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut looked_at = 0;
    for (room, may_use) in ARROWS {
        for file in files("src").into_iter().filter(|file| file.starts_with(root.join(room))) {
            for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
                let used = line.split("crate::").skip(1).map(|rest| {
                    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
                });
                for other in used.filter(|other| {
                    !other.is_empty() && ARROWS.iter().any(|(room, _)| room == other)
                        || *other == "clock"
                }) {
                    looked_at += 1;
                    let allowed = other == *room || may_use.contains(&other);
                    // The problem of an error of the store is the one place where `api` must know its names.
                    let excepted = file.ends_with("api/problem.rs") && other == "storage";
                    assert!(
                        allowed || excepted,
                        "{}:{}: {room} may not use {other}",
                        file.display(),
                        number + 1
                    );
                }
            }
        }
    }
    assert!(looked_at > 100);
}

#[test]
fn no_file_is_too_long_and_each_opens_with_what_lives_there() {
    for file in files("src").into_iter().chain(files("tests")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().count() <= 800, "{} is too long", file.display());
        let opening = text.lines().take_while(|line| line.starts_with("//!")).count();
        assert!((1..=6).contains(&opening), "{} opens with {opening} lines of //!", file.display());
    }
}

#[test]
fn sql_stands_in_storage_alone() {
    for file in
        files("src").into_iter().filter(|file| !file.to_string_lossy().contains("/storage/"))
    {
        let text = fs::read_to_string(&file).unwrap();
        for sign in ["SELECT ", "INSERT INTO", "DELETE FROM", "stmt!("] {
            assert!(!text.contains(sign), "{} holds SQL", file.display());
        }
    }
}

#[test]
fn chrono_tz_is_named_in_one_file_alone_so_that_no_older_rules_slip_in() {
    let named_by: Vec<_> = files("src")
        .into_iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains("chrono_tz"))
        .collect();
    let [only] = named_by.as_slice() else {
        panic!("chrono_tz is named in {named_by:?}");
    };
    assert!(only.ends_with("time_zone.rs"), "{}", only.display());
}
