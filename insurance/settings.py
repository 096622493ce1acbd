"""Settings of every part, read once from the environment (`XUEPING_*`, nested with `__`). No secret has a default."""

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseModel):
    url: SecretStr = SecretStr("")
    pool_size: int = 10


class TemporalSettings(BaseModel):
    address: str = "127.0.0.1:7233"
    namespace: str = "default"
    process_queue: str = "xueping"
    ocr_queue: str = "xueping-ocr"
    # 32 bytes, base64; the first one encrypts, all of them decrypt: {key id: key}
    payload_keys: dict[str, SecretStr] = Field(default_factory=dict)
    tls: bool = False
    api_key: SecretStr | None = None


class StorageSettings(BaseModel):
    endpoint: str = "127.0.0.1:9000"
    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    secure: bool = False
    bucket: str = "evidence"
    region: str = "us-east-1"
    # the law asks for 5 years from the contract's end (保险法 87). Files come before it: a year of term, a year for which cover may be
    # bought ahead, and two months in which a consent on paper is brought and an order is paid late
    retention_days: int = 7 * 365 + 2 + 60
    max_file_bytes: int = 20 * 1024 * 1024


class InsurerSettings(BaseModel):
    """How to reach one insurer (code as in insurance/products/insurers.yaml)."""

    base_url: str
    key_id: str
    secret: SecretStr
    timeout_seconds: float = 20.0


class AlipaySettings(BaseModel):
    gateway_url: str = ""
    app_id: str = ""
    # PEM texts
    app_private_key: SecretStr = SecretStr("")
    alipay_public_key: str = ""
    notify_url: str = ""
    return_url: str = ""
    timeout_seconds: float = 10.0


Engine = Literal["rapidocr", "tesseract"]


class OcrSettings(BaseModel):
    """Pages are read in a process of their own, which the kernel holds to these bounds."""

    engine: Engine = "rapidocr"
    threads: int = 2
    # of its data; with its parent an OCR worker stays under 1.5 GB
    memory_mb: int = 1280
    # processor seconds, so that a busy machine refuses nobody's file
    page_seconds: float = 30.0
    inspect_seconds: float = 5.0
    # by the wall clock, how long it may do nothing at all: then it waits for ever
    file_seconds: float = 130.0


class WorkerSettings(BaseModel):
    """`interceptors`: Temporal worker interceptors of the operator's own (tracing, say), outside ours, as `module:class`."""

    interceptors: list[str] = Field(default_factory=list)
    # how much runs at once. Records are local activities, each with a connection: together with `activities`, which are the
    # other steps of ours, and with what runs beside, they stay within the database's pool (twice `pool_size`), or they would wait
    # there for each other and time out
    workflow_tasks: int = 24
    activities: int = Field(default=8, ge=1)
    local_activities: int = 8
    # steps at one insurer, at the gateway, or by the channel to people: each of these has as many places, and none of the others'
    # (activities/bulkhead.py). Room for `QueueSettings.in_flight`, and for policies and claims besides; they wait, and cost little
    outside: int = Field(default=240, ge=1)

    def calls(self, insurers: int) -> int:
        """How many may be under way to everybody outside."""
        return self.outside * (insurers + 2)

    def slots(self, insurers: int) -> int:
        """Enough for every share to be full."""
        return self.calls(insurers) + self.activities


class NoticesSettings(BaseModel):
    """Where notices to people go: a webhook of the operator's own messaging, or only the outbox table."""

    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    timeout_seconds: float = 5.0


class QueueSettings(BaseModel):
    """How many purchases begin in a second with one insurer, and how many may be at work there; others wait in turn."""

    rate: float = Field(default=20.0, gt=0)
    # insurers that take less, or more: {code: rate}
    rates: dict[str, float] = Field(default_factory=dict)
    # the rate for as long as an insurer thinks: 20 a second, ten seconds each
    in_flight: int = Field(default=200, ge=1)

    def rate_of(self, insurer_code: str) -> float:
        return self.rates.get(insurer_code, self.rate)


