//! What the practice says of itself, and how it works where it has said so.

use crate::appointment::Provider;
use crate::call::Door;
use crate::policy::Directory;
use crate::refusal::Refusal;
use crate::time::Span;

/// One for each server. What is left open is as the operator has set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    pub name: String,
    /// A picture as a data URL: nothing is loaded from elsewhere.
    pub logo: Option<String>,
    /// `#rrggbb`, for what is to stand out in our pages.
    pub colour: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub welcome: Option<String>,
    /// IANA name; for practitioners who have none of their own.
    pub zone: Option<String>,
    /// Of appointments that say nothing else.
    pub door: Door,
    pub ring_for: Option<Span>,
    pub directory: Directory,
    pub meeting_places: Vec<MeetingPlace>,
}

/// Another provider where the practice meets people: a Jitsi server, or a fixed link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingPlace {
    pub name: String,
    /// An https address, in which [`ROOM`] stands for a name that nobody can guess.
    pub template: String,
}

pub const ROOM: &str = "{room}";

impl Default for Practice {
    fn default() -> Self {
        Self {
            name: String::new(),
            logo: None,
            colour: None,
            email: None,
            phone: None,
            website: None,
            welcome: None,
            zone: None,
            door: Door::Open,
            ring_for: None,
            directory: Directory::Open,
            meeting_places: Vec::new(),
        }
    }
}

impl Practice {
    /// The directory is closed if either the operator or the practice closes it.
    pub fn directory(&self, operators: Directory) -> Directory {
        match (self.directory, operators) {
            (Directory::Open, Directory::Open) => Directory::Open,
            (Directory::Closed, _) | (_, Directory::Closed) => Directory::Closed,
        }
    }

    /// Where the two of an appointment meet at that provider, in a room of their own if it has rooms.
    pub fn meet_at(&self, place: &str, room: &str) -> Result<Provider, Refusal> {
        let found = self.meeting_places.iter().find(|one| one.name == place);
        let found = found.ok_or(Refusal::Invalid("the practice has no meeting place of this name"))?;
        Ok(Provider::Link(found.template.replace(ROOM, room)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_one_of_the_two_has_closed_is_closed() {
        let of = |directory| Practice { directory, ..Practice::default() };
        assert_eq!(of(Directory::Open).directory(Directory::Open), Directory::Open);
        assert_eq!(of(Directory::Open).directory(Directory::Closed), Directory::Closed);
        assert_eq!(of(Directory::Closed).directory(Directory::Open), Directory::Closed);
    }

    #[test]
    fn a_meeting_place_with_rooms_gives_each_appointment_its_own() {
        let place = |name: &str, template: &str| MeetingPlace { name: name.into(), template: template.into() };
        let meeting_places =
            vec![place("Jitsi", "https://meet.example.org/clinic-{room}"), place("Zoom", "https://zoom.example/j/1")];
        let practice = Practice { meeting_places, ..Practice::default() };
        let link = |place| practice.meet_at(place, "r4nd0m");
        assert_eq!(link("Jitsi"), Ok(Provider::Link("https://meet.example.org/clinic-r4nd0m".into())));
        assert_eq!(link("Zoom"), Ok(Provider::Link("https://zoom.example/j/1".into())));
        assert!(link("Teams").is_err());
    }
}
