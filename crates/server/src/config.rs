//! Settings: defaults, then a TOML file, then the environment, then flags. What is not known is an error.

mod https;
mod reach;
mod turn;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bedside_domain::policy::Directory;
use bedside_domain::time::Span;
use bedside_protocol::room::IceServer;
use clap::CommandFactory as _;
use ipnet::IpNet;
use serde::Deserialize;

pub use self::https::{Acme, CertificateFiles, Tls};
pub use self::reach::{MailServer, MailTls, Reach, SmsProvider};
pub use self::turn::Turn;
use crate::Failure;

/// What an operator may say, in a flag, a variable or the file.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Given {
    /// A TOML file with the settings below, named like their flags.
    #[arg(long, env = "BEDSIDE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Where it listens [default: 127.0.0.1:3000; 0.0.0.0:3000 with --tls self-signed; 0.0.0.0:443 with other
    /// certificates].
    #[arg(long, env = "BEDSIDE_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// sqlite:///path/bedside.db or postgres://… [default: bedside.db in the data folder].
    #[arg(long, env = "BEDSIDE_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder of the default database and of what is kept beside it [default: ./data].
    #[arg(long, env = "BEDSIDE_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// The address that people open [default: http:// or https:// and where it listens, or the first --acme-domain].
    #[arg(long, env = "BEDSIDE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// `self-signed`: HTTPS for a trial in the local network, with a certificate of its own making.
    #[arg(long, env = "BEDSIDE_TLS", value_name = "self-signed")]
    pub tls: Option<https::Choice>,
    /// HTTPS with the certificate in this PEM file, its chain included. Read again when it changes.
    #[arg(long, env = "BEDSIDE_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM).
    #[arg(long, env = "BEDSIDE_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// HTTPS with a certificate for this name from Let's Encrypt, whose terms are agreed to by this. Repeatable.
    #[arg(long = "acme-domain", env = "BEDSIDE_ACME_DOMAIN", value_name = "NAME", value_delimiter = ',')]
    pub acme_domain: Option<Vec<String>>,
    /// Where the certificate authority may write to.
    #[arg(long, env = "BEDSIDE_ACME_CONTACT", value_name = "E-MAIL")]
    pub acme_contact: Option<String>,
    /// Another certificate authority that speaks ACME [default: Let's Encrypt].
    #[arg(long, env = "BEDSIDE_ACME_DIRECTORY", value_name = "URL")]
    pub acme_directory: Option<String>,
    /// The certificate (PEM) by which that authority's own server is known, if it is a private one.
    #[arg(long, env = "BEDSIDE_ACME_ROOT", value_name = "FILE")]
    pub acme_root: Option<PathBuf>,
    /// Where plain HTTP is led to HTTPS [default: nowhere].
    #[arg(long, env = "BEDSIDE_HTTP_LISTEN", value_name = "ADDRESS:PORT")]
    pub http_listen: Option<SocketAddr>,
    /// Secret with which the host application signs its tokens (HS256, at least 32 bytes).
    #[arg(long, env = "BEDSIDE_HOST_TOKEN_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub host_token_secret: Option<String>,
    /// JWKS file or https URL with the host application's public keys (RS256, ES256, EdDSA).
    #[arg(long, env = "BEDSIDE_HOST_TOKEN_JWKS", value_name = "FILE|URL")]
    pub host_token_jwks: Option<String>,
    /// The `iss` that host tokens must carry.
    #[arg(long, env = "BEDSIDE_HOST_TOKEN_ISSUER", value_name = "TEXT")]
    pub host_token_issuer: Option<String>,
    /// The `aud` that host tokens must carry.
    #[arg(long, env = "BEDSIDE_HOST_TOKEN_AUDIENCE", value_name = "TEXT")]
    pub host_token_audience: Option<String>,
    /// Let the host make administrators with the role `admin`.
    #[arg(long, env = "BEDSIDE_HOST_ADMINS", num_args = 0..=1, default_missing_value = "true")]
    pub host_admins: Option<bool>,
    /// An origin that may call this server from a page of its own and frame its pages. Repeatable.
    #[arg(long = "allow-origin", env = "BEDSIDE_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_origin: Option<Vec<String>>,
    /// A proxy whose X-Forwarded-For and -Proto count. Repeatable.
    #[arg(long = "trusted-proxy", env = "BEDSIDE_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxy: Option<Vec<IpNet>>,
    /// How long it rings [default: 30].
    #[arg(long, env = "BEDSIDE_RING_SECONDS", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(5..=300))]
    pub ring_seconds: Option<u16>,
    /// Show patients only practitioners they have an appointment with.
    #[arg(long, env = "BEDSIDE_CLOSED_DIRECTORY", num_args = 0..=1, default_missing_value = "true")]
    pub closed_directory: Option<bool>,
    /// Who may show a screen in a call [default: practice].
    #[arg(long, env = "BEDSIDE_SCREEN_SHARE", value_name = "practice|everyone")]
    pub screen_share: Option<ScreenShare>,
    /// Writes that one person may make in a minute [default: 120].
    #[arg(long, env = "BEDSIDE_WRITES_PER_PERSON", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub writes_per_person: Option<u32>,
    /// Writes that one address may make in a minute [default: 1200].
    #[arg(long, env = "BEDSIDE_WRITES_PER_ADDRESS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub writes_per_address: Option<u32>,
    /// Where calls are relayed by TURN, UDP and TCP, or `off` [default: port 3478 wherever people can come from].
    /// Repeatable.
    #[arg(long = "turn-listen", env = "BEDSIDE_TURN_LISTEN", value_name = "ADDRESS:PORT|off", value_delimiter = ',')]
    pub turn_listen: Option<Vec<String>>,
    /// The same by TLS [default: port 5349, if there is a certificate that browsers know]. Repeatable.
    #[arg(
        long = "turn-tls-listen",
        env = "BEDSIDE_TURN_TLS_LISTEN",
        value_name = "ADDRESS:PORT|off",
        value_delimiter = ','
    )]
    pub turn_tls_listen: Option<Vec<String>>,
    /// What the relay is known as in the world, if it stands behind an address translation. One of each family.
    #[arg(long = "turn-public-ip", env = "BEDSIDE_TURN_PUBLIC_IP", value_name = "IP", value_delimiter = ',')]
    pub turn_public_ip: Option<Vec<IpAddr>>,
    /// Secret that TURN passwords follow from [default: one of its own]; after it the one before, while it still counts.
    #[arg(
        long = "turn-secret",
        env = "BEDSIDE_TURN_SECRET",
        value_name = "SECRET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub turn_secret: Option<Vec<String>>,
    /// A private network that may be relayed to. Repeatable.
    #[arg(long = "turn-allow-peer", env = "BEDSIDE_TURN_ALLOW_PEER", value_name = "CIDR", value_delimiter = ',')]
    pub turn_allow_peer: Option<Vec<IpNet>>,
    /// The ports at which calls are relayed [default: 49152-65535].
    #[arg(long, env = "BEDSIDE_TURN_PORTS", value_name = "FIRST-LAST")]
    pub turn_ports: Option<String>,
    /// A TURN server elsewhere that knows the same secret, such as turn:turn.example.org:3478?transport=udp. Repeatable.
    #[arg(long = "turn-url", env = "BEDSIDE_TURN_URL", value_name = "URL", value_delimiter = ',')]
    pub turn_url: Option<Vec<String>>,
    /// Mail server: smtps://host (TLS), smtp://host (STARTTLS), smtp+plain://host (no TLS, no login) [default: none].
    #[arg(long, env = "BEDSIDE_SMTP_URL", value_name = "URL")]
    pub smtp_url: Option<String>,
    /// Whom the mail server knows us as.
    #[arg(long, env = "BEDSIDE_SMTP_USER", value_name = "NAME")]
    pub smtp_user: Option<String>,
    #[arg(long, env = "BEDSIDE_SMTP_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub smtp_password: Option<String>,
    /// The certificate (PEM) by which the mail server is known, if it is a private one.
    #[arg(long, env = "BEDSIDE_SMTP_ROOT", value_name = "FILE")]
    pub smtp_root: Option<PathBuf>,
    /// Whom letters come from, such as: Example Practice <calls@clinic.example>.
    #[arg(long, env = "BEDSIDE_MAIL_FROM", value_name = "MAILBOX")]
    pub mail_from: Option<String>,
    /// Wake phones by the push services of their browsers' makers.
    #[arg(long, env = "BEDSIDE_WEB_PUSH", num_args = 0..=1, default_missing_value = "true")]
    pub web_push: Option<bool>,
    /// Folder with words of the practice's own: en.json, de.json.
    #[arg(long, env = "BEDSIDE_WORDS", value_name = "FOLDER")]
    pub words: Option<PathBuf>,
    /// A private network that webhooks and pushes may be sent to. Repeatable.
    #[arg(long = "send-to-private", env = "BEDSIDE_SEND_TO_PRIVATE", value_name = "CIDR", value_delimiter = ',')]
    pub send_to_private: Option<Vec<IpNet>>,
    /// Who sends SMS, in the file alone.
    #[arg(skip)]
    pub sms: Option<SmsProvider>,
    /// How logs are written [default: text].
    #[arg(long, env = "BEDSIDE_LOG_FORMAT", value_name = "text|json")]
    pub log_format: Option<LogFormat>,
    /// STUN and TURN servers for the browsers, in the file alone.
    #[arg(skip)]
    pub ice_servers: Option<Vec<IceServer>>,
}

