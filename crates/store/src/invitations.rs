//! Invitations of guests.

use bedside_domain::call::GuestRole;
use bedside_domain::ids::{InvitationId, PersonId, RoomId};
use bedside_domain::invitation::Invitation;
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::{Result, Taken};
use crate::sql::{Draft, Row, Tx, sql};

const SELECT: &str = "SELECT id, room, guest, role, by, at, until_at FROM invitations";

impl Store {
    pub async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>> {
        let find = Draft::new(SELECT).add("WHERE id = ?1", [id.into()]).done();
        self.engine.row("loading an invitation", find).await?.as_ref().map(invitation).transpose()
    }

    /// The one of this guest that lasts longest.
    pub async fn invitation_of(&self, room: &RoomId, guest: &PersonId) -> Result<Option<Invitation>> {
        let find = Draft::new(SELECT).add("WHERE room = ?1 AND guest = ?2", [room.into(), guest.into()]);
        let find = find.add("ORDER BY until_at DESC LIMIT 1", []).done();
        self.engine.row("looking for an invitation", find).await?.as_ref().map(invitation).transpose()
    }

    /// How many are still good.
    pub async fn invitations_to(&self, room: &RoomId, now: Millis) -> Result<i64> {
        let count = sql!("SELECT COUNT(*) AS n FROM invitations WHERE room = $1 AND until_at > $2", room, now);
        let row = self.engine.row("counting invitations", count).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }
}

pub(crate) async fn save(tx: &mut Tx, invitation: &Invitation) -> Committed {
    const INSERT: &str = "INSERT INTO invitations (id, room, guest, role, by, at, until_at) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let Invitation { id, room, guest, role, by, at, until } = invitation;
    tx.take(sql!(INSERT, id, room, guest, role.name(), by, *at, *until), Taken::Id).await
}

fn invitation(row: &Row) -> Result<Invitation> {
    Ok(Invitation {
        id: InvitationId::new(row.text("id")?),
        room: RoomId::new(row.text("room")?),
        guest: PersonId::new(row.text("guest")?),
        role: row.word("role", GuestRole::named)?,
        by: PersonId::new(row.text("by")?),
        at: row.at("at")?,
        until: row.at("until_at")?,
    })
}
