//! How people are reached, and what is told to programs.

use bedside_domain::ids::CallId;
use bedside_domain::notice::Topic;
use bedside_domain::person::Role;
use bedside_domain::reach::{self, Channel, Choice, Choices, Mail, Quiet};
use bedside_domain::refusal::Refusal;
use bedside_protocol::reach::{
    ChoiceView, ConfirmAddress, NewAddress, OutboxEntry, PutReach, QuietView, ReachView, UnconfirmedView, WebhookTrial,
    WebhookView,
};
use serde_json::{Value, json};

use super::people::{brief, must_be_sound};
use super::practice::{clock_of, minute};
use super::{Read, time};
use crate::app::outbox::{JobRow, Jobs, Webhook};
use crate::app::people::Told;
use crate::app::reach::Reachable;
use crate::app::{App, Names};
use crate::outbox::address;

pub fn reach(app: &App, reachable: &Reachable) -> ReachView {
    let channels = Channel::ALL.into_iter().filter(|channel| app.outbox.has(*channel));
    let Choices { quiet, mail, .. } = reachable.choices;
    let waiting = reachable.unconfirmed.iter();
    ReachView {
        channels: channels.map(|channel| channel.name().to_owned()).collect(),
        choices: choices(&reachable.choices, reachable.person.role),
        quiet_hours: quiet.map(|quiet| QuietView { from: clock_of(quiet.from), to: clock_of(quiet.to) }),
        stopped: mail == Mail::Stopped,
        email: address(reachable, Channel::Email),
        phone: address(reachable, Channel::Sms),
        unconfirmed: waiting
            .map(|one| UnconfirmedView { channel: one.channel.name().to_owned(), address: one.address.clone() })
            .collect(),
        push_key: app.outbox.push.as_ref().map(|push| push.public_key().to_owned()),
    }
}

/// As it would be if nothing were stopped.
fn choices(choices: &Choices, role: Role) -> Vec<ChoiceView> {
    let choices = Choices { mail: Mail::Wanted, ..choices.clone() };
    let each = Topic::ALL.into_iter().flat_map(|topic| Channel::ALL.map(|channel| (topic, channel)));
    each.filter(|(topic, channel)| reach::offers(*topic, *channel) && is_chosen(*topic))
        .map(|(topic, channel)| ChoiceView {
            topic: topic.name().to_owned(),
            channel: channel.name().to_owned(),
            wanted: choices.wants(role, topic, channel),
        })
        .collect()
}

/// The end of a ring follows the ring, and a guest chooses nothing.
fn is_chosen(topic: Topic) -> bool {
    !matches!(topic, Topic::RingOver | Topic::Invitation)
}

pub fn choices_of(put: &PutReach) -> Read<Choices> {
    let choice = |view: &ChoiceView| {
        let topic = Topic::named(&view.topic).ok_or(Refusal::Invalid("topic is none that there is"))?;
        Ok(Choice { topic, channel: channel(&view.channel)?, wanted: view.wanted })
    };
    let quiet = |view: &QuietView| Ok(Quiet { from: minute(&view.from)?, to: minute(&view.to)? });
    Ok(Choices {
        chosen: put.choices.iter().map(choice).collect::<Read<_>>()?,
        quiet: put.quiet_hours.as_ref().map(quiet).transpose()?,
        mail: if put.stopped { Mail::Stopped } else { Mail::Wanted },
    })
}

fn channel(name: &str) -> Read<Channel> {
    Channel::named(name).ok_or(Refusal::Invalid("channel must be email, sms or push"))
}

pub fn new_address(given: NewAddress) -> Read<(Channel, String)> {
    let told = Told { email: given.email, ..Told::default() };
    must_be_sound(&told)?;
    match (told.email, given.phone) {
        (Some(email), None) if email.contains('@') => Ok((Channel::Email, email.trim().to_owned())),
        (None, Some(phone)) => {
            let phone = reach::e164(&phone).ok_or(Refusal::Invalid("phone must be like +491711234567"))?;
            Ok((Channel::Sms, phone))
        }
        _ => Err(Refusal::Invalid("either email or phone")),
    }
}

pub fn confirmed(given: &ConfirmAddress) -> Read<Channel> {
    match channel(&given.channel)? {
        Channel::Push => Err(Refusal::Invalid("channel must be email or sms")),
        channel => Ok(channel),
    }
}

pub fn jobs(state: Option<&str>) -> Read<Jobs> {
    match state {
        None | Some("waiting") => Ok(Jobs::Waiting),
        Some("failed") => Ok(Jobs::Failed),
        Some(_) => Err(Refusal::Invalid("state must be waiting or failed")),
    }
}

pub fn job(row: JobRow, names: &Names) -> OutboxEntry {
    let lane = row.lane.name();
    let person = row.to.as_ref().map(|id| brief(id, names.get(id)));
    OutboxEntry {
        id: row.id,
        lane: lane.to_owned(),
        topic: row.topic,
        person,
        webhook_id: row.target.filter(|_| lane == "webhook"),
        at: time(row.at),
        due_at: time(row.due),
        tries: row.tries,
        failed_at: row.done_at.map(time),
        why: row.why,
        receipt: row.receipt,
    }
}

/// Without its secret, which is shown when it is made.
pub fn webhook(webhook: Webhook) -> WebhookView {
    WebhookView {
        id: webhook.id,
        url: webhook.url,
        created_at: time(webhook.created_at),
        disabled_at: webhook.disabled_at.map(time),
        why: webhook.why,
    }
}

/// Nothing that speaks against it: it was taken.
pub fn trial(why: Option<&str>) -> WebhookTrial {
    WebhookTrial { took: why.is_none(), why: why.map(str::to_owned) }
}

/// For the caller: by which way the callee is being reached.
pub fn reaching(call: &CallId, channel: Channel) -> Value {
    json!({ "callId": call.as_str(), "by": channel.name() })
}
