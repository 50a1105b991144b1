//! Personal links. A link names its room and its side and carries a code that only this practice can make, so that
//! nothing has to be kept for it and the same link can be shown again. It holds no id of a person.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::ids::{PersonId, RoomId};
use bedside_domain::room::Room;

/// Of the code, which nobody can guess.
const CODE_BYTES: usize = 16;

pub struct LinkKey(hmac::Key);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkSide {
    Practitioner,
    Patient,
}

impl LinkKey {
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The token of the link that lets `side` into `room`.
    pub fn token(&self, room: &RoomId, side: LinkSide) -> String {
        let code = self.code(room.as_str(), side);
        format!("{}{}{}", room.as_str(), side.letter(), URL_SAFE_NO_PAD.encode(code))
    }

    /// Which room and side a token opens; nothing if it was not made here.
    pub fn read(&self, token: &str) -> Option<(RoomId, LinkSide)> {
        let code_chars = (CODE_BYTES * 8).div_ceil(6);
        let (head, code) = token.split_at_checked(token.len().checked_sub(code_chars)?)?;
        let mut room = head.chars();
        let side = LinkSide::of_letter(room.next_back()?)?;
        let code = URL_SAFE_NO_PAD.decode(code).ok()?;
        let expected = self.code(room.as_str(), side);
        aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &code).ok()?;
        Some((RoomId::new(room.as_str()), side))
    }

    /// An id that this practice alone can tell from what it stands for.
    pub fn id_of(&self, thing: &str) -> String {
        URL_SAFE_NO_PAD.encode(&hmac::sign(&self.0, format!("id {thing}").as_bytes()).as_ref()[..CODE_BYTES])
    }

    fn code(&self, room: &str, side: LinkSide) -> [u8; CODE_BYTES] {
        let signed = hmac::sign(&self.0, format!("join {} {room}", side.letter()).as_bytes());
        let mut code = [0; CODE_BYTES];
        code.copy_from_slice(&signed.as_ref()[..CODE_BYTES]);
        code
    }
}

impl LinkSide {
    pub fn of(room: &Room, person: &PersonId) -> Option<Self> {
        match person {
            id if id == &room.practitioner => Some(Self::Practitioner),
            id if id == &room.patient => Some(Self::Patient),
            _ => None,
        }
    }

    pub fn person(self, room: &Room) -> &PersonId {
        match self {
            Self::Practitioner => &room.practitioner,
            Self::Patient => &room.patient,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Practitioner => 'd',
            Self::Patient => 'p',
        }
    }

    fn of_letter(letter: char) -> Option<Self> {
        [Self::Practitioner, Self::Patient].into_iter().find(|side| side.letter() == letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_room_for_its_own_side_and_nothing_else() {
        let key = LinkKey::new(&[7; 32]);
        let room = RoomId::new("kqkx3jUaRFyJZ0B1o1xGdQ");
        let token = key.token(&room, LinkSide::Patient);
        assert_eq!(key.read(&token), Some((room.clone(), LinkSide::Patient)));

        let other_side = token.replacen("dQp", "dQd", 1);
        let other_room = token.replacen("kqkx", "kqky", 1);
        for forged in [other_side.as_str(), &other_room, &token[1..], &token[..40], "", "é", "pppppppppppppppppppppp"]
        {
            assert_eq!(key.read(forged), None, "{forged}");
        }
        assert_eq!(LinkKey::new(&[8; 32]).read(&token), None);
    }
}
