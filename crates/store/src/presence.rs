//! What presence depends on: leases, wishes and engagements.

use std::collections::HashMap;

use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::presence::{Signs, Wish};
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;

impl Store {
    /// One entry for everybody who is asked for.
    pub async fn signs(&self, people: &[PersonId]) -> Result<HashMap<PersonId, Signs>> {
        let _ = people;
        todo!()
    }

    pub async fn renew_lease(&self, person: &PersonId, device: &DeviceId, at: Millis) -> Result<()> {
        let _ = (person, device, at);
        todo!()
    }

    pub async fn close_lease(&self, person: &PersonId, device: &DeviceId, at: Millis) -> Result<()> {
        let _ = (person, device, at);
        todo!()
    }

    pub async fn set_wish(&self, person: &PersonId, wish: Wish) -> Result<()> {
        let _ = (person, wish);
        todo!()
    }
}
