//! What the fuzzers start from and have found, replayed and changed a little, without a fuzzer.

#[path = "../fuzz/entry/codec.rs"]
mod codec;
#[path = "../fuzz/entry/session.rs"]
mod session;

use std::fs;
use std::path::Path;

/// Each sample is run in this many changed forms besides its own.
const CHANGES: usize = 200;

#[test]
fn the_codec_bears_the_corpus_and_changes_of_it() {
    replay("codec", codec::run);
}

#[test]
fn a_live_session_bears_the_corpus_and_changes_of_it() {
    replay("session", session::run);
}

fn replay(name: &str, run: impl Fn(&[u8])) {
    let samples = samples(name);
    assert!(samples.len() >= 10, "the corpus of {name} is gone");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for sample in &samples {
        run(sample);
        for _ in 0..CHANGES {
            let other = &samples[dice.below(samples.len())];
            run(&dice.change(sample, other));
        }
    }
}

fn samples(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).expect("the corpus").flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("a sample can be read")).collect()
}

/// A generator that rolls the same every time: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// One to four changes, each of a kind that parsers dislike.
    fn change(&mut self, sample: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.below(256) as u8),
                2 => bytes.extend_from_slice(&other[self.below(other.len() + 1)..]),
                3 if at < bytes.len() => {
                    bytes.remove(at);
                }
                4 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.below(5)],
                _ if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                _ => {}
            }
        }
        bytes
    }
}
