//! Infos, values, texts and states.

use crate::raw_clap_host::events::Event;
use crate::raw_clap_host::{Host, Plugin, Reader};
use crate::{Noise, ext, isolated};
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_IS_AUTOMATABLE, CLAP_PARAM_IS_BYPASS, CLAP_PARAM_IS_ENUM,
    CLAP_PARAM_IS_MODULATABLE, CLAP_PARAM_IS_STEPPED, clap_plugin_params,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::state_context::{
    CLAP_EXT_STATE_CONTEXT, CLAP_STATE_CONTEXT_FOR_PRESET, CLAP_STATE_CONTEXT_FOR_PROJECT,
    clap_plugin_state_context,
};
use clap_sys::stream::{clap_istream, clap_ostream};
use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

isolated! {
    fn infos_end_where_the_parameters_do_and_say_what_they_are(module) {
        let plugin = Plugin::new(module, Host::new(true));
        let count = plugin.parameters.len() as u32;
        for index in [count, count + 1, 1 << 31, u32::MAX] {
            assert!(plugin.info(index).is_none(), "{index}");
        }
        assert!(!ext!(plugin, clap_plugin_params, CLAP_EXT_PARAMS, get_info(0, null_mut())));
        let bypass = plugin.parameters.iter().find(|p| p.flags & CLAP_PARAM_IS_BYPASS != 0).unwrap();
        assert_eq!(bypass.flags & CLAP_PARAM_IS_MODULATABLE, 0, "a switch of the host's");
        assert_ne!(bypass.flags & CLAP_PARAM_IS_AUTOMATABLE, 0);
        let character = plugin.named("Saturator Character");
        assert_eq!(character.flags & (CLAP_PARAM_IS_ENUM | CLAP_PARAM_IS_STEPPED), CLAP_PARAM_IS_ENUM | CLAP_PARAM_IS_STEPPED);
        assert_eq!(plugin.named("Limiter Drive").flags & (CLAP_PARAM_IS_ENUM | CLAP_PARAM_IS_STEPPED), 0);
        plugin.destroy();
    }
}

isolated! {
    fn a_value_is_the_host_s_own_and_on_a_step(module) {
        let plugin = Plugin::running(module, 48_000.0, 64);
        let silence = [[0.0; 2]; 64];
        plugin.set("Limiter Drive", 0.75);
        let drive = plugin.named("Limiter Drive").id;
        let before = plugin.value(drive);
        plugin.process(&silence, &[Event::modulation(0, drive, -0.25)]);
        assert_eq!(plugin.value(drive), before, "without what modulates it");
        let bypass = plugin.named("Bypass");
        plugin.process(&silence, &[Event::modulation(0, bypass.id, 1.0)]);
        for parameter in plugin.parameters.iter().filter(|p| p.flags & CLAP_PARAM_IS_STEPPED != 0) {
            for value in [0.3, 0.5, parameter.highest - 0.4, 99.0, -3.0] {
                plugin.process(&silence, &[Event::value(0, parameter.id, value)]);
                let found = plugin.value(parameter.id).unwrap();
                assert_eq!(found, value.clamp(0.0, parameter.highest).round(), "{} at {value}", parameter.name);
            }
        }
        assert_eq!(plugin.value(99), None);
        plugin.destroy();
    }
}

