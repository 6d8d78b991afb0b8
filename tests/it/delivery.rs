//! Delivery: one at a time and in order, through refusals, silence and crashes; with the
//! same Message-ID each time, and a task for a person where there is no way.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use fadeline::delivery::transport::{Smtp, SmtpSettings};
use fadeline::delivery::{Post, step};
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::patient::channel::Channel;
use fadeline::storage::messages::ledger;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Mail, TestApp, has, wire};

/// What a mail server does with the next mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Takes it.
    Takes,
    /// Says: not now.
    NotNow,
    /// Says: never.
    Never,
    /// Takes it, and hangs up without a word.
    HangsUp,
    /// Hangs up without a word, and without the mail.
    Loses,
    /// Says that it takes nothing from us.
    Locked,
}

/// A mail server that does as it is told, in order, and then takes everything.
#[derive(Clone, Default)]
struct Server {
    moods: Arc<Mutex<Vec<Mood>>>,
    taken: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    async fn start(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *server.connections.lock().unwrap() += 1;
                let server = server.clone();
                tokio::spawn(async move {
                    let _ = server.talk(stream).await;
                });
            }
        });
        port
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            if line.starts_with("MAIL") && self.moods.lock().unwrap().last() == Some(&Mood::Locked)
            {
                self.moods.lock().unwrap().pop();
                write.write_all(b"530 authentication required\r\n").await?;
                continue;
            }
            if !line.eq_ignore_ascii_case("data") {
                write.write_all(b"250 ok\r\n").await?;
                continue;
            }
            write.write_all(b"354 go on\r\n").await?;
            let mail = wire::read_mail(&mut lines).await?;
            let mood = self.moods.lock().unwrap().pop().unwrap_or(Mood::Takes);
            if matches!(mood, Mood::Takes | Mood::HangsUp) {
                self.taken.lock().unwrap().push(mail);
            }
            let answer: &[u8] = match mood {
                Mood::Takes => b"250 taken\r\n",
                Mood::NotNow => b"451 greylisted\r\n",
                Mood::Never => b"550 no such mailbox\r\n",
                Mood::HangsUp | Mood::Loses | Mood::Locked => return Ok(()),
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }

    fn taken(&self) -> Vec<Mail> {
        self.taken.lock().unwrap().iter().map(|raw| Mail::read(raw)).collect()
    }

    fn will(&self, moods: &[Mood]) {
        *self.moods.lock().unwrap() = moods.iter().rev().copied().collect();
    }
}

fn posting(app: &TestApp, port: u16) -> Post {
    let url = url::Url::parse(&format!("smtp://127.0.0.1:{port}")).unwrap();
    let smtp = Smtp::new(&SmtpSettings::new(&url, None, None).unwrap()).unwrap();
    Post::new(app.app.clone(), Some(smtp), None, false, None)
}

async fn booked() -> (TestApp, Server, Post, String) {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.wait(Duration::minutes(3));
    let server = Server::default();
    let post = posting(&app, server.start().await);
    (app, server, post, session)
}

async fn deliver(app: &TestApp, post: &Post) -> step::Outcome {
    step::step(post, app.app.clock.now()).await.unwrap()
}

fn header(mail: &Mail, name: &str) -> String {
    let head = mail.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    let line =
        head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {name} in {head}"))
}

/// 57: 4xx is tried again with growing pauses, and taken once.
#[tokio::test]
async fn a_server_that_says_not_now_is_asked_again_after_longer_and_longer_pauses() {
    let (app, server, post, session) = booked().await;
    server.will(&[Mood::NotNow, Mood::NotNow, Mood::NotNow]);
    assert_eq!(deliver(&app, &post).await.postponed, 1);
    for pause in [1, 2, 4] {
        app.wait(Duration::minutes(pause) - Duration::seconds(1));
        assert!(deliver(&app, &post).await.is_nothing(), "not before {pause} minutes");
        app.wait(Duration::seconds(1));
        deliver(&app, &post).await;
    }
    assert_eq!(server.taken().len(), 1);
    let message = app.messages(&session).await.items()[0].clone();
    has(&message, json!({"status": "sent", "attempts": 4, "last_error": null}));
}

