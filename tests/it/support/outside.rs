//! The world outside: a mail server and a provider of texts over TCP. Each takes everything, but for
//! addresses and numbers of which a story has said otherwise; both write down what they took and what they refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use fadeline::actions::App;
use fadeline::delivery::sms::{Sms, SmsSettings};
use fadeline::delivery::transport::{Smtp, SmtpSettings};
use fadeline::delivery::{Post, step};
use fadeline::domain::patient::channel::Channel;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use url::Url;

use super::wire::{self, TextPost};
use super::{Mail, TestApp};

/// What came out of the clinic, or would have.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    pub(crate) at: DateTime<Utc>,
    pub(crate) channel: Channel,
    /// The row of the ledger: from its Message-ID, or the key of its text; empty where the server refused before it was said.
    pub(crate) row: String,
    pub(crate) to: String,
    /// A mail as it came, or the words of a text; empty where it was refused before it was said.
    pub(crate) raw: String,
    pub(crate) taken: bool,
}

impl Try {
    /// Subject and text of a mail, or the words of a text.
    pub(crate) fn words(&self) -> String {
        match self.channel {
            Channel::Email => {
                let mail = Mail::read(&self.raw);
                format!("{}\n{}", mail.subject, mail.text)
            }
            Channel::Sms | Channel::Desk => self.raw.clone(),
        }
    }
}

/// Which ways lead nowhere: no server listens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Down {
    pub(crate) mail: bool,
    pub(crate) texts: bool,
}

/// Both servers.
#[derive(Clone)]
pub(crate) struct Outside {
    app: App,
    /// What the mail server says to an address, or the provider to a number: an SMTP code with its words, or the provider's own.
    refusals: Arc<Mutex<BTreeMap<String, String>>>,
    tries: Arc<Mutex<Vec<Try>>>,
    mail: u16,
    texts: u16,
    /// A port that is taken and on which no server listens.
    nowhere: Arc<(u16, TcpSocket)>,
}

