//! Building the bindings, each into the place where its language finds it.

use std::fs;
use std::path::Path;

use crate::setup::Tools;
use crate::shell::{Outcome, cargo, fail, shell};

/// What the browser package takes over from the Node package: the same JavaScript and the same types.
const SHARED: [&str; 5] = ["rulebook.js", "rulebook.d.ts", "ops.js", "ops.d.ts", "types.d.ts"];
/// What is the browser package's own.
const OWN: [&str; 5] = ["package.json", "index.js", "index.d.ts", "native.js", "README.md"];

/// What rustc uses of WebAssembly, and browsers have. With more, wasm-opt writes forms that they do not read yet.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The most that the module for browsers may have, gzipped: little above what it has, so that growth is noticed. It is lowered when the
/// module gets smaller, and raised only with a capability (611,000 bytes before tariffs, charges and stacked taxes, 794,000
/// after, 917,000 with promotions on units, coupons, overrides and guards, 1,312,000 with the stock engine: promises, sourcing, replanning,
/// supply proposals, 1,518,000 with lots, kits, quotas, zones and returns, 1,578,000 with documents in several currencies, sourcing of what is
/// on its way, kits in plans and changes of owner, 1,641,000 with kits that are sourced apart, replanning on terms, quotas that are
/// reconciled, roundings and approvals by currency, 1,660,000 with exact figures of every step in the rounding report, and attributes that
/// are amounts).
const MOST_BYTES: usize = 1_670_000;

/// All three.
pub fn everything(root: &Path, tools: &Tools) -> Outcome {
    python(root, tools)?;
    node(root)?;
    wasm(root, tools)
}

/// Into the virtual environment, with maturin.
pub fn python(root: &Path, tools: &Tools) -> Outcome {
    let home = tools.python.parent().and_then(Path::parent).unwrap_or(root);
    let develop = shell(&tools.python, &["-m", "maturin", "develop", "--quiet", "--manifest-path"]);
    develop
        .with(root.join("bindings-python/Cargo.toml"))
        .within(root)
        .env("VIRTUAL_ENV", home)
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .run()
}

/// As `bindings-node/dealdesk.node`.
pub fn node(root: &Path) -> Outcome {
    cargo(&["build", "--quiet", "--package", "dealdesk-node"]).within(root).run()?;
    let library = if cfg!(target_os = "macos") {
        "libdealdesk_node.dylib"
    } else if cfg!(windows) {
        "dealdesk_node.dll"
    } else {
        "libdealdesk_node.so"
    };
    copy(&root.join("target/debug").join(library), &root.join("bindings-node/dealdesk.node"))
}

/// As the package `bindings-wasm/pkg`: the module optimized, its JavaScript, the shim and the types.
pub fn wasm(root: &Path, tools: &Tools) -> Outcome {
    let target = ["--profile", "wasm", "--target", "wasm32-unknown-unknown"];
    cargo(&["build", "--quiet", "--package", "dealdesk-wasm"]).args(&target).within(root).run()?;
    let built = root.join("target/wasm32-unknown-unknown/wasm/dealdesk_wasm.wasm");
    let package = root.join("bindings-wasm/pkg");
    let module = package.join("dealdesk_wasm_bg.wasm");
    let packed = root.join("target/xtask/packed.wasm");
    if !module.exists() || fs::read(&built).ok() != fs::read(&packed).ok() {
        pack(root, tools, &built, &module)?;
        copy(&built, &packed)?;
    }
    let shared = SHARED.iter().map(|name| ("bindings-node", name));
    for (folder, name) in shared.chain(OWN.iter().map(|name| ("bindings-wasm", name))) {
        copy(&root.join(folder).join(name), &package.join(name))?;
    }
    size(&module)
}

fn pack(root: &Path, tools: &Tools, built: &Path, module: &Path) -> Outcome {
    let package = module.parent().unwrap_or(root);
    let _ = fs::remove_dir_all(package);
    fs::create_dir_all(package).map_err(|error| error.to_string())?;
    cargo(&["run", "--quiet", "--package", "pack-wasm", "--"]).with(built).with(package).within(root).run()?;
    let optimize = shell("node", &[]).with(tools.node.join("binaryen/bin/wasm-opt"));
    optimize.args(&["-Os", "--strip-debug", "--strip-producers"]).args(&FEATURES).with(module).with("-o").with(module).run()
}

/// Says how large the module is, and stops when it has grown.
fn size(module: &Path) -> Outcome {
    let script = "const {readFileSync} = require('fs'), {gzipSync} = require('zlib'), module = readFileSync(process.argv[1]);
        console.log(module.length, gzipSync(module, {level: 9}).length)";
    let sizes = shell("node", &["-e", script]).with(module).read()?;
    let (plain, zipped) = sizes.trim().split_once(' ').unwrap_or_default();
    println!("wasm: {plain} bytes, {zipped} gzipped");
    if zipped.parse().is_ok_and(|bytes: usize| bytes <= MOST_BYTES) {
        return Ok(());
    }
    fail(format!("the module for browsers has {zipped} bytes gzipped; {MOST_BYTES} are allowed, and the goal is 250000"))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to).map(|_| ()).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}
