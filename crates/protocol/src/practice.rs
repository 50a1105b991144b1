use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The practice as everybody sees it, also before signing in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PracticeView {
    pub name: String,
    /// A picture as a data URL.
    pub logo: Option<String>,
    /// `#rrggbb`.
    pub colour: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub welcome: Option<String>,
    pub zoneinfo: Option<String>,
}

/// All that the practice says of itself and of how it works. What is left out is left to the operator's settings.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PracticeSettings {
    pub name: String,
    /// A PNG, JPEG, WebP or SVG picture as a data URL of at most 40,000 characters.
    pub logo: Option<String>,
    /// `#rrggbb`.
    pub colour: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// An https address.
    pub website: Option<String>,
    /// What people read before they come in.
    pub welcome: Option<String>,
    /// IANA zone of practitioners who have none of their own.
    pub zoneinfo: Option<String>,
    /// Whether patients wait to be admitted to appointments that say nothing else.
    pub waiting_room: bool,
    /// How long it rings, from 5 to 300.
    pub ring_seconds: Option<u16>,
    /// Patients see only practitioners they have an appointment with.
    pub closed_directory: bool,
    pub meeting_places: Vec<MeetingPlaceView>,
}

/// A meeting provider besides the call in here.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingPlaceView {
    #[schema(example = "Jitsi")]
    pub name: String,
    /// An https address; `{room}` in it becomes a name that nobody can guess, a new one for each appointment.
    #[schema(example = "https://meet.example.org/{room}")]
    pub template: String,
}

/// When a practitioner works, in wall time of their zone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoursView {
    /// IANA zone; left out in a request, it stays as it is.
    #[schema(example = "Europe/Berlin")]
    pub zoneinfo: Option<String>,
    pub week: Vec<ShiftView>,
    pub days_off: Vec<AbsenceView>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShiftView {
    #[schema(example = "monday")]
    pub day: String,
    #[schema(example = "09:00")]
    pub from: String,
    /// `24:00` is midnight at the end of the day.
    #[schema(example = "12:30")]
    pub to: String,
}

/// The last day is off, too.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AbsenceView {
    #[schema(example = "2026-12-24")]
    pub from: String,
    #[schema(example = "2027-01-01")]
    pub to: String,
}

/// When an appointment can begin.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreeTimes {
    /// The practitioner's zone, to show the times in.
    pub zoneinfo: String,
    pub minutes: u16,
    /// False where the practitioner has not said when they work, and any time may be asked for.
    pub has_hours: bool,
    pub items: Vec<String>,
}
