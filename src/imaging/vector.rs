//! Registers of sixteen bytes and eight words as plain arrays.
//!
//! Every operation is a short loop without branches that the compiler turns into one or two instructions of SSE2 (part
//! of x86-64) or NEON (part of AArch64); elsewhere it stays a loop. The results are the same everywhere.

use std::ops::{Add, AddAssign, BitXor, Shl, Shr};

/// Sixteen unsigned bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(16))]
pub struct Bytes(pub [u8; 16]);

/// Eight signed 16-bit words. Arithmetic wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(16))]
pub struct Words(pub [i16; 8]);

impl Bytes {
    /// All zero.
    pub const ZERO: Self = Self([0; 16]);

    /// The first eight bytes of two registers, taken in turn.
    #[inline]
    pub fn interleave_low(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([
            a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3], a[4], b[4], a[5], b[5], a[6], b[6],
            a[7], b[7],
        ])
    }

    /// The last eight bytes of two registers, taken in turn.
    #[inline]
    pub fn interleave_high(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        Self([
            a[8], b[8], a[9], b[9], a[10], b[10], a[11], b[11], a[12], b[12], a[13], b[13], a[14],
            b[14], a[15], b[15],
        ])
    }

    /// Words clamped to 0..=255, the first register's first.
    #[inline]
    pub fn saturate(low: Words, high: Words) -> Self {
        let mut out = [0; 16];
        for (out, &word) in out.iter_mut().zip(low.0.iter().chain(&high.0)) {
            *out = word.clamp(0, 255) as u8;
        }
        Self(out)
    }

    /// The sixteen bytes in reverse order.
    #[inline]
    pub fn reversed(self) -> Self {
        Self(u128::from_le_bytes(self.0).swap_bytes().to_le_bytes())
    }

    /// The first eight bytes, widened.
    #[inline]
    pub fn low_words(self) -> Words {
        let mut out = [0; 8];
        for (out, &byte) in out.iter_mut().zip(&self.0[..8]) {
            *out = i16::from(byte);
        }
        Words(out)
    }

    /// The last eight bytes, widened.
    #[inline]
    pub fn high_words(self) -> Words {
        let mut out = [0; 8];
        for (out, &byte) in out.iter_mut().zip(&self.0[8..]) {
            *out = i16::from(byte);
        }
        Words(out)
    }
}

impl Words {
    /// All zero.
    pub const ZERO: Self = Self([0; 8]);

    /// The same word eight times.
    pub const fn splat(word: i16) -> Self {
        Self([word; 8])
    }

    /// The upper 16 bits of the 32-bit products.
    #[inline]
    #[must_use]
    pub fn multiply_high(self, other: Self) -> Self {
        self.with(other, |a, b| ((i32::from(a) * i32::from(b)) >> 16) as i16)
    }

    #[inline]
    fn with(self, other: Self, operation: impl Fn(i16, i16) -> i16) -> Self {
        let mut out = [0; 8];
        for (out, (&a, &b)) in out.iter_mut().zip(self.0.iter().zip(&other.0)) {
            *out = operation(a, b);
        }
        Self(out)
    }
}

impl Add for Words {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        self.with(other, i16::wrapping_add)
    }
}

impl AddAssign for Words {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl BitXor for Words {
    type Output = Self;

    #[inline]
    fn bitxor(self, other: Self) -> Self {
        self.with(other, |a, b| a ^ b)
    }
}

impl Shl<u32> for Words {
    type Output = Self;

    #[inline]
    fn shl(self, bits: u32) -> Self {
        self.with(self, |a, _| a.wrapping_shl(bits))
    }
}

impl Shr<u32> for Words {
    type Output = Self;

    #[inline]
    fn shr(self, bits: u32) -> Self {
        self.with(self, |a, _| a.wrapping_shr(bits))
    }
}
