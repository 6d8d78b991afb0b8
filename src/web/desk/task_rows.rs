//! A task as the page shows it: what kind of thing it is, whose, when, who has taken it, and the control that solves it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::actions::desk::task_list::{DeskTask, TaskSession};
use crate::actions::desk::tasks::ReplyView;
use crate::domain::messages::task::TaskKind;
use crate::domain::patient::phone::Dialled;
use crate::web::frame::text::{day_and_time, telephone_words};

/// A link that solves a task, or leads to where it is solved.
pub(super) struct Control {
    pub(super) words: String,
    pub(super) href: String,
}

/// The time that a shop proposes, to be taken or declined.
pub(super) struct Proposed {
    pub(super) words: String,
    pub(super) referral_version: i64,
}

/// What was written to us.
pub(super) struct Reply {
    pub(super) from: String,
    pub(super) at: String,
    pub(super) subject: String,
    pub(super) body: String,
}

pub(super) struct Row {
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) title: &'static str,
    pub(super) detail: String,
    pub(super) overdue: Option<String>,
    /// Until when, since when, who has taken it, when it was done.
    pub(super) facts: String,
    pub(super) is_done: bool,
    pub(super) take: &'static str,
    pub(super) patient: Option<Control>,
    pub(super) phone: Option<Control>,
    pub(super) shop: Option<String>,
    pub(super) sessions: Vec<Control>,
    pub(super) proposed: Option<Proposed>,
    pub(super) solve: Vec<Control>,
    pub(super) reply: Option<Reply>,
}

/// What a kind of task is called.
fn title(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::MessageFailed => "Message not delivered",
        TaskKind::MessageLate => "Message not sent",
        TaskKind::ChangeToTell => "Change to tell",
        TaskKind::ShopToPhone => "Shop to phone",
        TaskKind::VisitDeclined => "Invitation declined",
        TaskKind::ReplyToRead => "Message to read",
        TaskKind::FeedRevoked => "Calendar link revoked",
        TaskKind::PatientToPhone => "Patient to phone",
        TaskKind::VisitToMove => "Session to move",
        TaskKind::ReferralUnanswered => "Referral not answered",
        TaskKind::ReferralDeclined => "Referral declined",
        TaskKind::ProposalToAnswer => "Another time proposed",
        TaskKind::ReportOverdue => "Report overdue",
        TaskKind::ReportToReview => "Report to review",
        TaskKind::ConsultationWished => "Consultation request",
    }
}

pub(super) fn task_row(task: DeskTask) -> Row {
    let view = &task.task;
    let is_done = view.done_at.is_some();
    let due = view.due_at.map(day_and_time);
    let (overdue, due) = if task.is_overdue { (due, None) } else { (None, due) };
    let owner = match (&task.owner, task.is_mine) {
        (_, true) => Some("taken by you".to_owned()),
        (Some(name), false) => Some(format!("taken by {name}")),
        (None, false) => None,
    };
    let facts = [
        due.map(|due| format!("due {due}")),
        Some(format!("since {}", day_and_time(view.created_at))),
        owner,
        view.done_at.map(|at| format!("completed {}", day_and_time(at))),
    ];
    Row {
        id: view.id.to_string(),
        version: view.version,
        title: title(view.kind),
        overdue: overdue.map(|due| format!("Overdue since {due}")),
        facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        is_done,
        take: match (&task.owner, task.is_mine) {
            (_, true) => "Give back",
            (Some(_), false) => "Take over",
            (None, false) => "Take",
        },
        patient: patient(&task, task.patient.clone().unwrap_or_default()),
        phone: task.phone.as_ref().map(|phone| call(phone, dialled_words(phone))),
        shop: task.shop.as_ref().map(|shop| shop.name.clone()),
        sessions: task.sessions.iter().map(|one| session(one, session_words(one), "")).collect(),
        proposed: task.shop.as_ref().filter(|_| !is_done).and_then(|shop| {
            let words = day_and_time(shop.proposed?);
            Some(Proposed { words, referral_version: shop.referral_version })
        }),
        solve: if is_done { Vec::new() } else { solve(&task) },
        detail: task.task.detail,
        reply: task.task.reply.map(reply),
    }
}

