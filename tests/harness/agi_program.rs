//! Programs of ours as AGI scripts of a real Asterisk.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::live::Server;

/// What this process has put in place already; the server may have it from one before.
static INSTALLED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Puts a program among the server's AGI scripts, and gives the name by which the dialplan runs it.
///
/// The server sees only its root folder, whose C library is another than the one that the program was
/// built with. So the program's own libraries go with it, and a script runs it with those.
///
/// # Panics
///
/// When there is no such program, or the server's folder is not known (`ASTERISK_DIR`) or not writable.
#[must_use]
pub fn install(server: &Server, program: &Path) -> String {
    let name = program.file_name().and_then(|name| name.to_str()).expect("a program has a name");
    let folder = server.folder().join("agi-bin");
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !installed.insert(folder.join(name)) {
        return name.to_owned();
    }
    let private = folder.join(format!("{name}.d"));
    fs::create_dir_all(&private).expect("a folder of the server's");
    let libraries = libraries(program);
    for file in libraries.iter().map(PathBuf::as_path).chain([program]) {
        put(&private, file_name(file), |to| fs::copy(file, to).map(drop));
    }
    let mut names = libraries.iter().map(|library| file_name(library));
    let loader = names.find(|name| name.starts_with("ld-"));
    // Without one it is linked statically.
    let loader = loader
        .map(|loader| format!("\"$here/{loader}\" --library-path \"$here\" "))
        .unwrap_or_default();
    let script = format!("#!/bin/sh\nhere=${{0}}.d\nexec {loader}\"$here/{name}\" \"$@\"\n");
    put(&folder, name, |to| fs::write(to, &script));
    name.to_owned()
}

/// The example of this name, which was built beside the tests.
///
/// # Panics
///
/// When it was not.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test.ancestors().nth(2).map(PathBuf::from).unwrap_or_default();
    let example = folder.join("examples").join(name);
    assert!(example.exists(), "{} is missing: cargo build --examples", example.display());
    example
}

/// Writes a file that may be run, and is complete from the moment it is there.
fn put(folder: &Path, name: &str, write: impl FnOnce(&Path) -> std::io::Result<()>) {
    let new = folder.join(format!("{name}.new"));
    let written = write(&new)
        .and_then(|()| fs::set_permissions(&new, Permissions::from_mode(0o755)))
        .and_then(|()| fs::rename(&new, folder.join(name)));
    written.expect("the server's folder is writable");
}

/// The libraries that a program is loaded with, the loader included.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let output = Command::new("ldd").arg(program).output().expect("ldd is part of the C library");
    let said = String::from_utf8_lossy(&output.stdout);
    let paths = said.split_whitespace().filter(|word| word.starts_with('/'));
    paths
        .map(|path| PathBuf::from(path.trim_end_matches(':')))
        .filter(|path| path != program)
        .collect()
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
