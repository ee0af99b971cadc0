//! `cargo xtask api [--check]`: the public API of the core as one text, so that every change of it is seen in a diff.

mod surface;
mod tree;

use std::fs;
use std::path::Path;

use crate::shell::{Outcome, fail};

const SNAPSHOT: &str = "core/public-api.txt";

/// Writes the snapshot, or with `check` only says whether it is what the sources say.
pub fn snapshot(root: &Path, check: bool) -> Outcome {
    let text = text(&root.join("core/src"))?;
    let path = root.join(SNAPSHOT);
    if fs::read_to_string(&path).is_ok_and(|kept| kept == text) {
        println!("api: {} lines, as kept", text.lines().count());
        return Ok(());
    }
    if check {
        return fail(format!("the public API is not the one in {SNAPSHOT}; run `cargo xtask api` and read the diff"));
    }
    fs::write(&path, text).map_err(|error| format!("{SNAPSHOT}: {error}"))?;
    println!("wrote {SNAPSHOT}");
    Ok(())
}

/// Everything that a user of the crate below `src` can name.
fn text(src: &Path) -> Result<String, String> {
    let tree = tree::Tree::read(src)?;
    Ok(prettyplease::unparse(&surface::of(&tree)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 3] = [
        (
            "lib.rs",
            "/// Doc.
            pub mod shop; mod hidden; pub use shop::Stall;
            #[cfg(test)] mod tests {}",
        ),
        (
            "shop/mod.rs",
            "mod stall; pub use stall::{Stall, Door as Gate}; pub use crate::hidden::open; pub use std::fmt::Write;
            fn inner() {} pub(crate) struct Till;",
        ),
        (
            "shop/stall.rs",
            "use std::fmt;
            #[derive(Debug, Clone)] #[serde(x)] pub struct Stall { /// How wide.
                pub width: u32, owner: String }
            pub enum Door { Open, Shut { key: u8 } }
            impl Stall { pub fn new(width: u32) -> Self { Self { width, owner: String::new() } } fn quiet(&self) {} pub const WIDEST: u32 = 9; }
            impl fmt::Display for Stall { fn fmt(&self) {} }
            impl super::super::hidden::Private for Stall {}",
        ),
    ];

    #[test]
    fn what_a_user_can_name_is_listed_and_nothing_else() {
        let src = std::env::temp_dir().join(format!("dealdesk-api-{}", std::process::id()));
        let hidden = ("hidden.rs", "pub trait Private {} pub const fn open(x: u8) -> u8 { x + 1 }");
        for (name, content) in FILES.into_iter().chain([hidden]) {
            let path = src.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let found = text(&src);
        fs::remove_dir_all(&src).unwrap();
        let expected = "\
pub use shop::Stall;
pub mod shop {
    pub enum Gate {
        Open,
        Shut { key: u8 },
    }
    #[derive(Debug, Clone)]
    pub struct Stall {
        pub width: u32,
        _private: _,
    }
    impl Stall {
        pub fn new(width: u32) -> Self {}
        pub const WIDEST: u32 = _;
    }
    impl fmt::Display for Stall {}
    pub use std::fmt::Write;
    pub const fn open(x: u8) -> u8 {}
}
";
        assert_eq!(found.unwrap(), expected);
    }
}
