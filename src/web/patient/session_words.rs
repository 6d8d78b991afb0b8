//! The words of the page behind a patient's link, in both languages. They do not tell what is treated.

use crate::domain::words::words;

words! {
    pub(super) struct Words {
        title: "Your appointment" | "Votre rendez-vous";
        cancelled: "This appointment no longer takes place" | "Ce rendez-vous n’aura pas lieu";
        come: "Please come" | "Veuillez arriver";
        early: "minutes early." | "minutes à l’avance.";
        prepare: "How to prepare" | "Comment vous préparer";
        confirm: "I will be there" | "Je serai là";
        cannot: "I can’t come then" | "Je ne peux pas venir";
        confirmed: "Thank you: you have confirmed." | "Merci : vous avez confirmé.";
        changed: "This appointment has changed since you opened the page. This is how it is now." | "Ce rendez-vous a changé depuis que vous avez ouvert la page. Le voici.";
        moved: "Your appointment is moved. This is its new time." | "Votre rendez-vous est déplacé. Voici le nouveau moment.";
        asked: "We know that you can’t come then. Until you choose another time, or we call you, it stands." | "Nous savons que vous ne pouvez pas venir. Il tient jusqu’à ce que vous choisissiez un autre moment ou que nous vous appelions.";
        choose: "Choose another time:" | "Choisissez un autre moment :";
        waiting: "This time is not agreed yet. We will write to you, or call you, once it is." | "Ce moment n’est pas encore convenu. Nous vous écrirons ou vous appellerons dès qu’il le sera.";
        proposed: "Another time is proposed:" | "Un autre moment est proposé :";
        take: "This suits me" | "Cela me convient";
        none: "There is no other time to offer here. We will call you." | "Il n’y a pas d’autre moment à offrir ici. Nous vous appellerons.";
        keep: "Keep the time that I have" | "Garder le moment prévu";
        add: "Add to calendar" | "Ajouter au calendrier";
        copies: "Or copy it by hand. Copies in Google or Outlook do not follow when your appointment changes:" | "Ou copiez-le à la main. Les copies dans Google ou Outlook ne suivent pas si votre rendez-vous change :";
        call: "To change or ask anything, call" | "Pour le changer ou pour toute question, appelez le";
        messages: "Messages" | "Messages";
        on_now: "We write to you here about your appointments." | "Nous vous écrivons ici au sujet de vos rendez-vous.";
        off_now: "We do not write to you here." | "Nous ne vous écrivons pas ici.";
        turn_off: "Stop these messages" | "Arrêter ces messages";
        turn_on: "Send me messages again" | "M’envoyer de nouveau des messages";
        off: "You will get no more of these messages. We call you when there is need." | "Vous ne recevrez plus ces messages. Nous vous appelons au besoin.";
        on: "You will get messages again." | "Vous recevrez de nouveau des messages.";
        back: "Back to your appointment" | "Retour à votre rendez-vous";
    }
}
