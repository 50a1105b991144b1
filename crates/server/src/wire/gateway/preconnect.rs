//! Signals between whoever calls and the devices that ring, so that the two are connected by the time somebody answers.
//! Only while it rings, and only between clients that both said that they can.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bedside_protocol::ids::{CallId, DeviceId};

use super::hub::Line;

#[derive(Default)]
pub struct Preconnect(Mutex<HashMap<CallId, Ring>>);

#[derive(Default)]
struct Ring {
    caller: Option<Line>,
    devices: Vec<Line>,
}

impl Preconnect {
    /// The device that calls can connect early.
    pub fn calls(&self, call: &CallId, line: &Line) {
        self.held().entry(call.clone()).or_default().caller = Some(line.clone());
    }

    /// A device that rings can.
    pub fn rings(&self, call: &CallId, line: &Line) {
        let mut held = self.held();
        let ring = held.entry(call.clone()).or_default();
        ring.devices.retain(|other| other.device != line.device);
        ring.devices.push(line.clone());
    }

    pub fn is_ready(&self, call: &CallId, device: &DeviceId) -> bool {
        let held = self.held();
        held.get(call).is_some_and(|ring| ring.devices.iter().any(|line| &line.device == device))
    }

    /// Whom a signal of `from` about that device is for: the device if it is the caller's, the caller if it is its own.
    pub fn peer(&self, call: &CallId, from: &Line, device: &DeviceId) -> Option<Line> {
        let held = self.held();
        let ring = held.get(call)?;
        let caller = ring.caller.as_ref()?;
        let rings = ring.devices.iter().find(|line| &line.device == device)?;
        if Arc::ptr_eq(from, caller) { Some(rings.clone()) } else { Arc::ptr_eq(from, rings).then(|| caller.clone()) }
    }

    /// It rings no more.
    pub fn forget(&self, call: &CallId) {
        self.held().remove(call);
    }

    pub fn disconnect(&self, line: &Line) {
        self.held().retain(|_, ring| {
            ring.devices.retain(|device| !Arc::ptr_eq(device, line));
            if ring.caller.as_ref().is_some_and(|caller| Arc::ptr_eq(caller, line)) {
                ring.caller = None;
            }
            ring.caller.is_some() || !ring.devices.is_empty()
        });
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<CallId, Ring>> {
        self.0.lock().expect("no one panics holding the rings")
    }
}
