//! The people of the practice.

use std::collections::{HashMap, HashSet};

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_domain::time::Millis;

use crate::change::Held;
use crate::error::{CommitError, Result};
use crate::page::{Cursor, Page, PageAsk};
use crate::sql::{AT_ONCE, Draft, Query, Row, Value, sql};
use crate::{Store, accounts};

/// Column by column: with `*`, PostgreSQL refuses prepared statements as soon as a later version adds one.
const SELECT: &str = "SELECT id, role, name, given_name, family_name, email, phone, title, specialization, \
     languages, picture, locale, zone, listed, disabled_at, version FROM people";

impl Store {
    pub async fn person(&self, id: &PersonId) -> Result<Option<Held<Person>>> {
        self.one_person(Draft::new(SELECT).add("WHERE id = ?1", [id.into()])).await
    }

    /// Whether anybody has ever been here.
    pub async fn has_people(&self) -> Result<bool> {
        let find = sql!("SELECT id FROM people LIMIT 1");
        Ok(self.engine.row("looking for people", find).await?.is_some())
    }

    /// Those of them that there are.
    pub async fn people(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Person>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = Draft::new(SELECT).add("WHERE id IN", []).list(ids.iter().map(Value::from)).done();
        let rows = self.engine.rows("loading people", query).await?;
        rows.iter().map(|row| person(row).map(|held| (held.value.id.clone(), held.value))).collect()
    }

    /// Those of them who are there and not disabled.
    pub async fn welcome(&self, ids: &[PersonId]) -> Result<HashSet<PersonId>> {
        let mut welcome = HashSet::new();
        for some in ids.chunks(AT_ONCE) {
            let ids = Draft::new("SELECT id FROM people WHERE disabled_at IS NULL AND id IN");
            let query = ids.list(some.iter().map(Value::from)).done();
            for row in self.engine.rows("asking who is welcome", query).await? {
                welcome.insert(PersonId::new(row.text("id")?));
            }
        }
        Ok(welcome)
    }

    /// The first of those who have this address, are not disabled and are more than a guest; capitals do not matter.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Held<Person>>> {
        const FIRST: &str =
            "WHERE email_key = ?1 AND disabled_at IS NULL AND role <> 'guest' ORDER BY created_at, id LIMIT 1";
        self.one_person(Draft::new(SELECT).add(FIRST, [email_key(email).into()])).await
    }

    /// The same by telephone; only the digits and a leading plus matter.
    pub async fn person_by_phone(&self, phone: &str) -> Result<Option<Held<Person>>> {
        const FIRST: &str =
            "WHERE phone_key = ?1 AND disabled_at IS NULL AND role <> 'guest' ORDER BY created_at, id LIMIT 1";
        match phone_key(phone) {
            Some(key) => self.one_person(Draft::new(SELECT).add(FIRST, [key.into()])).await,
            None => Ok(None),
        }
    }

    /// The directory, by name: practitioners who are listed and not disabled; with `known_to` those alone who had an
    /// appointment with that patient after that moment.
    pub async fn practitioners(&self, known_to: Option<(&PersonId, Millis)>, ask: &PageAsk) -> Result<Page<Person>> {
        const MET: &str = "AND EXISTS (SELECT 1 FROM appointments a WHERE a.practitioner = people.id \
             AND a.patient = ?1 AND a.ends_at > ?2 AND a.status NOT IN ('Declined', 'Cancelled'))";
        let mut draft = Draft::new(SELECT).add("WHERE role = 'practitioner' AND listed AND disabled_at IS NULL", []);
        if let Some((patient, since)) = known_to {
            draft = draft.add(MET, [patient.into(), since.into()]);
        }
        self.by_name("listing practitioners", draft, ask).await
    }

    async fn by_name(&self, doing: &'static str, mut draft: Draft, ask: &PageAsk) -> Result<Page<Person>> {
        if let Some(Cursor { id, .. }) = &ask.after {
            // A cursor travels in addresses, where no name may stand: it is looked up here.
            let after = "AND (sort_name, id) > (SELECT sort_name, id FROM people WHERE id = ?1)";
            draft = draft.add(after, [id.as_str().into()]);
        }
        let draft = draft.add("ORDER BY sort_name, id LIMIT ?1", [ask.rows().into()]);
        let rows = self.engine.rows(doing, draft.done()).await?;
        let items = rows.iter().map(|row| Ok(person(row)?.value)).collect::<Result<_>>()?;
        Ok(Page::cut(items, ask, |last: &Person| Cursor { at: 0, id: last.id.to_string() }))
    }

    /// Everybody but guests, or those of one role, by name.
    pub async fn register(&self, role: Option<Role>, ask: &PageAsk) -> Result<Page<Person>> {
        let draft = Draft::new(SELECT).add("WHERE role <> 'guest'", []);
        let draft = draft.add_if("AND role = ?1", role.map(Role::name));
        self.by_name("listing people", draft, ask).await
    }

    /// Makes or updates a person, if nobody was faster: `expected` is the version that was loaded, nothing if
    /// there was none.
    pub async fn save_person(
        &self,
        person: &Person,
        expected: Option<i64>,
        at: Millis,
    ) -> std::result::Result<Held<Person>, CommitError> {
        let mut tx = self.engine.begin("saving a person").await?;
        let Some(row) = tx.rows(upsert(person, expected, at)).await?.pop() else { return Err(CommitError::Stale) };
        if let Some(email) = person.email.as_deref().filter(|_| person.id.is_local()) {
            accounts::move_to(&mut tx, &person.id, email).await?;
        }
        tx.commit().await?;
        Ok(Held { value: person.clone(), version: row.int("version")? })
    }

    async fn one_person(&self, draft: Draft) -> Result<Option<Held<Person>>> {
        self.engine.row("loading a person", draft.done()).await?.as_ref().map(person).transpose()
    }
}

