//! What each command does to a call, or why it is refused.

use super::{
    Actor, Admission, Call, Command, Ending, Event, GuestRole, Leaving, Party, Place, SEAT_KEPT, SEATS_AT_MOST, Seats,
    State,
};
use crate::ids::{DeviceId, PersonId};
use crate::refusal::Refusal;
use crate::time::Millis;

type Decision = Result<Vec<Event>, Refusal>;

/// What the actor is to this call, found before anything is decided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing<'a> {
    Caller(&'a PersonId),
    Callee(&'a PersonId),
    Guest(&'a PersonId),
    Clock,
}

impl Call {
    /// What `command` does to this call, or why it is refused. Changes nothing.
    pub fn decide(&self, now: Millis, by: Actor<'_>, command: &Command) -> Decision {
        match (self.standing(by)?, command) {
            (Standing::Clock, Command::Tick) => Ok(self.tick(now)),
            (Standing::Clock, _) => Err(Refusal::Forbidden("the clock does nothing but tick")),
            (_, Command::Tick) => Err(Refusal::Forbidden("only the clock ticks")),
            (standing, Command::DeviceRings { device }) => self.device_rings(standing, now, device),
            (standing, Command::Accept { device }) => self.accept(standing, now, device),
            (standing, Command::Decline { device, words }) => self.decline(standing, device.as_ref(), words.as_deref()),
            (standing, Command::Cancel) => self.cancel(standing),
            (standing, Command::End) => self.end(standing),
            (Standing::Caller(me) | Standing::Callee(me) | Standing::Guest(me), command) => {
                self.in_the_room(me, now, command)
            }
        }
    }

    /// The appointment it belongs to will not take place: nobody is rung or waited for any more. Two who are talking
    /// are not interrupted.
    pub fn call_off(&self, by: Option<&PersonId>) -> Vec<Event> {
        match &self.state {
            State::Ringing { .. } | State::Waiting { .. } => {
                vec![Event::Ended { why: Ending::Cancelled, by: by.cloned(), on: None, words: None }]
            }
            State::Active { .. } | State::Ended { .. } => vec![],
        }
    }

    /// Strangers learn nothing, not even that there is a call.
    fn standing<'a>(&self, by: Actor<'a>) -> Result<Standing<'a>, Refusal> {
        match by {
            Actor::Clock => Ok(Standing::Clock),
            Actor::Person(person) if person == &self.caller.id => Ok(Standing::Caller(person)),
            Actor::Person(person) if person == &self.callee.id => Ok(Standing::Callee(person)),
            Actor::Person(person) if self.seats().is_some_and(|seats| seats.get(person).is_some()) => {
                Ok(Standing::Guest(person))
            }
            Actor::Person(_) => Err(Refusal::NotFound),
        }
    }

    fn device_rings(&self, standing: Standing<'_>, now: Millis, device: &DeviceId) -> Decision {
        match (&self.state, standing) {
            (_, Standing::Caller(_) | Standing::Guest(_) | Standing::Clock) => Err(ONLY_CALLEE),
            (State::Ringing { due, .. }, Standing::Callee(_)) if now >= *due => Err(RING_OVER),
            (State::Ringing { .. }, Standing::Callee(_)) => Ok(vec![Event::Rang { device: device.clone() }]),
            (State::Waiting { .. } | State::Active { .. }, Standing::Callee(_)) => Err(NOT_RINGING),
            (State::Ended { .. }, Standing::Callee(_)) => Err(RING_OVER),
        }
    }

    fn accept(&self, standing: Standing<'_>, now: Millis, device: &DeviceId) -> Decision {
        let Standing::Callee(me) = standing else { return Err(ONLY_CALLEE) };
        match &self.state {
            // The clock may be late; the hour counts, not who comes first.
            State::Ringing { due, .. } if now >= *due => Err(RING_OVER),
            State::Ringing { .. } => Ok(vec![Event::Accepted { by: me.clone(), device: device.clone() }]),
            // The acknowledgement may have been lost; the same device may ask again.
            State::Active { answered_on: Some(first), .. } if first == device => Ok(vec![]),
            State::Active { answered_on: Some(_), .. } => {
                Err(Refusal::NotNow("another of your devices has answered this call"))
            }
            State::Active { answered_on: None, .. } | State::Waiting { .. } => Err(NOT_RINGING),
            State::Ended { .. } => Err(RING_OVER),
        }
    }

    fn decline(&self, standing: Standing<'_>, device: Option<&DeviceId>, words: Option<&str>) -> Decision {
        let Standing::Callee(me) = standing else { return Err(ONLY_CALLEE) };
        match &self.state {
            State::Ringing { .. } => {
                let (on, words) = (device.cloned(), words.map(str::to_owned));
                Ok(vec![Event::Ended { why: Ending::Declined, by: Some(me.clone()), on, words }])
            }
            State::Waiting { .. } | State::Active { .. } => Err(NOT_RINGING),
            State::Ended { .. } => Ok(vec![]),
        }
    }

    fn cancel(&self, standing: Standing<'_>) -> Decision {
        let Standing::Caller(me) = standing else {
            return Err(Refusal::Forbidden("only whoever called can give up the call"));
        };
        match &self.state {
            State::Ringing { .. } => Ok(vec![ended(Ending::Cancelled, me)]),
            State::Waiting { .. } => Err(NOT_RINGING),
            State::Active { .. } => Err(Refusal::NotNow("the call has been answered; end it instead")),
            State::Ended { .. } => Ok(vec![]),
        }
    }

    /// Hanging up means what the moment makes of it: giving up, declining, or ending for all.
    fn end(&self, standing: Standing<'_>) -> Decision {
        match (&self.state, standing) {
            (State::Ended { .. }, _) => Ok(vec![]), // Both sides may hang up at the same instant.
            (_, Standing::Guest(_) | Standing::Clock) => {
                Err(Refusal::Forbidden("a guest can leave the call, not end it for the others"))
            }
            (State::Ringing { .. }, Standing::Caller(_)) => self.cancel(standing),
            (State::Ringing { .. }, Standing::Callee(_)) => self.decline(standing, None, None),
            (State::Waiting { .. }, Standing::Caller(me) | Standing::Callee(me)) => {
                Ok(vec![ended(Ending::Cancelled, me)])
            }
            (State::Active { .. }, Standing::Caller(me) | Standing::Callee(me)) => {
                Ok(vec![ended(Ending::Completed, me)])
            }
        }
    }

    /// Commands of somebody who has a seat, or might take one.
    fn in_the_room(&self, me: &PersonId, now: Millis, command: &Command) -> Decision {
        let seats = match (&self.state, command) {
            (State::Waiting { seats, .. } | State::Active { seats, .. }, _) => seats,
            // Whoever is late with good-bye has nothing more to do.
            (State::Ended { .. }, Command::Leave | Command::Lose) => return Ok(vec![]),
            (State::Ringing { .. }, _) => return Err(Refusal::NotNow("the call has not been answered yet")),
            (State::Ended { .. }, _) => return Err(Refusal::Expired("the call has ended")),
        };
        match command {
            Command::Join => self.join(seats, me, now),
            Command::Return => self.come_back(seats, me, now),
            Command::Leave => self.leave(seats, me, now),
            Command::Lose => Ok(lose(seats, me, now)),
            Command::Invite { guest, role } => self.invite(seats, me, guest, *role),
            Command::Admit { person } => self.admit(seats, me, person, now),
            Command::AdmitAll => self.admit_all(seats, me, now),
            Command::TurnAway { person, words } => self.turn_away(seats, me, person, words.as_deref(), now),
            Command::SendBack { person } => {
                let sent = Event::SentBack { person: person.clone(), by: me.clone() };
                self.show_out(seats, me, person, sent)
            }
            Command::Remove { person } => {
                let removed = Event::Left { person: person.clone(), why: Leaving::Removed };
                self.show_out(seats, me, person, removed)
            }
            Command::Lock => self.lock(me, true),
            Command::Unlock => self.lock(me, false),
            Command::DeviceRings { .. }
            | Command::Accept { .. }
            | Command::Decline { .. }
            | Command::Cancel
            | Command::End
            | Command::Tick => unreachable!("decide has answered these"),
        }
    }

    fn join(&self, seats: &Seats, me: &PersonId, now: Millis) -> Decision {
        let Some(seat) = seats.get(me) else { return Err(Refusal::NotFound) };
        if let State::Waiting { due, .. } = self.state
            && now >= due
        {
            return Err(Refusal::Expired("the link of this appointment has expired"));
        }
        Ok(match seat.place {
            Place::Here { .. } => vec![],
            Place::Lost { .. } => self.and_what_follows(now, vec![Event::Returned { person: me.clone() }]),
            Place::Expected | Place::Left { .. } if self.is_locked_to(me) => {
                return Err(Refusal::NotNow("the practice has locked the room"));
            }
            Place::Expected | Place::Left { .. } => {
                self.and_what_follows(now, vec![Event::Entered { person: me.clone() }])
            }
        })
    }

    fn come_back(&self, seats: &Seats, me: &PersonId, now: Millis) -> Decision {
        match seats.get(me).map(|seat| seat.place) {
            Some(Place::Lost { .. }) => Ok(self.and_what_follows(now, vec![Event::Returned { person: me.clone() }])),
            Some(Place::Here { .. }) => Ok(vec![]),
            Some(Place::Expected | Place::Left { .. }) | None => {
                Err(Refusal::NotNow("there is no seat kept; join again"))
            }
        }
    }

    fn leave(&self, seats: &Seats, me: &PersonId, now: Millis) -> Decision {
        match seats.get(me).map(|seat| seat.place) {
            Some(Place::Here { .. } | Place::Lost { .. }) => {
                let left = Event::Left { person: me.clone(), why: Leaving::Left };
                Ok(self.and_what_follows(now, vec![left]))
            }
            Some(Place::Expected | Place::Left { .. }) | None => Ok(vec![]),
        }
    }

    fn invite(&self, seats: &Seats, me: &PersonId, guest: &PersonId, role: GuestRole) -> Decision {
        self.must_be_host(me, "only the practice invites people into a call")?;
        match seats.get(guest) {
            Some(_) => Ok(vec![]),
            None if seats.len() >= SEATS_AT_MOST => Err(Refusal::NotNow("the room is full")),
            None => Ok(vec![Event::Invited { person: guest.clone(), role, by: me.clone() }]),
        }
    }

    fn admit(&self, seats: &Seats, me: &PersonId, person: &PersonId, now: Millis) -> Decision {
        self.must_be_host(me, "only the practice admits people")?;
        let Some(seat) = seats.get(person) else { return Err(Refusal::NotFound) };
        match (seat.admission, seat.place) {
            (Admission::Given, _) => Ok(vec![]),
            (Admission::Needed, Place::Here { .. } | Place::Lost { .. }) => {
                let admitted = Event::Admitted { person: person.clone(), by: me.clone() };
                Ok(self.and_what_follows(now, vec![admitted]))
            }
            (Admission::Needed, Place::Expected | Place::Left { .. }) => {
                Err(Refusal::NotNow("the person is not waiting"))
            }
        }
    }

    fn admit_all(&self, seats: &Seats, me: &PersonId, now: Millis) -> Decision {
        self.must_be_host(me, "only the practice admits people")?;
        let admitted = |(person, _): (&PersonId, Millis)| Event::Admitted { person: person.clone(), by: me.clone() };
        let events: Vec<Event> = seats.waiting().into_iter().map(admitted).collect();
        Ok(if events.is_empty() { events } else { self.and_what_follows(now, events) })
    }

    fn turn_away(&self, seats: &Seats, me: &PersonId, person: &PersonId, words: Option<&str>, now: Millis) -> Decision {
        self.must_be_host(me, "only the practice turns people away")?;
        match seats.get(person) {
            None => Err(Refusal::NotFound),
            Some(seat) if seat.is_inside() => Err(Refusal::NotNow("the person is in the call, not waiting")),
            Some(seat) if seat.place.there_since().is_none() => Ok(vec![]),
            Some(_) => {
                let words = words.map(str::to_owned);
                let turned = Event::TurnedAway { person: person.clone(), by: me.clone(), words };
                Ok(self.and_what_follows(now, vec![turned]))
            }
        }
    }

    /// Out of the call, for good or back into the waiting room.
    fn show_out(&self, seats: &Seats, me: &PersonId, person: &PersonId, out: Event) -> Decision {
        self.must_be_host(me, "only the practice shows people out")?;
        match seats.get(person) {
            None => Err(Refusal::NotFound),
            Some(_) if self.party(person).is_some_and(Party::is_host) => {
                Err(Refusal::Forbidden("whoever keeps the door leaves by themselves"))
            }
            Some(seat) if seat.is_inside() => Ok(vec![out]),
            Some(seat) if seat.place.there_since().is_some() => {
                Err(Refusal::NotNow("the person is waiting, not in the call"))
            }
            Some(_) => Ok(vec![]),
        }
    }

    fn lock(&self, me: &PersonId, locked: bool) -> Decision {
        self.must_be_host(me, "only the practice locks the room")?;
        Ok(match (self.locked, locked) {
            (false, true) => vec![Event::Locked { by: me.clone() }],
            (true, false) => vec![Event::Unlocked { by: me.clone() }],
            (true, true) | (false, false) => vec![],
        })
    }

    /// Whoever keeps the door has the key.
    fn is_locked_to(&self, person: &PersonId) -> bool {
        self.locked && !self.party(person).is_some_and(Party::is_host)
    }

    fn must_be_host(&self, me: &PersonId, otherwise: &'static str) -> Result<(), Refusal> {
        match self.party(me) {
            Some(party) if party.is_host() => Ok(()),
            Some(_) | None => Err(Refusal::Forbidden(otherwise)),
        }
    }

    fn tick(&self, now: Millis) -> Vec<Event> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return vec![];
        }
        match &self.state {
            State::Ringing { .. } => vec![ended_by_time(Ending::Missed)],
            State::Waiting { seats, .. } | State::Active { seats, .. } => {
                let gone = seats
                    .iter()
                    .filter(|(_, seat)| seat.place.kept_until().is_some_and(|until| until <= now))
                    .map(|(person, _)| Event::Left { person: person.clone(), why: Leaving::Lost })
                    .collect();
                self.and_what_follows(now, gone)
            }
            State::Ended { .. } => vec![],
        }
    }

    /// `events`, and what they bring about by themselves: the call begins when both have met, and ends when nobody
    /// is left to wait for.
    fn and_what_follows(&self, now: Millis, mut events: Vec<Event>) -> Vec<Event> {
        let mut next = self.clone();
        for event in &events {
            next.apply(now, event);
        }
        match &next.state {
            State::Waiting { seats, .. } if seats.parties_met() => events.push(Event::Began),
            State::Waiting { due, .. } if now >= *due => events.push(ended_by_time(Ending::Missed)),
            State::Waiting { seats, .. } if !seats.anybody_there() => events.push(ended_by_time(Ending::Cancelled)),
            State::Active { since, seats, .. } if !seats.any_party_there() => {
                if seats.parties_came() {
                    events.push(ended_by_time(Ending::Completed));
                } else if now >= seats.empty_since(*since) + super::EMPTY_FOR {
                    events.push(ended_by_time(Ending::Failed));
                }
            }
            State::Ringing { .. } | State::Waiting { .. } | State::Active { .. } | State::Ended { .. } => {}
        }
        events
    }
}

fn lose(seats: &Seats, me: &PersonId, now: Millis) -> Vec<Event> {
    match seats.get(me).map(|seat| seat.place) {
        Some(Place::Here { .. }) => vec![Event::Lost { person: me.clone(), until: now + SEAT_KEPT }],
        Some(Place::Expected | Place::Lost { .. } | Place::Left { .. }) | None => vec![],
    }
}

fn ended(why: Ending, by: &PersonId) -> Event {
    Event::Ended { why, by: Some(by.clone()), on: None, words: None }
}

fn ended_by_time(why: Ending) -> Event {
    Event::Ended { why, by: None, on: None, words: None }
}

const ONLY_CALLEE: Refusal = Refusal::Forbidden("only whoever is called can answer");
const NOT_RINGING: Refusal = Refusal::NotNow("the call is not ringing");
const RING_OVER: Refusal = Refusal::Expired("the call no longer rings");
