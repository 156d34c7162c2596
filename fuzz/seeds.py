#!/usr/bin/env python3
"""Makes the seed corpora in fuzz/corpus from sample-workflows/ and, where it lies beside the checkout, ../shared."""

import json
import pathlib
import random
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LONGEST = 6_000
DICE = random.Random(1)


def texts(folder, *endings):
    paths = sorted(path for path in folder.rglob("*") if path.name.endswith(endings)) if folder.is_dir() else []
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        if len(text) <= LONGEST * 10:
            yield text


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def write(target, seeds):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    kept = {seed.encode("utf-8", "replace") if isinstance(seed, str) else seed for seed in seeds}
    for number, seed in enumerate(sorted(kept)):
        if len(seed) <= LONGEST:
            (folder / f"seed-{number:04}").write_bytes(seed)
    print(f"{target}: {len(kept)} seeds")


def noise(length):
    return bytes(DICE.randrange(256) for _ in range(length))


shared = ROOT.parent / "shared"
samples = ROOT / "sample-workflows"
definitions = list(texts(samples, ".asl.json", ".asl.yaml")) + list(texts(shared / "corpus", ".asl.json", ".asl.yaml"))
companions = list(texts(samples, ".stepwright.json"))
cases = list(texts(shared / "conformance" / "asl" / "cases", ".json"))
spoken = {text for definition in definitions if definition.lstrip().startswith("{")
          for text in strings(json.loads(definition) if not definition.count("${") else [])}
spoken |= {text for case in cases for text in strings(json.loads(case).get("definition"))}

small = ['{"a": 1, "b": [1, 2, {"c": null}]}', "a: 1\nb:\n  - x\n  - 'y'\nc: |\n  two\n  lines\n", "[]", "{}", '{"a":${b}}',
         "{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t]\n}\n", '{"a": {}, "a": []}', "- a: 1\n  b: \"q\"\n- {c: [d, e]}\n"]
write("syntax", [noise(16) + text.encode("utf-8", "replace") for text in small * 4 + definitions])

projects = list(texts(ROOT / "tests" / "data" / "project", ".yaml", ".yml", ".json"))
write("project", [noise(8) + text.encode() for text in projects * 4])
write("gateway", [noise(48) + text.encode() for text in projects * 4])

paths = {text for text in spoken if text.startswith("$")} | {"$.a", "$['b'][0]", "$..a", "$.b[?(@.a == 1)].c", "$.b[0:2]", "$.b.length()"}
jayway = shared / "conformance" / "jsonpath" / "jayway.json"
if jayway.is_file():
    paths |= {text for text in strings(json.loads(jayway.read_text())) if text.startswith("$")}
write("jsonpath", paths)

expressions = {text[2:-2].strip() for text in spoken if text.startswith("{%") and text.endswith("%}")}
expressions |= {text for text in spoken if text.startswith("States.") and "(" in text}
for group in texts(shared / "conformance" / "jsonata" / "groups", ".json"):
    value = json.loads(group)
    for case in value.get("cases", []) if isinstance(value, dict) else value:
        if isinstance(case, dict) and isinstance(case.get("expr"), str):
            expressions.add(case["expr"])
write("expressions", expressions | {"$states.input.n + 1", "$map($v.list, function($x){$x})", "States.Format('{}', $.n)"})

for target in ("definitions", "editing"):
    write(target, [noise(DICE.randrange(200, 2_000)) for _ in range(300)])

command = '{"rename": {"state": "A", "to": "Z"}}', '{"insert": {"state": "Wait", "on": {"from": "A", "to": "P"}}}', '{"delete": {"states": ["M"]}}'
mocks = ['{"A": [{"return": 1}, {"throw": {"error": "E"}}, {"pending": true, "after": 1.5}]}',
         '{"StateMachines": {"M": {"TestCases": {"C": {"A": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": {}}, "1-2": {"Throw": {"Error": "E", "Cause": "c"}}}}}']
events = [{"events": json.loads(case)["expected"]["events"]} for case in cases
          if isinstance(json.loads(case).get("expected"), dict) and "events" in json.loads(case)["expected"]][:40]
history = ['{"events": [{"timestamp": "2026-01-01T00:00:00.000000+00:00", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,'
           ' "executionStartedEventDetails": {"input": "{}"}}, {"timestamp": 1767225600.5, "type": "TaskStateEntered", "id": 2,'
           ' "previousEventId": 0, "stateEnteredEventDetails": {"name": "A", "input": "{}"}}]}']
ways = [mocks, companions, history + [json.dumps(event) for event in events], cases, command, ['{"theme": "dark"}', "2026-01-01T00:00:00Z"]]
write("inputs", [bytes([way]) + text.encode("utf-8", "replace") for way, all in enumerate(ways) for text in all])
