//! How people can be reached: their addresses, the devices that can be woken, and what they have chosen.

use bedside_domain::ids::PersonId;
use bedside_domain::notice::Topic;
use bedside_domain::person::Person;
use bedside_domain::reach::{Channel, Choice, Choices, Mail, Quiet};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::{Result, StoreError};
use crate::sql::{Row, sql};

/// All that decides by which ways somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable {
    pub person: Person,
    pub choices: Choices,
    pub unconfirmed: Vec<Unconfirmed>,
    pub devices: Vec<Subscription>,
}

/// A device that can be woken, as its browser says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    pub agent: Option<String>,
}

/// An address that somebody gave themselves. Nothing but the code is sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    pub channel: Channel,
    pub address: String,
    pub at: Millis,
    /// How often a wrong code was given for it.
    pub tries: i64,
}

impl Store {
    /// Nothing if there is no such person.
    pub async fn reachable(&self, id: &PersonId) -> Result<Option<Reachable>> {
        let Some(held) = self.person(id).await? else { return Ok(None) };
        let choices = self.choices(id).await?;
        let (unconfirmed, devices) = (self.unconfirmed(id).await?, self.devices_of(id).await?);
        Ok(Some(Reachable { person: held.value, choices, unconfirmed, devices }))
    }

    pub async fn choices(&self, person: &PersonId) -> Result<Choices> {
        const FIND: &str = "SELECT q.quiet_from, q.quiet_to, q.stopped, c.topic, c.channel, c.wanted FROM people p \
             LEFT JOIN quiet_hours q ON q.person = p.id LEFT JOIN choices c ON c.person = p.id WHERE p.id = $1";
        let mut choices = Choices::default();
        for row in self.engine.rows("reading what somebody has chosen", sql!(FIND, person)).await? {
            choices.quiet = quiet(&row)?;
            choices.mail = match row.maybe_flag("stopped")? {
                Some(true) => Mail::Stopped,
                Some(false) | None => Mail::Wanted,
            };
            choices.chosen.extend(choice(&row)?);
        }
        Ok(choices)
    }

    /// In place of what was chosen before.
    pub async fn save_choices(&self, person: &PersonId, choices: &Choices) -> Committed {
        const QUIET: &str = "INSERT INTO quiet_hours (person, quiet_from, quiet_to, stopped) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (person) DO UPDATE SET quiet_from = $2, quiet_to = $3, stopped = $4";
        const CHOOSE: &str = "INSERT INTO choices (person, topic, channel, wanted) VALUES ($1, $2, $3, $4) \
                              ON CONFLICT DO NOTHING";
        let (from, to) = (choices.quiet.map(|q| i64::from(q.from)), choices.quiet.map(|q| i64::from(q.to)));
        let mut tx = self.engine.begin("keeping what somebody has chosen").await?;
        // First, so that whoever else chooses for the same person waits here.
        tx.run(sql!(QUIET, person, from, to, choices.mail == Mail::Stopped)).await?;
        tx.run(sql!("DELETE FROM choices WHERE person = $1", person)).await?;
        for Choice { topic, channel, wanted } in &choices.chosen {
            tx.run(sql!(CHOOSE, person, topic.name(), channel.name(), *wanted)).await?;
        }
        tx.commit().await
    }

    /// No more letters, whatever was chosen before.
    pub async fn stop_mail(&self, person: &PersonId) -> Result<()> {
        const STOP: &str = "INSERT INTO quiet_hours (person, stopped) VALUES ($1, TRUE) \
                            ON CONFLICT (person) DO UPDATE SET stopped = TRUE";
        self.engine.run("stopping letters", sql!(STOP, person)).await.map(drop)
    }

    pub async fn devices_of(&self, person: &PersonId) -> Result<Vec<Subscription>> {
        const FIND: &str = "SELECT id, endpoint, p256dh, auth, agent FROM push_subscriptions WHERE person = $1 \
                            ORDER BY created_at, id";
        self.engine.rows("listing devices", sql!(FIND, person)).await?.iter().map(subscription).collect()
    }

    pub async fn device(&self, id: &str) -> Result<Option<Subscription>> {
        const FIND: &str = "SELECT id, endpoint, p256dh, auth, agent FROM push_subscriptions WHERE id = $1";
        self.engine.row("loading a device", sql!(FIND, id)).await?.as_ref().map(subscription).transpose()
    }

