//! Tokens of the host application: whose are believed, and every usual forgery.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use aws_lc_rs::{rand, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bedside_domain::ids::PersonId;
use bedside_domain::time::Millis;
use bedside_store::Store;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{self, Folder, Reply, SECRET, Server};

const ISSUER: &str = "https://host.example.org";
const AUDIENCE: &str = "bedside";

/// A private key of the host's and the public one that it publishes.
struct HostKey {
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
}

/// Where the host publishes its keys.
struct Published {
    address: String,
    keys: Arc<Mutex<Value>>,
    asked: Arc<AtomicUsize>,
}

#[tokio::test]
async fn a_token_is_believed_only_whole_in_time_and_for_this_server() {
    let folder = Folder::new();
    let strict = ["--host-token-issuer", ISSUER, "--host-token-audience", AUDIENCE];
    let server = Server::start(&folder.sqlite(), &strict);
    let good = sound_claims();
    let believed = who(&server, &support::signed(&good)).await.good();
    assert_eq!(believed["id"], "42");
    let several = who(&server, &support::signed(&with(&good, "aud", json!(["another", AUDIENCE])))).await;
    assert_eq!(several.good()["id"], "42");

    let now = support::seconds_now();
    for (claim, value) in [
        ("exp", json!(now - 60)),
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("nbf", json!(now + 120)),
        ("aud", json!("another")),
        ("aud", json!(["another"])),
        ("aud", Value::Null),
        ("iss", json!("https://another.example.org")),
        ("iss", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("   ")),
        ("sub", json!(42)),
        ("sub", json!("bs_ada")),
        ("sub", json!("x".repeat(201))),
        ("sub", json!("a\u{0}b")),
        ("role", Value::Null),
        ("role", json!("surgeon")),
        ("role", json!("guest")),
        ("role", json!("Practitioner")),
        ("name", Value::Null),
        ("name", json!("  ")),
        ("name", json!("x".repeat(201))),
    ] {
        let changed = with(&good, claim, value.clone());
        must_be_refused(&who(&server, &support::signed(&changed)).await, &format!("{claim} {value}"));
    }
    // Nobody is locked out for an address or a zone that is none; it is not taken over.
    for (claim, value) in [("email", json!("nobody")), ("zoneinfo", json!("Mars/Olympus"))] {
        let known = who(&server, &support::signed(&good)).await.good();
        let changed = with(&good, claim, value);
        assert_eq!(who(&server, &support::signed(&changed)).await.good(), known, "{claim}");
    }
}

#[tokio::test]
async fn every_usual_forgery_is_refused_with_a_sentence() {
    let folder = Folder::new();
    let server = Server::start(&folder.sqlite(), &[]);
    let claims = sound_claims();
    let good = support::signed(&claims);
    let (head, rest) = good.split_once('.').expect("a JWT");
    let (body, signature) = rest.split_once('.').expect("a JWT");
    let admin = with(&claims, "role", json!("admin"));
    let in_base64 = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |alg: &str| in_base64(&json!({ "alg": alg, "typ": "JWT" }));
    let by = |secret: &[u8], algorithm| {
        let key = EncodingKey::from_secret(secret);
        jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).expect("a token")
    };
    for (what, token) in [
        ("alg none", format!("{}.{body}.", unsigned("none"))),
        ("alg None with the signature", format!("{}.{body}.{signature}", unsigned("None"))),
        ("no alg", format!("{}.{body}.{signature}", in_base64(&json!({ "typ": "JWT" })))),
        ("another head", format!("{}.{body}.{signature}", unsigned("RS256"))),
        ("another body", format!("{head}.{}.{signature}", in_base64(&admin))),
        ("no signature", format!("{head}.{body}.")),
        ("a cut signature", good[..good.len() - 4].to_owned()),
        ("another secret", by(b"another secret that is as long as ours", Algorithm::HS256)),
        ("an empty secret", by(b"", Algorithm::HS256)),
        ("another strength", by(SECRET.as_bytes(), Algorithm::HS512)),
        ("no JWT", "a.b.c".to_owned()),
        ("dots", "..".to_owned()),
        ("one word", "token".to_owned()),
        ("a huge token", format!("{head}.{}.{signature}", "A".repeat(100_000))),
        ("a huge word", "A".repeat(100_000)),
    ] {
        must_be_refused(&who(&server, &token).await, what);
    }
    for value in ["", "Bearer", "Bearer ", "Basic YWRhOmFkYQ==", &good, &format!("Token {good}")] {
        let request = support::client().get(format!("{}/api/current-user", server.address));
        let reply = Reply::of(request.header("authorization", value).send().await.expect("an answer")).await;
        must_be_refused(&reply, &format!("Authorization: {value}"));
    }
    assert_eq!(who(&server, &good).await.good()["id"], "42");
}

