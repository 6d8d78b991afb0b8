//! Finding a patient however their name and number are typed, also with one letter wrong, also where the record was written by
//! an older version; and names that are typed in one line, split as people mean them.

use fadeline::storage::Db;
use fadeline::storage::patient::patients;
use serde_json::json;

use crate::support::{Browser, TestApp};

const DESK: &str = "front_desk@example.test";

/// Registers somebody. Answers their id.
async fn known(app: &TestApp, given: &str, family: &str, phone: &str) -> String {
    let patient =
        json!({"given_name": given, "family_name": family, "phone": phone, "duplicate_ok": true});
    app.post("/patients", patient).await.expect(201).id()
}

async fn run(app: &TestApp, sql: &'static str) {
    match &app.app.db {
        Db::Sqlite { write, .. } => {
            sqlx::raw_sql(sql).execute(write).await.unwrap();
        }
        Db::Postgres(pool) => {
            sqlx::raw_sql(sql).execute(pool).await.unwrap();
        }
    }
}

/// The ids that a search finds.
async fn found(app: &TestApp, q: &str) -> Vec<String> {
    let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
    let found = app.get(&format!("/patients?q={q}")).await.expect(200);
    found.items().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// A clinic that knows several people, and what finds each of them.
async fn some_people() -> (TestApp, Vec<(String, Vec<&'static str>)>) {
    let app = TestApp::empty().await;
    let mut people = Vec::new();
    for (given, family, phone, finds) in [
        (
            "Pat",
            "O'Brien-Quux",
            "416 555 0101",
            vec![
                "obrien-quux", "OBrien Quux", "o’brien", "Quux, Pat", "obrienquux", "O Brien Quux",
            ],
        ),
        ("Sam", "O’Connorzz", "416 555 0102", vec!["oconnorzz", "o'connorzz", "OConnorzz, Sam"]),
        (
            "Kim",
            "Van Kirkzz",
            "416 555 0103",
            vec!["vankirkzz", "VanKirkzz", "van-kirkzz", "Van Kirkzz, Kim", "kirkzz"],
        ),
        (
            "John",
            "Smithzz",
            "416 555 0104",
            vec![
                "Smithzz, John", "smithzz,john", "john smithzz", "Smthzz", "smithz, john",
                "Simthzz",
            ],
        ),
        (
            "Jean-Luc",
            "Picardzz",
            "416 555 0105",
            vec!["jeanluc", "Jean Luc", "Picardzz, Jean-Luc", "Jean Luc Picardzz", "pickardzz"],
        ),
        (
            "Uwe",
            "Müllerzz",
            "416 555 0106",
            vec!["Muellerzz", "mullerzz", "müllerzz", "Müllerzz, Uwe"],
        ),
        ("Ute", "Goethezz", "416 555 0107", vec!["Göthezz", "goethezz"]),
        ("Éloïse", "de la Crüz", "416 555 0108", vec!["eloise", "delacruz", "De La Cruz, Eloise"]),
        ("محمد", "علي", "416 555 0109", vec!["محمد", "علي"]),
        (
            "Nine",
            "Digits",
            "(416) 555-0142",
            vec![
                "416\u{2011}555\u{2011}0142", "\u{202a}416-555-0142\u{202c}", "tel:+14165550142",
                "416/555/0142", "416.555.0142", "+1 (416) 555-0142", "555-0142", "0142",
                "416 555 0142 ext. 3",
            ],
        ),
    ] {
        people.push((known(&app, given, family, phone).await, finds));
    }
    (app, people)
}

#[tokio::test]
async fn every_usual_way_of_typing_a_name_or_a_number_finds_who_is_meant() {
    let (app, people) = some_people().await;
    for (id, finds) in &people {
        for q in finds {
            assert_eq!(found(&app, q).await, std::slice::from_ref(id), "{q}");
        }
    }
    for q in ["smythe-jones", "Smtzz", "---", "'", "416 555 0999", "Kirkpatrick", "John Smythezz"] {
        assert!(found(&app, q).await.is_empty(), "{q}");
    }
    assert_eq!(found(&app, "").await.len(), people.len());
}

#[tokio::test]
async fn who_was_written_down_by_an_older_version_is_found_once_the_program_has_started() {
    let (app, people) = some_people().await;
    // As the migration leaves them.
    run(&app, "UPDATE patients SET search = '', email_key = NULL, name_key = ''").await;
    run(&app, "DELETE FROM name_keys").await;
    assert!(found(&app, "jeanluc").await.is_empty());
    patients::fold_again(&app.app.db).await.unwrap();
    patients::fold_again(&app.app.db).await.unwrap();
    for (id, finds) in &people {
        for q in finds {
            assert_eq!(found(&app, q).await, std::slice::from_ref(id), "{q}");
        }
    }
    let pat = json!({"given_name": "Pat", "family_name": "O'Brien-Quux", "phone": "416 555 0101"});
    app.post("/patients", pat).await.expect(409);
}

#[tokio::test]
async fn a_name_in_one_line_is_split_as_people_mean_it_and_one_name_is_enough() {
    let (app, _) = TestApp::with_clinic().await;
    let desk = Browser::signed_in(&app, DESK).await;
    for (n, (typed, given, family)) in [
        ("Smith, John", "John", "Smith"),
        ("John Smith Jr.", "John", "Smith Jr."),
        ("Maria de la Cruz", "Maria", "de la Cruz"),
        ("Sukarno", "Sukarno", ""),
        ("Omar al-Bashir", "Omar", "al-Bashir"),
        ("\u{202e}Ada\u{200b} Sample", "Ada", "Sample"),
    ]
    .into_iter()
    .enumerate()
    {
        let phone = format!("416 555 {:04}", 100 + n);
        let fields = [("name", typed), ("phone", &phone), ("goal", "remove")];
        let done = desk.post("/desk/patients", &fields).await.expect(303);
        let panel = desk.follow(&done).await;
        panel.shows(&[&format!("{given} {family}").trim().replace('\'', "&#39;")]);
        let found = app.get(&format!("/patients?q={}", phone.replace(' ', "+"))).await;
        assert_eq!(found.items()[0]["given_name"], given, "{typed}");
        assert_eq!(found.items()[0]["family_name"], family, "{typed}");
    }
    let one =
        app.post("/patients", json!({"given_name": "Suharto", "phone": "416 555 0177"})).await;
    assert_eq!(one.expect(201).str("family_name"), "");
    let unseen =
        json!({"given_name": "\u{200b}", "family_name": "\u{3164}", "phone": "416 555 0178"});
    let refused = app.post("/patients", unseen).await.expect(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/given_name");
}
