//! The words of letters, SMS and pushes, in the languages that there are; an operator's own go before ours.

use std::collections::BTreeMap;
use std::path::Path;

use bedside_domain::notice::Topic;
use bedside_domain::person::Role;
use bedside_domain::time::Millis;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::Failure;

const OURS: [(&str, &str); 2] = [("en", include_str!("words/en.json")), ("de", include_str!("words/de.json"))];
/// Of those who have said nothing, or speak what we do not.
const DEFAULT: &str = "en";

/// Every language.
pub struct Words(BTreeMap<String, Language>);

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Language {
    weekdays: [String; 7],
    months: [String; 12],
    when: String,
    /// Who it is of whom no name is known.
    pub somebody: String,
    pub greeting: String,
    pub decline: String,
    pub declined: String,
    pub personal: String,
    pub stop: String,
    pub stop_done: String,
    pub stop_ask: String,
    pub video: String,
    pub visit: String,
    topics: BTreeMap<String, Sides>,
    pub confirm: Confirm,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sides {
    patient: Said,
    practice: Said,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    pub email: Said,
    pub sms: Said,
    /// By which somebody signs in who asked for it.
    pub link: Said,
}

/// One thing in the forms that it takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub subject: String,
    pub text: String,
    /// For SMS and pushes.
    pub short: String,
    pub button: String,
}

impl Words {
    /// Ours, and over them what the files of the operator's folder say otherwise.
    pub fn read(folder: Option<&Path>) -> Result<Self, Failure> {
        let mut languages = BTreeMap::new();
        for (name, text) in OURS {
            let mut words: Value = serde_json::from_str(text)?;
            if let Some(file) = folder.map(|folder| folder.join(format!("{name}.json"))).filter(|file| file.exists()) {
                let said = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
                let theirs = std::fs::read_to_string(&file).map_err(|error| said(&error))?;
                lay_over(&mut words, serde_json::from_str(&theirs).map_err(|error| said(&error))?);
                let read = serde_json::from_value::<Language>(words).map_err(|error| said(&error))?;
                read.must_be_sound().map_err(|error| said(&error))?;
                languages.insert(name.to_owned(), read);
            } else {
                languages.insert(name.to_owned(), serde_json::from_value(words)?);
            }
        }
        Ok(Self(languages))
    }

    /// "de-AT" is German.
    pub fn of(&self, locale: Option<&str>) -> &Language {
        let wanted = locale.unwrap_or(DEFAULT).split(['-', '_']).next().unwrap_or(DEFAULT).to_ascii_lowercase();
        self.0.get(&wanted).or_else(|| self.0.get(DEFAULT)).expect("English is always there")
    }
}

impl Language {
    pub fn says(&self, topic: Topic, role: Role) -> &Said {
        let sides = self.topics.get(topic.name()).expect("a test has looked that every topic has words");
        match role {
            Role::Patient | Role::Guest => &sides.patient,
            Role::Practitioner | Role::Staff | Role::Admin => &sides.practice,
        }
    }

    /// As the clock hangs on the wall there.
    pub fn when(&self, at: Millis, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let there = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
        let weekday = usize::try_from(there.weekday().to_monday_zero_offset()).unwrap_or(0);
        let month = usize::try_from(there.month() - 1).unwrap_or(0);
        fill(
            &self.when,
            &[
                ("weekday", &self.weekdays[weekday]),
                ("day", &there.day().to_string()),
                ("month", &self.months[month]),
                ("year", &there.year().to_string()),
                ("time", &there.strftime("%H:%M").to_string()),
                ("zone", &there.strftime("%Z").to_string()),
            ],
        )
    }

    /// What stands in braces must be something that we know; of a patient there is nothing to put anywhere.
    fn must_be_sound(&self) -> Result<(), String> {
        const KNOWN: [&str; 3] = ["practice", "practitioner", "when"];
        let all = self.topics.values().flat_map(|sides| [&sides.patient, &sides.practice]);
        for text in all.flat_map(|said| [&said.subject, &said.text, &said.short, &said.button]) {
            let names = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
            if let Some(unknown) = names.into_iter().find(|name| !KNOWN.contains(name)) {
                return Err(format!(
                    "{{{unknown}}} stands for nothing; there are {{practice}}, {{practitioner}}, {{when}}"
                ));
            }
        }
        Ok(())
    }
}

/// The text with what stands in its braces.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, next)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        // What was put in is not looked through again.
        filled.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = next;
    }
    filled + rest
}

fn lay_over(ours: &mut Value, theirs: Value) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (key, value) in theirs {
                lay_over(ours.entry(key).or_insert(Value::Null), value);
            }
        }
        (ours, theirs) => *ours = theirs,
    }
}

#[cfg(test)]
mod tests {
    use bedside_store::testing::Folder;

    use super::*;

    #[test]
    fn every_topic_has_sound_words_in_every_language() {
        let words = Words::read(None).expect("ours are sound");
        for (name, _) in OURS {
            let language = words.of(Some(name));
            language.must_be_sound().expect("they name what there is");
            for topic in Topic::ALL {
                for role in [Role::Patient, Role::Practitioner] {
                    assert!(!language.says(topic, role).short.is_empty(), "{name} {}", topic.name());
                }
            }
        }
    }

    #[test]
    fn time_is_told_as_it_is_where_somebody_lives() {
        let words = Words::read(None).expect("ours are sound");
        let at = Millis("2026-11-24T14:30:00Z".parse::<Timestamp>().expect("a time").as_millisecond());
        assert_eq!(words.of(Some("en-GB")).when(at, "Europe/London"), "Tuesday, 24 November 2026, 14:30 (GMT)");
        assert_eq!(words.of(Some("de-AT")).when(at, "Europe/Vienna"), "Dienstag, 24. November 2026, 15:30 Uhr (CET)");
        assert_eq!(words.of(Some("xx")).when(at, "Nowhere/At_All"), "Tuesday, 24 November 2026, 14:30 (UTC)");
    }

    #[test]
    fn an_operators_words_go_before_ours_and_must_be_sound() {
        let folder = Folder::new();
        let file = folder.path().join("en.json");
        let write = |text: &str| std::fs::write(&file, text).expect("a file can be written");
        write(r#"{ "topics": { "missed-call": { "patient": { "short": "We rang, {practice}" } } } }"#);
        let words = Words::read(Some(folder.path())).expect("sound");
        let said = words.of(None).says(Topic::MissedCall, Role::Patient);
        assert_eq!((said.short.as_str(), said.subject.as_str()), ("We rang, {practice}", "Missed call"));
        for (wrong, told) in [
            (r#"{ "topics": { "missed-call": { "patient": { "short": "{patient}" } } } }"#, "{patient}"),
            (r#"{ "topcis": {} }"#, "topcis"),
            ("no JSON", "en.json"),
        ] {
            write(wrong);
            let refused = Words::read(Some(folder.path())).map(drop).expect_err(wrong).to_string();
            assert!(refused.contains(told) && refused.contains("en.json"), "{refused}");
        }
    }

    #[test]
    fn what_is_put_in_is_not_looked_through_again() {
        assert_eq!(fill("a {x} b {y} {", &[("x", "{y}"), ("y", "z")]), "a {y} b z {");
    }
}
