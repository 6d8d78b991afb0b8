//! What messages meet on their way: a mail server and a provider of texts over TCP, with
//! weather (hours in which one refuses everything, or is not there) and, drawn from the seed for each
//! try of each message, what happens to it. Both write down all that they were handed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use fadeline::actions::App;
use fadeline::domain::patient::channel::Channel;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::support::chance::Chance;
use crate::support::mail::Mail;
use crate::support::wire::{self, TextPost};

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// Taken, and said so.
    Taken,
    /// Taken, and the connection ends without a word.
    Silent,
    /// Taken; the node that sent it dies before it hears so.
    DiesAfter,
    /// The node dies after its claim, before any server has taken the message.
    DiesBefore,
    /// The connection ends without a word, and without the message.
    Lost,
    /// Not now.
    NotNow,
    /// Not from us at the moment.
    Busy,
    /// Never.
    Never,
    /// Its recipient told the provider to stop.
    OptedOut,
}

impl Fate {
    pub(super) fn is_taken(self) -> bool {
        matches!(self, Self::Taken | Self::Silent | Self::DiesAfter)
    }
}

/// One try of one message.
#[derive(Debug, Clone)]
pub(super) struct Try {
    pub(super) at: DateTime<Utc>,
    pub(super) channel: Channel,
    /// The row of the ledger: from its Message-ID, or the key of its text; nothing if the node died before it said so.
    pub(super) row: Option<String>,
    pub(super) to: String,
    /// A subject, or the words of a text without its link, which no seed foretells.
    pub(super) gist: String,
    /// To the octet.
    pub(super) whole: String,
    pub(super) fate: Fate,
}

/// Hours in which one way is closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    pub(super) channel: Channel,
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    /// No server listens; else one does, and refuses.
    pub(super) gone: bool,
}

/// How a server has its client's node die: the node answers once it is dead.
pub(super) type Death = mpsc::UnboundedSender<oneshot::Sender<()>>;

/// Both servers.
pub(super) struct Sky {
    seed: u64,
    app: App,
    pub(super) outages: Vec<Outage>,
    /// From when on all goes well.
    calm_from: DateTime<Utc>,
    tries: Mutex<Vec<Try>>,
    nth: Mutex<BTreeMap<String, usize>>,
    pub(super) refused: Mutex<usize>,
}

