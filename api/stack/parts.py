"""The parts of the stack: what each runs, what it waits for, and how one sees that it serves."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGTERM

from api.stack import environment, postgres
from api.stack.plan import Plan, write_secret
from api.stack.ports import LOOPBACK
from api.stack.readiness import Probe, answers, polls, postmaster_ready
from workflows.search import INSURER_CODE

PROGRAMS = Path(sys.executable).parent
# settings of insurance/settings.py that the stack leaves as they are
PROCESS_QUEUE = "xueping"
OCR_QUEUE = "xueping-ocr"
# one fills no more than one processor, and the peak of September comes in at this door
API_PROCESSES = 2


@dataclass(frozen=True)
class Part:
    """One part: `ready` is None for a step that must end by itself with 0 before what waits for it starts.

    `prepare` runs before every start, and is repeatable.
    """

    name: str
    label: str
    command: list[str]
    ready: Probe | None
    after: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    user: str | None = None
    stop_signal: int = SIGTERM
    # after the signal, before it is killed; what waits for each other must stop within 15 s in all
    stop_seconds: float = 4.0
    # how far it stands back when processors are short, as `nice` counts
    niceness: int = 0


def all_parts(folder: Path, plan: Plan) -> list[Part]:
    """Every part of the stack in `folder`, in the order in which people think of them."""
    return [
        _postgres(folder, plan),
        _temporal(folder, plan),
        _store(folder, plan),
        *_simulators(folder, plan),
        *_own(plan),
    ]


def _postgres(folder: Path, plan: Plan) -> Part:
    data = folder / "postgres" / "data"
    return Part(
        name="postgres",
        label="PostgreSQL 数据库",
        command=postgres.command(data, plan.ports["postgres"]),
        ready=postmaster_ready(data),
        prepare=partial(postgres.ensure_cluster, data, plan.secrets.database),
        user=postgres.owner(),
        # fast shutdown: open connections are ended, not waited for
        stop_signal=SIGINT,
    )


def _temporal(folder: Path, plan: Plan) -> Part:
    home = folder / "temporal"
    ports = plan.ports
    command = [str(PROGRAMS / "temporal"), "server", "start-dev", "--ip", LOOPBACK, "--port", str(ports["temporal"])]
    command += ["--ui-port", str(ports["temporal_ui"]), "--ui-disable-news-fetch"]
    command += ["--http-port", str(ports["temporal_http"]), "--metrics-port", str(ports["temporal_metrics"])]
    command += ["--db-filename", str(home / "temporal.db"), "--log-level", "warn"]
    command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"]
    command += ["--search-attribute", f"{INSURER_CODE.name}=Keyword"]
    for switch in ("matching.useNewMatcher", "matching.enableFairness"):
        command += ["--dynamic-config-value", f"{switch}=true"]
    return Part(
        name="temporal",
        label="Temporal 流程引擎",
        command=command,
        ready=answers(ports["temporal_http"], "/api/v1/namespaces/default"),
        prepare=partial(home.mkdir, mode=0o700, exist_ok=True),
        # its workers stand back further; people are answered without it when they queue
        niceness=5,
    )


def _store(folder: Path, plan: Plan) -> Part:
    home = folder / "store"
    ports = plan.ports
    options = {
        "dir": home,
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        "webdav": "false",
        "admin.ui": "false",
        "admin.port": ports["store_admin"],
        "admin.port.grpc": ports["store_admin_grpc"],
        "master.port": ports["store_master"],
        "master.port.grpc": ports["store_master_grpc"],
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 256,
        "volume.port": ports["store_volume"],
        "volume.port.grpc": ports["store_volume_grpc"],
        "volume.max": 0,
        "volume.preStopSeconds": 0,
        "filer.port": ports["store_filer"],
        "filer.port.grpc": ports["store_filer_grpc"],
        "s3.port": ports["store"],
        "s3.port.grpc": ports["store_grpc"],
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
    }
    command = [str(PROGRAMS / "weed"), "-logtostderr=true", "mini"]
    return Part(
        name="store",
        label="S3 影像库",
        command=command + [f"-{name}={value}" for name, value in options.items()],
        ready=answers(ports["store"], "/healthz"),
        environment=_store_secrets(plan),
        prepare=partial(home.mkdir, mode=0o700, exist_ok=True),
    )


def _store_secrets(plan: Plan) -> dict[str, str]:
    """Keys of the S3 door, and one for the doors behind it, which would otherwise let in anybody on this machine."""
    inner = plan.secrets.store_secret
    doors = ("JWT_SIGNING_KEY", "JWT_SIGNING_READ_KEY", "JWT_FILER_SIGNING_KEY", "JWT_FILER_SIGNING_READ_KEY")
    return {
        "AWS_ACCESS_KEY_ID": plan.secrets.store_access,
        "AWS_SECRET_ACCESS_KEY": plan.secrets.store_secret,
        "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",
        **{f"WEED_{door}": f"{door}-{inner}" for door in doors},
    }


def _simulators(folder: Path, plan: Plan) -> list[Part]:
    home = folder / "simulators"
    described = {
        "insurer": ("保险公司（模拟）", environment.insurer_simulator(plan.secrets, environment.api_url(plan))),
        "alipay": ("支付宝网关（模拟）", environment.alipay_simulator(plan.secrets)),
    }
    return [_simulator(home, plan.ports[name], name, *texts) for name, texts in described.items()]


def _simulator(home: Path, port: int, name: str, label: str, configuration: str) -> Part:
    config = home / f"{name}.json"

    def prepare() -> None:
        home.mkdir(mode=0o700, exist_ok=True)
        write_secret(config, configuration)

    command = [sys.executable, "-m", f"insurance.simulators.{name}", "--host", LOOPBACK, "--port", str(port)]
    return Part(
        name=f"{name}-simulator",
        label=label,
        command=[*command, "--data", str(home / f"{name}.sqlite"), "--config", str(config)],
        ready=answers(port, "/healthz"),
        prepare=prepare,
    )


def _own(plan: Plan) -> list[Part]:
    settings = environment.settings_of(plan)
    xueping = str(PROGRAMS / "xueping")
    temporal_http = plan.ports["temporal_http"]
    around = ("migrate", "temporal", "store", "insurer-simulator", "alipay-simulator")
    api = [xueping, "api", "--host", LOOPBACK, "--port", str(plan.api_port), "--processes", str(API_PROCESSES)]
    worker = [xueping, "worker", "--queue"]
    # a worker gives its steps 5 s to end
    patience = 8.0
    # at the peak people are answered first, and what they asked for is done as fast as the rest allows
    stands_back = 10
    return [
        Part("migrate", "数据表", [xueping, "migrate"], None, ("postgres", "store"), settings),
        Part(
            "worker",
            "流程工人",
            [*worker, "processes"],
            polls(temporal_http, PROCESS_QUEUE),
            around,
            settings,
            stop_seconds=patience,
            niceness=stands_back,
        ),
        Part(
            "ocr-worker",
            "票据识别工人",
            [*worker, "ocr"],
            polls(temporal_http, OCR_QUEUE),
            around,
            settings,
            stop_seconds=patience,
            niceness=stands_back,
        ),
        Part("api", "API", api, answers(plan.api_port, "/readyz"), around, settings, stop_seconds=patience),
    ]
