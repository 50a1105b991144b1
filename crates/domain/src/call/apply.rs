//! What each event makes of a call. Nothing is refused here: what is in the journal has happened.

use super::{Admission, Call, Event, Leaving, Part, Place, Seat, Seats, State};
use crate::call::Door;
use crate::ids::PersonId;
use crate::time::Millis;

impl Call {
    pub fn apply(&mut self, at: Millis, event: &Event) {
        match event {
            // A call is born with these; `request` and `open` have made what they say.
            Event::Requested { .. } | Event::Opened { .. } => {}
            Event::Rang { .. } => {
                if let State::Ringing { rung, .. } = &mut self.state {
                    rung.get_or_insert(at);
                }
            }
            Event::Accepted { device, .. } => {
                self.state = State::Active {
                    since: at,
                    answered_on: Some(device.clone()),
                    seats: Seats::of_parties(&self.caller, &self.callee, Door::Open),
                };
            }
            Event::Began => self.begin(at),
            Event::Invited { person, role, .. } => {
                let guest = Seat { part: Part::Guest(*role), admission: Admission::Needed, place: Place::Expected };
                if let Some(seats) = self.seats_mut() {
                    seats.put(person.clone(), guest);
                }
            }
            Event::Entered { person } => self.place(person, |_| Place::Here { since: at }),
            Event::Admitted { person, .. } => {
                if let Some(seat) = self.seats_mut().and_then(|seats| seats.get_mut(person)) {
                    seat.admission = Admission::Given;
                }
            }
            Event::SentBack { person, .. } => {
                self.shut_out(person);
                self.place(person, |place| match place {
                    Place::Here { .. } => Place::Here { since: at },
                    elsewhere => elsewhere,
                });
            }
            Event::Lost { person, until } => self.place(person, |place| match place {
                Place::Here { since } => Place::Lost { since, until: *until },
                elsewhere => elsewhere,
            }),
            Event::Returned { person } => self.place(person, |place| match place {
                Place::Lost { since, .. } => Place::Here { since },
                elsewhere => elsewhere,
            }),
            Event::Left { person, why: Leaving::Removed } => {
                self.shut_out(person);
                self.place(person, |_| Place::Left { at });
            }
            Event::TurnedAway { person, .. } | Event::Left { person, why: Leaving::Left | Leaving::Lost } => {
                self.place(person, |_| Place::Left { at });
            }
            Event::Locked { .. } => self.locked = true,
            Event::Unlocked { .. } => self.locked = false,
            Event::Ended { why, by, .. } => {
                let began = match self.state {
                    State::Active { since, .. } => Some(since),
                    State::Ended { began, .. } => began,
                    State::Ringing { .. } | State::Waiting { .. } => None,
                };
                self.state = State::Ended { at, began, why: *why, by: by.clone() };
            }
        }
    }

    fn seats_mut(&mut self) -> Option<&mut Seats> {
        match &mut self.state {
            State::Waiting { seats, .. } | State::Active { seats, .. } => Some(seats),
            State::Ringing { .. } | State::Ended { .. } => None,
        }
    }

    /// Both are in the room that was open.
    fn begin(&mut self, at: Millis) {
        if let State::Waiting { seats, .. } = &mut self.state {
            let seats = std::mem::take(seats);
            self.state = State::Active { since: at, answered_on: None, seats };
        }
    }

    /// From now on they need to be admitted.
    fn shut_out(&mut self, person: &PersonId) {
        if let Some(seat) = self.seats_mut().and_then(|seats| seats.get_mut(person)) {
            seat.admission = Admission::Needed;
        }
    }

    fn place(&mut self, person: &PersonId, moved: impl FnOnce(Place) -> Place) {
        if let Some(seat) = self.seats_mut().and_then(|seats| seats.get_mut(person)) {
            seat.place = moved(seat.place);
        }
    }
}
