//! Bytes are what a client does: files opened, changed in any ranges, closed, renamed, questions, actions.

mod session;

use super::{Body, Seeds};
use session::{At, FILES, Operation, play};

pub const BODY: Body = Body {
    name: "lsp",
    run,
    seeds,
};

/// So many operations are played of one input.
const MAX_OPERATIONS: usize = 40;

fn run(data: &[u8]) {
    let (kind, operations) = read(data);
    play(kind, &operations);
}

/// A client's kind and what it does. Every input is one.
fn read(data: &[u8]) -> (u8, Vec<Operation>) {
    let mut reader = Reader(data);
    let kind = reader.byte();
    let mut operations = Vec::new();
    while !reader.0.is_empty() && operations.len() < MAX_OPERATIONS {
        operations.push(reader.operation());
    }
    (kind, operations)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> usize {
        usize::from(self.byte()) + 256 * usize::from(self.byte())
    }

    fn text(&mut self) -> String {
        let length = self.number().min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// Small numbers are places of a file; the largest are beyond any.
    fn place(&mut self) -> At {
        let number = |byte: u8| match byte {
            255 => u32::MAX,
            byte => u32::from(byte),
        };
        (number(self.byte()), number(self.byte()))
    }

    fn operation(&mut self) -> Operation {
        let (what, file) = (self.byte(), self.byte());
        match what % 8 {
            0 => Operation::Open(file, self.text()),
            1 => {
                let changes = (0..self.byte() % 4).map(|_| {
                    let is_whole = self.byte() == 255;
                    let places = (!is_whole).then(|| (self.place(), self.place()));
                    (places, self.text())
                });
                Operation::Change(file, changes.collect())
            }
            2 => Operation::Close(file),
            3 => Operation::Rename(file, self.byte()),
            4 => Operation::Save(file),
            5 => Operation::Ask(file, self.byte(), self.place()),
            6 => Operation::Act(file, self.byte()),
            _ => Operation::Wait,
        }
    }
}

/// The bytes of some operations.
fn write(kind: u8, operations: &[Operation]) -> Vec<u8> {
    let mut out = vec![kind];
    let number = |out: &mut Vec<u8>, number: u32| {
        out.push(u8::try_from(number).unwrap_or(255));
    };
    let text = |out: &mut Vec<u8>, text: &str| {
        let length = u16::try_from(text.len()).expect("a short text");
        out.extend(length.to_le_bytes());
        out.extend(text.as_bytes());
    };
    for operation in operations {
        match operation {
            Operation::Open(file, new) => {
                out.extend([0, *file]);
                text(&mut out, new);
            }
            Operation::Change(file, changes) => {
                out.extend([1, *file]);
                out.push(u8::try_from(changes.len()).expect("few changes"));
                for (places, new) in changes {
                    out.push(if places.is_none() { 255 } else { 0 });
                    for (line, column) in places.iter().flat_map(|(start, end)| [start, end]) {
                        number(&mut out, *line);
                        number(&mut out, *column);
                    }
                    text(&mut out, new);
                }
            }
            Operation::Close(file) => out.extend([2, *file]),
            Operation::Rename(from, to) => out.extend([3, *from, *to]),
            Operation::Save(file) => out.extend([4, *file]),
            Operation::Ask(file, question, (line, column)) => {
                out.extend([5, *file, *question]);
                number(&mut out, *line);
                number(&mut out, *column);
            }
            Operation::Act(file, which) => out.extend([6, *file, *which]),
            Operation::Wait => out.extend([7, 0]),
        }
    }
    out
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let files = seeds.hosts_files().into_iter();
    let files = files.filter_map(|bytes| String::from_utf8(bytes).ok());
    let short = files.filter(|text| text.len() < 2000);
    let sessions = short.enumerate().map(|(index, text)| {
        let number = u8::try_from(index % 250).expect("it is small");
        let file = number % u8::try_from(FILES.len()).expect("they are few");
        let other = (file + 1) % 7;
        let operations = [
            Operation::Open(file, text.clone()),
            Operation::Wait,
            Operation::Change(
                file,
                vec![
                    (Some(((2, 3), (3, 1))), "é😀\r\n[host.\"x\"]".to_owned()),
                    (Some(((0, 9), (0, 2))), "\r".to_owned()),
                ],
            ),
            Operation::Ask(
                file,
                number,
                (u32::from(number % 9), u32::from(number % 21)),
            ),
            Operation::Change(file, vec![(None, text)]),
            Operation::Act(file, number),
            Operation::Rename(file, other),
            Operation::Act(other, number / 3),
            Operation::Save(other),
            Operation::Ask(other, number / 2, (u32::MAX, 3)),
            Operation::Close(if number % 2 == 0 { file } else { other }),
        ];
        let operations = operations.as_slice();
        let bytes = write(number, operations);
        debug_assert_eq!(read(&bytes), (number, operations.to_vec()));
        bytes
    });
    sessions.collect()
}
