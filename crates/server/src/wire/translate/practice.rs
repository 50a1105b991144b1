//! The practice: what it says of itself, and when its practitioners work.

use bedside_domain::call::Door;
use bedside_domain::hours::{Absence, Day, Hours, Shift, Weekday};
use bedside_domain::policy::Directory;
use bedside_domain::practice::ROOM;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::Span;
use bedside_protocol::practice::{
    AbsenceView, FreeTimes, HoursView, MeetingPlaceView, PracticeSettings, PracticeView, ShiftView,
};

use super::people::must_be_sound;
use super::{Read, must_be_line, time, words};
use crate::app::hours::{Free, Said, Working};
use crate::app::people::Told;
use crate::app::practice::{MeetingPlace, Practice};

const NAME_CHARS_AT_MOST: usize = 200;
const LOGO_CHARS_AT_MOST: usize = 40_000;
const ADDRESS_CHARS_AT_MOST: usize = 500;
const PLACES_AT_MOST: usize = 20;

pub fn practice(practice: Practice) -> PracticeView {
    PracticeView {
        name: practice.name,
        logo: practice.logo,
        colour: practice.colour,
        email: practice.email,
        phone: practice.phone,
        website: practice.website,
        welcome: practice.welcome,
        zoneinfo: practice.zone,
    }
}

pub fn settings(practice: Practice) -> PracticeSettings {
    let place = |place: MeetingPlace| MeetingPlaceView { name: place.name, template: place.template };
    PracticeSettings {
        name: practice.name,
        logo: practice.logo,
        colour: practice.colour,
        email: practice.email,
        phone: practice.phone,
        website: practice.website,
        welcome: practice.welcome,
        zoneinfo: practice.zone,
        waiting_room: practice.door == Door::WaitingRoom,
        ring_seconds: practice.ring_for.and_then(|span| span.as_seconds().try_into().ok()),
        closed_directory: practice.directory == Directory::Closed,
        meeting_places: practice.meeting_places.into_iter().map(place).collect(),
    }
}

pub fn said(said: PracticeSettings) -> Read<Practice> {
    let contact = Told { email: said.email, phone: said.phone, zone: said.zoneinfo, ..Told::default() };
    must_be_sound(&contact)?;
    must_be_line(Some(&said.name), NAME_CHARS_AT_MOST)?;
    let practice = Practice {
        name: said.name.trim().to_owned(),
        logo: filled(said.logo),
        colour: filled(said.colour),
        email: filled(contact.email),
        phone: filled(contact.phone),
        website: filled(said.website),
        welcome: words(said.welcome)?,
        zone: filled(contact.zone),
        door: if said.waiting_room { Door::WaitingRoom } else { Door::Open },
        ring_for: said.ring_seconds.map(|seconds| Span::seconds(i64::from(seconds))),
        directory: if said.closed_directory { Directory::Closed } else { Directory::Open },
        meeting_places: said.meeting_places.into_iter().map(place).collect::<Read<_>>()?,
    };
    must_make_sense(&practice, said.ring_seconds)?;
    Ok(practice)
}

fn must_make_sense(practice: &Practice, ring_seconds: Option<u16>) -> Read<()> {
    if ring_seconds.is_some_and(|seconds| !(5..=300).contains(&seconds)) {
        return Err(Refusal::Invalid("ringSeconds must be from 5 to 300"));
    }
    if practice.logo.as_deref().is_some_and(|logo| !is_picture(logo)) {
        return Err(Refusal::Invalid("logo must be a data URL of a picture, of at most 40,000 characters"));
    }
    if practice.colour.as_deref().is_some_and(|colour| !is_colour(colour)) {
        return Err(Refusal::Invalid("colour must be like #0a7d5c"));
    }
    if practice.website.as_deref().is_some_and(|website| !is_https(website)) {
        return Err(Refusal::Invalid("website must begin with https://"));
    }
    let mut names: Vec<_> = practice.meeting_places.iter().map(|place| &place.name).collect();
    names.sort();
    names.dedup();
    if names.len() < practice.meeting_places.len() || names.len() > PLACES_AT_MOST {
        return Err(Refusal::Invalid("meetingPlaces must be at most 20, each of a name of its own"));
    }
    Ok(())
}

