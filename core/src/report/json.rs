//! Values as JSON text: the bytes that every runtime gives, without spaces.
//!
//! A serializer of our own, because most of what a browser loads for writing is what a general one does for each field of each
//! type: here a field is a call of [`Json::name`]. The tests hold it against `serde_json`.

use std::fmt::{self, Display, Write};

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

/// The JSON text of a value; empty when the value holds what crosses no border here, such as a float.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut json = Json { text: String::with_capacity(128), take: None };
    match value.serialize(&mut json) {
        Ok(()) => json.text,
        Err(NotWritten) => String::new(),
    }
}

/// Hands the JSON text of a value over in pieces, so that a long one is never held whole; where the value holds what crosses no border
/// here, what was written up to it.
pub(crate) fn to_json_pieces<T: Serialize + ?Sized>(value: &T, take: &mut dyn FnMut(&str)) {
    let mut json = Json { text: String::with_capacity(128), take: Some(take) };
    let _ = value.serialize(&mut json);
    let Json { text, .. } = json;
    take(&text);
}

/// How long a piece is, more or less.
const PIECE: usize = 1 << 14;

/// The text as far as it is written.
struct Json<'t> {
    text: String,
    /// Who takes it in pieces.
    take: Option<&'t mut dyn FnMut(&str)>,
}

/// Something has no JSON form.
#[derive(Debug)]
struct NotWritten;

impl Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value has no JSON form")
    }
}

impl std::error::Error for NotWritten {}

impl serde::ser::Error for NotWritten {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

type Written = Result<(), NotWritten>;

impl<'t> Json<'t> {
    /// A comma, unless this is the first in a list or an object, or the value of a name.
    fn separate(&mut self) {
        self.hand_over();
        if !matches!(self.text.as_bytes().last(), None | Some(b'[' | b'{' | b':')) {
            self.text.push(',');
        }
    }

    /// Hands over what is written, where that is a piece; all but the last letter, by which one knows what may follow.
    fn hand_over(&mut self) {
        if self.text.len() >= PIECE
            && let Some(take) = &mut self.take
            && let Some(last) = self.text.pop()
        {
            take(&self.text);
            self.text.clear();
            self.text.push(last);
        }
    }

    #[inline(never)]
    fn text(&mut self, text: &str) {
        self.text.push('"');
        self.escape(text);
        self.text.push('"');
    }

    fn escape(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
            let (plain, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.text.push_str(plain);
            self.hand_over();
            let mut letters = from.chars();
            match letters.next() {
                Some('\u{8}') => self.text.push_str("\\b"),
                Some('\t') => self.text.push_str("\\t"),
                Some('\n') => self.text.push_str("\\n"),
                Some('\u{c}') => self.text.push_str("\\f"),
                Some('\r') => self.text.push_str("\\r"),
                Some(letter @ ('"' | '\\')) => self.text.extend(['\\', letter]),
                Some(letter) => {
                    // Cannot fail: a text takes everything.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(letter));
                }
                None => {}
            }
            rest = letters.as_str();
        }
        self.text.push_str(rest);
    }

    /// The name of a field.
    #[inline(never)]
    fn name(&mut self, name: &str) {
        self.separate();
        self.text(name);
        self.text.push(':');
    }

    fn show(&mut self, value: impl Display) -> Written {
        write!(self.text, "{value}").map_err(|_| NotWritten)
    }

    /// Opens an object for a kind that holds something.
    #[inline(never)]
    fn kind(&mut self, name: &str) {
        self.text.push('{');
        self.name(name);
    }

    fn open(&mut self, begin: char, end: &'static str) -> Open<'_, 't> {
        self.text.push(begin);
        Open { json: self, end }
    }
}

/// Escapes what is written into it.
struct Escaped<'j, 't>(&'j mut Json<'t>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escape(text);
        Ok(())
    }
}

/// A list or an object whose end is not written.
struct Open<'j, 't> {
    json: &'j mut Json<'t>,
    end: &'static str,
}

impl Open<'_, '_> {
    fn entry<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.json.separate();
        value.serialize(&mut *self.json)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Written {
        self.json.name(name);
        value.serialize(&mut *self.json)
    }

    fn close(self) -> Written {
        self.json.text.push_str(self.end);
        Ok(())
    }
}

macro_rules! shown {
    ($($method:ident($type:ty);)*) => {$(
        fn $method(self, value: $type) -> Written {
            self.show(value)
        }
    )*};
}

