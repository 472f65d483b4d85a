//! Dates, money and areas as a court writes them.

use crate::auction::days::shanghai;
use crate::auction::money::Fen;
use crate::base::Instant;
use crate::texts::Language;

/// `2020年3月30日 10:00`, in English `30 March 2020, 10:00` (Asia/Shanghai).
pub fn moment(at: Instant, language: Language) -> String {
    let local = at.to_timestamp().to_zoned_datetime(shanghai());
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    match language {
        Language::Chinese => format!("{} {time}", day(local.date(), language)),
        Language::English => format!("{}, {time}", day(local.date(), language)),
    }
}

/// `2020年3月30日`, in English `30 March 2020`.
pub fn day(date: jiff::civil::Date, language: Language) -> String {
    match language {
        Language::Chinese => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Language::English => {
            let names = [
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ];
            let month = names.get(date.month() as usize - 1).copied().unwrap_or_default();
            format!("{} {month} {}", date.day(), date.year())
        }
    }
}

/// `7,560,000 元`, from a million yuan with 万元 behind it.
pub fn money(amount: Fen, language: Language) -> String {
    match language {
        Language::Chinese if amount.0 >= 100 * 10_000 => {
            format!("{}\u{2009}元（{}\u{2009}万元）", amount.yuan(), amount.wan())
        }
        Language::Chinese => format!("{}\u{2009}元", amount.yuan()),
        Language::English => format!("CNY {}", amount.yuan()),
    }
}

/// For cards: 万元 with two decimals in Chinese.
pub fn short_money(amount: Fen, language: Language) -> String {
    match language {
        Language::Chinese => format!("{}\u{2009}万元", amount.wan()),
        Language::English => format!("CNY {}", amount.yuan()),
    }
}

/// Hundredths of a square metre as `79.21 m²`.
pub fn area(hundredths: i64) -> String {
    format!("{}.{:02}\u{2009}m²", hundredths / 100, hundredths.rem_euclid(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_shanghai() {
        let at: Instant = "2020-03-30T02:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        assert_eq!(moment(at, Language::Chinese), "2020年3月30日 10:00");
        assert_eq!(moment(at, Language::English), "30 March 2020, 10:00");
    }

    #[test]
    fn money_and_areas_have_thin_spaces() {
        assert_eq!(
            money(Fen::from_yuan(7_560_000), Language::Chinese),
            "7,560,000\u{2009}元（756.00\u{2009}万元）"
        );
        assert_eq!(area(7_905), "79.05\u{2009}m²");
    }
}
