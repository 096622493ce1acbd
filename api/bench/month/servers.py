"""The month's API and its two simulators, in a process of their own."""

import json
from contextlib import ExitStack
from pathlib import Path

from api.app import create_app
from api.bench.month.beside import Lifetime, Shared
from api.stack.environment import alipay_simulator, api_url, insurer_simulator
from api.stack.plan import Plan
from insurance.settings import Settings
from insurance.simulators import clock as simulated
from insurance.simulators.alipay.app import build as build_alipay
from insurance.simulators.insurer.app import build as build_insurer
from insurance.simulators.process import in_background


def serve(lifetime: Lifetime, folder: Path, plan: Plan, settings: Settings, shared: Shared) -> None:
    """At the addresses of `plan`."""
    simulated.follow(shared.now)
    with ExitStack() as opened:
        for name, build, config in (
            ("insurer", build_insurer, insurer_simulator(plan.secrets, api_url(plan))),
            ("alipay", build_alipay, alipay_simulator(plan.secrets)),
        ):
            app = build(json.loads(config), folder / f"{name}.sqlite")
            opened.enter_context(in_background(app, port=plan.ports[name]))
        opened.enter_context(in_background(create_app(settings, shared.now), port=plan.api_port))
        lifetime.begin()
        lifetime.wait()