impl<'j, 't> Serializer for &'j mut Json<'t> {
    type Ok = ();
    type Error = NotWritten;
    type SerializeSeq = Open<'j, 't>;
    type SerializeTuple = Open<'j, 't>;
    type SerializeTupleStruct = Open<'j, 't>;
    type SerializeTupleVariant = Open<'j, 't>;
    type SerializeMap = Open<'j, 't>;
    type SerializeStruct = Open<'j, 't>;
    type SerializeStructVariant = Open<'j, 't>;

    shown! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
    }

    #[expect(clippy::disallowed_types, reason = "meets a float only to refuse it")]
    fn serialize_f32(self, _: f32) -> Written {
        Err(NotWritten)
    }

    #[expect(clippy::disallowed_types, reason = "meets a float only to refuse it")]
    fn serialize_f64(self, _: f64) -> Written {
        Err(NotWritten)
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Written {
        self.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, kind: &'static str) -> Written {
        self.serialize_str(kind)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, kind: &'static str, value: &T) -> Written {
        self.kind(kind);
        value.serialize(&mut *self)?;
        self.text.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'j, 't>, NotWritten> {
        Ok(self.open('[', "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'j, 't>, NotWritten> {
        Ok(self.open('[', "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'j, 't>, NotWritten> {
        Ok(self.open('[', "]"))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, kind: &'static str, _: usize) -> Result<Open<'j, 't>, NotWritten> {
        self.kind(kind);
        Ok(self.open('[', "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'j, 't>, NotWritten> {
        Ok(self.open('{', "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'j, 't>, NotWritten> {
        Ok(self.open('{', "}"))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, kind: &'static str, _: usize) -> Result<Open<'j, 't>, NotWritten> {
        self.kind(kind);
        Ok(self.open('{', "}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Written {
        self.text.push('"');
        write!(Escaped(self), "{value}").map_err(|_| NotWritten)?;
        self.text.push('"');
        Ok(())
    }
}

macro_rules! lists {
    ($($trait:ident $method:ident;)*) => {$(
        impl $trait for Open<'_, '_> {
            type Ok = ();
            type Error = NotWritten;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.entry(value)
            }

            fn end(self) -> Written {
                self.close()
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! objects {
    ($($trait:ident)*) => {$(
        impl $trait for Open<'_, '_> {
            type Ok = ();
            type Error = NotWritten;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
                self.field(name, value)
            }

            fn end(self) -> Written {
                self.close()
            }
        }
    )*};
}

objects! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = NotWritten;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.entry(key)?;
        // Only a text can be a name.
        if self.json.text.ends_with('"') { Ok(()) } else { Err(NotWritten) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.json.text.push(':');
        value.serialize(&mut *self.json)
    }

    fn end(self) -> Written {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::{to_json, to_json_pieces};

    #[derive(Debug, Serialize)]
    enum Kind {
        Unit,
        One(Option<i64>),
        Two(u8, char),
        Named { text: String, list: Vec<Kind> },
    }

    #[derive(Debug, Serialize)]
    struct All {
        number: crate::Decimal,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<bool>,
        map: BTreeMap<String, (u64, ())>,
        kinds: Vec<Kind>,
    }

    proptest! {
        #[test]
        fn writes_what_serde_json_writes(text in "(?s).{0,20}", number in any::<i64>(), letter in any::<char>(), flag in any::<Option<bool>>()) {
            let all = All {
                number: number.into(),
                absent: flag,
                map: [(text.clone(), (number.unsigned_abs(), ())), (String::new(), (0, ()))].into(),
                kinds: vec![
                    Kind::Unit,
                    Kind::One(Some(number)),
                    Kind::One(None),
                    Kind::Two(7, letter),
                    Kind::Named { text, list: vec![Kind::Named { text: "\u{1f}\u{7f}\"\\\n".to_owned(), list: Vec::new() }] },
                ],
            };
            prop_assert_eq!(to_json(&all), serde_json::to_string(&all).unwrap());
            // Long enough for several pieces.
            let many: Vec<&All> = std::iter::repeat_n(&all, 200).collect();
            let mut pieces = Vec::new();
            to_json_pieces(&many, &mut |piece| pieces.push(piece.to_owned()));
            prop_assert!(pieces.len() > 1);
            prop_assert_eq!(pieces.concat(), serde_json::to_string(&many).unwrap());
        }
    }

    #[test]
    fn a_float_has_no_form() {
        assert_eq!(to_json(&vec![1.5]), "");
    }
}
