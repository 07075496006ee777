//! Hands the stubs to maturin, which packs them beside the module, and a flag to the linker.
//!
//! maturin's plain `include` keeps a file's path from the project's root, and a symbolic link
//! in the package is a text file in a checkout on Windows: `OUT_DIR` is the one place from
//! which it packs under another name.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        // Room for whoever gives the library another place (pyca/cryptography#14777).
        println!("cargo::rustc-cdylib-link-arg=-Wl,-headerpad_max_install_names");
    }
    let stubs = Path::new("stubs").join(env!("CARGO_PKG_NAME"));
    println!("cargo::rerun-if-changed={}", stubs.display());

    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    // Made anew, or a stub that was deleted would be packed for ever.
    fs::remove_dir_all(&out)?;
    fs::create_dir(&out)?;
    for stub in fs::read_dir(&stubs)? {
        let stub = stub?;
        fs::copy(stub.path(), Path::new(&out).join(stub.file_name()))?;
    }
    Ok(())
}
