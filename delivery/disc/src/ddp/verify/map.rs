//! DDPMS against the standard and against the files that it names.

use super::super::MAP_FILE;
use super::super::fields::Field;
use super::super::map::{
    self, BLANK, CDM, DSI, DSL, DSP, DSS, DST, IDX, MPV, OFS, PAUSEADD, PRE1, PRE1NXT, PRE2, PST, SCR, SIZ,
    SSM, SUB, TRK,
};
use super::super::report::Findings;
use super::folder::Folder;
use crate::BYTES_PER_FRAME;

/// Most streams of a map that are read; a disc has three.
const MAX_STREAMS: usize = 128;

/// Fields of numbers that an audio disc of one stream leaves blank or zero.
const ZERO_OR_BLANK: [Field; 9] = [DSP, PRE1, PRE2, PST, TRK, IDX, PRE1NXT, PAUSEADD, OFS];

/// What DDPMS says.
#[derive(Default)]
pub struct Map {
    /// The files that it names, as entries of the folder.
    pub entries: Vec<usize>,
    /// The PQ codes' file.
    pub pq: Option<usize>,
    /// The CD-Text's file.
    pub cd_text: Option<usize>,
    /// Length of the audio as the map says it.
    pub sectors: Option<u64>,
    /// Pregap of the first track as the map says it, sectors.
    pub pregap: Option<u64>,
    /// Length of the audio as its file has it.
    pub image_bytes: u64,
}

/// What a stream is, in the order that the map is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stream {
    CdText,
    Pq,
    Audio,
    Unknown,
}

/// A packet, to report on.
struct Packet<'a> {
    file: &'a str,
    number: usize,
    bytes: &'a [u8],
}

impl Packet<'_> {
    fn place(&self, field: Field) -> String {
        let byte = (self.number - 1) * map::BYTES + field.offset;
        format!("packet {} (byte {byte}), {}", self.number, field.name)
    }

    fn error(&self, findings: &mut Findings, field: Field, expected: &str) {
        findings.error(self.file, self.place(field), format!("{:?}", field.text(self.bytes)), expected);
    }

    fn warning(&self, findings: &mut Findings, field: Field, expected: &str) {
        findings.warning(self.file, self.place(field), format!("{:?}", field.text(self.bytes)), expected);
    }

    fn is(&self, field: Field, text: &str) -> bool {
        field.bytes(self.bytes) == text.as_bytes()
    }
}

pub fn verify(folder: &Folder, findings: &mut Findings) -> Map {
    let mut read = Map::default();
    let Some(entry) = folder.find(MAP_FILE) else {
        findings.error(MAP_FILE, "", "missing", "a packet of 128 bytes for each stream");
        return read;
    };
    let Some(bytes) = folder.small(entry, MAX_STREAMS * map::BYTES, findings) else { return read };
    let file = folder.entry(entry).name.as_str();
    if bytes.is_empty() || bytes.len() % map::BYTES != 0 {
        findings.error(file, "", format!("{} bytes", bytes.len()), "packets of 128 bytes");
    }
    let mut streams = Vec::new();
    for (bytes, number) in bytes.chunks_exact(map::BYTES).zip(1..) {
        let packet = Packet { file, number, bytes };
        streams.push(read_packet(&packet, folder, &mut read, findings));
    }
    check_streams(file, &streams, findings);
    read
}

fn read_packet(packet: &Packet, folder: &Folder, read: &mut Map, findings: &mut Findings) -> Stream {
    if !packet.is(MPV, map::SIGNATURE) {
        packet.error(findings, MPV, map::SIGNATURE);
    }
    let subcode = SUB.text(packet.bytes);
    let stream = match DST.bytes(packet.bytes) {
        b"D0" => Stream::Audio,
        b"S0" if subcode == map::PQ => Stream::Pq,
        b"S0" if subcode == map::CD_TEXT => Stream::CdText,
        b"S0" => {
            packet.error(findings, SUB, "PQ DESCR or CDTEXT");
            Stream::Unknown
        }
        _ => {
            packet.error(findings, DST, "D0 (audio) or S0 (subcode)");
            Stream::Unknown
        }
    };
    check_fields(packet, stream, findings);
    if stream == Stream::Audio {
        match PRE2.number(packet.bytes) {
            Some(pregap) => read.pregap = read.pregap.or(Some(pregap)),
            None if PRE2.is_blank(packet.bytes) => {
                findings.warning(
                    packet.file,
                    packet.place(PRE2),
                    "blank",
                    "the first track's pregap in sectors",
                );
            }
            None => packet.error(findings, PRE2, "the first track's pregap in sectors"),
        }
    }
    let length = DSL.number(packet.bytes);
    if length.is_none() {
        packet.error(findings, DSL, "a number of 8 digits");
    }
    if stream == Stream::Audio {
        read.sectors = length.map(|length| read.sectors.unwrap_or(0).saturating_add(length)).or(read.sectors);
    }
    if SIZ.number(packet.bytes) != Some(DSI.width as u64) {
        packet.error(findings, SIZ, "017");
    }
    let name = DSI.text(packet.bytes);
    let Some(entry) = folder.find(&name) else {
        let expected = if name.is_empty() { "a file's name" } else { "a file of the folder; it is missing" };
        packet.error(findings, DSI, expected);
        return stream;
    };
    if read.entries.contains(&entry) {
        packet.error(findings, DSI, "a file that no other packet names");
    }
    read.entries.push(entry);
    match stream {
        Stream::Pq => read.pq = read.pq.or(Some(entry)),
        Stream::CdText => read.cd_text = read.cd_text.or(Some(entry)),
        Stream::Audio | Stream::Unknown => {}
    }
    check_length(packet, folder, entry, stream, length, read, findings);
    stream
}

