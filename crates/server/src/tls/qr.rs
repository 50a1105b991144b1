//! A code for a phone's camera, in the characters of a terminal.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

/// Light on dark, as terminals are. Nothing if the text is too long for a code that fits.
pub fn qr_code(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, qrcode::EcLevel::L).ok()?;
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}
