//! `panorama-tiler SOURCE FOLDER jpg|png EDGE`: faces of EDGE pixels, tiles of 512, bicubic, quality 85.

use std::path::Path;

use panorama_tiler::{OutputConfig, OutputFormat, TilerConfig, TilerError, tile_panorama};

fn main() -> Result<(), TilerError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, folder, format, edge] = arguments.as_slice() else {
        return Err(TilerError::InvalidConfig("SOURCE FOLDER jpg|png EDGE".to_owned()));
    };
    let format = if format == "png" { OutputFormat::Png } else { OutputFormat::Jpeg };
    let cube_size = edge.parse().map_err(|_| TilerError::InvalidConfig(edge.clone()))?;
    let output = OutputConfig { format, quality: 85, cube_size, ..OutputConfig::default() };
    let config = TilerConfig { output, ..TilerConfig::default() };
    tile_panorama(Path::new(source), Path::new(folder), &config)?;
    Ok(())
}
