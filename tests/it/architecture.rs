//! The shape of the house: how long a file may be, where SQL stands, who knows the zones, and that every
//! module says what lives there. Who may use whom stands in `wings`.

use std::fs;
use std::path::{Path, PathBuf};

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
fn no_file_is_too_long_and_each_opens_with_what_lives_there() {
    for file in files("src").into_iter().chain(files("tests")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().count() <= 500, "{} is too long", file.display());
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

#[test]
fn a_document_that_is_cited_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in files("src").into_iter().chain(files("tests")) {
        let text = fs::read_to_string(&file).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_/.-".contains(c));
        for word in words.map(|word| word.trim_end_matches('.')) {
            let cites = word.strip_suffix(".md").is_some_and(|name| !name.is_empty());
            assert!(!cites || root.join(word).is_file(), "{} cites {word}", file.display());
        }
    }
}

#[test]
fn what_is_changed_is_changed_by_work_and_leaves_its_audit_line_there() {
    let work = |file: &Path| file.to_string_lossy().contains("/actions/work/");
    for file in files("src")
        .into_iter()
        .filter(|file| !work(file) && !file.to_string_lossy().contains("/storage/"))
    {
        let text = fs::read_to_string(&file).unwrap();
        for sign in ["db.begin()", "audit::Line {", "audit::insert(", "note_commit()"] {
            assert!(
                !text.contains(sign)
                    || (sign == "audit::Line {" && file.ends_with("manage/audit.rs")),
                "{} holds {sign}: begin and end it as `Work`",
                file.display()
            );
        }
    }
}
