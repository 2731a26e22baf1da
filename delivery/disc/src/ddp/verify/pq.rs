//! PQDESCR against the standard: packet by packet, in order, and as the disc that they describe.

use super::super::fields::Field;
use super::super::pq::{self, CONTROL, IDX, ISRC, LEAD_OUT, RESERVED, SPV, TEXT, TIME, TRK, UPC};
use super::super::report::Findings;
use super::folder::Folder;
use super::id::check_upc;
use crate::time::Time;
use crate::{Disc, DiscTrack};
use lacquer_isrc::Isrc;

/// What the PQ codes say.
#[derive(Default)]
pub struct Codes {
    /// The disc, without texts.
    pub disc: Disc,
    /// UPC or EAN of the lead-in as it stands there.
    pub upc: Option<String>,
    /// Whether there are tracks in it to go on with.
    pub read: bool,
}

pub fn verify(folder: &Folder, entry: usize, findings: &mut Findings) -> Codes {
    let Some(bytes) = folder.small(entry, pq::MAX_PACKETS * pq::BYTES, findings) else {
        return Codes::default();
    };
    let file = folder.entry(entry).name.as_str();
    if bytes.is_empty() || bytes.len() % pq::BYTES != 0 {
        findings.error(file, "", format!("{} bytes", bytes.len()), "packets of 64 bytes");
    }
    let mut reader = Reader::new(file, findings);
    for (bytes, number) in bytes.chunks_exact(pq::BYTES).zip(1..) {
        reader.number = number;
        reader.packet(bytes);
    }
    reader.finish()
}

/// What a packet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    LeadIn,
    Index(u32, u32),
    LeadOut(u32),
}

