//! The map of the house: its rooms, the wings of each, and which may use which.

use std::collections::BTreeSet;

use crate::imports::{arrows, sources};

/// A room under `src`: its name, the rooms that it may use, and its wings. `<` reads "stands below": a wing may use
/// those that stand below it, and those between the same two `<` may not use one another. A room's own `mod.rs` may use all of
/// them, and none of them it.
type Room = (&'static str, &'static str, &'static str);

const HOUSE: &[Room] = &[
    (
        "domain",
        "",
        "ids codes text kept_as_text < role rule_override < refusal time < patient < clinic words
            < catalogue access < course < booking < partner < messages manage",
    ),
    (
        "storage",
        "domain",
        "engine < access audit booking course deeds demo manage messages partner idempotency readiness
            < catalogue patient desk",
    ),
    (
        "calendar",
        "domain",
        "value folding < text < content words mime authentication answer < times vtimezone bounce
            < event < entry links invite reply < cache < feed",
    ),
    (
        "actions",
        "domain storage calendar clock",
        "work < access messages course < referral calendar manage < booking
            < partner catalogue < patient < desk incoming",
    ),
    (
        "api",
        "domain actions",
        "problem serving < extract respond describe health
            < layers demo access catalogue patient booking partner messages manage",
    ),
    ("web", "domain actions", "frame < access patient record < desk partner manage"),
    (
        "delivery",
        "domain storage calendar actions",
        "error lists server_settings < transport < inbox_settings letter mime sms < post mail_fetch
            < compose < inbox late outcomes < step < forward ticker",
    ),
    (
        "cli",
        "domain storage actions api web delivery clock",
        "args zone_files < file < mail_settings < settings < app
            < accounts demo time_check < serve < demo_clinic",
    ),
];

/// What is known of the store above `actions`: the problem of its errors, and what `actions` hands on of it.
const EXCEPTED: [&str; 4] = [
    "api/problem.rs -> storage/mod.rs", "api/problem.rs -> storage/engine/error.rs",
    "web/frame/errors.rs -> storage/engine/error.rs",
    "web/manage/mailbox.rs -> storage/messages/demo_mailbox.rs",
];

/// How high the wing of `room` stands.
fn level(wings: &str, wing: &str) -> Option<usize> {
    wings.split('<').position(|level| level.split_whitespace().any(|one| one == wing))
}

/// The room and the wing of a file below `src`; neither, for the files beside the rooms.
fn place(file: &str) -> Option<(&str, &str)> {
    let (room, rest) = file.split_once('/')?;
    Some((room, rest.split('/').next()?.trim_end_matches(".rs")))
}

/// Each arrow among `files` (a path below `src`, and its text) that `house` does not allow, as "a -> b".
fn against(house: &[Room], files: &[(String, String)]) -> Vec<String> {
    let room_of = |name: &str| house.iter().find(|(room, ..)| *room == name);
    let mut wrong = BTreeSet::new();
    for (file, _) in files {
        let unknown = place(file).filter(|(room, wing)| {
            *wing != "mod" && room_of(room).is_none_or(|(_, _, wings)| level(wings, wing).is_none())
        });
        wrong.extend(
            unknown.map(|(room, wing)| format!("{file}: no wing {wing} of {room} is on the map")),
        );
    }
    for (file, used) in arrows(files) {
        let Some((room, wing)) = place(file) else { continue };
        let Some((_, rooms, wings)) = room_of(room) else { continue };
        for other in used {
            let allowed = match place(other) {
                Some((theirs, wing_used)) if theirs == room => {
                    let (above, below) = (level(wings, wing), level(wings, wing_used));
                    wing == wing_used || below.is_some() && (wing == "mod" || below < above)
                }
                Some((theirs, _)) => rooms.split(' ').any(|one| one == theirs),
                None => rooms.split(' ').any(|one| format!("{one}.rs") == other),
            };
            if !allowed {
                wrong.insert(format!("{file} -> {other}"));
            }
        }
    }
    wrong.into_iter().collect()
}

#[test]
fn no_file_uses_another_against_the_map() {
    let mut wrong = against(HOUSE, &sources());
    wrong.retain(|arrow| !EXCEPTED.contains(&arrow.as_str()));
    assert!(wrong.is_empty(), "against the map:\n{}", wrong.join("\n"));
}

#[test]
fn a_planted_arrow_and_an_unknown_wing_are_found_and_named() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let house: [Room; 2] = [("low", "", "a < b c"), ("high", "low", "d")];
    let mut files = vec![
        file("low/a/mod.rs", "pub mod in_a;\npub use self::in_a::A;\n"),
        file("low/a/in_a.rs", "pub struct A;\n"),
        file("low/b.rs", "use super::a::A;\n"),
        file("low/c.rs", "use crate::low::a::{A};\n"),
        file("high/d.rs", "use crate::low::b;\n"),
    ];
    assert_eq!(against(&house, &files), Vec::<String>::new());
    // Upwards, from side to side, into a higher room, and from where the map has nothing.
    files[1].1 = "use crate::low::c::C;\n".to_owned();
    files[2].1 = "fn f() { super::c::f() }\n".to_owned();
    files[3].1 = "use crate::high::d::D;\n".to_owned();
    files.push(file("high/e/new.rs", ""));
    let named = [
        "high/e/new.rs: no wing e of high is on the map", "low/a/in_a.rs -> low/c.rs",
        "low/b.rs -> low/c.rs", "low/c.rs -> high/d.rs",
    ];
    assert_eq!(against(&house, &files), named);
}
