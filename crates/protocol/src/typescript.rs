//! The wire types as TypeScript, written from the very schemas that `/api/openapi.json` shows.

use std::fmt::Write as _;

use serde_json::Value;
use utoipa::PartialSchema as _;

use crate::{account, appointment, call, door, notice, person, practice, problem, reach, room};

/// The text of `web/packages/protocol/src/generated.ts`.
pub fn declarations() -> String {
    let mut text =
        String::from("// Written from crates/protocol by its test `the_typescript_is_up_to_date`. Do not edit.\n");
    for (name, schema) in schemas() {
        text.push('\n');
        declare(&mut text, name, &schema);
    }
    text.push_str("\n/** One page of a list; `nextCursor` brings the next one and is null on the last. */\n");
    text.push_str("export interface Page<T> {\n  items: T[];\n  nextCursor: string | null;\n}\n");
    text
}

macro_rules! each {
    ($($ty:ty),+ $(,)?) => {
        vec![$((
            stringify!($ty).rsplit("::").next().unwrap_or_default(),
            serde_json::to_value(<$ty>::schema()).expect("a schema is plain JSON"),
        )),+]
    };
}

type Schemas = Vec<(&'static str, Value)>;

fn schemas() -> Schemas {
    [of_meeting(), of_people_and_the_practice(), of_reaching()].concat()
}

fn of_meeting() -> Schemas {
    each![
        person::PersonBrief,
        person::PersonView,
        person::PractitionerCard,
        person::PutPerson,
        person::RegisterEntry,
        appointment::AppointmentView,
        appointment::NewAppointment,
        appointment::NewPatient,
        appointment::Reschedule,
        appointment::Reason,
        appointment::CallStart,
        room::RoomView,
        room::RoomAppointment,
        room::RoomPerson,
        room::RoomCreated,
        room::IceServer,
        room::IceServers,
        call::CallView,
        call::Feedback,
        call::Ring,
        call::CallBack,
        notice::NoticeView,
        notice::UnreadCount,
    ]
}

fn of_people_and_the_practice() -> Schemas {
    each![
        door::SignInView,
        door::JoinView,
        door::JoinPractitioner,
        door::JoinPass,
        account::PasswordSignIn,
        account::AskForLink,
        account::AuditView,
        account::NewPassword,
        account::SessionView,
        account::SignInLink,
        account::MeView,
        account::PutMe,
        account::Preferences,
        practice::PracticeView,
        practice::PracticeSettings,
        practice::MeetingPlaceView,
        practice::HoursView,
        practice::ShiftView,
        practice::AbsenceView,
        practice::FreeTimes,
    ]
}

fn of_reaching() -> Schemas {
    each![
        reach::ReachView,
        reach::ChoiceView,
        reach::QuietView,
        reach::UnconfirmedView,
        reach::PutReach,
        reach::NewAddress,
        reach::ConfirmAddress,
        reach::PushDevice,
        reach::PushKeys,
        reach::ForgetDevice,
        reach::CalendarAddress,
        reach::OutboxEntry,
        reach::WebhookView,
        reach::NewWebhook,
        reach::WebhookSecret,
        reach::WebhookTrial,
        reach::Replay,
        problem::Problem,
        problem::Code,
    ]
}

fn declare(text: &mut String, name: &str, schema: &Value) {
    comment(text, "", schema);
    if schema.get("properties").is_none() {
        let _ = writeln!(text, "export type {name} = {};", type_of(schema));
        return;
    }
    let _ = writeln!(text, "export interface {name} {{");
    let required = |field: &str| {
        let list = schema.get("required").and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|one| one == field))
    };
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        comment(text, "  ", schema);
        let mark = if required(field) { "" } else { "?" };
        let _ = writeln!(text, "  {field}{mark}: {};", type_of(schema));
    }
    text.push_str("}\n");
}

fn comment(text: &mut String, indent: &str, schema: &Value) {
    if let Some(words) = schema.get("description").and_then(Value::as_str) {
        let _ = writeln!(text, "{indent}/** {} */", words.replace('\n', " "));
    }
}

fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    if let Some(either) = schema.get("oneOf").and_then(Value::as_array) {
        return either.iter().map(type_of).collect::<Vec<_>>().join(" | ");
    }
    match schema.get("type") {
        Some(Value::Array(types)) => {
            let one = |name: &Value| type_of(&with_type(schema, name));
            types.iter().map(one).collect::<Vec<_>>().join(" | ")
        }
        Some(Value::String(name)) => match name.as_str() {
            "integer" | "number" => "number".to_owned(),
            "array" => format!("{}[]", type_of(&schema["items"])),
            other => other.to_owned(), // string, boolean and null are called the same there
        },
        _ => "unknown".to_owned(),
    }
}

fn with_type(schema: &Value, name: &Value) -> Value {
    let mut one = schema.clone();
    one["type"] = name.clone();
    one
}
