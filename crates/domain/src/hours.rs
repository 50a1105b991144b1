//! When a practitioner works. Hours are wall time in the practitioner's own zone, so that nine o'clock stays nine
//! o'clock when the clocks change; what they are on a certain day is worked out by whoever has the zones, and comes in
//! here as windows.

use crate::appointment::{Calendar, Slot};
use crate::ids::AppointmentId;
use crate::refusal::Refusal;
use crate::time::{Millis, Span};

#[cfg(test)]
mod tests;

pub const MINUTES_OF_A_DAY: u16 = 24 * 60;
const SHIFTS_AT_MOST: usize = 42;
const ABSENCES_AT_MOST: usize = 200;

/// The week of a practitioner, and the days on which it does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    pub shifts: Vec<Shift>,
    pub absences: Vec<Absence>,
}

/// From when until when on one day of the week, in minutes of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    pub day: Weekday,
    pub opens: u16,
    pub closes: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Days off, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absence {
    pub first: Day,
    pub last: Day,
}

/// A day of the calendar, wherever that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i16,
    pub month: i8,
    pub day: i8,
}

/// A time in which a practitioner works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Millis,
    pub to: Millis,
}

impl Hours {
    /// Whoever has said nothing can be asked at any time.
    pub fn are_unsaid(&self) -> bool {
        self.shifts.is_empty() && self.absences.is_empty()
    }

    pub fn must_be_sound(&self) -> Result<(), Refusal> {
        if self.shifts.len() > SHIFTS_AT_MOST || self.absences.len() > ABSENCES_AT_MOST {
            return Err(Refusal::Invalid("these are more shifts or days off than anybody has"));
        }
        if self.shifts.iter().any(|shift| shift.opens >= shift.closes || shift.closes > MINUTES_OF_A_DAY) {
            return Err(Refusal::Invalid("a shift must open before it closes, on the same day"));
        }
        if self.absences.iter().any(|absence| absence.first > absence.last) {
            return Err(Refusal::Invalid("days off must begin before they end"));
        }
        let overlap = |a: &Shift, b: &Shift| a.day == b.day && a.opens < b.closes && b.opens < a.closes;
        let doubled = self.shifts.iter().enumerate().any(|(n, a)| self.shifts[n + 1..].iter().any(|b| overlap(a, b)));
        if doubled { Err(Refusal::Invalid("two shifts of one day overlap")) } else { Ok(()) }
    }

    /// The shifts of one day.
    pub fn on(&self, day: Day, weekday: Weekday) -> impl Iterator<Item = Shift> {
        let off = self.absences.iter().any(|absence| absence.first <= day && day <= absence.last);
        self.shifts.iter().copied().filter(move |shift| !off && shift.day == weekday)
    }
}

/// Whether the practitioner works through all of `slot`. Two shifts that touch are one.
pub fn covers(windows: &[Window], slot: Slot) -> bool {
    let mut until = slot.start;
    let mut ordered: Vec<_> = windows.iter().filter(|window| window.to > slot.start).collect();
    ordered.sort_by_key(|window| window.from.0);
    for window in ordered {
        if window.from > until {
            break;
        }
        until = until.max(window.to);
    }
    until >= slot.end() && until > slot.start
}

/// When an appointment of so many minutes can begin: each shift in steps of its length, what is taken left out.
pub fn free_times(windows: &[Window], taken: &Calendar, minutes: u16, earliest: Millis) -> Vec<Millis> {
    let nobody = AppointmentId::new("");
    let mut free = Vec::new();
    for window in windows {
        let mut start = window.from;
        while start + Span::minutes(i64::from(minutes)) <= window.to {
            let slot = Slot { start, minutes };
            if start >= earliest && taken.must_be_free(slot, &nobody).is_ok() {
                free.push(start);
            }
            start = slot.end();
        }
    }
    free
}

impl Weekday {
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    pub fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.name() == name)
    }
}

impl Day {
    /// `2026-12-24`, which sorts as the days do.
    pub fn name(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Whether there is such a day in that month is for whoever has the calendar.
    pub fn named(name: &str) -> Option<Self> {
        let mut parts = name.split('-');
        let [Some(year), Some(month), Some(day), None] = [parts.next(), parts.next(), parts.next(), parts.next()]
        else {
            return None;
        };
        if [year.len(), month.len(), day.len()] != [4, 2, 2] || !name.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        let day = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        ((1..=12).contains(&day.month) && (1..=31).contains(&day.day)).then_some(day)
    }
}