fn place(place: MeetingPlaceView) -> Read<MeetingPlace> {
    let (name, template) = (place.name.trim().to_owned(), place.template.trim().to_owned());
    must_be_line(Some(&name), NAME_CHARS_AT_MOST)?;
    if name.is_empty() || !is_https(&template) || template.matches(ROOM).count() > 1 {
        return Err(Refusal::Invalid("a meeting place has a name and an https address with at most one {room}"));
    }
    Ok(MeetingPlace { name, template })
}

pub fn working(working: &Working) -> HoursView {
    let shift = |shift: &Shift| ShiftView {
        day: shift.day.name().to_owned(),
        from: clock_of(shift.opens),
        to: clock_of(shift.closes),
    };
    let absence = |absence: &Absence| AbsenceView { from: absence.first.name(), to: absence.last.name() };
    HoursView {
        zoneinfo: Some(working.zone.clone()),
        week: working.hours.shifts.iter().map(shift).collect(),
        days_off: working.hours.absences.iter().map(absence).collect(),
    }
}

/// The hours, and the zone if one is named.
pub fn hours(view: HoursView) -> Read<(Hours, Option<String>)> {
    let told = Told { zone: view.zoneinfo, ..Told::default() };
    must_be_sound(&told)?;
    let shift = |shift: &ShiftView| {
        let day = Weekday::named(&shift.day).ok_or(Refusal::Invalid("day must be monday to sunday"))?;
        Ok(Shift { day, opens: minute(&shift.from)?, closes: minute(&shift.to)? })
    };
    let absence = |absence: &AbsenceView| Ok(Absence { first: day(&absence.from)?, last: day(&absence.to)? });
    let shifts = view.week.iter().map(shift).collect::<Read<_>>()?;
    let absences = view.days_off.iter().map(absence).collect::<Read<Vec<_>>>()?;
    Ok((Hours { shifts, absences }, filled(told.zone)))
}

pub fn free(free: &Free) -> FreeTimes {
    FreeTimes {
        zoneinfo: free.zone.clone(),
        minutes: free.minutes,
        has_hours: free.said == Said::Hours,
        items: free.starts.iter().map(|start| time(*start)).collect(),
    }
}

pub(super) fn clock_of(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

pub(super) fn minute(text: &str) -> Read<u16> {
    let parts = text.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let read = parts.and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
    match read {
        Some((hour @ 0..=23, minute @ 0..=59)) => Ok(hour * 60 + minute),
        Some((24, 0)) => Ok(24 * 60),
        Some(_) | None => Err(Refusal::Invalid("times of the day must be like 09:30")),
    }
}

fn day(text: &str) -> Read<Day> {
    let day = Day::named(text).filter(|day| jiff::civil::Date::new(day.year, day.month, day.day).is_ok());
    day.ok_or(Refusal::Invalid("days off must be days like 2026-12-24"))
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn is_picture(text: &str) -> bool {
    let kinds = ["png", "jpeg", "webp", "svg+xml"];
    let data =
        kinds.iter().find_map(|kind| text.strip_prefix("data:image/")?.strip_prefix(kind)?.strip_prefix(";base64,"));
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    text.len() <= LOGO_CHARS_AT_MOST && data.is_some_and(|data| data.bytes().all(is_base64))
}

fn is_colour(text: &str) -> bool {
    let hex = text.strip_prefix('#');
    hex.is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_https(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && !"\"'<>\\".contains(c);
    !rest.is_empty() && text.len() <= ADDRESS_CHARS_AT_MOST && text.chars().all(plain)
}