struct Reader<'a> {
    file: &'a str,
    findings: &'a mut Findings,
    number: usize,
    codes: Codes,
    last: Option<Section>,
    last_frame: u32,
    lead_outs: usize,
    lead_in_control: Option<String>,
    control: String,
    later_track: bool,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str, findings: &'a mut Findings) -> Self {
        Self {
            file,
            findings,
            number: 0,
            codes: Codes::default(),
            last: None,
            last_frame: 0,
            lead_outs: 0,
            lead_in_control: None,
            control: String::new(),
            later_track: false,
        }
    }

    fn error(&mut self, field: Field, found: impl Into<String>, expected: impl Into<String>) {
        let place = self.place(field);
        self.findings.error(self.file, place, found, expected);
    }

    fn warning(&mut self, field: Field, found: impl Into<String>, expected: impl Into<String>) {
        let place = self.place(field);
        self.findings.warning(self.file, place, found, expected);
    }

    fn place(&self, field: Field) -> String {
        let byte = (self.number - 1) * pq::BYTES + field.offset;
        format!("packet {} (byte {byte}), {}", self.number, field.name)
    }

    fn packet(&mut self, bytes: &[u8]) {
        if SPV.bytes(bytes) != pq::SIGNATURE.as_bytes() {
            self.error(SPV, SPV.text(bytes), pq::SIGNATURE);
        }
        let frame = self.time(bytes);
        let place = self.belongs(bytes);
        self.check_control(bytes, place);
        self.check_codes(bytes, place);
        if !RESERVED.is_blank(bytes) {
            self.warning(RESERVED, RESERVED.text(bytes), "blank");
        }
        if !TEXT.bytes(bytes).iter().all(|byte| matches!(byte, b' '..=b'~')) {
            self.warning(TEXT, TEXT.text(bytes), "ASCII without control characters");
        }
        if let (Some(place), Some(frame)) = (place, frame) {
            if self.last.is_some() && frame < self.last_frame {
                let earlier = Time(self.last_frame);
                self.error(TIME, Time(frame).to_string(), format!("{earlier}, the time before, or later"));
            }
            self.last_frame = frame;
            self.enter(place, frame, bytes);
        }
        self.last = place.or(self.last);
    }

    /// The time, in frames.
    fn time(&mut self, bytes: &[u8]) -> Option<u32> {
        let text = std::str::from_utf8(TIME.bytes(bytes)).unwrap_or_default();
        // Hours are blank or zero.
        let digits = text.strip_prefix("  ").or(text.strip_prefix("00")).unwrap_or_default();
        let time = Time::parse_digits(digits);
        if time.is_none() {
            self.error(
                TIME,
                format!("{:?}", TIME.text(bytes)),
                "MMSSFF to the right, seconds below 60, frames below 75",
            );
        }
        time.map(|time| time.0)
    }

    /// Track and index, against the packet before.
    fn belongs(&mut self, bytes: &[u8]) -> Option<Section> {
        let (track, index) = (TRK.text(bytes), IDX.number(bytes).and_then(|index| u32::try_from(index).ok()));
        let Some(index) = index else {
            self.error(IDX, format!("{:?}", IDX.text(bytes)), "two digits");
            return None;
        };
        if !IDX.is_filled(bytes) {
            self.warning(IDX, format!("{:?}", IDX.text(bytes)), "two digits");
        }
        let place = if track == LEAD_OUT {
            Section::LeadOut(index)
        } else {
            match TRK.number(bytes).filter(|_| track.len() == 2) {
                Some(0) => Section::LeadIn,
                Some(track) => Section::Index(track as u32, index),
                None => {
                    self.error(TRK, format!("{track:?}"), "00 (lead-in), 01 to 99, or AA (lead-out)");
                    return None;
                }
            }
        };
        let (fits, due) = match (self.last, place) {
            (None, Section::LeadIn) => (index == 0, "index 00 of the lead-in".to_owned()),
            (None, _) => (false, "track 00 index 00, the lead-in".to_owned()),
            (Some(Section::LeadIn), place) => (place == Section::Index(1, 0), "track 01 index 00".to_owned()),
            (Some(Section::Index(track, last)), place) => {
                let next = [
                    Section::Index(track, last + 1),
                    Section::Index(track + 1, 0),
                    Section::Index(track + 1, 1),
                    Section::LeadOut(1),
                ];
                // A track is not over before its index 1.
                let allowed = if last == 0 { &next[..1] } else { &next[..] };
                let due = if last == 0 {
                    format!("track {track:02} index 01")
                } else {
                    format!(
                        "track {track:02} index {:02}, track {:02} index 00 or 01, or AA 01",
                        last + 1,
                        track + 1
                    )
                };
                (allowed.contains(&place), due)
            }
            (Some(Section::LeadOut(_)), place) => {
                (place == Section::LeadOut(1) && self.lead_outs < 2, "nothing after AA 01 twice".to_owned())
            }
        };
        if !fits {
            self.error(TRK, format!("track {track} index {index:02}"), due);
        }
        Some(place)
    }

    fn check_control(&mut self, bytes: &[u8], place: Option<Section>) {
        let text = CONTROL.text(bytes);
        let [nibble, mode] = *CONTROL.bytes(bytes) else { return };
        let value = char::from(nibble).to_digit(16).filter(|_| !nibble.is_ascii_lowercase());
        match value {
            Some(value) if value & 4 != 0 => {
                self.error(CONTROL, format!("{text:?}: a data track"), "bit 4 unset: audio")
            }
            Some(value) if value & 8 != 0 => {
                self.warning(CONTROL, format!("{text:?}: four channels"), "two channels")
            }
            Some(_) => {}
            None => self.error(CONTROL, format!("{text:?}"), "a hexadecimal digit and 1 or S"),
        }
        if value.is_some() && !matches!(mode, b'1' | b'S') {
            self.error(CONTROL, format!("{text:?}"), "a hexadecimal digit and 1 or S");
        }
        match place {
            Some(Section::LeadIn) => self.lead_in_control = Some(text),
            Some(Section::Index(track, _)) => {
                let same_track = matches!(self.last, Some(Section::Index(last, _)) if last == track);
                if same_track && text != self.control {
                    let expected = format!("{:?}, as the track's packet before", self.control);
                    self.error(CONTROL, format!("{text:?}"), expected);
                }
                let lead_in = self.lead_in_control.take();
                if let Some(lead_in) = lead_in.filter(|lead_in| *lead_in != text && lead_in != "01") {
                    let expected = format!("{lead_in:?} as in the lead-in, or 01 there");
                    self.warning(CONTROL, format!("{text:?}"), expected);
                }
                self.control = text;
            }
            Some(Section::LeadOut(_)) if text != self.control && text != "01" => {
                let expected = format!("{:?} as the last track, or 01", self.control);
                self.warning(CONTROL, format!("{text:?}"), expected);
            }
            _ => {}
        }
    }

    /// ISRC and UPC where they belong, and only there.
    fn check_codes(&mut self, bytes: &[u8], place: Option<Section>) {
        let upc = (!UPC.is_blank(bytes)).then(|| UPC.text(bytes));
        match (upc, place) {
            (Some(upc), Some(Section::LeadIn)) => {
                let at = self.place(UPC);
                check_upc(self.file, at, &upc, self.findings);
                self.codes.upc = Some(upc);
            }
            (Some(upc), _) => self.error(UPC, format!("{upc:?}"), "blank: the UPC stands in the lead-in"),
            (None, _) => {}
        }
        if ISRC.is_blank(bytes) {
            return;
        }
        let text = ISRC.text(bytes);
        let isrc = match text.parse::<Isrc>() {
            Ok(isrc) if isrc.as_str() == text => isrc,
            Ok(isrc) => return self.error(ISRC, format!("{text:?}"), isrc.as_str()),
            Err(error) => {
                return self.error(
                    ISRC,
                    format!("{text:?} is no ISRC: {}", error.reason),
                    "12 signs of an ISRC, or blank",
                );
            }
        };
        let Some(Section::Index(track, _)) = place else {
            return self.error(ISRC, isrc.as_str(), "blank: only tracks have an ISRC");
        };
        if matches!(self.last, Some(Section::Index(last, _)) if last == track) {
            match self.codes.disc.tracks.last().and_then(|track| track.isrc) {
                Some(first) if first == isrc => {
                    self.warning(ISRC, isrc.as_str(), "blank: the track's first packet has it")
                }
                Some(first) => self.error(
                    ISRC,
                    isrc.as_str(),
                    format!("{}, as the track's first packet", first.as_str()),
                ),
                None => {
                    self.warning(ISRC, isrc.as_str(), "in the track's first packet");
                    self.later_track = true;
                }
            }
        }
    }

    /// Puts a packet's time into the disc.
    fn enter(&mut self, place: Section, frame: u32, bytes: &[u8]) {
        let isrc = || ISRC.text(bytes).parse::<Isrc>().ok();
        let tracks = &mut self.codes.disc.tracks;
        match place {
            Section::LeadIn if frame != 0 => self.error(TIME, Time(frame).to_string(), "00:00:00"),
            Section::LeadIn => {}
            Section::LeadOut(_) => {
                if self.lead_outs == 1 && frame != self.codes.disc.lead_out_frame {
                    let first = Time(self.codes.disc.lead_out_frame);
                    self.error(TIME, Time(frame).to_string(), format!("{first}, as in the first AA"));
                } else {
                    self.codes.disc.lead_out_frame = frame;
                }
                self.lead_outs += 1;
            }
            Section::Index(number, index) => {
                let same = matches!(self.last, Some(Section::Index(last, _)) if last == number);
                if !same || tracks.is_empty() {
                    // Copy permitted 2, pre-emphasis 1.
                    let control = CONTROL
                        .bytes(bytes)
                        .first()
                        .and_then(|nibble| char::from(*nibble).to_digit(16))
                        .unwrap_or(0);
                    tracks.push(DiscTrack {
                        isrc: isrc(),
                        pregap_frame: frame,
                        start_frame: frame,
                        copy_permitted: control & 2 != 0,
                        pre_emphasis: control & 1 != 0,
                        ..DiscTrack::default()
                    });
                } else if let Some(track) = tracks.last_mut() {
                    match index {
                        0 | 1 => track.start_frame = frame,
                        _ => track.later_index_frames.push(frame),
                    }
                    if std::mem::take(&mut self.later_track) {
                        track.isrc = isrc();
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Codes {
        if self.lead_outs != 2 && self.number > 0 {
            let found = format!("lead-out (AA 01) {} times", self.lead_outs);
            self.findings.error(self.file, "", found, "twice, at the end");
        }
        self.codes.read = !self.codes.disc.tracks.is_empty();
        self.codes
    }
}
