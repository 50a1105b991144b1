//! What somebody is told: the words of the topic, filled with what is true now. A patient's name is in none of them.

use bedside_domain::appointment::{Appointment, Kind, Status};
use bedside_domain::ids::PersonId;
use bedside_domain::notice::{About, Facts, Notice, Topic};
use bedside_domain::person::{Person, Role};
use bedside_domain::reach::Channel;

use super::words::fill;
use crate::app::{App, appointments, calendar, links};
use crate::dispatch::Error;

/// In the language of whoever gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Whom it is from.
    pub practice: String,
    pub subject: String,
    pub text: String,
    pub short: String,
    pub button: String,
    /// What stands beside the button of a ring.
    pub decline: String,
    pub link: String,
    pub greeting: String,
    /// Said of a link that lets its bearer in.
    pub personal: Option<String>,
    pub stop: Option<Stop>,
    pub calendar: Option<calendar::File>,
}

/// How one ends letters with one press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub link: String,
    pub words: String,
}

/// `id` is the letter's own.
pub async fn write(app: &App, id: &str, to: &Person, notice: &Notice, facts: &Facts) -> Result<Letter, Error> {
    let practice = app.store.practice().await?.value;
    let language = app.outbox.words.of(to.locale.as_deref());
    let name = if practice.name.is_empty() { "Bedside".to_owned() } else { practice.name.clone() };
    let zone = to.zone.as_deref().or(practice.zone.as_deref()).unwrap_or("UTC");
    let appointment = match facts {
        Facts::Appointment(appointment) => Some(appointment),
        _ => None,
    };
    let practitioner = practitioner(app, to, notice, appointment).await?;
    let when = appointment.map(|appointment| language.when(appointment.slot.start, zone)).unwrap_or_default();
    let values = [
        ("practice", name.as_str()),
        ("practitioner", practitioner.as_deref().unwrap_or(&language.somebody)),
        ("when", when.as_str()),
    ];
    let said = language.says(notice.topic, to.role);
    let short = match facts {
        Facts::Call { declined: true, .. } if notice.topic == Topic::RingOver => &language.declined,
        _ => &said.short,
    };
    let (link, is_personal) = match facts {
        // What was written there is read there, also by whoever has nothing but their link.
        Facts::Chat { appointment: Some(id), .. } => {
            let held = app.store.appointment(id).await?;
            link(app, to, notice, held.as_ref().map(|held| &held.value))
        }
        _ => link(app, to, notice, appointment),
    };
    let may_stop =
        matches!(notice.topic, Topic::ReminderDay | Topic::ReminderHour | Topic::Message | Topic::MissedCall);
    Ok(Letter {
        subject: fill(&said.subject, &values),
        text: fill(&said.text, &values),
        short: fill(short, &values),
        button: fill(&said.button, &values),
        decline: language.decline.clone(),
        greeting: language.greeting.clone(),
        personal: is_personal.then(|| language.personal.clone()),
        stop: may_stop.then(|| Stop { link: links::stop_address(app, id), words: language.stop.clone() }),
        calendar: match appointment {
            Some(appointment) => calendar::file_for(app, to, appointment, notice.topic).await?,
            None => None,
        },
        practice: name,
        link,
    })
}

/// Patients are told who it is. Those of the practice are not told of patients by name.
async fn practitioner(
    app: &App,
    to: &Person,
    notice: &Notice,
    appointment: Option<&Appointment>,
) -> Result<Option<String>, Error> {
    let id = appointment.map(|appointment| &appointment.practitioner).or(notice.by.as_ref());
    let Some(id) = id.filter(|_| matches!(to.role, Role::Patient | Role::Guest)) else { return Ok(None) };
    let person = app.store.person(id).await?.map(|held| held.value);
    Ok(person.filter(|person| person.role == Role::Practitioner).map(|person| named(&person)))
}

fn named(person: &Person) -> String {
    match &person.title {
        Some(title) => format!("{title} {}", person.name),
        None => person.name.clone(),
    }
}

/// Where it leads, and whether that lets its bearer in.
fn link(app: &App, to: &Person, notice: &Notice, appointment: Option<&Appointment>) -> (String, bool) {
    let page = |path: &str| (format!("{}{path}", app.settings.public_url), false);
    let patient = matches!(to.role, Role::Patient | Role::Guest);
    match (&notice.about, appointment) {
        (About::Invitation(id), _) => (links::address(app, &app.link_key.guest_token(id)), true),
        (About::Call(id), None) if matches!(notice.topic, Topic::IncomingCall | Topic::Message) => {
            page(&format!("/{}/video-call/{id}", if patient { "patient" } else { "doctor" }))
        }
        (_, Some(appointment)) if leads_in(appointment) => match personal(app, appointment, &to.id) {
            Some(link) => (link, true),
            None => page(if patient { "/patient/appointments" } else { "/doctor/dashboard" }),
        },
        _ if patient => page("/patient/appointments"),
        _ => page("/doctor/dashboard"),
    }
}

fn leads_in(appointment: &Appointment) -> bool {
    appointment.status == Status::Accepted && appointment.kind == Kind::Remote
}

fn personal(app: &App, appointment: &Appointment, person: &PersonId) -> Option<String> {
    appointments::link_of(app, appointment, person)
}

impl Letter {
    /// What fits on a telephone: whom it is from, what it is, and where it leads.
    pub fn sms(&self) -> String {
        match self.short.contains(&self.practice) {
            true => format!("{} {}", self.short, self.link),
            false => format!("{}: {} {}", self.practice, self.short, self.link),
        }
    }
}

/// The end of what is shown until then replaces it: both have one name.
pub fn tag(notice: &Notice) -> String {
    match &notice.about {
        About::Call(id) => id.as_str().chars().filter(char::is_ascii_hexdigit).take(32).collect(),
        About::Appointment(id) => id.as_str().chars().filter(char::is_ascii_alphanumeric).take(32).collect(),
        About::Invitation(_) => String::new(),
    }
}

/// Whether somebody has an address for it that may be used.
pub fn address(reachable: &bedside_store::Reachable, channel: Channel) -> Option<String> {
    let person = &reachable.person;
    let address = match channel {
        Channel::Email => person.email.clone().filter(|email| email.contains('@')),
        Channel::Sms => person.phone.as_deref().and_then(bedside_domain::reach::e164),
        Channel::Push => None,
    }?;
    let doubted = reachable.unconfirmed.iter().any(|one| one.channel == channel && one.address == address);
    (!doubted).then_some(address)
}
