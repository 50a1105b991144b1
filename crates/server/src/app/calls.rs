//! Calls, running and past.

use bedside_domain::call::{Actor, Command, Ending};
use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::Millis;
use bedside_store::{CallQuery, CallRecord, Feedback, Held};

use super::{App, Asker, Listing, Names, PageWish};
use crate::clock;
use crate::dispatch::{self, Answer, Decided, Error, Once};

pub struct Shown {
    pub record: CallRecord,
    /// Why it was made and how it was answered are for those who are in it alone.
    pub with_words: bool,
    /// By whoever asks.
    pub is_missed: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub with: Option<PersonId>,
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    pub outcome: Option<Ending>,
    pub page: PageWish,
}

#[derive(Clone)]
pub struct Opinion {
    pub stars: Option<u8>,
    pub problems: Vec<String>,
    pub comment: Option<String>,
}

/// More than this is asked for in parts.
const EXPORT_AT_MOST: usize = 10_000;
const EXPORT_PAGE: u16 = 200;

pub async fn one(app: &App, asker: &Asker, id: &CallId) -> Result<(Shown, Names), Error> {
    let record = app.store.call_record(id).await?.ok_or(Refusal::NotFound)?;
    policy::may_see_call(&asker.viewer, &record.call)?;
    if asker.viewer.is_practice() && record.call.party(&asker.viewer.id).is_none() {
        app.store.audit(clock::now(), &asker.viewer.id, "read-call", id.as_str()).await?;
    }
    let shown = show(asker, record);
    let names = names_of(app, std::slice::from_ref(&shown)).await?;
    Ok((shown, names))
}

pub async fn mine(app: &App, asker: &Asker, filter: &Filter) -> Result<(Listing<Shown>, Names), Error> {
    policy::may_roam(&asker.viewer)?;
    list(app, asker, &query(asker, filter)?).await
}

pub async fn missed(app: &App, asker: &Asker, page: &PageWish) -> Result<(Listing<Shown>, Names), Error> {
    policy::may_roam(&asker.viewer)?;
    let me = asker.viewer.id.clone();
    list(app, asker, &CallQuery { missed_unseen_by: Some(me), page: page.ask()?, ..CallQuery::default() }).await
}

/// The whole of one's history, for a file.
pub async fn export(app: &App, asker: &Asker, filter: &Filter) -> Result<(Vec<Shown>, Names), Error> {
    policy::may_roam(&asker.viewer)?;
    let mut query = query(asker, filter)?;
    query.page.limit = EXPORT_PAGE;
    let mut all = Vec::new();
    loop {
        let page = app.store.calls(&query).await?;
        all.extend(page.items.into_iter().map(|record| show(asker, record)));
        match page.next {
            Some(cursor) if all.len() < EXPORT_AT_MOST => query.page.after = Some(cursor),
            // A file that silently lacks its end would be believed.
            Some(_) => return Err(Refusal::Invalid("more than 10,000 calls; narrow from and to").into()),
            None => break,
        }
    }
    let names = names_of(app, &all).await?;
    Ok((all, names))
}

/// The running ones: one's own, or everybody's for an administrator.
pub async fn active(app: &App, asker: &Asker, wish: &PageWish) -> Result<(Listing<Shown>, Names), Error> {
    policy::may_roam(&asker.viewer)?;
    let all = policy::may_see_all_calls(&asker.viewer);
    let page = app.store.live_calls_of((!all).then_some(&asker.viewer.id), &wish.ask()?).await?;
    if all {
        app.store.audit_listing(clock::now(), &asker.viewer.id, "list-live-calls", &[""]).await?;
    }
    let listing = Listing::of(page.map(|record| show(asker, record)));
    let names = names_of(app, &listing.items).await?;
    Ok((listing, names))
}

pub async fn end(
    app: &App,
    asker: &Asker,
    id: &CallId,
    once: Option<&Once>,
    render: impl Fn(&(Shown, Names)) -> Answer,
) -> Result<Answer, Error> {
    let attempt = move |now| async move {
        let mut record = app.store.call_record(id).await?.ok_or(Refusal::NotFound)?;
        policy::may_end_call(&asker.viewer, &record.call)?;
        let by = Actor::Person(&asker.viewer.id);
        let held = Held { value: record.call, version: record.version };
        let Decided { change, outcome } = dispatch::decide_call(app, now, by, held, &Command::End).await?;
        record.call = outcome;
        let shown = show(asker, record);
        let names = names_of(app, std::slice::from_ref(&shown)).await?;
        Ok(Decided { change, outcome: (shown, names) })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

/// The callee has taken note of a missed call.
pub async fn seen(app: &App, asker: &Asker, id: &CallId) -> Result<(), Error> {
    let roams = policy::may_roam(&asker.viewer);
    if roams.is_ok() && app.store.see_missed_call(id, &asker.viewer.id, clock::now()).await? {
        return Ok(());
    }
    let record = app.store.call_record(id).await?.ok_or(Refusal::NotFound)?;
    policy::may_see_call(&asker.viewer, &record.call)?;
    roams?;
    Err(Refusal::NotNow("this is no call that you have missed").into())
}

pub async fn feedback(app: &App, asker: &Asker, id: &CallId, opinion: &Opinion) -> Result<(), Error> {
    let record = app.store.call_record(id).await?.ok_or(Refusal::NotFound)?;
    policy::may_give_feedback(&asker.viewer, &record.call)?;
    if !record.call.has_ended() {
        return Err(Refusal::NotNow("the call has not ended").into());
    }
    let Opinion { stars, problems, comment } = opinion.clone();
    let (person, at) = (asker.viewer.id.clone(), clock::now());
    Ok(app.store.put_feedback(id, &Feedback { person, stars, problems, words: comment, at }).await?)
}

fn query(asker: &Asker, filter: &Filter) -> Result<CallQuery, Refusal> {
    Ok(CallQuery {
        of: Some(asker.viewer.id.clone()),
        with: filter.with.clone(),
        from: filter.from,
        to: filter.to,
        outcome: filter.outcome,
        missed_unseen_by: None,
        page: filter.page.ask()?,
    })
}

async fn list(app: &App, asker: &Asker, query: &CallQuery) -> Result<(Listing<Shown>, Names), Error> {
    let page = Listing::of(app.store.calls(query).await?.map(|record| show(asker, record)));
    let names = names_of(app, &page.items).await?;
    Ok((page, names))
}

pub(super) fn show(asker: &Asker, record: CallRecord) -> Shown {
    let with_words = record.call.party(&asker.viewer.id).is_some();
    let is_missed = record.call.is_missed_by(&asker.viewer.id);
    Shown { record, with_words, is_missed }
}

pub(super) async fn names_of(app: &App, calls: &[Shown]) -> Result<Names, Error> {
    app.names(calls.iter().flat_map(|shown| [&shown.record.call.caller.id, &shown.record.call.callee.id])).await
}
