//! The sections of the managers' pages, and the links between them.

use crate::web::frame::layout::{Layout, NavItem, Tab};
use crate::web::frame::signed_in::SignedIn;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Figures,
    Calendar,
    Catalogue,
    Partners,
    Users,
    Messages,
    Audit,
}

/// A section with its address, its name and what it is for.
pub(super) type SectionLink = (Section, &'static str, &'static str, &'static str);

pub(super) const SECTIONS: &[SectionLink] = &[
    (
        Section::Figures,
        "/manage/figures",
        "Figures",
        "No-shows, how full rooms and devices are, courses that wait, how long courses take.",
    ),
    (
        Section::Calendar,
        "/manage/calendar",
        "Calendar",
        "Opening hours, holidays, closures, and when rented devices are here.",
    ),
    (
        Section::Catalogue,
        "/manage/catalogue",
        "Catalogue",
        "Services, people, rooms, devices and sites.",
    ),
    (
        Section::Partners,
        "/manage/partners",
        "Partners",
        "Partner shops with their papers, people, links and settlement.",
    ),
    (
        Section::Users,
        "/manage/users",
        "Users",
        "Who may sign in, as what, and with which second factor.",
    ),
    (
        Section::Messages,
        "/manage/messages",
        "Messages",
        "What was sent to a person, when, and what comes next.",
    ),
    (Section::Audit, "/manage/audit", "Access", "Who looked at whose record, or changed it."),
];

/// The layout of a page of `section`, with links to all of them.
pub(super) fn manage_layout(user: &SignedIn, section: Option<Section>) -> Layout {
    let tab =
        |(own, href, label, _): &SectionLink| Tab { href, label, current: Some(*own) == section };
    let tabs = SECTIONS.iter().map(tab).collect();
    Layout { tabs, ..Layout::new(user, NavItem::Manage) }
}
