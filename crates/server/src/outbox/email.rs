//! Letters by SMTP, as text and as HTML that looks right in a plain client.

use std::time::Duration;

use bedside_domain::reach::Channel;
use bedside_store::{Job, Reachable};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::letter::{Letter, address};
use super::{Outbox, Sent};
use crate::Failure;
use crate::app::App;
use crate::config::{MailServer, MailTls};

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
const CONNECTIONS: u32 = 4;
/// What mail servers answer to whoever is not signed in, or wrongly (RFC 4954).
const NO_LOGIN: [u16; 4] = [530, 534, 535, 538];

pub struct Mail {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// In the ids of letters.
    host: String,
}

impl Mail {
    pub fn new(settings: &MailServer, host: &str) -> Result<Self, Failure> {
        let tls = || -> Result<TlsParameters, Failure> {
            let mut tls = TlsParameters::builder(settings.host.clone());
            if let Some(file) = &settings.root {
                let pem = std::fs::read(file).map_err(|error| format!("smtp-root {}: {error}", file.display()))?;
                tls = tls.add_root_certificate(Certificate::from_pem(&pem)?);
            }
            Ok(tls.build_rustls()?)
        };
        let tls = match settings.tls {
            MailTls::FromTheStart => Tls::Wrapper(tls()?),
            MailTls::StartTls => Tls::Required(tls()?),
            MailTls::None => Tls::None,
        };
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .hello_name(ClientId::Domain(host.to_owned()))
            .timeout(Some(ANSWER_WITHIN))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some((user, password)) = &settings.login {
            server = server.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { server: server.build(), from: settings.from.clone(), host: host.to_owned() })
    }

    async fn send(&self, letter: Message) -> Sent {
        match self.server.send(letter).await {
            Ok(_) => Sent::Done,
            // A login that is not taken is mended by the operator, and meanwhile nothing is lost.
            Err(error) if error.status().is_some_and(|code| NO_LOGIN.contains(&code.into())) => {
                Sent::Later { why: "not-allowed", after: None }
            }
            Err(error) if error.is_permanent() => Sent::Never("refused"),
            Err(error) if error.is_transient() => Sent::Later { why: "provider-failed", after: None },
            Err(error) if error.is_timeout() => Sent::Later { why: "timeout", after: None },
            Err(_) => Sent::Later { why: "unreachable", after: None },
        }
    }

    /// The address of a letter is the same at every attempt, so that a repeat is recognised.
    fn begun(&self, id: &str, to: &str) -> Option<lettre::message::MessageBuilder> {
        let id = format!("<{id}@{}>", self.host);
        Some(Message::builder().from(self.from.clone()).to(Mailbox::new(None, to.parse().ok()?)).message_id(Some(id)))
    }
}

pub async fn send(app: &App, job: &Job, reachable: &Reachable, letter: &Letter) -> Sent {
    let (Some(mail), Some(to)) = (&app.outbox.mail, address(reachable, Channel::Email)) else {
        return Sent::Never("no-address");
    };
    match written(mail, &job.id, &to, letter) {
        Some(message) => mail.send(message).await,
        None => Sent::Never("no-address"),
    }
}

/// A few words, and nothing of the person: a code or a link.
pub async fn send_plain(outbox: &Outbox, id: &str, to: &str, subject: &str, text: &str) -> Sent {
    let Some(mail) = &outbox.mail else { return Sent::Never("no-such-way") };
    let message = mail.begun(id, to).and_then(|letter| letter.subject(subject).body(text.to_owned()).ok());
    match message {
        Some(message) => mail.send(message).await,
        None => Sent::Never("no-address"),
    }
}

fn written(mail: &Mail, id: &str, to: &str, letter: &Letter) -> Option<Message> {
    let mut parts = MultiPart::alternative_plain_html(plain(letter), html(letter));
    if let Some(calendar) = &letter.calendar {
        let kind = format!("text/calendar; charset=utf-8; method={}", calendar.method);
        let kind = ContentType::parse(&kind).expect("a method is one word");
        parts = parts.singlepart(SinglePart::builder().header(kind).body(calendar.text.clone()));
    }
    let mut message = mail.begun(id, to)?.subject(&letter.subject).multipart(parts).ok()?;
    let headers = message.headers_mut();
    let mut add = |name: &'static str, value: String| {
        headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    };
    // No out-of-office note is to come back.
    add("Auto-Submitted", "auto-generated".to_owned());
    if let Some(stop) = &letter.stop {
        add("List-Unsubscribe", format!("<{}>", stop.link));
        add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned());
    }
    Some(message)
}

