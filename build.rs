//! Bundles the console's stylesheets and scripts, names each file by its content, and packs it for the wire.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The order of the stylesheets: that of their layers, then the parts.
const STYLES: [&str; 10] = [
    "css/reset.css",
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components/buttons.css",
    "css/components/forms.css",
    "css/components/status.css",
    "css/components/cards.css",
    "css/components/tables.css",
    "css/components/pages.css",
];

const SCRIPTS: [&str; 2] = ["js/htmx.min.js", "js/app.js"];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-changed=static");
    println!("cargo::rerun-if-changed=build.rs");
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("static");
    let out = env::var("OUT_DIR")?;
    let target = Path::new(&out).join("static");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;

    let layers = "@layer reset, tokens, base, layout, components;\n";
    let css = without_indent(&(layers.to_owned() + &bundle(&source, &STYLES)?));
    let js = bundle(&source, &SCRIPTS)?;
    let icons = fs::read_to_string(source.join("img/icons.svg"))?;
    let favicon = fs::read_to_string(source.join("img/favicon.svg"))?;

    let mut table = String::new();
    for (constant, stem, ending, content, what) in [
        ("CSS", "app", "css", &css, "stylesheet"),
        ("JS", "app", "js", &js, "script: htmx, then the console's own"),
        ("ICONS", "icons", "svg", &icons, "sprite of icons; add `#name`"),
        ("FAVICON", "favicon", "svg", &favicon, "mark"),
    ] {
        let name = pack(&target, stem, ending, content.as_bytes())?;
        writeln!(table, "/// Address of the {what}.")?;
        writeln!(table, "pub const {constant}: &str = \"/static/{name}\";")?;
    }
    fs::write(Path::new(&out).join("assets.rs"), table)?;
    Ok(())
}

fn bundle(source: &Path, names: &[&str]) -> Outcome<String> {
    let mut all = String::new();
    for name in names {
        all.push_str(&fs::read_to_string(source.join(name))?);
        all.push('\n');
    }
    Ok(all)
}

/// A stylesheet without indents and empty lines; words and strings stay as they are.
fn without_indent(css: &str) -> String {
    css.lines().map(str::trim).filter(|line| !line.is_empty()).fold(String::new(), |all, line| all + line + "\n")
}

/// Writes `stem.HASH.ending` and its `.br` and `.gz`; returns its name.
fn pack(target: &Path, stem: &str, ending: &str, content: &[u8]) -> Outcome<String> {
    let digest = Sha256::digest(content);
    let hash = digest.iter().take(6).fold(String::new(), |all, byte| all + &format!("{byte:02x}"));
    let name = format!("{stem}.{hash}.{ending}");
    fs::write(target.join(&name), content)?;

    let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut brotli, &params)?;
    fs::write(target.join(format!("{name}.br")), brotli)?;

    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    fs::write(target.join(format!("{name}.gz")), gzip.finish()?)?;
    Ok(name)
}