/// 57: 5xx is shown to staff, and never tried again.
#[tokio::test]
async fn a_server_that_says_never_makes_a_task_for_the_desk() {
    let (app, server, post, session) = booked().await;
    server.will(&[Mood::Never]);
    assert_eq!(deliver(&app, &post).await.failed, 1);
    app.wait(Duration::hours(3));
    assert!(deliver(&app, &post).await.is_nothing());
    let message = app.messages(&session).await.items()[0].clone();
    assert_eq!(message["status"], "failed");
    assert!(message["last_error"].as_str().unwrap().contains("550"));
    let tasks = app.get("/tasks").await.expect(200);
    assert_eq!(
        (&tasks.items()[0]["kind"], &tasks.items()[0]["session_id"]),
        (&json!("message_failed"), &json!(session))
    );
    let id = tasks.items()[0]["id"].as_str().unwrap().to_owned();
    app.post(&format!("/tasks/{id}/done"), Value::Null).await.expect(200);
    app.post(&format!("/tasks/{id}/done"), Value::Null).await.expect(200);
    assert!(app.get("/tasks").await.items().is_empty());
    assert_eq!(app.get("/tasks?status=all").await.items().len(), 1);
    // Nothing more goes to that address; the text takes over, by a way that this clinic does not have at the moment.
    assert_eq!(app.ledger(&session).await, ["invite failed", "invite scheduled"]);
    let patient = app.patient_at(&session).await;
    let ways = app.get(&format!("/patients/{patient}/ways")).await.expect(200);
    assert_eq!(ways.items()[0]["status"], "dead");
    assert!(ways.items()[0]["reason"].as_str().unwrap().contains("550"), "{}", ways.text);
    // Mended, it is told there: no calendar has the visit, so it invites.
    app.post(&format!("/patients/{patient}/ways/email/mend"), Value::Null).await.expect(200);
    app.wait(Duration::minutes(3));
    deliver(&app, &post).await;
    assert_eq!(app.ledger(&session).await.last().unwrap(), "invite sent");
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_server_that_does_not_let_us_in_loses_us_no_message() {
    let (app, server, post, session) = booked().await;
    server.will(&[Mood::Locked]);
    assert_eq!(deliver(&app, &post).await.postponed, 1);
    app.wait(Duration::minutes(1));
    assert_eq!(deliver(&app, &post).await.sent, 1);
    assert_eq!(app.ledger(&session).await, ["invite sent"]);
    assert!(app.get("/tasks").await.items().is_empty());
}

#[tokio::test]
async fn an_old_address_that_takes_no_mail_is_told_once_and_stands_in_nobodys_way() {
    let (app, server, post, session) = booked().await;
    deliver(&app, &post).await;
    let patient = app.patient_at(&session).await;
    let change = json!({"email": "new@example.test"});
    app.change_patient(&patient, change).await;
    server.will(&[Mood::Never]);
    app.wait(Duration::minutes(3));
    assert_eq!(
        deliver(&app, &post).await,
        step::Outcome { sent: 1, failed: 1, ..step::Outcome::default() }
    );
    app.cancel(&session).await.expect(200);
    app.wait(Duration::minutes(3));
    deliver(&app, &post).await;
    assert_eq!(
        app.ledger(&session).await,
        ["invite sent", "cancel failed", "invite sent", "cancel sent"]
    );
    assert_eq!(server.taken().last().unwrap().to, "new@example.test");
    assert_eq!(app.get("/tasks").await.items().len(), 1);
}

#[tokio::test]
async fn what_may_not_have_arrived_is_told_again_when_a_move_is_undone() {
    let (app, server, post, session) = booked().await;
    server.will(&[Mood::Loses]);
    deliver(&app, &post).await;
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    app.act(&session, "undo").await.expect(200);
    app.wait(Duration::minutes(3));
    deliver(&app, &post).await;
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].line("DTSTART"), "20270315T100000");
}

