//! Writes the seeds of every target to `fuzz/corpus`.

use std::fs;
use std::path::Path;

use bodies::{BODIES, Seeds};

fn main() -> std::io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = Seeds::new(&fuzz.join(".."));
    for body in BODIES {
        let folder = fuzz.join("corpus").join(body.name);
        fs::create_dir_all(&folder)?;
        for (index, seed) in (body.seeds)(&seeds).iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), seed)?;
        }
    }
    Ok(())
}
