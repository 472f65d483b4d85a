//! Numbers, texts and templates of a script: the grammar's smallest pieces.

use super::cursor::{Cursor, Read, joined, number};
use super::script::Value;

impl Cursor<'_> {
    pub(super) fn number(&mut self) -> Read<Value> {
        let begun = self.at;
        while let Some(byte) = self.peek() {
            let previous = self.text.as_bytes().get(self.at.wrapping_sub(1));
            let is_exponents_sign = matches!(byte, b'-' | b'+')
                && self.at > begun
                && matches!(previous, Some(b'e' | b'E'));
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || is_exponents_sign) {
                break;
            }
            self.at += 1;
        }
        let digits = self.text[begun..self.at].replace('_', "");
        let value = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
            Some(hex) => u64::from_str_radix(hex, 16).ok().map(|value| value as f64),
            // `inf` and `nan` cannot come here: a digit or a dot is first.
            None => digits.parse().ok(),
        };
        value.and_then(number).map_or_else(|| self.fail("this is no number"), Ok)
    }

    pub(super) fn quoted(&mut self) -> Read<String> {
        let Some(quote) = self.peek() else { return self.fail("a text is missing") };
        self.at += 1;
        let mut text = String::new();
        loop {
            self.plain(&mut text, |byte| byte == quote || byte == b'\\' || byte == b'\n');
            match self.peek() {
                Some(b'\\') => self.escape(&mut text)?,
                Some(byte) if byte == quote => break,
                _ => return self.fail("a text is not closed"),
            }
        }
        self.at += 1;
        self.wants_value = false;
        Ok(text)
    }

    /// Takes what stands before the next byte that stops; those are ASCII.
    fn plain(&mut self, text: &mut String, stops: impl Fn(u8) -> bool) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().position(stops).unwrap_or(rest.len());
        text.push_str(&rest[..length]);
        self.at += length;
    }

    pub(super) fn template(&mut self, depth: u32) -> Read<Value> {
        self.count(depth)?;
        self.at += 1;
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            self.plain(&mut text, |byte| matches!(byte, b'`' | b'\\' | b'$'));
            match self.peek() {
                Some(b'\\') => self.escape(&mut text)?,
                Some(b'$') if self.follows("${") => {
                    self.at += 2;
                    pieces.push(Value::Text(std::mem::take(&mut text)));
                    pieces.push(self.expression(depth + 1)?);
                    if !self.take(b'}') {
                        return self.fail("a place in a template is not closed");
                    }
                }
                Some(b'$') => {
                    text.push('$');
                    self.at += 1;
                }
                Some(_) => break,
                None => return self.fail("a template is not closed"),
            }
        }
        self.at += 1;
        self.wants_value = false;
        if pieces.is_empty() {
            return Ok(Value::Text(text));
        }
        pieces.push(Value::Text(text));
        let first = Value::Text(String::new());
        Ok(pieces.into_iter().try_fold(first, joined).unwrap_or(Value::Other))
    }

    fn escape(&mut self, text: &mut String) -> Read<()> {
        self.at += 1;
        let Some(escaped) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            return self.fail("a text is not closed");
        };
        self.at += escaped.len_utf8();
        match escaped {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            '0' => text.push('\0'),
            '\n' | '\u{2028}' | '\u{2029}' => {}
            '\r' => drop(self.take(b'\n')),
            'x' => text.push(char::from_u32(self.hexadecimal(2)?).unwrap_or('\u{fffd}')),
            'u' => {
                let character = self.unicode()?;
                text.push(character);
            }
            other => text.push(other),
        }
        Ok(())
    }

    fn unicode(&mut self) -> Read<char> {
        if self.take(b'{') {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = rest.bytes().take(7).position(|byte| byte == b'}');
            let Some(length) = length else {
                return self.fail("a character's number is not closed");
            };
            let code = u32::from_str_radix(&rest[..length], 16).ok().and_then(char::from_u32);
            self.at += length + 1;
            return Ok(code.unwrap_or('\u{fffd}'));
        }
        let first = self.hexadecimal(4)?;
        if (0xd800..0xdc00).contains(&first) && self.follows("\\u") {
            let second = self.attempt(|cursor| {
                cursor.at += 2;
                cursor.hexadecimal(4)
            })?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            self.at -= 6;
        }
        Ok(char::from_u32(first).unwrap_or('\u{fffd}'))
    }

    fn hexadecimal(&mut self, digits: usize) -> Read<u32> {
        let code = self.text.get(self.at..self.at + digits);
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()) {
            Some(code) => {
                self.at += digits;
                Ok(code)
            }
            None => self.fail("a character's number is wrong"),
        }
    }
}
