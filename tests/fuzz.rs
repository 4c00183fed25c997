//! The bodies of the fuzz targets for a short while, the same at each run: on their seeds, on seeds that are damaged,
//! and on what the fuzzer found.
// One of them is the language server.
#![cfg(feature = "lsp")]

use std::fs;
use std::path::Path;

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

use bodies::{BODIES, Seeds};

/// How many damaged seeds each body is given.
const DAMAGED: usize = 150;

/// Numbers without a pattern, the same at each run (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

/// Pieces that mean something to one reader or another.
const PIECES: [&str; 24] = [
    "\"",
    "'''",
    "[",
    "]]",
    "{",
    "}",
    "=",
    "\n",
    "\r\n",
    "#",
    ".",
    "\\u0000",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{feff}",
    "é",
    "host",
    "://",
    "@",
    "%zz",
    "-----BEGIN ",
    ": ",
    "9999999999999999999",
    "certsd-lint: ignore[",
];

fn damage(seed: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(data.len() + 1);
        match dice.below(5) {
            0 if at < data.len() => data[at] ^= 1 << dice.below(8),
            1 => data.truncate(at),
            2 => {
                let end = (at + dice.below(20)).min(data.len());
                data.drain(at..end);
            }
            3 => {
                let from = dice.below(other.len() + 1);
                let end = (from + dice.below(60)).min(other.len());
                data.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let piece = PIECES[dice.below(PIECES.len())];
                data.splice(at..at, piece.bytes());
            }
        }
    }
    data
}

/// Runs a body on its seeds, and on damaged ones.
fn hold(name: &str) {
    let body = BODIES.iter().find(|body| body.name == name).unwrap();
    let seeds = (body.seeds)(&Seeds::new(Path::new(env!("CARGO_MANIFEST_DIR"))));
    assert!(!seeds.is_empty());
    let mut dice = Dice(0x5eed);
    let run = |data: &[u8]| {
        let result = std::panic::catch_unwind(|| (body.run)(data));
        assert!(
            result.is_ok(),
            "{name} does not hold for {:?}",
            String::from_utf8_lossy(data)
        );
    };
    run(b"");
    for seed in seeds.iter().step_by(seeds.len().div_ceil(DAMAGED)) {
        run(seed);
    }
    for _ in 0..DAMAGED {
        let seed = &seeds[dice.below(seeds.len())];
        let other = &seeds[dice.below(seeds.len())];
        run(&damage(seed, other, &mut dice));
    }
}

/// What the fuzzer found, and is mended.
#[test]
fn what_was_found() {
    bodies::run("fix", b"server = \"htt\xda\xda\xday.k8s.io\"\n");
    for (name, data) in [
        ("fix", "server = \"@https://registry-1.docker.io\"\n"),
        ("fix", "server = \"https:@\u{450}elastic.internal\"\n"),
        (
            "fix",
            "server =>>>>>>>>>>>e >>>>>>>>>>>>>>u>>>>>>>>>>>>>>\n",
        ),
        ("fix", "[host.\"x\"],,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"),
        (
            "fix",
            "[host]\n\"https://m.internal/\" = { capabilities = [\"pull\"] }\n[host . \"https://m.internal?x=2\"]\n",
        ),
        (
            "fix",
            "[host]\n[host].\"https://m\"\nc = [d\"\n[host]\n[host].\"m\"p\", \"r\"]\n",
        ),
        ("fix", "a = [“pull”f] # that’s all\n"),
        (
            "settings",
            "private = [\"\u{202e}203.0.113.0/24\"]\nbility = ",
        ),
        ("settings", "exclude = [\"a\tb\"]\n"),
        ("settings", "exclude = [\"a\\tb/**\", \"a\\nb\"]\n"),
        ("go", "registam/v2ry.corp.internal://mirror"),
        ("go", "http:a://mirror"),
        ("go", "http://127.0.0.1:ttps://reg80"),
        ("go", "https://mirror.internal/?next=ftp: =/8x"),
        (
            "settings",
            "exclude = [\"a//\\\\= n\\\\daySxpiry = \t30\", \"b/**\"]\n",
        ),
        ("suppressions", "tocra\0s&ty\0\0\tH:="),
        (
            "daemon_json",
            "{\"registry-mirrors\": [\"https://hub.lab]].internal/cache\"]}",
        ),
    ] {
        bodies::run(name, data.as_bytes());
    }
}

macro_rules! bodies {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            hold(stringify!($name));
        })*

        /// Every body is run here, and each has its target.
        #[test]
        fn all_of_them() {
            let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
            let mut targets: Vec<String> = fs::read_dir(targets)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            targets.sort();
            let bodies: Vec<&str> = BODIES.iter().map(|body| body.name).collect();
            assert_eq!(targets, bodies);
            assert_eq!([$(stringify!($name)),*].as_slice(), bodies);
        }
    };
}

bodies!(baseline carriers daemon_json fix go lint lsp node pki reference registries_yaml report_writers settings suppressions toml tree);
