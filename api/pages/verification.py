"""What a phone shows that scanned the code of an e-policy (保单验真): pages without scripts, texts escaped."""

from html import escape
from typing import Any

_STYLE = (
    "body{font:17px/1.6 sans-serif;margin:2em auto;max-width:34em;padding:0 1em;color:#222}"
    "h1{font-size:1.3em}dt{color:#666;font-size:.85em;margin-top:.8em}dd{margin:0;overflow-wrap:anywhere}"
)


def verification_page(seen: dict[str, Any]) -> str:
    """`seen` as the route answers it in JSON."""
    document = seen["document"]
    rows = {
        "保单号": seen["policy_no"],
        "状态": seen["label"],
        "保险公司": seen["insurer"]["name"],
        "产品": seen["title"],
        "保险期间": f"{seen['effective_date']} 零时起，{seen['ends_on']} 二十四时止",
        "被保险人": seen["insured_name"],
        "电子保单的 SHA-256": document["sha256"] if document else "更正后的电子保单尚未下载",
    }
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    return _page(
        f"<h1>本保单真实存在</h1><dl>{listed}</dl>"
        "<p>您手中文件的 SHA-256 与上面不同时，该文件可能已经更正或被改动，请以保险公司签发的最新电子保单为准。</p>"
    )


def unknown_page() -> str:
    return _page(
        "<h1>没有查到这份保单</h1><p>二维码不完整，或者这不是真实的电子保单。请重新扫描；仍然查不到时，请拨打保险公司的客服热线核实。</p>"
    )


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>保单验真</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
