//! Mail in stories: the ledger, the mailbox, and mails taken apart as a mail program does.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use chrono::{DateTime, Duration, FixedOffset};
use fadeline::api::Serving;
use fadeline::delivery::{Post, forward, step};
use fadeline::domain::access::provider_signature::signed;
use fadeline::{api, web};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use super::browser::{encoded, hides, shows};
use super::{Answer, TEXTS_SECRET, TestApp};

/// Everything that the demo serves, over this post office.
pub(crate) fn router(post: &Post) -> Router {
    let forwarding = post.clone();
    let forward: api::demo::Forward = Arc::new(move |to| {
        let post = forwarding.clone();
        Box::pin(
            async move { forward::forward(&post, to).await.map_err(|error| error.to_string()) },
        )
    });
    let serving = Serving {
        app: post.app.clone(),
        trusted_proxies: [].into(),
        longest: std::time::Duration::from_secs(30),
    };
    let pages = web::routes(&post.app).merge(web::demo_routes()).merge(api::demo::routes(forward));
    api::router(serving, pages)
}

/// Words that tell what a patient is treated for, or by whom, in both languages.
pub(crate) const TELLING: &[&str] = &[
    "laser", "smp", "micropigmentation", "removal", "tattoo", "scalp", "hair", "transplant",
    "device", "treatment", "consultation", "saline", "chemical", "pigment", "patch", "test patch",
    "session", "fitzpatrick", "maple", "harbour", "junction", "review", "détatouage", "tatouage",
    "cuir chevelu", "cheveux", "cheveu", "greffe", "traitement", "séance", "appareil", "clinical",
    "patient",
];

#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) raw: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// The calendar part, and the method that its header names.
    pub(crate) calendar: Option<(String, String)>,
    /// The attached copy.
    pub(crate) attached: Option<String>,
}

impl Mail {
    pub(crate) fn read(raw: &str) -> Self {
        let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
        let of_kind = |main: &str, sub: &str| {
            parsed.parts.iter().find(|part| {
                part.content_type()
                    .is_some_and(|kind| kind.ctype() == main && kind.subtype() == Some(sub))
            })
        };
        let contents = |part: &mail_parser::MessagePart<'_>| {
            String::from_utf8(part.contents().to_vec()).unwrap()
        };
        let calendar = of_kind("text", "calendar").map(|part| {
            let method = part.content_type().unwrap().attribute("method").unwrap().to_owned();
            (method, contents(part))
        });
        Self {
            to: parsed.to().unwrap().first().unwrap().address().unwrap().to_owned(),
            subject: parsed.subject().unwrap().to_owned(),
            raw: raw.to_owned(),
            text: parsed.body_text(0).unwrap().into_owned(),
            html: parsed.body_html(0).unwrap().into_owned(),
            calendar,
            attached: of_kind("application", "ics").map(contents),
        }
    }

    /// Its Message-ID, in its brackets.
    pub(crate) fn id(&self) -> &str {
        self.raw.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap()
    }

    /// The value of a line of its calendar, such as `SEQUENCE`.
    #[track_caller]
    pub(crate) fn line(&self, name: &str) -> String {
        line(&self.calendar.as_ref().unwrap().1, name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// Each of these is said in its text.
    #[track_caller]
    pub(crate) fn shows(&self, words: &[&str]) {
        shows(&self.text, words);
    }

    /// None of these is said in its text.
    #[track_caller]
    pub(crate) fn hides(&self, words: &[&str]) {
        hides(&self.text, words);
    }

    /// The address of the patient's page that it links to, or to a part of it.
    pub(crate) fn link(&self) -> String {
        let at = self.text.find("/a/").unwrap();
        let link = self.text[at..].split_whitespace().next().unwrap();
        link.strip_suffix("/prepare").unwrap_or(link).to_owned()
    }
}

/// The value of the first content line of the visit (or, failing that, of the calendar) with this name, parameters left out.
pub(crate) fn line(calendar: &str, name: &str) -> Option<String> {
    let unfolded = calendar.replace("\r\n ", "");
    let visit = unfolded.find("BEGIN:VEVENT").unwrap_or(0);
    let lines = unfolded[visit..].split("\r\n").chain(unfolded.split("\r\n"));
    let mut lines = lines.filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.split(';').next() == Some(name)).map(|(_, value)| value.to_owned())
}

/// Whether a message of the ledger tells a patient that something about a visit changed.
fn tells_of_a_change(message: &Value) -> bool {
    ["invite", "update", "cancel"].iter().any(|kind| message["kind"] == *kind)
}

impl TestApp {
    pub(crate) async fn deliver(&self) -> step::Outcome {
        step::step(&self.post, self.app.clock.now()).await.unwrap()
    }

