//! The sections of tracks.

use super::super::error::AlbumError;
use super::super::file::{Curve, Fade, IsrcRequest, Join, Track};
use super::super::identity::title_of;
use super::super::sections::{AlbumSection, Names, TrackSection};
use super::{DEFAULT_GAP_S, Reader};
use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_isrc::Isrc;
use lacquer_params::{Preset, Tree};

impl Reader<'_> {
    pub(super) fn track(
        &self,
        number: usize,
        track: &TrackSection,
        album: &AlbumSection,
    ) -> Result<Track, AlbumError> {
        let at = Some(number);
        let seconds =
            |key: &str, value: Option<f64>, most: f64| self.within(at, key, value, 0.0..=most, " s");
        if track.file.trim().is_empty() {
            return Err(self.wrong(at, "file", "is empty; give the mix's file"));
        }
        let file = self.relative(&track.file);
        let gap_s = seconds("gap_s", track.gap_s, 600.0)?;
        let crossfade_s = seconds("crossfade_s", track.crossfade_s, 60.0)?;
        let join = match (gap_s, crossfade_s) {
            (Some(_), Some(_)) => {
                return Err(self.wrong(at, "crossfade_s", "there is a gap_s as well; leave one of them out"));
            }
            (_, Some(crossfade_s)) if number == 1 && crossfade_s > 0.0 => {
                return Err(self.wrong(at, "crossfade_s", "no track comes before the first; leave it out"));
            }
            (_, Some(crossfade_s)) if crossfade_s > 0.0 => Join::Crossfade(crossfade_s),
            // Nothing comes before the first, and a crossfade of no length is no gap.
            (_, crossfade_s) if number == 1 || crossfade_s.is_some() => Join::Gap(0.0),
            (gap_s, _) => Join::Gap(gap_s.unwrap_or(DEFAULT_GAP_S)),
        };
        let start_s = seconds("start_s", track.start_s, 86_400.0)?.unwrap_or(0.0);
        let end_s = seconds("end_s", track.end_s, 86_400.0)?;
        if end_s.is_some_and(|end_s| end_s <= start_s) {
            return Err(self.wrong(at, "end_s", format!("lies before start_s, {start_s}; give a later one")));
        }
        let (settings, spec, trimmed_by) = self.settings(number, track, album)?;
        Ok(Track {
            title: track.title.clone().unwrap_or_else(|| title_of(&file)),
            performer: track
                .performer
                .as_ref()
                .or(album.artist.as_ref())
                .map(Names::joined)
                .unwrap_or_default(),
            composer: track.composer.as_ref().map(Names::joined).unwrap_or_default(),
            isrc: match track.isrc.as_deref() {
                None => None,
                Some(text) if text.eq_ignore_ascii_case("new") => Some(IsrcRequest::New),
                Some(text) => {
                    let code =
                        text.parse::<Isrc>().map_err(|error| self.wrong(at, "isrc", error.to_string()))?;
                    Some(IsrcRequest::Code(code))
                }
            },
            preset: track.preset.clone().or_else(|| album.preset.clone()),
            trimmed_by,
            settings,
            spec,
            join,
            fade_in: Fade {
                seconds: seconds("fade_in_s", track.fade_in_s, 600.0)?.unwrap_or(0.0),
                curve: self.curve(number, "fade_in_curve", track.fade_in_curve.as_deref())?,
            },
            fade_out: Fade {
                seconds: seconds("fade_out_s", track.fade_out_s, 600.0)?.unwrap_or(0.0),
                curve: self.curve(number, "fade_out_curve", track.fade_out_curve.as_deref())?,
            },
            gain_db: self.within(at, "gain_db", track.gain_db, -24.0..=24.0, " dB")?.unwrap_or(0.0),
            is_quiet: track.quiet,
            accept: self.accepted(at, track.accept.as_deref())?,
            start_s,
            end_s,
            file,
        })
    }

    fn curve(&self, number: usize, key: &str, name: Option<&str>) -> Result<Curve, AlbumError> {
        match name {
            None => Ok(Curve::default()),
            Some("linear") => Ok(Curve::Linear),
            Some("equal_power") => Ok(Curve::EqualPower),
            Some("smooth") => Ok(Curve::Smooth),
            Some(other) => {
                let reason = format!("there is no curve {other:?}; give linear, equal_power or smooth");
                Err(self.wrong(Some(number), key, reason))
            }
        }
    }

    /// The track's preset and settings over the album's.
    fn settings(
        &self,
        number: usize,
        track: &TrackSection,
        album: &AlbumSection,
    ) -> Result<(ChainSettings, ProcessSpec, Option<Preset>), AlbumError> {
        let tree = Tree::new();
        let mut trimmed_by = None;
        let (at, preset) = match (&track.preset, &album.preset) {
            (Some(name), _) => (Some(number), Some(name)),
            (None, name) => (None, name.as_ref()),
        };
        if let Some(name) = preset {
            let file = self.relative(name);
            let found = if file.is_file() { Preset::read(&file) } else { Preset::find(name) };
            trimmed_by = found
                .and_then(|preset| preset.apply(&tree).map(|()| preset))
                .map(|preset| Some(preset).filter(|preset| preset.made_for_lufs.is_some()))
                .map_err(|error| self.wrong(at, "preset", one_line(&error.to_string())))?;
        }
        // A track's own preset is its whole sound: the album's settings go with the album's preset.
        let shared = if track.preset.is_some() { None } else { album.settings.as_ref() };
        for (at, table) in [(None, shared), (Some(number), track.settings.as_ref())] {
            for (id, value) in table.into_iter().flatten() {
                let text = match value {
                    toml::Value::String(text) => text.clone(),
                    toml::Value::Boolean(on) => if *on { "on" } else { "off" }.to_owned(),
                    other => other.to_string(),
                };
                // Whoever gives the trim has it.
                trimmed_by = trimmed_by.filter(|_| id != "input_trim_gain");
                tree.set_from_text(id, &text).map_err(|error| {
                    self.wrong(
                        at,
                        &format!("settings.{id}"),
                        format!("{error}; `lacquer params` lists ids and ranges"),
                    )
                })?;
            }
        }
        let mut settings = tree.to_settings();
        settings.bypass = false;
        settings.listen = None;
        Ok((settings, tree.to_spec(ProcessSpec::stereo(48_000.0)), trimmed_by))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
