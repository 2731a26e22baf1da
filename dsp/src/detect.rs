//! Quality control: what a mastering engineer looks for before touching a mix, found, measured and explained.
//!
//! The inspector takes frames as they come and gives an [`Inspection`]: every [`Finding`] says what was
//! found, where, how bad it is against which threshold, and what to do. A master cannot fix a mix's mistakes: the [`Verdict`]
//! says when the mix goes back.

#![expect(
    refining_impl_trait_internal,
    reason = "a detector that has one finding at the most says so by its type"
)]

mod analysis;
mod beat;
mod channel_delay;
mod clicks;
mod clipping;
mod codec_grid;
mod covariance;
mod dc_offset;
mod detector;
mod detectors;
mod distortion;
mod dynamics;
mod edge_pile;
mod evidence;
mod flat_tops;
mod gaps;
mod head_and_tail;
mod hidden_clipping;
mod hop;
mod hum;
mod imbalance;
pub mod inspector;
mod inter_sample_overs;
mod linear_prediction;
mod lossy_trace;
mod low_phase;
mod lows;
mod mending;
mod mirror;
mod missing_dither;
mod mono_as_stereo;
mod mono_compatibility;
mod no_numbers;
mod noise_floor;
mod odd_harmonics;
mod places;
mod polarity;
mod rounding;
mod sample_overs;
mod steady_lines;
mod straight_tops;
mod stuck_buffer;
mod surrogates;
mod translation;
mod true_bits;
mod truncation;
mod up_sampling;
mod vinyl;
mod wall;
mod whitened;
mod word_length;

pub use inspector::Inspector;

use std::fmt;

/// Makes [`Check`] of a line each, in the order of reports: what it is, its id, its name.
macro_rules! checks {
    ($(#[doc = $doc:tt] $check:ident = $id:tt, $name:tt;)*) => {
        /// What is looked for. The ids are for ever: reports and their schema name them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $(#[doc = $doc] $check,)*
        }

        impl Check {
            /// Every check, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$check),*];

            /// Its id in reports.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$check => $id,)*
                }
            }

            /// Its name as people read it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$check => $name,)*
                }
            }
        }
    };
}

checks! {
    /// Whether the file is whole and keeps what it promises.
    File = "file", "File";
    /// True word length against the file's; words padded with zeros.
    WordLength = "word_length", "Word length";
    /// Flat tops at full scale.
    Clipping = "clipping", "Clipping";
    /// Flat tops that were turned down afterwards.
    HiddenClipping = "hidden_clipping", "Clipping turned down";
    /// Samples of a floating-point file beyond full scale.
    SampleOvers = "sample_overs", "Samples over full scale";
    /// Waveform between the samples above full scale.
    InterSampleOvers = "inter_sample_overs", "Inter-sample overs";
    /// A constant offset.
    DcOffset = "dc_offset", "DC offset";
    /// Clicks.
    Clicks = "clicks", "Clicks";
    /// Gaps inside the programme.
    Gaps = "gaps", "Gaps";
    /// Mains hum.
    Hum = "hum", "Hum";
    /// A lower sample rate's trace in a higher one.
    UpSampling = "up_sampling", "Up-sampling";
    /// A lossy encoder's trace.
    LossyTrace = "lossy_trace", "Lossy trace";
    /// One channel inverted.
    Polarity = "polarity", "Polarity";
    /// Channels apart in time.
    ChannelDelay = "channel_delay", "Delay between channels";
    /// Correlation and what mono loses, per band.
    MonoCompatibility = "mono_compatibility", "Mono compatibility";
    /// Two equal channels.
    MonoAsStereo = "mono_as_stereo", "Mono as stereo";
    /// Channels of different level.
    Imbalance = "imbalance", "Channel balance";
    /// Noise floor.
    NoiseFloor = "noise_floor", "Noise floor";
    /// Silence and edges at head and tail.
    HeadAndTail = "head_and_tail", "Head and tail";
    /// Dynamics and over-limiting.
    Dynamics = "dynamics", "Dynamics";
    /// Distortion.
    Distortion = "distortion", "Distortion";
    /// What small loudspeakers keep.
    Translation = "translation", "Translation";
    /// What a lathe would make of it.
    Vinyl = "vinyl", "Vinyl";
    /// What a platform will do.
    Platform = "platform", "Platforms";
}

impl Check {
    /// Whether it compares two channels: of a programme of one it says nothing.
    pub fn compares_channels(self) -> bool {
        matches!(
            self,
            Self::Polarity
                | Self::ChannelDelay
                | Self::MonoCompatibility
                | Self::MonoAsStereo
                | Self::Imbalance
        )
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Worth a decision before mastering.
    Warn,
    /// The mix goes back.
    Fail,
}

impl Severity {
    /// Its id in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// Which channels a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channels {
    /// Left, or the only one.
    Left,
    /// Right.
    Right,
    /// Both.
    Both,
}

/// A stretch of the programme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// First frame.
    pub start_frame: u64,
    /// Frames.
    pub frames: u64,
    /// Where.
    pub channels: Channels,
    /// How bad it is there, in the finding's unit.
    pub figure: f64,
}

/// A figure and what it is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// How bad it is.
    pub severity: Severity,
    /// What was measured.
    pub figure: f64,
    /// Its unit, for instance "dB"; empty for a ratio.
    pub unit: &'static str,
    /// From where on it is this bad, in the same unit.
    pub threshold: f64,
    /// How sure a trace is, 0 to 1; none for what is measured.
    pub confidence: Option<f64>,
    /// What was found, one sentence with the figure.
    pub fact: String,
    /// What to do, in words that a mix engineer can act on.
    pub advice: String,
    /// Where, in order of time; at most [`MOST_PLACES`], the worst of all.
    pub places: Vec<Place>,
    /// How many places there are in all.
    pub place_count: u64,
}

impl Finding {
    /// Whether its figure is worse the lower it is.
    pub fn is_worse_below(&self) -> bool {
        match self.check {
            Check::Dynamics | Check::Translation => true,
            // What mono loses; the other figure is an angle.
            Check::MonoCompatibility => self.unit == "dB",
            // Told beyond their thresholds alone: where they lie says it.
            Check::WordLength | Check::UpSampling | Check::LossyTrace => self.figure < self.threshold,
            _ => false,
        }
    }
}

/// Places that a finding keeps.
pub const MOST_PLACES: usize = 64;

/// What is to be done with the mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Fit to master.
    Fit,
    /// Fit to master, with remarks.
    FitWithRemarks,
    /// The mix goes back.
    SendBack,
}

impl Verdict {
    /// The verdict that findings of these severities ask for.
    pub fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        match severities.into_iter().max() {
            Some(Severity::Fail) => Self::SendBack,
            Some(Severity::Warn) => Self::FitWithRemarks,
            Some(Severity::Note) | None => Self::Fit,
        }
    }

    /// Its id in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::FitWithRemarks => "fit_with_remarks",
            Self::SendBack => "send_back",
        }
    }
}

/// The words that a file stores its samples in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredWords {
    /// Integers of so many bits.
    Integer(u32),
    /// Floating point of so many bits.
    Float(u32),
    /// A lossy codec, which has no words.
    Lossy,
}

/// Everything that was found, and what it was found from.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Every finding, in the order of [`Check::ALL`], the worse first.
    pub findings: Vec<Finding>,
    /// Bits that the samples truly need; none where a float file uses them all, or for lossy files.
    pub true_bits: Option<u32>,
    /// The measurement of the whole.
    pub measurement: crate::metering::Measurement,
}

impl Inspection {
    /// What is to be done.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.findings.iter().map(|finding| finding.severity))
    }
}