impl Sky {
    pub(super) fn new(seed: u64, app: App, from: DateTime<Utc>, calm_from: DateTime<Utc>) -> Self {
        let mut outages = Vec::new();
        for channel in [Channel::Email, Channel::Sms] {
            let mut chance = Chance::of(seed, &format!("weather {channel}"));
            let days = (calm_from - from).num_days() - 4;
            // One that outlasts the use of a reminder, one that outlasts the patience of the ledger, and many of an afternoon.
            let hours = (0..24).map(|_| (chance.between(1, 9), chance.percent(50)));
            for (hours, gone) in
                hours.collect::<Vec<_>>().into_iter().chain([(32, false), (54, true)])
            {
                let from = from
                    + Duration::days(chance.between(1, days))
                    + Duration::minutes(chance.between(0, 600));
                let until = from + Duration::hours(hours);
                outages.push(Outage { channel, from, until, gone });
            }
        }
        Self {
            seed,
            app,
            outages,
            calm_from,
            tries: Mutex::default(),
            nth: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// The outages of a way at a moment.
    pub(super) fn outage(&self, channel: Channel, at: DateTime<Utc>) -> Option<Outage> {
        let mut here = self
            .outages
            .iter()
            .filter(|one| one.channel == channel && one.from <= at && at < one.until);
        // Where two overlap, it is enough that no server listens in one.
        let first = here.next().copied();
        here.find(|one| one.gone).copied().or(first)
    }

    /// When the weather changes next.
    pub(super) fn next_change(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let changes = self.outages.iter().flat_map(|one| [one.from, one.until]);
        changes.filter(|at| *at > after).min()
    }

    /// What was tried since it was asked last, in an order that does not depend on who was quicker.
    pub(super) fn tries(&self) -> Vec<Try> {
        let mut tries = std::mem::take(&mut *self.tries.lock().unwrap());
        tries.sort_by(|a, b| {
            (a.channel as u8, &a.to, &a.gist, a.fate)
                .cmp(&(b.channel as u8, &b.to, &b.gist, b.fate))
        });
        tries
    }

    /// Whether this way is closed; counted.
    fn refuses(&self, channel: Channel) -> bool {
        let refuses = self.outage(channel, self.now()).is_some();
        *self.refused.lock().unwrap() += usize::from(refuses);
        refuses
    }

    /// Writes down a try, and says what happens to it.
    fn tried(
        &self,
        channel: Channel,
        row: String,
        to: String,
        gist: String,
        whole: String,
    ) -> Fate {
        let nth = {
            let mut all = self.nth.lock().unwrap();
            let nth = all.entry(row.clone()).or_default();
            *nth += 1;
            *nth
        };
        let mut chance = Chance::of(self.seed, &format!("{channel} {to} {gist} {nth}"));
        let fate = match chance.below(1000) {
            _ if self.now() >= self.calm_from => Fate::Taken,
            0..=29 => Fate::DiesAfter,
            30..=59 => Fate::DiesBefore,
            60..=89 => Fate::Silent,
            90..=119 => Fate::Lost,
            120..=159 => Fate::NotNow,
            160..=179 => Fate::Busy,
            180..=186 => Fate::Never,
            187..=190 if channel == Channel::Sms => Fate::OptedOut,
            _ => Fate::Taken,
        };
        self.write_down(channel, Some(row), to, gist, whole, fate);
        fate
    }

    fn write_down(
        &self,
        channel: Channel,
        row: Option<String>,
        to: String,
        gist: String,
        whole: String,
        fate: Fate,
    ) {
        let at = self.now();
        self.tries.lock().unwrap().push(Try { at, channel, row, to, gist, whole, fate });
    }

    /// A mail server for one node.
    pub(super) fn mail_server(self: &Arc<Self>, death: Death) -> u16 {
        self.listen(death, |sky, death, stream| async move { sky.take_mail(&death, stream).await })
    }

    /// A provider of texts for one node.
    pub(super) fn provider(self: &Arc<Self>, death: Death) -> u16 {
        self.listen(death, |sky, death, stream| async move { sky.take_text(&death, stream).await })
    }

    fn listen<F>(
        self: &Arc<Self>,
        death: Death,
        serve: impl Fn(Arc<Self>, Death, TcpStream) -> F + Send + 'static,
    ) -> u16
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let sky = self.clone();
        wire::listen(move |stream| serve(sky.clone(), death.clone(), stream))
    }

    async fn take_mail(&self, death: &Death, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        if self.refuses(Channel::Email) {
            return write.write_all(b"421 try later\r\n").await;
        }
        write.write_all(b"220 test\r\n").await?;
        let mut to = String::new();
        while let Some(line) = lines.next_line().await? {
            if let Some(rest) = line.strip_prefix("RCPT TO:<") {
                rest.split('>').next().unwrap().clone_into(&mut to);
            }
            if line.starts_with("MAIL") && self.refuses(Channel::Email) {
                return write.write_all(b"421 try later\r\n").await;
            }
            if !line.eq_ignore_ascii_case("data") {
                write.write_all(b"250 ok\r\n").await?;
                continue;
            }
            let now = self.now();
            if now < self.calm_from && Chance::of(self.seed, &format!("data {to} {now}")).percent(1)
            {
                self.write_down(
                    Channel::Email,
                    None,
                    to,
                    String::new(),
                    String::new(),
                    Fate::DiesBefore,
                );
                dies(death).await;
                return Ok(());
            }
            write.write_all(b"354 go on\r\n").await?;
            let mail = wire::read_mail(&mut lines).await?;
            let subject = Mail::read(&mail).subject;
            let row = wire::row_of(&mail);
            let answer: &[u8] = match self.tried(Channel::Email, row, to.clone(), subject, mail) {
                Fate::Taken => b"250 taken\r\n",
                Fate::NotNow => b"451 greylisted\r\n",
                Fate::Busy | Fate::OptedOut => b"450 too much at once\r\n",
                Fate::Never => b"550 no such mailbox\r\n",
                Fate::Silent | Fate::Lost => return Ok(()),
                Fate::DiesAfter | Fate::DiesBefore => {
                    dies(death).await;
                    return Ok(());
                }
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }

    async fn take_text(&self, death: &Death, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(TextPost { row, to, body }) = wire::read_text(&mut stream).await? else {
            return Ok(());
        };
        let gist: Vec<_> = body.split(' ').filter(|word| !word.starts_with("http")).collect();
        let gist = gist.join(" ");
        let (status, json) = if self.refuses(Channel::Sms) {
            ("503 Service Unavailable", "{}".to_owned())
        } else {
            let sid = wire::sid_of(&row);
            match self.tried(Channel::Sms, row, to, gist, body) {
                Fate::Taken => ("201 Created", sid),
                Fate::NotNow => ("500 Internal Server Error", "{}".to_owned()),
                Fate::Busy => ("429 Too Many Requests", "{\"code\": 20429}".to_owned()),
                Fate::Never => ("400 Bad Request", "{\"code\": 21211}".to_owned()),
                Fate::OptedOut => ("400 Bad Request", "{\"code\": 21610}".to_owned()),
                Fate::Silent | Fate::Lost => return Ok(()),
                Fate::DiesAfter | Fate::DiesBefore => {
                    dies(death).await;
                    return Ok(());
                }
            }
        };
        wire::answer_json(&mut stream, status, &json).await
    }
}

/// Has the node at the other end die, and comes back once it is dead.
async fn dies(death: &Death) {
    let (dead, is_dead) = oneshot::channel();
    if death.send(dead).is_ok() {
        let _ = is_dead.await;
    }
}