fn plain(letter: &Letter) -> String {
    let mut text = format!("{}\n\n{}\n\n{}:\n{}\n", letter.greeting, letter.text, letter.button, letter.link);
    for more in letter.personal.iter().chain([&letter.practice]) {
        text.push_str(&format!("\n{more}\n"));
    }
    if let Some(stop) = &letter.stop {
        text.push_str(&format!("\n-- \n{}: {}\n", stop.words, stop.link));
    }
    text
}

/// One column, system fonts, no picture: nothing is loaded from anywhere.
fn html(letter: &Letter) -> String {
    let paragraph = |text: &str| format!("<p style=\"margin:0 0 16px\">{}</p>", escaped(text));
    let button = format!(
        "<p style=\"margin:24px 0\"><a href=\"{}\" style=\"background:#0b6b5d;color:#ffffff;padding:12px 20px;\
         border-radius:8px;text-decoration:none;display:inline-block;font-weight:bold\">{}</a></p>",
        escaped(&letter.link),
        escaped(&letter.button)
    );
    let small = |text: String| format!("<p style=\"margin:16px 0 0;font-size:13px;color:#555555\">{text}</p>");
    let mut body = [paragraph(&letter.greeting), paragraph(&letter.text), button].concat();
    if let Some(personal) = &letter.personal {
        body.push_str(&small(escaped(personal)));
    }
    body.push_str(&paragraph(&letter.practice));
    if let Some(stop) = &letter.stop {
        body.push_str(&small(format!("<a href=\"{}\">{}</a>", escaped(&stop.link), escaped(&stop.words))));
    }
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{}</title></head><body style=\"margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;\
         line-height:1.5;color:#1a1a1a;background:#ffffff\"><div style=\"max-width:560px;margin:0 auto\">{body}</div>\
         </body></html>",
        escaped(&letter.subject)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let from = "Practice <calls@clinic.example>".parse().expect("an address");
        let (host, tls) = ("mail.example".to_owned(), MailTls::FromTheStart);
        let settings = MailServer { host, port: 465, tls, login: None, root: None, from };
        Mail::new(&settings, "calls.example").expect("sound settings")
    }

    fn letter(subject: &str) -> Letter {
        let said = || "<b>Zoë & \"co\"</b>".to_owned();
        Letter {
            practice: said(),
            subject: subject.to_owned(),
            text: said(),
            short: said(),
            button: said(),
            decline: said(),
            link: "https://calls.example/join/x".to_owned(),
            greeting: said(),
            personal: Some(said()),
            stop: None,
            calendar: None,
        }
    }

    #[tokio::test]
    async fn no_word_becomes_a_header_or_a_tag() {
        let mail = mail();
        let subject = "Hello\r\nBcc: evil@example.org\r\n\r\nand more";
        let written = written(&mail, "n_email", "ada@patients.example", &letter(subject)).expect("a letter");
        let text = String::from_utf8(written.formatted()).expect("plain ASCII");
        let (headers, _) = text.split_once("\r\n\r\n").expect("headers and a body");
        assert!(
            !headers.to_ascii_lowercase().contains("\nbcc:") && headers.contains("n_email@calls.example"),
            "{headers}"
        );
        assert_eq!(written.envelope().to().len(), 1);
        let page = html(&letter(subject));
        assert!(!page.contains("<b>") && page.contains("&lt;b&gt;Zoë &amp; &quot;co&quot;"), "{page}");
        for wrong in ["ada@x.example\r\nRCPT TO:<evil@example.org>", "a@x.example, b@y.example", "ada", ""] {
            assert!(super::written(&mail, "n", wrong, &letter("x")).is_none(), "{wrong}");
        }
    }
}
