//! What Fadeline is built from: each dependency says what it is for, comes from crates.io under a
//! licence that is allowed, and stands in the tree once, or twice for a reason.
//! Advisories are not looked at: their database is on GitHub, which a machine of the checks need not reach.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than to be named. Each is needed by some dependency.
const ALLOWED: &[&str] = &[
    "0BSD", "Apache-2.0", "BSD-3-Clause", "CDLA-Permissive-2.0", "ISC", "MIT", "Unicode-3.0",
    "Zlib",
];

/// What stands in the tree more than once, by who holds the older one back.
const TWICE: &[(&str, &[&str])] = &[
    (
        "lettre signs with rsa 0.9 and ed25519-dalek 2, and sqlx's macros hash with sha2 0.10",
        &[
            "block-buffer", "const-oid", "cpufeatures", "crypto-common", "digest", "rand",
            "rand_core", "sha2",
        ],
    ),
    ("async-imap", &["async-channel", "event-listener", "thiserror", "thiserror-impl"]),
    ("phonenumber", &["embedded-io", "nom", "regex-syntax", "strum", "strum_macros"]),
    ("sqlx", &["base64"]),
    ("dashmap and sqlx", &["hashbrown"]),
    ("ring and ahash", &["getrandom", "r-efi", "windows-sys"]),
    ("totp-rs", &["constant_time_eq"]),
    ("reqwest", &["tower-http"]),
    ("derives of a year ago", &["syn"]),
];

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The value of a line such as `name = "axum"` in a package of the lock file.
fn field<'a>(package: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("{name} = \"");
    package.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('"'))
}

/// Whether an SPDX expression can be met by allowed licences alone; those that meet it are noted.
fn allows(expression: &str, met: &mut BTreeSet<&'static str>) -> bool {
    let any = |part: &str, met: &mut BTreeSet<&'static str>| {
        let mut choices = part.split(" OR ").flat_map(|one| one.split('/')).map(str::trim);
        let found = choices.find_map(|one| ALLOWED.iter().find(|allowed| **allowed == one));
        met.extend(found);
        found.is_some()
    };
    // No expression of the tree nests deeper than a choice in brackets.
    expression.split(" AND ").all(|part| any(part.trim_matches(['(', ')']), met))
}

#[test]
fn each_dependency_says_what_it_is_for() {
    let manifest = read("Cargo.toml");
    let (_, rest) = manifest.split_once("\n[dependencies]\n").unwrap();
    let (lists, _) = rest.split_once("\n[profile").unwrap();
    let silent: Vec<_> = lists
        .lines()
        .filter(|line| line.contains(" = "))
        .filter(|line| line.rsplit_once(" # ").is_none_or(|(_, reason)| reason.len() < 4))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_dependency_comes_from_crates_io_and_stands_twice_only_for_a_reason() {
    let lock = read("Cargo.lock");
    let mut versions = BTreeMap::<&str, usize>::new();
    for package in lock.split("[[package]]\n").skip(1) {
        let name = field(package, "name").unwrap();
        *versions.entry(name).or_default() += 1;
        let source = field(package, "source");
        let ours = source.is_none() && name == "fadeline";
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert!(ours || source == Some(registry), "{name} comes from {source:?}");
    }
    let twice: BTreeSet<_> =
        versions.iter().filter(|(_, count)| **count > 1).map(|(name, _)| *name).collect();
    let known = TWICE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    assert_eq!(twice, known, "what stands twice, and what is known to");
}

#[test]
fn every_licence_in_the_tree_is_allowed() {
    // Of the platform that Fadeline runs on: what others need may not be on this machine.
    let out = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let tree: Value = serde_json::from_slice(&out.stdout).unwrap();
    let packages = tree["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let mut met = BTreeSet::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(allows(licence, &mut met), "{}: {licence}", package["name"]);
    }
    assert_eq!(met, ALLOWED.iter().copied().collect(), "each licence of the list is met with");
}

#[test]
fn an_expression_of_licences_is_met_by_one_choice_in_each_of_its_parts() {
    for (expression, met) in [
        ("MIT", true),
        ("GPL-2.0-only OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("AGPL-3.0", false),
        ("none", false),
    ] {
        assert_eq!(allows(expression, &mut BTreeSet::new()), met, "{expression}");
    }
}
