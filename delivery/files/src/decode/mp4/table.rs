//! A track's table: where each packet lies, how long it is, and what is left out at the ends.

use super::super::packets::{Coding, Packet, Table, aac, alac};
use super::super::stream::Refusal;
use super::{boxes, find};

/// Reads the table of a track (`trak`) of a file (`moov`), with what its decoder has to know.
pub(super) fn of(moov: &[u8], track: &[u8]) -> Result<(Table, Vec<u8>), Refusal> {
    let stbl = find(track, &[b"mdia", b"minf", b"stbl"]).ok_or("its track has no table")?;
    let config = config(find(stbl, &[b"stsd"]).ok_or("its track does not say how it is coded")?)?;
    let (sample_rate, channels, coding) = match &config {
        Config::Alac(cookie) => alac(cookie)?,
        Config::Aac(config) => aac(config)?,
    };
    let mdhd = find(track, &[b"mdia", b"mdhd"]).and_then(timescale).ok_or("its track has no time")?;
    let packets = packets(stbl)?;
    // Durations are in the track's own time, which is the sample rate nearly always.
    let packets: Vec<Packet> = packets
        .into_iter()
        .map(|packet| Packet { frames: scaled(u64::from(packet.frames), sample_rate, mdhd) as u32, ..packet })
        .collect();
    let (start, frames) = edit(moov, track, mdhd, sample_rate).or_else(|| itunes(moov)).unwrap_or((0, None));
    let format = if matches!(coding, Coding::Alac(_)) { "ALAC" } else { "AAC" };
    let bytes = match config {
        Config::Alac(bytes) | Config::Aac(bytes) => bytes,
    };
    Ok((Table { format, coding, sample_rate, channels, packets, start, frames, has_more: false }, bytes))
}

enum Config {
    Alac(Vec<u8>),
    Aac(Vec<u8>),
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// `count` of `from` parts a second, as parts of `to`.
fn scaled(count: u64, to: u32, from: u32) -> u64 {
    (u128::from(count) * u128::from(to) / u128::from(from.max(1))).try_into().unwrap_or(u64::MAX)
}

/// Parts of a second that `mdhd` or `mvhd` counts in.
fn timescale(bytes: &[u8]) -> Option<u32> {
    word(bytes, if bytes.first() == Some(&1) { 20 } else { 12 }).filter(|scale| *scale > 0)
}

/// How the first entry of `stsd` is coded.
fn config(stsd: &[u8]) -> Result<Config, Refusal> {
    let entry = stsd
        .get(8..)
        .and_then(|bytes| boxes(bytes).next())
        .ok_or("its track does not say how it is coded")?;
    // QuickTime's entries of versions 1 and 2 are longer.
    let version = entry.bytes.get(8..10).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
    let fixed = match version {
        0 => 28,
        1 => 44,
        _ => 64,
    };
    let inner = entry.bytes.get(fixed..).unwrap_or_default();
    match &entry.name {
        b"alac" => {
            let cookie = find(inner, &[b"alac"]).or_else(|| find(inner, &[b"wave", b"alac"]));
            let cookie =
                cookie.and_then(|bytes| bytes.get(4..)).ok_or("its description of ALAC is not there")?;
            Ok(Config::Alac(cookie.to_vec()))
        }
        b"mp4a" => {
            let esds = find(inner, &[b"esds"]).or_else(|| find(inner, &[b"wave", b"esds"]));
            let config = esds.and_then(|bytes| specific(bytes.get(4..)?));
            Ok(Config::Aac(config.ok_or("its description of AAC is not there")?.to_vec()))
        }
        other => {
            let name = String::from_utf8_lossy(other).into_owned();
            Err(Refusal::NotAudio(format!("sound coded as {name:?} in MP4; ALAC and AAC are read there")))
        }
    }
}

/// The AudioSpecificConfig within descriptors (ISO/IEC 14496-1, 7.2.6), tags 3, 4 and 5.
pub(in super::super) fn specific(descriptor: &[u8]) -> Option<&[u8]> {
    let (tag, contents) = descriptor_at(descriptor)?;
    let inner = match tag {
        3 => {
            let flags = *contents.get(2)?;
            let url = if flags & 0x40 != 0 { 1 + usize::from(*contents.get(3)?) } else { 0 };
            let skip = 3 + 2 * usize::from(flags >> 7) + url + 2 * usize::from(flags >> 5 & 1);
            contents.get(skip..)?
        }
        // What is not AAC of MPEG-4 or MPEG-2 has another description.
        4 if matches!(contents.first(), Some(0x40 | 0x66..=0x68)) => contents.get(13..)?,
        5 => return Some(contents),
        _ => return None,
    };
    specific(inner)
}

fn descriptor_at(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let tag = *bytes.first()?;
    let mut length = 0;
    for (n, byte) in bytes.iter().enumerate().skip(1).take(4) {
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            let rest = &bytes[n + 1..];
            return Some((tag, &rest[..length.min(rest.len())]));
        }
    }
    None
}

