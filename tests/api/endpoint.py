#!/usr/bin/env python3
"""Adds an endpoint in the console as a person does, and receives what it is sent, also what it refused at first.
Usage: endpoint.py DEMO.json PORT"""

import html
import http.cookiejar
import http.server
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

CODE = re.compile(r'<code id="webhook-python">(.*?)</code>', re.S)
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps every delivery as it came, and answers what it was told to; else 204."""

    arrived = queue.Queue()
    answers = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.arrived.put((time.monotonic(), {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204 if self.answers.empty() else self.answers.get())
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Person:
    """Somebody at a browser."""

    def __init__(self, base):
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path):
        with self.opener.open(self.base + path, timeout=20) as answer:
            return answer.geturl().removeprefix(self.base), answer.read().decode()

    def send(self, page, action, fields):
        """Fills the form of `page` that is sent to `action`; where that leads."""
        _, text = self.get(page)
        form = next(form for form in text.split("<form")[1:] if f'action="{action}"' in form.split(">", 1)[0])
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(form.split("</form>")[0])}
        body = urllib.parse.urlencode({**hidden, **fields}, doseq=True).encode()
        request = urllib.request.Request(self.base + action, data=body, headers={"Origin": self.base})
        with self.opener.open(request, timeout=20) as answer:
            return answer.geturl().removeprefix(self.base), answer.read().decode()


def call(demo, method, path, body=None):
    headers = {"Authorization": f"Bearer {demo['token']}", "Version": "2021-07-28", "Content-Type": "application/json"}
    request = urllib.request.Request(demo["url"] + path, method=method, data=json.dumps(body).encode() if body else None, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def receive(folder, secret, event):
    """The next delivery: when it came, its id, what it says. The code of the documentation has to call it genuine."""
    at, headers, body = Receiver.arrived.get(timeout=30)
    if headers["content-type"] != "application/json" or "authorization" in headers or "cookie" in headers:
        raise SystemExit(f"odd headers: {headers}")
    given = {"WEBHOOK_SECRET": secret, **{f"WEBHOOK_{name}": headers[f"webhook-{name.lower()}"] for name in ["ID", "TIMESTAMP", "SIGNATURE"]}}
    for text, expected in [(body, b"genuine"), (body + b" ", b"refused")]:
        said = subprocess.run(["python3", "verify.py"], cwd=folder, env={**os.environ, **given}, input=text, capture_output=True, timeout=20)
        if said.stdout.strip() != expected:
            raise SystemExit(f"{event}: verify.py says {said.stdout!r}, not {expected!r}\n{said.stderr.decode()}")
    told = json.loads(body)
    if (told["type"], told["webhookId"]) != (event, headers["webhook-id"]):
        raise SystemExit(f"not {event}: {told}")
    return at, headers["webhook-id"], told


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        demo = json.loads(file.readline())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        person = Person(demo["url"])
        with open(os.path.join(folder, "verify.py"), "w", encoding="utf-8") as file:
            file.write(html.unescape(CODE.search(person.get("/docs/webhooks")[1])[1]))

        person.send("/login", "/login", {"email": demo["email"], "password": demo["password"]})
        integration = call(demo, "GET", "/oauth/whoami")["integration"]["id"]
        fields = {"url": f"http://127.0.0.1:{sys.argv[2]}/hook", "description": "", "events": ["ContactCreate", "ContactUpdate"]}
        shown, page = person.send(f"/settings/webhooks/new?integration={integration}", "/settings/webhooks/new", fields)
        secret = SECRET.search(html.unescape(page))[0]
        endpoint = shown.removesuffix("/secret")

        person.send(endpoint, f"{endpoint}/test", {})
        receive(folder, secret, "Test")

        made = {"locationId": demo["account_id"], "firstName": "Zoë", "lastName": "End-to-End"}
        made = call(demo, "POST", "/contacts/", made)["contact"]
        _, _, told = receive(folder, secret, "ContactCreate")
        if (told["id"], told["firstName"], told["locationId"]) != (made["id"], "Zoë", demo["account_id"]):
            raise SystemExit(f"{told} is not {made}")

        # The receiver fails once: the same delivery comes again about five seconds later, up to a tenth sooner or later.
        Receiver.answers.put(500)
        call(demo, "PUT", f"/contacts/{made['id']}", {"lastName": "Again"})
        first, id, told = receive(folder, secret, "ContactUpdate")
        second, id_again, told_again = receive(folder, secret, "ContactUpdate")
        if (id, told) != (id_again, told_again) or told["lastName"] != "Again":
            raise SystemExit(f"{id_again} with {told_again} is not {id} with {told}")
        if not 4 <= second - first <= 12:
            raise SystemExit(f"it came again after {second - first:.1f} s, not about 5 s")
    _, page = person.get(endpoint)
    if "Failing" in page.split("</header>")[0]:
        raise SystemExit("the endpoint counts as failing although the second try was taken")
    if not Receiver.arrived.empty():
        raise SystemExit(f"more arrived than was told: {Receiver.arrived.get()}")
    server.shutdown()
    print(f"a test event and two events of the API arrived, signed; one of them again after {second - first:.1f} s")


main()
