//! The words of a shop's own pages, in both languages. Those of its list are in `list_words`, the terms of the trade in
//! `frame/terms.rs`.

use crate::domain::patient::Language;
use crate::domain::text::Code;
use crate::domain::words::words;
use crate::web::frame::terms::term;

words! {
    pub(super) struct Words {
        filters: "Which" | "Lesquels";
        all: "All" | "Tout";
        to_answer: "To answer" | "À répondre";
        to_report: "To report" | "À rapporter";
        requests: "Waiting for your answer" | "En attente de votre réponse";
        sent: "sent" | "envoyé";
        answer: "Answer" | "Répondre";
        look: "Open" | "Ouvrir";
        from_day: "From" | "À partir du";
        go: "Show" | "Afficher";
        nothing_to_answer: "Nothing waits for your answer." | "Rien n’attend votre réponse.";
        nothing_to_report: "Nothing waits for your report." | "Rien n’attend votre rapport.";
        back: "Back to your list" | "Retour à votre liste";
        received: "received" | "reçu";
        answered: "answered" | "répondu";
        accept: "Accept" | "Accepter";
        dates: "Dates" | "Dates";
        propose: "Propose another time" | "Proposer un autre moment";
        first_time: "Propose a time" | "Proposer un moment";
        other_time: "Day and time" | "Jour et heure";
        clinic_time: "The clinic’s time (Toronto)" | "À l’heure de la clinique (Toronto)";
        no_time: "Choose a day and a time, in whole minutes." | "Choisissez un jour et une heure, en minutes entières.";
        send_proposal: "Propose" | "Proposer";
        your_proposals: "What you proposed" | "Vos propositions";
        decline: "Decline" | "Refuser";
        reason: "Reason" | "Motif";
        reason_hint: "The clinic reads it." | "La clinique le lit.";
        cannot_finish: "Cannot finish" | "Ne peut être achevé";
        cannot_finish_hint: "What has not begun is called off, and the clinic finds another way." | "Ce qui n’a pas commencé est annulé, et la clinique trouve une autre solution.";
        stale: "It has changed since you opened it; this is how it is now." | "Cela a changé depuis que vous l’avez ouvert; voici ce qu’il en est maintenant.";
        typed: "What you had typed:" | "Ce que vous aviez saisi :";
        accepted: "Accepted. The clinic and the patient know." | "Accepté. La clinique et le patient en sont informés.";
        declined: "Declined. The clinic finds another way." | "Refusé. La clinique trouvera une autre solution.";
        proposed: "Proposed. You hear from the clinic once it is decided." | "Proposé. La clinique vous informera de la décision.";
        failed: "Noted. The clinic finds another way." | "Noté. La clinique trouvera une autre solution.";
        reported: "Thank you: your report is with the clinic." | "Merci : votre rapport est à la clinique.";
        record: "Record what was done" | "Noter ce qui a été fait";
        back_to_referral: "Back" | "Retour";
        nothing_to_record: "There is nothing to record: this visit has not begun, or its report is there already." | "Il n’y a rien à noter : ce rendez-vous n’a pas commencé, ou son rapport est déjà là.";
        send_report: "Send the report" | "Envoyer le rapport";
        calendar: "Your calendar" | "Votre calendrier";
        calendar_hint: "A calendar program that subscribes to this address shows when you are busy, and nothing else. Whoever has the address can read it." | "Un logiciel de calendrier abonné à cette adresse montre quand vous êtes occupé, et rien d’autre. Quiconque a l’adresse peut le lire.";
        calendar_address: "The address of your calendar" | "L’adresse de votre calendrier";
        once: "Copy it now: it is shown this once." | "Copiez-la maintenant : elle n’est affichée qu’une fois.";
        subscribe: "Subscribe" | "S’abonner";
        made: "made on" | "créé le";
        fetched: "last read on" | "lu la dernière fois le";
        another: "New address; the old one ends" | "Nouvelle adresse; l’ancienne ne vaut plus";
        revoke_calendar: "Revoke the calendar" | "Révoquer le calendrier";
        make_calendar: "Make an address" | "Créer une adresse";
        links: "Links to your list" | "Liens vers votre liste";
        links_hint: "A link opens your list of today and the coming two weeks without a sign-in, for as long as you keep it. Give it only to who works with you." | "Un lien ouvre votre liste d’aujourd’hui et des deux semaines à venir sans connexion, tant que vous le gardez. Ne le donnez qu’à ceux qui travaillent avec vous.";
        link_address: "The address of your list" | "L’adresse de votre liste";
        label: "Name of the link" | "Nom du lien";
        label_hint: "Such as: the till, the tablet" | "Par exemple : la caisse, la tablette";
        make_link: "Make a link" | "Créer un lien";
        revoke: "Revoke" | "Révoquer";
        revoked: "Revoked: that address opens nothing any more." | "Révoqué : cette adresse n’ouvre plus rien.";
    }
    impl {
        one_session(count: i64): "{count} session" | "{count} séance";
        several_sessions(count: i64): "{count} sessions" | "{count} séances";
        undated(count: usize): "{count} without a date" | "{count} sans date";
    }
}

impl Words {
    /// How many sessions. French counts none in the singular.
    fn sessions(&self, count: i64) -> String {
        let is_one = match self.language {
            Language::En => count == 1,
            Language::Fr => count <= 1,
        };
        if is_one { self.one_session(count) } else { self.several_sessions(count) }
    }

    /// A service, and for how many sessions.
    pub(super) fn service_and_count(&self, service: &Code, count: i64) -> String {
        format!("{}, {}", term(self.language, service.as_str()), self.sessions(count))
    }
}
