//! A practice to try: demo people and appointments on a database that goes away with the program.

use std::net::SocketAddr;

use bedside_domain::appointment::Kind;
use bedside_domain::call::Door;
use bedside_domain::hours::{Hours, Shift, Weekday};
use bedside_domain::ids::PersonId;
use bedside_domain::person::Role;
use bedside_domain::policy::{Scope, Viewer};
use bedside_domain::time::{Millis, Span};
use bedside_store::Use;

use crate::Failure;
use crate::app::booking::{self, Ask, Place, Who};
use crate::app::people::{self, Told};
use crate::app::practice::{self, Practice};
use crate::app::{App, Asker, doors, hours};
use crate::clock;
use crate::compose::compose;
use crate::config::{Settings, Tls};
use crate::dispatch::{Answer, Error};
use crate::listen::Ports;
use crate::relay::RelayPorts;
use crate::serve;
use crate::tls;

/// Longer than anybody tries something out.
const LINKS_LAST: Span = Span::days(30);

struct Cast {
    id: &'static str,
    role: Role,
    name: &'static str,
    title: Option<&'static str>,
    specialization: Option<&'static str>,
    languages: &'static [&'static str],
}

const PATIENT: Cast =
    Cast { id: "bs_ada", role: Role::Patient, name: "Ada Patient", title: None, specialization: None, languages: &[] };

const PRACTITIONER: Cast = Cast {
    id: "bs_jane",
    role: Role::Practitioner,
    name: "Jane Smith",
    title: Some("Dr."),
    specialization: Some("Dermatology"),
    languages: &["en", "de"],
};

const COLLEAGUE: Cast = Cast {
    id: "bs_omar",
    role: Role::Practitioner,
    name: "Omar Haddad",
    title: Some("Dr."),
    specialization: Some("General practice"),
    languages: &["en", "ar", "fr"],
};

const STAFF: Cast =
    Cast { id: "bs_sam", role: Role::Staff, name: "Sam Frontdesk", title: None, specialization: None, languages: &[] };

const ADMINISTRATOR: Cast =
    Cast { id: "bs_alma", role: Role::Admin, name: "Alma Office", title: None, specialization: None, languages: &[] };

const EVERYBODY: [&Cast; 5] = [&PATIENT, &PRACTITIONER, &COLLEAGUE, &STAFF, &ADMINISTRATOR];

pub async fn demo(settings: Settings) -> Result<(), Failure> {
    let folder = Folder::new()?;
    let database = format!("sqlite://{}", folder.0.join("demo.db").display());
    let ports = Ports::open(&settings).await?;
    let places = Places::of(&settings, ports.address()?);
    let data_dir = folder.0.clone();
    let relay = RelayPorts::open(&settings)?;
    let settings = Settings { database, data_dir, public_url: places.patients.clone(), ..settings };
    let app = compose(settings, &relay).await?;
    let https = tls::start(&app.settings)?;
    for cast in EVERYBODY {
        people::save(&app, &PersonId::new(cast.id), &cast.told()).await.map_err(failure)?;
    }
    fill_the_calendar(&app).await.map_err(failure)?;
    say_who_we_are(&app).await.map_err(failure)?;
    println!("Bedside demo: a practice that goes away when you stop it with Ctrl-C.\n");
    println!("Open these two side by side; each link can be used again.");
    let mut for_a_phone = None;
    for cast in EVERYBODY {
        let token = doors::new_sign_in_link(&app, &PersonId::new(cast.id), Use::Again, LINKS_LAST).await;
        let link = format!("{}/sign-in/{}", places.of_a(cast.role), token.map_err(failure)?);
        println!("  {:<28} {link}", cast.label());
        for_a_phone.get_or_insert(link);
    }
    println!();
    if let (Some(https), Some(link)) = (&https, for_a_phone) {
        https.introduce(&link);
    }
    serve::run(ports, relay, https, app).await
}

/// One browser holds two people if they come by two names of this machine.
struct Places {
    patients: String,
    practice: String,
}