    /// A device belongs to whoever signed in on it last.
    pub async fn put_device(&self, person: &PersonId, device: &Subscription, at: Millis) -> Result<()> {
        const PUT: &str = "INSERT INTO push_subscriptions (id, person, endpoint, p256dh, auth, agent, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (endpoint) \
             DO UPDATE SET person = $2, p256dh = $4, auth = $5, agent = $6";
        let Subscription { id, endpoint, p256dh, auth, agent } = device;
        let row =
            sql!(PUT, id.as_str(), person, endpoint.as_str(), p256dh.as_str(), auth.as_str(), agent.as_deref(), at);
        self.engine.run("keeping a device", row).await.map(drop)
    }

    /// Its browser has forgotten us.
    pub async fn forget_device(&self, id: &str) -> Result<()> {
        self.engine.run("forgetting a device", sql!("DELETE FROM push_subscriptions WHERE id = $1", id)).await.map(drop)
    }

    pub async fn forget_device_at(&self, person: &PersonId, endpoint: &str) -> Result<()> {
        const FORGET: &str = "DELETE FROM push_subscriptions WHERE person = $1 AND endpoint = $2";
        self.engine.run("forgetting a device", sql!(FORGET, person, endpoint)).await.map(drop)
    }

    pub async fn unconfirmed(&self, person: &PersonId) -> Result<Vec<Unconfirmed>> {
        const FIND: &str = "SELECT channel, address, at, tries FROM unconfirmed WHERE person = $1";
        self.engine.rows("reading addresses", sql!(FIND, person)).await?.iter().map(unconfirmed).collect()
    }

    pub async fn put_unconfirmed(&self, person: &PersonId, channel: Channel, address: &str, at: Millis) -> Result<()> {
        const PUT: &str = "INSERT INTO unconfirmed (person, channel, address, at, tries) VALUES ($1, $2, $3, $4, 0) \
                           ON CONFLICT (person, channel) DO UPDATE SET address = $3, at = $4, tries = 0";
        self.engine.run("keeping an address", sql!(PUT, person, channel.name(), address, at)).await.map(drop)
    }

    /// Counted before it is looked at, so that no two guesses count as one. Nothing: too many were wrong already.
    pub async fn try_to_confirm(&self, person: &PersonId, channel: Channel, at_most: i64) -> Result<bool> {
        const TRY: &str = "UPDATE unconfirmed SET tries = tries + 1 WHERE person = $1 AND channel = $2 AND tries < $3";
        Ok(self.engine.run("confirming an address", sql!(TRY, person, channel.name(), at_most)).await? > 0)
    }

    pub async fn confirmed(&self, person: &PersonId, channel: Channel) -> Result<()> {
        const DONE: &str = "DELETE FROM unconfirmed WHERE person = $1 AND channel = $2";
        self.engine.run("confirming an address", sql!(DONE, person, channel.name())).await.map(drop)
    }

    /// The one before it leads nowhere from now on.
    pub async fn put_feed(&self, person: &PersonId, token_hash: &str, at: Millis) -> Result<()> {
        const PUT: &str = "INSERT INTO feeds (person, token_hash, at) VALUES ($1, $2, $3) \
                           ON CONFLICT (person) DO UPDATE SET token_hash = $2, at = $3";
        self.engine.run("making a calendar's address", sql!(PUT, person, token_hash, at)).await.map(drop)
    }

    pub async fn feed(&self, token_hash: &str) -> Result<Option<PersonId>> {
        let find = sql!("SELECT person FROM feeds WHERE token_hash = $1", token_hash);
        self.engine
            .row("looking up a calendar", find)
            .await?
            .map(|row| row.text("person").map(PersonId::new))
            .transpose()
    }
}

fn quiet(row: &Row) -> Result<Option<Quiet>> {
    let minute = |column| {
        let minute = row.maybe_int(column)?.map(u16::try_from).transpose();
        minute.map_err(|_| StoreError::unreadable(column))
    };
    Ok(match (minute("quiet_from")?, minute("quiet_to")?) {
        (Some(from), Some(to)) => Some(Quiet { from, to }),
        _ => None,
    })
}

fn choice(row: &Row) -> Result<Option<Choice>> {
    let Some(topic) = row.maybe_text("topic")? else { return Ok(None) };
    let topic = Topic::named(&topic).ok_or(StoreError::unreadable("topic"))?;
    Ok(Some(Choice { topic, channel: row.word("channel", Channel::named)?, wanted: row.flag("wanted")? }))
}

fn subscription(row: &Row) -> Result<Subscription> {
    Ok(Subscription {
        id: row.text("id")?,
        endpoint: row.text("endpoint")?,
        p256dh: row.text("p256dh")?,
        auth: row.text("auth")?,
        agent: row.maybe_text("agent")?,
    })
}

fn unconfirmed(row: &Row) -> Result<Unconfirmed> {
    let channel = row.word("channel", Channel::named)?;
    Ok(Unconfirmed { channel, address: row.text("address")?, at: row.at("at")?, tries: row.int("tries")? })
}
