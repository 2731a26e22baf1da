//! A front cover: a JPEG or PNG as it is, with what its head says of it.
//!
//! Sources: ISO/IEC 10918-1 B.2.2 (frame header: SOF0 to SOF15 but DHT, JPG and DAC), ISO/IEC 15948 11.2.2 (IHDR).

use lacquer_storage::hash::sha256;
use lacquer_storage::regular_file::open_regular;
use lofty::file::TaggedFileExt;
use lofty::picture::{MimeType, Picture, PictureInformation, PictureType};
use lofty::probe::Probe;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Longest file that is read, bytes: far more than any shop takes.
const MOST_BYTES: u64 = 64 << 20;
/// What shops ask for (Apple, Spotify and distributors, 2026): square, of so many pixels, in RGB, of so many bytes at most.
const LEAST_PIXELS: u32 = 3000;
const MOST_SHOP_BYTES: usize = 10_000_000;

/// See the module. The debug form has the hash in place of the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    bytes: Arc<Vec<u8>>,
    sha256: String,
    is_png: bool,
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// 1 for grey, 3 for colour, 4 for CMYK or an alpha channel beside colour.
    pub components: u32,
}

impl std::fmt::Debug for Cover {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "Cover({}, {} x {})", self.sha256, self.width, self.height)
    }
}

impl Cover {
    /// Reads a picture's file.
    ///
    /// # Errors
    /// In words, if it cannot be read or is neither JPEG nor PNG.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut bytes = Vec::new();
        open_regular(path, MOST_BYTES)
            .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
            .map_err(|error| format!("cannot be read: {error}"))?;
        Self::parse(bytes)
    }

    /// Takes a picture's bytes.
    ///
    /// # Errors
    /// In words, if they are neither JPEG nor PNG.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, String> {
        let is_png = bytes.starts_with(b"\x89PNG\r\n\x1a\n");
        let head = if is_png { png(&bytes) } else { jpeg(&bytes) };
        let (width, height, components) =
            head.ok_or("is neither a JPEG nor a PNG that can be read; give one of them")?;
        let sha256 = sha256(&bytes);
        Ok(Self { bytes: Arc::new(bytes), sha256, is_png, width, height, components })
    }

    /// What shops would not take, in words.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.width != self.height {
            remarks.push(format!("it is {} x {} pixels and not square", self.width, self.height));
        }
        if self.width.min(self.height) < LEAST_PIXELS {
            remarks.push(format!(
                "{} x {} pixels are fewer than the {LEAST_PIXELS} x {LEAST_PIXELS} that shops ask for",
                self.width, self.height
            ));
        }
        match (self.components, self.is_png) {
            (3, _) => {}
            (1, _) => remarks.push("it is grey, or has a palette; shops ask for RGB".to_owned()),
            (4, true) => remarks.push("it has an alpha channel; shops ask for RGB alone".to_owned()),
            (_, true) => remarks.push("it is grey with an alpha channel; shops ask for RGB".to_owned()),
            _ => remarks.push("it is CMYK; shops ask for RGB".to_owned()),
        }
        if self.bytes.len() > MOST_SHOP_BYTES {
            remarks.push(format!(
                "its {:.1} MB are more than the {:.0} that shops take",
                self.bytes.len() as f64 / 1e6,
                MOST_SHOP_BYTES as f64 / 1e6
            ));
        }
        remarks
    }

    /// As tags hold it.
    pub(super) fn picture(&self) -> (Picture, PictureInformation) {
        let mime = if self.is_png { MimeType::Png } else { MimeType::Jpeg };
        let picture =
            Picture::unchecked(self.bytes.to_vec()).pic_type(PictureType::CoverFront).mime_type(mime).build();
        let about = PictureInformation {
            width: self.width,
            height: self.height,
            color_depth: 8 * self.components,
            num_colors: 0,
        };
        (picture, about)
    }
}

fn png(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    let head = bytes.get(8..33)?;
    if head.get(4..8)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let components = match head.get(17)? {
        0 | 3 => 1,
        2 => 3,
        4 => 2,
        6 => 4,
        _ => return None,
    };
    Some((number(8)?, number(12)?, components)).filter(|(width, height, _)| *width > 0 && *height > 0)
}

fn jpeg(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    let mut at = 2;
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    loop {
        // Any number of fill bytes stands before a marker.
        while bytes.get(at)? == &0xff && bytes.get(at + 1)? == &0xff {
            at += 1;
        }
        let [0xff, marker] = *bytes.get(at..at + 2)? else { return None };
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        if (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
            let frame = bytes.get(at + 4..at + 10)?;
            let number = |at: usize| u32::from(u16::from_be_bytes([frame[at], frame[at + 1]]));
            return Some((number(3), number(1), u32::from(frame[5])))
                .filter(|(width, height, _)| *width > 0 && *height > 0);
        }
        // The scan begins without a frame.
        if marker == 0xda || length < 2 {
            return None;
        }
        at += 2 + length;
    }
}

/// The front cover that a file's tags carry; any picture where none is called so.
pub fn of_file(path: &Path) -> Option<Cover> {
    let file = BufReader::new(super::open(path).ok()?);
    let file = Probe::new(file).options(super::options()).guess_file_type().ok()?.read().ok()?;
    let pictures = || file.tags().iter().flat_map(|tag| tag.pictures());
    let front = pictures().find(|picture| picture.pic_type() == PictureType::CoverFront);
    front.or_else(|| pictures().next()).and_then(|picture| Cover::parse(picture.data().to_vec()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG's head.
    fn head_of_png(width: u32, height: u32, colour: u8) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, colour, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn heads_are_read_and_what_shops_refuse_is_told() {
        let good = Cover::parse(head_of_png(3000, 3000, 2)).unwrap();
        assert_eq!((good.width, good.height, good.components), (3000, 3000, 3));
        assert!(good.remarks().is_empty(), "{:?}", good.remarks());
        let bad = Cover::parse(head_of_png(1400, 900, 0)).unwrap().remarks();
        assert!(bad.len() == 3 && bad[0].contains("not square") && bad[2].contains("grey"), "{bad:?}");
        // An APP0 segment, fill bytes, and a progressive frame of four components.
        let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xff, 0xc2, 0, 20, 8];
        jpeg.extend([0x0b, 0xb8, 0x0b, 0xb8, 4, 0, 0]);
        let cmyk = Cover::parse(jpeg).unwrap();
        assert_eq!((cmyk.width, cmyk.height, cmyk.components), (3000, 3000, 4));
        assert_eq!(cmyk.remarks(), ["it is CMYK; shops ask for RGB"]);
        for nothing in
            [b"".to_vec(), b"root:x:0".to_vec(), vec![0xff, 0xd8, 0xff], vec![0xff; 40], head_of_png(0, 1, 2)]
        {
            assert!(Cover::parse(nothing).is_err());
        }
    }
}
