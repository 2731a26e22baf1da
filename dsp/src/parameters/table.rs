//! The macros that make things of a table of parameters.

/// The type of a value in settings.
macro_rules! value_type {
    (switch ()) => {
        bool
    };
    (choice ($choice:ident)) => {
        $choice
    };
    (seed ()) => {
        u64
    };
    ($number:ident $bounds:tt) => {
        f64
    };
}

/// Calls `act` if it is a number.
macro_rules! each_number {
    (switch $bounds:tt, $value:expr, $default:expr, $act:expr) => {};
    (choice $bounds:tt, $value:expr, $default:expr, $act:expr) => {};
    (seed $bounds:tt, $value:expr, $default:expr, $act:expr) => {};
    ($number:ident $bounds:tt, $value:expr, $default:expr, $act:expr) => {
        $act(&mut $value, $crate::parameters::$number $bounds, $default)
    };
}

/// Calls `act` if it is a choice.
macro_rules! each_choice {
    (choice ($choice:ident), $act:expr) => {
        $act(<$choice as $crate::parameters::Choice>::NAMES, <$choice as $crate::parameters::Choice>::IDS)
    };
    ($kind:ident $bounds:tt, $act:expr) => {};
}

/// Sets a value to a place of its travel.
macro_rules! each_place {
    (switch (), $value:expr, $place:expr) => { $value = $place >= 0.5 };
    (choice ($choice:ident), $value:expr, $place:expr) => {
        $value = <$choice as $crate::parameters::Choice>::at($place)
    };
    ($number:ident $bounds:tt, $value:expr, $place:expr) => {
        $value = $crate::parameters::$number $bounds.at($place)
    };
}

/// Makes of a table the settings and a macro with the table's name, which hands the rows to another macro: see the parent module.
macro_rules! parameters {
    ($($table:tt)*) => { $crate::parameters::parameters_of! { ($) $($table)* } };
}

/// [`parameters`] with the sign that the macro it makes needs.
macro_rules! parameters_of {
    (
        ($dollar:tt)
        $(#[$attribute:meta])*
        pub struct $settings:ident, $table:ident {
            $(
                $(#[doc = $sentence:tt])+
                $field:ident: $kind:ident $bounds:tt = $default:expr, $id:tt, $name:tt;
            )*
            $(bands {
                $(#[doc = $bands_doc:tt])+
                [$band:ident, $band_table:ident; $count:expr] = $bands:expr;
            })?
            $(beside {
                $(
                    $(#[doc = $beside_doc:tt])+
                    $beside:ident: $beside_kind:ident $beside_bounds:tt = $beside_default:expr;
                )*
            })?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $settings {
            $(
                $(#[doc = $sentence])+
                #[doc = concat!("\n\n`", $id, "`: ", stringify!($kind $bounds), ".")]
                pub $field: $crate::parameters::value_type!($kind $bounds),
            )*
            $(
                $(#[doc = $bands_doc])+
                pub bands: [$band; $count],
            )?
            $($(
                $(#[doc = $beside_doc])+
                pub $beside: $crate::parameters::value_type!($beside_kind $beside_bounds),
            )*)?
        }

        impl Default for $settings {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    $(bands: $bands,)?
                    $($($beside: $beside_default,)*)?
                }
            }
        }

        impl $crate::parameters::Parameters for $settings {
            $(const BANDS: usize = $count;)?

            fn on(&self) -> bool {
                self.on
            }

            fn sentence(id: &str) -> Option<&'static str> {
                match id {
                    $($id => Some(concat!($($sentence),+).trim_ascii()),)*
                    _ => {
                        $(if let Some(sentence) = <$band as $crate::parameters::Parameters>::sentence(id) {
                            return Some(sentence);
                        })?
                        None
                    }
                }
            }

            #[allow(unused_variables, reason = "a table without numbers needs neither")]
            fn for_each_number(
                &mut self,
                defaults: &Self,
                act: &mut dyn FnMut(&mut f64, $crate::parameters::Number, f64),
            ) {
                $($crate::parameters::each_number!($kind $bounds, self.$field, defaults.$field, act);)*
                $(
                    for (band, default) in self.bands.iter_mut().zip(&defaults.bands) {
                        <$band as $crate::parameters::Parameters>::for_each_number(band, default, &mut *act);
                    }
                )?
                $($($crate::parameters::each_number!(
                    $beside_kind $beside_bounds, self.$beside, defaults.$beside, act
                );)*)?
            }

            #[allow(unused_variables, reason = "a table without choices does not need it")]
            fn for_each_choice(act: &mut dyn FnMut(&'static [&'static str], &'static [&'static str])) {
                $($crate::parameters::each_choice!($kind $bounds, act);)*
                $(<$band as $crate::parameters::Parameters>::for_each_choice(&mut *act);)?
            }

            fn place(&mut self, place: &mut dyn FnMut() -> f64) {
                $($crate::parameters::each_place!($kind $bounds, self.$field, place());)*
                $(
                    for band in &mut self.bands {
                        <$band as $crate::parameters::Parameters>::place(band, &mut *place);
                    }
                )?
            }
        }

        #[doc(hidden)]
        #[macro_export]
        macro_rules! $table {
            ($dollar then:ident, $dollar made:ident) => {
                $dollar then! {
                    $dollar made, $settings {
                        $($(#[doc = $sentence])+ $field: $kind $bounds, $id, $name;)*
                    }
                    $({ Band, $band, $band_table })?
                }
            };
        }
    };
}

/// Makes an enum of which one is chosen, and its [`Choice`](crate::parameters::Choice): variant, id for ever, name for people.
macro_rules! choices {
    (
        $(#[$attribute:meta])*
        pub enum $choice:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $id:tt, $name:tt;)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $choice {
            $($(#[$variant_attribute])* $variant,)*
        }

        impl $crate::parameters::Choice for $choice {
            const ALL: &'static [Self] = &[$(Self::$variant),*];
            const NAMES: &'static [&'static str] = &[$($name),*];
            const IDS: &'static [&'static str] = &[$($id),*];
        }
    };
}

pub(crate) use {choices, each_choice, each_number, each_place, parameters, parameters_of, value_type};
