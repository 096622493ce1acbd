from collections.abc import Callable, Iterator

import pytest
from store_server import Server, minio, wait_for_port, weed


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    running: dict[str, Server] = {}

    def start(name: str) -> Server:
        if name not in running:
            folder = tmp_path_factory.mktemp(name)
            made = weed(folder) if name == "weed" else minio(folder)
            if made is None:
                pytest.skip(f"{name} is not installed here")
            made.start()
            running[name] = made
            wait_for_port(made)
        return running[name]

    yield start
    for server in running.values():
        server.stop()
