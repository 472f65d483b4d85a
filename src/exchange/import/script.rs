//! A small, strict reader of JavaScript that executes nothing: it finds the literals that a project's settings are written
//! in. JSON is read too.
//!
//! Understood are object and list literals with comments, single quotes, unquoted keys and trailing commas, templates,
//! sums of texts, products of numbers, `Math.PI`, calls as such, and functions that only put an address together. All else
//! is [`Value::Other`]. Sans-IO; memory and work are bounded by the length of the text and by the limits below.

use super::cursor::Cursor;

/// Deepest nesting of brackets.
pub const MOST_DEEP: u32 = 64;
/// Most values of one text.
pub const MOST_VALUES: usize = 1_000_000;

/// What stands in a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null` or `undefined`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// `[…]`.
    List(Vec<Value>),
    /// `{…}`, in order; keys may be there twice.
    Object(Vec<(String, Value)>),
    /// `name(…)` or `new name(…)`.
    Call {
        /// The name with its dots.
        name: String,
        /// What stands between the brackets.
        arguments: Vec<Value>,
    },
    /// A name whose value stands elsewhere.
    Name(String),
    /// A template or a sum: texts, numbers and names.
    Joined(Vec<Value>),
    /// A function that only gives back `result`.
    Function {
        /// Its parameters.
        parameters: Vec<String>,
        /// What it gives back.
        result: Box<Value>,
    },
    /// Something that would have to be executed.
    Other,
}

impl Value {
    /// The last value under a key of an object, as in JavaScript.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// As a number.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// As a text.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// As a list; empty for anything else.
    pub fn list(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// As an object's entries; empty for anything else.
    pub fn entries(&self) -> &[(String, Self)] {
        if let Self::Object(entries) = self { entries } else { &[] }
    }

    /// What it directly holds.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::List(items) | Self::Call { arguments: items, .. } => Box::new(items.iter()),
            Self::Object(entries) => Box::new(entries.iter().map(|(_, value)| value)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

/// A script cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// It is no JavaScript, or something is not closed.
    #[error("line {line}: {what}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What was expected.
        what: &'static str,
    },
    /// Too deep or too long.
    #[error(
        "line {line}: the nesting is deeper than {MOST_DEEP}, or there are more than {MOST_VALUES} values"
    )]
    TooIntricate {
        /// From 1.
        line: usize,
    },
}

/// What was found in a script, outermost first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// `name = value`, also with `var`, `let` and `const`. A text that is one value has the empty name.
    pub bindings: Vec<(String, Value)>,
    /// Calls that stand alone.
    pub calls: Vec<Value>,
    /// The first thing that could not be read.
    pub mistake: Option<ScriptError>,
}

/// Reads a script or a JSON document.
pub fn read(text: &str) -> Result<Script, ScriptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole = whole(text);
    if let Ok(Some(value)) = whole {
        return Ok(Script { bindings: vec![(String::new(), value)], ..Script::default() });
    }
    let mut script = scan(text)?;
    script.mistake = whole.err().or(script.mistake);
    Ok(script)
}

/// The text as one value; `None` where it is none.
fn whole(text: &str) -> Result<Option<Value>, ScriptError> {
    let mut cursor = Cursor::new(text);
    cursor.gap()?;
    if !matches!(cursor.peek(), Some(b'{' | b'[')) {
        return Ok(None);
    }
    let value = cursor.sum(0)?;
    cursor.gap()?;
    Ok(cursor.is_at_end().then_some(value))
}

