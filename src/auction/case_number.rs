//! Case numbers (案号): read as people type them, kept in one normal form.
//!
//! `（year）court-code type serial 号`, e.g. `（2020）京0102执1234号` (案号规定 1–3). Half-width brackets and
//! digits, `〔〕`, `[]` and spaces are accepted; a ruling's suffix (`之一`) is kept.

use serde::{Deserialize, Serialize};

use crate::base::{ErrorKind, Fault};

/// A case number, in normal form and as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseNumber {
    /// The normal form: full-width brackets, half-width digits, no spaces.
    pub normal: String,
    /// What was typed, untouched.
    pub typed: String,
}

/// The parts of a case number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseNumberParts {
    /// Calendar year in which the case was received.
    pub year: u16,
    /// `京` high court, `京01` intermediate, `京0102` basic, `最高法` supreme.
    pub court_code: String,
    /// Type of case: `执`, `执恢`, `执异` …
    pub case_type: String,
    /// Serial number within court, type and year.
    pub serial: u32,
    /// Number of a ruling in the case (`之一` is 1), if the text names one.
    pub ruling: Option<u32>,
}

/// The text is not a case number.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{typed}' is not a case number ({part}); write it like （2020）京0102执1234号")]
pub struct CaseNumberError {
    /// What was typed.
    pub typed: String,
    /// The part that is missing or wrong.
    pub part: &'static str,
}

impl Fault for CaseNumberError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn slug(&self) -> &'static str {
        "case-number"
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        vec![("typed", self.typed.clone()), ("part", self.part.to_owned())]
    }

    fn field(&self) -> Option<&str> {
        Some("case_number")
    }
}

/// Characters that begin a court code: provinces, the military courts and the Xinjiang corps.
const PROVINCES: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵军";
const NUMERALS: &str = "一二三四五六七八九十";

impl CaseNumber {
    /// Reads a case number as it is typed.
    pub fn parse(typed: &str) -> Result<Self, CaseNumberError> {
        let parts = CaseNumberParts::parse(typed)?;
        Ok(Self { normal: parts.to_string(), typed: typed.to_owned() })
    }
}

impl CaseNumberParts {
    /// Takes a case number apart.
    pub fn parse(typed: &str) -> Result<Self, CaseNumberError> {
        let wrong = |part| CaseNumberError { typed: typed.chars().take(60).collect(), part };
        let text = to_normal_characters(typed);
        let rest = text.strip_prefix('（').ok_or_else(|| wrong("年份"))?;
        let (year, rest) = rest.split_once('）').ok_or_else(|| wrong("年份"))?;
        let year: u16 = Some(year)
            .filter(|year| year.len() == 4)
            .and_then(|year| year.parse().ok())
            .filter(|year| (1949..=2999).contains(year))
            .ok_or_else(|| wrong("年份"))?;
        let (court_code, rest) = take_court_code(rest).ok_or_else(|| wrong("法院代字"))?;
        let digits = rest.find(|c: char| c.is_ascii_digit()).ok_or_else(|| wrong("编号"))?;
        let (case_type, rest) = rest.split_at(digits);
        if case_type.is_empty() || case_type.chars().count() > 4 || !case_type.chars().all(is_han) {
            return Err(wrong("类型代字"));
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(|| wrong("号"))?;
        let (serial, rest) = rest.split_at(end);
        let serial: u32 = serial.parse().ok().filter(|n| *n > 0).ok_or_else(|| wrong("编号"))?;
        let rest = rest.strip_prefix('号').ok_or_else(|| wrong("号"))?;
        let ruling = if rest.is_empty() {
            None
        } else {
            let number = rest.strip_prefix('之').and_then(from_numeral);
            Some(number.ok_or_else(|| wrong("之一、之二"))?)
        };
        Ok(Self {
            year,
            court_code: court_code.to_owned(),
            case_type: case_type.to_owned(),
            serial,
            ruling,
        })
    }
}

impl std::fmt::Display for CaseNumberParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { year, court_code, case_type, serial, ruling } = self;
        write!(f, "（{year}）{court_code}{case_type}{serial}号")?;
        match ruling {
            Some(number) => write!(f, "之{}", to_numeral(*number)),
            None => Ok(()),
        }
    }
}