pub(crate) fn upsert(person: &Person, expected: Option<i64>, at: Millis) -> Query {
    const UPSERT: &str = "INSERT INTO people (id, role, name, given_name, family_name, email, phone, title, \
         specialization, languages, picture, locale, zone, listed, disabled_at, sort_name, email_key, phone_key, \
         created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, 1) \
         ON CONFLICT (id) DO UPDATE SET role = $2, name = $3, given_name = $4, family_name = $5, email = $6, \
         phone = $7, title = $8, specialization = $9, languages = $10, picture = $11, locale = $12, zone = $13, \
         listed = $14, disabled_at = $15, sort_name = $16, email_key = $17, phone_key = $18, updated_at = $19, \
         version = people.version + 1 WHERE people.version = $20 RETURNING version";
    sql!(
        UPSERT,
        &person.id,
        person.role.name(),
        person.name.as_str(),
        person.given_name.as_str(),
        person.family_name.as_str(),
        person.email.as_deref(),
        person.phone.as_deref(),
        person.title.as_deref(),
        person.specialization.as_deref(),
        person.languages.join(" "),
        person.picture.as_deref(),
        person.locale.as_deref(),
        person.zone.as_deref(),
        person.listed,
        person.disabled_at,
        person.name.to_lowercase(),
        person.email.as_deref().map(email_key),
        person.phone.as_deref().and_then(phone_key),
        at,
        expected,
    )
}

fn person(row: &Row) -> Result<Held<Person>> {
    let value = Person {
        id: PersonId::new(row.text("id")?),
        role: row.word("role", Role::named)?,
        name: row.text("name")?,
        given_name: row.text("given_name")?,
        family_name: row.text("family_name")?,
        email: row.maybe_text("email")?,
        phone: row.maybe_text("phone")?,
        title: row.maybe_text("title")?,
        specialization: row.maybe_text("specialization")?,
        languages: row.text("languages")?.split_whitespace().map(str::to_owned).collect(),
        picture: row.maybe_text("picture")?,
        locale: row.maybe_text("locale")?,
        zone: row.maybe_text("zone")?,
        listed: row.flag("listed")?,
        disabled_at: row.maybe_at("disabled_at")?,
    };
    Ok(Held { value, version: row.int("version")? })
}

pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Nothing if there is no digit in it: "unknown" is nobody's number.
fn phone_key(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
    (!digits.is_empty()).then(|| format!("{plus}{digits}"))
}
