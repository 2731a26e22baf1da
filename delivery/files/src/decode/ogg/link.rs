//! A programme in Ogg: one stream after another (RFC 3533, section 4), each with positions that say where it begins and ends.
//!
//! Everything is decoded; positions only trim the ends, and only by what the pages there hold: the first page's position may lie
//! before its sound (Vorbis I specification, section A.2; RFC 7845, section 4.3), the last one's too. In between they are held against
//! what was decoded. A page is held back until the next is seen.

use super::{Packets, Page, Pages};
use crate::decode::remarks::{CUT_OUT, Kind, Remarks};
use crate::decode::stream::{Facts, Refusal, Source, Step, Stream, check_spec};
use lacquer_dsp::detect::{Severity, StoredWords};
use std::collections::VecDeque;
use std::io;

/// Headers are within so many pages: Vorbis's third may be long.
const MOST_HEADER_PAGES: usize = 4096;
/// A jump of positions that is longer than this is a wrong position, s.
const LONGEST_HOLE_S: i64 = 3600;

/// What turns a stream's packets into frames.
pub(in crate::decode) trait Codec: Sized {
    /// Begins a stream by its first packet; none where it is another codec's.
    fn begin(head: &[u8]) -> Option<Result<Self, Refusal>>;
    /// Takes a further header; gives whether that was the last.
    fn header(&mut self, packet: &[u8]) -> Result<bool, Refusal>;
    /// Format, rate in Hz, channels and words.
    fn spec(&self) -> (&'static str, u32, usize, StoredWords);
    /// Frames that the stream promises.
    fn promised(&self) -> Option<u64> {
        None
    }
    /// Frames at the start that are no programme.
    fn pre_skip(&self) -> u64 {
        0
    }
    /// Whether the first page's position may lie before its first frame.
    fn trims_by_first_page(&self) -> bool {
        false
    }
    /// Appends a packet's frames; false where it is damaged.
    fn decode(&mut self, packet: &[u8], into: &mut Vec<[f32; 2]>) -> bool;
    /// What follows does not go on from what was.
    fn reset(&mut self) {}
    /// The end of a stream that began at frame `base`.
    fn finish(&mut self, _base: u64, _is_whole: bool, _remarks: &mut Remarks) {}
    /// As `Stream::long_words`.
    fn long_words(&self) -> u32 {
        0
    }
}

/// What goes out next.
enum Piece {
    Frames(Vec<[f32; 2]>),
    Silence(u64),
}

/// A page's sound.
#[derive(Default)]
struct Sound {
    frames: Vec<[f32; 2]>,
    /// Something is missing before this frame of it: what, and how many frames.
    lost: Option<(usize, Kind, u64)>,
    granule: Option<i64>,
}

/// One stream on its way.
struct Link<C> {
    codec: C,
    serial: u32,
    packets: Packets,
    /// The page before: its end is not known until the next is seen.
    held: Option<Sound>,
    /// Position of the first decoded frame; none until two pages agree.
    start: Option<i64>,
    /// Frames decoded, and silence that stands in, up to the end of what is held.
    decoded: i64,
    /// Frames still to be left out at the start.
    skip: u64,
    has_ended: bool,
    is_whole: bool,
    /// Whether the last position agreed with what was decoded: only then the next may cut the end.
    is_trusted: bool,
}

impl<C: Codec> Link<C> {
    /// A stream whose first page is given, with its headers read; none where it is another codec's.
    fn begin<R: Source>(first: &Page, pages: &mut Pages<R>) -> Result<Option<Self>, Refusal> {
        let mut packets = Packets::default();
        let (heads, _) = packets.take(first);
        let Some(codec) = heads.first().and_then(|head| C::begin(head)) else { return Ok(None) };
        let mut codec = codec?;
        for _ in 0..MOST_HEADER_PAGES {
            let Some(page) = pages.next()? else { break };
            if page.serial != first.serial {
                continue;
            }
            let mut is_ready = false;
            // Sound begins on a page of its own, says the standard; some encoders let it follow the last header.
            let mut early = Vec::new();
            for packet in packets.take(&page).0 {
                if is_ready {
                    early.push(packet);
                } else {
                    is_ready = codec.header(&packet)?;
                }
            }
            if is_ready {
                let mut link = Self {
                    skip: codec.pre_skip(),
                    codec,
                    serial: first.serial,
                    packets,
                    held: None,
                    start: None,
                    decoded: 0,
                    has_ended: false,
                    is_whole: true,
                    is_trusted: true,
                };
                if !early.is_empty() {
                    let sound = link.sound_of(early, page.granule);
                    link.decoded = sound.frames.len() as i64;
                    link.held = Some(sound);
                }
                return Ok(Some(link));
            }
        }
        Err("its headers are damaged or break off".into())
    }

