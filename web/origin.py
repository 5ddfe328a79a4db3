"""Where a request comes from: this machine or not, this site or another. Pure functions of one request.

Nothing here is taken from a header that a stranger could use to gain by it: proxy headers only ever take rights away,
or make the cookie stricter.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

PORTS: Final = {"http": 80, "https": 443}

_PROXY_HEADERS: Final = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "cf-ray",
        "fastly-client-ip",
        "x-proxyuser-ip",
        "x-original-host",
        "x-original-for",
        "x-envoy-external-address",
    }
)
_PROXY_FAMILIES: Final = ("x-forwarded", "tailscale-", "cf-access-", "x-amz-cf-")
"""What proxies add to a request: RFC 7239 (Forwarded), RFC 9110 section 7.6.3 (Via), and the customary ones of nginx,
HAProxy, Apache, Cloudflare, Fastly, Envoy, Tailscale and Amazon CloudFront."""


def is_loopback(address: str) -> bool:
    """Whether a numeric address is of the machine itself: 127.0.0.0/8, ::1, or the former written as IPv6.

    A name is not: "localhost" as a peer is how servers write a Unix socket, behind which a proxy stands.
    """
    try:
        found = ip_address(address.strip("[]"))
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback


def binds_loopback(host: str) -> bool:
    """Whether a server told to listen on this host hears this machine only."""
    return host.strip().lower() == "localhost" or is_loopback(host.strip())


def place(authority: str, scheme: str = "http") -> tuple[str, int] | None:
    """Host in small letters and port of a Host header or of an address; None when it is neither."""
    try:
        parts = urlsplit(f"//{authority}")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in authority:
        return None
    return parts.hostname, port if port is not None else PORTS.get(scheme, 80)


def through_proxy(request: Request) -> bool:
    """Whether another program passed this request on, as far as it shows.

    nginx by default adds no header, but speaks HTTP/1.0 to the server behind it, which no browser does.
    """
    names = {name.lower() for name, _ in request.headers.items()}
    if names & _PROXY_HEADERS or any(name.startswith(_PROXY_FAMILIES) for name in names):
        return True
    return request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"


def at_the_machine(request: Request) -> bool:
    """Whether the request was made on this machine, to this machine by name, and by nobody else on the way.

    The Host header must name the machine itself: a page whose own name was made to point here (DNS rebinding) sends its
    own name. So must an Origin, when there is one: a proxy that rewrites Host does not rewrite Origin.
    """
    if not is_loopback(request.remote_addr or "") or through_proxy(request):
        return False
    host = place(request.headers.get("Host", ""))
    if host is None or not (host[0] == "localhost" or is_loopback(host[0])):
        return False
    origin = request.headers.get("Origin")
    return origin is None or _place_of(origin) == host


def same_site(request: Request) -> bool:
    """Whether a writing request was made by a page of this very site, or by its user's own hand.

    Browsers say so themselves in Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/), which no page can set. Where
    they do not (plain http on another host than localhost), Origin or Referer must name the host that was asked for.
    A request without any of the three is refused.
    """
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said.strip().lower() in ("same-origin", "none")
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    here = place(request.headers.get("Host", ""), source.partition(":")[0].lower())
    return here is not None and _place_of(source) == here


def said_https(request: Request) -> bool:
    """Whether the reader's browser speaks https, to this server or to a proxy before it; used to be stricter only."""
    passed_on = request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip().lower()
    forwarded = request.headers.get("Forwarded", "").lower().replace('"', "")
    origin = request.headers.get("Origin", "").lower()
    return request.is_secure or passed_on == "https" or "proto=https" in forwarded or origin.startswith("https://")


def safe_next(target: str, root: str) -> str:
    r"""The path of this site that `target` names, or the empty string: never another site's address.

    `root` is the path under which the site stands ("" or "/prefix"). Browsers take "//host", "/\host" and addresses
    with control characters in them for other hosts (https://url.spec.whatwg.org/#url-parsing).
    """
    if not target.startswith(f"{root}/") or target.startswith("//") or len(target) > 2000:
        return ""
    if "\\" in target or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in target):
        return ""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else target


def _place_of(address: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return place(parts.netloc, parts.scheme) if parts.scheme in PORTS else None
