//! Small real pictures, drawn and encoded here: PNG with stored blocks needs no library.

use crate::entities::in_threes;
use std::{io, path::Path};

const WIDTH: usize = 320;
const HEIGHT: usize = 200;

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    (b << 16) | a
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut body = kind.to_vec();
    body.extend_from_slice(data);
    let mut out = u32::try_from(data.len()).unwrap_or(0).to_be_bytes().to_vec();
    out.extend_from_slice(&body);
    out.extend_from_slice(&crc(&body).to_be_bytes());
    out
}

/// Puts a file's picture where Mastodon keeps it (`config/initializers/paperclip.rb`); `cached` for other servers' files.
///
/// # Errors
/// If the folder cannot be written.
pub fn store(folder: &Path, cached: bool, id: i64, name: &str) -> io::Result<()> {
    let image = landscape(id.unsigned_abs());
    let folder = if cached { folder.join("cache") } else { folder.to_owned() };
    for style in ["original", "small"] {
        let place = folder.join("media_attachments/files").join(in_threes(id)).join(style);
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join(name), &image)?;
    }
    Ok(())
}

/// Sky, sun and water in colours that the seed decides.
fn landscape(seed: u64) -> Vec<u8> {
    let hue = |shift: u64| u8::try_from((seed >> shift) & 63).unwrap_or(0);
    let sun = (60 + usize::from(hue(3)) * 3, 40 + usize::from(hue(9)));
    let mut raw = Vec::with_capacity(HEIGHT * (WIDTH * 3 + 1));
    for y in 0..HEIGHT {
        raw.push(0);
        for x in 0..WIDTH {
            let depth = u8::try_from(y / 2).unwrap_or(0);
            let distance = x.abs_diff(sun.0).pow(2) + y.abs_diff(sun.1).pow(2);
            let pixel = if y > 130 + (x / 9 + y) % 5 {
                [20 + hue(1) / 2, 60 + depth / 2, 110 + hue(5)]
            } else if distance < 400 {
                [250, 220 - hue(7), 120]
            } else {
                [150 + hue(2), 170 + depth / 2, 210 - depth / 2 + hue(4) / 4]
            };
            raw.extend_from_slice(&pixel);
        }
    }
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = raw.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        zlib.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        zlib.extend_from_slice(&length.to_le_bytes());
        zlib.extend_from_slice(&(!length).to_le_bytes());
        zlib.extend_from_slice(block);
    }
    zlib.extend_from_slice(&adler(&raw).to_be_bytes());
    let mut header = Vec::new();
    header.extend_from_slice(&u32::try_from(WIDTH).unwrap_or(0).to_be_bytes());
    header.extend_from_slice(&u32::try_from(HEIGHT).unwrap_or(0).to_be_bytes());
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(*b"IHDR", &header));
    png.extend(chunk(*b"IDAT", &zlib));
    png.extend(chunk(*b"IEND", &[]));
    png
}
