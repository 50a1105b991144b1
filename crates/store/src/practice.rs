//! What the practice says of itself, when its practitioners work, and what pages keep for people.

use bedside_domain::hours::{Absence, Day, Hours, Shift, Weekday};
use bedside_domain::ids::PersonId;
use bedside_domain::practice::{MeetingPlace, Practice};
use bedside_domain::time::Span;

use crate::Store;
use crate::change::{Committed, Held};
use crate::error::{Result, StoreError};
use crate::names;
use crate::sql::{Query, Row, sql};

impl Store {
    /// As it was last said; version 0 if nobody has said anything.
    pub async fn practice(&self) -> Result<Held<Practice>> {
        // One statement, so that what belongs together was true together.
        const FIND: &str = "SELECT p.name, p.logo, p.colour, p.email, p.phone, p.website, p.welcome, p.zone, p.door, \
             p.ring_for, p.directory, p.version, m.name AS place, m.template FROM practice p \
             LEFT JOIN meeting_places m ON m.ordinal >= 0 WHERE p.id = 1 ORDER BY m.ordinal";
        let rows = self.engine.rows("reading what the practice says", sql!(FIND)).await?;
        let Some(first) = rows.first() else { return Ok(Held { value: Practice::default(), version: 0 }) };
        let places = rows.iter().filter_map(|row| place(row).transpose()).collect::<Result<_>>()?;
        Ok(Held { value: practice(first, places)?, version: first.int("version")? })
    }

    /// In place of what was said before, if nobody was faster.
    pub async fn save_practice(&self, practice: &Practice, expected: i64) -> Committed {
        const PLACE: &str = "INSERT INTO meeting_places (name, template, ordinal) VALUES ($1, $2, $3)";
        let mut tx = self.engine.begin("keeping what the practice says").await?;
        tx.write_over(upsert(practice, expected)).await?;
        tx.run(sql!("DELETE FROM meeting_places")).await?;
        for (ordinal, place) in (0_i64..).zip(&practice.meeting_places) {
            tx.run(sql!(PLACE, place.name.as_str(), place.template.as_str(), ordinal)).await?;
        }
        tx.commit().await
    }

    pub async fn hours(&self, practitioner: &PersonId) -> Result<Hours> {
        const FIND: &str = "SELECT weekday AS one, CAST(NULL AS TEXT) AS other, opens, closes FROM shifts WHERE practitioner = $1 \
             UNION ALL SELECT first_day AS one, last_day AS other, CAST(0 AS BIGINT) AS opens, CAST(0 AS BIGINT) AS closes FROM absences \
             WHERE practitioner = $1 ORDER BY 1, 3";
        let mut hours = Hours::default();
        for row in self.engine.rows("reading when somebody works", sql!(FIND, practitioner)).await? {
            match row.maybe_text("other")? {
                None => hours.shifts.push(shift(&row)?),
                Some(last) => hours.absences.push(Absence { first: row.word("one", Day::named)?, last: day(&last)? }),
            }
        }
        hours.shifts.sort();
        Ok(hours)
    }

    /// In place of what was said before.
    pub async fn save_hours(&self, practitioner: &PersonId, hours: &Hours) -> Committed {
        const SHIFT: &str = "INSERT INTO shifts (practitioner, weekday, opens, closes) VALUES ($1, $2, $3, $4)";
        const OFF: &str = "INSERT INTO absences (practitioner, first_day, last_day) VALUES ($1, $2, $3)";
        let mut tx = self.engine.begin("keeping when somebody works").await?;
        // Whoever else writes the same waits here, so that the two do not mix.
        tx.run(sql!("UPDATE people SET version = version WHERE id = $1", practitioner)).await?;
        tx.run(sql!("DELETE FROM shifts WHERE practitioner = $1", practitioner)).await?;
        tx.run(sql!("DELETE FROM absences WHERE practitioner = $1", practitioner)).await?;
        for Shift { day, opens, closes } in &hours.shifts {
            let row = sql!(SHIFT, practitioner, day.name(), i64::from(*opens), i64::from(*closes));
            tx.run(row).await?;
        }
        for Absence { first, last } in &hours.absences {
            tx.run(sql!(OFF, practitioner, first.name(), last.name())).await?;
        }
        tx.commit().await
    }

    /// A JSON text that is the pages' own business.
    pub async fn preferences(&self, person: &PersonId) -> Result<Option<String>> {
        let find = sql!("SELECT json FROM preferences WHERE person = $1", person);
        self.engine.row("reading preferences", find).await?.map(|row| row.text("json")).transpose()
    }

    pub async fn save_preferences(&self, person: &PersonId, json: &str) -> Result<()> {
        const SAVE: &str = "INSERT INTO preferences (person, json) VALUES ($1, $2) \
                            ON CONFLICT (person) DO UPDATE SET json = $2";
        self.engine.run("keeping preferences", sql!(SAVE, person, json)).await.map(drop)
    }
}

fn upsert(practice: &Practice, expected: i64) -> Query {
    const SAVE: &str = "INSERT INTO practice (id, name, logo, colour, email, phone, website, welcome, zone, door, \
         ring_for, directory, version) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) \
         ON CONFLICT (id) DO UPDATE SET name = $1, logo = $2, colour = $3, email = $4, phone = $5, website = $6, \
         welcome = $7, zone = $8, door = $9, ring_for = $10, directory = $11, version = practice.version + 1 \
         WHERE practice.version = $12";
    sql!(
        SAVE,
        practice.name.as_str(),
        practice.logo.as_deref(),
        practice.colour.as_deref(),
        practice.email.as_deref(),
        practice.phone.as_deref(),
        practice.website.as_deref(),
        practice.welcome.as_deref(),
        practice.zone.as_deref(),
        names::door(practice.door),
        practice.ring_for.map(Span::as_millis),
        names::directory(practice.directory),
        expected,
    )
}

fn practice(row: &Row, meeting_places: Vec<MeetingPlace>) -> Result<Practice> {
    Ok(Practice {
        name: row.text("name")?,
        logo: row.maybe_text("logo")?,
        colour: row.maybe_text("colour")?,
        email: row.maybe_text("email")?,
        phone: row.maybe_text("phone")?,
        website: row.maybe_text("website")?,
        welcome: row.maybe_text("welcome")?,
        zone: row.maybe_text("zone")?,
        door: row.word("door", names::door_named)?,
        ring_for: row.maybe_int("ring_for")?.map(Span::millis),
        directory: row.word("directory", names::directory_named)?,
        meeting_places,
    })
}

/// A practice without one is one row with nothing here.
fn place(row: &Row) -> Result<Option<MeetingPlace>> {
    let Some(name) = row.maybe_text("place")? else { return Ok(None) };
    Ok(Some(MeetingPlace { name, template: row.text("template")? }))
}

fn shift(row: &Row) -> Result<Shift> {
    let minutes = |column| row.int(column)?.try_into().map_err(|_| StoreError::unreadable(column));
    Ok(Shift { day: row.word("one", Weekday::named)?, opens: minutes("opens")?, closes: minutes("closes")? })
}

fn day(text: &str) -> Result<Day> {
    Day::named(text).ok_or(StoreError::unreadable("last_day"))
}
