//! The document that describes every route, checked against the server that gives it.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::support::{self, Folder, Server};

struct Operation<'a> {
    method: Method,
    path: &'a str,
    told: &'a Value,
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_every_reference_in_it_leads_somewhere() {
    let folder = Folder::new();
    let document = document(&server(&folder)).await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")), "{}", document["openapi"]);
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 30, "answers are described by schemas");
    for reference in references {
        let place = reference.strip_prefix('#').expect("nothing outside is needed");
        assert!(document.pointer(place).is_some(), "{reference} leads nowhere");
    }
    let schemes = document["components"]["securitySchemes"].as_object().expect("schemes");
    for operation in operations(&document) {
        for scheme in operation.told["security"].as_array().into_iter().flatten().filter_map(Value::as_object) {
            assert!(scheme.keys().all(|name| schemes.contains_key(name)), "{operation:?}: {scheme:?}");
        }
    }
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_and_says_what_it_answers_and_takes() {
    let folder = Folder::new();
    let document = document(&server(&folder)).await;
    let mut named = BTreeMap::new();
    for operation in operations(&document) {
        let told = operation.told;
        let name = told["operationId"].as_str().unwrap_or_else(|| panic!("{operation:?} has no name"));
        if let Some(other) = named.insert(name, format!("{operation:?}")) {
            panic!("{operation:?} and {other} are both called {name}");
        }
        let responses = told["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{operation:?} never succeeds");
        for (status, response) in responses {
            let schema = response["content"].as_object().is_some_and(|content| !content.is_empty());
            let words = response["description"].as_str().is_some_and(|words| !words.is_empty());
            assert!(schema || words || status == "204", "{operation:?}: {status} says nothing");
        }
        let mut parameters: Vec<_> = told["parameters"].as_array().into_iter().flatten().collect();
        parameters.retain(|parameter| parameter["in"] == "path");
        let declared: Vec<_> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        let in_path = operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        assert_eq!(declared, in_path.collect::<Vec<_>>(), "{operation:?}");
        if operation.method == Method::GET {
            assert!(told["requestBody"].is_null(), "{operation:?} takes no body");
        }
    }
}

#[tokio::test]
async fn every_route_of_the_document_is_there_and_asks_for_a_token_if_it_says_so() {
    let folder = Folder::new();
    let server = server(&folder);
    let document = document(&server).await;
    let token = support::token("sam", "staff", "Sam Frontdesk");
    for operation in operations(&document) {
        let Operation { method, path, told } = &operation;
        let path = path.replace(['{', '}'], "");
        let signed = server.ask(method.clone(), &path, Some(&token), None).await;
        assert_ne!(signed.status, StatusCode::METHOD_NOT_ALLOWED, "{operation:?}");
        assert!(!signed.status.is_server_error(), "{operation:?}: {}", signed.text);
        if signed.status == StatusCode::NOT_FOUND {
            assert!(operation.path.contains('{'), "{operation:?} is not there: {}", signed.text);
        }
        let wants = told["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
        let anonymous = server.ask(method.clone(), &path, None, None).await;
        assert_eq!(anonymous.status == StatusCode::UNAUTHORIZED, wants, "{operation:?}: {}", anonymous.text);
    }
}

/// What is registered with `routes!` is in the document by itself; so nothing may be registered in another way, and
/// every handler that is described must be registered.
#[tokio::test]
async fn no_route_is_kept_from_the_document() {
    let folder = Folder::new();
    let document = document(&server(&folder)).await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/rest");
    let mut described = 0;
    for file in std::fs::read_dir(folder).expect("the handlers are here") {
        let file = file.expect("a file").path();
        let source = std::fs::read_to_string(&file).expect("a source file");
        let beside = [".route(", ".route_service(", ".nest_service(", "routing::"];
        let found: Vec<_> = beside.into_iter().filter(|way| source.contains(way)).collect();
        assert!(found.is_empty(), "{} registers with {found:?}", file.display());
        described += source.matches("#[utoipa::path(").count();
    }
    // Two prefixes have the same handlers.
    let distinct = operations(&document).iter().filter(|operation| !operation.path.starts_with("/video-call/")).count();
    assert_eq!(distinct, described, "a handler is described and not registered");
}

impl std::fmt::Debug for Operation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

fn server(folder: &Folder) -> Server {
    Server::start(&folder.sqlite(), &["--writes-per-person=1000000", "--writes-per-address=1000000"])
}

async fn document(server: &Server) -> Value {
    server.ask(Method::GET, "/api/openapi.json", None, None).await.good()
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, told) in item.as_object().into_iter().flat_map(Map::iter) {
            operations.push(Operation { method: method.to_uppercase().parse().expect("a method"), path, told });
        }
    }
    operations
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
