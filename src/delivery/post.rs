//! The post office: the app, the ways to send, and the mailbox that is read.

use super::inbox_settings::InboxSettings;
use super::sms::Sms;
use super::transport::Smtp;
use crate::actions::{App, Program};
use crate::domain::patient::channel::Channel;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Mutex, MutexGuard};

/// Who marks what was sent.
pub(super) const DELIVERY: Program = Program::own("delivery");

/// The post office: the app, the ways to send, and the mailbox that is read.
#[derive(Debug, Clone)]
pub struct Post(Arc<Parts>);

/// Whose turn it is to send by each way.
#[derive(Debug, Default)]
pub(super) struct Turns {
    mail: Mutex<()>,
    texts: Mutex<()>,
    desk: Mutex<()>,
}

impl Turns {
    pub(super) fn turn_of(&self, way: Channel) -> &Mutex<()> {
        match way {
            Channel::Email => &self.mail,
            Channel::Sms => &self.texts,
            Channel::Desk => &self.desk,
        }
    }

    /// Waits until nothing is being sent by any way, and keeps it so.
    pub(super) async fn take_all(&self) -> [MutexGuard<'_, ()>; 3] {
        [self.mail.lock().await, self.texts.lock().await, self.desk.lock().await]
    }
}

/// The parts of a [`Post`].
#[derive(Debug)]
pub struct Parts {
    /// The app.
    pub app: App,
    /// The mail server.
    pub smtp: Option<Smtp>,
    /// The provider of text messages.
    pub sms: Option<Sms>,
    /// Whether what goes out is kept in the demo's mailbox.
    pub keeps_mailbox: bool,
    /// The mailbox that answers come to.
    pub inbox: Option<InboxSettings>,
    /// One step at a time by each way, so that a slow way holds up no other.
    pub(super) sending: Turns,
    /// One reading at a time.
    pub(super) reading: Mutex<()>,
    pub(super) stopping: AtomicBool,
}

impl Post {
    /// A post office.
    #[must_use]
    pub fn new(
        app: App,
        smtp: Option<Smtp>,
        sms: Option<Sms>,
        keeps_mailbox: bool,
        inbox: Option<InboxSettings>,
    ) -> Self {
        Self(Arc::new(Parts {
            app,
            smtp,
            sms,
            keeps_mailbox,
            inbox,
            sending: Turns::default(),
            reading: Mutex::new(()),
            stopping: AtomicBool::new(false),
        }))
    }

    /// The ways by which something can go out; what the desk has to do always can.
    #[must_use]
    pub fn ways(&self) -> Vec<Channel> {
        let mail = self.smtp.is_some() || self.keeps_mailbox;
        let texts = self.sms.is_some() || self.keeps_mailbox;
        let ways = [(Channel::Desk, true), (Channel::Email, mail), (Channel::Sms, texts)];
        ways.into_iter().filter(|(_, there)| *there).map(|(way, _)| way).collect()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Begins nothing more, and waits until what is under way is marked.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        drop(self.sending.take_all().await);
        drop(self.reading.lock().await);
    }
}

impl std::ops::Deref for Post {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
