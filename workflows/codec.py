"""Payload encryption: what Temporal stores of a case is AES-256-GCM ciphertext, with the id of its key beside it.

Large payloads are made smaller first: a case with two hundred receipts is 1.5 MB of JSON, and Temporal takes 2 MB."""

import base64
import os
import zlib
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/aes-256-gcm"
NONCE_BYTES = 12
# below, shrinking costs more than it saves
SHRUNK_FROM_BYTES = 4096


class UnknownKey(Exception):
    """A payload was encrypted with a key that this process does not hold."""


class EncryptionCodec(PayloadCodec):
    """Encrypts with the first key and decrypts with any: a new key goes in front, the old ones stay as long as histories do."""

    def __init__(self, keys: Mapping[str, SecretStr]) -> None:
        if not keys:
            raise ValueError("XUEPING_TEMPORAL__PAYLOAD_KEYS is empty: payloads are never stored in clear")
        self._ciphers = {
            key_id: AESGCM(base64.b64decode(key.get_secret_value(), validate=True)) for key_id, key in keys.items()
        }
        self._current = next(iter(self._ciphers))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        clear, nonce = payload.SerializeToString(), os.urandom(NONCE_BYTES)
        metadata = {"encoding": ENCODING, "key": self._current.encode()}
        if len(clear) >= SHRUNK_FROM_BYTES:
            clear, metadata["compression"] = zlib.compress(clear, 1), b"zlib"
        return Payload(metadata=metadata, data=nonce + self._ciphers[self._current].encrypt(nonce, clear, None))

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["key"].decode()
        if key_id not in self._ciphers:
            raise UnknownKey(key_id)
        clear = self._ciphers[key_id].decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], None)
        if payload.metadata.get("compression") == b"zlib":
            clear = zlib.decompress(clear)
        return Payload.FromString(clear)
