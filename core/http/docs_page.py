"""/openapi.json and /docs: the API's reference as one plain page, without a script and without another host."""

import json
from html import escape
from typing import Any

from aiohttp import web

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0
1rem;color:#1a2b34} summary{cursor:pointer;padding:.4rem 0}code,pre{font:14px
ui-monospace,monospace;background:#f1f5f7;border-radius:4px} code{padding:.1rem
.3rem}pre{padding:.8rem;overflow:auto}details{border-bottom:1px solid #dbe4e8}
.m{display:inline-block;min-width:4.5rem;font-weight:700}table{border-collapse:collapse}td,th{padding:.2rem
.8rem .2rem 0; text-align:left;vertical-align:top}
"""


def add_docs(app: web.Application, document: dict[str, Any]) -> None:
    """Add both addresses. The document tells what exists, not who is here: it is open to everybody."""
    as_json = json.dumps(document).encode()
    as_html = render(document)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=as_json, content_type="application/json")

    async def docs(_request: web.Request) -> web.Response:
        return web.Response(text=as_html, content_type="text/html")

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/docs", docs)


def render(document: dict[str, Any]) -> str:
    """The document as HTML."""
    title = escape(document["info"]["title"])
    operations = "".join(
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    schemas = "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>{_pre(schema)}</details>'
        for name, schema in sorted(document["components"]["schemas"].items())
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} API</title><style>{_STYLE}</style>'
        f"<main><h1>{title} API</h1><p>Machine readable: <a href='/openapi.json'>/openapi.json</a> (OpenAPI 3.1). "
        "Every failure is <code>application/problem+json</code> with a stable <code>code</code>.</p>"
        f"<h2>Addresses</h2>{operations}<h2>Shapes</h2>{schemas}</main></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    head = (
        f'<span class="m">{method.upper()}</span><code>{escape(path)}</code> {escape(operation["summary"])}'
    )
    parts = [f"<p>Permission <code>{escape(operation['x-permission'])}</code></p>"]
    if operation["parameters"]:
        parts.append("<h4>Parameters</h4>" + _pre(operation["parameters"]))
    if "requestBody" in operation:
        parts.append("<h4>Body</h4>" + _pre(_schema_of(operation["requestBody"]["content"])))
    rows = "".join(_answer(status, answer) for status, answer in operation["responses"].items())
    parts.append(f"<h4>Answers</h4><table>{rows}</table>")
    return f"<details><summary>{head}</summary>{''.join(parts)}</details>"


def _answer(status: str, answer: dict[str, Any]) -> str:
    schemas = [
        content["schema"] for kind, content in answer.get("content", {}).items() if "problem" not in kind
    ]
    shape = _pre(schemas[0]) if schemas else ""
    return f"<tr><th>{status}</th><td>{escape(answer['description'])}{shape}</td></tr>"


def _pre(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=1))}</pre>"


def _schema_of(content: dict[str, Any]) -> Any:
    """Of its one media type: JSON, or the bytes of a file."""
    [media] = content.values()
    return media["schema"]
