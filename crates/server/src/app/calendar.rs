//! Appointments for the calendars of those who have them (RFC 5545). They say when, where and with whose practice; never
//! who the patient is, nor why.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::appointment::{Appointment, Kind, Status};
use bedside_domain::ids::{AppointmentId, PersonId};
use bedside_domain::notice::Topic;
use bedside_domain::person::Person;
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
use bedside_store::{AppointmentQuery, LIMIT_AT_MOST, PageAsk};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{App, Asker, appointments};
use crate::clock;
use crate::dispatch::Error;

/// What a subscribed calendar shows of the past.
const SHOWN_BACK: Span = Span::days(30);
const ALARM: &str = "-PT15M";

/// A file, and what whoever gets it is to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub method: &'static str,
    pub text: String,
}

/// What is the same for all entries of a file.
struct Frame<'a> {
    method: &'static str,
    practice: &'a str,
    host: &'a str,
    /// Whom it goes to and whom it is from, in an invitation.
    mailboxes: Option<(&'a str, String)>,
    names: (&'a str, &'a str),
}

/// What goes with a letter.
pub async fn file_for(app: &App, to: &Person, appointment: &Appointment, topic: Topic) -> Result<Option<File>, Error> {
    let method = match topic {
        Topic::AppointmentAccepted | Topic::AppointmentRescheduled if appointment.status == Status::Accepted => {
            "REQUEST"
        }
        Topic::AppointmentCancelled => "CANCEL",
        _ => return Ok(None),
    };
    let from = app.settings.reach.mail.as_ref().map(|mail| mail.from.email.to_string());
    let mailboxes = to.email.as_deref().zip(from);
    Ok(Some(File { method, text: written(app, to, std::slice::from_ref(appointment), method, mailboxes).await? }))
}

/// One's own appointment, to be put into a calendar by hand.
pub async fn file(app: &App, asker: &Asker, id: &AppointmentId) -> Result<String, Error> {
    let appointment = appointments::visible(app, asker, id).await?.value;
    if !appointment.is_party(&asker.viewer.id) {
        return Err(Refusal::Forbidden("only the two of an appointment have it in their calendars").into());
    }
    written(app, &asker.person, &[appointment], "PUBLISH", None).await
}

/// A new address of one's own calendar, which is shown this once; the one before it leads nowhere from now on.
pub async fn new_feed(app: &App, asker: &Asker) -> Result<String, Error> {
    policy::may_roam(&asker.viewer)?;
    let token = clock::token();
    app.store.put_feed(&asker.viewer.id, &hash(&token), clock::now()).await?;
    Ok(format!("{}/api/calendar/{token}.ics", app.settings.public_url))
}

/// Whoever has the address reads it.
pub async fn feed(app: &App, token: &str) -> Result<String, Error> {
    let id = app.store.feed(&hash(token)).await?.ok_or(Refusal::NotFound)?;
    let person = app.store.person(&id).await?.map(|held| held.value).filter(|person| person.disabled_at.is_none());
    let person = person.ok_or(Refusal::NotFound)?;
    let mut all = Vec::new();
    let mut page = PageAsk::first(LIMIT_AT_MOST);
    loop {
        let from = Some(clock::now() - SHOWN_BACK);
        let query = AppointmentQuery { of: Some(id.clone()), from, page, ..AppointmentQuery::default() };
        let found = app.store.appointments(&query).await?;
        all.extend(found.items.into_iter().filter(|one| one.status != Status::Declined));
        match found.next {
            Some(next) => page = PageAsk { after: Some(next), limit: LIMIT_AT_MOST },
            None => break,
        }
    }
    written(app, &person, &all, "PUBLISH", None).await
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

async fn written(
    app: &App,
    of: &Person,
    appointments: &[Appointment],
    method: &'static str,
    mailboxes: Option<(&str, String)>,
) -> Result<String, Error> {
    let practice = app.store.practice().await?.value.name;
    let language = app.outbox.words.of(of.locale.as_deref());
    let names = (language.video.as_str(), language.visit.as_str());
    let frame = Frame { method, practice: &practice, host: app.settings.public_host(), mailboxes, names };
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bedside//Bedside//EN", "CALSCALE:GREGORIAN"] {
        put(&mut text, line);
    }
    put(&mut text, &format!("METHOD:{method}"));
    if method == "PUBLISH" {
        // Programs that subscribe look again after so long, by the one name or the other.
        for line in ["REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M"] {
            put(&mut text, line);
        }
        if !practice.is_empty() {
            put(&mut text, &format!("X-WR-CALNAME:{}", escaped(&practice)));
        }
    }
    let now = clock::now();
    for appointment in appointments {
        let version = app.store.appointment(&appointment.id).await?.map_or(0, |held| held.version);
        let link = link(app, appointment, &of.id);
        entry(&mut text, &frame, appointment, (version, now), link.as_deref());
    }
    put(&mut text, "END:VCALENDAR");
    Ok(text)
}

