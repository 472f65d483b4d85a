//! QR codes (ISO/IEC 18004) of addresses of this site, as pictures.

use actix_web::HttpResponse;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::base::ErrorKind;
use crate::http::Problem;

/// The QR code of `link` as SVG, at least 240 px wide, with error correction M (15 % may be unreadable).
pub fn answer(link: &str) -> Result<HttpResponse, Problem> {
    let code = QrCode::with_error_correction_level(link.as_bytes(), EcLevel::M)
        .map_err(|_| Problem::plain(ErrorKind::Internal, "internal"))?;
    let drawing = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Type", "image/svg+xml"))
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(drawing))
}
