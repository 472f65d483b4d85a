//! Counting days as the law does: calendar days in Shanghai, the first day not counted.
//!
//! "日" is a calendar day. A term that runs forward and would end on a day off ends on the next
//! working day (民诉法 85). "N days before" counts back from the event and never moves nearer to it.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::base::Instant;

/// Days off and make-up working days beside the ordinary weekend.
#[derive(Clone, Debug, Default)]
pub struct Holidays {
    /// Days off, weekends need not be named.
    pub closed: BTreeSet<Date>,
    /// Weekend days on which people work.
    pub working: BTreeSet<Date>,
}

impl Holidays {
    /// Whether courts work on this day.
    pub fn is_working(&self, day: Date) -> bool {
        if self.working.contains(&day) {
            return true;
        }
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.closed.contains(&day)
    }

    /// Last day of a term of `days` calendar days after `start`; `None` past the end of the calendar.
    pub fn last_day(&self, start: Date, days: i64) -> Option<Date> {
        let mut day = start.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
        while !self.is_working(day) {
            day = day.tomorrow().ok()?;
        }
        Some(day)
    }
}

/// The time zone of every page: all of China keeps it.
pub fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)))
}

/// The calendar day of an instant in Shanghai.
pub fn day_of(at: Instant) -> Date {
    at.to_timestamp().to_zoned_datetime(shanghai()).date()
}

/// Whole calendar days from `from` to `to`, `from` not counted; negative if `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ten_days_after_24_april_2020_end_after_the_may_holiday() {
        let holidays = Holidays {
            closed: (1..=5).map(|day| date(2020, 5, day)).collect(),
            working: [date(2020, 4, 26), date(2020, 5, 9)].into(),
        };
        assert_eq!(holidays.last_day(date(2020, 4, 24), 10), Some(date(2020, 5, 6)));
        assert!(holidays.is_working(date(2020, 5, 9)));
        assert!(!Holidays::default().is_working(date(2020, 5, 9)));
    }

    #[test]
    fn days_are_those_of_shanghai() {
        // 16:30 UTC is half past midnight of the next day in Shanghai.
        let late: jiff::Timestamp = "2020-03-30T16:30:00Z".parse().unwrap();
        assert_eq!(day_of(late.into()), date(2020, 3, 31));
        assert_eq!(days_between(date(2018, 3, 21), date(2018, 4, 21)), 31);
        assert_eq!(days_between(date(2020, 2, 28), date(2020, 3, 1)), 2);
        assert_eq!(days_between(date(2020, 3, 2), date(2020, 3, 1)), -1);
    }
}
