//! `bedside user`: the register of the practice from the command line, beside a server that runs or does not.

use bedside_domain::person::{Person, Role};
use bedside_domain::refusal::Refusal;
use bedside_store::PageAsk;

use crate::Failure;
use crate::app::accounts::NewLink;
use crate::app::people::Told;
use crate::app::{App, accounts, register};
use crate::config::Place;
use crate::dispatch::Error;

#[derive(clap::Subcommand)]
pub enum Wish {
    /// Add somebody who signs in here, and print a link that lets them in once.
    Add {
        /// patient, practitioner, staff or admin.
        #[arg(long, value_parser = role)]
        role: Role,
        #[arg(long)]
        name: String,
        /// What they sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// List everybody but guests, by name.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Sign somebody out everywhere, and let them in no more.
    Disable {
        /// An id or an e-mail address.
        who: String,
        #[command(flatten)]
        place: Place,
    },
    /// Take a disabling back.
    Enable {
        /// An id, for an address leads to nobody who is disabled.
        who: String,
        #[command(flatten)]
        place: Place,
    },
    /// Forget somebody's password, sign them out everywhere, and print a link that lets them in once.
    Reset {
        /// An id or an e-mail address.
        who: String,
        #[command(flatten)]
        place: Place,
    },
}

impl Wish {
    pub fn place(&self) -> &Place {
        match self {
            Self::Add { place, .. }
            | Self::List { place }
            | Self::Disable { place, .. }
            | Self::Enable { place, .. }
            | Self::Reset { place, .. } => place,
        }
    }
}

pub async fn run(app: &App, wish: &Wish) -> Result<(), Failure> {
    let done = match wish {
        Wish::Add { role, name, email, .. } => add(app, *role, name, email).await,
        Wish::List { .. } => list(app).await,
        Wish::Disable { who, .. } => disable(app, who).await,
        Wish::Enable { who, .. } => enable(app, who).await,
        Wish::Reset { who, .. } => reset(app, who).await,
    };
    app.store.close().await;
    done.map_err(failure)
}

async fn add(app: &App, role: Role, name: &str, email: &str) -> Result<(), Error> {
    if !email.contains('@') {
        return Err(Refusal::Invalid("email is no address").into());
    }
    let told = Told { role: Some(role), name: Some(name.into()), email: Some(email.into()), ..Told::default() };
    let person = told.made(register::new_id())?;
    register::make(app, &person).await?;
    println!("Added {} ({}).", person.id, person.role.name());
    show(&accounts::sign_in_link(app, &person.id).await?);
    Ok(())
}

async fn list(app: &App) -> Result<(), Error> {
    println!("id\trole\tname\te-mail\tstate");
    let mut ask = PageAsk::first(bedside_store::LIMIT_AT_MOST);
    loop {
        let page = app.store.register(None, &ask).await?;
        for person in &page.items {
            println!("{}", line(person));
        }
        match page.next {
            Some(next) => ask.after = Some(next),
            None => return Ok(()),
        }
    }
}

async fn disable(app: &App, who: &str) -> Result<(), Error> {
    let person = register::named(app, who).await?;
    register::shut(app, &person.id).await?;
    println!("Disabled {}. What is connected ends within seconds.", person.id);
    Ok(())
}

async fn enable(app: &App, who: &str) -> Result<(), Error> {
    let person = register::named(app, who).await?;
    register::open_again(app, &person.id).await?;
    println!("Enabled {}.", person.id);
    Ok(())
}

async fn reset(app: &App, who: &str) -> Result<(), Error> {
    let person = register::named(app, who).await?;
    let link = register::reset(app, &person).await?;
    println!("Reset {}. What is connected ends within seconds.", person.id);
    show(&link);
    Ok(())
}

fn show(link: &NewLink) {
    println!("This link lets them in once, within seven days:\n  {}", link.address);
}

fn line(person: &Person) -> String {
    let email = person.email.as_deref().unwrap_or("-");
    let state = if person.disabled_at.is_some() { "disabled" } else { "-" };
    // A name may hold what moves the cursor of a terminal.
    let name: String = person.name.chars().filter(|c| !c.is_control()).collect();
    format!("{}\t{}\t{name}\t{email}\t{state}", person.id, person.role.name())
}

fn role(name: &str) -> Result<Role, &'static str> {
    let role = if name == "doctor" { Some(Role::Practitioner) } else { Role::named(name) };
    role.filter(|role| *role != Role::Guest).ok_or("a role is one of patient, practitioner, staff and admin")
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Refused(Refusal::NotFound) => "there is nobody with that id or address; see bedside user list".into(),
        Error::Refused(refusal) => refusal.why().into(),
        Error::Failed(failure) => failure.into(),
        Error::Contended => "somebody else is changing the same; nothing was changed, try again".into(),
    }
}
