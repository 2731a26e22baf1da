//! Where keys stand in a TOML text, for messages about what they say: by the parser's own spans, so that multi-line strings, comments and
//! quoted keys mislead nobody.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A step on the way to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// A key of a table.
    Key(&'a str),
    /// An entry of an array, from 0.
    Entry(usize),
}

/// A text that is no TOML, or not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, on one line.
    pub reason: String,
}

impl Wrong {
    /// What the parser of `text` says.
    pub fn new(text: &str, error: &toml::de::Error) -> Self {
        Self {
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            reason: error.message().lines().collect::<Vec<_>>().join(" "),
        }
    }
}

/// A text and where everything stands in it.
#[derive(Debug, Clone)]
pub struct Places<'a> {
    text: &'a str,
    table: DeTable<'a>,
}

impl<'a> Places<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// [`Wrong`], if it is no TOML.
    pub fn read(text: &'a str) -> Result<Self, Wrong> {
        let table = DeTable::parse(text).map_err(|error| Wrong::new(text, &error))?;
        Ok(Self { text, table: table.into_inner() })
    }

    /// The line, from 1, of what the steps lead to, as far as they lead to something; 1 where the first leads nowhere.
    pub fn line(&self, steps: &[Step]) -> usize {
        let mut offset = 0;
        let mut value: Option<&DeValue> = None;
        for step in steps {
            let table = value.map_or(Some(&self.table), DeValue::as_table);
            let found = match *step {
                Step::Key(name) => {
                    table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == name))
                }
                Step::Entry(number) => {
                    let entry = value.and_then(DeValue::as_array).and_then(|entries| entries.get(number));
                    let Some(entry) = entry else { break };
                    (offset, value) = (entry.span().start, Some(entry.get_ref()));
                    continue;
                }
            };
            let Some((key, found)) = found else { break };
            (offset, value) = (key.span().start, Some(found.get_ref()));
        }
        line_at(self.text, offset)
    }

    /// Every key of a table with its value; none where the steps lead to no table.
    pub fn entries(&self, steps: &[&str]) -> Vec<(&str, &Spanned<DeValue<'a>>)> {
        let mut table = Some(&self.table);
        for step in steps {
            table = table.and_then(|table| {
                table.iter().find(|(key, _)| key.get_ref() == step)?.1.get_ref().as_table()
            });
        }
        table.into_iter().flatten().map(|(key, value)| (key.get_ref().as_ref(), value)).collect()
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_keys_whatever_stands_around_them() {
        let text = "[album]\ntitle = \"\"\"\n[[track]]\nupc = 1\n\"\"\"\n# upc\n\"upc\" = 2\nloudness = { mode = \"x\" }\n[[track]]\nfile = \"a\"\n[[track]]\n[track.settings]\nglue_on = 1\n";
        let places = Places::read(text).expect("TOML");
        use Step::{Entry, Key};
        for (steps, line) in [
            (&[Key("album"), Key("upc")][..], 7),
            (&[Key("album"), Key("loudness"), Key("mode")], 8),
            (&[Key("album"), Key("genre")], 1),
            (&[Key("track"), Entry(0), Key("file")], 10),
            (&[Key("track"), Entry(1)], 11),
            (&[Key("track"), Entry(1), Key("settings"), Key("glue_on")], 13),
            (&[Key("nothing")], 1),
        ] {
            assert_eq!(places.line(steps), line, "{steps:?}");
        }
        let wrong = Places::read("a = 1\nb = \n").expect_err("no TOML");
        assert!(wrong.line == 2 && wrong.reason.lines().count() == 1, "{wrong:?}");
    }
}
