//! Somebody besides the two parties may come to a room for a while: an interpreter, a relative, a student.

use crate::call::GuestRole;
use crate::ids::{InvitationId, PersonId, RoomId};
use crate::time::{Millis, Span};

/// Into a room that belongs to no appointment; that of an appointment is open for guests as long as for the two.
pub const OPEN_FOR: Span = Span::seconds(4 * 60 * 60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub room: RoomId,
    pub guest: PersonId,
    pub role: GuestRole,
    pub by: PersonId,
    pub at: Millis,
    pub until: Millis,
}