fn check_length(
    packet: &Packet,
    folder: &Folder,
    entry: usize,
    stream: Stream,
    length: Option<u64>,
    read: &mut Map,
    findings: &mut Findings,
) {
    let entry = folder.entry(entry);
    let Some(size) = entry.bytes else {
        findings.error(&entry.name, "", entry.other(), "a file");
        return;
    };
    let (unit, stored) = if stream == Stream::Audio {
        (BYTES_PER_FRAME as u64, "sectors of 2352 bytes")
    } else {
        (1, "bytes")
    };
    if stream == Stream::Audio {
        read.image_bytes = read.image_bytes.saturating_add(size);
        if size % unit != 0 {
            let expected = format!(
                "whole sectors of {unit} bytes: {} or {}",
                size / unit * unit,
                (size / unit + 1) * unit
            );
            findings.error(&entry.name, "", format!("{size} bytes"), expected);
        }
    }
    if let Some(length) = length
        && stream != Stream::Unknown
        && length.saturating_mul(unit) != size
    {
        let expected = format!("{size} bytes, as {} has: {}", entry.name, size / unit);
        findings.error(packet.file, packet.place(DSL), format!("{length} {stored}"), expected);
    }
}

fn check_fields(packet: &Packet, stream: Stream, findings: &mut Findings) {
    let bytes = packet.bytes;
    let audio = stream == Stream::Audio;
    // On subcode, what describes sectors says nothing; writers leave it blank or repeat the audio's, but all of it.
    let blank = !audio && [CDM, SSM, SCR].iter().all(|field| field.is_blank(bytes));
    if !(DSS.number(bytes) == Some(0) || DSS.is_blank(bytes)) {
        packet.error(findings, DSS, "00000000");
    }
    if !(packet.is(CDM, "DA") || blank) {
        packet.error(findings, CDM, "DA");
    }
    if !(packet.is(SSM, "7") || !audio && packet.is(SSM, "0") || blank) {
        packet.error(findings, SSM, "7 (sectors of 2352 bytes)");
    }
    if !(packet.is(SCR, "0") || blank) {
        packet.error(findings, SCR, "0 (not scrambled)");
    }
    for field in [DSL, DSS, PRE2, SIZ] {
        if field.number(bytes).is_some() && !field.is_filled(bytes) {
            packet.warning(findings, field, "filled with zeros");
        }
    }
    let blank = BLANK.into_iter().chain((!audio).then_some(PRE2)).chain(audio.then_some(SUB));
    for field in blank {
        // Zeros throughout say as little as a blank, where a number would stand.
        let zero = ZERO_OR_BLANK.contains(&field) && field.bytes(bytes).iter().all(|byte| *byte == b'0');
        if !field.is_blank(bytes) && !zero {
            packet.warning(findings, field, "blank");
        }
    }
}

fn check_streams(file: &str, streams: &[Stream], findings: &mut Findings) {
    let count = |wanted: Stream| streams.iter().filter(|stream| **stream == wanted).count();
    match count(Stream::Pq) {
        1 => {}
        number => findings.error(file, "", format!("{number} streams of PQ codes"), "1"),
    }
    if count(Stream::CdText) > 1 {
        findings.error(file, "", format!("{} streams of CD-Text", count(Stream::CdText)), "at most 1");
    }
    match count(Stream::Audio) {
        1 => {}
        0 => findings.error(file, "", "no stream of audio", "1"),
        number => findings.warning(file, "", format!("{number} streams of audio"), "1"),
    }
    if !streams.is_sorted() {
        findings.warning(file, "", "streams in another order", "CD-Text, PQ codes, audio");
    }
}
