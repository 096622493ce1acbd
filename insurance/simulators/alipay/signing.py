"""RSA2 (SHA256 with RSA, PKCS#1 v1.5) at the gateway's end: proves what the app signed, signs answers and notices."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


@dataclass(frozen=True)
class Keys:
    app_public: RSAPublicKey
    gateway_private: RSAPrivateKey

    @classmethod
    def load(cls, app_public_key: str, gateway_private_key: str) -> Self:
        """Raises `ValueError` for keys that are no PEM or no RSA."""
        public = load_pem_public_key(app_public_key.encode())
        private = load_pem_private_key(gateway_private_key.encode(), None)
        if not isinstance(public, RSAPublicKey) or not isinstance(private, RSAPrivateKey):
            raise ValueError("RSA keys are needed")
        return cls(public, private)

    def genuine(self, parameters: Mapping[str, str]) -> bool:
        """A request is signed over all its parameters but `sign`, `sign_type` included."""
        try:
            signature = base64.b64decode(parameters.get("sign", ""), validate=True)
            self.app_public.verify(signature, signed_text(parameters, {"sign"}), PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return parameters.get("sign_type") == "RSA2"

    def sign(self, text: bytes) -> str:
        return base64.b64encode(self.gateway_private.sign(text, PKCS1v15(), SHA256())).decode()

    def sign_notice(self, form: Mapping[str, str]) -> str:
        """A notice is signed over all its parameters but `sign` and `sign_type`."""
        return self.sign(signed_text(form, {"sign", "sign_type"}))


def signed_text(parameters: Mapping[str, str], without: set[str]) -> bytes:
    names = sorted(name for name in parameters if name not in without)
    return "&".join(f"{name}={parameters[name]}" for name in names).encode()
