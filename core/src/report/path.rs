//! Where in the input: JSON pointers (RFC 6901).

use std::fmt;

/// A place in a JSON document, kept as a chain on the stack; it becomes text only when a problem is reported there.
///
/// ```
/// use dealdesk::report::Path;
/// let products = Path::ROOT.field("products");
/// assert_eq!(products.index(3).field("unit").to_string(), "/products/3/unit");
/// assert_eq!(Path::ROOT.field("a/b~").to_string(), "/a~1b~0");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: Segment<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Segment<'a> {
    Root,
    Field(&'a str),
    Index(usize),
    /// A pointer that was already text.
    Pointer(&'a str),
}

impl Path<'static> {
    /// The whole document.
    pub const ROOT: Path<'static> = Path { parent: None, segment: Segment::Root };
}

impl<'a> Path<'a> {
    /// A field of the object at this place.
    #[must_use]
    pub const fn field(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), segment: Segment::Field(name) }
    }

    /// An entry of the array at this place, counted from 0.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), segment: Segment::Index(index) }
    }

    /// The place that a JSON pointer names.
    #[must_use]
    pub const fn pointer(pointer: &'a str) -> Path<'a> {
        Path { parent: None, segment: Segment::Pointer(pointer) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            fmt::Display::fmt(parent, f)?;
        }
        match self.segment {
            Segment::Root => Ok(()),
            Segment::Pointer(text) => f.write_str(text),
            Segment::Index(index) => write!(f, "/{index}"),
            Segment::Field(name) if name.contains(['~', '/']) => write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Segment::Field(name) => write!(f, "/{name}"),
        }
    }
}
