"""Answers held against the service model: no member the model does not have, every required one, types right.

botocore passes over members it does not know, so the raw JSON of each answer is looked at.
"""
import json

import boto3
from botocore.config import Config

NUMBERS = ("integer", "long", "float", "double", "timestamp")


class Client:
    """A boto3 client that checks the raw JSON of every answer."""

    def __init__(self, url):
        self.checked = {}
        self.raw = None
        self.client = boto3.client(
            "stepfunctions",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(inject_host_prefix=False, retries={"max_attempts": 0}, read_timeout=80),
        )
        self.model = self.client.meta.service_model
        events = self.client.meta.events
        events.register("response-received.sfn.*", self.look)
        events.register("before-parse.sfn.*", self.look_before)

    def look_before(self, operation_model=None, response_dict=None, **_):
        self.check(operation_model, response_dict)

    def look(self, **_):
        pass

    def check(self, operation, response):
        body = json.loads(response["body"] or b"{}")
        if response["status_code"] >= 300:
            assert body["__type"], body
            assert response["status_code"] in (400, 500), response
            return
        self.checked[operation.name] = self.checked.get(operation.name, 0) + 1
        if operation.output_shape is not None:
            match(operation.output_shape, body, operation.name)
        else:
            assert body == {}, (operation.name, body)

    def __getattr__(self, name):
        return getattr(self.client, name)


def match(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), (path, value)
        for name, inner in value.items():
            if name == "__type":
                continue
            assert name in shape.members, f"{path}: the model has no member {name}: {value}"
            assert inner is not None, f"{path}.{name} is null"
            match(shape.members[name], inner, f"{path}.{name}")
        for name in shape.required_members:
            assert name in value, f"{path}: {name} is missing: {value}"
    elif kind == "list":
        assert isinstance(value, list), (path, value)
        for index, inner in enumerate(value):
            match(shape.member, inner, f"{path}[{index}]")
    elif kind == "map":
        assert isinstance(value, dict), (path, value)
        for name, inner in value.items():
            match(shape.value, inner, f"{path}.{name}")
    elif kind == "string":
        assert isinstance(value, str), (path, value)
        enum = shape.metadata.get("enum")
        assert not enum or value in enum, f"{path}: {value} is none of {enum}"
    elif kind == "boolean":
        assert isinstance(value, bool), (path, value)
    else:
        assert kind in NUMBERS, kind
        assert isinstance(value, (int, float)) and not isinstance(value, bool), (path, value)
