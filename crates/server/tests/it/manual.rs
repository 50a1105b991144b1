//! The page that describes the API to people.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Folder, Server};

#[tokio::test]
async fn every_route_and_type_is_on_a_page_that_loads_nothing_from_elsewhere() {
    let folder = Folder::new();
    let server = Server::start(&folder.sqlite(), &[]);
    let get = async |path: &'static str| server.ask(Method::GET, path, None, None).await;
    let page = get("/api").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let document: Value = get("/api/openapi.json").await.good();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            let line = format!("<code>{} {path}</code>", method.to_uppercase());
            assert!(page.text.contains(&line), "{line}");
        }
    }
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        assert!(page.text.contains(&format!("id=\"type-{name}\"")), "{name}");
    }
    let sources = page.text.split(['"', '\'']).filter(|text| text.contains("://") || text.starts_with("//"));
    assert_eq!(sources.collect::<Vec<_>>(), Vec::<&str>::new(), "every address is one of ours");
    assert!(!page.text.contains("<script") && !page.text.contains("<style"), "the policy of our pages allows neither");
    for address in page.text.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.text.contains(&format!("id=\"{address}\"")), "#{address} leads nowhere");
    }
    let style = get("/api/manual.css").await;
    assert_eq!(
        (style.status.as_u16(), &style.headers["content-type"]),
        (200, &"text/css; charset=utf-8".parse().expect("a header"))
    );
    assert!(!style.text.contains("url("));
}
