#!/usr/bin/env python3
"""Makes `models.bin` and `index.txt` from the service models of botocore.

    python3 -m venv VENV && VENV/bin/pip install botocore==1.44.8
    VENV/bin/python assets/aws/make-tables.py

The same version of botocore gives the same bytes. What the lines mean is written in `assets/README.md`.
"""

import gzip
import json
import re
import zlib
from pathlib import Path

import botocore
import botocore.endpoint_provider

DATA = Path(botocore.__file__).parent / "data"
HERE = Path(__file__).parent

# Of several wire protocols of a service the first of these is spoken.
ORDER = ["json", "rest-json", "query", "rest-xml", "ec2"]

KINDS = {
    "string": "s", "character": "s", "boolean": "b", "integer": "i", "long": "i",
    "float": "f", "double": "f", "blob": "B", "timestamp": "t",
}
LOCATIONS = {"header": "h", "headers": "H", "querystring": "q", "uri": "u", "statusCode": "c"}


def attributes(member, shape, required):
    """What a member adds to its shape, each as a word with a letter in front."""
    words = ["!"] if required else []
    location = member.get("location")
    name = member.get("locationName")
    if location:
        words.append(LOCATIONS[location] + (name or ""))
    elif name:
        words.append("n" + name)
    if "queryName" in member:
        words.append("N" + member["queryName"])
    for flag, letter in [("idempotencyToken", "t"), ("flattened", "f"), ("xmlAttribute", "a"),
                         ("jsonvalue", "j"), ("hostLabel", "l"), ("eventpayload", "p")]:
        if member.get(flag):
            words.append(letter)
    if member.get("streaming") or shape.get("streaming"):
        words.append("s")
    if "timestampFormat" in member:
        words.append("T" + member["timestampFormat"])
    words += namespace(member)
    return words


def namespace(member):
    space = member.get("xmlNamespace")
    if not space:
        return []
    if isinstance(space, str):
        return ["x" + space]
    return ["x" + space["uri"]] + (["y" + space["prefix"]] if space.get("prefix") else [])


def lines(model):
    meta = model["metadata"]
    offered = meta.get("protocols", [meta["protocol"]])
    protocol = next((name for name in ORDER if name in offered), offered[0])
    shapes = model["shapes"]

    head = {
        "id": meta["serviceId"], "protocol": protocol, "prefix": meta["endpointPrefix"],
        "signing": meta.get("signingName"), "version": meta["apiVersion"],
        "json": meta.get("jsonVersion"), "target": meta.get("targetPrefix"),
        "signature": None if meta["signatureVersion"] == "v4" else meta["signatureVersion"],
    }
    space = namespace(meta)
    head["namespace"] = space[0][1:] if space else None
    yield "\t".join(f"{key}={value}" for key, value in head.items() if value)

    # Shapes are numbered in the order in which the operations reach them.
    numbers, queue = {}, []

    def number(name):
        if name not in numbers:
            numbers[name] = len(queue)
            queue.append(name)
        return numbers[name]

    operations = []
    errors = sorted(name for name, shape in shapes.items() if shape.get("exception") or shape.get("error"))
    for name, operation in sorted(model["operations"].items(), key=lambda item: item[0].lower()):
        given, returned = operation.get("input"), operation.get("output")
        words = []
        if given and given.get("locationName"):
            words.append("n" + given["locationName"])
        if given:
            words += namespace(given)
        if returned and returned.get("resultWrapper"):
            words.append("w" + returned["resultWrapper"])
        if operation.get("endpoint", {}).get("hostPrefix"):
            words.append("h" + operation["endpoint"]["hostPrefix"])
        if operation.get("authtype") == "none" or operation.get("auth") == ["smithy.api#noAuth"]:
            words.append("u")
        if operation.get("httpChecksumRequired") or operation.get("httpChecksum", {}).get("requestChecksumRequired"):
            words.append("m")
        if operation.get("unsignedPayload"):
            words.append("U")
        operations.append("\t".join([
            name, operation["http"]["method"], operation["http"]["requestUri"],
            str(number(given["shape"])) if given else "-",
            str(number(returned["shape"])) if returned else "-", " ".join(words),
        ]))
    failures = [f"{name}\t{number(name)}\t{shapes[name].get('error', {}).get('code', '')}" for name in errors]

    described = []
    for name in queue:  # grows while it is read
        shape = shapes[name]
        described.append(describe(shape, shapes, number))

    yield f"{len(operations)}\t{len(failures)}\t{len(described)}"
    yield from operations
    yield from failures
    yield from described


