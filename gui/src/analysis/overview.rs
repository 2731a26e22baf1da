//! The master at a glance, in words that a client understands: loudness, peaks, tone, width, and what devices keep of it.

use crate::axes::{chip_ui, plot, well_ui};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::meters::{self, target};
use crate::room::Room;
use crate::scale::{Graph, level};
use crate::theme;
use egui::{Align2, Color32, Rect, Ui, pos2, vec2};
use lacquer_dsp::metering::tone::{Balance, REGIONS};
use lacquer_dsp::metering::translation::Translation;
use lacquer_dsp::monitor::device::Device;
use lacquer_dsp::targets::Target;

/// Height of the cards, and of a body that has room for more below them.
const CARD: f32 = 126.0;
const ROOM: f32 = 320.0;
/// Power of side against mid, dB: narrower than the first is nearly mono, wider than the second is diffuse, and beyond the third most of
/// it contradicts itself.
const WIDTHS_DB: [f64; 3] = [-18.0, -6.0, 0.0];
/// Loss from which a device does not keep the master, dB.
const MOST_LOSS_DB: f64 = -6.0;
/// What the width's figure is.
const SIDE_TO_MID: &str = " side to mid";
/// What rounds to no distance, LU.
const EXACT_LU: f64 = 0.5;
/// How far a region of the tone may lie from the middle before it is said, dB.
const TONE_DB: f64 = 6.0;

/// A card: what it is about, its figure, what that means and whether that is as it should be.
struct Card {
    name: &'static str,
    figure: String,
    words: String,
    color: Color32,
}

pub(super) fn overview_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, room: Room) {
    let target = target(host);
    let (balance, translations) = (Balance::of(&meters.readings.long), meters.translations());
    let mut cards = cards(meters, &target, &balance, &translations);
    if room.is_narrow {
        // A card has no room for what its figure is measured against.
        for card in &mut cards {
            card.figure = card.figure.replace(SIDE_TO_MID, "");
        }
    }
    let width = (body.width() - theme::MARGIN * (cards.len() as f32 - 1.0)) / cards.len() as f32;
    let height = CARD.min(body.height());
    for (n, card) in cards.iter().enumerate() {
        let corner = body.min + vec2(n as f32 * (width + theme::MARGIN), 0.0);
        card_ui(ui, Rect::from_min_size(corner, vec2(width, height)), card);
    }
    if body.height() > ROOM {
        let below = Rect::from_min_max(pos2(body.left(), body.top() + height + theme::PADDING), body.max);
        let middle = below.left() + 0.5 * below.width();
        tone_ui(ui, below.with_max_x(middle - theme::MARGIN), &balance);
        devices_ui(ui, below.with_min_x(middle + theme::MARGIN), &translations);
    }
}

fn card_ui(ui: &Ui, rect: Rect, card: &Card) {
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.rect_filled(rect, theme::RADIUS, colors.well);
    let at = |y: f32| rect.min + vec2(theme::PADDING, y);
    painter.text(at(16.0), Align2::LEFT_CENTER, card.name, theme::label_font(), colors.text_third);
    painter.text(at(42.0), Align2::LEFT_CENTER, &card.figure, theme::main_font(), colors.text);
    let wrap = rect.width() - 2.0 * theme::PADDING;
    let galley = painter.layout(card.words.clone(), theme::body_font(), card.color, wrap);
    painter.with_clip_rect(rect).galley(at(62.0), galley, card.color);
}

fn cards(
    meters: &MeterReader,
    target: &Target,
    balance: &Balance,
    translations: &[Option<Translation>],
) -> [Card; 5] {
    let (output, colors) = (&meters.bank.output, theme::colors());
    let integrated = output.integrated_lufs();
    let is_heard = integrated.is_finite();
    let dash = || "\u{2013}".to_owned();
    let play = || ("Play the song.".to_owned(), colors.text_third);
    let figure = |text: String| if is_heard { text } else { dash() };
    let card = |name, text: String, said: (String, Color32)| {
        let (words, color) = if is_heard { said } else { play() };
        Card { name, figure: figure(text), words, color }
    };
    let peak = output.true_peak_max_dbtp();
    let is_lost = |kept: &Translation| !kept.bass_survives || kept.loss_db < MOST_LOSS_DB;
    let lost: Vec<&str> = Device::ALL
        .into_iter()
        .zip(translations)
        .filter(|(_, kept)| kept.as_ref().is_some_and(is_lost))
        .map(|(device, _)| device.name())
        .collect();
    let kept = Device::ALL.len() - lost.len();
    [
        card("Loudness", format!("{} LUFS", level(integrated)), loudness(integrated, target)),
        card("Highest peak", format!("{} dBTP", level(peak)), peaks(meters, target)),
        card("Tone", tone_figure(balance), tone(balance)),
        card("Width", format!("{} dB{SIDE_TO_MID}", level(balance.width_db)), width(balance.width_db)),
        card("On devices", format!("{kept} of {}", Device::ALL.len()), devices(&lost)),
    ]
}

