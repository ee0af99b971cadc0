//! The modules of a crate as their files say, and what a name in one of them means.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::{Ident, Item, ItemMod, UseTree, Visibility};

/// A path from the root of the crate: modules, then at most one name.
pub type Names = Vec<String>;

/// Longer chains of re-exports are a circle.
const LONGEST_CHAIN: usize = 20;

/// Every module, by its path.
#[derive(Default)]
pub struct Tree {
    modules: BTreeMap<Names, Vec<Item>>,
}

/// One name that a `use` brings in.
pub struct Import {
    /// The name in the module.
    pub name: String,
    /// What it stands for, as written.
    pub path: Names,
}

impl Tree {
    /// Reads a crate from its `lib.rs` on.
    pub fn read(src: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.read_file(&src.join("lib.rs"), src, Vec::new())?;
        Ok(tree)
    }

    /// `folder` is where the files of child modules are.
    fn read_file(&mut self, file: &Path, folder: &Path, path: Names) -> Result<(), String> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let parsed = syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        self.add(parsed.items, folder, path)
    }

    fn add(&mut self, items: Vec<Item>, folder: &Path, path: Names) -> Result<(), String> {
        for module in items.iter().filter_map(as_module) {
            let name = module.ident.to_string();
            let inside = [path.as_slice(), std::slice::from_ref(&name)].concat();
            let (folder, flat) = (folder.join(&name), folder.join(format!("{name}.rs")));
            match &module.content {
                Some((_, items)) => self.add(items.clone(), &folder, inside)?,
                None if flat.exists() => self.read_file(&flat, &folder, inside)?,
                None => self.read_file(&folder.join("mod.rs"), &folder, inside)?,
            }
        }
        self.modules.insert(path, items);
        Ok(())
    }

    /// Every module with what stands in it.
    pub fn modules(&self) -> impl Iterator<Item = (&Names, &[Item])> {
        self.modules.iter().map(|(path, items)| (path, items.as_slice()))
    }

    /// What stands in a module.
    pub fn items(&self, module: &[String]) -> &[Item] {
        self.modules.get(module).map_or(&[], Vec::as_slice)
    }

    /// Where that is defined which a path means inside a module; `None` when it is from another crate, or made by a macro.
    pub fn resolve(&self, module: &[String], path: &[String]) -> Option<(Names, &Item)> {
        self.follow(module.to_vec(), path.to_vec(), LONGEST_CHAIN)
    }

    fn follow(&self, mut module: Names, mut path: Names, left: usize) -> Option<(Names, &Item)> {
        let left = left.checked_sub(1)?;
        while path.len() > 1 {
            let first = path.remove(0);
            match first.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => drop(module.pop()?),
                _ => {
                    let child = [module.as_slice(), std::slice::from_ref(&first)].concat();
                    if self.modules.contains_key(&child) {
                        module = child;
                    } else {
                        let import = imports(self.items(&module)).find(|import| import.name == first)?;
                        return self.follow(module, [import.path, path].concat(), left);
                    }
                }
            }
        }
        let name = path.pop()?;
        if let Some(item) = self.items(&module).iter().find(|item| name_of(item).is_some_and(|ident| *ident == name)) {
            return Some((module, item));
        }
        let import = imports(self.items(&module)).find(|import| import.name == name)?;
        self.follow(module, import.path, left)
    }
}

/// A module that belongs to the crate as users get it.
pub fn as_module(item: &Item) -> Option<&ItemMod> {
    let Item::Mod(module) = item else { return None };
    let condition = module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
    (!condition).then_some(module)
}

/// Whether other crates may name it where it stands.
pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The name of what has a name and is no module.
pub fn name_of(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        _ => None,
    }
}

/// Every name that the items of a module bring in.
fn imports(items: &[Item]) -> impl Iterator<Item = Import> {
    items.iter().filter_map(|item| if let Item::Use(item) = item { Some(leaves(&item.tree)) } else { None }).flatten()
}

/// Every name of one `use`.
pub fn leaves(tree: &UseTree) -> Vec<Import> {
    match tree {
        UseTree::Path(path) => {
            let below = leaves(&path.tree).into_iter();
            below.map(|leaf| Import { path: [vec![path.ident.to_string()], leaf.path].concat(), ..leaf }).collect()
        }
        UseTree::Name(name) => vec![Import { name: name.ident.to_string(), path: vec![name.ident.to_string()] }],
        UseTree::Rename(rename) => vec![Import { name: rename.rename.to_string(), path: vec![rename.ident.to_string()] }],
        UseTree::Glob(_) => Vec::new(),
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}
