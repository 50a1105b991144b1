//! What presence depends on: leases, wishes and engagements.

use std::collections::{BTreeSet, HashMap};

use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::presence::{Lease, Signs, Wish};
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;
use crate::sql::{AT_ONCE, Draft, Row, Value, sql};

impl Store {
    /// One entry for everybody who is asked for.
    pub async fn signs(&self, people: &[PersonId]) -> Result<HashMap<PersonId, Signs>> {
        let mut signs: HashMap<_, _> = people.iter().map(|person| (person.clone(), Signs::default())).collect();
        if people.is_empty() {
            return Ok(signs);
        }
        const SELECT: &str = "SELECT p.id AS person, w.wish, e.call, l.device, l.renewed_at, l.closed_at, \
             EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.person = p.id) AS push FROM people p \
             LEFT JOIN wishes w ON w.person = p.id LEFT JOIN engagements e ON e.person = p.id \
             LEFT JOIN leases l ON l.person = p.id WHERE p.id IN";
        let query = Draft::new(SELECT).list(people.iter().map(Value::from)).add("ORDER BY l.device", []).done();
        for row in self.engine.rows("reading presence", query).await? {
            let of = signs.entry(PersonId::new(row.text("person")?)).or_default();
            if row.maybe_text("wish")?.is_some() {
                of.wish = row.word("wish", Wish::named)?;
            }
            of.push = row.flag("push")?;
            of.engaged = row.maybe_text("call")?.is_some();
            of.leases.extend(lease(&row)?);
        }
        Ok(signs)
    }

    pub async fn renew_lease(&self, person: &PersonId, device: &DeviceId, at: Millis) -> Result<()> {
        self.renew_leases(&[(person.clone(), device.clone())], at).await
    }

    /// Of all who were there at that moment: whoever has closed theirs since stays gone.
    pub async fn renew_leases(&self, leases: &[(PersonId, DeviceId)], at: Millis) -> Result<()> {
        const RENEW: &str = "ON CONFLICT (person, device) DO UPDATE SET renewed_at = excluded.renewed_at, \
             closed_at = NULL WHERE leases.closed_at IS NULL OR leases.closed_at <= excluded.renewed_at";
        // Each once, and in one order, so that two nodes do not wait for each other.
        let each: BTreeSet<_> = leases.iter().map(|(person, device)| (person.as_str(), device.as_str())).collect();
        let each: Vec<_> = each.into_iter().collect();
        for some in each.chunks(AT_ONCE) {
            let mut rows = Draft::new("INSERT INTO leases (person, device, renewed_at) VALUES");
            for (n, (person, device)) in some.iter().enumerate() {
                let comma = if n == 0 { "" } else { "," };
                rows = rows.add(comma, []).list([Value::from(*person), Value::from(*device), Value::from(at)]);
            }
            self.engine.run("renewing leases", rows.add(RENEW, []).done()).await?;
        }
        Ok(())
    }

    pub async fn close_lease(&self, person: &PersonId, device: &DeviceId, at: Millis) -> Result<()> {
        const CLOSE: &str = "UPDATE leases SET closed_at = $3 WHERE person = $1 AND device = $2";
        self.engine.run("closing a lease", sql!(CLOSE, person, device, at)).await.map(drop)
    }

    pub async fn set_wish(&self, person: &PersonId, wish: Wish) -> Result<()> {
        const SET: &str = "INSERT INTO wishes (person, wish) VALUES ($1, $2) \
                           ON CONFLICT (person) DO UPDATE SET wish = $2";
        self.engine.run("keeping how somebody wishes to be shown", sql!(SET, person, wish.name())).await.map(drop)
    }
}

fn lease(row: &Row) -> Result<Option<Lease>> {
    let Some(device) = row.maybe_text("device")? else { return Ok(None) };
    let device = DeviceId::new(device);
    Ok(Some(Lease { device, renewed_at: row.at("renewed_at")?, closed_at: row.maybe_at("closed_at")? }))
}
