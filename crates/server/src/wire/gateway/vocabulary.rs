//! What clients may say: one set of acts inside, and every spelling of the four families of clients at the edge.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::hub::Announced;

/// What somebody wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Ring,
    Accept,
    Decline,
    Cancel,
    RingSignal,
    EnterRoom,
    LeaveRoom,
    Admit,
    AdmitAll,
    TurnAway,
    TellWaiting,
    SendBack,
    Remove,
    Lock,
    Invite,
    Signal,
    ShareScreen,
    UnshareScreen,
    ToggleVideo,
    ToggleAudio,
    RaiseHand,
    Chat,
    ChatRead,
    Typing,
    End,
    SetPresence,
    WatchPresence,
    Register,
    Sync,
}

/// Event, and what it means. Spellings of one act stand beside each other.
const SPELLINGS: &[(&str, Act)] = &[
    ("request-video-call", Act::Ring),
    ("call-user", Act::Ring),
    ("accept-video-call", Act::Accept),
    ("answer-call", Act::Accept),
    ("reject-video-call", Act::Decline),
    ("reject-call", Act::Decline),
    ("cancel-video-call", Act::Cancel),
    ("cancel-call", Act::Cancel),
    ("ring-signal", Act::RingSignal),
    ("join-room", Act::EnterRoom),
    ("join-video-room", Act::EnterRoom),
    ("take-seat", Act::EnterRoom),
    ("leave-room", Act::LeaveRoom),
    ("leave-video-room", Act::LeaveRoom),
    ("admit-participant", Act::Admit),
    ("admit-all", Act::AdmitAll),
    ("deny-participant", Act::TurnAway),
    ("waiting-message", Act::TellWaiting),
    ("return-to-waiting", Act::SendBack),
    ("remove-participant", Act::Remove),
    ("lock-room", Act::Lock),
    ("invite-participant", Act::Invite),
    ("webrtc-signal", Act::Signal),
    ("screen-share-start", Act::ShareScreen),
    ("screen-share-stop", Act::UnshareScreen),
    ("toggle-video", Act::ToggleVideo),
    ("toggle-audio", Act::ToggleAudio),
    ("raise-hand", Act::RaiseHand),
    ("chat-message", Act::Chat),
    ("chat-read", Act::ChatRead),
    ("chat-typing", Act::Typing),
    ("end-call", Act::End),
    ("end-video-call", Act::End),
    ("set-presence", Act::SetPresence),
    ("watch-presence", Act::WatchPresence),
    ("join", Act::Register),
    ("sync", Act::Sync),
];

pub fn act(event: &str) -> Option<Act> {
    SPELLINGS.iter().find(|(spelling, _)| *spelling == event).map(|(_, act)| *act)
}

/// Everything that a payload may hold, under all its names.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Given<'a> {
    pub call_id: Option<String>,
    pub room_id: Option<String>,
    pub user_id: Option<String>,
    pub from: Option<String>,
    pub caller_id: Option<String>,
    #[serde(alias = "doctorId", alias = "practitionerId")]
    pub callee_id: Option<String>,
    /// The callee of `call-user`, and the one peer of a signal.
    pub to: Option<String>,
    #[serde(alias = "type")]
    pub call_type: Option<String>,
    pub appointment_id: Option<String>,
    pub reason: Option<String>,
    pub request_id: Option<String>,
    #[serde(borrow)]
    pub signal: Option<&'a RawValue>,
    pub is_enabled: Option<bool>,
    pub is_raised: Option<bool>,
    pub is_locked: Option<bool>,
    pub presence: Option<String>,
    pub user_ids: Option<Vec<String>>,
    pub text: Option<String>,
    pub up_to: Option<String>,
    pub name: Option<String>,
    pub role: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// The device of a ring that a signal is for, or comes from.
    pub device_id: Option<String>,
    /// Whether a ringing client connects before anybody has answered.
    pub preconnect: Option<bool>,
    /// What a client says of itself to the others in the room.
    pub client: Option<Announced>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_means_two_things() {
        for (n, (spelling, _)) in SPELLINGS.iter().enumerate() {
            assert!(SPELLINGS[n + 1..].iter().all(|(other, _)| other != spelling), "{spelling}");
        }
    }

    #[test]
    fn a_signal_stays_as_the_bytes_that_came() {
        let text = r#"{"roomId":"r","signal":{"b" : 1.0,"a":"\u0041"}}"#;
        let given: Given<'_> = serde_json::from_str(text).expect("sound");
        assert_eq!(given.signal.expect("a signal").get(), r#"{"b" : 1.0,"a":"\u0041"}"#);
    }
}
