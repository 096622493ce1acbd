"""`xueping api`, `worker`, `migrate`: the parts alone, as production and the supervisor run them. Settings come from `XUEPING_*`."""

import asyncio
import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import api as package
from api.cli.settings import refuse
from insurance.settings import Settings, load_settings


class Queue(StrEnum):
    processes = "processes"
    ocr = "ocr"


def api(
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = 8000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="进程数；一个进程用不满一个以上的处理器")] = 1,
) -> None:
    """API 服务 (HTTP)."""
    import uvicorn

    _complete_settings()
    uvicorn.run(
        "api.app:app_of_this_machine",
        factory=True,
        workers=processes,
        # a busy machine is not a dead process
        timeout_worker_healthcheck=60,
        host=host,
        port=port,
        # addresses carry ids of people's cases
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


def worker(queue: Annotated[Queue, typer.Option(help="processes：流程；ocr：票据识别")] = Queue.processes) -> None:
    """工作进程 (Temporal worker)."""
    import worker as registry

    _log()
    settings = _complete_settings()
    match queue:
        case Queue.processes:
            asyncio.run(registry.run(settings, "processes"))
        case Queue.ocr:
            asyncio.run(registry.run(settings, "ocr"))


def migrate() -> None:
    """建立或升级数据库表，并准备材料库 (tables and the evidence bucket). Repeatable."""
    from alembic import command
    from alembic.config import Config

    from insurance.adapters.registry import open_storage

    settings = load_settings()
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parents[1] / "insurance/tables/migrations"))
    command.upgrade(config, "head")
    asyncio.run(open_storage(settings.storage).prepare())


def _complete_settings() -> Settings:
    """Ends the command with one clear line when a secret is missing."""
    settings = load_settings()
    if missing := settings.missing_secrets():
        refuse(f"没有设置密钥，不能启动 (refusing to start, not set or empty): {', '.join(missing)}")
    return settings


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # one line for each request would name cases
    logging.getLogger("httpx").setLevel(logging.WARNING)
