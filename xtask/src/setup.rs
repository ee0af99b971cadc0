//! `cargo xtask setup`: what the other commands need beyond Rust, Python 3 and Node. What is there already is left alone.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{Outcome, cargo, fail, shell};

/// The tools that were set up.
pub struct Tools {
    /// The Python of a virtual environment of ours.
    pub python: PathBuf,
    /// Where the npm packages of ours are.
    pub node: PathBuf,
    /// A browser.
    pub chromium: PathBuf,
}

/// Sets up everything that is missing.
pub fn everything(root: &Path) -> Result<Tools, String> {
    rust()?;
    Ok(Tools { python: python(root)?, node: node(root)?, chromium: chromium()? })
}

/// The WASM target, clippy and rustfmt of the pinned toolchain.
pub fn rust() -> Outcome {
    let target = shell("rustc", &["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).read()?;
    if !Path::new(target.trim()).is_dir() {
        shell("rustup", &["target", "add", "wasm32-unknown-unknown"]).run()?;
    }
    for (component, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !cargo(&[command, "--version"]).works() {
            shell("rustup", &["component", "add", component]).run()?;
        }
    }
    Ok(())
}

/// A virtual environment with the packages of `xtask/python/requirements.txt`; gives its Python.
pub fn python(root: &Path) -> Result<PathBuf, String> {
    let home = root.join("target/xtask/venv");
    let python = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = root.join("xtask/python/requirements.txt");
    let stamp = home.join("dealdesk-requirements.txt");
    if python.exists() && same(&requirements, &stamp) {
        return Ok(python);
    }
    let system = ["python3", "python"].into_iter().find(|name| shell(name, &["--version"]).works());
    let Some(system) = system else { return fail("Python 3 is needed and was not found: install it and try again") };
    let made = |quiet: bool| {
        let create = shell(system, &["-m", "venv"]).with(&home);
        if quiet { create.works() } else { create.run().is_ok() }
    };
    if !made(true) {
        apt_get("python3-venv", "Python's `venv` module")?;
        if !made(false) {
            return fail("the virtual environment cannot be created");
        }
    }
    shell(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).with(&requirements).run()?;
    fs::copy(&requirements, &stamp).map_err(|error| error.to_string())?;
    Ok(python)
}

/// The npm packages that the browser page shows, and those of our own tools; gives the folder of the latter.
pub fn node(root: &Path) -> Result<PathBuf, String> {
    packages(&root.join("examples/web"))?;
    packages(&root.join("xtask/node"))
}

/// The npm packages of a folder's `package-lock.json`; gives where they are.
fn packages(home: &Path) -> Result<PathBuf, String> {
    let modules = home.join("node_modules");
    let (lock, stamp) = (home.join("package-lock.json"), modules.join(".dealdesk-lock.json"));
    if !same(&lock, &stamp) {
        if !shell("node", &["--version"]).works() {
            return fail("Node 20 or newer is needed and was not found: install it and try again");
        }
        shell("npm", &["ci", "--no-fund", "--no-audit"]).within(home).run()?;
        fs::copy(&lock, &stamp).map_err(|error| error.to_string())?;
    }
    Ok(modules)
}

/// A browser of the Chromium family: `$CHROMIUM`, one on the path, or Debian's.
pub fn chromium() -> Result<PathBuf, String> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    apt_get("chromium", "Chromium")?;
    find_chromium().ok_or_else(|| "Chromium was installed, yet there is no `chromium` on the path".to_owned())
}

fn find_chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.into_iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// The database of `examples/warehouse`: Debian's PostgreSQL. Where it cannot be installed, that example keeps its stock in SQLite.
pub fn postgresql() {
    if Path::new("/usr/lib/postgresql").is_dir() {
        return;
    }
    if let Err(problem) = apt_get("postgresql", "PostgreSQL") {
        println!("{problem}; going on with SQLite alone");
    }
}

/// Installs one of Debian's packages, when we may.
fn apt_get(package: &str, what: &str) -> Outcome {
    let root = shell("id", &["-u"]).read().is_ok_and(|user| user.trim() == "0");
    if !root || !shell("apt-get", &["--version"]).works() {
        return fail(format!("{what} is needed and was not found: install it (on Debian `apt-get install {package}`) and try again"));
    }
    shell("apt-get", &["update", "-qq"]).run()?;
    let install = shell("apt-get", &["install", "-y", "-qq", "--no-install-recommends", package]);
    install.env("DEBIAN_FRONTEND", "noninteractive").run()
}

/// Whether both files are there and hold the same.
fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}
