//! The words of the form of a treatment record, in both languages; the terms of the trade are in `frame/terms.rs`.

use crate::domain::words::words;

words! {
    pub(super) struct Words {
        what_was_done: "What was done" | "Ce qui a été fait";
        outcome: "How it ended" | "Comment cela s’est terminé";
        why_stopped: "Why it was stopped or not done" | "Pourquoi cela a été interrompu ou n’a pas été fait";
        if_stopped: "Only where it was" | "Seulement dans ce cas";
        zones: "Zones treated" | "Zones traitées";
        zones_hint: "None ticked: all that were asked for" | "Aucune cochée : toutes celles demandées";
        settings: "Settings" | "Réglages";
        wavelength: "Wavelength (nm)" | "Longueur d’onde (nm)";
        fluence: "Fluence (J/cm²)" | "Fluence (J/cm²)";
        spot: "Spot diameter (mm)" | "Diamètre du spot (mm)";
        pulse_width: "Pulse width" | "Durée d’impulsion";
        pulse_width_unit: "Unit of the pulse width" | "Unité de la durée d’impulsion";
        nanoseconds: "ns (nanoseconds)" | "ns (nanosecondes)";
        picoseconds: "ps (picoseconds)" | "ps (picosecondes)";
        frequency: "Frequency (Hz)" | "Fréquence (Hz)";
        pulse_count: "Pulses fired (number)" | "Impulsions tirées (nombre)";
        passes: "Passes (number)" | "Passages (nombre)";
        zones_of_settings: "Zones with these settings" | "Zones avec ces réglages";
        zones_of_settings_hint: "None ticked: all zones treated" | "Aucune cochée : toutes les zones traitées";
        what_was_seen: "What was seen" | "Ce qui a été observé";
        endpoint: "Reaction of the skin" | "Réaction de la peau";
        pain: "Pain (0 to 10)" | "Douleur (0 à 10)";
        pain_hint: "As the patient says it: 0 none, 10 the worst" | "Selon le patient : 0 aucune, 10 la pire";
        eyewear: "Everybody wore eye protection" | "Tous portaient des lunettes de protection";
        test_patch: "What the test patch showed" | "Ce que le test a montré";
        test_patch_hint: "Once it can be told" | "Dès qu’on peut le dire";
        clearance: "Clearance (%)" | "Éclaircissement (%)";
        clearance_hint: "0 to 100, where you can judge it" | "De 0 à 100, si vous pouvez en juger";
        unwanted: "Unwanted effect" | "Effet indésirable";
        event: "What" | "Quoi";
        event_hint: "Such as burn, blistering, scar, infection" | "Par exemple brûlure, cloques, cicatrice, infection";
        severity: "How bad" | "Gravité";
        zone: "Where" | "Où";
        anything_else: "Anything else" | "Autre chose";
        note: "Note" | "Remarque";
        optional: "May be left empty" | "Facultatif";
        choose: "Choose one of these." | "Choisissez une de ces réponses.";
        quantity: "A number above 0, please." | "Un nombre supérieur à 0, s’il vous plaît.";
        whole: "A whole number, please." | "Un nombre entier, s’il vous plaît.";
    }
    impl {
        whole_up_to(most: u16): "A whole number from 0 to {most}, please." | "Un nombre entier de 0 à {most}, s’il vous plaît.";
    }
}
