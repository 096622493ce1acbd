import ast
import importlib
import inspect
import pkgutil
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest
from temporalio import activity, workflow
from temporalio.common import SearchAttributeKey
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

import activities
import worker
import workflows
from insurance.settings import Settings
from workflows import search

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "workflows").rglob("*.py"))
# doors to the processes, which do not run in them
OUTSIDE_OF_PROCESSES = {"admission.py", "client.py", "codec.py"}
RUN_IN_PROCESSES = [file for file in FILES if file.name not in OUTSIDE_OF_PROCESSES]

FORBIDDEN_MODULES = {
    "os", "io", "pathlib", "random", "secrets", "time", "uuid", "socket", "subprocess", "threading", "tempfile",
    "httpx", "sqlalchemy", "sqlmodel", "logging", "requests", "urllib",
}  # fmt: skip
FORBIDDEN_CALLS = {"now", "utcnow", "today", "sleep", "open", "print", "input", "urandom", "uuid4", "random", "getenv"}
# the process's own clock and timers
ALLOWED_CALLS = {"workflow.now", "workflow.sleep", "workflow.uuid4", "workflow.random"}


def modules_of(package):
    return [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]


def name_of_call(node):
    return ast.unparse(node.func)


@pytest.mark.parametrize("file", RUN_IN_PROCESSES, ids=lambda file: file.name)
def test_a_process_touches_no_clock_chance_or_file(file):
    tree = ast.parse(file.read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    calls = {name_of_call(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert imported & FORBIDDEN_MODULES == set()
    assert {call for call in calls if call.split(".")[-1] in FORBIDDEN_CALLS} - ALLOWED_CALLS == set()


@pytest.mark.parametrize("process", worker.WORKFLOWS, ids=lambda process: process.__name__)
async def test_the_sandbox_takes_the_process(process):
    definition = workflow._Definition.must_from_class(process)
    assert isinstance(worker.SANDBOX, SandboxedWorkflowRunner)
    worker.SANDBOX.prepare_workflow(definition)


def test_every_process_in_the_tree_is_in_the_registry_under_its_own_name():
    defined = {
        cls
        for module in modules_of(workflows)
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if workflow._Definition.from_class(cls)
    }
    assert defined == set(worker.WORKFLOWS)
    names = [workflow._Definition.must_from_class(process).name for process in worker.WORKFLOWS]
    assert len(set(names)) == len(names)


def test_every_step_in_the_tree_is_in_the_registry(monkeypatch):
    defined = {
        definition.name
        for module in modules_of(activities)
        for _, owner in inspect.getmembers(module, inspect.isclass)
        for _, method in inspect.getmembers(owner, callable)
        if (definition := activity._Definition.from_callable(method))
    }
    queues = {}
    monkeypatch.setattr(worker, "Worker", lambda client, **options: queues.setdefault(options["task_queue"], options))
    settings, adapters = Settings(), SimpleNamespace(insurers={}, payments=None, notices=None)
    worker.process_worker(None, settings, None, adapters)
    worker.ocr_worker(None, settings, SimpleNamespace(read_document=reading()))
    registered = [
        activity._Definition.must_from_callable(step).name for queue in queues.values() for step in queue["activities"]
    ]
    assert sorted(registered) == sorted(defined)
    assert set(queues[settings.temporal.process_queue]["workflows"]) == set(worker.WORKFLOWS)


def reading():
    from activities.reading import EvidenceReading

    return EvidenceReading(None, None).read_document


def test_search_attributes_carry_nothing_about_a_person():
    keys = {name: key.name for name, key in vars(search).items() if isinstance(key, SearchAttributeKey)}
    assert keys == {"INSURER_CODE": "InsurerCode"}
    used = [
        name_of_call(node) + ast.unparse(node.args[0])
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and name_of_call(node).endswith("SearchAttributePair")
    ]
    assert used == ["SearchAttributePairINSURER_CODE"]


PERSONAL = {"name", "mobile", "id_number", "account", "birth_date", "email", "description", "comment"}


def test_ids_and_static_texts_of_processes_hold_no_personal_data():
    # memo, summary and details of a process are stored in clear, as its id is
    clear = {"memo", "static_summary", "static_details", "summary", "id"}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg in clear:
                        words = {n.attr for n in ast.walk(keyword.value) if isinstance(n, ast.Attribute)}
                        assert words & PERSONAL == set(), f"{file.name}: {ast.unparse(node)}"


def test_every_message_to_a_process_is_one_frozen_dataclass():
    for process in worker.WORKFLOWS:
        definition = workflow._Definition.must_from_class(process)
        handlers = [*definition.updates.values(), *definition.signals.values()]
        for types in [definition.arg_types, *(handler.arg_types for handler in handlers)]:
            assert types is not None
            assert len(types) <= 1
            for kind in types:
                assert fields(kind)
                assert kind.__dataclass_params__.frozen
