//! Calendars as trees of the `icalendar` crate, which writes what they hold. Nothing gets into
//! one but names of our own and a `Value`, so no text starts a line or a parameter; how lines
//! are broken stands in `folding`. The crate's builders are not used: they give a component
//! that has none a random UID and the present time, and escaping is lost on the way to the tree.

use icalendar::parser::{Calendar, Component, Parameter, ParseString, Property};

use super::folding::folded;
use super::text::ParamText;
use super::value::Value;

/// The first line of a calendar.
const BEGIN: &str = "BEGIN:VCALENDAR\r\n";

/// The last line of a calendar.
const END: &str = "END:VCALENDAR\r\n";

/// A component that is being put together.
#[derive(Debug)]
pub(super) struct Block(Component<'static>);

impl Block {
    /// A component with nothing in it.
    pub(super) fn new(name: &'static str) -> Self {
        Self(Component { name: name.into(), properties: Vec::new(), components: Vec::new() })
    }

    /// A property without parameters.
    pub(super) fn property(&mut self, name: &'static str, value: &impl Value) {
        self.property_with(name, &[], value);
    }

    /// A property with parameters.
    pub(super) fn property_with(
        &mut self,
        name: &'static str,
        params: &[(&'static str, &ParamText)],
        value: &impl Value,
    ) {
        let params = params
            .iter()
            .map(|(key, text)| Parameter { key: (*key).into(), val: Some(held(*text)) });
        self.0.properties.push(Property {
            name: name.into(),
            val: held(value),
            params: params.collect(),
        });
    }

    /// Puts a component into this one, after its properties and what it holds already.
    pub(super) fn hold(&mut self, inner: Block) {
        self.0.components.push(inner.0);
    }

    /// The component as it stands in a calendar.
    pub(super) fn serialized(self) -> Serialized {
        let alone = text_of(&Calendar { properties: Vec::new(), components: vec![self.0] });
        // The crate writes a component only as a part of a calendar.
        let inside = alone.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
        Serialized(inside.unwrap_or_default().into())
    }
}

/// A calendar that is being put together.
#[derive(Debug)]
pub(super) struct Content(Block);

impl Content {
    /// A calendar with this method, if it is to have one, and nothing in it.
    pub(super) fn calendar(method: Option<&'static str>) -> Self {
        let mut content = Self(Block::new("VCALENDAR"));
        content.property("PRODID", &"-//Fadeline//Fadeline//EN");
        content.property("VERSION", &"2.0");
        content.property("CALSCALE", &"GREGORIAN");
        if let Some(method) = method {
            content.property("METHOD", &method);
        }
        content
    }

    /// A property without parameters.
    pub(super) fn property(&mut self, name: &'static str, value: &impl Value) {
        self.0.property(name, value);
    }

    /// A property with parameters.
    pub(super) fn property_with(
        &mut self,
        name: &'static str,
        params: &[(&'static str, &ParamText)],
        value: &impl Value,
    ) {
        self.0.property_with(name, params, value);
    }

    /// Puts a component into it.
    pub(super) fn hold(&mut self, inner: Block) {
        self.0.hold(inner);
    }

    /// The calendar, written.
    pub(super) fn finish(self) -> String {
        let Component { properties, components, .. } = self.0.0;
        text_of(&Calendar { properties, components })
    }

    /// The calendar, written but for its end, with room for some more `octets`.
    pub(super) fn open(self, octets: usize) -> Open {
        let mut text = self.finish();
        text.truncate(text.len() - END.len());
        text.reserve(octets + END.len());
        Open(text)
    }
}

/// Components as they stand in a calendar, whole ones.
#[derive(Debug)]
pub(super) struct Serialized(Box<str>);

impl Serialized {
    /// How many octets they have.
    pub(super) fn octets(&self) -> usize {
        self.0.len()
    }
}

/// A calendar that is written but for its end, and takes what is written already.
#[derive(Debug)]
pub(super) struct Open(String);

impl Open {
    /// Puts components at its end.
    pub(super) fn add(&mut self, written: &Serialized) {
        self.0.push_str(&written.0);
    }

    /// How many octets the calendar would have if it were ended here.
    pub(super) fn octets(&self) -> usize {
        self.0.len() + END.len()
    }

    /// The calendar, ended.
    pub(super) fn finish(mut self) -> String {
        self.0.push_str(END);
        self.0
    }
}

/// A value as the tree holds it.
fn held(value: &impl Value) -> ParseString<'static> {
    let mut text = String::new();
    value.write(&mut text);
    debug_assert!(!text.contains(char::is_control), "{text:?}");
    text.into()
}

fn text_of(calendar: &Calendar<'_>) -> String {
    folded(&calendar.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::text::Phrase;
    use icalendar::parser::{read_calendar, unfold};
    use proptest::prelude::*;

    fn alarm() -> Block {
        let mut alarm = Block::new("VALARM");
        alarm.property("ACTION", &"DISPLAY");
        alarm
    }

    /// Writing adds neither a UID nor a time of its own, and is the same each time.
    #[test]
    fn a_component_is_written_as_it_is_alone_and_in_a_calendar() {
        let event = || {
            let mut event = Block::new("VEVENT");
            event.hold(alarm());
            event.property("STATUS", &"CONFIRMED");
            event
        };
        let alone = event().serialized();
        assert_eq!(
            &*alone.0,
            "BEGIN:VEVENT\r\nSTATUS:CONFIRMED\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\n"
        );
        let mut whole = Content::calendar(Some("REQUEST"));
        whole.hold(event());
        let mut open = Content::calendar(Some("REQUEST")).open(0);
        open.add(&alone);
        let octets = open.octets();
        let text = open.finish();
        assert_eq!(text, whole.finish());
        assert_eq!(text.len(), octets);
        assert_eq!(
            text,
            format!(
                "BEGIN:VCALENDAR\r\nPRODID:-//Fadeline//Fadeline//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\n\
                 METHOD:REQUEST\r\n{}END:VCALENDAR\r\n",
                alone.0
            )
        );
    }

    proptest! {
        #[test]
        fn no_phrase_starts_a_line_and_no_parameter_another(text in any::<String>()) {
            let text = format!("x{text}");
            let mut block = alarm();
            block.property_with("SUMMARY", &[("X-A", &ParamText::new(&text))], &Phrase::new(&text));
            let mut content = Content::calendar(None);
            content.hold(block);
            let written = unfold(&content.finish());
            let lines: Vec<_> = written.trim_end().lines().collect();
            prop_assert_eq!(lines.len(), 9);
            prop_assert!(lines[6].starts_with("SUMMARY;X-A=") && !lines[6].contains(char::is_control));
            let read = read_calendar(&written).unwrap();
            let summary = read.components[0].find_prop("SUMMARY").unwrap();
            let phrase = Phrase::new(&text);
            prop_assert_eq!(summary.val.as_str(), phrase.as_str());
            let params: Vec<_> = summary.params.iter().map(|param| param.key.as_str()).collect();
            prop_assert_eq!(params, ["X-A"]);
        }
    }
}