/// Goes through a script, statement by statement and into every block.
fn scan(text: &str) -> Result<Script, ScriptError> {
    let mut cursor = Cursor::new(text);
    let mut script = Script::default();
    // What is read more than once: a function's body is looked into after it was passed over, and after a mistake the
    // reader goes on behind its first character.
    let (mut twice, most_twice) = (0, 16 * text.len() + (1 << 20));
    while !cursor.is_at_end() {
        let begun = cursor.place();
        cursor.measure();
        let behind = match statement(&mut cursor, &mut script) {
            Ok(None) => continue,
            Ok(Some(body)) => body,
            Err(error @ ScriptError::TooIntricate { .. }) => return Err(error),
            // Something that only a whole JavaScript reader understands: what follows may still be readable.
            Err(mistake) => {
                script.mistake.get_or_insert(mistake);
                begun
            }
        };
        twice += cursor.furthest() - behind;
        if twice > most_twice {
            return Err(ScriptError::TooIntricate { line: cursor.line() });
        }
        if behind == begun {
            cursor.go_behind(begun);
        } else {
            cursor.go_to(behind);
        }
    }
    Ok(script)
}

/// Takes an assignment, a call, or one token. Answers where there is more to look into.
fn statement(cursor: &mut Cursor<'_>, script: &mut Script) -> Result<Option<usize>, ScriptError> {
    cursor.gap()?;
    if !cursor.peek().is_some_and(Cursor::begins_name) {
        cursor.token()?;
        return Ok(None);
    }
    let name = cursor.dotted_name();
    cursor.gap()?;
    let (value, body) = if cursor.takes_assignment() {
        let body = cursor.place();
        (cursor.attempt(|cursor| cursor.expression(0))?, body)
    } else if cursor.peek() == Some(b'(') {
        let body = cursor.place() + 1;
        let arguments = cursor.attempt(|cursor| cursor.arguments(0));
        match arguments {
            Ok(arguments) => (Value::Call { name: String::new(), arguments }, body),
            Err(error @ ScriptError::TooIntricate { .. }) => return Err(error),
            Err(_) => {
                cursor.go_to(body);
                return Ok(None);
            }
        }
    } else {
        return Ok(None);
    };
    let again = (!is_settled(&value)).then_some(body);
    match value {
        Value::Call { name: nameless, arguments } if nameless.is_empty() => {
            script.calls.push(Value::Call { name, arguments });
        }
        value => script.bindings.push((name, value)),
    }
    Ok(again)
}

