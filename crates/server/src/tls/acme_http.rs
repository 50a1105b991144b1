//! The line to a certificate authority, over the HTTP client that the server has anyway.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};

use crate::Failure;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

pub struct Line(reqwest::Client);

impl Line {
    /// To an authority whose server is known by the certificate in `root`, or else by what the machine trusts.
    pub fn new(root: Option<&Path>) -> Result<Self, Failure> {
        let client = reqwest::Client::builder()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_WITHIN);
        let client = match root {
            Some(file) => {
                let wrong = |e: &dyn std::fmt::Display| format!("acme-root: {}: {e}", file.display());
                let pem = std::fs::read(file).map_err(|e| wrong(&e))?;
                let roots = reqwest::Certificate::from_pem_bundle(&pem).map_err(|e| wrong(&e))?;
                if roots.is_empty() {
                    return Err(wrong(&"there is no certificate in it").into());
                }
                client.tls_certs_only(roots)
            }
            None => client,
        };
        Ok(Self(client.build()?))
    }
}

impl HttpClient for Line {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let client = self.0.clone();
        Box::pin(async move { send(&client, request).await.map_err(Error::Other) })
    }
}

async fn send(client: &reqwest::Client, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Failure> {
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await?;
    let asked = client.request(head.method, head.uri.to_string()).headers(head.headers).body(body);
    let answer: Response<reqwest::Body> = asked.send().await?.into();
    Ok(BytesResponse::from(answer))
}
