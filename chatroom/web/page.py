"""The page's files as answers to requests: loaded once, compressed once, each named by what it holds.

Strategy: a browser needs two flights, and sees the page after the first. The style stands in the document itself (its
hash in the Content-Security-Policy), so the page can be drawn with the first answer; all modules that the script
imports are named there (modulepreload), so they come together with it, and not one after the other. Their address
holds a digest of all files: whoever has them asks no more, and for the document only whether it is still the same.

No script stands in the document, so the policy allows none there, and text can never become one: scripts come from
this site alone, and the browser refuses to make markup of strings (Trusted Types).

Sources: Content Security Policy Level 3; Trusted Types; RFC 9110 sections 8.8.3 (ETag) and 13.1.2 (If-None-Match).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from chatroom.wire.http import NOTHING, SAFE, Request, Response, plain

STATIC = Path(__file__).parent / "static"
DOCUMENT = "index.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".ogg": "audio/ogg",
}
_COMPRESSED = (".png", ".ico", ".woff2", ".ogg")  # already, so that nothing is gained
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"  # each time, whether it is still the same
_STYLE = re.compile(r'<link rel="stylesheet" href="static/([\w./-]+)">')
_SCRIPT = re.compile(r'<script type="module" src="static/([\w./-]+)"></script>')
_ADDRESS = re.compile(r'(?<=["\'])static/')
_IMPORT = re.compile(r"""^\s*(?:import|export)\b(?:[^"';]*\bfrom)?\s*["'](\.{1,2}/[\w./-]+)["']""", re.MULTILINE)


def policy(styles: str = "") -> str:
    """The Content-Security-Policy of the page; `styles` are the hashes of those in the document."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' {styles}".rstrip(),
            "connect-src 'self'",
            "img-src 'self' data:",
            "media-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


class Page:
    """The files of a folder, in memory. Files whose names begin with a dot are none of them."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._contents = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in TYPES and not path.name.startswith(".")
        }
        self.version = _digest(*(word for name in self._contents for word in (name.encode(), self._contents[name])))
        self._files: dict[str, _File] = dict(self._all())

    def answer(self, request: Request) -> Response | None:
        """The answer to a request for one of the files; None when it is for something else."""
        file = self._files.get(request.path)
        if file is None:
            return None
        if request.method not in ("GET", "HEAD"):
            return plain(405, "That can only be read.", ("Allow", "GET, HEAD"))
        return file.answer(request.headers)

    def _all(self) -> Iterator[tuple[str, _File]]:
        """Each file under its addresses: one that is for ever, and a plain one."""
        for name, content in self._contents.items():
            if name == DOCUMENT:
                yield "/", self._document(content.decode())
                continue
            kind = Path(name).suffix
            yield f"/static/{self.version}/{name}", _File(kind, content, _FOR_EVER)
            yield f"/static/{name}", _File(kind, content, _ASK)
            if name in ("favicon.ico", "robots.txt", "manifest.webmanifest"):
                yield f"/{name}", _File(kind, content, _ASK)

    # ---- the document

    def _document(self, text: str) -> _File:
        hashes: list[str] = []

        def put_in(found: re.Match[str]) -> str:
            style = self._contents[found[1]].decode()
            hashes.append(f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'")
            return f"<style>{style}</style>"

        text = _SCRIPT.sub(lambda found: self._preloaded(found[1]) + found[0], text)
        text = _ADDRESS.sub(f"static/{self.version}/", _STYLE.sub(put_in, text))
        more = (
            ("Content-Security-Policy", policy(" ".join(hashes))),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        )
        return _File(".html", text.encode(), _ASK, more)

    def _preloaded(self, script: str) -> str:
        """What has the browser ask at once for all that `script` imports."""
        return "".join(f'<link rel="modulepreload" href="static/{name}">' for name in self._imports(script))

    def _imports(self, script: str) -> list[str]:
        """The modules that `script` imports, and those that they do, by name."""
        found: dict[str, None] = {script: None}
        waiting = [script]
        while waiting:
            module = waiting.pop()
            for other in _IMPORT.findall(self._contents.get(module, b"").decode()):
                name = posixpath.normpath(posixpath.join(posixpath.dirname(module), other))
                if name not in found:
                    found[name] = None
                    waiting.append(name)
        return list(found)[1:]


class _File:
    """One file's answers: as it is, compressed, and that it is still the same."""

    def __init__(self, kind: str, content: bytes, keep: str, more: tuple[tuple[str, str], ...] = ()) -> None:
        tag = f'"{_digest(content)}"'
        packed = content if kind in _COMPRESSED else gzip.compress(content, 9, mtime=0)
        about = more or (NOTHING,)
        common = (("ETag", tag), ("Cache-Control", keep), ("Vary", "Accept-Encoding"), *about, *SAFE)
        self._tag = tag
        self._whole = Response(200, (("Content-Type", TYPES[kind]), *common), content)
        self._packed = self._whole
        if len(packed) < len(content):
            headers = (("Content-Type", TYPES[kind]), ("Content-Encoding", "gzip"), *common)
            self._packed = Response(200, headers, packed)
        self._same = Response(304, common)

    def answer(self, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
        if self._tag in headers.get("if-none-match", ""):
            return self._same
        takes_gzip = re.search(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", headers.get("accept-encoding", ""))
        return self._packed if takes_gzip else self._whole


def _digest(*pieces: bytes) -> str:
    return hashlib.sha256(b"\0".join(pieces)).hexdigest()[:16]
