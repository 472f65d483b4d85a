//! Receipt codes: "I saw this state at this instant" in 25 characters that can be read out and typed.
//!
//! Five groups of five characters of lower-case Crockford base32 (no i, l, o, u): 32 bit snapshot, 32 bit seconds since 2020,
//! 56 bit HMAC, and a check character. Nothing about the bidder is in it, and nothing is stored: whoever has the
//! code can open the state. 2⁵⁶ guesses against a server are out of reach; the code is no secret of anybody's anyway.

use super::SigningKey;
use crate::base::{ErrorKind, Fault, Instant};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DATA_CHARACTERS: usize = 24;
const CHARACTERS: usize = DATA_CHARACTERS + 1;
const GROUP: usize = 5;
const DATA_BYTES: usize = 15;
const MAC_BYTES: usize = 7;
/// 2020-01-01T00:00:00Z in seconds since 1970; 32 bit from there last until 2156.
const EPOCH_SECONDS: i64 = 1_577_836_800;

/// What somebody saw, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Running number of the snapshot over all listings, below 2³².
    pub snapshot: i64,
    /// When it was on the screen, whole seconds.
    pub at: Instant,
}

/// The text is no receipt of this site.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Too long, too short, or with characters that no code has.
    #[error(
        "a receipt code has 25 letters and digits in five groups, such as 00000-00000-00000-00000-00000"
    )]
    Form,
    /// The check character does not fit: a character is wrong, or two were swapped.
    #[error("a character of the code is mistyped; compare it with your receipt")]
    Mistyped,
    /// The code was not made by this site.
    #[error("this site has not issued this code")]
    Forged,
    /// The number or instant cannot be written in a code.
    #[error("no code can be made for this state")]
    OutOfRange,
}

impl Fault for ReceiptError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Form | Self::Mistyped => ErrorKind::Invalid,
            Self::Forged => ErrorKind::NotFound,
            Self::OutOfRange => ErrorKind::Internal,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Form => "receipt-form",
            Self::Mistyped => "receipt-mistyped",
            Self::Forged => "receipt-forged",
            Self::OutOfRange => "internal",
        }
    }
}

/// The code of a receipt.
pub fn issue(receipt: Receipt, key: &SigningKey) -> Result<String, ReceiptError> {
    let out_of_range = |_| ReceiptError::OutOfRange;
    let snapshot = u32::try_from(receipt.snapshot).map_err(out_of_range)?;
    let seconds = receipt.at.as_millis().div_euclid(1000) - EPOCH_SECONDS;
    let seconds = u32::try_from(seconds).map_err(out_of_range)?;
    let said = [snapshot.to_be_bytes(), seconds.to_be_bytes()].concat();
    let mut data = [0; DATA_BYTES];
    data[..8].copy_from_slice(&said);
    data[8..].copy_from_slice(&key.receipt_mac(&said)[..MAC_BYTES]);
    let mut symbols = to_symbols(&data);
    symbols.push(check_symbol(&symbols));
    let characters: Vec<char> =
        symbols.iter().map(|&symbol| char::from(ALPHABET[usize::from(symbol)])).collect();
    Ok(characters.chunks(GROUP).map(String::from_iter).collect::<Vec<_>>().join("-"))
}

/// What a typed code says, if one of `keys` made it. Spaces, dashes, upper case and look-alike letters are allowed for.
pub fn read(typed: &str, keys: &[SigningKey]) -> Result<Receipt, ReceiptError> {
    let symbols = symbols_of(typed)?;
    let (data, check) = symbols.split_at(DATA_CHARACTERS);
    if [check_symbol(data)] != check {
        return Err(ReceiptError::Mistyped);
    }
    let data = from_symbols(data);
    let (said, mac) = data.split_at(8);
    let genuine = keys.iter().any(|key| {
        bool::from(subtle::ConstantTimeEq::ct_eq(&key.receipt_mac(said)[..MAC_BYTES], mac))
    });
    if !genuine {
        return Err(ReceiptError::Forged);
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0_i64, |sum, &byte| (sum << 8) | i64::from(byte));
    let seconds = number(&said[4..]) + EPOCH_SECONDS;
    Ok(Receipt { snapshot: number(&said[..4]), at: Instant::from_millis(seconds * 1000) })
}

/// The typed text as symbols of five bits.
fn symbols_of(typed: &str) -> Result<Vec<u8>, ReceiptError> {
    let mut symbols = Vec::with_capacity(CHARACTERS);
    for character in typed.chars() {
        // Full-width forms, as Chinese keyboards type them (U+FF01 to U+FF5E).
        let character = match character as u32 {
            wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(character),
            _ => character,
        };
        let symbol = match character.to_ascii_lowercase() {
            '-' | '‐' | '–' | '—' | '_' | '.' => continue,
            blank if blank.is_whitespace() => continue,
            'o' => 0,
            'i' | 'l' => 1,
            other => {
                let place = ALPHABET.iter().position(|&letter| char::from(letter) == other);
                place.ok_or(ReceiptError::Form)? as u8
            }
        };
        if symbols.len() == CHARACTERS {
            return Err(ReceiptError::Form);
        }
        symbols.push(symbol);
    }
    if symbols.len() == CHARACTERS { Ok(symbols) } else { Err(ReceiptError::Form) }
}

