#!/usr/bin/env python3
"""Runs the code of /docs/webhooks that checks deliveries, against genuine ones and forged ones. Usage: deliveries.py DEMO.json"""

import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timezone

from standardwebhooks import Webhook

CODE = re.compile(r'<code id="(webhook-[a-z]+)">(.*?)</code>', re.S)
NAMES = ["WEBHOOK_SECRET", "WEBHOOK_ID", "WEBHOOK_TIMESTAMP", "WEBHOOK_SIGNATURE"]
OTHER_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def bash(script, folder, more):
    done = subprocess.run(["bash", "-c", script], cwd=folder, env={"PATH": "/usr/local/bin:/usr/bin:/bin", **more},
                          capture_output=True, text=True, timeout=60)
    return done.stdout.strip(), done.stderr


def signed(delivery, timestamp, body, secret=None):
    """The delivery with this time and body, signed by the published library."""
    at = datetime.fromtimestamp(timestamp, timezone.utc)
    signature = Webhook(secret or delivery["WEBHOOK_SECRET"]).sign(delivery["WEBHOOK_ID"], at, body)
    return {**delivery, "WEBHOOK_TIMESTAMP": str(timestamp), "WEBHOOK_SIGNATURE": signature}


def cases(delivery, body):
    """What to check: a name, the variables, the body, and whether it is genuine."""
    now, right = int(time.time()), delivery["WEBHOOK_SIGNATURE"]
    wrong = signed(delivery, int(delivery["WEBHOOK_TIMESTAMP"]), body, OTHER_SECRET)["WEBHOOK_SIGNATURE"]
    yield "the example of the page", delivery, body, True
    yield "two signatures, the second right", {**delivery, "WEBHOOK_SIGNATURE": f"{wrong} {right}"}, body, True
    yield "two signatures, the first right", {**delivery, "WEBHOOK_SIGNATURE": f"{right} {wrong}"}, body, True
    yield "one with a version of tomorrow", {**delivery, "WEBHOOK_SIGNATURE": f"v2,x {right}"}, body, True
    for text in ['{"firstName":"Zoë 🦊"}\n', "\n\n", '{"a":"%s %d \\\\n $HOME `id`"}']:
        yield f"the body {text!r}", signed(delivery, now, text), text, True
    yield "four minutes ago", signed(delivery, now - 240, body), body, True
    yield "four minutes ahead", signed(delivery, now + 240, body), body, True
    yield "six minutes ago", signed(delivery, now - 360, body), body, False
    yield "six minutes ahead", signed(delivery, now + 360, body), body, False
    yield "another body", delivery, body.replace("Test", "test"), False
    yield "a line feed more", delivery, body + "\n", False
    yield "another id", {**delivery, "WEBHOOK_ID": "msg_other"}, body, False
    yield "another secret", {**delivery, "WEBHOOK_SECRET": OTHER_SECRET}, body, False
    later = str(int(delivery["WEBHOOK_TIMESTAMP"]) + 1)
    yield "another time", {**delivery, "WEBHOOK_TIMESTAMP": later}, body, False
    for stamp in ["", "x", "-1", "1e9", "0x10", f" {now}", f"{now}.0", "9" * 400, "a[$(touch forged)]", "٣٣٣"]:
        yield f"the time {stamp[:20]!r}", {**delivery, "WEBHOOK_TIMESTAMP": stamp}, body, False
    for given in ["", " ", "v1", "v1,", right[3:], "v2," + right[3:], right[:-1], right + "=", right.lower(), "v1,ü *", wrong]:
        yield f"the signature {given!r}", {**delivery, "WEBHOOK_SIGNATURE": given}, body, False


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        url = json.loads(file.readline())["url"]
    with urllib.request.urlopen(url + "/docs/webhooks", timeout=20) as answer:
        codes = {name: html.unescape(code) for name, code in CODE.findall(answer.read().decode())}
    with tempfile.TemporaryDirectory() as folder:
        for name, file in [("webhook-python", "verify.py"), ("webhook-node", "verify.mjs")]:
            with open(os.path.join(folder, file), "w", encoding="utf-8") as target:
                target.write(codes[name])
        shown = "\n".join([codes["webhook-example"], *(f'printf "%s\\n" "${name}"' for name in NAMES)])
        delivery = dict(zip(NAMES, bash(shown, folder, {})[0].split("\n"), strict=True))
        with open(os.path.join(folder, "body.json"), encoding="utf-8") as file:
            body = file.read()
        headers = {name.lower().replace("_", "-"): value for name, value in delivery.items()}
        Webhook(delivery["WEBHOOK_SECRET"]).verify(body, headers)

        ways = {
            "Python": "python3 verify.py <body.json",
            "Node": "node verify.mjs <body.json",
            "the shell": codes["webhook-shell"],
        }
        count = 0
        for what, variables, text, genuine in cases(delivery, body):
            with open(os.path.join(folder, "body.json"), "w", encoding="utf-8", newline="") as file:
                file.write(text)
            for way, script in ways.items():
                said, complaint = bash(script, folder, variables)
                expected = "genuine" if genuine else "refused"
                if said != expected:
                    raise SystemExit(f"{what}: {way} says {said!r}, not {expected}\n{complaint}")
                count += 1
        left = sorted(os.listdir(folder))
        if left != ["body.json", "verify.mjs", "verify.py"]:
            raise SystemExit(f"something was made: {left}")
    print(f"{count} deliveries were told apart in {len(ways)} ways")


main()