#[tokio::test]
async fn an_administrator_of_the_hosts_counts_only_where_the_operator_says_so() {
    let folder = Folder::new();
    let root = support::token("root", "admin", "Rita Root");
    let server = Server::start(&folder.sqlite(), &[]);
    must_be_refused(&who(&server, &root).await, "admin");
    let doctor = who(&server, &support::token("7", "doctor", "Jane Smith")).await.good();
    assert_eq!(doctor["role"], "practitioner");
    assert_eq!(who(&server, &support::token("8", "staff", "Sam")).await.good()["role"], "staff");
    drop(server);
    let server = Server::start(&folder.sqlite(), &["--host-admins"]);
    assert_eq!(who(&server, &root).await.good()["role"], "admin");
}

#[tokio::test]
async fn a_person_is_made_at_first_sight_updated_at_the_next_and_refused_once_disabled() {
    let folder = Folder::new();
    let server = Server::start(&folder.sqlite(), &[]);
    let mut claims = json!({ "sub": "patient/42 ü", "role": "patient", "name": "Ada Maria King",
        "exp": support::seconds_now() + 600 });
    let seen = who(&server, &support::signed(&claims)).await.good();
    assert_eq!(seen["id"], "patient/42 ü", "the host's own id, as it is");
    assert_eq!((&seen["firstName"], &seen["lastName"]), (&json!("Ada Maria"), &json!("King")));

    claims["email"] = json!("ada@example.org");
    claims["given_name"] = json!("Ada");
    claims["family_name"] = json!("Lovelace King");
    claims["locale"] = json!("de");
    let seen = who(&server, &support::signed(&claims)).await.good();
    assert_eq!((&seen["firstName"], &seen["lastName"]), (&json!("Ada"), &json!("Lovelace King")));
    assert_eq!((&seen["email"], &seen["locale"]), (&json!("ada@example.org"), &json!("de")));

    claims["email"] = json!("none");
    claims["zoneinfo"] = json!("Mars/Olympus");
    let seen = who(&server, &support::signed(&claims)).await.good();
    assert_eq!(seen["email"], "ada@example.org", "an address that is none locks nobody out and replaces nothing");
    assert_eq!(seen["zoneinfo"], Value::Null);

    for gone in ["email", "name"] {
        claims.as_object_mut().expect("claims").remove(gone);
    }
    let seen = who(&server, &support::signed(&claims)).await.good();
    assert_eq!(seen["email"], "ada@example.org", "what is not said stays");
    assert_eq!(seen["name"], "Ada Lovelace King", "the two names together are a name");

    let store = Store::open(&folder.sqlite()).await.expect("the database of the server");
    let held = store.person(&PersonId::new("patient/42 ü")).await.expect("an answer").expect("she is known");
    let mut person = held.value;
    person.disabled_at = Some(Millis(1));
    store.save_person(&person, Some(held.version), Millis(1)).await.expect("a person can be saved");
    must_be_refused(&who(&server, &support::signed(&claims)).await, "disabled");
}

