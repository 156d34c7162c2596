//! Randomness that a seed decides, so that the same run gives the same values again.

/// A seeded source of random values; a clone continues with the same values.
#[derive(Clone, Debug)]
pub struct Chance(fastrand::Rng);

impl Chance {
    pub fn seeded(seed: u64) -> Chance {
        Chance(fastrand::Rng::with_seed(seed))
    }

    /// A whole number from `start` up to and without `end`; `start` where the range is empty.
    pub fn between(&mut self, start: i64, end: i64) -> i64 {
        if start >= end {
            return start;
        }
        self.0.i64(start..end)
    }

    /// A number from 0 up to and without 1.
    pub fn unit(&mut self) -> f64 {
        self.0.f64()
    }

    /// A seed for a source that goes its own way.
    pub fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A version 4 UUID in lower case.
    pub fn uuid(&mut self) -> String {
        let bits = (self.0.u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let mut out = String::with_capacity(36);
        for (index, digit) in hex.chars().enumerate() {
            if matches!(index, 8 | 12 | 16 | 20) {
                out.push('-');
            }
            out.push(digit);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_four_and_repeat_with_their_seed() {
        let uuid = Chance::seeded(7).uuid();
        assert_eq!(uuid, Chance::seeded(7).uuid());
        assert_ne!(uuid, Chance::seeded(8).uuid());
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.chars().nth(14), Some('4'));
        assert!(matches!(uuid.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
    }
}
