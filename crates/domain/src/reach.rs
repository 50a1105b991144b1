//! By which ways somebody is told: what each person has chosen, when they are left alone, and when one gives up.

use crate::notice::Topic;
use crate::person::Role;
use crate::time::Span;

/// A way to somebody who has no page open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Email,
    Sms,
    Push,
}

/// What a person has chosen. Where they have not, [`by_default`] counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    pub chosen: Vec<Choice>,
    pub quiet: Option<Quiet>,
    pub mail: Mail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub topic: Topic,
    pub channel: Channel,
    pub wanted: bool,
}

/// Whether somebody gets letters at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mail {
    #[default]
    Wanted,
    /// Ended with one press: neither e-mail nor SMS any more.
    Stopped,
}

/// When somebody is not to be disturbed, in minutes of the day where they live. It may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    pub from: u16,
    pub to: u16,
}

/// A provider that fails is asked again after these spans; more often than so, one gives up.
const AGAIN_AFTER: [Span; 10] = [
    Span::seconds(2),
    Span::seconds(10),
    Span::seconds(30),
    Span::minutes(1),
    Span::minutes(2),
    Span::minutes(5),
    Span::minutes(15),
    Span::hours(1),
    Span::hours(4),
    Span::hours(12),
];

/// The schedule that Standard Webhooks recommends.
const WEBHOOK_AGAIN_AFTER: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

impl Choices {
    pub fn wants(&self, role: Role, topic: Topic, channel: Channel) -> bool {
        if self.mail == Mail::Stopped && channel != Channel::Push {
            return false;
        }
        let chosen = self.chosen.iter().find(|choice| (choice.topic, choice.channel) == (topic, channel));
        offers(topic, channel) && chosen.map_or(by_default(role, topic, channel), |choice| choice.wanted)
    }
}

impl Quiet {
    pub fn covers(self, minute: u16) -> bool {
        if self.from <= self.to {
            self.from <= minute && minute < self.to
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// How long it still lasts at that minute.
    pub fn left(self, minute: u16) -> Span {
        const DAY: u16 = 24 * 60;
        let left = match (self.to + DAY - minute) % DAY {
            _ if !self.covers(minute) => 0,
            0 => DAY,
            left => left,
        };
        Span::minutes(i64::from(left))
    }
}

/// Whether a topic goes that way at all.
pub fn offers(topic: Topic, channel: Channel) -> bool {
    match (topic, channel) {
        // It is over before anybody reads a letter.
        (Topic::IncomingCall, Channel::Email) => false,
        (Topic::RingOver, Channel::Email | Channel::Sms) => false,
        // A guest has nothing to be woken.
        (Topic::Invitation, Channel::Push) => false,
        _ => true,
    }
}

/// What somebody gets who has chosen nothing. An SMS costs, so it brings what is needed in time.
pub fn by_default(role: Role, topic: Topic, channel: Channel) -> bool {
    match channel {
        Channel::Push => true,
        Channel::Email => !matches!(topic, Topic::MissedCall),
        Channel::Sms => {
            let needed = matches!(
                topic,
                Topic::AppointmentAccepted
                    | Topic::AppointmentCancelled
                    | Topic::AppointmentRescheduled
                    | Topic::ReminderHour
                    | Topic::CallStarting
                    | Topic::Invitation
            );
            needed && matches!(role, Role::Patient | Role::Guest)
        }
    }
}

/// What quiet hours hold back. A letter wakes nobody, and the end of a ring is silent.
pub fn disturbs(topic: Topic, channel: Channel) -> bool {
    channel != Channel::Email && !matches!(topic, Topic::RingOver | Topic::CallStarting)
}

/// When to try again after so many attempts; nothing: one gives up.
pub fn again_after(attempts: usize) -> Option<Span> {
    AGAIN_AFTER.get(attempts.checked_sub(1)?).copied()
}

/// The same for host applications.
pub fn webhook_again_after(attempts: usize) -> Option<Span> {
    WEBHOOK_AGAIN_AFTER.get(attempts.checked_sub(1)?).copied()
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Push];

    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// The form in which telephone numbers are the same all over the world; nothing if it is another.
pub fn e164(phone: &str) -> Option<String> {
    let plain: String = phone.chars().filter(|c| !" -().\u{a0}/".contains(*c)).collect();
    let digits = plain.strip_prefix('+')?;
    let sound = (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    (sound && !digits.starts_with('0')).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_goes_before_the_default_and_a_stop_before_both() {
        let mut choices = Choices::default();
        let sms = |choices: &Choices, topic| choices.wants(Role::Patient, topic, Channel::Sms);
        assert!(sms(&choices, Topic::ReminderHour) && !sms(&choices, Topic::IncomingCall));
        let choice = |topic, wanted| Choice { topic, channel: Channel::Sms, wanted };
        choices.chosen = vec![choice(Topic::ReminderHour, false), choice(Topic::IncomingCall, true)];
        assert!(!sms(&choices, Topic::ReminderHour) && sms(&choices, Topic::IncomingCall));
        choices.mail = Mail::Stopped;
        assert!(!sms(&choices, Topic::IncomingCall));
        assert!(choices.wants(Role::Patient, Topic::IncomingCall, Channel::Push), "a device is another matter");
        assert!(!Choices::default().wants(Role::Practitioner, Topic::AppointmentAccepted, Channel::Sms));
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let night = Quiet { from: 22 * 60, to: 7 * 60 };
        assert!(night.covers(23 * 60) && night.covers(0) && night.covers(6 * 60 + 59));
        assert!(!night.covers(7 * 60) && !night.covers(12 * 60));
        assert_eq!(night.left(23 * 60), Span::hours(8));
        assert_eq!(night.left(12 * 60), Span::minutes(0));
        let noon = Quiet { from: 12 * 60, to: 13 * 60 };
        assert!(noon.covers(12 * 60) && !noon.covers(13 * 60));
        assert_eq!(noon.left(12 * 60 + 30), Span::minutes(30));
        assert_eq!(Quiet { from: 0, to: 24 * 60 }.left(0), Span::days(1), "always");
    }

    #[test]
    fn one_tries_again_for_most_of_a_day_and_then_no_more() {
        let all: i64 = (1..).map_while(again_after).map(Span::as_seconds).sum();
        assert!((12 * 3600..24 * 3600).contains(&all), "{all}");
        assert_eq!(again_after(0), None);
        assert_eq!(webhook_again_after(1), Some(Span::seconds(5)));
        assert_eq!(webhook_again_after(9), Some(Span::hours(24)));
        assert_eq!(webhook_again_after(10), None);
    }

    #[test]
    fn a_number_is_one_that_the_whole_world_knows() {
        assert_eq!(e164("+49 (171) 123-4567").as_deref(), Some("+491711234567"));
        for other in ["0171 1234567", "+0171", "unknown", "", "+49171x", "+1234567890123456"] {
            assert_eq!(e164(other), None, "{other}");
        }
    }
}
