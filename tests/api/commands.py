#!/usr/bin/env python3
"""Runs the commands of the pages under /docs as a reader would: copied, in a shell, with a token. Usage: commands.py DEMO.json"""

import html
import json
import re
import subprocess
import sys
import urllib.request

CODE = re.compile(r'<code id="([A-Za-z-]+)">(.*?)</code>', re.S)


def page(base, path):
    with urllib.request.urlopen(base + path, timeout=20) as answer:
        return answer.read().decode()


def commands(text):
    return {name: html.unescape(code) for name, code in CODE.findall(text)}


def run(command, variables, status=True):
    """What the command prints, and the status that the server answered."""
    if status:
        command = command.replace("curl ", "curl -s -w '\\n%{http_code}' ", 1)
    done = subprocess.run(["bash", "-c", command], env={"PATH": "/usr/local/bin:/usr/bin:/bin", **variables},
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise SystemExit(f"failed ({done.returncode}):\n{command}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        demo = json.loads(file.readline())
    base = demo["url"]
    guide = commands(page(base, "/docs"))
    variables = {"TOKEN": demo["token"]}
    found = run(guide["set-variables"].replace("read -rs TOKEN\n", "") + '\necho "$LOCATION_ID"', variables, status=False)
    variables["LOCATION_ID"] = found.strip()
    if variables["LOCATION_ID"] != demo["account_id"]:
        raise SystemExit(f"the account was not found: {found}")

    document = json.loads(page(base, "/openapi.json"))
    operations = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    codes = {}
    for chapter in sorted(set(re.findall(r'href="/docs/([a-z-]+)"', page(base, "/docs")))):
        codes.update(commands(page(base, f"/docs/{chapter}")))
    calls = {name.removesuffix("-call"): code for name, code in codes.items() if name.endswith("-call")}
    if set(calls) != set(operations):
        raise SystemExit(f"commands for {sorted(calls)}, operations {sorted(operations)}")

    # What is made is used by what comes after it and deleted at the end.
    made = {"createContact": ("CONTACT_ID", "contact"), "createNote": ("NOTE_ID", "note"), "createTask": ("TASK_ID", "task")}
    last = ["deleteNote", "deleteTask", "deleteContact", "revoke"]
    order = [name for name in made if name in calls]
    order += [name for name in calls if name not in made and name not in last]
    order += [name for name in last if name in calls]
    for name in order:
        body, _, status = run(calls[name], variables).rpartition("\n")
        expected = next(status for status in operations[name]["responses"] if status.startswith("2"))
        if status != expected:
            raise SystemExit(f"{name} answered {status}, not {expected}:\n{calls[name]}\n{body}")
        if name in made:
            variable, thing = made[name]
            variables[variable] = json.loads(body)[thing]["id"]

    if "revoke" in calls:
        variables["TOKEN"] = demo["token_readonly"]
    total = json.loads(run(f'curl -s "{base}/contacts/?locationId=$LOCATION_ID" -H "Authorization: Bearer $TOKEN" -H "Version: v3"',
                           variables, status=False))["meta"]["total"]
    loops = [name for name in guide if name.startswith("page-")]
    for name in loops:
        ids = run(guide[name], variables, status=False).split()
        if len(ids) != total or len(set(ids)) != total:
            raise SystemExit(f"{name} found {len(ids)} contacts, {len(set(ids))} different ones, of {total}:\n{guide[name]}")
    print(f"{len(order)} commands and {len(loops)} loops did what the page says")


main()
