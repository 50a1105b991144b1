//! Appointments, and the calendar of each practitioner.

use bedside_domain::appointment::{Appointment, Calendar, Slot, Status};
use bedside_domain::ids::{AppointmentId, PersonId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Held;
use crate::error::Result;
use crate::page::{Page, PageAsk};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppointmentQuery {
    /// Whose: as patient or as practitioner.
    pub of: Option<PersonId>,
    pub status: Option<Status>,
    /// Those that start at or after `from` and before `to`.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    pub page: PageAsk,
}

impl Store {
    pub async fn appointment(&self, id: &AppointmentId) -> Result<Option<Held<Appointment>>> {
        let _ = id;
        todo!()
    }

    /// By start, the earliest first.
    pub async fn appointments(&self, query: &AppointmentQuery) -> Result<Page<Appointment>> {
        let _ = query;
        todo!()
    }

    /// What occupies the practitioner around a slot, with the version that a booking raises.
    pub async fn calendar(&self, practitioner: &PersonId, around: Slot) -> Result<Held<Calendar>> {
        let _ = (practitioner, around);
        todo!()
    }
}
