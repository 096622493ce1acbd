"""What the stack needs of this machine and of its data folder, each with the way to mend it."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from api.stack import ports
from api.stack.errors import StackError
from api.stack.folder import in_use
from api.stack.parts import PROGRAMS
from api.stack.plan import DEFAULT_PORT, load_plan
from insurance.calendar import calendar_warning, load_calendar
from insurance.letters.fonts import FontMissing, letter_font

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEEDED_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Check:
    """One thing looked at: `detail` says what was found, `mend` what to do about it when that is not right."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


def demand(found: list[Check]) -> None:
    """Raises StackError for the first of `found` that is not right."""
    for check in found:
        if not check.ok:
            raise StackError(check.detail, check.mend)


def examine(folder: Path, port: int | None) -> list[Check]:
    """Every check at once, for `xueping doctor`."""
    return [
        *programs(),
        _engine(),
        _python(),
        _fonts(),
        _calendar(),
        _rights(folder),
        _version(folder),
        _disk(folder),
        _port(folder, port),
    ]


def programs() -> list[Check]:
    """What `xueping up` can't start without."""
    return [_packages(), _bundled(), _tesseract()]


def install(apt: str, brew: str) -> str:
    """The command that installs system packages here."""
    if sys.platform == "darwin":
        return f"brew install {brew}"
    return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install -y {apt}"


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), f"Python {version}", "安装 Python 3.11 或更新的版本")


def _packages() -> Check:
    wanted = [line for line in metadata.requires("xueping") or [] if "extra ==" not in line or "local" in line]
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted]
    missing = [name for name in names if not _installed(name)]
    if missing:
        return Check("packages", False, f"缺少 Python 包：{'、'.join(missing)}", "make setup")
    return Check("packages", True, f"{len(names)} 个 Python 包齐全")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _bundled() -> Check:
    missing = [name for name in ("temporal", "weed") if not (PROGRAMS / name).exists()]
    if missing:
        return Check("servers", False, f"缺少程序：{'、'.join(missing)}", "make setup")
    return Check("servers", True, "Temporal、SeaweedFS、PostgreSQL 随包安装")


def _tesseract() -> Check:
    mend = install("tesseract-ocr tesseract-ocr-chi-sim", "tesseract tesseract-lang")
    if not shutil.which("tesseract"):
        return Check("tesseract", False, "没有安装 Tesseract（票据识别要用）", mend)
    listed = subprocess.run(["tesseract", "--list-langs"], check=False, capture_output=True, text=True)  # noqa: S607
    if "chi_sim" not in listed.stdout.split():
        return Check("tesseract", False, "Tesseract 没有简体中文数据 chi_sim", mend)
    return Check("tesseract", True, "Tesseract 与 chi_sim 已安装")


def _engine() -> Check:
    """Of receipts. Loaded in a process of its own: where its library does not fit the processor, it ends that."""
    loaded = subprocess.run([sys.executable, "-c", "import onnxruntime"], check=False, capture_output=True)
    if loaded.returncode:
        return Check("engine", False, "onnxruntime 在这里不能运行，票据由 Tesseract 识别，准确率低得多", "make setup")
    return Check("engine", True, "票据识别引擎 onnxruntime 可用")


def _fonts() -> Check:
    """The one that letters are drawn with."""
    try:
        font = letter_font()
    except FontMissing:
        return Check(
            "fonts", False, "没有中文字体（文书与演示票据要用）", install("fonts-noto-cjk", "font-noto-sans-cjk")
        )
    return Check("fonts", True, f"中文字体 {font.name}")


def _calendar() -> Check:
    calendar, today = load_calendar(), datetime.now(SHANGHAI).date()
    known = f"工作日历已知到 {max(calendar.known_years)} 年"
    detail = "；".join(filter(None, (known, calendar_warning(calendar, today))))
    return Check("calendar", today.year in calendar.known_years, detail, "升级 chinesecalendar，或录入工作日历")


def _rights(folder: Path) -> Check:
    place = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Check("folder", True, f"数据目录 {folder} 可写")
    return Check("folder", False, f"数据目录 {folder} 不可写", "换一个 --data-dir，或改它的权限")


def _version(folder: Path) -> Check:
    try:
        plan = load_plan(folder)
    except (StackError, OSError) as error:
        mend = error.mend if isinstance(error, StackError) else "改它的权限"
        return Check("layout", False, getattr(error, "problem", f"读不了 {folder}"), mend)
    return Check("layout", True, f"数据目录版本 {plan.layout_version}" if plan else "数据目录还没有建立")


def _disk(folder: Path) -> Check:
    place = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    gigabytes = f"磁盘剩余 {free / 1024**3:.1f} GB"
    return Check("disk", free >= NEEDED_FREE_BYTES, gigabytes, "至少腾出 2 GB，或把 --data-dir 放到别的盘")


def _port(folder: Path, port: int | None) -> Check:
    if in_use(folder):
        return Check("port", True, f"xueping up 正在 {folder} 上运行")
    wanted = port or _kept_port(folder)
    free = ports.is_free(wanted)
    detail = f"端口 {wanted} {'空闲' if free else '已被占用'}"
    return Check("port", free, detail, f"停下占用者（lsof -i :{wanted}），或用 --port 换一个")


def _kept_port(folder: Path) -> int:
    try:
        plan = load_plan(folder)
    except (StackError, OSError):
        plan = None
    return plan.api_port if plan else DEFAULT_PORT