#[tokio::test]
async fn each_key_of_a_set_has_one_algorithm_and_no_public_key_is_a_secret() {
    let folder = Folder::new();
    let rsa_pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("a key");
    let (rsa, ec, ed) = (rsa_key("rsa", &rsa_pair), ec_key("ec"), ed_key("ed"));
    let (mut mislabelled, mut for_secrecy) = (ec_key("mislabelled"), rsa_key("enc", &rsa_pair));
    mislabelled.public["alg"] = json!("ES384");
    for_secrecy.public["use"] = json!("enc");
    let symmetric = json!({ "kty": "oct", "kid": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(SECRET) });
    let unreadable = json!({ "kty": "OKP", "crv": "X25519", "kid": "x", "x": "AAAA" });
    let [rsa_public, ec_public, ed_public, mislabelled_public, secrecy_public] =
        [&rsa, &ec, &ed, &mislabelled, &for_secrecy].map(|key| &key.public);
    let set = json!({ "keys": [
        rsa_public, ec_public, ed_public, mislabelled_public, secrecy_public, symmetric, unreadable,
    ] });
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, set.to_string()).expect("the folder can be written to");
    let jwks = file.display().to_string();

    let both = Server::start(&folder.sqlite(), &["--host-token-jwks", &jwks]);
    let alone = with_keys_alone(&folder, &jwks);
    let public = AsDer::<PublicKeyX509Der<'_>>::as_der(rsa_pair.public_key()).expect("a key has a form");
    let public_pem = pem("PUBLIC KEY", public.as_ref());
    for server in [&both, &alone] {
        for key in [&rsa, &ec, &ed] {
            assert_eq!(who(server, &key.sign(key.kid())).await.good()["id"], "42", "{:?}", key.algorithm);
        }
        for (what, token) in [
            ("an unknown kid", rsa.sign(Some("unknown"))),
            ("no kid among several", rsa.sign(None)),
            ("the kid of another kind", rsa.sign(ec.kid())),
            ("the kid of another kind", ed.sign(rsa.kid())),
            ("another key of the same kind", ec_key("ec").sign(Some("ec"))),
            ("a key that says another algorithm", mislabelled.sign(mislabelled.kid())),
            ("a key for secrecy", for_secrecy.sign(for_secrecy.kid())),
            ("the public key as a secret", signed_with(public_pem.as_bytes(), "rsa")),
            ("the public key as a secret", signed_with(public_pem.trim_end().as_bytes(), "rsa")),
            ("the modulus as a secret", signed_with(rsa.public["n"].as_str().expect("n").as_bytes(), "rsa")),
            ("another RSA algorithm", rsa.sign_as(Algorithm::PS256)),
            ("another RSA strength", rsa.sign_as(Algorithm::RS512)),
        ] {
            must_be_refused(&who(server, &token).await, what);
        }
    }
    assert_eq!(who(&both, &support::signed(&sound_claims())).await.good()["id"], "42");
    must_be_refused(&who(&alone, &signed_with(SECRET.as_bytes(), "oct")).await, "a secret in a public set");
    must_be_refused(&who(&alone, &support::signed(&sound_claims())).await, "a secret that is not set");
}

#[tokio::test]
async fn keys_come_from_the_hosts_address_once_and_never_at_a_strangers_bidding() {
    let folder = Folder::new();
    let (first, second) = (ed_key("first"), ec_key("second"));
    let published = publish(json!({ "keys": [first.public] })).await;
    let server = with_keys_alone(&folder, &published.address);
    // The host adds a key before anybody has come.
    let unreadable = json!({ "kty": "unheard-of", "kid": "new" });
    *published.keys.lock().expect("the keys") = json!({ "keys": [first.public, second.public, unreadable] });

    // A page sends several requests at once: all wait for the keys that the first one asks for.
    let (one, other) = (first.sign(first.kid()), second.sign(second.kid()));
    let (a, b, c) = tokio::join!(who(&server, &one), who(&server, &other), who(&server, &one));
    for reply in [a, b, c] {
        assert_eq!(reply.good()["id"], "42");
    }
    assert_eq!(published.asked.load(Ordering::SeqCst), 1);
    for n in 0..20 {
        must_be_refused(&who(&server, &first.sign(Some(&format!("made up {n}")))).await, "a made-up kid");
    }
    assert_eq!(published.asked.load(Ordering::SeqCst), 1, "made-up names do not make the server ask");
    assert_eq!(who(&server, &one).await.good()["id"], "42");
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_a_refusal_and_not_a_failure() {
    let folder = Folder::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = format!("http://{}/keys", nobody.expect("a port that was free a moment ago"));
    let server = with_keys_alone(&folder, &address);
    let key = ed_key("ed");
    must_be_refused(&who(&server, &key.sign(key.kid())).await, "no keys");
    assert!(!server.log().contains(&address), "{}", server.log());
}

async fn who(server: &Server, token: &str) -> Reply {
    server.ask(Method::GET, "/api/current-user", Some(token), None).await
}

fn must_be_refused(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 401, "{what}: {}", reply.text);
    assert_eq!(reply.code(), "unauthorized", "{what}");
    assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains(' ')), "{what}: {}", reply.text);
    assert_eq!(reply.headers.get("www-authenticate").and_then(|value| value.to_str().ok()), Some("Bearer"), "{what}");
}