/// Where the practice is, for the commands that work beside the server.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Place {
    /// A TOML file with the settings of the server.
    #[arg(long, env = "BEDSIDE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// sqlite:///path/bedside.db or postgres://… [default: bedside.db in the data folder].
    #[arg(long, env = "BEDSIDE_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// Folder of the default database [default: ./data].
    #[arg(long, env = "BEDSIDE_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The address that people open [default: http:// and where the server listens].
    #[arg(long, env = "BEDSIDE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Where the server listens [default: 127.0.0.1:3000].
    #[arg(long, env = "BEDSIDE_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

impl Place {
    pub fn given(&self) -> Given {
        let Self { config, database, data_dir, public_url, listen } = self.clone();
        Given { config, database, data_dir, public_url, listen, ..Given::default() }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScreenShare {
    #[default]
    Practice,
    Everyone,
}

/// What the server goes by.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub tls: Tls,
    pub http_listen: Option<SocketAddr>,
    pub database: String,
    pub data_dir: PathBuf,
    pub public_url: String,
    pub host: HostSettings,
    pub allow_origin: Vec<String>,
    pub trusted_proxy: Vec<IpNet>,
    pub ring_for: Span,
    pub directory: Directory,
    pub screen_share: ScreenShare,
    pub writes_per_person: u32,
    pub writes_per_address: u32,
    pub log_format: LogFormat,
    pub turn: Turn,
    pub reach: Reach,
    pub ice_servers: Vec<IceServer>,
    /// How long what runs may take to finish once the server is told to stop.
    pub grace: Duration,
}

/// How host applications prove whom they send.
#[derive(Clone, Default)]
pub struct HostSettings {
    pub secret: Option<String>,
    pub jwks: Option<String>,
    pub issuer: Option<String>,
    pub audience: Option<String>,
    pub admins: bool,
}

impl Settings {
    /// For the demo, which lives in a database and under addresses of its own.
    pub fn resolve_for_demo(given: Given) -> Result<Self, Failure> {
        if given.database.is_some() || given.public_url.is_some() || given.data_dir.is_some() {
            return Err("the demo has a database and addresses of its own: leave out --database, --data-dir and \
                        --public-url (and their variables), or use bedside serve"
                .into());
        }
        let settings = Self::resolve(given)?;
        match settings.tls {
            Tls::Off | Tls::SelfSigned => Ok(settings),
            _ => Err("the demo takes no certificate; for HTTPS in the local network: --tls self-signed".into()),
        }
    }

