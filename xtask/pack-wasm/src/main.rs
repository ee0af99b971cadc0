//! `pack-wasm <module.wasm> <folder>`: writes the module and its JavaScript, as `wasm-bindgen --target web` does.
//!
//! A program of its own, so that the other commands of xtask need not compile wasm-bindgen.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        eprintln!("pack-wasm <module.wasm> <folder>");
        return ExitCode::FAILURE;
    };
    match pack(module, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn pack(module: &str, folder: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).typescript(false).out_name("dealdesk_wasm").omit_default_module_path(false);
    bindgen.web(true).map_err(|error| error.to_string())?.generate(folder).map_err(|error| error.to_string())
}