fn reply(reply: ReplyView) -> Reply {
    Reply {
        from: reply.sender.unwrap_or_default(),
        at: day_and_time(reply.received_at),
        subject: reply.subject.unwrap_or_default(),
        body: reply.body.unwrap_or_default(),
    }
}

/// The controls that solve a task, the first of them first of all.
fn solve(task: &DeskTask) -> Vec<Control> {
    let first = task.sessions.first();
    let to_session = |words: &str, more: &str| match first {
        Some(one) => Some(session(one, words.to_owned(), more)),
        None => patient(task, "Open the patient".to_owned()),
    };
    let phone = || {
        let phone = task.phone.as_ref()?;
        Some(call(phone, format!("Phone {}", dialled_words(phone))))
    };
    let phone_shop = || {
        let shop = task.shop.as_ref()?;
        let dialled = Dialled { phone: shop.phone.clone()?, extension: None };
        Some(call(&dialled, format!("Phone {}", shop.name)))
    };
    let elsewhere = || {
        let Control { words, href } = patient(task, "Find another place".to_owned())?;
        Some(Control { words, href: format!("{href}&everywhere") })
    };
    let controls = match task.task.kind {
        TaskKind::MessageFailed => {
            vec![patient(task, "Check the address".to_owned()), phone()]
        }
        TaskKind::VisitDeclined => vec![to_session("Move or cancel", ""), phone()],
        TaskKind::ReplyToRead => vec![read(task, "Read it"), phone()],
        TaskKind::FeedRevoked => vec![patient(task, "Open the patient".to_owned())],
        TaskKind::MessageLate | TaskKind::ShopToPhone if task.shop.is_some() => {
            vec![phone_shop(), to_session("Open the session", "")]
        }
        TaskKind::PatientToPhone
        | TaskKind::ChangeToTell
        | TaskKind::MessageLate
        | TaskKind::ShopToPhone => vec![phone(), to_session("Open the session", "")],
        TaskKind::VisitToMove => vec![to_session("Find another time", "&move"), phone()],
        TaskKind::ReferralUnanswered => vec![phone_shop(), elsewhere()],
        TaskKind::ReferralDeclined => vec![elsewhere(), phone()],
        TaskKind::ProposalToAnswer => vec![phone()],
        TaskKind::ReportOverdue => vec![phone_shop(), to_session("Open the session", "")],
        TaskKind::ReportToReview => vec![to_session("Read the report", "")],
        TaskKind::ConsultationWished => vec![read(task, "Read the request"), register(task)],
    };
    controls.into_iter().flatten().collect()
}

/// The task by itself, with what was written to us; nowhere to go from there.
fn read(task: &DeskTask, words: &str) -> Option<Control> {
    let href = format!("/desk/tasks/{}", task.task.id);
    task.task.reply.is_none().then(|| Control { words: words.to_owned(), href })
}

/// The form for a new caller, filled in from a request for a consultation: name, telephone, and an address if there is one.
fn register(task: &DeskTask) -> Option<Control> {
    let sender = task.task.reply.as_ref()?.sender.as_deref()?;
    let (rest, email) = match sender.rsplit_once(", ") {
        Some((rest, email)) if email.contains('@') => (rest, email),
        _ => (sender, ""),
    };
    let (name, phone) = rest.rsplit_once(", ")?;
    let [name, phone, email] =
        [name, phone, email].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
    let href = format!("/desk?new&name={name}&phone={phone}&email={email}");
    Some(Control { words: "Register this caller".to_owned(), href })
}

fn call(phone: &Dialled, words: String) -> Control {
    Control { words, href: format!("tel:{}", phone.link()) }
}

fn dialled_words(dialled: &Dialled) -> String {
    let number = telephone_words(&dialled.phone);
    dialled.extension.as_ref().map_or(number.clone(), |ext| format!("{number} ext. {ext}"))
}

fn patient(task: &DeskTask, words: String) -> Option<Control> {
    task.task.patient_id.map(|id| Control { words, href: format!("/desk?patient={id}") })
}

fn session(one: &TaskSession, words: String, more: &str) -> Control {
    let day = one.start.date_naive();
    Control { words, href: format!("/desk?day={day}&session={}{more}", one.id) }
}

fn session_words(one: &TaskSession) -> String {
    format!("{}, {}", day_and_time(one.start), one.name)
}
