//! What other crates can name, without what stands inside.

use std::collections::BTreeMap;

use syn::punctuated::Punctuated;
use syn::{Attribute, Block, Expr, Field, Fields, File, Ident, ImplItem, Item, ItemImpl, TraitItem, Type, Visibility, parse_quote};

use super::tree::{Names, Tree, as_module, is_public, leaves, name_of};

/// The crate as a file of signatures.
pub fn of(tree: &Tree) -> File {
    let exported = exported(tree);
    let items = Surface { tree, exported: &exported }.module(&Vec::new());
    File { shebang: None, attrs: Vec::new(), items }
}

/// What is defined somewhere, by the public modules that show it, and its name there.
type Exported = BTreeMap<(Names, String), String>;

fn public_modules(tree: &Tree) -> Vec<&Names> {
    let is_shown = |path: &&Names| {
        (0..path.len()).all(|depth| {
            let modules = tree.items(&path[..depth]).iter().filter_map(as_module);
            modules.filter(|module| is_public(&module.vis)).any(|module| module.ident == path[depth])
        })
    };
    tree.modules().map(|(path, _)| path).filter(is_shown).collect()
}

fn exported(tree: &Tree) -> Exported {
    let mut exported = Exported::new();
    for module in public_modules(tree) {
        for item in tree.items(module) {
            if let (Some(name), true) = (name_of(item), visibility(item).is_some_and(is_public)) {
                exported.insert((module.clone(), name.to_string()), name.to_string());
            }
            let Item::Use(shown) = item else { continue };
            for leaf in leaves(&shown.tree).into_iter().filter(|_| is_public(&shown.vis)) {
                if let Some((home, item)) = tree.resolve(module, &leaf.path) {
                    exported.entry((home, name_of(item).map(Ident::to_string).unwrap_or_default())).or_insert(leaf.name);
                }
            }
        }
    }
    exported
}

struct Surface<'t> {
    tree: &'t Tree,
    exported: &'t Exported,
}

