//! Words for states that have none of their own elsewhere.

use bedside_domain::call::{Admission, Door, GuestRole, Origin, Part};
use bedside_domain::policy::Directory;

use crate::doors::Use;

pub(crate) fn door(door: Door) -> &'static str {
    match door {
        Door::Open => "open",
        Door::WaitingRoom => "waiting-room",
    }
}

pub(crate) fn door_named(name: &str) -> Option<Door> {
    [Door::Open, Door::WaitingRoom].into_iter().find(|one| door(*one) == name)
}

pub(crate) fn directory(directory: Directory) -> &'static str {
    match directory {
        Directory::Open => "open",
        Directory::Closed => "closed",
    }
}

pub(crate) fn directory_named(name: &str) -> Option<Directory> {
    [Directory::Open, Directory::Closed].into_iter().find(|one| directory(*one) == name)
}

pub(crate) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Ring => "ring",
        Origin::Entry => "entry",
    }
}

pub(crate) fn origin_named(name: &str) -> Option<Origin> {
    [Origin::Ring, Origin::Entry].into_iter().find(|one| origin(*one) == name)
}

pub(crate) fn part(part: Part) -> &'static str {
    match part {
        Part::Party => "party",
        Part::Guest(role) => role.name(),
    }
}

pub(crate) fn part_named(name: &str) -> Option<Part> {
    if name == "party" { Some(Part::Party) } else { GuestRole::named(name).map(Part::Guest) }
}

pub(crate) fn admission(admission: Admission) -> &'static str {
    match admission {
        Admission::Needed => "needed",
        Admission::Given => "given",
    }
}

pub(crate) fn admission_named(name: &str) -> Option<Admission> {
    [Admission::Needed, Admission::Given].into_iter().find(|one| admission(*one) == name)
}

pub(crate) fn uses(uses: Use) -> &'static str {
    match uses {
        Use::Once => "once",
        Use::Again => "again",
    }
}

pub(crate) fn use_named(name: &str) -> Option<Use> {
    [Use::Once, Use::Again].into_iter().find(|one| uses(*one) == name)
}
