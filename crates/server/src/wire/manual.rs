//! The document that describes every route, as a page for people. Made from the document alone, so that the two say the
//! same; without scripts, and with nothing from elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

pub const STYLE: &str = include_str!("manual.css");

/// One route, as the document has it.
struct Operation<'a> {
    method: String,
    path: &'a str,
    told: &'a Value,
}

pub fn page(document: &Value) -> String {
    let title = escaped(text(&document["info"], "title"));
    let mut by_tag: BTreeMap<&str, Vec<Operation>> = BTreeMap::new();
    for operation in operations(document) {
        by_tag.entry(operation.told["tags"][0].as_str().unwrap_or("other")).or_default().push(operation);
    }
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}: the API</title>\
         <link rel=\"stylesheet\" href=\"/api/manual.css\"></head><body>\n<h1>{title}: the API</h1>\n<p>{}</p>\n\
         <p>The same for programs: <a href=\"/api/openapi.json\">openapi.json</a>.</p>\n<nav><ul>\n",
        escaped(text(&document["info"], "description"))
    );
    for tag in by_tag.keys() {
        let _ = writeln!(page, "<li><a href=\"#{0}\">{0}</a></li>", escaped(tag));
    }
    page.push_str("<li><a href=\"#types\">types</a></li>\n</ul></nav>\n<main>\n");
    for (tag, operations) in &by_tag {
        let _ = writeln!(page, "<section id=\"{0}\"><h2>{0}</h2>", escaped(tag));
        operations.iter().for_each(|operation| write_operation(&mut page, operation));
        page.push_str("</section>\n");
    }
    page.push_str("<section id=\"types\"><h2>types</h2>\n");
    for (name, schema) in members(&document["components"]["schemas"]) {
        write_type(&mut page, name, schema);
    }
    page.push_str("</section>\n</main></body></html>\n");
    page
}

fn write_operation(page: &mut String, operation: &Operation) {
    let Operation { method, path, told } = operation;
    let open = told["security"].as_array().is_none_or(Vec::is_empty);
    let _ = writeln!(page, "<article><h3><code>{method} {}</code></h3>", escaped(path));
    for words in [text(told, "summary"), text(told, "description")].into_iter().filter(|words| !words.is_empty()) {
        let _ = writeln!(page, "<p>{}</p>", escaped(words));
    }
    if open {
        page.push_str("<p>Needs no token.</p>\n");
    }
    page.push_str("<table>\n");
    for parameter in told["parameters"].as_array().into_iter().flatten() {
        let kind = kind(&parameter["schema"]);
        write_row(page, &format!("{} {kind}", code(text(parameter, "name"))), text(parameter, "description"));
    }
    for schema in schemas(&told["requestBody"]) {
        write_row(page, &format!("takes {}", kind(schema)), "");
    }
    for (status, response) in members(&told["responses"]) {
        let kinds: Vec<_> = schemas(response).map(kind).collect();
        write_row(page, &format!("{} {}", code(status), kinds.join(" or ")), text(response, "description"));
    }
    page.push_str("</table></article>\n");
}

fn write_type(page: &mut String, name: &str, schema: &Value) {
    let _ = writeln!(page, "<article id=\"type-{0}\"><h3>{0}</h3>", escaped(name));
    let _ = writeln!(page, "<p>{}</p>", escaped(text(schema, "description")));
    if schema["properties"].is_null() {
        let _ = writeln!(page, "<p>{}</p></article>", kind(schema));
        return;
    }
    page.push_str("<table>\n");
    for (field, schema) in members(&schema["properties"]) {
        write_row(page, &format!("{} {}", code(field), kind(schema)), text(schema, "description"));
    }
    page.push_str("</table></article>\n");
}

fn write_row(page: &mut String, head: &str, words: &str) {
    let _ = writeln!(page, "<tr><th scope=\"row\">{head}</th><td>{}</td></tr>", escaped(words));
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    members(&document["paths"])
        .flat_map(|(path, item)| {
            members(item).map(move |(method, told)| Operation { method: method.to_uppercase(), path, told })
        })
        .collect()
}

fn schemas(holder: &Value) -> impl Iterator<Item = &Value> {
    members(&holder["content"]).map(|(_, content)| &content["schema"]).filter(|schema| !schema.is_null())
}

/// What a value is, in a word or two that lead to where it is told.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\">{0}</a>", escaped(name));
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().filter_map(Value::as_str).map(code).collect::<Vec<_>>().join(" ");
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return either.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(name) => escaped(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(escaped).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// A page that asks, with one button.
pub fn question(text: &str) -> String {
    plain(text, "<form method=\"post\"><button>OK</button></form>")
}

/// A page that tells.
pub fn told(text: &str) -> String {
    plain(text, "")
}

fn plain(text: &str, more: &str) -> String {
    let text = escaped(text);
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{text}</title><link rel=\"stylesheet\" href=\"/api/manual.css\"></head><body><main><h1>{text}</h1>{more}\
         </main></body></html>"
    )
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_the_document_says_stays_text() {
        let document = json!({
            "info": { "title": "<script>", "description": "a & b" },
            "paths": { "/x/{id}": { "get": { "tags": ["t"], "summary": "<img src=x>", "responses": {} } } },
            "components": { "schemas": { "A": { "properties": { "b": { "type": "string", "description": "\"q\"" } } } } },
        });
        let page = page(&document);
        for told in ["&lt;script&gt;", "a &amp; b", "&lt;img src=x&gt;", "&quot;q&quot;", "GET /x/{id}"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("<script") && !page.contains("<img"));
    }
}