impl Surface<'_> {
    /// What a public module shows, in order of names; the root shows by `use` what its modules show.
    fn module(&self, path: &Names) -> Vec<Item> {
        let mut shown: BTreeMap<(bool, String), Vec<Item>> = BTreeMap::new();
        for item in self.tree.items(path) {
            if let Some(module) = as_module(item).filter(|module| is_public(&module.vis)) {
                let inside = self.module(&[path.as_slice(), &[module.ident.to_string()]].concat());
                let ident = &module.ident;
                shown.insert((true, ident.to_string()), vec![parse_quote! { pub mod #ident { #(#inside)* } }]);
            } else if let Item::Use(item) = item {
                for leaf in leaves(&item.tree).into_iter().filter(|_| is_public(&item.vis)) {
                    let found = self.tree.resolve(path, &leaf.path).filter(|_| !path.is_empty());
                    let items =
                        found.map_or_else(|| vec![reexport(&leaf.path, &leaf.name)], |(home, item)| self.item(&home, item, &leaf.name));
                    shown.insert((false, leaf.name), items);
                }
            } else if let Some(name) = name_of(item).filter(|_| visibility(item).is_some_and(is_public)) {
                shown.insert((false, name.to_string()), self.item(path, item, &name.to_string()));
            }
        }
        shown.into_values().flatten().collect()
    }

    /// An item under the name by which it is shown, with its impls.
    fn item(&self, home: &Names, item: &Item, name: &str) -> Vec<Item> {
        let Some(ident) = name_of(item) else { return Vec::new() };
        let shown = without_inside(item, &Ident::new(name, ident.span()));
        let mut impls: Vec<Item> = Vec::new();
        for (module, items) in self.tree.modules() {
            for item in items {
                let Item::Impl(block) = item else { continue };
                let of = type_path(&block.self_ty).and_then(|path| self.tree.resolve(module, &path));
                if of.is_some_and(|(place, found)| place == *home && name_of(found) == Some(ident)) {
                    impls.extend(self.block(module, block));
                }
            }
        }
        let order = |block: &Item| match block {
            Item::Impl(block) => block.trait_.as_ref().map(|(_, path, _)| names(path).join("::")),
            _ => None,
        };
        impls.sort_by_cached_key(order);
        std::iter::once(shown).chain(impls).collect()
    }

    /// The public part of an impl; `None` when there is none.
    fn block(&self, module: &Names, block: &ItemImpl) -> Option<Item> {
        let mut shown = block.clone();
        shown.attrs.clear();
        if let Some((_, path, _)) = &block.trait_ {
            let hidden = |(home, item): (Names, &Item)| {
                !self.exported.contains_key(&(home, name_of(item).map(Ident::to_string).unwrap_or_default()))
            };
            if self.tree.resolve(module, &names(path)).is_some_and(hidden) {
                return None;
            }
            shown.items.clear();
            return Some(Item::Impl(shown));
        }
        shown.items.retain_mut(|item| match item {
            ImplItem::Fn(function) if is_public(&function.vis) => {
                function.attrs = kept(&function.attrs);
                function.block = nothing();
                true
            }
            ImplItem::Const(constant) if is_public(&constant.vis) => {
                constant.attrs = kept(&constant.attrs);
                constant.expr = anything();
                true
            }
            _ => false,
        });
        (!shown.items.is_empty()).then_some(Item::Impl(shown))
    }
}

/// What is from another crate, or made by a macro.
fn reexport(path: &[String], name: &str) -> Item {
    let text = match path.last() {
        Some(last) if last != name => format!("pub use {} as {name};", path.join("::")),
        _ => format!("pub use {};", path.join("::")),
    };
    syn::parse_str(&text).unwrap_or_else(|error| unreachable!("{text}: {error}"))
}

fn without_inside(item: &Item, name: &Ident) -> Item {
    let mut item = item.clone();
    match &mut item {
        Item::Const(item) => (item.attrs, item.ident, *item.expr) = (kept(&item.attrs), name.clone(), anything()),
        Item::Enum(item) => {
            (item.attrs, item.ident) = (kept(&item.attrs), name.clone());
            for variant in &mut item.variants {
                variant.attrs = kept(&variant.attrs);
                variant.fields.iter_mut().for_each(|field| field.attrs.clear());
            }
        }
        Item::Fn(item) => (item.attrs, item.sig.ident, *item.block) = (kept(&item.attrs), name.clone(), nothing()),
        Item::Struct(item) => {
            (item.attrs, item.ident) = (kept(&item.attrs), name.clone());
            hide_fields(&mut item.fields);
        }
        Item::Trait(item) => {
            (item.attrs, item.ident) = (kept(&item.attrs), name.clone());
            for part in &mut item.items {
                if let TraitItem::Fn(function) = part {
                    function.attrs = kept(&function.attrs);
                    function.default = function.default.as_ref().map(|_| nothing());
                }
            }
        }
        Item::Type(item) => (item.attrs, item.ident) = (kept(&item.attrs), name.clone()),
        _ => {}
    }
    item
}

/// Public fields, and one that stands for all others.
fn hide_fields(fields: &mut Fields) {
    let named = matches!(fields, Fields::Named(_));
    let list: &mut Punctuated<Field, _> = match fields {
        Fields::Named(fields) => &mut fields.named,
        Fields::Unnamed(fields) => &mut fields.unnamed,
        Fields::Unit => return,
    };
    let all = list.len();
    let mut shown: Vec<Field> = list.iter().filter(|field| is_public(&field.vis)).cloned().collect();
    shown.iter_mut().for_each(|field| field.attrs.clear());
    if shown.len() < all {
        let ident = named.then(|| parse_quote! { _private });
        let colon_token = named.then(Default::default);
        let (vis, mutability) = (Visibility::Inherited, syn::FieldMutability::None);
        shown.push(Field { attrs: Vec::new(), vis, mutability, ident, colon_token, ty: parse_quote! { _ } });
    }
    *list = shown.into_iter().collect();
}

/// The attributes that a user of the API feels.
fn kept(attributes: &[Attribute]) -> Vec<Attribute> {
    let felt = |attribute: &&Attribute| ["derive", "must_use", "non_exhaustive"].iter().any(|name| attribute.path().is_ident(name));
    attributes.iter().filter(felt).cloned().collect()
}

fn nothing() -> Block {
    parse_quote! { {} }
}

fn anything() -> Expr {
    parse_quote! { _ }
}

fn visibility(item: &Item) -> Option<&Visibility> {
    match item {
        Item::Const(item) => Some(&item.vis),
        Item::Enum(item) => Some(&item.vis),
        Item::Fn(item) => Some(&item.vis),
        Item::Struct(item) => Some(&item.vis),
        Item::Trait(item) => Some(&item.vis),
        Item::Type(item) => Some(&item.vis),
        _ => None,
    }
}

fn type_path(of: &Type) -> Option<Names> {
    if let Type::Path(path) = of { Some(names(&path.path)) } else { None }
}

fn names(path: &syn::Path) -> Names {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}