fn loudness(integrated: f64, target: &Target) -> (String, Color32) {
    let colors = theme::colors();
    let Some(wanted) = target.integrated_lufs else {
        return (format!("{} asks for no loudness.", target.name), colors.text_second);
    };
    let off = integrated - wanted;
    match off {
        off if off > EXACT_LU => {
            (format!("{} turns it down by {} LU.", target.name, level(off)), colors.text_second)
        }
        off if off < -EXACT_LU => {
            (format!("{} LU softer than {} plays.", level(-off), target.name), colors.text_second)
        }
        _ => (format!("As loud as {} plays.", target.name), colors.ok),
    }
}

fn peaks(meters: &MeterReader, target: &Target) -> (String, Color32) {
    let (colors, asked) = (theme::colors(), level(meters::asked_dbtp(meters, target)));
    if meters::is_over(meters, target) {
        (format!("! Over the {asked} that {} asks for: may distort there.", target.name), colors.alarm)
    } else {
        (format!("Under the {asked} that {} asks for.", target.name), colors.ok)
    }
}

fn tone_figure(balance: &Balance) -> String {
    let [low, .., high] = balance.regions_db;
    match (low > TONE_DB, high > TONE_DB, low < -TONE_DB, high < -TONE_DB) {
        (true, true, ..) => "Scooped",
        (true, ..) => "Dark, heavy",
        (_, true, ..) => "Bright",
        (_, _, true, true) => "Middle heavy",
        (_, _, true, _) => "Light",
        (_, _, _, true) => "Dark",
        _ => "Even",
    }
    .to_owned()
}

fn tone(balance: &Balance) -> (String, Color32) {
    let said: Vec<String> = REGIONS
        .into_iter()
        .zip(balance.regions_db)
        .filter(|(region, _)| region.name != "Middle")
        .map(|(region, db)| format!("{} {}", region.name, crate::scale::difference(db)))
        .collect();
    (format!("{} dB against the middle.", said.join(", ")), theme::colors().text_second)
}

fn width(width_db: f64) -> (String, Color32) {
    let colors = theme::colors();
    match width_db {
        db if db > WIDTHS_DB[2] => ("! Out of phase: much is lost in mono.".to_owned(), colors.alarm),
        db if db < WIDTHS_DB[0] => ("Nearly mono.".to_owned(), colors.text_second),
        db if db > WIDTHS_DB[1] => ("Very wide: hear it in mono.".to_owned(), colors.text_second),
        _ => ("Wide, and safe in mono.".to_owned(), colors.ok),
    }
}

fn devices(lost: &[&str]) -> (String, Color32) {
    if lost.is_empty() {
        ("Works on all of them.".to_owned(), theme::colors().ok)
    } else {
        (format!("! Loses its bass or much of its level on: {}.", lost.join(", ")), theme::colors().alarm)
    }
}

/// The tone in thirds of an octave, against the middle.
fn tone_ui(ui: &Ui, area: Rect, balance: &Balance) {
    let colors = theme::colors();
    let title = pos2(area.left(), area.top() + 8.0);
    ui.painter().text(title, Align2::LEFT_CENTER, "Tone", theme::heading_font(), colors.text);
    let rect = plot(area.with_min_y(area.top() + 20.0));
    let graph = Graph { rect, x: [20.0, 20_000.0], y: [-30.0, 30.0], logarithmic: true };
    well_ui(ui, &graph, &[-24.0, -12.0, 0.0, 12.0, 24.0]);
    for [centre, db] in &balance.thirds {
        let [left, right] = graph.third(*centre);
        let bar = Rect::from_min_max(pos2(left, graph.y(*db)), pos2(right, rect.bottom()));
        ui.painter().rect_filled(bar.intersect(rect), 1.0, theme::faint(colors.output));
    }
    for region in REGIONS {
        let [from, to] = region.hz.map(|hz| graph.x(hz));
        let at = pos2(0.5 * (from + to), rect.top() + 10.0);
        chip_ui(ui, at, Align2::CENTER_CENTER, region.name, theme::label_font(), colors.text_second);
    }
}

/// What each device keeps.
fn devices_ui(ui: &Ui, area: Rect, translations: &[Option<Translation>]) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let title = pos2(area.left(), area.top() + 8.0);
    painter.text(title, Align2::LEFT_CENTER, "Devices", theme::heading_font(), colors.text);
    let rows = area.with_min_y(area.top() + 26.0);
    let row = rows.height() / Device::ALL.len() as f32;
    for (n, (device, kept)) in Device::ALL.into_iter().zip(translations).enumerate() {
        let y = rows.top() + (n as f32 + 0.5) * row;
        painter.text(
            pos2(area.left(), y),
            Align2::LEFT_CENTER,
            device.name(),
            theme::body_font(),
            colors.text,
        );
        let Some(kept) = kept else { continue };
        let (words, color) = match (kept.bass_survives, kept.loss_db) {
            (false, _) => ("! the bass is lost", colors.alarm),
            (true, loss) if loss < MOST_LOSS_DB => ("! much of it is lost", colors.alarm),
            (true, loss) if loss < -1.0 => ("keeps most of it", colors.text_second),
            _ => ("keeps all of it", colors.ok),
        };
        let at = pos2(area.left() + 0.35 * area.width(), y);
        painter.text(at, Align2::LEFT_CENTER, words, theme::body_font(), color);
        let text = format!("{} dB", crate::scale::difference(kept.loss_db));
        painter.text(pos2(area.right(), y), Align2::RIGHT_CENTER, text, theme::value_font(), colors.text);
    }
}