/// Half-width digits, full-width round brackets, no spaces.
fn to_normal_characters(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'))
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (u32::from(c) - u32::from('０')) as u8),
            '(' | '〔' | '[' | '［' | '【' => '（',
            ')' | '〕' | ']' | '］' | '】' => '）',
            other => other,
        })
        .collect()
}

fn take_court_code(text: &str) -> Option<(&str, &str)> {
    if text.starts_with("最高法") {
        return Some(text.split_at("最高法".len()));
    }
    let province = text.chars().next().filter(|c| PROVINCES.contains(*c))?.len_utf8();
    let digits = text[province..].bytes().take_while(u8::is_ascii_digit).count();
    matches!(digits, 0 | 2 | 4).then(|| text.split_at(province + digits))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// 1–99 from Chinese numerals.
fn from_numeral(text: &str) -> Option<u32> {
    let digit = |c: char| NUMERALS.chars().position(|n| n == c).map(|index| index as u32 + 1);
    let characters: Vec<u32> = text.chars().map(digit).collect::<Option<_>>()?;
    match characters[..] {
        [one] => Some(one),
        [10, one] if one < 10 => Some(10 + one),
        [ten, 10] if ten < 10 => Some(ten * 10),
        [ten, 10, one] if ten < 10 && one < 10 => Some(ten * 10 + one),
        _ => None,
    }
}

fn to_numeral(number: u32) -> String {
    let digit = |n: u32| NUMERALS.chars().nth(n as usize - 1).map(String::from).unwrap_or_default();
    match number {
        1..=10 => digit(number),
        11..=19 => format!("十{}", digit(number - 10)),
        _ if number.is_multiple_of(10) => format!("{}十", digit(number / 10)),
        _ => format!("{}十{}", digit(number / 10), digit(number % 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_type_becomes_one_form() {
        for typed in [
            "（2020）京0102执1234号",
            "(2020)京0102执1234号",
            " ( 2020 ) 京 0102 执 1234 号 ",
            "〔2020〕京０１０２执１２３４号",
            "[2020]京0102执1234号\u{3000}",
        ] {
            let number = CaseNumber::parse(typed).unwrap();
            assert_eq!(number.normal, "（2020）京0102执1234号");
            assert_eq!(number.typed, typed);
        }
    }

    #[test]
    fn courts_of_every_level_and_rulings_are_read() {
        let parts = CaseNumberParts::parse("（2021）最高法执监5号").unwrap();
        assert_eq!((parts.court_code.as_str(), parts.case_type.as_str()), ("最高法", "执监"));
        let parts = CaseNumberParts::parse("（2021）京执恢7号之十二").unwrap();
        assert_eq!((parts.court_code.as_str(), parts.ruling), ("京", Some(12)));
        assert_eq!(CaseNumberParts::parse("（2021）粤03执7号").unwrap().court_code, "粤03");
    }

    #[test]
    fn the_wrong_part_is_named() {
        for (typed, part) in [
            ("2020京0102执1234号", "年份"),
            ("（20）京0102执1234号", "年份"),
            ("（2020）火0102执1234号", "法院代字"),
            ("（2020）京010执1234号", "法院代字"),
            ("（2020）京01021234号", "法院代字"),
            ("（2020）京0102ab1234号", "类型代字"),
            ("（2020）京0102执号", "编号"),
            ("（2020）京0102执1234", "号"),
            ("（2020）京0102执1234号之", "之一、之二"),
            ("", "年份"),
        ] {
            assert_eq!(CaseNumberParts::parse(typed).unwrap_err().part, part, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn numbers_read_back_what_they_print(year in 1990_u16..2100, serial in 1_u32..999_999, ruling in proptest::option::of(1_u32..100)) {
            let parts = CaseNumberParts { year, court_code: "京0102".into(), case_type: "执恢".into(), serial, ruling };
            prop_assert_eq!(CaseNumberParts::parse(&parts.to_string()).unwrap(), parts);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _any = CaseNumberParts::parse(&text);
        }
    }
}
