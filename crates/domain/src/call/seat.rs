//! The seats of a call: who may be in it, and where each of them is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Door, Party};
use crate::ids::PersonId;
use crate::time::Millis;

/// Everybody of a call by person: the two parties from the start, guests as they are invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seats(BTreeMap<PersonId, Seat>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub part: Part,
    pub admission: Admission,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Party,
    Guest(GuestRole),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuestRole {
    Interpreter,
    Relative,
    Student,
    Colleague,
    Other,
}

/// Whether the person goes straight in or stops in the waiting room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Needed,
    Given,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Has not come yet.
    Expected,
    Here {
        since: Millis,
    },
    /// The connection broke; the seat is kept until then.
    Lost {
        since: Millis,
        until: Millis,
    },
    Left {
        at: Millis,
    },
}

impl Seats {
    /// The seats of two parties of whom nobody has come yet.
    pub fn of_parties(caller: &Party, callee: &Party, door: Door) -> Self {
        let seat = |party: &Party| {
            let admission = match door {
                Door::WaitingRoom if !party.is_host() => Admission::Needed,
                Door::WaitingRoom | Door::Open => Admission::Given,
            };
            (party.id.clone(), Seat { part: Part::Party, admission, place: Place::Expected })
        };
        Self(BTreeMap::from([seat(caller), seat(callee)]))
    }

    pub fn get(&self, person: &PersonId) -> Option<&Seat> {
        self.0.get(person)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&PersonId, &Seat)> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whoever hears and sees the call: admitted, and here or about to be back.
    pub fn participants(&self) -> impl Iterator<Item = (&PersonId, &Seat)> {
        self.iter().filter(|(_, seat)| seat.is_inside())
    }

    /// Whoever waits to be admitted, the longest waiting first.
    pub fn waiting(&self) -> Vec<(&PersonId, Millis)> {
        let mut waiting: Vec<_> = self
            .iter()
            .filter(|(_, seat)| seat.admission == Admission::Needed)
            .filter_map(|(person, seat)| Some((person, seat.place.there_since()?)))
            .collect();
        waiting.sort_by_key(|(_, since)| *since);
        waiting
    }

    pub fn put(&mut self, person: PersonId, seat: Seat) {
        self.0.insert(person, seat);
    }

    pub(super) fn get_mut(&mut self, person: &PersonId) -> Option<&mut Seat> {
        self.0.get_mut(person)
    }

    /// Both parties are in the call itself.
    pub(super) fn parties_met(&self) -> bool {
        self.parties().all(|seat| seat.admission == Admission::Given && matches!(seat.place, Place::Here { .. }))
    }

    /// Both parties of a call that began have come, whether or not they are still there.
    pub(super) fn parties_came(&self) -> bool {
        self.parties().all(|seat| seat.place != Place::Expected)
    }

    pub(super) fn any_party_there(&self) -> bool {
        self.parties().any(|seat| seat.place.there_since().is_some())
    }

    pub(super) fn anybody_there(&self) -> bool {
        self.0.values().any(|seat| seat.place.there_since().is_some())
    }

    /// When the first of the lost gives up the seat.
    pub(super) fn next_expiry(&self) -> Option<Millis> {
        self.0.values().filter_map(|seat| seat.place.kept_until()).min()
    }

    /// Since when no party has been here, if none is; the call itself began at `since`.
    pub(super) fn empty_since(&self, since: Millis) -> Millis {
        let left = self.parties().filter_map(|seat| match seat.place {
            Place::Left { at } => Some(at),
            Place::Expected | Place::Here { .. } | Place::Lost { .. } => None,
        });
        left.max().map_or(since, |at| at.max(since))
    }

    fn parties(&self) -> impl Iterator<Item = &Seat> {
        self.0.values().filter(|seat| seat.part == Part::Party)
    }
}

impl Seat {
    pub fn is_inside(&self) -> bool {
        self.admission == Admission::Given && self.place.there_since().is_some()
    }
}

impl Place {
    /// Since when the person has been there; somebody whose connection broke still is, for a while.
    pub fn there_since(self) -> Option<Millis> {
        match self {
            Self::Here { since } | Self::Lost { since, .. } => Some(since),
            Self::Expected | Self::Left { .. } => None,
        }
    }

    /// Until when the seat of somebody whose connection broke is kept for them.
    pub fn kept_until(self) -> Option<Millis> {
        match self {
            Self::Lost { until, .. } => Some(until),
            Self::Expected | Self::Here { .. } | Self::Left { .. } => None,
        }
    }
}

impl GuestRole {
    pub const ALL: [Self; 5] = [Self::Interpreter, Self::Relative, Self::Student, Self::Colleague, Self::Other];

    pub fn name(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter",
            Self::Relative => "relative",
            Self::Student => "student",
            Self::Colleague => "colleague",
            Self::Other => "other",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