def describe(shape, shapes, number):
    def entry(label, member, required=False):
        target = shapes[member["shape"]]
        return " ".join([label, str(number(member["shape"]))] + attributes(member, target, required)).strip()

    kind = shape["type"]
    if kind == "list":
        words = ["L"] + (["f"] if shape.get("flattened") else [])
        return "\t".join([" ".join(words), entry("member", shape["member"])])
    if kind == "map":
        words = ["M"] + (["f"] if shape.get("flattened") else [])
        return "\t".join([" ".join(words), entry("key", shape["key"]), entry("value", shape["value"])])
    if kind == "structure":
        words = ["S"]
        for flag, letter in [("union", "u"), ("document", "d"), ("eventstream", "e"), ("wrapper", "w")]:
            if shape.get(flag):
                words.append(letter)
        if shape.get("payload"):
            words.append("p" + shape["payload"])
        if shape.get("locationName"):
            words.append("n" + shape["locationName"])
        words += namespace(shape)
        required = shape.get("required", [])
        members = [entry(name, member, name in required) for name, member in shape["members"].items()]
        return "\t".join([" ".join(words)] + members)
    words = [KINDS[kind]]
    if shape.get("timestampFormat"):
        words.append("T" + shape["timestampFormat"])
    return " ".join(words)


def hosts(folder, usual):
    """Where the service is, as `partition host signing-region`, for every partition in which that is unusual."""
    path = sorted(folder.glob("*/endpoint-rule-set-1.json*"))
    if not path:
        return ""
    raw = path[-1].read_bytes()
    rules = json.loads(gzip.decompress(raw) if path[-1].suffix == ".gz" else raw)
    partitions = json.loads((DATA / "partitions.json").read_bytes())
    provider = botocore.endpoint_provider.EndpointProvider(rules, partitions)
    found = []
    for partition, regions, suffix in PARTITIONS:
        resolved = []
        for region in regions:
            try:
                endpoint = provider.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
            except Exception:  # the service is not in this partition
                continue
            scheme = next(iter(endpoint.properties.get("authSchemes", [])), {})
            resolved.append((region, endpoint.url.removeprefix("https://"), scheme.get("signingRegion", region)))
        raw_hosts = {host for _, host, _ in resolved}
        if len(resolved) > 1 and len(raw_hosts) == 1:
            signing = {signing for _, _, signing in resolved}
            found.append(f"{partition} {raw_hosts.pop()} {signing.pop() if len(signing) == 1 else '{region}'}")
            continue
        templates = {host.replace(region, "{region}") for region, host, _ in resolved}
        if len(templates) == 1 and templates != {f"{usual}.{{region}}.{suffix}"}:
            found.append(f"{partition} {templates.pop()} {{region}}")
    return ",".join(found)


PARTITIONS = [
    ("aws", ["us-east-1", "eu-central-1"], "amazonaws.com"),
    ("aws-cn", ["cn-north-1", "cn-northwest-1"], "amazonaws.com.cn"),
    ("aws-us-gov", ["us-gov-west-1", "us-gov-east-1"], "amazonaws.com"),
]


def key(service_id):
    return re.sub("[^a-z0-9]", "", service_id.lower())


def main():
    rows, blob = [], b""
    for folder in sorted(path for path in DATA.iterdir() if path.is_dir()):
        versions = sorted(folder.glob("*/service-2.json*"))
        # `sms-voice` is a second copy of `pinpoint-sms-voice`.
        if not versions or folder.name == "sms-voice":
            continue
        raw = versions[-1].read_bytes()
        model = json.loads(gzip.decompress(raw) if versions[-1].suffix == ".gz" else raw)
        text = "\n".join(lines(model)).encode()
        assert b"\r" not in text
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        packed = packer.compress(text) + packer.flush()
        meta = model["metadata"]
        rows.append((
            key(meta["serviceId"]), meta["serviceId"], len(blob), len(packed), len(text),
            hosts(folder, meta["endpointPrefix"]),
        ))
        blob += packed
    rows.sort()
    (HERE / "models.bin").write_bytes(blob)
    (HERE / "index.txt").write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    print(f"botocore {botocore.__version__}: {len(rows)} services, {len(blob)} bytes")


if __name__ == "__main__":
    main()
