"""The settings of a stack on one machine, as the `XUEPING_*` variables of `insurance/settings.py`."""

import json
from pathlib import Path

from api.stack.errors import StackError
from api.stack.plan import Plan, Secrets, load_plan
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
        "XUEPING_DIGEST_SECRET": plan.secrets.digest,
        "XUEPING_DATABASE__URL": database_url(plan),
        "XUEPING_TEMPORAL__ADDRESS": f"{LOOPBACK}:{plan.ports['temporal']}",
        "XUEPING_TEMPORAL__PAYLOAD_KEYS": json.dumps({"1": plan.secrets.payload_key}),
        "XUEPING_STORAGE__ENDPOINT": f"{LOOPBACK}:{plan.ports['store']}",
        "XUEPING_STORAGE__ACCESS_KEY": plan.secrets.store_access,
        "XUEPING_STORAGE__SECRET_KEY": plan.secrets.store_secret,
        "XUEPING_INSURERS": insurers(plan.secrets, f"http://{LOOPBACK}:{plan.ports['insurer']}"),
        "XUEPING_ALIPAY__GATEWAY_URL": f"http://{LOOPBACK}:{plan.ports['alipay']}/gateway.do",
        "XUEPING_ALIPAY__APP_ID": ALIPAY_APP_ID,
        "XUEPING_ALIPAY__APP_PRIVATE_KEY": plan.secrets.alipay_app.private,
        "XUEPING_ALIPAY__ALIPAY_PUBLIC_KEY": plan.secrets.alipay_gateway.public,
        "XUEPING_ALIPAY__NOTIFY_URL": f"{public_url}/v1/callbacks/alipay",
        "XUEPING_ALIPAY__RETURN_URL": public_url,
        # one small machine does about six purchases a second
        "XUEPING_QUEUE__IN_FLIGHT": "40",
        **signing(plan.secrets),
    }


def api_url(plan: Plan) -> str:
    return f"http://{LOOPBACK}:{plan.api_port}"


def temporal_ui_url(plan: Plan) -> str:
    return f"http://{LOOPBACK}:{plan.ports['temporal_ui']}"


def database_url(plan: Plan) -> str:
    return f"postgresql+psycopg://xueping:{plan.secrets.database}@{LOOPBACK}:{plan.ports['postgres']}/xueping"


def insurers(secrets: Secrets, simulator: str) -> str:
    """XUEPING_INSURERS for the stand-in insurers behind the address `simulator`."""
    return json.dumps(
        {
            code: {"base_url": f"{simulator}/{code}", "key_id": key.key_id, "secret": key.secret}
            for code, key in secrets.insurers.items()
        }
    )


def signing(secrets: Secrets) -> dict[str, str]:
    """What e-policies (电子保单) are signed and checked with."""
    issuers = {code: identity.model_dump() for code, identity in secrets.issuers.items()}
    return {
        "XUEPING_SIGNING__CODE_SECRET": secrets.policy_codes,
        "XUEPING_SIGNING__ISSUERS": json.dumps(issuers),
    }


def insurer_simulator(secrets: Secrets, api: str) -> str:
    """The configuration of the stand-in insurers: their keys, where they call back, how long underwriting (核保) takes."""
    known = {
        code: {
            "key_id": key.key_id,
            "secret": key.secret,
            "callback_url": f"{api}/v1/callbacks/insurers/{code}",
        }
        for code, key in secrets.insurers.items()
    }
    return json.dumps({"insurers": known, "underwriting_seconds": [0.2, 0.5]})


def alipay_simulator(secrets: Secrets) -> str:
    """The configuration of the stand-in Alipay gateway: the app that it knows, and its own key."""
    return json.dumps(
        {
            "app_id": ALIPAY_APP_ID,
            "app_public_key": secrets.alipay_app.public,
            "gateway_private_key": secrets.alipay_gateway.private,
        }
    )
