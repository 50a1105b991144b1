//! The people of the practice.

use std::collections::HashMap;

use bedside_domain::ids::PersonId;
use bedside_domain::person::Person;
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Held;
use crate::error::{CommitError, Result};
use crate::page::{Page, PageAsk};

impl Store {
    pub async fn person(&self, id: &PersonId) -> Result<Option<Held<Person>>> {
        let _ = id;
        todo!()
    }

    /// Those of them that there are.
    pub async fn people(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Person>> {
        let _ = ids;
        todo!()
    }

    /// The first of those who have this address and are not disabled; capitals do not matter.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Held<Person>>> {
        let _ = email;
        todo!()
    }

    /// The same by telephone; only the digits and a leading plus matter.
    pub async fn person_by_phone(&self, phone: &str) -> Result<Option<Held<Person>>> {
        let _ = phone;
        todo!()
    }

    /// The directory, by name: practitioners who are listed and not disabled.
    pub async fn practitioners(&self, ask: &PageAsk) -> Result<Page<Person>> {
        let _ = ask;
        todo!()
    }

    /// Makes or updates a person. With `expected` only if nobody was faster; without it, whatever is there.
    pub async fn save_person(
        &self,
        person: &Person,
        expected: Option<i64>,
        at: Millis,
    ) -> std::result::Result<Held<Person>, CommitError> {
        let _ = (person, expected, at);
        todo!()
    }
}
