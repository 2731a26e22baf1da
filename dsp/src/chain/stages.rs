//! The macro behind the table of the stages: what has to be done for each of them, in signal order.

/// Makes the chain, its settings, [`StageId`](super::StageId) and `for_each_stage!`, which hands the rows to another macro.
macro_rules! stages {
    ($($table:tt)*) => { stages_of! { ($) $($table)* } };
}

/// [`stages`] with the sign that the macro it makes needs.
macro_rules! stages_of {
    (($dollar:tt) $($field:ident: $stage:ident, $settings:ident, $id:ident, $name:tt;)*) => {
        $(pub use $field::{$stage, $settings};)*

        /// A stage of the chain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum StageId {
            $(#[doc = concat!("[`", stringify!($stage), "`]")] $id,)*
        }

        impl StageId {
            /// Every stage in signal order.
            pub const ALL: &'static [Self] = &[$(Self::$id),*];

            /// The stage's name in files, parameters and tests.
            pub fn stem(self) -> &'static str {
                match self {
                    $(Self::$id => stringify!($field),)*
                }
            }

            /// The stage's name as people know it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$id => $name,)*
                }
            }
        }

        /// Settings of the whole chain.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct ChainSettings {
            $(#[doc = concat!("Settings of the [`", stringify!($stage), "`]")] pub $field: $settings,)*
            /// Passes the input, delayed by the chain's latency.
            pub bypass: bool,
            /// What is heard instead of the output; for monitoring only, never part of a master.
            pub listen: Option<Listen>,
        }

        impl ChainSettings {
            /// Puts every value in its range, and where it is not a number its default.
            pub fn sanitize(&mut self) {
                $(self.$field.sanitize();)*
            }

            /// Calls `act` for every number, in order, with its range and default.
            pub fn for_each_number(&mut self, act: &mut dyn FnMut(&mut f64, Number, f64)) {
                $(self.$field.for_each_number(&$settings::default(), act);)*
            }

            /// Sets every parameter to a place of its travel, 0 to 1, in order.
            pub fn place(&mut self, place: &mut dyn FnMut() -> f64) {
                $(self.$field.place(place);)*
            }

            /// Switches a stage.
            pub fn set_on(&mut self, stage: StageId, on: bool) {
                match stage {
                    $(StageId::$id => self.$field.on = on,)*
                }
            }

            /// Whether a stage is switched on.
            pub fn is_on(&self, stage: StageId) -> bool {
                match stage {
                    $(StageId::$id => self.$field.on(),)*
                }
            }
        }

        #[derive(Default)]
        struct Stages {
            $($field: Slot<$stage>,)*
        }

        impl Stages {
            fn prepare(&mut self, spec: &ProcessSpec) {
                let mut before = 0;
                $(
                    self.$field.prepare(spec, before);
                    before += self.$field.latency_samples();
                )*
            }

            fn reset(&mut self) {
                $(self.$field.reset();)*
            }

            fn set(&mut self, settings: &ChainSettings, frame: u64) {
                $(self.$field.set(&settings.$field, frame);)*
            }

            /// What is listened to is monitored, not rendered: it is chosen at once.
            fn listen(&mut self, listen: Option<Listen>) {
                $(
                    self.$field.stage_mut().set_listen(match listen {
                        Some(Listen { stage: StageId::$id, source: ListenSource::Part(part) }) => Some(part),
                        _ => None,
                    });
                )*
            }

            fn latency_samples(&self) -> usize {
                0 $(+ self.$field.latency_samples())*
            }

            /// Latency from the output of `stage` to the chain's output.
            fn latency_after(&self, stage: StageId) -> usize {
                0 $(+ if StageId::$id > stage { self.$field.latency_samples() } else { 0 })*
            }

            fn process(&mut self, block: &mut Block, tap: &mut Tap, listener: &mut impl ChainListener) {
                $(
                    self.$field.process(block);
                    let reduction_db =
                        if self.$field.is_running() { self.$field.stage().gain_reduction_db() } else { 0.0 };
                    listener.after_stage(StageId::$id, block.frames, reduction_db);
                    match tap.listen {
                        Some(Listen { stage: StageId::$id, source }) => {
                            let frames = &mut tap.frames[..block.frames.len()];
                            match source {
                                ListenSource::Delta => self.$field.write_delta(block.frames, frames),
                                ListenSource::Part(_) => match self.$field.stage().listen_signal() {
                                    Some(signal) if self.$field.is_running() && signal.len() == frames.len() =>
                                        frames.copy_from_slice(signal),
                                    _ => frames.fill([0.0; 2]),
                                },
                            }
                        }
                        _ => {}
                    }
                )*
            }

            fn gain_reduction_db(&self, stage: StageId) -> f64 {
                match stage {
                    $(StageId::$id if self.$field.is_running() => self.$field.stage().gain_reduction_db(),)*
                    _ => 0.0,
                }
            }
        }

        /// What a parameter of a stage does, in a sentence for people; of a band's by its id without the band's number.
        pub fn sentence(id: &str) -> Option<&'static str> {
            None$(.or_else(|| $settings::sentence(id)))*
        }

        /// Calls `act` with the names and ids of every choice that a stage offers.
        pub fn for_each_choice(act: &mut dyn FnMut(&'static [&'static str], &'static [&'static str])) {
            $($settings::for_each_choice(act);)*
        }

        #[doc(hidden)]
        #[macro_export]
        macro_rules! for_each_stage {
            ($dollar then:ident) => {
                $dollar then! { $($field: $settings, $id, $name;)* }
            };
        }
    };
}

pub(super) use {stages, stages_of};
