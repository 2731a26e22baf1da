//! Parameters that choose one of several: their names, their ids in saved states, and what of dsp they stand for.

use lacquer_dsp::chain::dither::{DitherShaping as DspShaping, WordLength as DspWordLength};
use lacquer_dsp::chain::dynamic_eq::DynamicEqShape as DspDynamicEqShape;
use lacquer_dsp::chain::equalizer::{EqualizerShape as DspEqualizerShape, Placement as DspPlacement};
use lacquer_dsp::chain::imager::MonoSlope as DspMonoSlope;
use lacquer_dsp::chain::limiter::LimiterStyle as DspLimiterStyle;
use lacquer_dsp::chain::multiband::{MultibandDirection as DspDirection, MultibandMode as DspMode};
use lacquer_dsp::chain::saturator::SaturatorCharacter as DspCharacter;
use lacquer_dsp::processor::{EqualizerPhase as DspPhase, Quality as DspQuality};
use nice_plug::prelude::Enum;

/// Makes an enum parameter's type: variant, shown name, id for ever, and what it stands for.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident => $target:ty { $($variant:ident, $shown:literal, $id:literal, $value:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $shown] $variant,)*
        }

        impl $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        impl Enum for $name {
            fn variants() -> &'static [&'static str] {
                &[$($shown),*]
            }

            fn ids() -> Option<&'static [&'static str]> {
                Some(&[$($id),*])
            }

            fn to_index(self) -> usize {
                self as usize
            }

            fn from_index(index: usize) -> Self {
                Self::ALL.get(index).copied().unwrap_or(Self::ALL[0])
            }
        }

        impl From<$name> for $target {
            fn from(choice: $name) -> Self {
                match choice {
                    $($name::$variant => $value,)*
                }
            }
        }

        impl From<$target> for $name {
            fn from(value: $target) -> Self {
                Self::ALL.iter().copied().find(|choice| <$target>::from(*choice) == value).unwrap_or(Self::ALL[0])
            }
        }
    };
}

choice! {
    /// Oversampling and look-ahead.
    Quality => DspQuality {
        Live, "Live", "live", DspQuality::Live;
        Standard, "Standard", "standard", DspQuality::Standard;
        Finest, "Finest", "finest", DspQuality::Finest;
    }
}

choice! {
    /// The equalizer's phase response.
    EqualizerPhase => DspPhase {
        Minimum, "Minimum", "minimum", DspPhase::Minimum;
        Linear, "Linear", "linear", DspPhase::Linear;
    }
}

choice! {
    /// Shape of an equalizer band.
    EqualizerShape => DspEqualizerShape {
        Bell, "Bell", "bell", DspEqualizerShape::Bell;
        LowShelf, "Low shelf", "low_shelf", DspEqualizerShape::LowShelf;
        HighShelf, "High shelf", "high_shelf", DspEqualizerShape::HighShelf;
        Tilt, "Tilt", "tilt", DspEqualizerShape::Tilt;
        HighPass, "High-pass", "high_pass", DspEqualizerShape::HighPass;
        LowPass, "Low-pass", "low_pass", DspEqualizerShape::LowPass;
        Notch, "Notch", "notch", DspEqualizerShape::Notch;
        BandPass, "Band-pass", "band_pass", DspEqualizerShape::BandPass;
    }
}

choice! {
    /// Slope of a pass filter; dsp counts it in steps of 6 dB per octave.
    PassSlope => u8 {
        Db6, "6 dB/oct", "6", 1;
        Db12, "12 dB/oct", "12", 2;
        Db18, "18 dB/oct", "18", 3;
        Db24, "24 dB/oct", "24", 4;
        Db30, "30 dB/oct", "30", 5;
        Db36, "36 dB/oct", "36", 6;
        Db42, "42 dB/oct", "42", 7;
        Db48, "48 dB/oct", "48", 8;
    }
}

choice! {
    /// The channel that a band works on.
    Placement => DspPlacement {
        Stereo, "Stereo", "stereo", DspPlacement::Stereo;
        Left, "Left", "left", DspPlacement::Left;
        Right, "Right", "right", DspPlacement::Right;
        Mid, "Mid", "mid", DspPlacement::Mid;
        Side, "Side", "side", DspPlacement::Side;
    }
}

