//! The grammar behind [`super::script`]: a place in a text, and what can be read there.

use super::script::{MOST_DEEP, MOST_VALUES, ScriptError, Value};

/// A place in a script.
pub struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// The furthest place that was looked at and left again.
    furthest: usize,
    values: usize,
    /// Whether a `/` here would begin a regular expression: after an operator, not after a value.
    pub(super) wants_value: bool,
}

pub(super) type Read<T> = Result<T, ScriptError>;

impl<'a> Cursor<'a> {
    /// At the beginning.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, furthest: 0, values: 0, wants_value: true }
    }

    /// Bytes from the beginning.
    pub fn place(&self) -> usize {
        self.at
    }

    /// From here on, what is the furthest place?
    pub fn measure(&mut self) {
        self.furthest = self.at;
    }

    /// The furthest place that was looked at since [`Self::measure`].
    pub fn furthest(&self) -> usize {
        self.furthest.max(self.at)
    }

    /// Goes to where a value may begin.
    pub fn go_to(&mut self, place: usize) {
        self.furthest = self.furthest();
        self.at = place;
        self.wants_value = true;
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        1 + memchr::memchr_iter(b'\n', before).count()
    }

    /// The next byte.
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes to the character after `place`.
    pub fn go_behind(&mut self, place: usize) {
        let rest = self.text.get(place..).unwrap_or_default();
        self.go_to(place + rest.chars().next().map_or(1, char::len_utf8));
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn follows(&self, what: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(what.as_bytes()))
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    pub(super) fn fail<T>(&self, what: &'static str) -> Read<T> {
        Err(ScriptError::Syntax { line: self.line(), what })
    }

    /// Reads something, or stays where it is.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let (at, wants_value) = (self.at, self.wants_value);
        let found = read(self);
        if found.is_err() {
            self.furthest = self.furthest();
            (self.at, self.wants_value) = (at, wants_value);
        }
        found
    }

    /// Whether a name may begin with this byte.
    pub fn begins_name(byte: u8) -> bool {
        byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' || byte >= 0x80
    }

    /// Passes over white space and comments.
    pub fn gap(&mut self) -> Read<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c) => self.at += 1,
                Some(b'/') if self.follows("//") => self.pass_line(),
                Some(b'/') if self.follows("/*") => {
                    let rest = self.text.as_bytes().get(self.at + 2..).unwrap_or_default();
                    let Some(end) = memchr::memmem::find(rest, b"*/") else {
                        let failed = self.fail("a comment is not closed");
                        self.at = self.text.len();
                        return failed;
                    };
                    self.at += end + 4;
                }
                // Old pages hide scripts from older browsers.
                Some(b'<') if self.follows("<!--") => self.pass_line(),
                Some(0xc2) if self.follows("\u{a0}") => self.at += 2,
                Some(0xe2) if self.follows("\u{2028}") || self.follows("\u{2029}") => self.at += 3,
                Some(0xef) if self.follows("\u{feff}") => self.at += 3,
                _ => return Ok(()),
            }
        }
    }

    fn pass_line(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn name(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || c > '\u{a0}';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        // Whatever stands here, something is taken.
        let length = length.max(rest.chars().next().map_or(0, char::len_utf8));
        self.at += length;
        self.wants_value = false;
        let name = &rest[..length];
        if matches!(name, "return" | "typeof" | "case" | "in" | "of" | "delete" | "void" | "else") {
            self.wants_value = true;
        }
        name
    }

    /// A name with what follows its dots, as `a.b.c`.
    pub fn dotted_name(&mut self) -> String {
        let mut name = self.name().to_owned();
        while self.peek() == Some(b'.')
            && self.text.as_bytes().get(self.at + 1).copied().is_some_and(Self::begins_name)
        {
            self.at += 1;
            name.push('.');
            name.push_str(self.name());
        }
        name
    }

    /// Takes `=` if it stores something: no comparison, no arrow.
    pub fn takes_assignment(&mut self) -> bool {
        if self.follows("=") && !self.follows("==") && !self.follows("=>") {
            self.at += 1;
            self.wants_value = true;
            return true;
        }
        false
    }

    /// Passes over one token that is no name.
    pub fn token(&mut self) -> Read<()> {
        match self.peek() {
            Some(b'"' | b'\'') => drop(self.quoted()?),
            Some(b'`') => drop(self.template(0)?),
            Some(b'/') if self.wants_value => self.regular_expression()?,
            Some(byte) if byte.is_ascii_digit() => self.pass_number(),
            Some(byte) if Self::begins_name(byte) => drop(self.name()),
            Some(byte) => {
                self.at += 1;
                self.wants_value = !matches!(byte, b')' | b']');
            }
            None => {}
        }
        Ok(())
    }

    fn pass_number(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_')
        {
            self.at += 1;
        }
        self.wants_value = false;
    }

    fn regular_expression(&mut self) -> Read<()> {
        self.at += 1;
        let mut in_class = false;
        loop {
            match self.peek() {
                None | Some(b'\n') => return self.fail("a regular expression is not closed"),
                Some(b'\\') => self.at += 2,
                Some(byte) => {
                    self.at += 1;
                    match byte {
                        b'[' => in_class = true,
                        b']' => in_class = false,
                        b'/' if !in_class => break,
                        _ => {}
                    }
                }
            }
        }
        if self.peek().is_some_and(Self::begins_name) {
            self.name();
        }
        self.wants_value = false;
        Ok(())
    }

    /// A value up to the next `,`, `;` or closing bracket.
    pub fn expression(&mut self, depth: u32) -> Read<Value> {
        self.count(depth)?;
        self.gap()?;
        let begun = self.at;
        let known = self.attempt(|cursor| cursor.sum(depth));
        match known {
            Ok(value) => {
                let line_before = self.at;
                self.gap()?;
                let new_line = self.text.as_bytes()[line_before..self.at].contains(&b'\n');
                let ends = match self.peek() {
                    None | Some(b',' | b';' | b')' | b']' | b'}') => true,
                    // A statement may end with its line, unless the next one goes on with an operator.
                    Some(byte) => depth == 0 && new_line && !b".?+-*%=<>&|^[:".contains(&byte),
                };
                if ends {
                    return Ok(value);
                }
            }
            Err(error @ ScriptError::TooIntricate { .. }) => return Err(error),
            Err(_) => {}
        }
        self.go_to(begun);
        self.pass_over()?;
        Ok(Value::Other)
    }

    /// Passes over what is not understood, to the next `,`, `;` or closing bracket of this level.
    fn pass_over(&mut self) -> Read<()> {
        let mut open = 0_usize;
        loop {
            self.gap()?;
            match self.peek() {
                None if open > 0 => return self.fail("a bracket is not closed"),
                None => return Ok(()),
                Some(b',' | b';' | b')' | b']' | b'}') if open == 0 => return Ok(()),
                Some(b'(' | b'[' | b'{') => open += 1,
                Some(b')' | b']' | b'}') => open -= 1,
                _ => {}
            }
            self.token()?;
        }
    }

    pub(super) fn count(&mut self, depth: u32) -> Read<()> {
        self.values += 1;
        if depth > MOST_DEEP || self.values > MOST_VALUES {
            return Err(ScriptError::TooIntricate { line: self.line() });
        }
        Ok(())
    }

    /// Texts, names and numbers joined by `+`; numbers also by `-`. Fails for all else.
    pub fn sum(&mut self, depth: u32) -> Read<Value> {
        let mut value = self.product(depth)?;
        loop {
            self.gap()?;
            let minus = match self.peek() {
                Some(b'+') if !self.follows("++") && !self.follows("+=") => false,
                Some(b'-') if !self.follows("--") && !self.follows("-=") => true,
                _ => return Ok(value),
            };
            self.at += 1;
            let next = self.product(depth)?;
            value = match (value, next) {
                (Value::Number(a), Value::Number(b)) => {
                    Value::Number(if minus { a - b } else { a + b })
                }
                (a, b) if !minus => {
                    joined(a, b).map_or_else(|| self.fail("no sum of texts"), Ok)?
                }
                _ => return self.fail("no difference of numbers"),
            };
        }
    }

    fn product(&mut self, depth: u32) -> Read<Value> {
        let mut value = self.term(depth)?;
        loop {
            self.gap()?;
            let divides = match self.peek() {
                Some(b'*') if !self.follows("**") => false,
                Some(b'/') => true,
                _ => return Ok(value),
            };
            let Value::Number(a) = value else { return self.fail("no product of numbers") };
            self.at += 1;
            let Value::Number(b) = self.term(depth)? else {
                return self.fail("no product of numbers");
            };
            value = number(if divides { a / b } else { a * b })
                .map_or_else(|| self.fail("a number is not finite"), Ok)?;
        }
    }

    fn term(&mut self, depth: u32) -> Read<Value> {
        self.count(depth)?;
        self.gap()?;
        let value = match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.items(b']', depth).map(Value::List),
            Some(b'"' | b'\'') => self.quoted().map(Value::Text),
            Some(b'`') => self.template(depth),
            Some(b'(') => self.in_brackets(depth),
            Some(sign @ (b'-' | b'+')) => {
                self.at += 1;
                match self.term(depth + 1)? {
                    Value::Number(value) => {
                        Ok(Value::Number(if sign == b'-' { -value } else { value }))
                    }
                    _ => self.fail("no number after its sign"),
                }
            }
            Some(byte) if byte.is_ascii_digit() || byte == b'.' => self.number(),
            Some(byte) if Self::begins_name(byte) => self.named(depth),
            _ => self.fail("a value is missing"),
        };
        self.wants_value = false;
        value
    }

    fn in_brackets(&mut self, depth: u32) -> Read<Value> {
        if let Ok(parameters) = self.attempt(Self::arrow_parameters) {
            return self.function(parameters, depth);
        }
        self.at += 1;
        let value = self.sum(depth + 1)?;
        self.gap()?;
        if self.take(b')') { Ok(value) } else { self.fail("a bracket is not closed") }
    }

    fn named(&mut self, depth: u32) -> Read<Value> {
        let name = self.dotted_name();
        self.gap()?;
        if self.follows("=>") {
            self.at += 2;
            return self.function(vec![name], depth);
        }
        match name.as_str() {
            "true" => return Ok(Value::Flag(true)),
            "false" => return Ok(Value::Flag(false)),
            "null" | "undefined" => return Ok(Value::Null),
            "Math.PI" => return Ok(Value::Number(std::f64::consts::PI)),
            "function" => {
                if self.peek().is_some_and(Self::begins_name) {
                    self.name();
                    self.gap()?;
                }
                let parameters = self.parameters()?;
                return self.function(parameters, depth);
            }
            "new" if self.peek().is_some_and(Self::begins_name) => {
                let name = self.dotted_name();
                self.gap()?;
                let arguments =
                    if self.peek() == Some(b'(') { self.arguments(depth)? } else { Vec::new() };
                return Ok(Value::Call { name, arguments });
            }
            "async" | "await" | "class" | "typeof" | "void" | "yield" | "delete" => {
                return self.fail("this would have to be executed");
            }
            _ => {}
        }
        if self.peek() == Some(b'(') {
            let arguments = self.arguments(depth)?;
            return Ok(Value::Call { name, arguments });
        }
        Ok(Value::Name(name))
    }

    /// `(a, b)` of a call.
    pub fn arguments(&mut self, depth: u32) -> Read<Vec<Value>> {
        self.items(b')', depth)
    }

    /// What stands between brackets, the first of which is here.
    fn items(&mut self, close: u8, depth: u32) -> Read<Vec<Value>> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.gap()?;
            if self.take(close) {
                return Ok(items);
            }
            if self.take(b',') {
                continue;
            }
            let begun = self.at;
            let item = self.expression(depth + 1)?;
            if self.at == begun {
                return self.fail("a bracket is closed that is not open");
            }
            items.push(item);
            self.gap()?;
            if !matches!(self.peek(), Some(b',')) && self.peek() != Some(close) {
                return self.fail("a comma or a closing bracket is missing");
            }
        }
    }

    fn object(&mut self, depth: u32) -> Read<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.gap()?;
            if self.take(b'}') {
                return Ok(Value::Object(entries));
            }
            if self.take(b',') {
                continue;
            }
            entries.extend(self.entry(depth)?);
            self.gap()?;
            if !matches!(self.peek(), Some(b',' | b'}')) {
                return self.fail("a comma or a closing brace is missing");
            }
        }
    }

    /// An entry of an object; `None` for one that would have to be executed.
    fn entry(&mut self, depth: u32) -> Read<Option<(String, Value)>> {
        let begun = self.at;
        let key = match self.peek() {
            Some(b'"' | b'\'') => self.quoted()?,
            Some(byte) if Self::begins_name(byte) => self.name().to_owned(),
            Some(byte) if byte.is_ascii_digit() => {
                self.pass_number();
                self.text[begun..self.at].to_owned()
            }
            // `...rest`, `[computed]`, `*generator() {}`
            Some(b'.' | b'[' | b'*') => {
                self.wants_value = true;
                self.pass_over()?;
                return Ok(None);
            }
            _ => return self.fail("a key is missing"),
        };
        self.gap()?;
        if self.take(b':') {
            self.wants_value = true;
            let before = self.at;
            let value = self.expression(depth + 1)?;
            if self.text[before..self.at].trim().is_empty() {
                return self.fail("a value is missing");
            }
            return Ok(Some((key, value)));
        }
        if matches!(self.peek(), Some(b',' | b'}')) {
            return Ok(Some((key.clone(), Value::Name(key))));
        }
        if !matches!(self.peek(), Some(byte) if byte == b'(' || Self::begins_name(byte)) {
            return self.fail("a colon is missing");
        }
        self.pass_over()?;
        Ok(None)
    }

    fn arrow_parameters(&mut self) -> Read<Vec<String>> {
        let parameters = self.parameters()?;
        self.gap()?;
        if self.follows("=>") {
            self.at += 2;
            return Ok(parameters);
        }
        self.fail("no arrow")
    }

    fn parameters(&mut self) -> Read<Vec<String>> {
        if !self.take(b'(') {
            return self.fail("parameters are missing");
        }
        let mut parameters = Vec::new();
        loop {
            self.gap()?;
            if self.take(b')') {
                return Ok(parameters);
            }
            if !self.peek().is_some_and(Self::begins_name) {
                return self.fail("a parameter is missing");
            }
            parameters.push(self.name().to_owned());
            self.gap()?;
            if !self.take(b',') && self.peek() != Some(b')') {
                return self.fail("a comma is missing");
            }
        }
    }

    /// The body of a function: kept if it only gives something back.
    fn function(&mut self, parameters: Vec<String>, depth: u32) -> Read<Value> {
        self.gap()?;
        if !self.take(b'{') {
            let result = Box::new(self.sum(depth + 1)?);
            return Ok(Value::Function { parameters, result });
        }
        self.gap()?;
        let returns = |cursor: &mut Self| {
            if cursor.name() != "return" {
                return cursor.fail("no return");
            }
            let result = cursor.sum(depth + 1)?;
            cursor.gap()?;
            cursor.take(b';');
            cursor.gap()?;
            if cursor.take(b'}') { Ok(result) } else { cursor.fail("more than a return") }
        };
        if self.peek().is_some_and(Self::begins_name) {
            match self.attempt(returns) {
                Ok(result) => return Ok(Value::Function { parameters, result: Box::new(result) }),
                Err(error @ ScriptError::TooIntricate { .. }) => return Err(error),
                Err(_) => {}
            }
        }
        self.wants_value = true;
        loop {
            self.pass_over()?;
            match self.peek() {
                Some(b'}') => break,
                Some(b',' | b';') => self.at += 1,
                _ => return self.fail("a function is not closed"),
            }
        }
        self.at += 1;
        Ok(Value::Other)
    }
}

pub(super) fn number(value: f64) -> Option<Value> {
    value.is_finite().then_some(Value::Number(value))
}

/// Two values as one text, as far as it is known.
pub(super) fn joined(a: Value, b: Value) -> Option<Value> {
    let mut pieces = pieces(a)?;
    for piece in self::pieces(b)? {
        match (pieces.last_mut(), piece) {
            (Some(Value::Text(before)), Value::Text(text)) => before.push_str(&text),
            (Some(_), Value::Text(text)) if text.is_empty() => {}
            (_, piece) => pieces.push(piece),
        }
    }
    Some(match pieces.as_slice() {
        [Value::Text(_)] => pieces.remove(0),
        _ => Value::Joined(pieces),
    })
}

fn pieces(value: Value) -> Option<Vec<Value>> {
    Some(match value {
        Value::Joined(pieces) => pieces,
        Value::Number(number) => vec![Value::Text(number.to_string())],
        text @ (Value::Text(_) | Value::Name(_)) => vec![text],
        _ => return None,
    })
}
