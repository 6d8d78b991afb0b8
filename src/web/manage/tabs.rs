//! The parts of the managers' pages, and the links between them.

/// A part of what managers see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Figures,
    Calendar,
    Catalogue,
    Partners,
    Users,
    Messages,
    Audit,
}

/// Each part with its address, its name and what it is for.
pub(super) const PARTS: &[(Part, &str, &str, &str)] = &[
    (
        Part::Figures,
        "/manage/figures",
        "Figures",
        "No-shows, how full rooms and devices are, courses that wait, how long courses take.",
    ),
    (
        Part::Calendar,
        "/manage/calendar",
        "Calendar",
        "Opening hours, holidays, closures, and when rented devices are here.",
    ),
    (
        Part::Catalogue,
        "/manage/catalogue",
        "Catalogue",
        "Services, people, rooms, devices and sites.",
    ),
    (
        Part::Partners,
        "/manage/partners",
        "Partners",
        "Partner shops with their papers, people, links and settlement.",
    ),
    (
        Part::Users,
        "/manage/users",
        "Users",
        "Who may sign in, as what, and with which second factor.",
    ),
    (
        Part::Messages,
        "/manage/messages",
        "Messages",
        "What was sent to a person, when, and what comes next.",
    ),
    (Part::Audit, "/manage/audit", "Access", "Who looked at whose record, or changed it."),
];

/// A link of the way around.
pub(super) struct Tab {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) here: bool,
}

/// The way around, from `part`.
pub(super) fn tabs(part: Option<Part>) -> Vec<Tab> {
    let tab = |(own, href, label, _): &(Part, &'static str, &'static str, &str)| Tab {
        href,
        label,
        here: Some(*own) == part,
    };
    PARTS.iter().map(tab).collect()
}
