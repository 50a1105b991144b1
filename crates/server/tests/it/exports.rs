//! The history as a file, which a spreadsheet opens cleanly and takes for text.

use serde_json::json;

use crate::practice::{JANE, Practice};
use crate::support::{Reply, token};

/// The rows of a CSV file by RFC 4180; panics where it is none.
fn rows(file: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = file.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().expect("there is always one");
        let cell = row.last_mut().expect("there is always one");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' if quoted => quoted = false,
            _ if quoted => cell.push(c),
            '"' => {
                assert!(cell.is_empty(), "a quote in the middle of a cell: {file}");
                quoted = true;
            }
            ',' => row.push(String::new()),
            '\r' => {
                assert_eq!(chars.next(), Some('\n'), "lines end with CR LF");
                rows.push(vec![String::new()]);
            }
            _ => cell.push(c),
        }
    }
    assert!(!quoted, "a cell is not closed: {file}");
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line ends too");
    rows
}

fn header(reply: &Reply, name: &str) -> String {
    reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

const FORMULA: &str = "=HYPERLINK(\"https://evil.example\")";

/// Two missed calls with everything in them that a spreadsheet may trip over.
async fn eventful() -> Practice {
    let practice = Practice::open().await;
    let eva = token("u-eva", "patient", FORMULA);
    for reason in ["says \"ouch\", often\r\nand at night: ü 日本", "\t+1+1"] {
        let body = json!({ "calleeId": JANE, "reason": reason });
        assert_eq!(practice.post("/api/calls", &eva, body).await.code(), "offline");
    }
    practice
}

#[tokio::test]
async fn a_csv_export_opens_cleanly_and_computes_nothing() {
    let practice = eventful().await;
    let reply = practice.get("/api/calls/export?format=csv", &practice.jane).await;
    assert_eq!(reply.status, 200);
    assert_eq!(header(&reply, "content-type"), "text/csv; charset=utf-8");
    assert_eq!(header(&reply, "content-disposition"), "attachment; filename=\"calls.csv\"");
    let text = reply.text.strip_prefix('\u{feff}').expect("the mark that says UTF-8");
    let rows = rows(text);
    assert_eq!(rows.len(), 3);
    let [headings, newer, older] = &rows[..] else { panic!("three rows") };
    let cell = |row: &[String], heading: &str| {
        row[headings.iter().position(|one| one == heading).expect("the column is there")].clone()
    };
    assert!(rows.iter().all(|row| row.len() == headings.len()), "{rows:?}");
    assert_eq!(cell(older, "reason"), "says \"ouch\", often\r\nand at night: ü 日本");
    assert_eq!(cell(newer, "outcome"), "missed");
    assert_eq!(cell(newer, "callee"), "Jane Smith");
    assert_eq!(cell(newer, "caller"), format!("'{FORMULA}"));
    let risky = ['=', '+', '-', '@', '\t', '\r'];
    let risks: Vec<_> = rows.iter().flatten().filter(|cell| cell.trim_start().starts_with(risky)).collect();
    assert!(risks.is_empty(), "a spreadsheet would compute {risks:?}");
}

#[tokio::test]
async fn a_json_export_is_the_whole_history_as_one_list() {
    let practice = eventful().await;
    let reply = practice.get("/api/calls/export?format=json&outcome=missed", &practice.jane).await;
    assert_eq!(header(&reply, "content-disposition"), "attachment; filename=\"calls.json\"");
    let calls = reply.good();
    assert_eq!(calls.as_array().map(Vec::len), Some(2));
    assert_eq!(calls[0]["caller"]["name"], FORMULA);
    let page = practice.get("/api/calls", &practice.jane).await.good();
    assert_eq!(calls, page["items"]);
    assert_eq!(practice.get("/api/calls/export?format=xlsx", &practice.jane).await.code(), "invalid");
    let others = practice.get("/api/calls/export?format=json", &practice.omar).await.good();
    assert_eq!(others, json!([]), "nobody exports another's history");
}
