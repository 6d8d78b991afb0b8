//! The words of the page behind a patient's link, in both languages. They do not tell what is treated.

use crate::domain::words::words;

words! {
    pub(super) struct Words {
        title: "Your appointment" | "Votre rendez-vous";
        cancelled: "Your appointment is cancelled" | "Votre rendez-vous est annulé";
        come: "Please arrive" | "Veuillez arriver";
        early: "minutes early." | "minutes à l’avance.";
        prepare: "How to prepare" | "Comment vous préparer";
        details: "Show the details" | "Afficher les détails";
        confirm: "Yes, I’ll be there" | "Oui, je serai là";
        cannot: "I can’t come" | "Je ne peux pas venir";
        confirmed: "Thank you. Your appointment is confirmed." | "Merci. Votre rendez-vous est confirmé.";
        changed: "Your appointment has changed since you opened this page. Here are the new details." | "Votre rendez-vous a changé depuis que vous avez ouvert cette page. Voici les nouveaux détails.";
        moved: "Your appointment has been moved. Here is the new time." | "Votre rendez-vous a été déplacé. Voici le nouveau moment.";
        asked: "Please choose another time. Your current appointment is kept until you do." | "Veuillez choisir un autre moment. D’ici là, votre rendez-vous actuel est conservé.";
        choose: "Choose another time:" | "Choisissez un autre moment :";
        waiting: "This time is not confirmed yet. We will email or call you once it is." | "Ce moment n’est pas encore confirmé. Nous vous écrirons ou vous appellerons dès qu’il le sera.";
        proposed: "We can offer you another time:" | "Nous pouvons vous offrir un autre moment :";
        take: "Take this time" | "Choisir ce moment";
        none: "No other time can be booked online. We will call you." | "Aucun autre moment ne peut être réservé en ligne. Nous vous appellerons.";
        keep: "Keep my current appointment" | "Garder mon rendez-vous actuel";
        add: "Add to calendar" | "Ajouter au calendrier";
        copies: "Or add a copy. Google and Outlook copies won’t update automatically:" | "Ou ajoutez une copie. Les copies dans Google et Outlook ne se mettent pas à jour automatiquement :";
        call: "Questions? Call us:" | "Des questions? Appelez-nous :";
        messages: "Messages" | "Messages";
        on_now: "You receive messages about your appointments here." | "Vous recevez ici des messages au sujet de vos rendez-vous.";
        no_reminders: "You receive no reminders by email. We still email you when an appointment changes." | "Vous ne recevez plus de rappels par courriel. Nous vous écrivons encore si un rendez-vous change.";
        reminders_only: "Stop reminders only" | "Arrêter seulement les rappels";
        stops_all: "If you unsubscribe, changes and cancellations stop too: our entries are removed from your calendar, and we will phone you about changes." | "Si vous vous désabonnez, les changements et les annulations cessent aussi : nos entrées sont retirées de votre calendrier, et nous vous téléphonerons en cas de changement.";
        off_now: "You do not receive messages here. We will phone you about changes to your appointments." | "Vous ne recevez pas de messages ici. Nous vous téléphonerons si un rendez-vous change.";
        turn_off: "Unsubscribe from messages" | "Me désabonner des messages";
        turn_on: "Get messages again" | "Recevoir de nouveau les messages";
        off: "You are unsubscribed. We will phone you about changes." | "Vous ne recevrez plus de messages. Nous vous téléphonerons en cas de changement.";
        on: "You will receive messages again." | "Vous recevrez de nouveau les messages.";
        back: "Back to your appointment" | "Retour à votre rendez-vous";
    }
}
