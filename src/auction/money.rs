//! Money as integer fen, and the ratios that court pages show.

use serde::{Deserialize, Serialize};

/// An amount in fen (1 yuan = 100 fen). Integer in JSON and in the database.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// From whole yuan.
    pub const fn from_yuan(yuan: i64) -> Self {
        Self(yuan.saturating_mul(100))
    }

    /// In yuan with thousands separators, fen only where there are any: `7,560,000`, `12.50`.
    pub fn yuan(self) -> String {
        let (sign, amount) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let whole = with_separators(amount / 100);
        match amount % 100 {
            0 => format!("{sign}{whole}"),
            fen => format!("{sign}{whole}.{fen:02}"),
        }
    }

    /// In 万元 (10,000 yuan) with two decimals, rounded half up: `756.00`.
    pub fn wan(self) -> String {
        let (sign, amount) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let hundredths = (amount + 5_000) / 10_000;
        format!("{sign}{}.{:02}", with_separators(hundredths / 100), hundredths % 100)
    }

    /// This amount as a percentage of `whole` with `decimals` decimals, rounded half up; `None` if
    /// `whole` is not positive.
    pub fn percent_of(self, whole: Self, decimals: u32) -> Option<String> {
        if whole.0 <= 0 {
            return None;
        }
        let scale = 10_i128.pow(decimals.min(9));
        let scaled = i128::from(self.0) * 100 * scale;
        let rounded = (2 * scaled + i128::from(whole.0)).div_euclid(2 * i128::from(whole.0));
        let (sign, rounded) = (if rounded < 0 { "-" } else { "" }, rounded.unsigned_abs());
        let scale = scale.unsigned_abs();
        Some(match decimals {
            0 => format!("{sign}{rounded}"),
            _ => format!(
                "{sign}{}.{:0width$}",
                rounded / scale,
                rounded % scale,
                width = decimals as usize
            ),
        })
    }

    /// Whether this is at least `percent` % of `whole`, without rounding.
    pub fn is_at_least_percent_of(self, percent: i64, whole: Self) -> bool {
        i128::from(self.0) * 100 >= i128::from(whole.0) * i128::from(percent)
    }

    /// Whether this is at most `percent` % of `whole`, without rounding.
    pub fn is_at_most_percent_of(self, percent: i64, whole: Self) -> bool {
        i128::from(self.0) * 100 <= i128::from(whole.0) * i128::from(percent)
    }
}

/// Premium rate (溢价率) in percent with two decimals: (final − start) / start.
pub fn premium(start: Fen, last: Fen) -> Option<String> {
    Fen(last.0.checked_sub(start.0)?).percent_of(start, 2)
}

fn with_separators(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xicheng_sold_with_a_premium_of_28_70_percent() {
        let (start, last) = (Fen::from_yuan(7_560_000), Fen::from_yuan(9_730_000));
        assert_eq!(premium(start, last).unwrap(), "28.70");
        assert_eq!(start.yuan(), "7,560,000");
        assert_eq!(start.wan(), "756.00");
        assert_eq!(last.wan(), "973.00");
        assert!(start.is_at_least_percent_of(70, Fen::from_yuan(10_800_000)));
        assert!(!start.is_at_least_percent_of(70, Fen::from_yuan(10_800_001)));
    }

    #[test]
    fn the_2018_notice_asked_for_a_deposit_just_below_a_fifth() {
        let (start, deposit) = (Fen::from_yuan(11_787_511), Fen::from_yuan(2_357_502));
        assert_eq!(deposit.percent_of(start, 7).unwrap(), "19.9999983");
        assert!(deposit.is_at_most_percent_of(20, start));
        assert!(deposit.is_at_least_percent_of(5, start));
        assert!(!Fen(deposit.0 + 100).is_at_most_percent_of(20, start));
    }

    #[test]
    fn odd_amounts_are_shown_whole() {
        assert_eq!(Fen(1250).yuan(), "12.50");
        assert_eq!(Fen(-123_456_789).yuan(), "-1,234,567.89");
        assert_eq!(Fen(5_000).wan(), "0.01");
        assert_eq!(premium(Fen(0), Fen(5)), None);
        assert_eq!(premium(Fen(200), Fen(100)).unwrap(), "-50.00");
    }
}
