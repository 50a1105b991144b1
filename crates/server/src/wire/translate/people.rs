//! People: as others see them, and what is told of them.

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_domain::refusal::Refusal;
use bedside_protocol::person::{PersonBrief, PersonView, PractitionerCard, PutPerson, RegisterEntry};

use super::{Read, must_be_line, time};
use crate::app::people::Told;
use crate::wire::host_token::Claims;

const NAME_CHARS_AT_MOST: usize = 200;
const LINE_CHARS_AT_MOST: usize = 320;
const LANGUAGES_AT_MOST: usize = 20;

pub fn brief(id: &PersonId, person: Option<&Person>) -> PersonBrief {
    let text = |field: fn(&Person) -> &String| person.map(field).cloned().unwrap_or_default();
    PersonBrief {
        id: id.to_string(),
        name: text(|person| &person.name),
        first_name: text(|person| &person.given_name),
        last_name: text(|person| &person.family_name),
    }
}

pub fn person(person: &Person) -> PersonView {
    PersonView {
        id: person.id.to_string(),
        role: person.role.name().to_owned(),
        name: person.name.clone(),
        first_name: person.given_name.clone(),
        last_name: person.family_name.clone(),
        initials: person.initials(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        title: person.title.clone(),
        specialization: person.specialization.clone(),
        languages: person.languages.clone(),
        picture: person.picture.clone(),
        locale: person.locale.clone(),
        zoneinfo: person.zone.clone(),
    }
}

pub fn entry(person: &Person) -> RegisterEntry {
    RegisterEntry {
        id: person.id.to_string(),
        role: person.role.name().to_owned(),
        name: person.name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        specialization: person.specialization.clone(),
        listed: person.listed,
        disabled_at: person.disabled_at.map(time),
    }
}

pub fn wanted_role(name: Option<&str>) -> Read<Option<Role>> {
    name.map(|name| role(name).ok_or(UNKNOWN_ROLE)).transpose()
}

pub fn card(person: Person, presence: &str) -> PractitionerCard {
    PractitionerCard {
        id: person.id.to_string(),
        initials: person.initials(),
        name: person.name,
        first_name: person.given_name,
        last_name: person.family_name,
        title: person.title,
        specialization: person.specialization,
        languages: person.languages,
        picture: person.picture,
        presence: presence.to_owned(),
    }
}

pub fn role(name: &str) -> Option<Role> {
    match name {
        "doctor" => Some(Role::Practitioner),
        "guest" => None,
        other => Role::named(other),
    }
}

pub fn told(put: PutPerson) -> Read<Told> {
    let told = Told {
        role: put.role.map(|name| role(&name).ok_or(UNKNOWN_ROLE)).transpose()?,
        name: put.name,
        given_name: put.given_name,
        family_name: put.family_name,
        email: put.email,
        phone: put.phone,
        title: put.title,
        specialization: put.specialization,
        languages: put.languages,
        picture: put.picture,
        locale: put.locale,
        zone: put.zoneinfo,
        listed: put.listed,
    };
    must_be_sound(&told)?;
    Ok(told)
}

/// What a host's token says of a person. An administrator counts only where the operator has said so.
pub fn told_by_host(claims: Claims, admins: bool) -> Result<Told, &'static str> {
    let role = match role(&claims.role).ok_or("the token's role is none of patient, practitioner, staff and admin")? {
        Role::Admin if !admins => return Err("this server takes no administrators from the host; see --host-admins"),
        role => role,
    };
    let parts = [claims.given_name.as_deref(), claims.family_name.as_deref()];
    let together = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = claims.name.unwrap_or(together);
    if name.trim().is_empty() {
        return Err("the token has no name");
    }
    let told = Told {
        role: Some(role),
        name: Some(name),
        given_name: claims.given_name,
        family_name: claims.family_name,
        // A host's user is not locked out for an address that is none.
        email: claims.email.filter(|email| is_email(email)),
        phone: claims.phone,
        specialization: claims.specialization,
        locale: claims.locale,
        zone: claims.zoneinfo.filter(|zone| is_zone(zone)),
        ..Told::default()
    };
    must_be_sound(&told).map_err(|refusal| refusal.why())?;
    Ok(told)
}

pub(super) fn must_be_sound(told: &Told) -> Read<()> {
    if told.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(Refusal::Invalid("name is empty"));
    }
    for name in [&told.name, &told.given_name, &told.family_name, &told.title, &told.specialization] {
        must_be_line(name.as_deref(), NAME_CHARS_AT_MOST)?;
    }
    for line in [&told.email, &told.phone, &told.picture, &told.locale] {
        must_be_line(line.as_deref(), LINE_CHARS_AT_MOST)?;
    }
    if told.email.as_ref().is_some_and(|email| !is_email(email)) {
        return Err(Refusal::Invalid("email is no address"));
    }
    if told.zone.as_ref().is_some_and(|zone| !is_zone(zone)) {
        return Err(Refusal::Invalid("zoneinfo must be an IANA zone like Europe/Berlin"));
    }
    let languages = told.languages.iter().flatten();
    if languages.clone().count() > LANGUAGES_AT_MOST || languages.clone().any(|tag| tag.len() > 35 || !is_tag(tag)) {
        return Err(Refusal::Invalid("languages must be up to 20 tags like en or pt-BR"));
    }
    Ok(())
}

/// Empty takes away what was there.
fn is_email(text: &str) -> bool {
    text.trim().is_empty() || text.contains('@')
}

fn is_zone(text: &str) -> bool {
    text.is_empty() || jiff::tz::TimeZone::get(text).is_ok()
}

fn is_tag(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

const UNKNOWN_ROLE: Refusal = Refusal::Invalid("role must be patient, practitioner, staff or admin");
