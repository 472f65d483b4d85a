//! Pictures of a pack arranged for viewers that want them otherwise: the preview as a column, faces in other tiles.
//!
//! Only derivatives are opened here, which hide what masks hide.

use super::psv::Cut;
use crate::base::Limits;
use crate::geometry::Face;
use crate::geometry::grid::TileArea;
use crate::imaging::decode::{Wanted, decode};
use crate::imaging::encode::{FacePlanes, TileEncoder};
use crate::imaging::header::Header;
use crate::imaging::plane::{ColourModel, Picture, Plane};
use crate::imaging::{ImagingError, TileFormat};

/// JPEG quality of what is encoded a second time.
const QUALITY: u8 = 92;
/// The faces of Marzipano's preview from above.
const COLUMN: [Face; 6] = [Face::Back, Face::Down, Face::Front, Face::Left, Face::Right, Face::Up];

/// A preview strip (six faces side by side, in order f r b l u d) as a column in the order b d f l r u.
pub fn column(strip: Vec<u8>) -> Result<Vec<u8>, ImagingError> {
    let strip = opened(strip, &Limits::default())?;
    let edge = strip.height();
    let planes = strip.planes.iter().map(|plane| {
        let mut out = Plane::filled(edge, edge * 6, 0);
        for (place, face) in COLUMN.into_iter().enumerate() {
            for y in 0..edge {
                let from = face.index() * edge;
                out.row_mut(place * edge + y).copy_from_slice(&plane.row(y)[from..from + edge]);
            }
        }
        out
    });
    let planes = FacePlanes { planes: planes.collect(), model: ColourModel::Rgb, top: 0 };
    let area = TileArea { left: 0, top: 0, width: edge as u32, height: edge as u32 * 6 };
    TileEncoder::new()?.encode(&planes, area, TileFormat::Jpg, QUALITY)
}

/// The tiles of a face of `edge` pixels, row by row, each of `tile` pixels or what is left, cut anew: `(column, row, JPEG)`.
pub fn face(
    tiles: Vec<Vec<u8>>,
    tile: u32,
    cut: Cut,
) -> Result<Vec<(u32, u32, Vec<u8>)>, ImagingError> {
    let edge = cut.edge as usize;
    let mut planes = vec![Plane::filled(edge, edge, 0); 3];
    let across = cut.edge.div_ceil(tile) as usize;
    for (index, bytes) in tiles.into_iter().enumerate() {
        let picture = opened(bytes, &Limits::default())?;
        let (left, top) = (index % across * tile as usize, index / across * tile as usize);
        let fits = left + picture.width() <= edge && top + picture.height() <= edge;
        if !fits {
            return Err(ImagingError::Corrupt {
                detail: "a tile is larger than its place".to_owned(),
            });
        }
        for (plane, from) in planes.iter_mut().zip(&picture.planes) {
            for y in 0..picture.height() {
                plane.row_mut(top + y)[left..left + picture.width()]
                    .copy_from_slice(&from.row(y)[..picture.width()]);
            }
        }
    }
    let planes = FacePlanes { planes, model: ColourModel::Rgb, top: 0 };
    let mut encoder = TileEncoder::new()?;
    let size = cut.edge / cut.across;
    let places = (0..cut.across).flat_map(|row| (0..cut.across).map(move |column| (column, row)));
    places
        .map(|(column, row)| {
            let area = TileArea { left: column * size, top: row * size, width: size, height: size };
            Ok((column, row, encoder.encode(&planes, area, TileFormat::Jpg, QUALITY)?))
        })
        .collect()
}

/// A picture as three planes of the same size.
pub fn opened(bytes: Vec<u8>, limits: &Limits) -> Result<Picture, ImagingError> {
    let header = Header::read(&bytes, limits)?;
    let mut picture = decode(bytes, &header, Wanted { rgb: true, accept_damaged: false }, limits)?;
    if picture.model == ColourModel::Grey {
        let grey = picture.planes[0].clone();
        picture.planes = vec![grey.clone(), grey.clone(), grey];
        picture.model = ColourModel::Rgb;
    }
    Ok(picture)
}
