//! When practitioners work, in the wall time of their zone, and when they can be booked.

use bedside_domain::appointment::Slot;
use bedside_domain::hours::{self, Day, Hours, MINUTES_OF_A_DAY, Weekday, Window};
use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::people::{self, Told};
use super::{App, Asker, booking};
use crate::clock;
use crate::dispatch::Error;

/// More is asked for in parts.
const ASKED_AT_MOST: Span = Span::days(31);
const SHOWN_AHEAD: Span = Span::days(14);

pub struct Working {
    pub hours: Hours,
    /// IANA name of the zone in which they are meant.
    pub zone: String,
}

pub struct Free {
    pub zone: String,
    pub minutes: u16,
    /// Whether the practitioner has said when they work; whoever has not can be asked at any time.
    pub said: Said,
    pub starts: Vec<Millis>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Hours,
    Nothing,
}

pub async fn of(app: &App, asker: &Asker, id: &PersonId) -> Result<Working, Error> {
    let practitioner = booking::practitioner_for(app, asker, id, clock::now()).await?;
    Ok(Working { hours: app.store.hours(id).await?, zone: zone_of(app, &practitioner).await? })
}

/// In place of what was said before; the zone stays as it is if none is named.
pub async fn put(app: &App, asker: &Asker, id: &PersonId, hours: &Hours, zone: Option<String>) -> Result<(), Error> {
    booking::practitioner_for(app, asker, id, clock::now()).await?;
    policy::may_keep_hours(&asker.viewer, id)?;
    hours.must_be_sound()?;
    if zone.is_some() {
        people::save(app, id, &Told { zone, ..Told::default() }).await?;
    }
    app.store.save_hours(id, hours).await?;
    if &asker.viewer.id != id {
        app.store.audit(clock::now(), &asker.viewer.id, "write-hours", id.as_str()).await?;
    }
    Ok(())
}

/// The times at which an appointment of so many minutes can begin.
pub async fn free_times(
    app: &App,
    asker: &Asker,
    id: &PersonId,
    (from, to): (Option<Millis>, Option<Millis>),
    minutes: u16,
) -> Result<Free, Error> {
    let now = clock::now();
    let practitioner = booking::practitioner_for(app, asker, id, now).await?;
    let from = from.unwrap_or(now);
    let to = to.unwrap_or(from + SHOWN_AHEAD);
    if from >= to || to > from + ASKED_AT_MOST {
        return Err(Refusal::Invalid("to must be after from, by at most 31 days").into());
    }
    if !(5..=480).contains(&minutes) {
        return Err(Refusal::Invalid("minutes must be from 5 to 480").into());
    }
    let (hours, zone) = (app.store.hours(id).await?, zone_of(app, &practitioner).await?);
    let length = u16::try_from(to.since(from).as_seconds() / 60 + 1).unwrap_or(u16::MAX);
    let calendar = app.store.calendar(id, Slot { start: from, minutes: length.saturating_add(480) }).await?;
    let windows = windows(&hours, &zone, from, to);
    let mut starts = hours::free_times(&windows, &calendar.value, minutes, from.max(now));
    starts.retain(|start| *start < to);
    let said = if hours.are_unsaid() { Said::Nothing } else { Said::Hours };
    Ok(Free { zone, minutes, said, starts })
}

/// Patients ask for times at which the practitioner works; the practice knows when it makes an exception.
pub async fn must_be_at_work(app: &App, asker: &Asker, practitioner: &Person, slot: Slot) -> Result<(), Error> {
    if asker.viewer.role != Role::Patient {
        return Ok(());
    }
    let hours = app.store.hours(&practitioner.id).await?;
    if hours.are_unsaid() {
        return Ok(());
    }
    let zone = zone_of(app, practitioner).await?;
    match hours::covers(&windows(&hours, &zone, slot.start, slot.end()), slot) {
        true => Ok(()),
        false => Err(Refusal::Busy("the practitioner does not work at that time").into()),
    }
}

/// The practitioner's own, else the practice's, else UTC.
async fn zone_of(app: &App, practitioner: &Person) -> Result<String, Error> {
    match &practitioner.zone {
        Some(zone) => Ok(zone.clone()),
        None => Ok(app.store.practice().await?.value.zone.unwrap_or_else(|| "UTC".to_owned())),
    }
}

/// The shifts that touch the time between, as instants. A day more on either side, for it may be another day there.
fn windows(hours: &Hours, zone: &str, from: Millis, to: Millis) -> Vec<Window> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let date = |at: Millis| {
        let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(zone.clone()).date()
    };
    let (first, last) = (date(from - Span::days(1)), date(to + Span::days(1)));
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
    let of_day = |day: Date| hours.on(civil(day), weekday(day)).collect::<Vec<_>>().into_iter().map(move |s| (day, s));
    days.flat_map(of_day)
        .filter_map(|(day, shift)| {
            Some(Window { from: instant(day, shift.opens, &zone)?, to: instant(day, shift.closes, &zone)? })
        })
        .filter(|window| window.from < to && window.to > from)
        .collect()
}

/// The wall clock's time on that day. One that is skipped when clocks go forward is the moment after.
fn instant(day: Date, minute: u16, zone: &TimeZone) -> Option<Millis> {
    let (day, minute) = match minute {
        MINUTES_OF_A_DAY => (day.tomorrow().ok()?, 0),
        minute => (day, minute),
    };
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Some(Millis(day.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

fn civil(day: Date) -> Day {
    Day { year: day.year(), month: day.month(), day: day.day() }
}

fn weekday(day: Date) -> Weekday {
    let since_monday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    Weekday::ALL[since_monday]
}

#[cfg(test)]
mod tests {
    use bedside_domain::hours::Shift;

    use super::*;

    fn at(text: &str) -> Millis {
        Millis(text.parse::<Timestamp>().expect("a time").as_millisecond())
    }

    fn mornings(zone: &str, from: &str, to: &str) -> Vec<String> {
        let shift = |day| Shift { day, opens: 9 * 60, closes: 12 * 60 };
        let hours = Hours { shifts: Weekday::ALL.map(shift).to_vec(), absences: vec![] };
        let windows = windows(&hours, zone, at(from), at(to));
        windows.iter().map(|w| Timestamp::from_millisecond(w.from.0).expect("a time").to_string()).collect()
    }

    #[test]
    fn nine_o_clock_stays_nine_o_clock_when_the_clocks_change() {
        let spring = mornings("Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z");
        assert_eq!(spring, ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]);
        let autumn = mornings("Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z");
        assert_eq!(autumn, ["2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"]);
    }

    #[test]
    fn another_day_there_is_another_day() {
        let there = mornings("Pacific/Auckland", "2026-06-01T20:00:00Z", "2026-06-02T20:00:00Z");
        assert_eq!(there, ["2026-06-01T21:00:00Z"]);
    }

    #[test]
    fn a_shift_until_midnight_meets_the_next_one() {
        let shift = |day, opens, closes| Shift { day, opens, closes };
        let hours = Hours {
            shifts: vec![shift(Weekday::Monday, 22 * 60, 1440), shift(Weekday::Tuesday, 0, 120)],
            absences: vec![],
        };
        let slot = Slot { start: at("2026-06-01T21:30:00Z"), minutes: 60 };
        let windows = windows(&hours, "Europe/Berlin", slot.start, slot.end());
        assert!(hours::covers(&windows, slot), "{windows:?}");
    }
}