fn to_symbols(data: &[u8; DATA_BYTES]) -> Vec<u8> {
    (0..DATA_CHARACTERS)
        .map(|symbol| (0..5).fold(0, |sum, bit| (sum << 1) | bit_at(data, symbol * 5 + bit)))
        .collect()
}

fn bit_at(data: &[u8], bit: usize) -> u8 {
    data[bit / 8] >> (7 - bit % 8) & 1
}

fn from_symbols(symbols: &[u8]) -> [u8; DATA_BYTES] {
    let mut data = [0; DATA_BYTES];
    for (place, &symbol) in symbols.iter().enumerate() {
        for bit in 0..5 {
            let at = place * 5 + bit;
            data[at / 8] |= (symbol >> (4 - bit) & 1) << (7 - at % 8);
        }
    }
    data
}

/// Check symbol over GF(32): Σ cᵢ·αⁱ⁺¹. As αⁱ are different for i < 31, every single wrong symbol and every swap of two
/// symbols changes it (a Reed–Solomon code of distance 2 with locators; MacWilliams and Sloane, ch. 10).
fn check_symbol(symbols: &[u8]) -> u8 {
    symbols.iter().rev().fold(0, |sum, &symbol| times_alpha(sum ^ symbol))
}

/// Multiplies by α in GF(2)\[x\]/(x⁵ + x² + 1), where α = x has order 31.
fn times_alpha(symbol: u8) -> u8 {
    let shifted = symbol << 1;
    if shifted & 0x20 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::generate().unwrap()
    }

    fn receipt(snapshot: u32, seconds: u32) -> Receipt {
        let at = Instant::from_millis((i64::from(seconds) + EPOCH_SECONDS) * 1000);
        Receipt { snapshot: i64::from(snapshot), at }
    }

    #[test]
    fn alpha_walks_through_all_symbols() {
        let mut symbol = 1;
        let walk: std::collections::HashSet<u8> = (0..31)
            .map(|_| {
                symbol = times_alpha(symbol);
                symbol
            })
            .collect();
        assert_eq!((walk.len(), symbol), (31, 1));
    }

    #[test]
    fn what_people_type_is_understood() {
        let key = key();
        let code = issue(receipt(1, 5), &key).unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (29, 4));
        let keys = [self::key(), key];
        for typed in [
            code.to_uppercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            code.replace('0', "O").replace('1', "l"),
            format!(" {code}\n"),
            code.replace('-', "－"),
        ] {
            assert_eq!(read(&typed, &keys), Ok(receipt(1, 5)), "{typed}");
        }
        assert_eq!(read(&code, &keys[..1]), Err(ReceiptError::Forged));
        for wrong in ["", "abc", "u0000-00000-00000-00000-00000", &format!("{code}0"), "编号"] {
            assert_eq!(read(wrong, &keys), Err(ReceiptError::Form), "{wrong}");
        }
    }

    #[test]
    fn numbers_beyond_a_code_are_refused() {
        let late = Receipt { snapshot: 1, at: Instant::from_millis(i64::MAX) };
        assert_eq!(issue(late, &key()), Err(ReceiptError::OutOfRange));
        let many = Receipt { snapshot: 1 << 32, at: receipt(0, 0).at };
        assert_eq!(issue(many, &key()), Err(ReceiptError::OutOfRange));
    }

    proptest! {
        #[test]
        fn every_receipt_is_read_again(snapshot: u32, seconds: u32) {
            let key = key();
            let code = issue(receipt(snapshot, seconds), &key).unwrap();
            prop_assert_eq!(read(&code, &[key]), Ok(receipt(snapshot, seconds)));
        }

        #[test]
        fn a_wrong_character_is_told_from_a_forgery(snapshot: u32, seconds: u32, place in 0..25_usize, other in 0..32_usize) {
            let key = key();
            let code = issue(receipt(snapshot, seconds), &key).unwrap().replace('-', "");
            let mut typed = code.clone().into_bytes();
            typed[place] = ALPHABET[other];
            let typed = String::from_utf8(typed).unwrap();
            let expected = if typed == code { Ok(receipt(snapshot, seconds)) } else { Err(ReceiptError::Mistyped) };
            prop_assert_eq!(read(&typed, &[key]), expected);
        }

        #[test]
        fn swapped_characters_are_noticed(snapshot: u32, seconds: u32, one in 0..25_usize, two in 0..25_usize) {
            let key = key();
            let code = issue(receipt(snapshot, seconds), &key).unwrap().replace('-', "");
            let mut typed = code.clone().into_bytes();
            typed.swap(one, two);
            let typed = String::from_utf8(typed).unwrap();
            let expected = if typed == code { Ok(receipt(snapshot, seconds)) } else { Err(ReceiptError::Mistyped) };
            prop_assert_eq!(read(&typed, &[key]), expected);
        }

        #[test]
        fn no_text_makes_the_reader_panic(typed: String) {
            let _ = read(&typed, &[]);
        }
    }
}
