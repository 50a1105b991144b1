//! Which relay ports are taken, in each family.

use std::ops::RangeInclusive;

use crate::codec::attributes::Family;

/// What a client asks of its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Any,
    Even,
    /// An even one, and the next for later.
    EvenAndNext,
}

#[derive(Debug)]
pub struct Ports {
    range: RangeInclusive<u16>,
    taken: [Vec<u64>; 2],
}

impl Ports {
    pub fn new(range: RangeInclusive<u16>) -> Ports {
        Ports { range, taken: [vec![0; 1024], vec![0; 1024]] }
    }

    /// How many there are to begin a search at.
    pub fn count(&self) -> usize {
        self.range.len()
    }

    /// The first port that fits, from the `start`th on, and takes it.
    pub fn take(&mut self, family: Family, wish: Wish, start: usize) -> Option<u16> {
        let count = self.count();
        let first = usize::from(*self.range.start());
        let mut candidates = (0..count).map(|step| (first + (start + step) % count) as u16);
        let port = candidates.find(|port| self.fits(family, wish, *port))?;
        self.set(family, port);
        if wish == Wish::EvenAndNext {
            self.set(family, port + 1);
        }
        Some(port)
    }

    pub fn free(&mut self, family: Family, port: u16) {
        self.taken[index(family)][usize::from(port / 64)] &= !(1 << (port % 64));
    }

    fn fits(&self, family: Family, wish: Wish, port: u16) -> bool {
        let free = |port: u16| self.taken[index(family)][usize::from(port / 64)] & (1 << (port % 64)) == 0;
        free(port)
            && match wish {
                Wish::Any => true,
                Wish::Even => port.is_multiple_of(2),
                Wish::EvenAndNext => port.is_multiple_of(2) && self.range.contains(&(port + 1)) && free(port + 1),
            }
    }

    fn set(&mut self, family: Family, port: u16) {
        self.taken[index(family)][usize::from(port / 64)] |= 1 << (port % 64);
    }
}

fn index(family: Family) -> usize {
    match family {
        Family::V4 => 0,
        Family::V6 => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_is_given_once_and_again_when_free() {
        let mut ports = Ports::new(65530..=65535);
        let mut given: Vec<u16> = (0..6).filter_map(|_| ports.take(Family::V4, Wish::Any, 4)).collect();
        given.sort();
        assert_eq!(given, [65530, 65531, 65532, 65533, 65534, 65535]);
        assert_eq!(ports.take(Family::V4, Wish::Any, 0), None);
        assert_eq!(ports.take(Family::V6, Wish::Any, 0), Some(65530), "the other family has its own");
        ports.free(Family::V4, 65533);
        assert_eq!(ports.take(Family::V4, Wish::Any, 0), Some(65533));
    }

    #[test]
    fn a_pair_is_even_and_whole() {
        let mut ports = Ports::new(65531..=65535);
        assert_eq!(ports.take(Family::V4, Wish::EvenAndNext, 0), Some(65532));
        assert_eq!(ports.take(Family::V4, Wish::EvenAndNext, 0), Some(65534));
        assert_eq!(ports.take(Family::V4, Wish::EvenAndNext, 0), None);
        assert_eq!(ports.take(Family::V4, Wish::Even, 0), None);
        assert_eq!(ports.take(Family::V4, Wish::Any, 0), Some(65531));
        let mut odd_end = Ports::new(2000..=2000);
        assert_eq!(odd_end.take(Family::V4, Wish::EvenAndNext, 0), None);
        assert_eq!(odd_end.take(Family::V4, Wish::Even, 0), Some(2000));
    }
}
