//! Inputs out of a corpus: bits turned, bytes and numbers set to their extremes, pieces cut out, doubled, moved and taken from other
//! inputs, and words that the formats know put in.

/// Numbers from a seed (G. Marsaglia, "Xorshift RNGs", 2003).
pub struct Mutator {
    state: u64,
    corpus: Vec<Vec<u8>>,
    words: Vec<&'static str>,
}

/// Longest input that is made, bytes.
const LONGEST: usize = 1 << 15;
/// Numbers that lengths, counts and rates are set to.
const EXTREMES: [u64; 12] =
    [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, u64::MAX];

impl Mutator {
    /// Over the inputs of a corpus, with words of its format.
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>, words: Vec<&'static str>) -> Self {
        Self { state: seed.max(1), corpus, words }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound.max(1)
    }

    fn seed(&mut self) -> Vec<u8> {
        let place = self.below(self.corpus.len());
        self.corpus.get(place).cloned().unwrap_or_default()
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut bytes = self.seed();
        for _ in 0..1 + self.below(6) {
            self.mutate(&mut bytes);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let length = 1 + self.below(64.min(bytes.len() + 1));
        let piece = at..(at + length).min(bytes.len());
        match self.below(10) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.next() as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(piece)),
            4 => {
                let copy = bytes[piece].to_vec();
                let times = 1 + self.below(8);
                bytes.splice(at..at, copy.repeat(times));
            }
            5 => {
                let other = self.seed();
                let from = self.below(other.len() + 1);
                let to = (from + 1 + self.below(512)).min(other.len());
                bytes.splice(piece, other[from..to].iter().copied());
            }
            6 | 7 => {
                let extreme = EXTREMES[self.below(EXTREMES.len())];
                let width = [1, 2, 4, 8][self.below(4)];
                let number = if self.below(2) == 0 {
                    extreme.to_le_bytes()[..width].to_vec()
                } else {
                    extreme.to_be_bytes()[8 - width..].to_vec()
                };
                let end = (at + width).min(bytes.len());
                bytes.splice(at..end, number);
            }
            8 if !self.words.is_empty() => {
                let place = self.below(self.words.len());
                bytes.splice(at..at, self.words[place].bytes());
            }
            _ => {
                let filler = self.next() as u8;
                bytes.splice(at..at, std::iter::repeat_n(filler, length));
            }
        }
    }
}
