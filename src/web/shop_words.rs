//! The words of a shop's list, in both languages.

/// The words of the page.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) until_then: &'static str,
    pub(super) earlier: &'static str,
    pub(super) later: &'static str,
    pub(super) today: &'static str,
    pub(super) empty: &'static str,
    pub(super) nobody: &'static str,
    pub(super) last_laser: &'static str,
    pub(super) test_patch: &'static str,
    pub(super) screening: &'static str,
    pub(super) skin: &'static str,
    pub(super) report_due: &'static str,
    pub(super) report_overdue: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    title: "Your list",
    until_then: "two weeks from",
    earlier: "Earlier",
    later: "Later",
    today: "Today",
    empty: "Nothing is referred to you in these days.",
    nobody: "no longer referred",
    last_laser: "last laser",
    test_patch: "test patch",
    screening: "screening",
    skin: "skin type",
    report_due: "report due",
    report_overdue: "report overdue",
};

pub(super) const FRENCH: Words = Words {
    title: "Votre liste",
    until_then: "deux semaines à partir du",
    earlier: "Avant",
    later: "Après",
    today: "Aujourd’hui",
    empty: "Rien ne vous est adressé ces jours-ci.",
    nobody: "n’est plus dirigé vers vous",
    last_laser: "dernier laser",
    test_patch: "test",
    screening: "dépistage",
    skin: "phototype",
    report_due: "rapport attendu",
    report_overdue: "rapport en retard",
};