#[tokio::test]
async fn what_was_tried_once_is_not_tried_again_on_whoever_said_stop() {
    let (app, server, post, session) = booked().await;
    let patient = app.patient_at(&session).await;
    let consent = app.consent_to_messages(&patient).await;
    // Claimed by a node that is about to die, so that withdrawing finds nothing that waits.
    let now = app.app.clock.now();
    let mut tx = app.app.db.begin().await.unwrap();
    assert_eq!(
        ledger::claim(&mut tx, Channel::Email, now, now + Duration::minutes(5))
            .await
            .unwrap()
            .len(),
        1
    );
    tx.commit().await.unwrap();
    app.delete(&consent).await.expect(200);
    app.wait(Duration::minutes(5));
    assert_eq!(deliver(&app, &post).await.suppressed, 1);
    // It may have arrived, so what may be in the calendar is taken back, and nothing else is sent.
    assert_eq!(app.ledger(&session).await, ["invite suppressed no_consent", "cancel sent"]);
    assert_eq!(server.taken().len(), 1);
    assert_eq!(server.taken()[0].line("METHOD"), "CANCEL");
}

/// 43: what came later waits for what came before.
#[tokio::test]
async fn messages_of_one_visit_leave_one_at_a_time_and_in_order() {
    let (app, server, post, session) = booked().await;
    deliver(&app, &post).await;
    let patient = app.patient_at(&session).await;
    app.change_patient(&patient, json!({"email": "new@example.test"})).await;
    server.will(&[Mood::NotNow]);
    app.wait(Duration::minutes(3));
    assert_eq!(
        deliver(&app, &post).await,
        step::Outcome { postponed: 1, ..step::Outcome::default() }
    );
    app.wait(Duration::minutes(1));
    assert_eq!(deliver(&app, &post).await.sent, 2);
    let told: Vec<_> =
        server.taken().iter().map(|mail| (mail.line("METHOD"), mail.to.clone())).collect();
    assert_eq!(told[1], ("CANCEL".to_owned(), "ada@example.test".to_owned()));
    assert_eq!(told[2], ("REQUEST".to_owned(), "new@example.test".to_owned()));
    // A new one is made after a refusal, and where the one before is not back in the pool yet; four mails were tried.
    let made = *server.connections.lock().unwrap();
    assert!(made < 4, "no connection is used for a second mail");
}

#[tokio::test]
async fn a_server_that_hangs_up_without_a_word_gets_the_same_mail_again_to_the_octet() {
    let (app, server, post, session) = booked().await;
    server.will(&[Mood::HangsUp]);
    deliver(&app, &post).await;
    assert_eq!(app.messages(&session).await.items()[0]["status"], "scheduled");
    app.wait(Duration::minutes(1));
    deliver(&app, &post).await;
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].raw, taken[1].raw, "8: the same row gives the same octets");
    assert_eq!(header(&taken[0], "Message-ID"), header(&taken[1], "Message-ID"));
}

#[tokio::test]
async fn what_may_have_arrived_is_taken_back_when_the_visit_is_called_off() {
    let (app, server, post, session) = booked().await;
    server.will(&[Mood::HangsUp]);
    deliver(&app, &post).await;
    app.cancel(&session).await.expect(200);
    app.wait(Duration::minutes(3));
    deliver(&app, &post).await;
    assert_eq!(app.ledger(&session).await, ["invite superseded cancelled", "cancel sent"]);
    let methods: Vec<_> = server.taken().iter().map(|mail| mail.line("METHOD")).collect();
    assert_eq!(methods, ["REQUEST", "CANCEL"]);
}

#[tokio::test]
async fn a_claim_whose_holder_died_expires_and_the_mail_goes_out_all_the_same() {
    let (app, server, post, session) = booked().await;
    let now: DateTime<Utc> = app.app.clock.now();
    let mut tx = app.app.db.begin().await.unwrap();
    assert_eq!(
        ledger::claim(&mut tx, Channel::Email, now, now + Duration::minutes(5))
            .await
            .unwrap()
            .len(),
        1
    );
    tx.commit().await.unwrap();
    assert!(deliver(&app, &post).await.is_nothing(), "somebody else is at it");
    app.wait(Duration::minutes(5));
    assert_eq!(deliver(&app, &post).await.sent, 1);
    assert_eq!(server.taken().len(), 1);
    assert_eq!(app.messages(&session).await.items()[0]["attempts"], 2);
}

