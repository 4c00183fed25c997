//! The four elliptic curves that Go's certificates know, and the two questions asked of them.
//!
//! Go derives the public key from the private number and never looks at the copy of it that a key file may hold, so the
//! arithmetic is needed to tell whether a key belongs to a certificate.

use crate::go::asn1::Oid;

/// A curve that Go accepts in certificates and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// secp224r1.
    P224,
    /// secp256r1, also called prime256v1: what is nearly always used.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

/// Runs an expression with the crate of a curve under the name `curve`.
macro_rules! with_curve {
    ($curve:expr, $krate:ident => $body:expr) => {
        match $curve {
            Curve::P224 => {
                use p224 as $krate;
                $body
            }
            Curve::P256 => {
                use p256 as $krate;
                $body
            }
            Curve::P384 => {
                use p384 as $krate;
                $body
            }
            Curve::P521 => {
                use p521 as $krate;
                $body
            }
        }
    };
}

impl Curve {
    pub(crate) fn from_oid(oid: &Oid) -> Option<Curve> {
        match oid.as_str() {
            "1.3.132.0.33" => Some(Curve::P224),
            "1.2.840.10045.3.1.7" => Some(Curve::P256),
            "1.3.132.0.34" => Some(Curve::P384),
            "1.3.132.0.35" => Some(Curve::P521),
            _ => None,
        }
    }

    /// The name people use: `P-256`.
    pub fn name(self) -> &'static str {
        match self {
            Curve::P224 => "P-224",
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
        }
    }

    /// The size of a key in bits.
    pub fn bits(self) -> u32 {
        match self {
            Curve::P224 => 224,
            Curve::P256 => 256,
            Curve::P384 => 384,
            Curve::P521 => 521,
        }
    }

    /// How many bytes a coordinate, and a private number, has.
    fn field_len(self) -> usize {
        (self.bits() as usize).div_ceil(8)
    }

    /// Whether these bytes are a point of the curve, uncompressed: the only form that Go takes.
    pub(crate) fn has_point(self, point: &[u8]) -> bool {
        point.first() == Some(&0x04)
            && point.len() == 1 + 2 * self.field_len()
            && with_curve!(self, curve => curve::PublicKey::from_sec1_bytes(point).is_ok())
    }

    /// The public point, uncompressed, of a private number; `None` where Go refuses it: zero, not below the curve's order,
    /// or too long. Zeros at the front may be missing or too many.
    pub(crate) fn public_point(self, number: &[u8]) -> Option<Vec<u8>> {
        let significant = &number[number.iter().take_while(|&&byte| byte == 0).count()..];
        let mut padded = vec![0; self.field_len().checked_sub(significant.len())?];
        padded.extend_from_slice(significant);
        with_curve!(self, curve => {
            let secret = curve::SecretKey::from_slice(&padded).ok()?;
            Some(curve::EncodedPoint::from(secret.public_key()).as_bytes().to_vec())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Curve; 4] = [Curve::P224, Curve::P256, Curve::P384, Curve::P521];

    #[test]
    fn the_public_point_of_one_is_on_the_curve() {
        for curve in ALL {
            let point = curve.public_point(&[1]).unwrap();
            assert!(curve.has_point(&point), "{curve:?}");
            assert_eq!(
                curve.public_point(&[0, 0, 1]),
                Some(point.clone()),
                "zeros at the front do not matter"
            );
            assert_eq!(
                curve.public_point(&[vec![0; 100], vec![1]].concat()),
                Some(point.clone())
            );
            let mut damaged = point.clone();
            *damaged.last_mut().unwrap() ^= 1;
            assert!(!curve.has_point(&damaged));
            assert!(!curve.has_point(&point[..point.len() - 1]));
        }
    }

    #[test]
    fn compressed_points_and_infinity_are_refused() {
        let point = Curve::P256.public_point(&[1]).unwrap();
        let compressed = [&[0x02 | point[64] & 1], &point[1..33]].concat();
        assert!(!Curve::P256.has_point(&compressed));
        assert!(!Curve::P256.has_point(&[0]));
        assert!(!Curve::P256.has_point(&[]));
    }

    #[test]
    fn numbers_beyond_the_order_are_refused() {
        for curve in ALL {
            assert_eq!(curve.public_point(&[]), None);
            assert_eq!(curve.public_point(&[0]), None);
            assert_eq!(curve.public_point(&vec![0xff; curve.field_len()]), None);
            assert_eq!(curve.public_point(&vec![0x01; curve.field_len() + 1]), None);
        }
    }
}
