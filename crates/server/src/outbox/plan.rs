//! By which ways somebody is told, decided when it is time: what they have chosen, what there is, and when.

use bedside_domain::notice::{self, About, Facts, Notice, Topic};
use bedside_domain::reach::{self, Channel};
use bedside_domain::time::{Millis, Span};
use bedside_store::{Reachable, Step};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::letter;
use crate::app::App;
use crate::dispatch::Error;

/// Nothing if there is nobody to tell, or nothing any more.
pub async fn plan(app: &App, notice: &Notice, at: Millis, now: Millis) -> Result<Option<Vec<Step>>, Error> {
    let facts = app.store.facts(notice).await?;
    if !notice::has_point(now, notice.topic, at, &facts) {
        return Ok(None);
    }
    if app.outbox.is_silent() {
        return Ok(Some(vec![]));
    }
    let Some(reachable) = app.store.reachable(&notice.to).await? else { return Ok(None) };
    if reachable.person.disabled_at.is_some() {
        return Ok(None);
    }
    let quiet = quiet_left(app, &reachable, now).await?;
    let woken = woken(app, notice).await?;
    let mut steps = Vec::new();
    for channel in Channel::ALL {
        for target in targets(app, notice, &reachable, (channel, &woken)) {
            steps.extend(step(notice, &facts, channel, target, (now, quiet)));
        }
    }
    // What shows a ring shows its end at once, whatever the hour.
    for step in steps.iter_mut().filter(|step| step.target.as_ref().is_some_and(|id| woken.contains(id))) {
        step.due = now;
    }
    Ok(Some(steps))
}

fn step(
    notice: &Notice,
    facts: &Facts,
    channel: Channel,
    target: Option<String>,
    (now, quiet): (Millis, Span),
) -> Option<Step> {
    let planned = matches!(facts, Facts::Ring { planned: true, .. });
    let waits = quiet > Span::seconds(0) && reach::disturbs(notice.topic, channel) && !planned;
    let due = match (notice.topic, channel) {
        // Whoever sleeps is not rung out of bed, and in the morning it is over.
        (Topic::IncomingCall, _) if waits => return None,
        (Topic::IncomingCall, Channel::Sms) => {
            now + Span::millis((notice::SMS_AFTER.as_millis() - notice::PUSH_AFTER.as_millis()).max(0))
        }
        _ if waits => now + quiet,
        _ => now,
    };
    Some(Step { channel, target, due })
}

/// What was woken by a ring is told of its end, whatever else its person has chosen.
async fn woken(app: &App, notice: &Notice) -> Result<Vec<String>, Error> {
    Ok(match (&notice.about, notice.topic) {
        (About::Call(id), Topic::RingOver | Topic::MissedCall) => app.store.woken_for(id.as_str()).await?,
        _ => vec![],
    })
}

/// To what it goes by that way: nothing, one address, or each device.
fn targets(
    app: &App,
    notice: &Notice,
    reachable: &Reachable,
    (channel, woken): (Channel, &[String]),
) -> Vec<Option<String>> {
    let wants = reachable.choices.wants(reachable.person.role, notice.topic, channel);
    if channel != Channel::Push {
        let there = app.outbox.has(channel) && wants && letter::address(reachable, channel).is_some();
        return if there { vec![None] } else { vec![] };
    }
    if app.outbox.push.is_none() {
        return vec![];
    }
    let all = wants && notice.topic != Topic::RingOver;
    let devices = reachable.devices.iter().filter(|device| all || woken.contains(&device.id));
    devices.map(|device| Some(device.id.clone())).collect()
}

/// How long somebody is to be left alone from now on.
async fn quiet_left(app: &App, reachable: &Reachable, now: Millis) -> Result<Span, Error> {
    let Some(quiet) = reachable.choices.quiet else { return Ok(Span::seconds(0)) };
    let zone = match &reachable.person.zone {
        Some(zone) => Some(zone.clone()),
        None => app.store.practice().await?.value.zone,
    };
    let zone = zone.and_then(|zone| TimeZone::get(&zone).ok()).unwrap_or(TimeZone::UTC);
    let there = Timestamp::from_millisecond(now.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
    let minute = u16::from(there.hour().unsigned_abs()) * 60 + u16::from(there.minute().unsigned_abs());
    Ok(quiet.left(minute))
}