#[tokio::test]
async fn while_the_server_is_gone_one_mail_asks_for_all_and_an_hour_later_all_arrive() {
    let (app, _) = TestApp::with_clinic().await;
    for (name, time) in [("Ada", "10:00"), ("Ben", "11:00"), ("Cyd", "12:00")] {
        let course = app.prepare_course(name).await;
        app.book(&course, "consultation", &format!("2027-03-15T{time}")).await.expect(201);
    }
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let post = posting(&app, nowhere);
    app.wait(Duration::minutes(3));
    for _ in 0..60 {
        let outcome = deliver(&app, &post).await;
        assert!(outcome.postponed <= 1 && outcome.failed == 0, "{outcome:?}");
        app.wait(Duration::minutes(1));
    }
    let server = Server::default();
    let post = posting(&app, server.start().await);
    app.wait(Duration::hours(1));
    assert_eq!(deliver(&app, &post).await.sent, 3);
    assert_eq!(server.taken().len(), 3);
}

#[tokio::test]
async fn after_two_days_without_a_way_it_is_given_up_with_a_task() {
    let (app, _, _, session) = booked().await;
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let post = posting(&app, nowhere);
    for _ in 0..50 {
        deliver(&app, &post).await;
        app.wait(Duration::hours(1));
    }
    assert_eq!(app.ledger(&session).await, ["invite failed"]);
    assert_eq!(app.get("/tasks").await.items().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_ring_at_once_send_each_message_once() {
    let (app, _) = TestApp::with_clinic().await;
    let mut sessions = Vec::new();
    for n in 0..12 {
        let course = app.prepare_course(&format!("P{n}")).await;
        let start = format!("2027-03-{}T{}:00", 15 + n / 6, 10 + n % 6);
        sessions.push(app.make_visit(&course, "consultation", &start).await);
    }
    app.wait(Duration::minutes(3));
    let other = app.node(crate::support::toronto()).await;
    let server = Server::default();
    let port = server.start().await;
    let (one, two) = (posting(&app, port), posting(&other, port));
    let now = app.app.clock.now();
    let both = tokio::join!(
        tokio::spawn(async move { step::step(&one, now).await }),
        tokio::spawn(async move { step::step(&two, now).await })
    );
    let (one, two) = (both.0.unwrap().unwrap(), both.1.unwrap().unwrap());
    assert_eq!(one.sent + two.sent, 12, "{one:?} {two:?}");
    let ids: std::collections::BTreeSet<_> =
        server.taken().iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!((server.taken().len(), ids.len()), (12, 12));
}

/// Whatever comes first, sending or cancelling: a patient who was invited is told that it is off.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_is_called_off_while_it_is_being_sent_is_taken_back() {
    let app = TestApp::with_policy(Policy { message_grace_minutes: 0, ..Policy::default() }).await;
    app.make_clinic().await;
    let server = Server::default();
    let post = posting(&app, server.start().await);
    let course = app.prepare_course("Ada").await;
    for day in 15..31 {
        let Ok(session) =
            app.book(&course, "consultation", &format!("2027-03-{day}T10:00")).await.created()
        else {
            continue;
        };
        let (sending, now) = (post.clone(), app.app.clock.now());
        let (sent, cancelled) = tokio::join!(
            tokio::spawn(async move { step::step(&sending, now).await }),
            app.cancel(&session)
        );
        sent.unwrap().unwrap();
        cancelled.expect(200);
        deliver(&app, &post).await;
        let ledger = app.ledger(&session).await;
        let told =
            ledger == ["invite sent", "cancel sent"] || ledger == ["invite superseded cancelled"];
        assert!(told, "{ledger:?}");
    }
}

#[tokio::test]
async fn the_ledger_is_for_staff_and_names_a_session_or_a_patient() {
    let (app, _, _, session) = booked().await;
    let patient = app.patient_at(&session).await;
    let by_patient = app.get(&format!("/messages?patient_id={patient}")).await.expect(200);
    assert_eq!(by_patient.items(), app.messages(&session).await.items());
    app.get("/messages").await.expect(400);
    app.get(&format!("/messages?session_id={session}&patient_id={patient}")).await.expect(400);
    app.get("/messages?session_id=01890000-0000-7000-8000-000000000001").await.expect(404);
    app.call(&app.partner, "GET", &format!("/messages?session_id={session}"), Value::Null)
        .await
        .expect(403);
    let audit =
        app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await.expect(200);
    assert!(audit.items().iter().any(|line| line["action"] == "message.list"));
}
