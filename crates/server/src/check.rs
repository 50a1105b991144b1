//! `bedside check`: what works from here and what does not, in words, with what to do about it.

mod ways;

use std::net::Ipv4Addr;
use std::time::Duration;

use bedside_domain::ids::PersonId;
use bedside_store::{Found, Store};

use crate::Failure;
use crate::app::ice::{Ice, Purpose};
use crate::app::links::LinkKey;
use crate::clock;
use crate::config::{Settings, Tls};
use crate::relay::{self, RelayPorts};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// What has been said so far, and whether anything of it is bad.
#[derive(Default)]
struct Report {
    wrong: usize,
}

impl Report {
    fn good(&self, what: &str) {
        println!("  ok     {what}");
    }

    fn wrong(&mut self, what: &str, do_this: &str) {
        self.wrong += 1;
        println!("  WRONG  {what}\n         {do_this}");
    }

    fn unknown(&self, what: &str) {
        println!("  ?      {what}");
    }
}

/// Fails if anything needs to be mended. Changes nothing.
pub async fn check(settings: Settings) -> Result<(), Failure> {
    println!("Bedside checks itself with the settings it was given, from this machine.\n");
    let mut report = Report::default();
    report.good("the settings are understood");
    let found = database(&settings, &mut report).await;
    let is_running = ports(&settings, &mut report).await;
    if is_running {
        public_address(&settings, &mut report).await;
        if found == Some(Found::UpToDate) {
            relays(&settings, &mut report).await?;
        }
    } else {
        report.unknown("the public address and the relay: start Bedside, then check again");
    }
    match report.wrong {
        0 => Ok(()),
        1 => Err("one thing needs to be mended".into()),
        several => Err(format!("{several} things need to be mended").into()),
    }
}

async fn database(settings: &Settings, report: &mut Report) -> Option<Found> {
    let found = match Store::look(&settings.database).await {
        Ok(found) => found,
        Err(error) => {
            report.wrong(
                &format!("the database: {error}"),
                "Look at --database, and whether it runs and lets this user in.",
            );
            return None;
        }
    };
    match found {
        Found::Nothing => report.good("there is no database yet; the first start makes it"),
        Found::UpToDate => report.good("the database answers and is up to date"),
        Found::Older => report.good("the database answers; it is brought up to date at the next start"),
        Found::Newer => {
            let advice = "Run the newer version, or restore the backup that was made before it.";
            report.wrong("the database was written by a newer version of Bedside", advice);
        }
    }
    Some(found)
}

/// Whether it runs; if not, whether its port is free.
async fn ports(settings: &Settings, report: &mut Report) -> bool {
    let mut address = settings.listen;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    if tokio::net::TcpStream::connect(address).await.is_ok() {
        report.good(&format!("something listens on {}", settings.listen));
        return true;
    }
    match RelayPorts::bind(settings) {
        Ok(_) => report.good("the ports of the relay are free"),
        Err(error) => report.wrong(&error.to_string(), "Choose others with --turn-listen, or stop what has them."),
    }
    match tokio::net::TcpListener::bind(settings.listen).await {
        Ok(_) => report.good(&format!("nothing listens on {}; the port is free", settings.listen)),
        Err(error) => report.wrong(
            &format!("Bedside cannot listen on {}: {error}", settings.listen),
            "Choose another with --listen. Ports below 1024 need a right of their own (CAP_NET_BIND_SERVICE).",
        ),
    }
    false
}

async fn public_address(settings: &Settings, report: &mut Report) {
    let url = &settings.public_url;
    let is_trial = matches!(settings.tls, Tls::SelfSigned);
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ANSWER_WITHIN)
        .tls_danger_accept_invalid_certs(is_trial);
    let answer = match client.build() {
        Ok(client) => client.get(format!("{url}/healthz")).send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) if answer.status().is_success() => {
            report.good(&format!("{url} leads to Bedside"));
            if !settings.is_https() && !settings.listen.ip().is_loopback() {
                let advice =
                    "Browsers give camera and microphone to HTTPS pages only: --acme-domain, --tls-cert or a proxy.";
                report.wrong(&format!("{url} is plain HTTP"), advice);
            }
        }
        Ok(answer) => report.wrong(
            &format!("{url} answers {} and is not Bedside", answer.status()),
            "Let the proxy pass every path on to where Bedside listens.",
        ),
        Err(error) => report.wrong(&format!("{url} cannot be opened from here: {}", causes(&error)), ADDRESS_ADVICE),
    }
}

const ADDRESS_ADVICE: &str =
    "Look at the name (DNS), the firewall (TCP 443, and 80 for redirects), the proxy and its certificate.";

async fn relays(settings: &Settings, report: &mut Report) -> Result<(), Failure> {
    let store = Store::open(&settings.database).await?;
    let secret = match settings.turn.secrets.first() {
        Some(secret) => secret.clone().into_bytes(),
        None => store.secret("turn", &clock::secret()).await?.to_vec(),
    };
    let key = LinkKey::new(&store.secret("links", &clock::secret()).await?);
    store.close().await;
    let (stun, mut turn) = relay::urls_as_set(settings);
    turn.extend(settings.turn.urls.iter().cloned());
    if turn.is_empty() {
        let advice = "Remove --turn-listen off, or name a server elsewhere with --turn-url.";
        report.wrong("calls are not relayed: between some networks there will be no picture", advice);
    }
    if let Some(inside) = relay::known_inside_alone(settings) {
        report.unknown(&format!(
            "relays are at {inside}, an address that the internet has no way to; behind an address translation say \
             the public one with --turn-public-ip"
        ));
    }
    let ice = Ice::new(stun, turn, secret);
    let pass = ice.pass(&key, clock::now(), &PersonId::new("check"), None, Purpose::Trial);
    for url in ice.stun.iter().chain(&ice.turn) {
        match ways::Way::read(url) {
            Some(way) => match way.walk(&pass).await {
                Ok(found) => report.good(&format!("{url}: {found}")),
                Err(failure) => report.wrong(&format!("{url}: {}", failure.what), &failure.do_this),
            },
            None => report.wrong(&format!("{url} is no address of a relay"), "Look at --turn-url."),
        }
    }
    Ok(())
}

/// A failure and all that led to it; the outermost says least.
fn causes(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        said = format!("{said}: {deeper}");
        cause = deeper.source();
    }
    said
}
