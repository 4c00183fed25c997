//! RSA private keys: PKCS#1, and the checks that Go makes before it takes one.

use num_bigint::BigUint;

use super::error::{KeyError, NOT_PKCS1};
use super::public_key::{PublicKey, to_positive};
use crate::go::asn1::der::{self, Reader, tag};

/// Reads a PKCS#1 key and gives its public half.
pub(crate) fn read(data: &[u8]) -> Result<PublicKey, KeyError> {
    let mut outer = Reader::new(data);
    let mut fields = outer.nested(tag::SEQUENCE).ok_or(NOT_PKCS1)?;
    let version = fields.small_integer().ok_or(NOT_PKCS1)?;
    let modulus = fields.integer().ok_or(NOT_PKCS1)?;
    let exponent = fields.small_integer().ok_or(NOT_PKCS1)?;
    let private_exponent = fields.integer().ok_or(NOT_PKCS1)?;
    let primes = [
        fields.integer().ok_or(NOT_PKCS1)?,
        fields.integer().ok_or(NOT_PKCS1)?,
    ];
    let mut chinese = [None; 3];
    for value in &mut chinese {
        *value = optional_integer(&mut fields).ok_or(NOT_PKCS1)?;
    }
    let more_primes = more_primes(&mut fields).ok_or(NOT_PKCS1)?;
    if !outer.is_empty() {
        return Err(KeyError::Damaged(
            "bytes follow its end within the same PEM block",
        ));
    }
    if version > 1 {
        return Err(KeyError::Damaged("it is of a version that does not exist"));
    }

    const NOT_POSITIVE: KeyError = KeyError::Damaged("one of its numbers is zero or negative");
    let number = |content: &[u8]| to_positive(content).ok_or(NOT_POSITIVE);
    let mut chinese_remainders = Vec::new();
    for content in chinese.into_iter().flatten() {
        chinese_remainders.push(number(content)?);
    }
    for content in more_primes.iter().copied() {
        number(content)?;
    }
    let key = Numbers {
        modulus: number(modulus)?,
        exponent,
        private_exponent: number(private_exponent)?,
        p: number(primes[0])?,
        q: number(primes[1])?,
        chinese_remainders: <[BigUint; 3]>::try_from(chinese_remainders).ok(),
    };
    key.check_public()?;
    // Of keys with three primes or more, which no one has, Go checks no more than this.
    if more_primes.is_empty() {
        key.check_primes()?;
    }
    Ok(PublicKey::Rsa {
        modulus: key.modulus,
        exponent,
    })
}

/// An INTEGER that may be missing: at the end, or because something else is there.
fn optional_integer<'a>(fields: &mut Reader<'a>) -> Option<Option<&'a [u8]>> {
    if fields.is_empty() {
        return Some(None);
    }
    // Go reads the header of whatever is there before it sees that it is not an integer.
    match fields.header()?.tag {
        tag::INTEGER => fields.integer().map(Some),
        _ => Some(None),
    }
}

/// The primes beyond the second.
fn more_primes<'a>(fields: &mut Reader<'a>) -> Option<Vec<&'a [u8]>> {
    let mut primes = Vec::new();
    if fields.is_empty() || fields.header()?.tag != tag::SEQUENCE {
        return Some(primes);
    }
    let mut list = fields.nested(tag::SEQUENCE)?;
    while !list.is_empty() {
        let mut prime = list.nested(tag::SEQUENCE)?;
        primes.push(prime.integer()?);
        prime.integer()?;
        prime.integer()?;
    }
    debug_assert!(primes.iter().all(|prime| der::is_shortest_integer(prime)));
    Some(primes)
}

/// The numbers of a key.
struct Numbers {
    modulus: BigUint,
    exponent: i64,
    private_exponent: BigUint,
    p: BigUint,
    q: BigUint,
    /// d mod (p−1), d mod (q−1), 1/q mod p, where the file contains all three of them.
    chinese_remainders: Option<[BigUint; 3]>,
}

impl Numbers {
    fn check_public(&self) -> Result<(), KeyError> {
        if !self.modulus.bit(0) {
            return Err(KeyError::Damaged("its modulus is an even number"));
        }
        if !(2..=i64::from(i32::MAX)).contains(&self.exponent) || self.exponent % 2 == 0 {
            return Err(KeyError::Damaged(
                "its public exponent is even, too small or too large",
            ));
        }
        if self.private_exponent >= self.modulus {
            return Err(KeyError::Damaged(
                "its private exponent is larger than its modulus",
            ));
        }
        Ok(())
    }

