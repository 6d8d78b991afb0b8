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
        let Some(number) = row
            .split(" | ")
            .next()
            .and_then(|number| number.parse::<u32>().ok())
        else {
            continue;
        };
        numbers.push(number);
        let quoted: Vec<_> = row.split('`').collect();
        let [.., file, _, check, _] = quoted.as_slice() else {
            panic!("{row} names no check")
        };
        let defined = [
            format!("fn {check}("),
            format!("def {check}("),
            format!(".{check}"),
        ];
        let text = source(file);
        assert!(
            defined.iter().any(|define| text.contains(define.as_str())),
            "{number}: there is no {check} in {file}"
        );
    }
    assert_eq!(numbers, (1..=77).collect::<Vec<_>>());
}
