"""What a data folder (数据目录) fixes once and keeps: ports and secrets, in `stack.json`."""

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel, Field, ValidationError

from api.stack import ports
from api.stack.errors import StackError
from api.stack.identities import Identity, new_identity

LAYOUT_VERSION = 1
DEFAULT_PORT = 8000
INSURERS = ("xiangjiang", "ganpo")
PORTS = (
    "postgres",
    "temporal",
    "temporal_ui",
    "temporal_http",
    "temporal_metrics",
    "store",
    "store_grpc",
    "store_master",
    "store_master_grpc",
    "store_volume",
    "store_volume_grpc",
    "store_filer",
    "store_filer_grpc",
    "store_admin",
    "store_admin_grpc",
    "insurer",
    "alipay",
)
# a family may hold a payment page of the simulator: its address must not move
FIXED_PORTS = ("alipay",)


class InsurerKey(BaseModel):
    key_id: str
    secret: str


class KeyPair(BaseModel):
    """An RSA key pair, both halves as PEM."""

    private: str
    public: str


class Secrets(BaseModel):
    token: str
    digest: str
    database: str
    payload_key: str
    store_access: str
    store_secret: str
    insurers: dict[str, InsurerKey]
    alipay_app: KeyPair
    alipay_gateway: KeyPair
    # a folder of before gets these with its next start
    policy_codes: str = ""
    issuers: dict[str, Identity] = Field(default_factory=dict)


class Plan(BaseModel):
    layout_version: int
    api_port: int
    ports: dict[str, int]
    secrets: Secrets


def plan_file(folder: Path) -> Path:
    return folder / "stack.json"


def load_plan(folder: Path) -> Plan | None:
    """The plan kept in `folder`, or None in a new one. Refuses the folder of a newer program and a damaged file."""
    try:
        raw = json.loads(plan_file(folder).read_text())
        found = int(raw["layout_version"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise StackError(f"{plan_file(folder)} 已损坏", "从备份恢复它，或换一个 --data-dir") from error
    if found > LAYOUT_VERSION:
        problem = f"数据目录 {folder} 由更新的程序写成（版本 {found}，本程序只认到 {LAYOUT_VERSION}）"
        raise StackError(problem, "请升级 xueping，或换一个 --data-dir")
    try:
        return Plan.model_validate(raw)
    except ValidationError as error:
        raise StackError(f"{plan_file(folder)} 已损坏", "从备份恢复它，或换一个 --data-dir") from error


def settle_plan(folder: Path, port: int | None) -> Plan:
    """The plan for a start of `folder`: kept secrets, kept ports that are still free, new ones for the rest.

    `port` is the API's; without one it is the folder's last, or 8000. Call it with the folder locked and empty of processes.
    """
    kept = load_plan(folder)
    plan = Plan(
        layout_version=LAYOUT_VERSION,
        api_port=port or (kept.api_port if kept else DEFAULT_PORT),
        ports=_settle_ports(kept.ports if kept else {}),
        secrets=_completed(kept.secrets) if kept else new_secrets(),
    )
    _save(folder, plan)
    return plan


def _settle_ports(kept: dict[str, int]) -> dict[str, int]:
    settled: dict[str, int] = {}
    for name in PORTS:
        port = kept.get(name)
        if port is None or not ports.is_free(port):
            if port is not None and name in FIXED_PORTS:
                problem = f"端口 {port} 被别的程序占用，而已经发出的支付页面指向它"
                raise StackError(problem, f"先停下占用者：lsof -i :{port}")
            port = ports.choose({*kept.values(), *settled.values()})
        settled[name] = port
    return settled


def new_secrets() -> Secrets:
    """Fresh random secrets and key pairs, for one stack."""
    return Secrets(
        token=secrets.token_urlsafe(32),
        digest=secrets.token_urlsafe(32),
        database=secrets.token_urlsafe(24),
        payload_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        store_access=secrets.token_hex(10),
        store_secret=secrets.token_urlsafe(30),
        insurers={
            code: InsurerKey(key_id=f"{code}-{secrets.token_hex(4)}", secret=secrets.token_urlsafe(32))
            for code in INSURERS
        },
        alipay_app=_new_key_pair(),
        alipay_gateway=_new_key_pair(),
        policy_codes=secrets.token_urlsafe(32),
        issuers={code: new_identity(code) for code in INSURERS},
    )


def _completed(kept: Secrets) -> Secrets:
    """`kept`, with what the folder's program did not know yet."""
    issuers = {code: kept.issuers.get(code) or new_identity(code) for code in INSURERS}
    codes = kept.policy_codes or secrets.token_urlsafe(32)
    return kept.model_copy(update={"policy_codes": codes, "issuers": kept.issuers | issuers})


def _new_key_pair() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private=private.decode(), public=public.decode())


def _save(folder: Path, plan: Plan) -> None:
    write_secret(plan_file(folder), plan.model_dump_json(indent=1))


def write_secret(path: Path, text: str) -> None:
    """Writes `text` for the owner's eyes alone; a reader sees the old text or the new one, never half of it."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)