    fn check_primes(&self) -> Result<(), KeyError> {
        const DO_NOT_FIT: KeyError = KeyError::Damaged("its numbers do not belong together");
        let one = BigUint::from(1u8);
        let (n, p, q) = (&self.modulus, &self.p, &self.q);
        // Both have to have a predecessor that can be divided by.
        if *p <= BigUint::from(2u8)
            || *q <= BigUint::from(2u8)
            || p >= n
            || q >= n
            || p * q % n != BigUint::ZERO
        {
            return Err(DO_NOT_FIT);
        }
        if p == q {
            return Err(KeyError::Damaged("its two primes are the same"));
        }
        let (p_less, q_less) = (p - &one, q - &one);
        let d = &self.private_exponent;
        let [dp, dq, q_inverse] = match &self.chinese_remainders {
            Some(values) => values.clone(),
            None => {
                if !p.bit(0) {
                    return Err(DO_NOT_FIT);
                }
                [d % &p_less, d % &q_less, inverse(q, p).ok_or(DO_NOT_FIT)?]
            }
        };
        if dp >= p_less || dq >= q_less || q_inverse >= *p {
            return Err(DO_NOT_FIT);
        }
        let exponent = BigUint::from(self.exponent.unsigned_abs());
        if &exponent * &dp % &p_less != one
            || exponent * &dq % &q_less != one
            || q_inverse * q % p != one
        {
            return Err(DO_NOT_FIT);
        }
        // From Go 1.26 on also the private exponent, which nothing uses.
        if d % &p_less != dp || d % &q_less != dq {
            return Err(DO_NOT_FIT);
        }
        let half = n.bits() / 2;
        let difference = if p > q { p - q } else { q - p };
        if difference.bits() + 100 <= half {
            return Err(KeyError::Damaged(
                "its primes are so close to each other that it can be broken",
            ));
        }
        if d.bits() <= half {
            return Err(KeyError::Damaged(
                "its private exponent is so small that it can be broken",
            ));
        }
        Ok(())
    }
}

/// `q⁻¹ mod p` as Go computes it, by Fermat's little theorem, which gives nonsense where `p` is not a prime.
fn inverse(q: &BigUint, p: &BigUint) -> Option<BigUint> {
    // Beyond any real key, a hostile file would keep that busy for minutes.
    const LARGEST: u64 = 8192;
    if p.bits() > LARGEST {
        return q.modinv(p);
    }
    Some(q.modpow(&(p - BigUint::from(2u8)), p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::fixtures::der;

    /// The INTEGERs of the PKCS#1 key in the fixtures.
    fn numbers() -> Vec<BigUint> {
        let data = der("client-rsa-pkcs1.key");
        let mut fields = Reader::new(&data).nested(tag::SEQUENCE).unwrap();
        let mut numbers = Vec::new();
        while !fields.is_empty() {
            numbers.push(BigUint::from_bytes_be(fields.integer().unwrap()));
        }
        assert_eq!(numbers.len(), 9);
        numbers
    }

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = content.len();
        let header = match len {
            0..=0x7f => vec![tag, len as u8],
            0x80..=0xff => vec![tag, 0x81, len as u8],
            _ => vec![tag, 0x82, (len >> 8) as u8, len as u8],
        };
        [&header, content].concat()
    }

    fn encode(numbers: &[BigUint]) -> Vec<u8> {
        let fields: Vec<u8> = numbers
            .iter()
            .flat_map(|number| {
                let mut content = number.to_bytes_be();
                if content[0] & 0x80 != 0 {
                    content.insert(0, 0);
                }
                element(tag::INTEGER, &content)
            })
            .collect();
        element(tag::SEQUENCE, &fields)
    }

    fn outcome(change: impl FnOnce(&mut Vec<BigUint>)) -> Result<PublicKey, KeyError> {
        let mut numbers = numbers();
        change(&mut numbers);
        read(&encode(&numbers))
    }

    #[test]
    fn a_good_key() {
        let public = PublicKey::Rsa {
            modulus: numbers()[1].clone(),
            exponent: 65537,
        };
        assert_eq!(outcome(|_| {}), Ok(public));
    }

    #[test]
    fn the_precomputed_values_may_be_missing() {
        assert!(outcome(|numbers| numbers.truncate(6)).is_ok());
        assert!(outcome(|numbers| numbers.truncate(8)).is_ok());
        assert!(outcome(|numbers| numbers.truncate(5)).is_err());
    }

    #[test]
    fn swapped_primes_need_other_precomputed_values() {
        assert!(outcome(|numbers| numbers.swap(4, 5)).is_err());
        let swapped = outcome(|numbers| {
            numbers.swap(4, 5);
            numbers.truncate(6);
        });
        assert!(swapped.is_ok());
    }

    #[test]
    fn every_number_is_checked() {
        for index in 0..9 {
            let changed = outcome(|numbers| numbers[index] += 2u8);
            assert!(changed.is_err(), "field {index}");
        }
        assert!(outcome(|numbers| numbers[3] = BigUint::from(3u8)).is_err());
        assert!(outcome(|numbers| numbers[3] = numbers[1].clone()).is_err());
    }

    #[test]
    fn degenerate_numbers_are_survived() {
        for value in [0u8, 1, 2, 3] {
            for index in 0..9 {
                let changed = outcome(|numbers| numbers[index] = value.into());
                assert_eq!(
                    changed.is_ok(),
                    index == 0 && value < 2,
                    "field {index}, {value}"
                );
            }
        }
        let tiny = [0u8, 15, 3, 3, 3, 5, 1, 3, 2].map(BigUint::from);
        let _ = read(&encode(&tiny));
    }
}
