//! The nodes of the clinic: each with its clock and its ways out, which lead to servers of
//! its own or, while those are gone, to nowhere. A node dies in the middle of a step as a process does:
//! nothing that it had begun goes on.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use fadeline::delivery::sms::{Sms, SmsSettings};
use fadeline::delivery::step::Outcome;
use fadeline::delivery::transport::{Smtp, SmtpSettings};
use fadeline::delivery::{Post, step};
use fadeline::domain::patient::channel::Channel;
use tokio::net::TcpSocket;
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::sky::Sky;
use crate::support::TestApp;

/// A node.
pub(super) struct Node {
    pub(super) app: TestApp,
    post: Post,
    mail: u16,
    texts: u16,
    /// A port that is taken and on which no server listens.
    nowhere: (u16, TcpSocket),
    /// Which ways were gone when the ways out were made.
    gone: [bool; 2],
    deaths: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    sky: Arc<Sky>,
}

impl Node {
    pub(super) fn start(app: TestApp, sky: &Arc<Sky>) -> Self {
        let (death, deaths) = mpsc::unbounded_channel();
        let mail = sky.mail_server(death.clone());
        let texts = sky.provider(death);
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let nowhere = (socket.local_addr().unwrap().port(), socket);
        let post = app.post.clone();
        let mut node =
            Self { app, post, mail, texts, nowhere, gone: [false; 2], deaths, sky: sky.clone() };
        node.restart();
        node
    }

    /// A new process on the same machine.
    fn restart(&mut self) {
        let now = self.app.app.clock.now();
        self.gone = [Channel::Email, Channel::Sms]
            .map(|way| self.sky.outage(way, now).is_some_and(|outage| outage.gone));
        let [mail, texts] = self.gone;
        let mail = if mail { self.nowhere.0 } else { self.mail };
        let texts = if texts { self.nowhere.0 } else { self.texts };
        let url = |text: String| Url::parse(&text).unwrap();
        let smtp = SmtpSettings::new(&url(format!("smtp://127.0.0.1:{mail}")), None, None).unwrap();
        let from = Some("+15005550006".to_owned());
        let sms = SmsSettings::new(&url(format!("http://AC1:token@127.0.0.1:{texts}")), from, None)
            .unwrap();
        let ways = (Smtp::new(&smtp).unwrap(), Sms::new(&sms).unwrap());
        self.post = Post::new(self.app.app.clone(), Some(ways.0), Some(ways.1), false, None);
    }

    /// Moves its clock to `now`, and its servers with the weather.
    pub(super) fn move_to(&mut self, now: DateTime<Utc>) {
        let clock = &self.app.app.clock;
        clock.advance(now - clock.now());
        let gone = [Channel::Email, Channel::Sms]
            .map(|way| self.sky.outage(way, now).is_some_and(|outage| outage.gone));
        if gone != self.gone {
            self.restart();
        }
    }

    /// When it has something to send next.
    pub(super) async fn next_due(&self) -> Option<DateTime<Utc>> {
        step::next_due(&self.post).await.unwrap()
    }

    /// Sends what is due, or dies of it.
    pub(super) async fn ring(&mut self, now: DateTime<Utc>) -> Option<Outcome> {
        let post = self.post.clone();
        let mut step = tokio::spawn(async move { step::step(&post, now).await });
        tokio::select! {
            done = &mut step => Some(done.unwrap().unwrap()),
            Some(dead) = self.deaths.recv() => {
                step.abort();
                assert!(step.await.unwrap_err().is_cancelled(), "it waited for an answer");
                self.restart();
                let _ = dead.send(());
                None
            }
        }
    }
}