    /// Decodes a page.
    fn decode(&mut self, page: &Page) -> Sound {
        let (packets, is_lost) = self.packets.take(page);
        if is_lost {
            self.codec.reset();
        }
        let mut sound = self.sound_of(packets, page.granule);
        if is_lost {
            let kind = if page.foreign_bytes > 0 { Kind::Damaged } else { Kind::Missing };
            sound.lost = Some((0, kind, 0));
            self.is_whole = false;
        }
        self.has_ended |= page.is_last;
        sound
    }

    /// The sound of a page's packets, and where the page says that it ends.
    fn sound_of(&mut self, packets: Vec<Vec<u8>>, granule: Option<i64>) -> Sound {
        let mut sound = Sound { granule, ..Sound::default() };
        for packet in packets {
            if !self.codec.decode(&packet, &mut sound.frames) {
                sound.lost.get_or_insert((sound.frames.len(), Kind::Damaged, 0));
                self.codec.reset();
            }
        }
        self.is_whole &= sound.lost.is_none();
        sound
    }

    /// Where the first frame lies, by the first page with sound and the one after it, `sound`. Gives whether their positions agree.
    fn find_start(&mut self, sound: &Sound, is_last: bool) -> bool {
        let frames = sound.frames.len() as i64;
        let Some(first) = self.held.as_ref() else {
            if is_last {
                // The only page: what its position leaves out lies at the end.
                self.start = Some((sound.granule.unwrap_or(frames) - frames).max(0));
            }
            return true;
        };
        let agrees = match (first.granule, sound.granule) {
            (Some(before), Some(after)) => {
                let step = after.saturating_sub(before);
                // Where something is missing between them, they go on by more than is there.
                step == frames
                    || sound.lost.is_some() && step > frames
                    || is_last && (0..=frames).contains(&step)
            }
            // A page in which no packet ends has no position.
            (None, _) | (_, None) => frames == 0 || first.frames.is_empty(),
        };
        let trusted = agrees && first.lost.is_none();
        let before = first.granule.filter(|_| trusted).unwrap_or(first.frames.len() as i64);
        let start = before.saturating_sub(first.frames.len() as i64);
        let trims = start < 0 && self.codec.trims_by_first_page();
        if trims {
            self.skip = start.unsigned_abs();
        }
        self.start = Some(if start < 0 && !trims { 0 } else { start });
        agrees && (start >= 0 || trims)
    }

    /// Holds the page's position against what was decoded; gives whether they agree.
    fn hold_to_position(&mut self, sound: &mut Sound, is_last: bool) -> bool {
        self.decoded = self.decoded.saturating_add(sound.frames.len() as i64);
        let (Some(granule), Some(start)) = (sound.granule, self.start) else { return true };
        let (_, rate, ..) = self.codec.spec();
        let beyond = granule.saturating_sub(start.saturating_add(self.decoded));
        match &mut sound.lost {
            Some((_, _, silence)) if (0..=LONGEST_HOLE_S * i64::from(rate)).contains(&beyond) => {
                *silence = beyond.unsigned_abs();
                self.decoded += beyond;
                return true;
            }
            // What is lost may have been at the start of the packets that are left.
            Some(_) => {}
            None if beyond == 0 => return true,
            None if beyond < 0 && is_last && self.is_trusted => {
                let cut = beyond.unsigned_abs() as usize;
                let own = cut.min(sound.frames.len());
                let held = self.held.as_ref().map_or(0, |held| held.frames.len());
                // What would leave nothing is no end.
                if cut - own <= held && (cut as i64) < self.decoded {
                    sound.frames.truncate(sound.frames.len() - own);
                    if let Some(held_sound) = &mut self.held {
                        held_sound.frames.truncate(held - (cut - own));
                    }
                    return true;
                }
            }
            None => {}
        }
        // From here on positions count from what this page says.
        self.start = Some(granule.saturating_sub(self.decoded));
        sound.lost.is_some()
    }
}

/// Streams of one codec, one after another.
pub(in crate::decode) struct Chain<R, C> {
    pages: Pages<R>,
    link: Link<C>,
    out: VecDeque<Piece>,
    /// Frames put out so far, and those of them that were before this stream.
    given: u64,
    base: u64,
    finished: bool,
}

impl<R: Source, C: Codec> Chain<R, C> {
    /// Reads the headers of the first stream of this codec.
    pub fn open(source: R, offset: u64) -> Result<Self, Refusal> {
        let mut pages = Pages::new(source, offset);
        for _ in 0..MOST_HEADER_PAGES {
            let Some(page) = pages.next()? else { break };
            if page.is_first
                && let Some(link) = Link::<C>::begin(&page, &mut pages)?
            {
                let (_, rate, channels, _) = link.codec.spec();
                check_spec(rate, channels)?;
                return Ok(Self { pages, link, out: VecDeque::new(), given: 0, base: 0, finished: false });
            }
        }
        Err("no stream in it is of a codec that is known, or its headers are damaged".into())
    }