isolated! {
    fn texts_of_nothing_are_refused(module) {
        let plugin = Plugin::new(module, Host::new(true));
        let id = plugin.named("Limiter Drive").id;
        let mut text = [0 as c_char; 64];
        let mut to_text = |id, value, size| {
            ext!(plugin, clap_plugin_params, CLAP_EXT_PARAMS, value_to_text(id, value, text.as_mut_ptr(), size))
        };
        assert!(to_text(id, 0.5, 64) && to_text(id, 1e30, 64) && to_text(id, -5.0, 2));
        assert!(!to_text(id, 0.5, 0) && !to_text(id, 0.5, 1) && !to_text(id, f64::NAN, 64) && !to_text(77, 0.5, 64));
        assert!(!ext!(plugin, clap_plugin_params, CLAP_EXT_PARAMS, value_to_text(id, 0.5, null_mut(), 64)));
        let mut value = 0.0;
        let mut to_value = |id, text: *const c_char| {
            ext!(plugin, clap_plugin_params, CLAP_EXT_PARAMS, text_to_value(id, text, &mut value))
        };
        assert!(to_value(id, c"3 dB".as_ptr()));
        assert!(!to_value(id, c"300 dB".as_ptr()), "out of range is not made to fit");
        let shape = plugin.named("Equalizer 1 Shape").id;
        assert!(to_value(shape, c"bell".as_ptr()) && to_value(shape, c"HIGH SHELF".as_ptr()));
        assert!(to_value(plugin.named("Quality").id, c"finest".as_ptr()));
        assert!(to_value(plugin.named("Dither Word Length").id, c"16".as_ptr()));
        assert!(!to_value(id, null()) && !to_value(id, c"\xff\xfe".as_ptr()) && !to_value(77, c"3".as_ptr()));
        assert!(!ext!(plugin, clap_plugin_params, CLAP_EXT_PARAMS, text_to_value(id, c"3".as_ptr(), null_mut())));
        plugin.destroy();
    }
}

isolated! {
    fn streams_that_lie_and_states_that_are_none_are_refused(module) {
        unsafe extern "C" fn too_much(_: *const clap_istream, _: *mut c_void, size: u64) -> i64 {
            size as i64 + 1000
        }
        unsafe extern "C" fn written_too_much(_: *const clap_ostream, _: *const c_void, size: u64) -> i64 {
            size as i64 + 1000
        }
        let plugin = Plugin::running(module, 48_000.0, 64);
        plugin.set("Limiter Drive", 0.75);
        let state = plugin.save();
        let lying = clap_istream { ctx: null_mut(), read: Some(too_much) };
        let empty = clap_istream { ctx: null_mut(), read: None };
        for stream in [&raw const lying, &raw const empty, null()] {
            assert!(!ext!(plugin, clap_plugin_state, CLAP_EXT_STATE, load(stream)));
        }
        let lying = clap_ostream { ctx: null_mut(), write: Some(written_too_much) };
        let empty = clap_ostream { ctx: null_mut(), write: None };
        for stream in [&raw const lying, &raw const empty, null()] {
            assert!(!ext!(plugin, clap_plugin_state, CLAP_EXT_STATE, save(stream)));
        }
        let mut noise = Noise(1);
        for length in [0, 1, 7, 8, 9, 50, 200, 5000] {
            let mut bytes: Vec<u8> = (0..length).map(|_| (noise.next() * 256.0) as u8).collect();
            assert!(!plugin.load(&bytes));
            bytes = state[..state.len().min(length)].to_vec();
            assert!(!plugin.load(&bytes));
        }
        assert!(plugin.save() == state, "and the old state kept");
        plugin.set("Limiter Drive", 0.1);
        assert!(plugin.load(&state) && plugin.save() == state);
        plugin.destroy();
    }
}

isolated! {
    fn a_preset_s_state_leaves_the_session_alone(module) {
        let plugin = Plugin::new(module, Host::new(true));
        let load = |state: &[u8], context: u32| {
            let mut reader = Reader(state);
            ext!(plugin, clap_plugin_state_context, CLAP_EXT_STATE_CONTEXT, load(&reader.stream(), context))
        };
        plugin.set("Bypass", 1.0);
        plugin.set("Quality", 0.0);
        plugin.set("Limiter Drive", 0.9);
        let state = plugin.save();
        let quality = plugin.named("Quality").highest;
        plugin.set("Bypass", 0.0);
        plugin.set("Quality", quality);
        plugin.set("Limiter Drive", 0.5);
        assert!(!load(&state, 0) && !load(&state, 99), "no such context");
        assert!(load(&state, CLAP_STATE_CONTEXT_FOR_PRESET));
        assert!((plugin.value_of("Limiter Drive") - 0.9).abs() < 1e-6);
        assert_eq!((plugin.value_of("Bypass"), plugin.value_of("Quality")), (0.0, quality));
        assert!(load(&state, CLAP_STATE_CONTEXT_FOR_PROJECT));
        assert_eq!((plugin.value_of("Bypass"), plugin.value_of("Quality")), (1.0, 0.0));
        plugin.destroy();
    }
}
