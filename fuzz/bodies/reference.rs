//! Bytes are an image reference.

use certsd_lint::containerd::{Release, reference};

use super::printable::assert_printable;
use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "reference",
    run,
    seeds,
};

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for release in Release::newest() {
        match reference::parse(release, &text) {
            // A reference in full is read as itself, and leads nowhere else on the disk or in a URL.
            Ok(found) => {
                let full = found.to_string();
                assert_printable("a reference", &full);
                assert!(!full.contains(['\\', '?', '#', '%', ' ']), "{full:?}");
                assert!(!found.host.contains('/'), "{found:?}");
                assert_ne!(found.host, "..");
                assert_eq!(reference::parse(release, &full), Ok(found), "{text:?}");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let cases = seeds.cases("plan");
    let images = cases.iter().filter_map(|case| case["image"].as_str());
    images.map(|image| image.as_bytes().to_vec()).collect()
}
