//! The words of a shop's list, in both languages.

/// The words of the page.
pub(super) struct Words {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) until_then: &'static str,
    pub(in crate::web) earlier: &'static str,
    pub(in crate::web) later: &'static str,
    pub(in crate::web) today: &'static str,
    pub(in crate::web) empty: &'static str,
    pub(in crate::web) nobody: &'static str,
    pub(in crate::web) last_laser: &'static str,
    pub(in crate::web) test_patch: &'static str,
    pub(in crate::web) pigment: &'static str,
    pub(in crate::web) depth: &'static str,
    pub(in crate::web) screening: &'static str,
    pub(in crate::web) skin: &'static str,
    pub(in crate::web) report_due: &'static str,
    pub(in crate::web) report_overdue: &'static str,
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
    pigment: "pigment",
    depth: "depth",
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
    pigment: "pigment",
    depth: "profondeur",
    screening: "dépistage",
    skin: "phototype",
    report_due: "rapport attendu",
    report_overdue: "rapport en retard",
};
