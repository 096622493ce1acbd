import ast
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "workflows", "activities", "insurance")


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def sources(*roots):
    for root in roots:
        path = ROOT / root
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_import_contracts_hold():
    # as a command: it would set up logging for the whole process
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


def test_nobody_below_imports_the_api(graph):
    importers = {m for m in graph.modules if m.split(".")[0] != "api"}
    assert not {
        (m, i) for m in importers for i in graph.find_modules_directly_imported_by(m) if i.split(".")[0] == "api"
    }


def test_only_what_runs_workers_imports_their_registry():
    importers = {str(f.relative_to(ROOT)) for f in sources(*PACKAGES) if "worker" in imports(f)}
    assert importers <= {"api/cli/parts.py", "api/bench/month/workers.py"}


def test_the_rules_import_nothing_but_the_standard_library_and_each_other():
    foreign = {
        (str(file.relative_to(ROOT)), name)
        for file in sources("insurance/rules")
        for name in imports(file)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("insurance.rules")
    }
    assert foreign == set()


IMPURE = {"os", "io", "pathlib", "socket", "subprocess", "random", "secrets", "time", "uuid", "threading", "asyncio"}


def test_the_rules_import_no_clock_randomness_files_or_network():
    found = {
        (str(file.relative_to(ROOT)), name)
        for file in sources("insurance/rules")
        for name in imports(file)
        if name.split(".")[0] in IMPURE
    }
    assert found == set()


def test_the_simulators_share_no_code_with_the_adapters(graph):
    simulators = {m for m in graph.modules if m.startswith("insurance.simulators")}
    shared = {i for m in simulators for i in graph.find_modules_directly_imported_by(m) if i.startswith("insurance.")}
    assert {m for m in shared if m.startswith("insurance.adapters")} == set()


def test_importing_a_package_of_processes_runs_nothing():
    assert (ROOT / "workflows" / "__init__.py").read_text() == ""
    assert (ROOT / "activities" / "__init__.py").read_text() == ""