fn sound_claims() -> Value {
    json!({ "sub": "42", "role": "patient", "name": "Ada King", "iss": ISSUER, "aud": AUDIENCE,
        "exp": support::seconds_now() + 600 })
}

/// The claims with one of them changed, or gone if it is null.
fn with(claims: &Value, claim: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    let fields = claims.as_object_mut().expect("claims");
    match value {
        Value::Null => fields.remove(claim),
        value => fields.insert(claim.to_owned(), value),
    };
    claims
}

/// HS256, under the name of a key.
fn signed_with(secret: &[u8], kid: &str) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, &sound_claims(), &EncodingKey::from_secret(secret)).expect("a token")
}

/// A server that knows public keys and no secret.
fn with_keys_alone(folder: &Folder, jwks: &str) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--database", &folder.sqlite(), "--host-token-jwks", jwks]);
    Server::run(command)
}

async fn publish(keys: Value) -> Published {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/keys", listener.local_addr().expect("it listens"));
    let (keys, asked) = (Arc::new(Mutex::new(keys)), Arc::new(AtomicUsize::new(0)));
    let (shown, count) = (keys.clone(), asked.clone());
    let answer = move || {
        count.fetch_add(1, Ordering::SeqCst);
        let keys = shown.lock().expect("the keys").clone();
        async move { axum::Json(keys) }
    };
    let router = axum::Router::new().route("/keys", axum::routing::get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Published { address, keys, asked }
}

impl HostKey {
    fn new(kid: &str, algorithm: Algorithm, private: EncodingKey) -> Self {
        let public = Jwk::from_encoding_key(&private, algorithm).expect("a key that signs");
        let mut public = serde_json::to_value(public).expect("a key is JSON");
        public["kid"] = json!(kid);
        Self { algorithm, private, public }
    }

    fn kid(&self) -> Option<&str> {
        self.public["kid"].as_str()
    }

    fn sign(&self, kid: Option<&str>) -> String {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, &sound_claims(), &self.private).expect("a token")
    }

    fn sign_as(&self, algorithm: Algorithm) -> String {
        let header = Header { kid: self.kid().map(str::to_owned), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &sound_claims(), &self.private).expect("a token")
    }
}

fn rsa_key(kid: &str, pair: &rsa::KeyPair) -> HostKey {
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(pair).expect("a key has a form");
    let private = EncodingKey::from_rsa_pem(pem("PRIVATE KEY", der.as_ref()).as_bytes());
    HostKey::new(kid, Algorithm::RS256, private.expect("an RSA key"))
}

fn ec_key(kid: &str) -> HostKey {
    let random = rand::SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let private = EncodingKey::from_ec_pem(pem("PRIVATE KEY", der.as_ref()).as_bytes());
    HostKey::new(kid, Algorithm::ES256, private.expect("an EC key"))
}

fn ed_key(kid: &str) -> HostKey {
    let der = Ed25519KeyPair::generate_pkcs8v1(&rand::SystemRandom::new()).expect("a key");
    let private = EncodingKey::from_ed_pem(pem("PRIVATE KEY", der.as_ref()).as_bytes());
    HostKey::new(kid, Algorithm::EdDSA, private.expect("an Ed25519 key"))
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
