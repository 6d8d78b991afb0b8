//! The 77 statements of `docs/calendars.md`, each once, each with a check that exists; and
//! the rest of that page's promises that a machine can keep.

use std::path::Path;

fn source(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|_| panic!("there is no {path}"))
}

#[test]
fn each_of_the_77_statements_is_shown_by_a_check_that_exists() {
    let page = source("docs/calendars.md");
    let list = page.split("## The 77 statements").nth(1).unwrap();
    let mut numbers = Vec::new();
    for row in list.lines().filter_map(|line| line.strip_prefix("| ")) {
        let Some(number) = row.split(" | ").next().and_then(|number| number.parse::<u32>().ok())
        else {
            continue;
        };
        numbers.push(number);
        let quoted: Vec<_> = row.split('`').collect();
        let [.., file, _, check, _] = quoted.as_slice() else { panic!("{row} names no check") };
        let defined = [format!("fn {check}("), format!("def {check}("), format!(".{check}")];
        let text = source(file);
        assert!(
            defined.iter().any(|define| text.contains(define.as_str())),
            "{number}: there is no {check} in {file}"
        );
    }
    assert_eq!(numbers, (1..=77).collect::<Vec<_>>());
}

/// Values enter a calendar by `calendar::text` and `calendar::value` alone: one file names the crate's tree, none its
/// builders, and none writes a line by hand.
#[test]
fn one_file_puts_calendars_together_and_none_writes_them_by_hand() {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let (mut by_tree, mut by_hand) = (Vec::new(), Vec::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path
                .strip_prefix(env!("CARGO_MANIFEST_DIR"))
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if path.extension().is_none_or(|ending| ending != "rs") || name.contains("/tests/") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap();
            if product.replace("calcard::icalendar::", "").contains("icalendar::") {
                by_tree.push(name.clone());
            }
            if product.contains("BEGIN:V") || product.contains("END:V") {
                by_hand.push(name);
            }
        }
    }
    assert_eq!(by_tree, ["src/calendar/content.rs"]);
    // There the two lines stand by which a component is found in what the crate wrote.
    assert_eq!(by_hand, ["src/calendar/content.rs"]);
    assert!(source("src/calendar/content.rs").contains("use icalendar::parser::{"));
}
