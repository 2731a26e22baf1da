//! A thousand things and more that nobody would do on purpose: nothing breaks, every gesture ends, and the window can still be used.

use super::*;

/// What is done: as much as a machine does in some seconds; `LACQUER_ACTIONS` lengthens it.
const ACTIONS: usize = 1000;

/// A generator of its own: the same actions for ever (Marsaglia, "Xorshift RNGs", J. Stat. Softw. 8(14), 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn random_actions_break_nothing() {
    let mut bench = Bench::new();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let keys = [
        Key::Escape,
        Key::Tab,
        Key::Enter,
        Key::X,
        Key::M,
        Key::S,
        Key::D,
        Key::P,
        Key::OpenBracket,
        Key::CloseBracket,
        Key::ArrowUp,
        Key::ArrowLeft,
        Key::Delete,
        Key::Z,
    ];
    let [width, height] = theme::WINDOW_SIZE;
    let mut held = None;
    let actions =
        std::env::var("LACQUER_ACTIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(ACTIONS);
    for n in 0..actions {
        let at = egui::pos2(dice.roll(width as u64) as f32, dice.roll(height as u64) as f32);
        let modifiers = match dice.roll(8) {
            0 => Modifiers::SHIFT,
            1 => Modifiers::COMMAND,
            2 => Modifiers::ALT,
            _ => Modifiers::NONE,
        };
        let button = match dice.roll(5) {
            0 => PointerButton::Secondary,
            _ => PointerButton::Primary,
        };
        let click = |pressed| Event::PointerButton { pos: at, button, pressed, modifiers };
        let events: Vec<Event> = match dice.roll(10) {
            0..4 => vec![Event::PointerMoved(at), click(true), click(false)],
            4 => {
                held = Some(button);
                vec![Event::PointerMoved(at), click(true)]
            }
            5 | 6 => match held.take() {
                Some(button) => {
                    vec![
                        Event::PointerMoved(at),
                        Event::PointerButton { pos: at, button, pressed: false, modifiers },
                    ]
                }
                None => vec![Event::PointerMoved(at)],
            },
            7 => vec![Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, dice.roll(400) as f32 - 200.0),
                phase: TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers,
            }],
            8 => {
                let key = keys[dice.roll(keys.len() as u64) as usize];
                vec![Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }]
            }
            _ => vec![Event::Text(char::from(b'0' + dice.roll(10) as u8).to_string())],
        };
        bench.harness.input_mut().events.extend(events);
        // Each button waits for a picture of its own.
        bench.steps(3);
        if n.is_multiple_of(20) {
            bench.player.play(&bench.tree.to_settings(), 256);
        }
        if n.is_multiple_of(1000) {
            // The scale is one's own there: in a window that never changes, too.
            bench.harness.set_size(vec2(width, height));
        }
    }
    for button in [PointerButton::Primary, PointerButton::Secondary] {
        bench.harness.event(Event::PointerButton {
            pos: Pos2::ZERO,
            button,
            pressed: false,
            modifiers: Modifiers::NONE,
        });
    }
    bench.steps(60);
    for _ in 0..4 {
        bench.key(Key::Escape, Modifiers::NONE);
    }
    let log = bench.take_log();
    let count = |word: &str| log.iter().filter(|line| line.starts_with(word)).count();
    assert_eq!(count("begin"), count("end"), "every gesture has ended");
    assert_eq!(bench.status.monitor.get(), Default::default(), "Escape ends everything that is only heard");
    for info in bench.tree.infos() {
        let plain = bench.plain(&info.id);
        assert!(
            plain.is_finite() && (info.min - 1e-6..=info.max + 1e-6).contains(&plain),
            "{}: {plain}",
            info.id
        );
    }
    bench.steps(30);
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Reset").is_some());
}
