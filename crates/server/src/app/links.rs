//! Personal links. A link names its room and its side and carries a code that only this practice can make, so that
//! nothing has to be kept for it and the same link can be shown again. It holds no id of a person. That of a guest names
//! the invitation instead.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::ids::{InvitationId, PersonId, RoomId};
use bedside_domain::room::Room;

use super::App;

/// Of the code, which nobody can guess.
const CODE_BYTES: usize = 16;

pub struct LinkKey(hmac::Key);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkSide {
    Practitioner,
    Patient,
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    Side(RoomId, LinkSide),
    Guest(InvitationId),
}

/// What stands in the place of a side.
const GUEST: char = 'g';
const STOP: char = 's';
const PUSH: char = 'r';

/// Where a link leads.
pub fn address(app: &App, token: &str) -> String {
    format!("{}/join/{token}", app.settings.public_url)
}

/// Where whoever got a letter ends them with one press.
pub fn stop_address(app: &App, letter: &str) -> String {
    format!("{}/api/stop/{}", app.settings.public_url, app.link_key.stop_token(letter))
}

impl LinkKey {
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The token of the link that lets `side` into `room`.
    pub fn token(&self, room: &RoomId, side: LinkSide) -> String {
        self.sealed(room.as_str(), side.letter())
    }

    /// The token of the link that lets a guest in.
    pub fn guest_token(&self, invitation: &InvitationId) -> String {
        self.sealed(invitation.as_str(), GUEST)
    }

    /// What a token opens; nothing if it was not made here.
    pub fn read(&self, token: &str) -> Option<Opens> {
        match self.unsealed(token)? {
            (id, GUEST) => Some(Opens::Guest(InvitationId::new(id))),
            (id, letter) => Some(Opens::Side(RoomId::new(id), LinkSide::of_letter(letter)?)),
        }
    }

    fn unsealed(&self, token: &str) -> Option<(String, char)> {
        let code_chars = (CODE_BYTES * 8).div_ceil(6);
        let (head, code) = token.split_at_checked(token.len().checked_sub(code_chars)?)?;
        let mut id = head.chars();
        let letter = id.next_back()?;
        let id = id.as_str();
        let code = URL_SAFE_NO_PAD.decode(code).ok()?;
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.code(id, letter), &code).ok()?;
        Some((id.to_owned(), letter))
    }

    /// An id that this practice alone can tell from what it stands for.
    pub fn id_of(&self, thing: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.digest_of(&format!("id {thing}"))[..CODE_BYTES])
    }

    /// What only this practice can make of a text.
    pub fn digest_of(&self, text: &str) -> Vec<u8> {
        hmac::sign(&self.0, text.as_bytes()).as_ref().to_vec()
    }

    /// The token by which whoever got a letter ends them: it names the letter and nobody.
    pub fn stop_token(&self, letter: &str) -> String {
        self.sealed(letter, STOP)
    }

    /// The letter of such a token; nothing if it was not made here.
    pub fn read_stop_token(&self, token: &str) -> Option<String> {
        self.unsealed(token).filter(|(_, letter)| *letter == STOP).map(|(id, _)| id)
    }

    /// The token by which a device that was woken says that it rings, or declines: it names the push and nobody.
    pub fn push_token(&self, push: &str) -> String {
        self.sealed(push, PUSH)
    }

    /// The push of such a token; nothing if it was not made here.
    pub fn read_push_token(&self, token: &str) -> Option<String> {
        self.unsealed(token).filter(|(_, letter)| *letter == PUSH).map(|(id, _)| id)
    }

    fn sealed(&self, id: &str, letter: char) -> String {
        format!("{id}{letter}{}", URL_SAFE_NO_PAD.encode(self.code(id, letter)))
    }

    fn code(&self, id: &str, letter: char) -> [u8; CODE_BYTES] {
        let signed = hmac::sign(&self.0, format!("join {letter} {id}").as_bytes());
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
        assert_eq!(key.read(&token), Some(Opens::Side(room.clone(), LinkSide::Patient)));
        let invitation = InvitationId::new(room.as_str());
        assert_eq!(key.read(&key.guest_token(&invitation)), Some(Opens::Guest(invitation)));

        let push = key.push_token("n_push_phone");
        assert_eq!(key.read_push_token(&push).as_deref(), Some("n_push_phone"));
        assert_eq!((key.read_stop_token(&push), key.read(&push)), (None, None), "each for its own purpose");

        let other_side = token.replacen("dQp", "dQd", 1);
        let as_guest = token.replacen("dQp", "dQg", 1);
        let other_room = token.replacen("kqkx", "kqky", 1);
        for forged in
            [other_side.as_str(), &as_guest, &other_room, &token[1..], &token[..40], "", "é", "pppppppppppppppppppppp"]
        {
            assert_eq!(key.read(forged), None, "{forged}");
        }
        assert_eq!(LinkKey::new(&[8; 32]).read(&token), None);
    }
}
