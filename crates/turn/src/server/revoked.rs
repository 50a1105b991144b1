//! Names that were good and are no more, although their passwords are still right.

use std::collections::HashMap;

use crate::credentials::Name;

/// Beyond this many the one that would be forgotten first is forgotten now.
const REMEMBERED_AT_MOST: usize = 65_536;

/// Whose names: see [`Name`] for the parts of an id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Names {
    /// All of a group: of a person.
    OfGroup(String),
    /// All with this part after the group: of a call, or of a session.
    OfPart(String),
}

impl Names {
    /// Whether a name of theirs that expires at `through` or before is this one.
    pub(super) fn cover(&self, username: &str, through: u64) -> bool {
        Name::read(username.as_bytes()).is_some_and(|name| {
            name.expiry <= through
                && match self {
                    Names::OfGroup(group) => name.group() == group,
                    Names::OfPart(part) => name.parts().any(|one| one == part),
                }
        })
    }
}

#[derive(Debug, Default)]
pub struct Revoked(HashMap<Names, u64>);

impl Revoked {
    pub fn add(&mut self, unix: u64, names: Names, through: u64) {
        if self.0.len() >= REMEMBERED_AT_MOST {
            self.0.retain(|_, through| unix <= *through);
        }
        if self.0.len() >= REMEMBERED_AT_MOST
            && let Some(first) = self.0.iter().min_by_key(|(_, through)| **through).map(|(names, _)| names.clone())
        {
            self.0.remove(&first);
        }
        let known = self.0.entry(names).or_default();
        *known = through.max(*known);
    }

    pub fn covers(&self, name: Name) -> bool {
        let through = |names: Names| self.0.get(&names).is_some_and(|through| name.expiry <= *through);
        through(Names::OfGroup(name.group().to_owned()))
            || name.parts().any(|part| through(Names::OfPart(part.to_owned())))
    }
}