choice! {
    /// Shape of a dynamic equalizer's band.
    DynamicEqShape => DspDynamicEqShape {
        Bell, "Bell", "bell", DspDynamicEqShape::Bell;
        LowShelf, "Low shelf", "low_shelf", DspDynamicEqShape::LowShelf;
        HighShelf, "High shelf", "high_shelf", DspDynamicEqShape::HighShelf;
    }
}

choice! {
    /// The channel that a band of the dynamic equalizer works on.
    DynamicEqPlacement => DspPlacement {
        Stereo, "Stereo", "stereo", DspPlacement::Stereo;
        Mid, "Mid", "mid", DspPlacement::Mid;
        Side, "Side", "side", DspPlacement::Side;
    }
}

choice! {
    /// How the multiband splits.
    MultibandMode => DspMode {
        Transparent, "Transparent", "transparent", DspMode::Transparent;
        LinkwitzRiley, "Linkwitz-Riley", "linkwitz_riley", DspMode::LinkwitzRiley;
    }
}

choice! {
    /// Which way a band of the multiband compresses.
    MultibandDirection => DspDirection {
        Downward, "Downward", "downward", DspDirection::Downward;
        Upward, "Upward", "upward", DspDirection::Upward;
    }
}

choice! {
    /// The saturator's character.
    SaturatorCharacter => DspCharacter {
        Clean, "Clean", "clean", DspCharacter::Clean;
        Tape, "Tape", "tape", DspCharacter::Tape;
        Tube, "Tube", "tube", DspCharacter::Tube;
        Transformer, "Transformer", "transformer", DspCharacter::Transformer;
    }
}

choice! {
    /// Slope of the mono-bass filter.
    MonoSlope => DspMonoSlope {
        Db6, "6 dB/oct", "6", DspMonoSlope::Db6;
        Db12, "12 dB/oct", "12", DspMonoSlope::Db12;
        Db24, "24 dB/oct", "24", DspMonoSlope::Db24;
    }
}

choice! {
    /// How the limiter moves.
    LimiterStyle => DspLimiterStyle {
        Transparent, "Transparent", "transparent", DspLimiterStyle::Transparent;
        Punch, "Punch", "punch", DspLimiterStyle::Punch;
        Bass, "Bass", "bass", DspLimiterStyle::Bass;
        Smooth, "Smooth", "smooth", DspLimiterStyle::Smooth;
    }
}

choice! {
    /// The word length that is dithered to.
    WordLength => DspWordLength {
        Bits24, "24 bit", "24", DspWordLength::Bits24;
        Bits20, "20 bit", "20", DspWordLength::Bits20;
        Bits16, "16 bit", "16", DspWordLength::Bits16;
    }
}

choice! {
    /// The spectrum of the dither.
    DitherShaping => DspShaping {
        Flat, "Flat", "flat", DspShaping::Flat;
        Light, "Light", "light", DspShaping::Light;
        Strong, "Strong", "strong", DspShaping::Strong;
    }
}

/// Ids that a choice once had: parameter, id, and the id of what comes nearest. What was dense and loud clips now.
pub(crate) const FORMER_IDS: [(&str, &str, &str); 1] = [("limiter_style", "aggressive", "punch")];

/// The id that stands now for what `id` was called.
pub(crate) fn present_id<'a>(parameter: &str, id: &'a str) -> &'a str {
    let former =
        FORMER_IDS.iter().find(|(owner, former, _)| *owner == parameter && id.eq_ignore_ascii_case(former));
    former.map_or(id, |(_, _, present)| present)
}

/// The ids that belong to a choice's shown names: the framework keeps them to itself.
pub(crate) fn ids_of(names: &[String]) -> Option<&'static [&'static str]> {
    fn find<T: Enum>(names: &[String]) -> Option<&'static [&'static str]> {
        (T::variants() == names).then(T::ids).flatten()
    }
    find::<Quality>(names)
        .or_else(|| find::<EqualizerPhase>(names))
        .or_else(|| find::<EqualizerShape>(names))
        .or_else(|| find::<PassSlope>(names))
        .or_else(|| find::<Placement>(names))
        .or_else(|| find::<DynamicEqShape>(names))
        .or_else(|| find::<DynamicEqPlacement>(names))
        .or_else(|| find::<MultibandMode>(names))
        .or_else(|| find::<MultibandDirection>(names))
        .or_else(|| find::<SaturatorCharacter>(names))
        .or_else(|| find::<MonoSlope>(names))
        .or_else(|| find::<LimiterStyle>(names))
        .or_else(|| find::<WordLength>(names))
        .or_else(|| find::<DitherShaping>(names))
}
