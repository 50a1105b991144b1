//! Whole calls in a closed loop: ring, answer, both enter, signals both ways, end. Everything that either side hears is
//! counted, so that nothing is lost and nothing comes twice; after the last, nothing still runs.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Instant;

use serde_json::{Value, json};

use crate::Failure;
use crate::figures::{Times, micros};
use crate::line::{Heard, Line};
use crate::people::{Clinic, Pair, Place};
use crate::server::Server;
use crate::signal::signal_of;

#[derive(clap::Args)]
pub struct Calls {
    #[arg(long, default_value_t = 500)]
    count: usize,
    /// How many call at the same time.
    #[arg(long, default_value_t = 50)]
    pairs: usize,
    /// How many signals each side sends.
    #[arg(long, default_value_t = 15)]
    signals: usize,
    /// Says how far it is after so many calls.
    #[arg(long, default_value_t = 10_000)]
    tell_every: usize,
}

/// What all pairs know.
#[derive(Default)]
struct Course {
    begun: Cell<usize>,
    done: RefCell<HashSet<String>>,
}

const SIGNAL_BYTES: usize = 150;

impl Calls {
    pub async fn run(&self, clinic: &Clinic, server: &Server) -> Result<Value, Failure> {
        let course = Rc::new(Course::default());
        let mut parties = vec![];
        for n in 0..self.pairs {
            parties.push(Parties::of(clinic.pair(n).await?));
        }
        let (before, began) = (server.processor_time()?, Instant::now());
        let times = tokio::task::LocalSet::new().run_until(self.all(parties, course.clone())).await?;
        let (spent, lasted) = (server.processor_time()? - before, began.elapsed());
        let calls = course.done.borrow().len();
        if calls != self.count || times.count() != self.count {
            return Err(format!("{} calls were made, and {calls} are different ones", times.count()).into());
        }
        Ok(json!({
            "calls": calls,
            "seconds": lasted.as_secs_f64(),
            "perSecond": calls as f64 / lasted.as_secs_f64(),
            "processorMicrosEach": micros(spent) / calls as f64,
            "latencyMicros": times.summary(),
        }))
    }

    async fn all(&self, parties: Vec<Parties>, course: Rc<Course>) -> Result<Times, Failure> {
        let (count, signals, tell_every) = (self.count, self.signals, self.tell_every);
        let mut running = tokio::task::JoinSet::new();
        for two in parties {
            running.spawn_local(two.call_until(count, signals, tell_every, course.clone()));
        }
        let mut times = Times::default();
        while let Some(one) = running.join_next().await {
            times.extend(one??);
        }
        Ok(times)
    }
}

/// Two who call each other again and again.
struct Parties {
    patient: Side,
    practitioner: Side,
    practitioner_id: String,
}

impl Parties {
    fn of(pair: Pair) -> Self {
        let (patient, practitioner, practitioner_id) = pair.apart();
        Self { patient: Side::new(patient), practitioner: Side::new(practitioner), practitioner_id }
    }

    async fn call_until(
        mut self,
        count: usize,
        signals: usize,
        tell_every: usize,
        course: Rc<Course>,
    ) -> Result<Times, Failure> {
        let mut times = Times::default();
        while course.begun.get() < count {
            course.begun.set(course.begun.get() + 1);
            let began = Instant::now();
            let call = self.call(signals).await?;
            times.add(began.elapsed());
            let mut done = course.done.borrow_mut();
            if !done.insert(call.clone()) {
                return Err(format!("two calls have the id {call}").into());
            }
            if done.len().is_multiple_of(tell_every) {
                eprintln!("{} calls", done.len());
            }
        }
        self.patient.must_be_free().await?;
        self.practitioner.must_be_free().await?;
        Ok(times)
    }

