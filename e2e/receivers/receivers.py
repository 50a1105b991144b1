"""What messages go to: a mail server with TLS and login, and an HTTP server that plays an SMS provider, a push service
and a host application. Each reads what it gets with a library that is not ours, and tells it at /received.

python receivers.py CERTIFICATE KEY   prints its ports as one line of JSON, and runs until its standard input ends.
"""

import asyncio
import base64
import email
import email.policy
import json
import ssl
import sys

import http_ece
import icalendar
import jwt
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

USER, PASSWORD = b"clinic", b"a password of the mail server"

received = []
answers = {}  # By path: what to answer next. 200 if there is nothing.
secrets = {}  # By path: what a webhook is signed with.
devices = {}  # By id: the key and the secret of a browser.
logins = []  # An entry for each login that is to be refused.
letters = []  # What to answer letters with next. 250 if there is nothing.


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        answer = letters.pop(0) if letters else "250 taken"
        if answer.startswith("250"):
            received.append(read_letter(envelope, session))
        return answer


def read_letter(envelope, session):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    calendar = parts.get("text/calendar")
    if isinstance(calendar, bytes):
        calendar = calendar.decode()
    return {
        "kind": "letter",
        "to": envelope.rcpt_tos,
        "id": message["Message-ID"],
        "from": message["From"],
        "subject": message["Subject"],
        "stop": message["List-Unsubscribe"],
        "stopPost": message["List-Unsubscribe-Post"],
        "text": parts.get("text/plain"),
        "html": parts.get("text/html"),
        "events": read_calendar(calendar) if calendar else None,
        "startTls": session.ssl is not None,
        "login": session.authenticated,
    }


def read_calendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    for component in calendar.walk():
        if component.errors:
            raise ValueError(component.errors)
    return [
        {
            "method": str(calendar["METHOD"]),
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "start": event.decoded("DTSTART").isoformat(),
            "end": event.decoded("DTEND").isoformat(),
            "summary": str(event["SUMMARY"]),
            "status": str(event["STATUS"]),
            "url": str(event.get("URL", "")),
            "conference": str(event.get("CONFERENCE", "")),
            "alarms": len(event.walk("VALARM")),
            "raw": text,
        }
        for event in calendar.walk("VEVENT")
    ]


def login(server, session, envelope, mechanism, data):
    if logins:
        logins.pop()
        return AuthResult(success=False, handled=False)
    return AuthResult(success=(data.login, data.password) == (USER, PASSWORD))


async def listen_for_mail(loop, tls):
    def starting():
        return SMTP(Mailbox(), require_starttls=True, tls_context=tls, auth_required=True, authenticator=login, loop=loop)

    def whole():
        return SMTP(Mailbox(), auth_required=True, auth_require_tls=False, authenticator=login, loop=loop)

    one = await loop.create_server(starting, "127.0.0.1", 0)
    other = await loop.create_server(whole, "127.0.0.1", 0, ssl=tls)
    return [server.sockets[0].getsockname()[1] for server in (one, other)]


async def answer_for(path):
    answer = answers[path].pop(0) if answers.get(path) else 200
    if answer == "hang":
        await asyncio.sleep(3600)
    if answer == "slow":
        await asyncio.sleep(1.5)
        answer = 200
    if isinstance(answer, list):
        return web.Response(status=answer[0], headers=answer[1])
    return web.Response(status=answer)


async def take(request):
    body = await request.read()
    entry = {"path": request.path, "headers": {name.lower(): value for name, value in request.headers.items()}}
    if request.path.startswith("/hook/"):
        entry |= {"kind": "hook", "verified": verified(request.path, entry["headers"], body), "body": json.loads(body)}
    elif request.path.startswith("/push/"):
        entry |= {"kind": "push", **read_push(request, body)}
    else:
        entry |= {"kind": "sms", "body": body.decode()}
    received.append(entry)
    return await answer_for(request.path)


def verified(path, headers, body):
    each = headers["webhook-signature"].split(" ")
    good = []
    for secret in secrets.get(path, []):
        try:
            Webhook(secret).verify(body, headers)
            good.append(secret)
        except WebhookVerificationError:
            pass
    return {"by": good, "signatures": len(each)}


def read_push(request, body):
    key, auth = devices[request.path.rsplit("/", 1)[1]]
    plain = http_ece.decrypt(body, private_key=key, auth_secret=auth, version="aes128gcm")
    scheme, _, rest = request.headers["Authorization"].partition(" ")
    pairs = dict(pair.strip().split("=", 1) for pair in rest.split(","))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(pairs["k"]))
    audience = f"http://{request.host}"
    claims = jwt.decode(pairs["t"], public, algorithms=["ES256"], audience=audience)
    return {"scheme": scheme, "key": pairs["k"], "claims": claims, "body": json.loads(plain)}


async def subscribe(request):
    name = request.match_info["name"]
    key, auth = ec.generate_private_key(ec.SECP256R1()), name.encode().ljust(16, b"x")[:16]
    devices[name] = (key, auth)
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": base64url(public), "auth": base64url(auth)}
    return web.json_response({"endpoint": f"http://{request.host}/push/{name}", "keys": keys, "expirationTime": None})


async def told(request):
    return web.json_response(received)


async def plan(request):
    said = await request.json()
    answers.update(said.get("answers", {}))
    secrets.update(said.get("secrets", {}))
    letters.extend(said.get("letters", []))
    logins.extend(said.get("logins", []))
    return web.json_response({})


async def calendar(request):
    return web.json_response(read_calendar(await request.text()))


async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(sys.argv[1], sys.argv[2])
    loop = asyncio.get_running_loop()
    smtp, smtps = await listen_for_mail(loop, tls)
    app = web.Application()
    app.add_routes(
        [
            web.get("/received", told),
            web.post("/plan", plan),
            web.post("/calendar", calendar),
            web.get("/subscribe/{name}", subscribe),
            web.post("/{tail:.*}", take),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    http = site._server.sockets[0].getsockname()[1]
    print(json.dumps({"http": http, "smtp": smtp, "smtps": smtps}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