    pub fn resolve(given: Given) -> Result<Self, Failure> {
        refuse_unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
        let file = match &given.config {
            Some(path) => Given::from_file(path)?,
            None => Given::default(),
        };
        given.or(file).settle()
    }
}

impl Given {
    fn from_file(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()).into())
    }

    /// These, and where they are silent, those.
    fn or(self, other: Self) -> Self {
        Self {
            config: self.config.or(other.config),
            listen: self.listen.or(other.listen),
            database: self.database.or(other.database),
            data_dir: self.data_dir.or(other.data_dir),
            public_url: self.public_url.or(other.public_url),
            tls: self.tls.or(other.tls),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            acme_domain: self.acme_domain.or(other.acme_domain),
            acme_contact: self.acme_contact.or(other.acme_contact),
            acme_directory: self.acme_directory.or(other.acme_directory),
            acme_root: self.acme_root.or(other.acme_root),
            http_listen: self.http_listen.or(other.http_listen),
            host_token_secret: self.host_token_secret.or(other.host_token_secret),
            host_token_jwks: self.host_token_jwks.or(other.host_token_jwks),
            host_token_issuer: self.host_token_issuer.or(other.host_token_issuer),
            host_token_audience: self.host_token_audience.or(other.host_token_audience),
            host_admins: self.host_admins.or(other.host_admins),
            allow_origin: self.allow_origin.or(other.allow_origin),
            trusted_proxy: self.trusted_proxy.or(other.trusted_proxy),
            ring_seconds: self.ring_seconds.or(other.ring_seconds),
            closed_directory: self.closed_directory.or(other.closed_directory),
            screen_share: self.screen_share.or(other.screen_share),
            writes_per_person: self.writes_per_person.or(other.writes_per_person),
            writes_per_address: self.writes_per_address.or(other.writes_per_address),
            turn_listen: self.turn_listen.or(other.turn_listen),
            turn_tls_listen: self.turn_tls_listen.or(other.turn_tls_listen),
            turn_public_ip: self.turn_public_ip.or(other.turn_public_ip),
            turn_secret: self.turn_secret.or(other.turn_secret),
            turn_allow_peer: self.turn_allow_peer.or(other.turn_allow_peer),
            turn_ports: self.turn_ports.or(other.turn_ports),
            turn_url: self.turn_url.or(other.turn_url),
            smtp_url: self.smtp_url.or(other.smtp_url),
            smtp_user: self.smtp_user.or(other.smtp_user),
            smtp_password: self.smtp_password.or(other.smtp_password),
            smtp_root: self.smtp_root.or(other.smtp_root),
            mail_from: self.mail_from.or(other.mail_from),
            web_push: self.web_push.or(other.web_push),
            words: self.words.or(other.words),
            send_to_private: self.send_to_private.or(other.send_to_private),
            sms: self.sms.or(other.sms),
            log_format: self.log_format.or(other.log_format),
            ice_servers: self.ice_servers.or(other.ice_servers),
        }
    }

    pub(crate) fn settle(self) -> Result<Settings, Failure> {
        let tls = Tls::settle(&self)?;
        let listen = self.listen.unwrap_or_else(|| tls.default_listen());
        let turn = Turn::settle(&self, listen, &tls)?;
        let reach = Reach::settle(&self)?;
        let data_dir = self.data_dir.unwrap_or_else(|| PathBuf::from("data"));
        let public_url = self.public_url.unwrap_or_else(|| tls.url_at(listen));
        let ring_seconds = within("ring-seconds", self.ring_seconds.unwrap_or(30), 5, 300)?;
        Ok(Settings {
            http_listen: self.http_listen,
            database: self.database.unwrap_or_else(|| format!("sqlite://{}", data_dir.join("bedside.db").display())),
            public_url: origin_of("public-url", &public_url)?,
            host: HostSettings {
                secret: self.host_token_secret.map(strong_secret).transpose()?,
                jwks: self.host_token_jwks,
                issuer: self.host_token_issuer,
                audience: self.host_token_audience,
                admins: self.host_admins.unwrap_or(false),
            },
            allow_origin: self
                .allow_origin
                .unwrap_or_default()
                .iter()
                .map(|origin| origin_of("allow-origin", origin))
                .collect::<Result<_, _>>()?,
            trusted_proxy: self.trusted_proxy.unwrap_or_default(),
            ring_for: Span::seconds(i64::from(ring_seconds)),
            directory: if self.closed_directory == Some(true) { Directory::Closed } else { Directory::Open },
            screen_share: self.screen_share.unwrap_or_default(),
            writes_per_person: within("writes-per-person", self.writes_per_person.unwrap_or(120), 1, u32::MAX)?,
            writes_per_address: within("writes-per-address", self.writes_per_address.unwrap_or(1200), 1, u32::MAX)?,
            log_format: self.log_format.unwrap_or_default(),
            ice_servers: self.ice_servers.unwrap_or_default(),
            grace: Duration::from_secs(10),
            listen,
            data_dir,
            reach,
            tls,
            turn,
        })
    }
}