    async fn call(&mut self, signals: usize) -> Result<String, Failure> {
        let Self { patient, practitioner, practitioner_id } = self;
        let wish = format!(r#"{{"doctorId":"{practitioner_id}"}}"#);
        let place: Place = serde_json::from_str(&patient.ask("request-video-call", &wish).await?)?;
        let ring = practitioner.event("incoming-video-call").await?;
        practitioner.line.acknowledge(ring.id().ok_or("a ring that asks for no answer")?).await?;
        patient.event("call-ringing").await?;
        practitioner.ask("accept-video-call", &format!(r#"{{"callId":"{}"}}"#, place.call_id)).await?;
        patient.event("call-accepted").await?;
        let room = format!(r#"{{"roomId":"{}"}}"#, place.room_id);
        for side in [&mut *practitioner, &mut *patient] {
            side.ask("join-room", &room).await?;
            side.event("joined-room").await?;
        }
        exchange(patient, practitioner, &place, signals).await?;
        practitioner.ask("end-call", &room).await?;
        for side in [&mut *practitioner, &mut *patient] {
            side.event("call-ended").await?;
            // Whatever was sent before this answer has come by then.
            side.ask("join", "{}").await?;
        }
        patient.must_have_heard(
            &place,
            &[
                ("call-accepted", 1),
                ("call-answered", 1),
                ("call-ended", 1),
                ("call-ringing", 1),
                ("joined-room", 1),
                ("webrtc-signal", signals),
            ],
        )?;
        practitioner.must_have_heard(
            &place,
            &[
                ("call-ended", 1),
                ("incoming-call", 1),
                ("incoming-video-call", 1),
                ("joined-room", 1),
                ("user-joined", 1),
                ("webrtc-signal", signals),
            ],
        )?;
        Ok(place.call_id)
    }
}

/// Both send all of theirs at once, and each hears the other's in order and byte by byte.
async fn exchange(a: &mut Side, b: &mut Side, place: &Place, signals: usize) -> Result<(), Failure> {
    for n in 0..signals {
        for side in [&mut *a, &mut *b] {
            let signal = signal_of(n, SIGNAL_BYTES);
            side.line.tell("webrtc-signal", &format!(r#"{{"roomId":"{}","signal":{signal}}}"#, place.room_id)).await?;
        }
    }
    for n in 0..signals {
        for side in [&mut *a, &mut *b] {
            let heard = side.event("webrtc-signal").await?;
            let signal = signal_of(n, SIGNAL_BYTES);
            if !heard.payload().contains(&signal) {
                return Err(format!("{signal} was due, and this came: {}", heard.payload()).into());
            }
        }
    }
    Ok(())
}

/// One of the two, with everything heard since the last call.
struct Side {
    line: Line,
    heard: Vec<String>,
    waiting: VecDeque<Heard>,
    names: BTreeMap<String, usize>,
    /// The version of the call that it was shown on entering, and those at which others came.
    knows: i64,
    came: Vec<i64>,
}

impl Side {
    fn new(line: Line) -> Self {
        Self { line, heard: vec![], waiting: VecDeque::new(), names: BTreeMap::new(), knows: 0, came: vec![] }
    }

    async fn ask(&mut self, event: &str, payload: &str) -> Result<String, Failure> {
        let id = self.line.say(event, payload).await?;
        loop {
            let heard = self.line.next_in_time(&format!("the answer to {event}")).await?;
            if heard.answers() == Some(id) {
                let done = heard.must_be_done().map_err(|failure| format!("{event}: {failure}"))?;
                return Ok(done.to_owned());
            }
            self.keep(heard);
        }
    }

    /// The next event of that name that nobody has waited for yet.
    async fn event(&mut self, name: &str) -> Result<Heard, Failure> {
        if let Some(at) = self.waiting.iter().position(|heard| heard.event() == Some(name)) {
            return Ok(self.waiting.remove(at).expect("it was found there"));
        }
        loop {
            let heard = self.line.next_in_time(name).await?;
            self.count(&heard);
            if heard.event() == Some(name) {
                return Ok(heard);
            }
            self.waiting.push_back(heard);
        }
    }

    fn keep(&mut self, heard: Heard) {
        self.count(&heard);
        self.waiting.push_back(heard);
    }

    fn count(&mut self, heard: &Heard) {
        match heard.event() {
            Some("joined-room") => self.knows = version_of(heard),
            Some("user-joined") => return self.came.push(version_of(heard)),
            _ => {}
        }
        *self.names.entry(heard.event().unwrap_or("(an answer)").to_owned()).or_default() += 1;
        self.heard.push(heard.payload().to_owned());
    }

    /// Exactly these events, and each of this call.
    fn must_have_heard(&mut self, place: &Place, expected: &[(&str, usize)]) -> Result<(), Failure> {
        let mut names = std::mem::take(&mut self.names);
        // Who was in the room already, `joined-room` has told: as the protocol says, older news is to be ignored.
        let knows = std::mem::take(&mut self.knows);
        let came = self.came.drain(..).filter(|version| *version > knows).count();
        if came > 0 {
            names.insert("user-joined".to_owned(), came);
        }
        if !names.iter().map(|(name, count)| (name.as_str(), *count)).eq(expected.iter().copied()) {
            return Err(format!("call {}: {names:?} was heard, and {expected:?} was due", place.call_id).into());
        }
        for payload in self.heard.drain(..) {
            if !payload.contains(&place.room_id) && !payload.contains(&place.call_id) {
                return Err(format!("call {}: news of another: {payload}", place.call_id).into());
            }
        }
        self.waiting.clear();
        Ok(())
    }

    /// Nothing rings and nothing runs any more.
    async fn must_be_free(&mut self) -> Result<(), Failure> {
        let sync: Value = serde_json::from_str(&self.ask("sync", "{}").await?)?;
        for what in ["calls", "rings", "rooms"] {
            if sync[what] != json!([]) {
                return Err(format!("{what} that are stuck: {}", sync[what]).into());
            }
        }
        Ok(())
    }
}

fn version_of(heard: &Heard) -> i64 {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: i64,
    }
    serde_json::from_str::<Versioned>(heard.payload()).map_or(0, |news| news.version)
}
