//! By which ways people are told who have no page open. Nothing is set by default, so nobody else is contacted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ipnet::IpNet;
use lettre::message::Mailbox;
use serde::Deserialize;

use super::Given;
use crate::Failure;

#[derive(Clone, Debug, Default)]
pub struct Reach {
    pub mail: Option<MailServer>,
    pub sms: Option<SmsProvider>,
    pub web_push: bool,
    /// A folder with words of the practice's own.
    pub words: Option<PathBuf>,
    /// Networks of the practice's own that webhooks and pushes may go to.
    pub private: Vec<IpNet>,
}

#[derive(Clone)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    pub login: Option<(String, String)>,
    pub root: Option<PathBuf>,
    pub from: Mailbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    FromTheStart,
    StartTls,
    None,
}

/// Who sends SMS: Twilio, or anybody else by a template in which `{to}`, `{text}`, `{from}` and `{id}` stand for theirs.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, tag = "provider")]
pub enum SmsProvider {
    #[serde(rename_all = "kebab-case")]
    Twilio {
        account: String,
        token: String,
        from: String,
        /// Elsewhere than at Twilio's own address.
        url: Option<String>,
    },
    Http {
        url: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        body: String,
        #[serde(default)]
        from: String,
    },
}

impl Reach {
    pub(super) fn settle(given: &Given) -> Result<Self, Failure> {
        Ok(Self {
            mail: MailServer::settle(given)?,
            sms: given.sms.clone(),
            web_push: given.web_push.unwrap_or(false),
            words: given.words.clone(),
            private: given.send_to_private.clone().unwrap_or_default(),
        })
    }
}

impl MailServer {
    fn settle(given: &Given) -> Result<Option<Self>, Failure> {
        let Some(url) = &given.smtp_url else {
            return match given.smtp_user.is_some() || given.smtp_password.is_some() || given.mail_from.is_some() {
                true => Err("smtp-user, smtp-password and mail-from are of no use without an smtp-url".into()),
                false => Ok(None),
            };
        };
        let (tls, place) = match url.split_once("://") {
            Some(("smtps", place)) => (MailTls::FromTheStart, place),
            Some(("smtp", place)) => (MailTls::StartTls, place),
            Some(("smtp+plain", place)) => (MailTls::None, place),
            _ => return Err("smtp-url must begin with smtps://, smtp:// or smtp+plain://".into()),
        };
        let (host, port) = place_of(place.trim_end_matches('/'), tls)?;
        let login = given.smtp_user.clone().zip(given.smtp_password.clone());
        if login.is_none() && (given.smtp_user.is_some() || given.smtp_password.is_some()) {
            return Err("smtp-user and smtp-password need each other".into());
        }
        if login.is_some() && tls == MailTls::None {
            return Err("smtp+plain:// would send the password for everybody to read: use smtp:// or smtps://".into());
        }
        let from = given.mail_from.as_deref().ok_or("smtp-url needs mail-from, whom letters come from")?;
        let from = from.parse().map_err(|_| "mail-from must be like: Example Practice <calls@clinic.example>")?;
        Ok(Some(Self { host, port, tls, login, root: given.smtp_root.clone(), from }))
    }
}

fn place_of(place: &str, tls: MailTls) -> Result<(String, u16), Failure> {
    let usual = match tls {
        MailTls::FromTheStart => 465,
        MailTls::StartTls => 587,
        MailTls::None => 25,
    };
    if place.is_empty() || place.contains(['/', '@', '?']) {
        return Err("smtp-url must be like smtps://mail.example.org; the login has settings of its own".into());
    }
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| "smtp-url has a port that is none")?),
        None => (place, usual),
    };
    Ok((host.to_owned(), port))
}

/// Never shows a password.
impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailServer").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Never shows a token.
impl std::fmt::Debug for SmsProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Twilio { .. } => "Twilio",
            Self::Http { .. } => "Http",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(file: &str) -> Result<Reach, String> {
        let given: Given = toml::from_str(file).map_err(|error| error.to_string())?;
        Reach::settle(&given).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_mail_server_is_reached_as_its_address_says() {
        let of = |url: &str| {
            let reach = settled(&format!("smtp-url = \"{url}\"\nmail-from = \"a@b.example\"")).expect("sound");
            reach.mail.map(|mail| (mail.host, mail.port, mail.tls))
        };
        assert_eq!(of("smtps://m.example"), Some(("m.example".into(), 465, MailTls::FromTheStart)));
        assert_eq!(of("smtp://m.example/"), Some(("m.example".into(), 587, MailTls::StartTls)));
        assert_eq!(of("smtp+plain://127.0.0.1:2525"), Some(("127.0.0.1".into(), 2525, MailTls::None)));
        assert!(settled("").expect("sound").mail.is_none());
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_in_words() {
        for (file, words) in [
            ("smtp-url = \"m.example\"\nmail-from = \"a@b.example\"", "smtps://"),
            ("smtp-url = \"smtps://m.example\"", "mail-from"),
            ("smtp-url = \"smtps://u:p@m.example\"\nmail-from = \"a@b.example\"", "settings of its own"),
            ("smtp-url = \"smtps://m.example\"\nmail-from = \"nobody\"", "mail-from"),
            ("smtp-url = \"smtps://m.example\"\nsmtp-user = \"u\"\nmail-from = \"a@b.example\"", "need each other"),
            ("mail-from = \"a@b.example\"", "of no use"),
            ("[sms]\nprovider = \"twilio\"", "account"),
        ] {
            let refused = settled(file).expect_err(file);
            assert!(refused.contains(words), "{file}: {refused}");
        }
        let plain = "smtp-url = \"smtp+plain://m.example\"\nsmtp-user = \"u\"\nsmtp-password = \"canary\"\n\
                     mail-from = \"a@b.example\"";
        assert!(settled(plain).expect_err("no TLS").contains("everybody"));
    }

    #[test]
    fn no_secret_is_shown() {
        let file = "smtp-url = \"smtps://m.example\"\nsmtp-user = \"u\"\nsmtp-password = \"canary\"\n\
                    mail-from = \"a@b.example\"\n[sms]\nprovider = \"twilio\"\naccount = \"AC\"\ntoken = \"canary\"\n\
                    from = \"+1\"";
        assert!(!format!("{:?}", settled(file).expect("sound")).contains("canary"));
    }
}
