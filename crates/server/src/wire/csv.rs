//! Calls for a spreadsheet, which opens them cleanly and computes nothing.

use bedside_protocol::call::CallView;

const HEADINGS: &str = "requested,started,ended,seconds,type,outcome,caller,callee,reason,answer\r\n";

pub fn of_calls(calls: &[CallView]) -> String {
    // The mark tells spreadsheets that the text is UTF-8.
    let mut text = format!("\u{feff}{HEADINGS}");
    for call in calls {
        let text_of = |field: &Option<String>| field.clone().unwrap_or_default();
        let cells = [
            call.requested_at.clone(),
            text_of(&call.started_at),
            text_of(&call.ended_at),
            call.duration_seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
            call.call_type.clone(),
            call.outcome.clone().unwrap_or_else(|| call.status.clone()),
            call.caller.name.clone(),
            call.callee.name.clone(),
            text_of(&call.reason),
            text_of(&call.answer),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that begins like a formula gets an apostrophe, which spreadsheets take as "this is text".
fn quoted(cell: &str) -> String {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_kept() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted(" @SUM(A1)"), "\"' @SUM(A1)\"");
        assert_eq!(quoted("-2"), "\"'-2\"");
        assert_eq!(quoted("rash, \"red\""), "\"rash, \"\"red\"\"\"");
    }
}