/// Whether nothing in it was passed over that may hold more.
fn is_settled(value: &Value) -> bool {
    match value {
        Value::Other | Value::Function { .. } => false,
        value => value.children().all(is_settled),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Value {
        let script = read(text).unwrap();
        script.bindings.into_iter().next().map(|(_, value)| value).unwrap()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn what_people_write_is_read() {
        let found = value(
            "/* ours */ var APP_DATA = { // scenes\n 'name': 'It\\'s', \"n\": -1.5e2, hex: 0x10, list: [1, 2, ],\n \
             half: Math.PI / 2, on: true, no: undefined, 房: `a\n${'b'}`, };",
        );
        assert_eq!(found.get("name"), Some(&text("It's")));
        assert_eq!(found.get("n"), Some(&Value::Number(-150.0)));
        assert_eq!(found.get("hex"), Some(&Value::Number(16.0)));
        assert_eq!(found.get("list").unwrap().list().len(), 2);
        assert_eq!(found.get("half"), Some(&Value::Number(std::f64::consts::FRAC_PI_2)));
        assert_eq!(found.get("no"), Some(&Value::Null));
        assert_eq!(found.get("房"), Some(&text("a\nb")));
    }

    #[test]
    fn what_must_be_executed_is_passed_over() {
        let found = value(
            "x = { a: f(1)[2], b: x ? '{' : /[}/]/, c: 1, d() { return {} }, get e() { return 1 }, ...rest, \
             g: async () => { await 1 }, h: 2, i: a.b?.c ?? 3, 'k': 4 }",
        );
        for (key, number) in [("c", 1.0), ("h", 2.0), ("k", 4.0)] {
            assert_eq!(found.get(key), Some(&Value::Number(number)), "{key}");
        }
        for key in ["a", "b", "g", "i"] {
            assert_eq!(found.get(key), Some(&Value::Other), "{key}");
        }
    }

    #[test]
    fn functions_that_give_an_address_are_kept() {
        for script in [
            "t = (face, col, row) => `a/${face}_${col}_${row}.jpg`",
            "t = (face, col, row) => { return `a/${face}_${col}_${row}.jpg`; }",
            "t = function (face, col, row) { return 'a/' + face + '_' + col + '_' + row + '.jpg' }",
        ] {
            let Value::Function { parameters, result } = value(script) else { panic!("{script}") };
            assert_eq!(parameters, ["face", "col", "row"]);
            let Value::Joined(pieces) = *result else { panic!("{script}") };
            assert_eq!(pieces[1], Value::Name("face".into()));
            assert_eq!(pieces.last(), Some(&text(".jpg")));
        }
    }

    #[test]
    fn calls_are_found_in_functions_and_beside_other_code() {
        let script = read(
            "(function () { 'use strict'; if (a < b && /=\\//.test(c)) { go({ x: 1 }) } \
             window.onload = function () { pannellum.viewer('panorama', { \"type\": 'equirectangular' }); }; })();",
        )
        .unwrap();
        let call = |wanted: &str| {
            script
                .calls
                .iter()
                .find(|call| matches!(call, Value::Call { name, .. } if name == wanted))
        };
        assert!(call("go").is_some());
        let Some(Value::Call { arguments, .. }) = call("pannellum.viewer") else { panic!() };
        assert_eq!(arguments[1].get("type"), Some(&text("equirectangular")));
    }

    #[test]
    fn hostile_depth_and_length_end_soon() {
        for text in [
            "[".repeat(100_000),
            format!("x={}", "{a:".repeat(30_000)),
            format!("x={}", "(".repeat(30_000)),
            "a(".repeat(30_000),
            "a=function(){".repeat(5_000),
            "a=>".repeat(20_000),
            format!("x={}1", "-".repeat(30_000)),
            format!("x={}", "`${".repeat(20_000)),
            "x=[[1],".repeat(10_000),
            format!("x=[{}]", "1,".repeat(1_100_000)),
        ] {
            let begun = &text[..20];
            let found = read(&text);
            assert!(
                found.is_err() || found.is_ok_and(|script| script.bindings.len() < 300_000),
                "{begun}"
            );
        }
    }

    #[test]
    fn mistakes_name_their_line() {
        let error = read("{\n\"a\": 1,\n\"b\": \"open\n}").unwrap().mistake.unwrap();
        assert!(error.to_string().starts_with("line 3"), "{error}");
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            (-1e12..1e12_f64).prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "\\PC{0,12}|[\\x00-\\x7f]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("\\PC{0,8}", inner, 0..6)
                    .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn as_json(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Flag(flag) => (*flag).into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.clone().into(),
            Value::List(items) => items.iter().map(as_json).collect(),
            Value::Object(entries) => serde_json::Value::Object(
                entries.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
            ),
            other => panic!("{other:?}"),
        }
    }

    /// Numbers as JavaScript knows them.
    fn plain(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(number) => number.as_f64().into(),
            serde_json::Value::Array(items) => items.into_iter().map(plain).collect(),
            serde_json::Value::Object(entries) => serde_json::Value::Object(
                entries.into_iter().map(|(key, value)| (key, plain(value))).collect(),
            ),
            other => other,
        }
    }

    proptest! {
        #[test]
        fn json_is_read_as_json(json in json(), is_pretty: bool) {
            let text = if is_pretty { format!("{json:#}") } else { json.to_string() };
            let found = value(&format!("var x = {text};"));
            prop_assert_eq!(as_json(&found), plain(json));
        }

        #[test]
        fn any_text_ends(text in "\\PC{0,200}") {
            let _any_answer = read(&text);
        }

        #[test]
        fn almost_scripts_end(text in "[ \\n{}\\[\\]()'\"`$/*+:;,.=>a1n\\\\-]{0,120}") {
            let _any_answer = read(&text);
        }

        #[test]
        fn cut_scripts_end(json in json(), share in 0.0..1.0_f64) {
            let text = format!("var x = {json}; call({json})");
            let mut end = (text.len() as f64 * share) as usize;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let _any_answer = read(&text[..end]);
        }
    }
}
