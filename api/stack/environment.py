"""The settings of a stack on one machine, as the `XUEPING_*` variables of `insurance/settings.py`."""

import json
from pathlib import Path

from api.stack.errors import StackError
from api.stack.plan import Plan, load_plan
from api.stack.ports import LOOPBACK

ALIPAY_APP_ID = "2021000000000001"


def stack_environment(data_dir: Path) -> dict[str, str]:
    """The variables with which every part of the stack in `data_dir` runs: for tokens, the demo and tests as well."""
    plan = load_plan(data_dir)
    if plan is None:
        raise StackError(f"{data_dir} 里还没有运行过的系统", f"先运行：xueping up --data-dir {data_dir}")
    return settings_of(plan)


def settings_of(plan: Plan) -> dict[str, str]:
    """`plan` as environment variables."""
    public_url = api_url(plan)
    return {
        "XUEPING_ENVIRONMENT": "development",
        "XUEPING_PUBLIC_URL": public_url,
        "XUEPING_TOKEN_SECRET": plan.secrets.token,
        "XUEPING_DATABASE__URL": database_url(plan),
        "XUEPING_TEMPORAL__ADDRESS": f"{LOOPBACK}:{plan.ports['temporal']}",
        "XUEPING_TEMPORAL__PAYLOAD_KEYS": json.dumps({"1": plan.secrets.payload_key}),
        "XUEPING_STORAGE__ENDPOINT": f"{LOOPBACK}:{plan.ports['store']}",
        "XUEPING_STORAGE__ACCESS_KEY": plan.secrets.store_access,
        "XUEPING_STORAGE__SECRET_KEY": plan.secrets.store_secret,
        "XUEPING_INSURERS": json.dumps(_insurers(plan)),
        "XUEPING_ALIPAY__GATEWAY_URL": f"http://{LOOPBACK}:{plan.ports['alipay']}/gateway.do",
        "XUEPING_ALIPAY__APP_ID": ALIPAY_APP_ID,
        "XUEPING_ALIPAY__APP_PRIVATE_KEY": plan.secrets.alipay_app.private,
        "XUEPING_ALIPAY__ALIPAY_PUBLIC_KEY": plan.secrets.alipay_gateway.public,
        "XUEPING_ALIPAY__NOTIFY_URL": f"{public_url}/v1/callbacks/alipay",
        "XUEPING_ALIPAY__RETURN_URL": public_url,
    }


def api_url(plan: Plan) -> str:
    return f"http://{LOOPBACK}:{plan.api_port}"


def temporal_ui_url(plan: Plan) -> str:
    return f"http://{LOOPBACK}:{plan.ports['temporal_ui']}"


def database_url(plan: Plan) -> str:
    return f"postgresql+psycopg://xueping:{plan.secrets.database}@{LOOPBACK}:{plan.ports['postgres']}/xueping"


def insurer_simulator(plan: Plan) -> str:
    """The configuration of the stand-in insurers: their keys, where they call back, how long underwriting (核保) takes."""
    callbacks = f"{api_url(plan)}/v1/callbacks/insurers"
    insurers = {
        code: {"key_id": key.key_id, "secret": key.secret, "callback_url": f"{callbacks}/{code}"}
        for code, key in plan.secrets.insurers.items()
    }
    return json.dumps({"insurers": insurers, "underwriting_seconds": [0.2, 0.5]})


def alipay_simulator(plan: Plan) -> str:
    """The configuration of the stand-in Alipay gateway: the app that it knows, and its own key."""
    return json.dumps(
        {
            "app_id": ALIPAY_APP_ID,
            "app_public_key": plan.secrets.alipay_app.public,
            "gateway_private_key": plan.secrets.alipay_gateway.private,
        }
    )


def _insurers(plan: Plan) -> dict[str, dict[str, str]]:
    base = f"http://{LOOPBACK}:{plan.ports['insurer']}"
    return {
        code: {"base_url": f"{base}/{code}", "key_id": key.key_id, "secret": key.secret}
        for code, key in plan.secrets.insurers.items()
    }
