//! The words of a shop's list, in both languages.

use crate::domain::words::words;

words! {
    pub(super) struct ListWords {
        title: "Your list" | "Votre liste";
        until_then: "two weeks from" | "deux semaines à partir du";
        earlier: "Earlier" | "Avant";
        later: "Later" | "Après";
        today: "Today" | "Aujourd’hui";
        empty: "Nothing is referred to you in these days." | "Rien ne vous est adressé ces jours-ci.";
        nobody: "no longer referred" | "n’est plus dirigé vers vous";
        last_laser: "last laser" | "dernier laser";
        test_patch: "test patch" | "test";
        pigment: "pigment" | "pigment";
        depth: "depth" | "profondeur";
        screening: "screening" | "dépistage";
        skin: "skin type" | "phototype";
        report_due: "report due" | "rapport attendu";
        report_overdue: "report overdue" | "rapport en retard";
    }
}