impl Places {
    /// With HTTPS the patient is the one on the phone, so it is the name that a phone reaches.
    fn of(settings: &Settings, address: SocketAddr) -> Self {
        let port = address.port();
        match settings.tls {
            Tls::SelfSigned if address.ip().is_loopback() => {
                Self { patients: format!("https://localhost:{port}"), practice: format!("https://127.0.0.1:{port}") }
            }
            Tls::SelfSigned => {
                Self { patients: settings.tls.url_at(address), practice: format!("https://localhost:{port}") }
            }
            _ => Self { patients: format!("http://localhost:{port}"), practice: format!("http://127.0.0.1:{port}") },
        }
    }

    fn of_a(&self, role: Role) -> &str {
        if role == Role::Patient { &self.patients } else { &self.practice }
    }
}

/// One appointment to accept, and one whose room is open.
async fn fill_the_calendar(app: &App) -> Result<(), Error> {
    let next_quarter = Millis(clock::now().0 / 900_000 * 900_000 + 900_000);
    book(app, &PRACTITIONER, next_quarter, "Follow-up: the rash").await?;
    book(app, &PATIENT, next_quarter + Span::days(1), "A mole that has changed").await
}

/// What an administrator would write first. One of the two practitioners has said when they work, so that both ways to
/// choose a time can be tried. The telephone number is one of those that are nobody's.
async fn say_who_we_are(app: &App) -> Result<(), Error> {
    let practice = Practice {
        name: "Riverside Practice".to_owned(),
        phone: Some("+44 20 7946 0123".to_owned()),
        email: Some("hello@riverside.example".to_owned()),
        welcome: Some("We are glad to see you. Find a quiet place and have your medicines at hand.".to_owned()),
        ..Practice::default()
    };
    practice::put(app, &ADMINISTRATOR.asker(app).await?, &practice).await?;
    let shift = |day, opens: u16, closes: u16| Shift { day, opens: opens * 60, closes: closes * 60 };
    let shifts = Weekday::ALL.into_iter().flat_map(|day| [shift(day, 8, 12), shift(day, 13, 18)]).collect();
    let hours = Hours { shifts, absences: vec![] };
    let jane = PRACTITIONER.asker(app).await?;
    hours::put(app, &jane, &jane.viewer.id, &hours, None).await
}

async fn book(app: &App, by: &Cast, start: Millis, reason: &str) -> Result<(), Error> {
    let ask = Ask {
        practitioner: PersonId::new(PRACTITIONER.id),
        patient: Who::Known(PersonId::new(PATIENT.id)),
        kind: Kind::Remote,
        slot: bedside_domain::appointment::Slot { start, minutes: 20 },
        door: Some(Door::WaitingRoom),
        place: Place::Here,
        reason: Some(reason.to_owned()),
    };
    let asker = by.asker(app).await?;
    booking::create(app, &asker, &ask, None, |_| Answer { status: 201, body: String::new() }).await?;
    Ok(())
}

impl Cast {
    fn told(&self) -> Told {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Told {
            role: Some(self.role),
            name: Some(self.name.to_owned()),
            title: owned(self.title),
            specialization: owned(self.specialization),
            languages: Some(self.languages.iter().map(|tag| (*tag).to_owned()).collect()),
            ..Told::default()
        }
    }

    fn label(&self) -> String {
        format!("{} ({})", self.name, self.role.name())
    }

    async fn asker(&self, app: &App) -> Result<Asker, Error> {
        let person = people::save(app, &PersonId::new(self.id), &self.told()).await?;
        let viewer = Viewer { id: person.id.clone(), role: person.role, scope: Scope::Everything };
        Ok(Asker { viewer, person, session: None })
    }
}

/// A folder that is gone when the program ends.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("bedside-demo-{}", clock::unguessable_id()));
        std::fs::create_dir_all(&path).map_err(|e| format!("cannot make {}: {e}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Refused(refusal) => refusal.why().into(),
        Error::Failed(failure) => failure.into(),
        Error::Contended => "the demo people could not be made".into(),
    }
}
