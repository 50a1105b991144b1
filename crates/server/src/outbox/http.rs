//! Requests to addresses that somebody gave us. They follow no redirect and reach no private network that the operator
//! has not opened, whatever the name of a host leads to.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bedside_domain::time::Span;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url, redirect};

use super::Sent;
use crate::Failure;
use crate::clock;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// What a provider says beyond this is not heard.
const HEARD_AT_MOST: usize = 16 * 1024;
/// Nobody makes us wait for longer by asking for it.
const WAIT_AT_MOST: Span = Span::hours(24);

#[derive(Clone)]
pub struct Http {
    client: Client,
    private: Vec<IpNet>,
}

pub struct Answer {
    pub status: StatusCode,
    pub after: Option<Span>,
}

/// Looks names up as usual, and leaves out what must not be reached. What is looked up is what is connected to, so a
/// name that leads elsewhere a moment later gains nothing.
struct Guarded(Vec<IpNet>);

impl Http {
    pub fn new(private: &[IpNet]) -> Result<Self, Failure> {
        Self::that_waits(private, ANSWER_WITHIN)
    }

    fn that_waits(private: &[IpNet], within: Duration) -> Result<Self, Failure> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(within)
            .dns_resolver(Guarded(private.to_vec()))
            .user_agent(concat!("Bedside/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, private: private.to_vec() })
    }

    /// Whether something may be sent there, as far as that can be told without looking its name up.
    pub fn may_send_to(&self, url: &str) -> bool {
        self.checked(url).is_some()
    }

    pub async fn post(&self, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Sent> {
        let url = self.checked(url).ok_or(Sent::Never("forbidden-address"))?;
        let response = self.client.post(url).headers(headers).body(body).send().await.map_err(why)?;
        let status = response.status();
        let after = response.headers().get(RETRY_AFTER).and_then(|value| seconds(value.to_str().ok()?.trim()));
        hear_out(response).await;
        Ok(Answer { status, after: after.map(|seconds| Span::seconds(seconds).min(WAIT_AT_MOST)) })
    }

    /// Plain HTTP only into a network of the operator's own.
    fn checked(&self, url: &str) -> Option<Url> {
        let url = Url::parse(url).ok().filter(|url| url.username().is_empty() && url.password().is_none())?;
        let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
        let address = host.parse::<IpAddr>().ok();
        let allowed = address.is_none_or(|address| may_reach(address, &self.private));
        let own = address.is_some_and(|address| self.private.iter().any(|network| network.contains(&address)));
        (allowed && (url.scheme() == "https" || url.scheme() == "http" && own)).then_some(url)
    }
}

/// What an answer means to whoever sends.
impl From<Answer> for Sent {
    fn from(answer: Answer) -> Self {
        match answer.status {
            status if status.is_success() => Self::Done,
            StatusCode::GONE | StatusCode::NOT_FOUND => Self::Gone,
            StatusCode::TOO_MANY_REQUESTS => Self::Later { why: "too-many", after: answer.after },
            StatusCode::REQUEST_TIMEOUT => Self::Later { why: "timeout", after: answer.after },
            status if status.is_server_error() => Self::Later { why: "provider-failed", after: answer.after },
            status if status.is_redirection() => Self::Never("redirected"),
            _ => Self::Never("refused"),
        }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| may_reach(address.ip(), &private)).collect();
            if allowed.is_empty() {
                return Err("the name leads to no address that may be reached".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// So many, or until a time.
fn seconds(after: &str) -> Option<i64> {
    let until = || Some(jiff::fmt::rfc2822::parse(after).ok()?.timestamp().as_second() - clock::now().0 / 1000);
    after.parse().ok().or_else(until)
}

fn why(error: reqwest::Error) -> Sent {
    let why = if error.is_timeout() { "timeout" } else { "unreachable" };
    Sent::Later { why, after: None }
}

/// A connection serves again once its answer was read to the end.
async fn hear_out(mut response: reqwest::Response) {
    let mut heard = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        heard += chunk.len();
        if heard > HEARD_AT_MOST {
            break;
        }
    }
}

fn may_reach(address: IpAddr, private: &[IpNet]) -> bool {
    let address = address.to_canonical();
    private.iter().any(|network| network.contains(&address)) || is_public(address)
}

/// Whether an address is somebody's in the world, rather than this machine's or the network's around it.
fn is_public(address: IpAddr) -> bool {
    const NOT_V4: [&str; 15] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ];
    // What carries an address of the older kind inside is as much theirs as ours.
    const ONLY_V6: &str = "2000::/3";
    const NOT_V6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];
    let within = |network: &str| network.parse::<IpNet>().is_ok_and(|network| network.contains(&address));
    match address {
        IpAddr::V4(_) => !NOT_V4.into_iter().any(within),
        IpAddr::V6(_) => within(ONLY_V6) && !NOT_V6.into_iter().any(within),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::extract::State;
    use axum::response::{IntoResponse as _, Response};
    use axum::routing::post;

    use super::*;

    fn http(private: &[&str]) -> Http {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Http::new(&private.iter().map(|text| text.parse().expect("a network")).collect::<Vec<_>>()).expect("a client")
    }

    #[test]
    fn nothing_is_sent_into_a_network_that_was_not_opened() {
        let closed = http(&[]);
        for url in [
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.1.2.3/",
            "https://169.254.169.254/latest",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[fd00::1]/",
            "https://0/",
            "https://2130706433/",
            "http://hook.example/",
            "ftp://hook.example/",
            "https://u:p@hook.example/",
            "nonsense",
        ] {
            assert!(!closed.may_send_to(url), "{url}");
        }
        for url in ["https://hook.example/x", "https://93.184.216.34/", "https://[2606:2800:220:1::1]:8443/"] {
            assert!(closed.may_send_to(url), "{url}");
        }
        let open = http(&["127.0.0.0/8"]);
        assert!(open.may_send_to("http://127.0.0.1:9/") && !open.may_send_to("http://10.0.0.1/"));
    }

    /// One that hangs, fails, is busy, is gone, refuses, leads elsewhere, and talks without end.
    #[tokio::test]
    async fn a_provider_is_understood_in_every_way_in_which_it_says_no() {
        http(&[]);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let told = Arc::new(AtomicUsize::new(0));
        let app = axum::Router::new().route("/", post(no)).with_state(told);
        let served = tokio::spawn(async move { axum::serve(listener, app).await });
        let own = ["127.0.0.0/8".parse().expect("a network")];
        let http = Http::that_waits(&own, Duration::from_millis(300)).expect("a client");
        let ask = async || http.post(&url, HeaderMap::new(), vec![]).await.map_or_else(|sent| sent, Sent::from);
        let later = |why, after: Option<i64>| Sent::Later { why, after: after.map(Span::seconds) };
        assert_eq!(ask().await, later("timeout", None));
        assert_eq!(ask().await, later("provider-failed", None));
        assert_eq!(ask().await, later("too-many", Some(45)));
        assert_eq!(ask().await, later("too-many", Some(24 * 3600)), "no longer than a day, whatever it wishes");
        assert_eq!(ask().await, Sent::Gone);
        assert_eq!(ask().await, Sent::Never("refused"));
        assert_eq!(ask().await, Sent::Never("redirected"), "nobody is followed");
        assert_eq!(ask().await, Sent::Done, "and heard out only so far");
        served.abort();
        let _ = served.await;
        assert_eq!(ask().await, later("unreachable", None));
    }

    async fn no(State(told): State<Arc<AtomicUsize>>) -> Response {
        match told.fetch_add(1, Ordering::Relaxed) {
            0 => std::future::pending().await,
            1 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            2 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "45")]).into_response(),
            3 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT")]).into_response(),
            4 => StatusCode::GONE.into_response(),
            5 => StatusCode::BAD_REQUEST.into_response(),
            6 => (StatusCode::FOUND, [("location", "/")]).into_response(),
            _ => vec![b'x'; 8 * 1024 * 1024].into_response(),
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_it_is_not_followed() {
        let sent = http(&[]).post("https://localhost:1/", HeaderMap::new(), vec![]).await;
        assert!(matches!(sent, Err(Sent::Later { why: "unreachable", .. })));
        let guarded = Guarded(vec![]).resolve("localhost".parse().expect("a name")).await;
        assert!(guarded.is_err_and(|error| error.to_string().contains("no address that may be reached")));
    }
}