    fn take(&mut self, page: &Page, remarks: &mut Remarks) {
        let link = &mut self.link;
        let mut sound = link.decode(page);
        let mut agrees = true;
        let is_first = link.held.is_none();
        if link.start.is_none() {
            agrees = link.find_start(&sound, page.is_last);
            link.is_trusted = agrees;
            if let Some(start) = link.start.filter(|start| *start > 0) {
                let at_s = start as f64 / f64::from(link.codec.spec().1);
                let fact = format!("Its positions begin at {at_s:.3} s: it is a piece of a longer stream");
                remarks.say(Severity::Note, fact, CUT_OUT, Some(self.given));
            }
        }
        if is_first && link.start.is_none() {
            link.decoded = sound.frames.len() as i64;
        } else {
            agrees &= link.hold_to_position(&mut sound, page.is_last);
        }
        link.is_trusted = agrees;
        if !agrees {
            let held = link.held.as_ref().map_or(0, |held| held.frames.len());
            remarks.add(Kind::Positions, self.given + held as u64, 0, 0);
        }
        let before = self.link.held.replace(sound);
        self.put_out(before, remarks);
    }

    /// Puts out what was held, but for what is left out at the start.
    fn put_out(&mut self, sound: Option<Sound>, remarks: &mut Remarks) {
        let Some(Sound { mut frames, lost, .. }) = sound else { return };
        let after = match lost {
            Some((at, kind, silence)) => {
                let after = frames.split_off(at.min(frames.len()));
                self.put_frames(frames);
                remarks.add(kind, self.given, silence, 0);
                if silence > 0 {
                    self.given += silence;
                    self.out.push_back(Piece::Silence(silence));
                }
                after
            }
            None => frames,
        };
        self.put_frames(after);
    }

    fn put_frames(&mut self, mut frames: Vec<[f32; 2]>) {
        let skip = self.link.skip.min(frames.len() as u64);
        frames.drain(..skip as usize);
        self.link.skip -= skip;
        self.given += frames.len() as u64;
        self.out.push_back(Piece::Frames(frames));
    }

    /// Ends the stream at hand, before the file's end or another stream.
    fn end_link(&mut self, torn_bytes: u64, remarks: &mut Remarks) {
        let held = self.link.held.take();
        self.put_out(held, remarks);
        let link = &mut self.link;
        if !link.has_ended && (link.packets.is_torn() || torn_bytes > 0) {
            remarks.breaks_off(self.given, "its last page is not whole".to_owned(), false);
        } else if !link.has_ended {
            remarks.say(
                Severity::Warn,
                "Its stream has no end mark: it may break off there".to_owned(),
                "Compare its end with the session, or export it again.",
                Some(self.given),
            );
        }
        link.codec.finish(self.base, link.is_whole, remarks);
    }

    /// Goes on to the stream that `page` begins, if it is one of sound.
    fn next_link(&mut self, page: &Page, remarks: &mut Remarks) -> io::Result<()> {
        let next = match Link::<C>::begin(page, &mut self.pages) {
            Ok(None) => return Ok(()),
            Err(Refusal::Io(error)) => return Err(error),
            next => next,
        };
        self.end_link(0, remarks);
        match next {
            Ok(Some(next)) if next.codec.spec() == self.link.codec.spec() => {
                remarks.add(Kind::Joined, self.given, 0, 0);
                self.base = self.given;
                self.link = next;
            }
            _ => {
                remarks.unread(self.given);
                self.finished = true;
            }
        }
        Ok(())
    }
}

impl<R: Source, C: Codec> Stream for Chain<R, C> {
    fn facts(&self) -> Facts {
        let (format, sample_rate, channels, words) = self.link.codec.spec();
        Facts { format, sample_rate, channels, words, promised: self.link.codec.promised() }
    }

    fn step(&mut self, into: &mut Vec<[f32; 2]>, remarks: &mut Remarks) -> io::Result<Step> {
        match self.out.pop_front() {
            Some(Piece::Frames(frames)) => {
                into.extend(frames);
                return Ok(Step::Frames);
            }
            Some(Piece::Silence(frames)) => return Ok(Step::Silence(frames)),
            None if self.finished => return Ok(Step::End),
            None => {}
        }
        match self.pages.next()? {
            Some(page) if page.is_first => self.next_link(&page, remarks)?,
            Some(page) if page.serial == self.link.serial && !self.link.has_ended => {
                self.take(&page, remarks)
            }
            // Another stream beside it, or what follows its end.
            Some(_) => {}
            None => {
                self.end_link(self.pages.foreign_bytes(), remarks);
                self.finished = true;
            }
        }
        Ok(Step::Frames)
    }

    fn long_words(&self) -> u32 {
        self.link.codec.long_words()
    }

    fn offset(&self) -> u64 {
        self.pages.offset()
    }
}
