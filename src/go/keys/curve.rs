//! The four elliptic curves that Go's certificates know, and the two questions requested from them.
//!
//! Go derives the public key from the private number and never looks at the copy of it that a key file may hold, so the
//! arithmetic is needed to tell whether a key belongs to a certificate. It is that of a linter, not of a signer: it takes
//! a time that depends on the number, which only matters where someone else measures it.

use std::sync::LazyLock;

use num_bigint::BigUint;

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

/// A curve y² = x³ - 3x + b over the numbers modulo p, with a generator of the prime order n (SEC 2, version 2).
#[derive(Debug)]
struct Parameters {
    p: BigUint,
    b: BigUint,
    n: BigUint,
    x: BigUint,
    y: BigUint,
}

impl Parameters {
    fn new([p, b, n, x, y]: [&str; 5]) -> Parameters {
        let number = |digits: &str| BigUint::parse_bytes(digits.as_bytes(), 16).unwrap_or_default();
        Parameters {
            p: number(p),
            b: number(b),
            n: number(n),
            x: number(x),
            y: number(y),
        }
    }

    /// a - b modulo p, of numbers below p.
    fn minus(&self, a: &BigUint, b: &BigUint) -> BigUint {
        match a >= b {
            true => a - b,
            false => a + &self.p - b,
        }
    }

    /// 2 · a modulo p, of a number below p.
    fn twice(&self, a: &BigUint) -> BigUint {
        let twice = a << 1u8;
        match twice >= self.p {
            true => twice - &self.p,
            false => twice,
        }
    }

    /// a · b modulo p.
    fn times(&self, a: &BigUint, b: &BigUint) -> BigUint {
        (a * b) % &self.p
    }

    fn has(&self, x: &BigUint, y: &BigUint) -> bool {
        let three = BigUint::from(3u8);
        let x_squared_minus_3 = self.minus(&self.times(x, x), &three);
        let right = self.times(&x_squared_minus_3, x) + &self.b;
        x < &self.p && y < &self.p && self.times(y, y) == right % &self.p
    }

    /// The generator taken a number of times, at least once and less often than its order.
    fn times_generator(&self, number: &BigUint) -> (BigUint, BigUint) {
        let mut point = Jacobian {
            x: self.x.clone(),
            y: self.y.clone(),
            z: BigUint::from(1u8),
        };
        for bit in (0..number.bits() - 1).rev() {
            point = self.doubled(&point);
            if number.bit(bit) {
                point = self.plus_generator(&point);
            }
        }
        let inverse = point.z.modinv(&self.p).unwrap_or_default();
        let squared = self.times(&inverse, &inverse);
        let cubed = self.times(&squared, &inverse);
        (self.times(&point.x, &squared), self.times(&point.y, &cubed))
    }

    /// Twice a point: the formulas dbl-2001-b, for curves whose a is -3.
    fn doubled(&self, Jacobian { x, y, z }: &Jacobian) -> Jacobian {
        let delta = self.times(z, z);
        let gamma = self.times(y, y);
        let beta = self.times(x, &gamma);
        let alpha = self.times(&(self.minus(x, &delta) * 3u8), &(x + &delta));
        let four_beta = self.twice(&self.twice(&beta));
        let eight_beta = self.twice(&four_beta);
        let new_x = self.minus(&self.times(&alpha, &alpha), &eight_beta);
        let eight_gamma_squared = self.times(&gamma, &(&gamma << 3u8));
        let slope = self.times(&alpha, &self.minus(&four_beta, &new_x));
        Jacobian {
            y: self.minus(&slope, &eight_gamma_squared),
            z: self.twice(&self.times(y, z)),
            x: new_x,
        }
    }

    /// A point and the generator: the formulas of madd-2004-hmv. The two are never the same nor opposite here: the
    /// point is an even multiple of the generator, and one more is still below the order.
    fn plus_generator(&self, Jacobian { x, y, z }: &Jacobian) -> Jacobian {
        let z_squared = self.times(z, z);
        let z_cubed = self.times(&z_squared, z);
        let h = self.minus(&self.times(&self.x, &z_squared), x);
        let r = self.minus(&self.times(&self.y, &z_cubed), y);
        let h_squared = self.times(&h, &h);
        let h_cubed = self.times(&h_squared, &h);
        let v = self.times(x, &h_squared);
        let without_v = self.minus(&self.times(&r, &r), &h_cubed);
        let new_x = self.minus(&without_v, &self.twice(&v));
        let slope = self.times(&r, &self.minus(&v, &new_x));
        Jacobian {
            y: self.minus(&slope, &self.times(y, &h_cubed)),
            z: self.times(z, &h),
            x: new_x,
        }
    }
}

