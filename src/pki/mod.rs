//! PEM, certificates and key pairs, and what Go's TLS makes of them.