/// Place, length and duration of every packet.
fn packets(stbl: &[u8]) -> Result<Vec<Packet>, Refusal> {
    let damaged = || Refusal::from("the table of its sound is damaged");
    let stsz = find(stbl, &[b"stsz"]).ok_or_else(damaged)?;
    let (same, count) = (word(stsz, 4).ok_or_else(damaged)?, word(stsz, 8).ok_or_else(damaged)? as usize);
    // A table has a size for each, but where all are the same: sound in packets of one size is none of these codings'.
    if same != 0 || count > stsz.len() / 4 {
        return Err(damaged());
    }
    let stsc = find(stbl, &[b"stsc"]).ok_or_else(damaged)?;
    let runs: Vec<(u32, u32)> = (0..stsc.len() / 12)
        .filter_map(|n| Some((word(stsc, 8 + 12 * n)?, word(stsc, 12 + 12 * n)?)))
        .collect();
    let (chunks, width) = match (find(stbl, &[b"stco"]), find(stbl, &[b"co64"])) {
        (Some(chunks), _) => (chunks, 4),
        (None, Some(chunks)) => (chunks, 8),
        (None, None) => return Err(damaged()),
    };
    let chunk =
        |n: usize| if width == 4 { word(chunks, 8 + 4 * n).map(u64::from) } else { long(chunks, 8 + 8 * n) };
    let stts = find(stbl, &[b"stts"]).ok_or_else(damaged)?;
    let mut durations = (0..stts.len() / 8)
        .filter_map(|n| Some((word(stts, 8 + 8 * n)?, word(stts, 12 + 8 * n)?)))
        .flat_map(|(count, duration)| std::iter::repeat_n(duration, count as usize));
    let mut packets = Vec::with_capacity(count);
    let mut run = runs.iter().peekable();
    let mut in_chunk = 0;
    for n in 0.. {
        if packets.len() == count {
            break;
        }
        // Chunks are counted from 1.
        while let Some((_, packets)) = run.next_if(|(first, _)| u64::from(*first) <= n as u64 + 1) {
            in_chunk = *packets;
        }
        let mut start = chunk(n).ok_or_else(damaged)?;
        for _ in 0..in_chunk.min((count - packets.len()) as u32) {
            let bytes = word(stsz, 12 + 4 * packets.len()).ok_or_else(damaged)?;
            let frames = durations.next().ok_or_else(damaged)?;
            packets.push(Packet { start, bytes, frames });
            start = start.saturating_add(u64::from(bytes));
        }
    }
    Ok(packets)
}

/// The first edit that is sound: frames to be left out at the start, and frames of the programme, if the edit ends before the track does.
fn edit(moov: &[u8], track: &[u8], mdhd: u32, sample_rate: u32) -> Option<(u64, Option<u64>)> {
    let elst = find(track, &[b"edts", b"elst"])?;
    let is_long = elst.first() == Some(&1);
    let mvhd = find(moov, &[b"mvhd"]).and_then(timescale)?;
    let entries = word(elst, 4)?.min(64) as usize;
    let (length, start) = (0..entries).find_map(|n| {
        let (length, start) = if is_long {
            (long(elst, 8 + 20 * n)?, long(elst, 16 + 20 * n)? as i64)
        } else {
            (u64::from(word(elst, 8 + 12 * n)?), i64::from(word(elst, 12 + 12 * n)? as i32))
        };
        // A start of -1 is silence before the sound.
        (start >= 0).then_some((length, start as u64))
    })?;
    let start = scaled(start, sample_rate, mdhd);
    // The edit's length is rounded to the film's time, in thousandths mostly: what ends within one part of the track's end, ends with it.
    let frames = (length > 0).then(|| scaled(length + 1, sample_rate, mvhd));
    let exact = mvhd.is_multiple_of(sample_rate);
    Some((start, frames.map(|frames| if exact { scaled(length, sample_rate, mvhd) } else { frames })))
}

/// What iTunes writes into a comment of its own: " 00000000 00000840 000001CA 00000000003F31F6": frames before, behind, and of the sound.
fn itunes(moov: &[u8]) -> Option<(u64, Option<u64>)> {
    let meta = find(moov, &[b"udta", b"meta"])?;
    let list = find(meta.get(4..)?, &[b"ilst"])?;
    let text = boxes(list).filter(|found| found.name == *b"----").find_map(|found| {
        let name = find(found.bytes, &[b"name"])?.get(4..)?;
        let data = find(found.bytes, &[b"data"])?.get(8..)?;
        (name == b"iTunSMPB").then(|| std::str::from_utf8(data).ok()).flatten()
    })?;
    let fields: Vec<u64> =
        text.split_whitespace().map_while(|field| u64::from_str_radix(field, 16).ok()).collect();
    match fields[..] {
        [_, start, _, frames, ..] => Some((start, Some(frames).filter(|frames| *frames > 0))),
        _ => None,
    }
}
