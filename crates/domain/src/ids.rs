//! Names of things. Each is a text of its own type, so that a call can never be looked up by a room's id.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A person: the host application's own user id, or `bs_…` for somebody who has an account here.
    PersonId
);
id!(CallId);
id!(
    /// At least 128 random bits, for it stands in addresses and must not be guessed.
    RoomId
);
id!(AppointmentId);
id!(NoticeId);
id!(
    /// At least 128 random bits: it is in the guest's link.
    InvitationId
);
id!(
    /// One browser tab or app of a person.
    DeviceId
);

impl PersonId {
    /// What ids of accounts kept here begin with; a host's subject may not.
    pub const LOCAL_PREFIX: &str = "bs_";

    pub fn is_local(&self) -> bool {
        self.0.starts_with(Self::LOCAL_PREFIX)
    }
}
