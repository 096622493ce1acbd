"""Writes `.env` for docker-compose.yml with fresh secrets, for a stack of development with the simulators.

`python deploy/development.py [FILE]`. It leaves a file that is there alone: its secrets may be in use. Production has no
such script: there, secrets come from where the operator keeps them.
"""

import json
import secrets
import sys
from pathlib import Path

from api.stack import environment
from api.stack.plan import Secrets, new_secrets, write_secret


def main() -> None:
    file = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    if file.exists():
        sys.exit(f"{file} 已存在，不会改动；要换新密钥，先把它移走")
    lines = [f"{name}='{value}'" for name, value in variables(new_secrets()).items()]
    write_secret(file, "\n".join(lines) + "\n")
    sys.stdout.write(f"已写入 {file}\n")


def variables(fresh: Secrets) -> dict[str, str]:
    """The variables of `.env.example` for development."""
    return {
        "XUEPING_ENVIRONMENT": "development",
        "XUEPING_PUBLIC_URL": "http://127.0.0.1:8000",
        "XUEPING_TOKEN_SECRET": fresh.token,
        "XUEPING_DIGEST_SECRET": fresh.digest,
        "POSTGRES_PASSWORD": secrets.token_hex(20),
        "XUEPING_DATABASE_PASSWORD": secrets.token_hex(20),
        "TEMPORAL_DATABASE_PASSWORD": secrets.token_hex(20),
        "XUEPING_TEMPORAL__PAYLOAD_KEYS": json.dumps({"1": fresh.payload_key}),
        "MINIO_IMAGE": "coollabsio/minio:RELEASE.2025-10-15T17-29-55Z",
        # the same name leads a browser on this machine and our own parts to the store
        "XUEPING_STORAGE__ENDPOINT": "minio.localhost:9000",
        "XUEPING_STORAGE__ACCESS_KEY": fresh.store_access,
        "XUEPING_STORAGE__SECRET_KEY": fresh.store_secret,
        "XUEPING_INSURERS": environment.insurers(fresh, "http://insurer-simulator:9101"),
        "INSURER_SIMULATOR_CONFIG": environment.insurer_simulator(fresh, "http://api:8000"),
        "XUEPING_ALIPAY__GATEWAY_URL": "http://alipay.localhost:9102/gateway.do",
        "XUEPING_ALIPAY__APP_ID": environment.ALIPAY_APP_ID,
        "XUEPING_ALIPAY__APP_PRIVATE_KEY": fresh.alipay_app.private,
        "XUEPING_ALIPAY__ALIPAY_PUBLIC_KEY": fresh.alipay_gateway.public,
        "XUEPING_ALIPAY__NOTIFY_URL": "http://api:8000/v1/callbacks/alipay",
        "ALIPAY_SIMULATOR_CONFIG": environment.alipay_simulator(fresh),
        **environment.signing(fresh),
    }


if __name__ == "__main__":
    main()
