//! Who is who.

use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::time::Millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Patient,
    Practitioner,
    Staff,
    Admin,
    /// Somebody invited to one room: an interpreter, a relative, a student.
    Guest,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Patient, Self::Practitioner, Self::Staff, Self::Admin, Self::Guest];

    pub fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Practitioner => "practitioner",
            Self::Staff => "staff",
            Self::Admin => "admin",
            Self::Guest => "guest",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A person as the practice knows them. Everything but the id and the role may be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub role: Role,
    pub name: String,
    pub given_name: String,
    pub family_name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub title: Option<String>,
    pub specialization: Option<String>,
    /// BCP 47 tags of the languages a practitioner speaks with patients.
    pub languages: Vec<String>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    /// IANA name of the zone the person lives in.
    pub zone: Option<String>,
    /// Practitioners in the directory, whom patients may see and ring.
    pub listed: bool,
    pub disabled_at: Option<Millis>,
}

impl Person {
    /// Somebody of whom no more than this is known.
    pub fn new(id: PersonId, role: Role, name: &str) -> Self {
        let (given_name, family_name) = split_name(name);
        Self {
            id,
            role,
            name: name.trim().to_owned(),
            given_name,
            family_name,
            email: None,
            phone: None,
            title: None,
            specialization: None,
            languages: Vec::new(),
            picture: None,
            locale: None,
            zone: None,
            listed: role == Role::Practitioner,
            disabled_at: None,
        }
    }

    /// What stands in for a picture: "Jane Smith" is JS, "Ada" is A.
    pub fn initials(&self) -> String {
        [&self.given_name, &self.family_name]
            .into_iter()
            .filter_map(|name| name.chars().find(|c| c.is_alphanumeric()))
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// A host that sends one `name` means its last word as the family name.
pub fn split_name(name: &str) -> (String, String) {
    let name = name.trim();
    match name.rsplit_once(char::is_whitespace) {
        Some((given, family)) => (given.trim().to_owned(), family.to_owned()),
        None => (name.to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_splits_at_its_last_space() {
        assert_eq!(split_name("Dr. Jane  Smith "), ("Dr. Jane".into(), "Smith".into()));
        assert_eq!(split_name("Ada"), ("Ada".into(), String::new()));
    }

    #[test]
    fn initials_stand_in_for_a_picture() {
        let initials = |name| Person::new(PersonId::new("1"), Role::Patient, name).initials();
        assert_eq!(initials("Jane Smith"), "JS");
        assert_eq!(initials("émile zola"), "ÉZ");
        assert_eq!(initials("Ada"), "A");
    }
}
