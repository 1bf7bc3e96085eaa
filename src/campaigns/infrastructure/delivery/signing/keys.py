"""Private keys that sign: RSA, and Ed25519 as RFC 8463 has it."""

from base64 import b64encode
from functools import partial
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from campaigns.infrastructure.delivery.signing.signature import Signatory

SMALLEST = 1_024  # bits; receivers take no smaller RSA key for valid (RFC 8301)


class UnusableKeyError(ValueError):
    """Says why, without a word of the key."""


def signatory(domain: str, selector: str, pem: str) -> Signatory:
    """Raises UnusableKeyError."""
    key = _loaded(pem)
    if isinstance(key, RSAPrivateKey):
        return _rsa(domain, selector, key)
    if isinstance(key, Ed25519PrivateKey):
        return _ed25519(domain, selector, key)
    raise UnusableKeyError("is neither an RSA nor an Ed25519 key")


def _loaded(pem: str) -> object:
    try:
        return load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=False)
    except TypeError as error:
        raise UnusableKeyError("is encrypted with a password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError("is no private key in PEM") from error


def _rsa(domain: str, selector: str, key: RSAPrivateKey) -> Signatory:
    if key.key_size < SMALLEST:
        raise UnusableKeyError(f"is an RSA key of {key.key_size} bits; at least {SMALLEST} are needed")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Signatory(
        domain=domain,
        selector=selector,
        algorithm="rsa-sha256",
        public_key=b64encode(public).decode(),
        sign=partial(key.sign, padding=PKCS1v15(), algorithm=SHA256()),
    )


def _ed25519(domain: str, selector: str, key: Ed25519PrivateKey) -> Signatory:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signatory(
        domain=domain,
        selector=selector,
        algorithm="ed25519-sha256",
        public_key=b64encode(public).decode(),
        sign=lambda text: key.sign(sha256(text).digest()),
    )
