//! The rules in `docs/rules.md`, in the code and in these tests are the same.

use std::collections::BTreeSet;
use std::path::Path;

/// Codes that carry a state, or that are no rules of the field but of the API's own manners; the page lists them apart.
fn snake(variant: &str) -> String {
    let mut code = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.extend(letter.to_lowercase());
    }
    code
}

fn source(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The variants of `Code`, as they are spelled in the contract.
fn in_code() -> BTreeSet<String> {
    let text = source("src/domain/refusal.rs");
    let body = text.split("pub enum Code {").nth(1).unwrap().split("\n}").next().unwrap();
    let lines =
        body.lines().map(str::trim).filter(|line| !line.starts_with("//") && line.ends_with(','));
    let codes = lines.map(|line| line.trim_end_matches(',').split('(').next().unwrap());
    codes
        .map(|variant| {
            if variant.ends_with("NotAllowedFrom") {
                "not_allowed_from_<status>".to_owned()
            } else {
                snake(variant)
            }
        })
        .collect()
}

/// The codes at the beginning of the rows of the page, and whether each stands among the rules of removal.
fn in_docs() -> Vec<(String, bool)> {
    let text = source("docs/rules.md");
    let mut removal = false;
    let mut codes = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            removal = title.contains("removal");
        }
        if let Some(rest) = line.strip_prefix("| `").filter(|rest| !rest.starts_with("policy.")) {
            codes.push((rest.split('`').next().unwrap().to_owned(), removal));
        }
    }
    codes
}

/// All that the stories are made of.
fn in_tests() -> String {
    let mut all = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("rules/listed.rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

#[test]
fn the_page_of_rules_lists_every_code_once_and_no_other() {
    let listed = in_docs();
    let unique: BTreeSet<_> = listed.iter().map(|(code, _)| code.clone()).collect();
    assert_eq!(unique.len(), listed.len(), "a code stands twice");
    assert_eq!(unique, in_code());
}

#[test]
fn every_code_is_shown_by_a_story_and_each_rule_of_removal_refusing_and_letting_through() {
    let tests = in_tests();
    for (code, of_removal) in in_docs() {
        let code = if code.starts_with("not_allowed_from") { "not_allowed_from_" } else { &code };
        let quoted = tests.contains(&format!("\"{code}"));
        assert!(quoted, "no story is refused with {code}");
        if of_removal {
            for what in ["refuses", "lets_through"] {
                assert!(
                    tests.contains(&format!("async fn {code}_{what}")),
                    "no story shows that {code} {what}"
                );
            }
        }
    }
}

#[test]
fn the_page_of_rules_names_every_number_of_the_policy_with_its_default() {
    let (page, policy) = (source("docs/rules.md"), source("src/domain/clinic/policy.rs"));
    let defaults =
        policy.split("fn default() -> Self {").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let standard: Vec<_> =
        fadeline::domain::clinic::reminder::standard().iter().map(ToString::to_string).collect();
    for line in defaults.lines().map(str::trim).filter(|line| line.contains(": ")) {
        let (name, value) = line.trim_end_matches(',').split_once(": ").unwrap();
        let time = value.strip_prefix("TimeOfDay::hm(").and_then(|time| time.strip_suffix(')'));
        let value = match time.and_then(|time| time.split_once(", ")) {
            Some((hour, minute)) => format!("{hour:0>2}:{minute:0>2}"),
            None if value == "reminder::standard()" => standard.join("; "),
            None => value.trim_start_matches("vec!").to_owned(),
        };
        assert!(
            page.contains(&format!("| `policy.{name}` | {value} |")),
            "the page does not say that {name} is {value}"
        );
    }
}