/// The point (x / z², y / z³).
#[derive(Debug)]
struct Jacobian {
    x: BigUint,
    y: BigUint,
    z: BigUint,
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

    fn parameters(self) -> &'static Parameters {
        static ALL: LazyLock<[Parameters; 4]> = LazyLock::new(|| NUMBERS.map(Parameters::new));
        &ALL[self as usize]
    }

    /// Whether these bytes are a point of the curve, uncompressed: the only form that Go takes.
    pub(crate) fn has_point(self, point: &[u8]) -> bool {
        let Some((0x04, coordinates)) = point.split_first() else {
            return false;
        };
        if coordinates.len() != 2 * self.field_len() {
            return false;
        }
        let (x, y) = coordinates.split_at(self.field_len());
        let [x, y] = [x, y].map(BigUint::from_bytes_be);
        self.parameters().has(&x, &y)
    }

    /// The public point, uncompressed, of a private number; `None` where Go refuses it: zero, not below the curve's order,
    /// or too long. Zeros at the front may be missing or too many.
    pub(crate) fn public_point(self, number: &[u8]) -> Option<Vec<u8>> {
        let parameters = self.parameters();
        let significant = number.iter().position(|&byte| byte != 0)?;
        if number.len() - significant > self.field_len() {
            return None;
        }
        let number = BigUint::from_bytes_be(&number[significant..]);
        if number >= parameters.n {
            return None;
        }
        let (x, y) = parameters.times_generator(&number);
        let mut point = vec![0x04];
        for coordinate in [x, y].map(|number| number.to_bytes_be()) {
            point.resize(point.len() + self.field_len() - coordinate.len(), 0);
            point.extend(coordinate);
        }
        Some(point)
    }
}

/// Of each curve p, b, n, and the generator's x and y.
const NUMBERS: [[&str; 5]; 4] = [
    [
        "ffffffffffffffffffffffffffffffff000000000000000000000001",
        "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
        "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
        "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
        "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    ],
    [
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    ],
    [
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
         ffffffff0000000000000000ffffffff",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
         c656398d8a2ed19d2a85c8edd3ec2aef",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf\
         581a0db248b0a77aecec196accc52973",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38\
         5502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0\
         0a60b1ce1d7e819d7a431d7c90ea0e5f",
    ],
    [
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
         ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109\
         e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
         fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3d\
         baa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
        "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e66\
         2c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    ],
];

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

    /// Going round once: the point of n - 1 is the generator with the other y, and the order itself is refused.
    #[test]
    fn the_last_number_mirrors_the_first() {
        for curve in ALL {
            let Parameters { p, n, x, y, .. } = curve.parameters();
            let last = curve.public_point(&(n - 1u8).to_bytes_be()).unwrap();
            let (last_x, last_y) = last[1..].split_at(curve.field_len());
            assert_eq!(&BigUint::from_bytes_be(last_x), x);
            assert_eq!(BigUint::from_bytes_be(last_y), p - y);
            assert_eq!(curve.public_point(&n.to_bytes_be()), None);
        }
    }

    /// A coordinate that is p too large names the same point, and Go refuses it.
    #[test]
    fn coordinates_are_below_p() {
        let Parameters { p, b, .. } = Curve::P521.parameters();
        // The points with x = 0 are those whose y is a root of b; with x = p they fit the field's bytes, too.
        let y = b.modpow(&((p + 1u8) >> 2), p);
        let point = |x: BigUint| {
            let mut point = vec![0x04];
            for number in [x, y.clone()] {
                let bytes = number.to_bytes_be();
                point.resize(point.len() + 66 - bytes.len(), 0);
                point.extend(bytes);
            }
            point
        };
        assert!(Curve::P521.has_point(&point(BigUint::ZERO)));
        assert!(!Curve::P521.has_point(&point(p.clone())));
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
