//! The parameters of each stage, made of its table in `lacquer_dsp`: a module a stage, with `StageParams` and, where it has bands, `Band`.
//!
//! A band's parameters have the band's number at the end of their ids and of their group's name.

use crate::changes::{Change, Changes};
use crate::stage_parameters::{Chosen, StageParameters, number_in_dsp};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::parameters::{self, Parameters};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// The framework's type of a parameter.
macro_rules! parameter_type {
    (switch ()) => { BoolParam };
    (choice ($choice:ident)) => { EnumParam<Chosen<$choice>> };
    ($number:ident $bounds:tt) => { FloatParam };
}

/// A parameter with its default.
macro_rules! made {
    ($make:ident, switch (), $name:tt, $default:expr) => { $make.switch($name, $default) };
    ($make:ident, choice ($choice:ident), $name:tt, $default:expr) => { $make.choice($name, $default) };
    ($make:ident, $number:ident $bounds:tt, $name:tt, $default:expr) => {
        $make.number($name, $default, parameters::$number $bounds)
    };
}

/// A parameter's value for dsp.
macro_rules! in_dsp {
    (switch (), $parameter:expr) => { $parameter.value() };
    (choice ($choice:ident), $parameter:expr) => { $parameter.value().0 };
    ($number:ident $bounds:tt, $parameter:expr) => {
        number_in_dsp(&$parameter, parameters::$number $bounds)
    };
}

/// The parameters of a table: see `lacquer_dsp::parameters`.
macro_rules! of_table {
    (
        $made:ident, $settings:ident {
            $($(#[doc = $sentence:tt])+ $field:ident: $kind:ident $bounds:tt, $id:tt, $name:tt;)*
        }
        $({ $nested:ident, $band:ident, $band_table:ident })?
    ) => {
        $(lacquer_dsp::$band_table!(of_table, $nested);)?

        #[doc = concat!("The parameters behind [`", stringify!($settings), "`].")]
        #[derive(Params)]
        pub struct $made {
            $(
                $(#[doc = $sentence])+
                #[id = $id]
                pub $field: parameter_type!($kind $bounds),
            )*
            $(
                #[doc = concat!("The bands, each behind a [`", stringify!($band), "`].")]
                #[nested(array, group = "Band")]
                pub bands: [$nested; <$settings as Parameters>::BANDS],
            )?
        }

        impl $made {
            pub(crate) fn new(make: &StageParameters, defaults: &$settings) -> Self {
                Self {
                    $($field: made!(make, $kind $bounds, $name, defaults.$field),)*
                    $(bands: std::array::from_fn(|n| $nested::new(&make.band(n + 1), &defaults.bands[n])),)?
                }
            }

            pub(crate) fn write(&self, settings: &mut $settings) {
                $(settings.$field = in_dsp!($kind $bounds, self.$field);)*
                $(
                    let bands: &[$nested] = &self.bands;
                    bands.iter().zip(&mut settings.bands).for_each(|(band, settings)| band.write(settings));
                )?
            }
        }
    };
}

/// A module a stage.
macro_rules! modules {
    ($($field:ident: $settings:ident, $id:ident, $name:tt;)*) => {
        $(
            #[doc = concat!("Parameters of a stage: ", $name, ".")]
            pub mod $field {
                use super::*;
                use lacquer_dsp::chain::$field::*;

                lacquer_dsp::$field!(of_table, StageParams);

                impl StageParams {
                    pub(crate) fn of_stage(changes: &Changes) -> Self {
                        let make = StageParameters::new(changes, Change::Stage(StageId::$id), $name);
                        Self::new(&make, &$settings::default())
                    }
                }
            }
        )*
    };
}

lacquer_dsp::for_each_stage!(modules);