impl Outside {
    pub(crate) fn of(app: &TestApp) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let mut outside = Self {
            app: app.app.clone(),
            refusals: Arc::default(),
            tries: Arc::default(),
            mail: 0,
            texts: 0,
            nowhere: Arc::new((socket.local_addr().unwrap().port(), socket)),
        };
        outside.mail = outside.listen(|here, stream| async move { here.take_mails(stream).await });
        outside.texts = outside.listen(|here, stream| async move { here.take_text(stream).await });
        outside
    }

    /// A post office whose ways lead here, but for those that are down.
    pub(crate) fn post(&self, down: Down) -> Post {
        let url = |text: String| Url::parse(&text).unwrap();
        let mail = if down.mail { self.nowhere.0 } else { self.mail };
        let texts = if down.texts { self.nowhere.0 } else { self.texts };
        let smtp = SmtpSettings::new(&url(format!("smtp://127.0.0.1:{mail}")), None, None).unwrap();
        let from = Some("+15005550006".to_owned());
        let sms = url(format!("http://AC1:token@127.0.0.1:{texts}"));
        let sms = SmsSettings::new(&sms, from, None).unwrap();
        let (smtp, sms) = (Smtp::new(&smtp).unwrap(), Sms::new(&sms).unwrap());
        // A clinic without texts has no provider.
        let sms = self.app.profile.texts.is_some().then_some(sms);
        Post::new(self.app.clone(), Some(smtp), sms, false, None)
    }

    /// The same world, seen from another node.
    pub(crate) fn from(&self, app: &TestApp) -> Self {
        Self { app: app.app.clone(), ..self.clone() }
    }

    /// From now on an address is refused with these words, such as `550 5.1.1 no such user`, and a number with a provider's
    /// code, such as `21614`.
    pub(crate) fn refuse(&self, to: &str, with: &str) {
        self.refusals.lock().unwrap().insert(to.to_owned(), with.to_owned());
    }

    /// What goes there arrives again.
    pub(crate) fn accept(&self, to: &str) {
        self.refusals.lock().unwrap().remove(to);
    }

    pub(crate) fn refuses(&self, to: &str) -> bool {
        self.refusals.lock().unwrap().contains_key(to)
    }

    /// All that was tried, in order.
    pub(crate) fn tries(&self) -> Vec<Try> {
        self.tries.lock().unwrap().clone()
    }

    /// What arrived at an address or number, in order.
    pub(crate) fn arrived(&self, to: &str) -> Vec<Try> {
        self.tries().into_iter().filter(|one| one.taken && one.to == to).collect()
    }

    /// The mails that arrived at an address, in order.
    pub(crate) fn mails(&self, to: &str) -> Vec<Mail> {
        self.arrived(to).iter().map(|one| Mail::read(&one.raw)).collect()
    }

    fn write_down(&self, channel: Channel, row: String, to: &str, raw: String, taken: bool) {
        let at = self.app.clock.now();
        let to = to.to_owned();
        self.tries.lock().unwrap().push(Try { at, channel, row, to, raw, taken });
    }

    fn refusal(&self, to: &str) -> Option<String> {
        self.refusals.lock().unwrap().get(to).cloned()
    }

    fn listen<F>(&self, serve: impl Fn(Self, TcpStream) -> F + Send + 'static) -> u16
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let here = self.clone();
        wire::listen(move |stream| serve(here.clone(), stream))
    }

    async fn take_mails(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await?;
        let mut to = String::new();
        while let Some(line) = lines.next_line().await? {
            if let Some(rest) = line.strip_prefix("RCPT TO:<") {
                rest.split('>').next().unwrap().clone_into(&mut to);
                if let Some(words) = self.refusal(&to) {
                    self.write_down(Channel::Email, String::new(), &to, String::new(), false);
                    write.write_all(format!("{words}\r\n").as_bytes()).await?;
                    continue;
                }
            }
            if !line.eq_ignore_ascii_case("data") {
                write.write_all(b"250 ok\r\n").await?;
                continue;
            }
            write.write_all(b"354 go on\r\n").await?;
            let mail = wire::read_mail(&mut lines).await?;
            self.write_down(Channel::Email, wire::row_of(&mail), &to, mail, true);
            write.write_all(b"250 taken\r\n").await?;
        }
        Ok(())
    }

    async fn take_text(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(TextPost { row, to, body }) = wire::read_text(&mut stream).await? else {
            return Ok(());
        };
        let (refusal, sid) = (self.refusal(&to), wire::sid_of(&row));
        self.write_down(Channel::Sms, row, &to, body, refusal.is_none());
        match refusal {
            None => wire::answer_json(&mut stream, "201 Created", &sid).await,
            Some(code) => {
                let json = format!("{{\"code\": {code}}}");
                wire::answer_json(&mut stream, "400 Bad Request", &json).await
            }
        }
    }
}

impl TestApp {
    /// Moves the clock to an instant, and sends on the way, at its time, what falls due by this post office.
    pub(crate) async fn pass_to(&self, post: &Post, to: DateTime<Utc>) {
        let mut stuck = false;
        loop {
            let now = self.app.clock.now();
            let due = step::next_due(post).await.unwrap().map_or(to, |due| due.max(now));
            // What is due but waits for another message of its visit is looked at again a little later.
            let next = if stuck { due.max(now + Duration::minutes(1)) } else { due };
            if next > now {
                self.wait(next.min(to) - now);
            }
            let at = self.app.clock.now();
            let outcome = step::step(post, at).await.unwrap();
            if at >= to && outcome.is_nothing() {
                break;
            }
            stuck = outcome.is_nothing();
        }
    }

    /// Waits out the grace time, and sends by this post office.
    pub(crate) async fn pass_grace(&self, post: &Post) -> step::Outcome {
        self.wait(Duration::minutes(3));
        step::step(post, self.app.clock.now()).await.unwrap()
    }

    /// The tasks about a session that nobody has done yet: kind and words.
    pub(crate) async fn open_tasks(&self, session: &str) -> Vec<(String, String)> {
        let list = self.get(&format!("/tasks?session_id={session}&limit=200")).await.expect(200);
        let text = |task: &serde_json::Value, field: &str| task[field].as_str().unwrap().to_owned();
        list.items().iter().map(|task| (text(task, "kind"), text(task, "detail"))).collect()
    }

    /// The desk does all that it is asked to do about a session.
    pub(crate) async fn do_tasks(&self, session: &str) {
        let list = self.get(&format!("/tasks?session_id={session}&limit=200")).await.expect(200);
        for task in list.items() {
            let path = format!("/tasks/{}/done", task["id"].as_str().unwrap());
            self.post(&path, serde_json::Value::Null).await.expect(200);
        }
    }
}
