//! Pictures of apps.

use std::io::Cursor;

use patchbay_domain::Error;
use png::{Decoder, Limits};
use uuid::Uuid;

/// The use of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Photo {
    /// The coloured picture.
    Logo,
    /// The picture in a single colour.
    Icon,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Avatar {
    pub(crate) uuid: Uuid,
    pub(crate) photo: Photo,
    /// If false, the initials of the app are shown instead.
    pub(crate) is_uploaded: bool,
}

const MAX_BYTES: usize = 512 * 1024;
const MIN_SIDE: u32 = 256;
const MAX_SIDE: u32 = 1024;
/// Size of the largest decoded picture: four channels of 16 bits.
const MAX_PIXEL_BYTES: usize = (MAX_SIDE * MAX_SIDE) as usize * 8;

/// Accepts a square PNG. Decodes it completely, so that browsers can show every picture that is stored.
pub(crate) fn check(png: &[u8]) -> Result<(), Error> {
    if png.len() > MAX_BYTES {
        return Err(Error::too_large("AVATAR_TOO_LARGE", "Image too large"));
    }
    let not_png = || Error::field("avatar_photo", "Invalid image format. Only PNG is supported.");
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: 2 * MAX_PIXEL_BYTES });
    let header = decoder.read_header_info().map_err(|_| not_png())?;
    let (width, height) = (header.width, header.height);
    if width != height || !(MIN_SIDE..=MAX_SIDE).contains(&width) {
        let message = format!(
            "Invalid image dimensions. The image has to be a square of {MIN_SIDE} to {MAX_SIDE} pixels."
        );
        return Err(Error::field("avatar_photo", message));
    }
    let mut reader = decoder.read_info().map_err(|_| not_png())?;
    let size = reader.output_buffer_size().filter(|size| *size <= MAX_PIXEL_BYTES).ok_or_else(not_png)?;
    reader.next_frame(&mut vec![0; size]).map_err(|_| not_png())?;
    Ok(())
}

impl Photo {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Logo => "logo",
            Self::Icon => "icon",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Logo, Self::Icon].into_iter().find(|photo| photo.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![7; (width * height) as usize]).unwrap();
        writer.finish().unwrap();
        out
    }

    fn problem(png: &[u8]) -> Option<String> {
        check(png)
            .err()
            .map(|error| error.fields.first().map_or(error.message.clone(), |field| field.messages.concat()))
    }

    #[test]
    fn square_pictures_of_the_right_size_are_taken() {
        for side in [256, 500, 1024] {
            assert_eq!(problem(&picture(side, side)), None, "{side}");
        }
        for (width, height) in [(255, 255), (1025, 1025), (256, 257), (1, 1), (512, 256)] {
            assert!(problem(&picture(width, height)).unwrap().starts_with("Invalid image dimensions."));
        }
    }

    #[test]
    fn truncated_and_corrupt_pictures_are_refused() {
        let whole = picture(256, 256);
        let mut broken = whole.clone();
        let middle = broken.len() / 2;
        broken[middle] ^= 0xff;
        for png in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\n", &whole[..whole.len() / 2], &broken] {
            assert!(problem(png).unwrap().starts_with("Invalid image format."), "{} bytes", png.len());
        }
        assert_eq!(problem(&vec![0; MAX_BYTES + 1]).unwrap(), "Image too large");
    }

    #[test]
    fn a_small_file_that_decodes_to_a_huge_picture_is_refused() {
        let mut bomb = picture(256, 256);
        // Width and height stand at 16 and 20; the header's checksum covers them.
        bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        assert!(problem(&bomb).is_some());
    }
}