fn link(app: &App, appointment: &Appointment, person: &PersonId) -> Option<String> {
    if appointment.status != Status::Accepted || appointment.kind != Kind::Remote {
        return None;
    }
    appointments::link_of(app, appointment, person)
}

fn entry(
    text: &mut String,
    frame: &Frame<'_>,
    appointment: &Appointment,
    (version, now): (i64, Millis),
    link: Option<&str>,
) {
    let status = match (frame.method, appointment.status) {
        ("CANCEL", _) | (_, Status::Cancelled | Status::Declined) => "CANCELLED",
        (_, Status::Pending) => "TENTATIVE",
        (_, Status::Accepted | Status::Completed | Status::NoShow) => "CONFIRMED",
    };
    let name = if appointment.kind == Kind::Remote { frame.names.0 } else { frame.names.1 };
    let summary = if frame.practice.is_empty() { name.to_owned() } else { format!("{name}, {}", frame.practice) };
    put(text, "BEGIN:VEVENT");
    put(text, &format!("UID:{}@{}", escaped(appointment.id.as_str()), frame.host));
    put(text, &format!("DTSTAMP:{}", utc(now)));
    // Whatever changes raises it; the first is 0.
    put(text, &format!("SEQUENCE:{}", (version - 1).max(0)));
    put(text, &format!("DTSTART:{}", utc(appointment.slot.start)));
    put(text, &format!("DTEND:{}", utc(appointment.slot.end())));
    put(text, &format!("SUMMARY:{}", escaped(&summary)));
    put(text, &format!("STATUS:{status}"));
    put(text, "CLASS:PRIVATE");
    if let Some((to, from)) = &frame.mailboxes {
        put(text, &format!("ORGANIZER:mailto:{from}"));
        put(text, &format!("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:{to}"));
    }
    if let Some(link) = link {
        put(text, &format!("URL:{link}"));
        put(text, &format!("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:{link}"));
        put(text, &format!("LOCATION:{}", escaped(link)));
    }
    if status == "CONFIRMED" {
        for line in ["BEGIN:VALARM", "ACTION:DISPLAY"] {
            put(text, line);
        }
        put(text, &format!("DESCRIPTION:{}", escaped(&summary)));
        put(text, &format!("TRIGGER:{ALARM}"));
        put(text, "END:VALARM");
    }
    put(text, "END:VEVENT");
}

/// No line is longer than 75 bytes; what is longer goes on in the next one, after a space.
fn put(text: &mut String, line: &str) {
    let mut width = 0;
    // Whatever came in between is no line of its own.
    for character in line.chars().filter(|character| !character.is_control()) {
        if width + character.len_utf8() > 75 {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(character);
        width += character.len_utf8();
    }
    text.push_str("\r\n");
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => _ = write!(escaped, "\\{character}"),
            '\n' => escaped.push_str("\\n"),
            character if character.is_control() => {}
            character => escaped.push(character),
        }
    }
    escaped
}

fn utc(at: Millis) -> String {
    let there = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    there.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_in_the_next_and_no_letter_is_cut() {
        let mut text = String::new();
        put(&mut text, &"ü".repeat(60));
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("{}\r\n", "ü".repeat(60)));
        let mut text = String::new();
        put(&mut text, "ATTENDEE:mailto:a@b\r\nX-EVIL:1");
        assert_eq!(text, "ATTENDEE:mailto:a@bX-EVIL:1\r\n");
        assert_eq!(escaped("a,b;c\\d\r\ne"), "a\\,b\\;c\\\\d\\ne");
        assert_eq!(utc(Millis(0)), "19700101T000000Z");
    }
}