class ProcessSettings(BaseModel):
    """Times of processes that no law and no product fixes."""

    payment_minutes: float = 30
    # an expired purchase can be resumed for this long
    resume_days: float = 30
    quote_minutes: float = 30
    # a paid premium whose policy the insurer does not issue goes back after this long
    issue_days: float = Field(default=3, ge=0.5, le=30)
    claim_idle_days: float = 180
    # how long before the end of its cover a family is told, with a link to renew
    expiring_days: int = Field(default=30, ge=1, le=180)
    # a student who is on no roster of the school can't be insured before being entered there (DOMAIN A4)
    roster_gate: bool = False
    dispute_days: float = 30
    # how long a quality review may take; one that decides is due with its claim's own clocks
    review_days: float = 10


class ClaimSettings(BaseModel):
    """What the insurers' own practice sets about claims."""

    # of the claims decided without a person, how many an adjuster looks at afterwards
    quality_sample_percent: float = Field(default=5, ge=0, le=100)
    # claims of one child with accidents so few days apart may be about the same one
    same_accident_days: int = Field(default=3, ge=0, le=60)


class IssuerKey(BaseModel):
    """What one insurer signs its e-policies with: a PKCS#12 file in base64, or PEM texts, the insurer's own certificate first and its
    authority's last."""

    pkcs12: SecretStr = SecretStr("")
    private_key: SecretStr = SecretStr("")
    certificates: str = ""
    # of the file or of the key, when they have one
    password: SecretStr = SecretStr("")


class SigningSettings(BaseModel):
    """E-policies (电子保单). Without these there are none: the API says so."""

    # keys the codes on e-policies; changing it makes every printed QR code worthless
    code_secret: SecretStr = SecretStr("")
    # by insurer code
    issuers: dict[str, IssuerKey] = Field(default_factory=dict)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="XUEPING_", env_nested_delimiter="__", extra="ignore")

    environment: Literal["development", "production"] = "production"
    public_url: str = "http://127.0.0.1:8000"
    token_secret: SecretStr = SecretStr("")
    # keys the digests of document numbers; changing it forgets which policies belong to the same child
    digest_secret: SecretStr = SecretStr("")
    database: DatabaseSettings = DatabaseSettings()
    temporal: TemporalSettings = TemporalSettings()
    storage: StorageSettings = StorageSettings()
    insurers: dict[str, InsurerSettings] = Field(default_factory=dict)
    alipay: AlipaySettings = AlipaySettings()
    ocr: OcrSettings = OcrSettings()
    notices: NoticesSettings = NoticesSettings()
    worker: WorkerSettings = WorkerSettings()
    process: ProcessSettings = ProcessSettings()
    queue: QueueSettings = QueueSettings()
    claims: ClaimSettings = ClaimSettings()
    signing: SigningSettings = SigningSettings()

    def missing_secrets(self) -> list[str]:
        """The variables without which nothing may serve: what an empty key signs anybody can sign, and what it hides anybody can
        find by trying. `SigningSettings` are not among them: without those there are no e-policies."""
        needed = {
            "XUEPING_TOKEN_SECRET": self.token_secret,
            "XUEPING_DIGEST_SECRET": self.digest_secret,
            "XUEPING_DATABASE__URL": self.database.url,
            "XUEPING_STORAGE__ACCESS_KEY": self.storage.access_key,
            "XUEPING_STORAGE__SECRET_KEY": self.storage.secret_key,
            "XUEPING_ALIPAY__APP_PRIVATE_KEY": self.alipay.app_private_key,
            "XUEPING_ALIPAY__ALIPAY_PUBLIC_KEY": SecretStr(self.alipay.alipay_public_key),
            **{f"XUEPING_INSURERS ({code}: secret)": insurer.secret for code, insurer in self.insurers.items()},
            **{f"XUEPING_TEMPORAL__PAYLOAD_KEYS ({key_id})": key for key_id, key in self.temporal.payload_keys.items()},
        }
        if not self.temporal.payload_keys:
            needed["XUEPING_TEMPORAL__PAYLOAD_KEYS"] = SecretStr("")
        if self.notices.webhook_url is not None:
            needed["XUEPING_NOTICES__WEBHOOK_SECRET"] = self.notices.webhook_secret or SecretStr("")
        return [name for name, secret in needed.items() if not secret.get_secret_value().strip()]


@lru_cache
def load_settings() -> Settings:
    return Settings()
