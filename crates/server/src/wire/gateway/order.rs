//! News of one call in the order of its versions: two changes may be published the other way round.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bedside_protocol::ids::CallId;
use tokio::time::Instant;

/// What has not come by then does not come: it was dropped under load, or another process did it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Where something belongs.
pub struct At {
    pub call: CallId,
    pub version: i64,
    /// Nothing comes after it.
    pub is_last: bool,
}

pub struct Order<T> {
    /// The version up to which everything was given out.
    told: HashMap<CallId, i64>,
    early: HashMap<CallId, BTreeMap<i64, (T, bool)>>,
    /// Since when something is here that is early.
    waits: Option<Instant>,
}

impl<T> Order<T> {
    /// What can be told, now that this is here.
    pub fn in_turn(&mut self, at: At, one: T) -> Vec<T> {
        let At { call, version, is_last } = at;
        // Of a call that was there before this process, the first news is where it begins.
        let told = *self.told.get(&call).unwrap_or(&(version - 1));
        if version <= told {
            // What was taken for the beginning was not.
            return vec![one];
        }
        self.early.entry(call.clone()).or_default().insert(version, (one, is_last));
        let ready = self.next_of(&call, told);
        self.waits = match self.early.is_empty() {
            true => None,
            false => self.waits.or_else(|| Some(Instant::now())),
        };
        ready
    }

    /// When to give up waiting.
    pub fn late(&self) -> Option<Instant> {
        self.waits.map(|since| since + PATIENCE)
    }

    /// What waits for something that does not come.
    pub fn give_up(&mut self) -> Vec<T> {
        self.waits = None;
        let calls: Vec<_> = self.early.keys().cloned().collect();
        let mut left = Vec::new();
        for call in calls {
            while let Some(first) = self.early.get(&call).and_then(|early| early.keys().next().copied()) {
                left.extend(self.next_of(&call, first - 1));
            }
        }
        left
    }

    fn next_of(&mut self, call: &CallId, mut told: i64) -> Vec<T> {
        let mut ready = Vec::new();
        let mut is_over = false;
        if let Some(early) = self.early.get_mut(call) {
            while let Some((one, is_last)) = early.remove(&(told + 1)) {
                ready.push(one);
                told += 1;
                is_over |= is_last;
            }
            if early.is_empty() || is_over {
                self.early.remove(call);
            }
        }
        match is_over {
            true => self.told.remove(call),
            false => self.told.insert(call.clone(), told),
        };
        ready
    }
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { told: HashMap::new(), early: HashMap::new(), waits: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(version: i64) -> At {
        At { call: CallId::new("one"), version, is_last: version == 9 }
    }

    fn heard(order: &mut Order<i64>, versions: &[i64]) -> Vec<i64> {
        versions.iter().flat_map(|&version| order.in_turn(at(version), version)).collect()
    }

    #[test]
    fn what_overtakes_waits_for_what_was_before() {
        let mut order = Order::default();
        assert_eq!(heard(&mut order, &[1, 3, 4]), [1]);
        assert_eq!(heard(&mut order, &[2]), [2, 3, 4]);
        assert_eq!(heard(&mut order, &[5]), [5]);
        assert_eq!(order.late(), None);
    }

    #[test]
    fn a_call_from_before_begins_where_it_is_first_heard_of() {
        let mut order = Order::default();
        assert_eq!(heard(&mut order, &[5, 4, 6, 8]), [5, 4, 6]);
        assert_eq!(heard(&mut order, &[7]), [7, 8]);
    }

    #[test]
    fn what_does_not_come_is_not_waited_for_long() {
        let mut order = Order::default();
        assert_eq!(heard(&mut order, &[1, 6, 3]), [1]);
        assert!(order.late().is_some());
        assert_eq!(order.give_up(), [3, 6]);
        assert_eq!(order.late(), None);
        assert_eq!(heard(&mut order, &[7]), [7]);
    }

    #[test]
    fn nothing_is_kept_of_what_is_over() {
        let mut order = Order::default();
        heard(&mut order, &[8, 9]);
        assert!(order.told.is_empty() && order.early.is_empty());
        assert_eq!(heard(&mut order, &[11]), [11]);
    }
}
