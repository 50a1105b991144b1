//! How one is reached: what one has chosen, one's addresses, and one's devices.

use aws_lc_rs::constant_time;
use bedside_domain::call::{Actor, Command};
use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::notice::{About, Topic};
use bedside_domain::policy;
use bedside_domain::reach::{self, Channel, Choices};
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
pub use bedside_store::Reachable;
use bedside_store::Subscription;

use super::people::{self, Told};
use super::{App, Asker};
use crate::clock;
use crate::dispatch::{self, Error};
use crate::outbox::{self, Sent};

const CODE_GOOD_FOR: Span = Span::minutes(15);
/// Somebody else's telephone is not to be rung by us over and over.
const CODES_APART: Span = Span::minutes(1);
const WRONG_AT_MOST: i64 = 5;
const DEVICES_AT_MOST: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// It shows the ring.
    Rings,
    Decline,
}

pub async fn view(app: &App, asker: &Asker) -> Result<Reachable, Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.reachable(&asker.viewer.id).await?.ok_or(Refusal::NotFound)?)
}

pub async fn choose(app: &App, asker: &Asker, choices: &Choices) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.save_choices(&asker.viewer.id, choices).await?)
}

/// Sends a code there. The address becomes the person's once they have given the code back.
pub async fn new_address(app: &App, asker: &Asker, channel: Channel, address: &str) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    if !app.outbox.has(channel) {
        return Err(Refusal::NotNow("the operator has set up no way to send there").into());
    }
    let me = &asker.viewer.id;
    let now = clock::now();
    let before = app.store.unconfirmed(me).await?.into_iter().find(|one| one.channel == channel);
    if before.is_some_and(|before| now < before.at + CODES_APART) {
        return Err(Refusal::NotNow("a code was sent less than a minute ago").into());
    }
    app.store.put_unconfirmed(me, channel, address, now).await?;
    let (code, letter) = (code(app, me, channel, address, now), format!("code_{}", clock::id()));
    match outbox::send_code(app, &asker.person, channel, &letter, address, &code).await? {
        Sent::Done => Ok(()),
        Sent::Gone | Sent::Never(_) | Sent::Later { .. } => {
            Err(Refusal::NotNow("the code could not be sent there; try again in a minute").into())
        }
    }
}

pub async fn confirm(app: &App, asker: &Asker, channel: Channel, given: &str) -> Result<(), Error> {
    const WRONG: Refusal = Refusal::Expired("this code is wrong or over; ask for a new one");
    policy::may_roam(&asker.viewer)?;
    let me = &asker.viewer.id;
    if !app.store.try_to_confirm(me, channel, WRONG_AT_MOST).await? {
        return Err(WRONG.into());
    }
    let waiting = app.store.unconfirmed(me).await?.into_iter().find(|one| one.channel == channel).ok_or(WRONG)?;
    let expected = code(app, me, channel, &waiting.address, waiting.at);
    let same = constant_time::verify_slices_are_equal(expected.as_bytes(), given.trim().as_bytes()).is_ok();
    if !same || waiting.at + CODE_GOOD_FOR < clock::now() {
        return Err(WRONG.into());
    }
    let told = match channel {
        Channel::Email => Told { email: Some(waiting.address), ..Told::default() },
        Channel::Sms | Channel::Push => Told { phone: Some(waiting.address), ..Told::default() },
    };
    people::save(app, me, &told).await?;
    Ok(app.store.confirmed(me, channel).await?)
}

/// What somebody wrote of themselves, and nobody has confirmed: nothing is sent there until they do.
pub async fn doubt(app: &App, person: &PersonId, channel: Channel, address: &str) -> Result<(), Error> {
    let plain = match channel {
        Channel::Sms => reach::e164(address),
        Channel::Email | Channel::Push => Some(address.trim().to_owned()),
    };
    match plain.filter(|address| !address.is_empty()) {
        // No code was sent yet, so none is good.
        Some(address) => Ok(app.store.put_unconfirmed(person, channel, &address, Millis(0)).await?),
        None => Ok(()),
    }
}

