import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from insurance.settings import StorageSettings

ACCESS, SECRET = "test-access", "test-secret-key"


@dataclass
class Server:
    """A real store of this machine that tests can stop and start."""

    command: list[str]
    environment: dict[str, str]
    settings: StorageSettings
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def pause(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGCONT)


def free_port() -> int:
    # weed puts its gRPC port 10000 above each port
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            if port < 40000:
                try:
                    second.bind(("127.0.0.1", port + 10000))
                except OSError:
                    continue
                return port
    return 20000 + os.getpid() % 10000


def settings(port: int) -> StorageSettings:
    return StorageSettings(
        endpoint=f"127.0.0.1:{port}",
        access_key=SecretStr(ACCESS),
        secret_key=SecretStr(SECRET),
        bucket="evidence-test",
    )


def weed(folder: Path) -> Server | None:
    found = Path(sys.executable).parent / "weed"
    program = str(found) if found.exists() else shutil.which("weed")
    if program is None:
        return None
    master, volume, filer, s3 = (free_port() for _ in range(4))
    command = [
        program, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-filer", "-s3",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}",
        "-volume.max=20", "-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-s3.port.iceberg=0",
    ]  # fmt: skip
    return Server(command, {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}, settings(s3))


def minio(folder: Path) -> Server | None:
    program = shutil.which("minio")
    if program is None:
        return None
    port = free_port()
    command = [program, "server", "--address", f"127.0.0.1:{port}", str(folder)]
    return Server(command, {"MINIO_ROOT_USER": ACCESS, "MINIO_ROOT_PASSWORD": SECRET}, settings(port))


def wait_for_port(server: Server) -> None:
    host, _, port = server.settings.endpoint.partition(":")
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the store did not start")
