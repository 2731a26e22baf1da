//! Steps: a switch or a choice stands on one of its values, whatever is asked of it.
//!
//! ```text
//! choice of n: round(x (n - 1)) / (n - 1)      switch: 1 if x > 1/2, else 0      number: x within 0 and 1
//! ```
//!
//! Hosts ask for anything in between (automation lanes drawn as curves, randomised values) and keep a copy of what they asked for. Both
//! sides agree only if the copy is snapped as the parameter itself is: by the framework's own rounding.

use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::Param;

/// The value, as a fraction of the travel from 0 to 1, on which a parameter stands when `normalized` is asked for: the nearest step of a
/// switch or a choice; for a number the same within 0 and 1. What is no number asks for nothing and gives the value as it is.
///
/// [any thread] Allocates nothing, takes no lock.
///
/// # Safety
/// What `pointer` points to is alive.
pub unsafe fn snap(pointer: ParamPtr, normalized: f32) -> f32 {
    fn stand<P: Param>(parameter: &P, normalized: f32) -> f32 {
        if normalized.is_nan() {
            return parameter.unmodulated_normalized_value();
        }
        parameter.preview_normalized(parameter.preview_plain(normalized.clamp(0.0, 1.0)))
    }
    // SAFETY: the caller keeps the parameter alive.
    unsafe {
        match pointer {
            ParamPtr::FloatParam(parameter) if normalized.is_nan() => {
                (*parameter).unmodulated_normalized_value()
            }
            // There and back through a curved range a number would lose its last bit.
            ParamPtr::FloatParam(_) => normalized.clamp(0.0, 1.0),
            ParamPtr::IntParam(parameter) => stand(&*parameter, normalized),
            ParamPtr::BoolParam(parameter) => stand(&*parameter, normalized),
            ParamPtr::EnumParam(parameter) => stand(&*parameter, normalized),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tree;
    use nice_plug::params::InternalParamMut;
    use nice_plug::params::internals::ParamPtr;

    /// Sets what a host would set.
    fn set_by_host(pointer: ParamPtr, normalized: f32) {
        // SAFETY: the test's tree holds the parameter.
        unsafe {
            match pointer {
                ParamPtr::FloatParam(it) => (*it)._internal_set_normalized_value(normalized),
                ParamPtr::IntParam(it) => (*it)._internal_set_normalized_value(normalized),
                ParamPtr::BoolParam(it) => (*it)._internal_set_normalized_value(normalized),
                ParamPtr::EnumParam(it) => (*it)._internal_set_normalized_value(normalized),
            };
        }
    }

    #[test]
    fn a_hosts_copy_is_what_the_parameter_stands_on() {
        let tree = Tree::new();
        for info in tree.infos() {
            let pointer = tree.pointer(&info.id).expect("a parameter");
            for n in -20..=1020 {
                let asked = n as f32 / 1000.0;
                let copy = tree.snap(&info.id, asked).expect("a parameter");
                assert!((0.0..=1.0).contains(&copy), "{}: {asked} gives {copy}", info.id);
                assert_eq!(tree.snap(&info.id, copy), Ok(copy), "{}: a step is itself", info.id);
                if info.choices.is_empty() {
                    assert_eq!(copy, asked.clamp(0.0, 1.0), "{}: numbers have no steps", info.id);
                    continue;
                }
                set_by_host(pointer, asked);
                assert_eq!(tree.normalized(&info.id), Ok(copy), "{}: {asked}", info.id);
                let place = f64::from(copy) * info.max;
                assert!((place - place.round()).abs() < 1e-6, "{}: {asked} gives {copy}", info.id);
            }
        }
    }

    #[test]
    fn what_is_no_number_changes_nothing() {
        let tree = Tree::new();
        for info in tree.infos() {
            let now = tree.normalized(&info.id).expect("a parameter");
            assert_eq!(tree.snap(&info.id, f32::NAN), Ok(now), "{}", info.id);
            for (asked, end) in [(f32::INFINITY, 1.0), (f32::NEG_INFINITY, 0.0)] {
                assert_eq!(tree.snap(&info.id, asked), Ok(end), "{}", info.id);
            }
        }
    }

    #[test]
    fn a_share_of_the_travel_is_read_as_the_step_that_it_is_snapped_to() {
        let tree = Tree::new();
        assert_eq!(tree.denormalize("glue_on", 0.3), Ok(0.0));
        assert_eq!(tree.denormalize("glue_on", 0.7), Ok(1.0));
        assert_eq!(tree.denormalize("quality", 0.3), Ok(1.0));
        // 1.6 is nearer to Finest than to Standard, as `set_plain` has it.
        assert_eq!(tree.normalize("quality", 1.6), Ok(1.0));
        assert_eq!(tree.normalize("glue_on", 0.7), Ok(1.0));
    }
}