impl Settings {
    /// A port of the system's choosing is known only now, and links must lead to it.
    pub fn bound_to(self, address: SocketAddr) -> Self {
        let unsaid = self.public_url == self.tls.url_at(self.listen);
        let public_url = if unsaid { self.tls.url_at(address) } else { self.public_url };
        Self { public_url, ..self }
    }

    /// The name or address in what people open, without its port.
    pub fn public_host(&self) -> &str {
        let origin = self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, origin)| origin);
        match origin.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            _ => origin,
        }
    }

    /// The port that people come to. It need not be the one that is listened on: a router may lead the one to the other.
    pub fn public_port(&self) -> u16 {
        let of_scheme = if self.is_https() { 443 } else { 80 };
        let said = self.public_url.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        said.unwrap_or(of_scheme)
    }

    /// Whether browsers come by HTTPS, so that cookies may be kept from plain HTTP.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Never shows the secret.
impl std::fmt::Debug for HostSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostSettings").field("jwks", &self.jwks).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

fn within<N: PartialOrd + std::fmt::Display>(name: &str, value: N, least: N, most: N) -> Result<N, Failure> {
    if value < least || value > most {
        return Err(format!("{name} must be from {least} to {most}, and is {value}").into());
    }
    Ok(value)
}

/// A scheme, a host and perhaps a port: what browsers compare.
fn origin_of(name: &str, text: &str) -> Result<String, Failure> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' ', ';', ',', '"', '\'']) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err(format!("{name} must be like https://calls.example.org, without a path, and is {text}").into()),
    }
}

