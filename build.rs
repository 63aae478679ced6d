//! Makes what the browser gets (`OUT_DIR/assets`) and the faces of the documents (`OUT_DIR/fonts`)
//! out of npm packages. `ASSETS_DIST=folder` takes both from a folder instead and needs no Node.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs, io};

/// The oldest Node that the packages in package-lock.json run on.
const NODE: (u32, u32) = (20, 19);
const INPUTS: [&str; 4] = ["assets", "build.mjs", "package.json", "package-lock.json"];
const EMBEDDED: [&str; 3] = ["templates", "migrations", "curriculum"];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() {
    for input in INPUTS.iter().chain(&EMBEDDED).filter(|it| Path::new(it).exists()) {
        println!("cargo::rerun-if-changed={input}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ASSETS_DIST");
    if let Err(fault) = make() {
        for line in fault.to_string().lines() {
            println!("cargo::error={line}");
        }
    }
}

fn make() -> Outcome<()> {
    let out =
        PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this with cargo")?);
    if let Some(dist) = env::var_os("ASSETS_DIST") {
        println!("cargo::rerun-if-changed={}", Path::new(&dist).display());
        return take(Path::new(&dist), &out);
    }
    let is_made = newest(&INPUTS)? <= changed_at(&out.join("assets/manifest.json"));
    if is_made && out.join("fonts/regular.ttf").exists() {
        return Ok(());
    }
    check_node()?;
    if changed_at(Path::new("package-lock.json"))
        > changed_at(Path::new("node_modules/.package-lock.json"))
    {
        run(
            "npm",
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"].map(PathBuf::from).to_vec(),
        )?;
    }
    run("node", vec!["build.mjs".into(), out.join("assets"), out.join("fonts")])
}

/// Copies a finished build, as `node build.mjs DIST/assets DIST/fonts` leaves it.
fn take(dist: &Path, out: &Path) -> Outcome<()> {
    for part in ["assets", "fonts"] {
        let (from, to) = (dist.join(part), out.join(part));
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(&to)?;
        let files = fs::read_dir(&from).map_err(|e| {
            format!(
                "ASSETS_DIST: {} cannot be read ({e}). Make it with: node build.mjs {dist}/assets {dist}/fonts",
                from.display(),
                dist = dist.display()
            )
        })?;
        for file in files {
            let file = file?;
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}

fn check_node() -> Outcome<()> {
    let wanted = format!("Node {}.{} or newer, with npm", NODE.0, NODE.1);
    let said = Command::new("node").arg("--version").output().map_err(|e| {
        format!(
            "{wanted}, is needed to build the pages' assets; node did not start ({e}).\n\
             Install it, or set ASSETS_DIST to a folder with built assets."
        )
    })?;
    let version = String::from_utf8_lossy(&said.stdout).trim().trim_start_matches('v').to_owned();
    let mut parts = version.split('.').map_while(|it| it.parse::<u32>().ok());
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < NODE {
        return Err(
            format!("{wanted}, is needed to build the pages' assets; this is {version}.").into()
        );
    }
    Ok(())
}

fn run(program: &str, arguments: Vec<PathBuf>) -> Outcome<()> {
    let done = Command::new(program).args(arguments).output().map_err(|e| {
        format!(
            "{program} did not start ({e}). Node {}.{} or newer, with npm, is needed.",
            NODE.0, NODE.1
        )
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(format!("{program} stopped with {}:\n{}", done.status, said.trim()).into())
}

fn newest(paths: &[&str]) -> io::Result<SystemTime> {
    let mut todo: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let mut newest = SystemTime::UNIX_EPOCH;
    while let Some(path) = todo.pop() {
        newest = newest.max(changed_at(&path));
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                todo.push(entry?.path());
            }
        }
    }
    Ok(newest)
}

/// When it changed; a file that is not there is as old as can be.
fn changed_at(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|it| it.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}