/// Six digits that follow from the address and the time, so that nothing secret is kept.
fn code(app: &App, person: &PersonId, channel: Channel, address: &str, at: Millis) -> String {
    let digest = app.link_key.digest_of(&format!("code {person} {} {address} {}", channel.name(), at.0));
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

pub async fn add_device(
    app: &App,
    asker: &Asker,
    (endpoint, p256dh, auth): (&str, &str, &str),
    agent: Option<String>,
) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    if app.outbox.push.is_none() {
        return Err(Refusal::NotNow("the operator has set up no pushes").into());
    }
    if !app.outbox.http.may_send_to(endpoint) {
        return Err(Refusal::Invalid("endpoint must be https and lead to no private network").into());
    }
    if !outbox::are_keys(p256dh, auth) {
        return Err(Refusal::Invalid("keys must be those of a PushSubscription").into());
    }
    let me = &asker.viewer.id;
    let devices = app.store.devices_of(me).await?;
    let known = devices.iter().any(|device| device.endpoint == endpoint);
    if !known && devices.len() >= DEVICES_AT_MOST {
        // The oldest is the one that is used least.
        app.store.forget_device(&devices[0].id).await?;
    }
    let device = Subscription {
        id: clock::unguessable_id(),
        endpoint: endpoint.to_owned(),
        p256dh: p256dh.to_owned(),
        auth: auth.to_owned(),
        agent,
    };
    Ok(app.store.put_device(me, &device, clock::now()).await?)
}

pub async fn forget_device(app: &App, asker: &Asker, endpoint: &str) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.forget_device_at(&asker.viewer.id, endpoint).await?)
}

/// What a device does that was woken by a push. Its page may be closed and its person not signed in, so the push has
/// brought what it may do this by.
pub async fn answer_push(app: &App, token: &str, answer: PushAnswer) -> Result<(), Error> {
    let push = app.link_key.read_push_token(token).ok_or(Refusal::NotFound)?;
    let notice = app.store.told(&push).await?.ok_or(Refusal::NotFound)?;
    let (About::Call(call), Topic::IncomingCall) = (&notice.about, notice.topic) else {
        return Err(Refusal::NotFound.into());
    };
    let device = DeviceId::new(push.rsplit_once("_push_").map_or("push", |(_, device)| device));
    let command = match answer {
        PushAnswer::Rings => Command::DeviceRings { device },
        PushAnswer::Decline => Command::Decline { device: Some(device), words: None },
    };
    let person = app.store.person(&notice.to).await?.filter(|held| held.value.disabled_at.is_none());
    person.ok_or(Refusal::NotFound)?;
    dispatch::command(app, Actor::Person(&notice.to), call, &command).await.map(drop)
}

/// Whom a link ends letters for. Looking spends nothing.
pub async fn who_stops(app: &App, token: &str) -> Result<PersonId, Error> {
    let letter = app.link_key.read_stop_token(token).ok_or(Refusal::NotFound)?;
    let told = app.store.told(&letter).await?;
    Ok(told.ok_or(Refusal::Expired("this letter is too old; change it in the app"))?.to)
}

pub async fn stop(app: &App, token: &str) -> Result<(), Error> {
    let person = who_stops(app, token).await?;
    Ok(app.store.stop_mail(&person).await?)
}

/// What is said to whoever stops, in their language: asked before, told after.
pub async fn said_of_stopping(app: &App, token: &str) -> Result<(String, String), Error> {
    let person = app.store.person(&who_stops(app, token).await?).await?.map(|held| held.value);
    let practice = app.store.practice().await?.value.name;
    let language = app.outbox.words.of(person.as_ref().and_then(|person| person.locale.as_deref()));
    let asked = outbox::fill(&language.stop_ask, &[("practice", &practice)]);
    Ok((asked, language.stop_done.clone()))
}