/// A short HS256 secret is found by trying; RFC 7518 asks for 256 bits.
fn strong_secret(secret: String) -> Result<String, Failure> {
    if secret.len() < 32 {
        return Err("host-token-secret must have at least 32 bytes; make one with: openssl rand -base64 48".into());
    }
    Ok(secret)
}

/// A mistyped variable must not be silence.
fn refuse_unknown_variables(names: impl Iterator<Item = String>) -> Result<(), Failure> {
    let command = crate::Cli::command();
    let known: Vec<_> = command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| argument.get_env()?.to_str())
        .collect();
    for name in names.filter(|name| name.starts_with("BEDSIDE_") && !name.starts_with("BEDSIDE_TEST_")) {
        if !known.contains(&name.as_str()) {
            return Err(format!("{name} in the environment is no setting of Bedside; see bedside serve --help").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(file: &str, flags: Given) -> Result<Settings, Failure> {
        let file: Given = toml::from_str(file).map_err(|e| e.to_string())?;
        flags.or(file).settle()
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let flags = Given { ring_seconds: Some(20), ..Given::default() };
        let settings = settled("ring-seconds = 40\nwrites-per-person = 7", flags).expect("sound settings");
        assert_eq!(settings.ring_for, Span::seconds(20));
        assert_eq!(settings.writes_per_person, 7);
        assert_eq!(settings.listen.port(), 3000);
    }

    #[test]
    fn an_unknown_key_in_the_file_is_an_error() {
        let refused = settled("ring-secnds = 40", Given::default()).expect_err("the key is mistyped");
        assert!(refused.to_string().contains("ring-secnds"), "{refused}");
    }

    #[test]
    fn an_unknown_variable_is_an_error() {
        assert!(refuse_unknown_variables(["BEDSIDE_LISTEN".to_owned(), "HOME".to_owned()].into_iter()).is_ok());
        let refused = refuse_unknown_variables(["BEDSIDE_LISTN".to_owned()].into_iter()).expect_err("mistyped");
        assert!(refused.to_string().contains("BEDSIDE_LISTN"), "{refused}");
    }

    #[test]
    fn an_origin_with_a_path_or_a_star_is_refused() {
        for wrong in ["https://*.example.org", "https://a.example/x", "a.example", "https://"] {
            assert!(origin_of("allow-origin", wrong).is_err(), "{wrong}");
        }
        assert_eq!(origin_of("allow-origin", "https://A.example:8443/").expect("sound"), "https://a.example:8443");
    }

    #[test]
    fn a_short_secret_is_refused_and_never_shown() {
        let short = Given { host_token_secret: Some("canary".into()), ..Given::default() };
        let refused = settled("", short).expect_err("six bytes are too few");
        assert!(!refused.to_string().contains("canary"), "{refused}");
        let long = Given { host_token_secret: Some("canary".repeat(8)), ..Given::default() };
        assert!(!format!("{:?}", settled("", long).expect("sound")).contains("canary"));
    }
}