    /// Moves the clock to an instant, and sends on the way what falls due.
    pub(crate) async fn advance_to(&self, instant: &str) {
        self.call("", "POST", "/demo/clock", json!({"to": instant})).await.expect(200);
    }

    pub(crate) async fn task_kinds(&self) -> Vec<String> {
        let tasks = self.get("/tasks?limit=200").await.expect(200);
        tasks.items().iter().map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// A text message comes in, signed by the provider; `id` is the provider's own for it.
    pub(crate) async fn receive_text(&self, phone: &str, words: &str, id: &str) -> Answer {
        let fields = [("Body", words), ("From", phone), ("MessageSid", id), ("To", "+16475550100")];
        self.provider_calls("/texts/incoming", &fields, None).await
    }

    /// The provider calls, with its own signature unless another is given.
    pub(crate) async fn provider_calls(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        signature: Option<&str>,
    ) -> Answer {
        let owned: Vec<_> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = self.app.profile.public_url.to(path);
        let signature = signature.map_or_else(|| signed(TEXTS_SECRET, &url, &owned), str::to_owned);
        self.send_form(path, fields, &[("x-twilio-signature", &signature)]).await
    }

    pub(crate) async fn send_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(encoded(fields))).unwrap()).await
    }

    /// Presses a button on a patient's page, with what its form holds.
    pub(crate) async fn press(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send_form(path, fields, &[]).await
    }

    /// Waits out the grace time, then sends.
    pub(crate) async fn send_after_grace(&self) -> step::Outcome {
        self.wait(Duration::minutes(3));
        self.deliver().await
    }

    pub(crate) async fn mails(&self) -> Vec<Mail> {
        let list = self.call("", "GET", "/demo/mailbox.json", Value::Null).await.expect(200);
        let mut mails = Vec::new();
        for mail in list.body.as_array().unwrap().iter().filter(|mail| mail["channel"] == "email") {
            let eml = format!("/demo/mailbox/{}.eml", mail["id"].as_str().unwrap());
            mails.push(Mail::read(&self.call("", "GET", &eml, Value::Null).await.expect(200).text));
        }
        mails
    }

    /// What went out to one address, in order.
    pub(crate) async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().await.into_iter().filter(|mail| mail.to == address).collect()
    }

    /// What went out last to one address.
    pub(crate) async fn last_mail_to(&self, address: &str) -> Mail {
        self.mails_to(address).await.pop().unwrap()
    }

    /// One line of what is planned ahead for a session is this.
    pub(crate) async fn expect_planned(&self, session: &str, line: &str) {
        let planned = self.planned(session).await;
        assert!(planned.iter().any(|one| one == line), "{line} is not in {planned:?}");
    }

    /// The ledger of one session: kind and status of each message, with the reason why it was not sent.
    pub(crate) async fn ledger(&self, session: &str) -> Vec<String> {
        let list = self.messages(session).await;
        let say = |message: &Value| {
            let part = |field: &str| message[field].as_str().map(str::to_owned);
            [part("kind"), part("status"), part("suppressed_reason")]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        };
        list.items().iter().filter(|message| tells_of_a_change(message)).map(say).collect()
    }

    /// What is planned ahead for one session: kind, lead, way, and status with its reason, in order of time.
    pub(crate) async fn planned(&self, session: &str) -> Vec<String> {
        let list = self.messages(session).await;
        let mut planned: Vec<_> =
            list.items().iter().filter(|message| !tells_of_a_change(message)).collect();
        planned.sort_by_key(|message| {
            (
                message["due_at"].as_str().unwrap().parse::<DateTime<FixedOffset>>().unwrap(),
                message["id"].to_string(),
            )
        });
        let say = |message: &&Value| {
            ["kind", "lead", "channel", "status", "suppressed_reason"]
                .iter()
                .filter_map(|field| message[*field].as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        planned.iter().map(say).collect()
    }

    /// The text messages that went out: to whom, and their words.
    pub(crate) async fn texts(&self) -> Vec<(String, String)> {
        let list = self.call("", "GET", "/demo/mailbox.json", Value::Null).await.expect(200);
        let texts = list.body.as_array().unwrap().iter().filter(|mail| mail["channel"] == "sms");
        texts
            .map(|text| {
                (
                    text["to"].as_str().unwrap().to_owned(),
                    text["subject"].as_str().unwrap().to_owned(),
                )
            })
            .collect()
    }

    pub(crate) async fn messages(&self, session: &str) -> Answer {
        self.get(&format!("/messages?session_id={session}&limit=200")).await.expect(200)
    }
}
