//! From the factory to the end.

use crate::raw_clap_host::{Host, Plugin};
use crate::{Noise, ext, isolated};
use clap_sys::ext::audio_ports_config::{CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config};
use clap_sys::ext::render::{CLAP_EXT_RENDER, clap_plugin_render};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use std::ptr::null;
use std::sync::atomic::Ordering::SeqCst;

const RATE: f64 = 48_000.0;

isolated! {
    fn an_activation_at_what_does_not_exist_is_refused(module) {
        let plugin = Plugin::new(module, Host::new(true));
        for rate in [0.0, -48_000.0, f64::NAN, f64::INFINITY, 1e9, 999.0, 768_001.0] {
            assert!(!plugin.activate(rate, 1, 512), "{rate} Hz");
        }
        for (least, most) in [(513, 512), (0, 0), (1, 1 << 31), (u32::MAX, u32::MAX)] {
            assert!(!plugin.activate(RATE, least, most), "{least} to {most} frames");
        }
        for rate in [1_000.0, 44_100.0, 768_000.0] {
            assert!(plugin.activate(rate, 0, 64), "{rate} Hz");
            plugin.deactivate();
        }
        plugin.destroy();
    }
}

isolated! {
    fn a_latency_is_told_while_it_is_activated_and_no_restart_asked_for(module) {
        let plugin = Plugin::new(module, Host::new(true));
        assert!(plugin.activate(RATE, 1, 512));
        assert!(plugin.latency() > 0);
        assert_eq!(plugin.host.latencies.load(SeqCst), 1);
        plugin.on_main_thread();
        plugin.deactivate();
        assert!(plugin.activate(RATE, 1, 512));
        assert_eq!(plugin.host.latencies.load(SeqCst), 1, "it is the same");
        assert_eq!(plugin.host.restarts.load(SeqCst), 0);
        // A state with another latency, taken while nothing is processed.
        plugin.deactivate();
        let quality = plugin.named("Quality");
        plugin.set("Quality", quality.highest);
        let state = plugin.save();
        plugin.set("Quality", quality.default);
        assert!(plugin.activate(RATE, 1, 512));
        assert!(plugin.load(&state));
        assert_eq!(plugin.host.restarts.load(SeqCst), 1, "the latency that the state asks for needs one");
        plugin.destroy();
    }
}

isolated! {
    fn the_tail_is_known_before_the_first_block(module) {
        let plugin = Plugin::running(module, RATE, 512);
        let tail = || ext!(plugin, clap_plugin_tail, CLAP_EXT_TAIL, get());
        let before = tail();
        assert!(before as usize > plugin.latency(), "{before}");
        plugin.process(&[[0.0; 2]; 512], &[]);
        assert_eq!(tail(), before);
        plugin.destroy();
    }
}

isolated! {
    fn ports_change_only_while_nothing_is_active(module) {
        let plugin = Plugin::new(module, Host::new(true));
        let select = |id: u32| {
            ext!(plugin, clap_plugin_audio_ports_config, CLAP_EXT_AUDIO_PORTS_CONFIG, select(id))
        };
        assert!(!select(2) && !select(u32::MAX));
        assert!(plugin.activate(RATE, 1, 512) && plugin.start());
        assert!(!select(1), "it is active");
        let mut noise = Noise(1);
        assert_ne!(plugin.process(&noise.frames(512, 0.5), &[]).1, 0);
        plugin.deactivate();
        assert!(select(1));
        assert!(plugin.activate(RATE, 1, 512) && plugin.start());
        // One channel in the buffers of two.
        let (frames, status, _) = plugin.process(&noise.frames(512, 0.5), &[]);
        assert!(status != 0 && frames.iter().all(|frame| frame[1] == 0.0));
        plugin.destroy();
    }
}

isolated! {
    fn what_does_not_exist_is_refused(module) {
        let factory = module.factory::<clap_plugin_factory>(CLAP_PLUGIN_FACTORY_ID).unwrap();
        let host = Host::new(true);
        unsafe {
            assert!(factory.get_plugin_descriptor.unwrap()(factory, 1).is_null());
            assert!(factory.create_plugin.unwrap()(factory, null(), c"audio.lacquer.lacquer".as_ptr()).is_null());
        }
        assert!(module.factory::<u8>(c"clap.nothing").is_none());
        let made = Plugin::raw_of(module, host);
        // Before `init` there is nothing.
        assert!(made.table::<u8>(c"clap.params").is_none());
        assert!(!made.activate(RATE, 1, 64) && !made.start());
        assert_eq!(made.process(&[[0.5; 2]; 64], &[]).1, 0);
        made.on_main_thread();
        assert!(made.init() && !made.init(), "once");
        for id in [c"", c"clap.nothing", c"clap.voice-info", c"clap.note-ports"] {
            assert!(made.table::<u8>(id).is_none());
        }
        assert!(!ext!(made, clap_plugin_render, CLAP_EXT_RENDER, set(99)));
        unsafe { assert_eq!((*made.raw()).process.unwrap()(made.raw(), null()), 0) };
        made.destroy();
        // One that is never initialised, and one that is destroyed while it plays.
        Plugin::raw_of(module, Host::new(false)).destroy();
        Plugin::running(module, RATE, 64).destroy();
    }
}
