"""Every operation of Step Functions with boto3 against `stepwright serve`. Usage: states.py URL."""
import json
import sys
import threading
import time

from botocore.exceptions import ClientError

from shapes import Client

sfn = Client(sys.argv[1])
ROLE = "arn:aws:iam::123456789012:role/any"
PLACE = "arn:aws:states:us-east-1:123456789012"


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response["Error"]["Message"]
    raise AssertionError(f"{code} was expected")


def machine(name, states, start=None, **more):
    definition = json.dumps({"StartAt": start or next(iter(states)), "States": states})
    made = sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE, **more)
    return made["stateMachineArn"]


def until_ended(arn, seconds=20):
    until = time.time() + seconds
    while time.time() < until:
        told = sfn.describe_execution(executionArn=arn)
        if told["status"] != "RUNNING":
            return told
        time.sleep(0.02)
    raise AssertionError(f"{arn} still runs")


def run(machine_arn, **more):
    return until_ended(sfn.start_execution(stateMachineArn=machine_arn, **more)["executionArn"])


def events_of(arn, **more):
    return sfn.get_execution_history(executionArn=arn, **more)["events"]


PASS = {"A": {"Type": "Pass", "Result": {"a": 1}, "End": True}}


def machines_and_versions():
    definition = json.dumps({"StartAt": "A", "States": PASS})
    made = sfn.create_state_machine(
        name="plain", definition=definition, roleArn=ROLE, publish=True, versionDescription="first",
        tags=[{"key": "team", "value": "a"}],
    )
    arn = made["stateMachineArn"]
    assert arn == f"{PLACE}:stateMachine:plain"
    assert made["stateMachineVersionArn"] == f"{arn}:1"
    again = sfn.create_state_machine(name="plain", definition=definition, roleArn=ROLE)
    assert again["creationDate"] == made["creationDate"]
    other = definition.replace("1", "2")
    refused("StateMachineAlreadyExists", sfn.create_state_machine, name="plain", definition=other, roleArn=ROLE)
    refused("InvalidName", sfn.create_state_machine, name="a b", definition=definition, roleArn=ROLE)
    refused("InvalidArn", sfn.create_state_machine, name="x", definition=definition, roleArn="role")
    refused("InvalidDefinition", sfn.create_state_machine, name="x", definition="{}", roleArn=ROLE)
    refused("ValidationException", sfn.create_state_machine, name="x" * 81, definition=definition, roleArn=ROLE)
    refused("ValidationException", sfn.create_state_machine, name="x", definition=definition, roleArn=ROLE,
            versionDescription="y")
    refused("InvalidLoggingConfiguration", sfn.create_state_machine, name="x", definition=definition, roleArn=ROLE,
            loggingConfiguration={"level": "ALL"})
    refused("InvalidEncryptionConfiguration", sfn.create_state_machine, name="x", definition=definition,
            roleArn=ROLE, encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY"})
    refused("TooManyTags", sfn.create_state_machine, name="x", definition=definition, roleArn=ROLE,
            tags=[{"key": str(n), "value": ""} for n in range(51)])

    told = sfn.describe_state_machine(stateMachineArn=arn)
    assert told["definition"] == definition and told["status"] == "ACTIVE" and "revisionId" not in told
    metadata = sfn.describe_state_machine(stateMachineArn=arn, includedData="METADATA_ONLY")
    assert metadata["definition"] == "{}"
    refused("StateMachineDoesNotExist", sfn.describe_state_machine, stateMachineArn=arn + "x")
    refused("InvalidArn", sfn.describe_state_machine, stateMachineArn="plain")

    refused("MissingRequiredParameter", sfn.update_state_machine, stateMachineArn=arn)
    updated = sfn.update_state_machine(stateMachineArn=arn, definition=other, publish=True, versionDescription="second")
    assert updated["stateMachineVersionArn"] == f"{arn}:2"
    assert sfn.describe_state_machine(stateMachineArn=arn)["revisionId"] == updated["revisionId"]
    first = sfn.describe_state_machine(stateMachineArn=f"{arn}:1")
    assert first["definition"] == definition and first["description"] == "first"
    refused("ConflictException", sfn.publish_state_machine_version, stateMachineArn=arn, revisionId="old")
    same = sfn.publish_state_machine_version(stateMachineArn=arn, revisionId=updated["revisionId"])
    assert same["stateMachineVersionArn"] == f"{arn}:2"
    sfn.update_state_machine(stateMachineArn=arn, roleArn=ROLE + "2", tracingConfiguration={"enabled": True})
    assert sfn.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"] == f"{arn}:3"
    page = sfn.list_state_machine_versions(stateMachineArn=arn, maxResults=2)
    rest = sfn.list_state_machine_versions(stateMachineArn=arn, maxResults=2, nextToken=page["nextToken"])
    listed = page["stateMachineVersions"] + rest["stateMachineVersions"]
    assert [one["stateMachineVersionArn"][-1] for one in listed] == ["3", "2", "1"]
    refused("InvalidToken", sfn.list_state_machine_versions, stateMachineArn=arn, nextToken="x")

    def route(*weights):
        return [{"stateMachineVersionArn": f"{arn}:{version}", "weight": weight} for version, weight in weights]

    refused("ValidationException", sfn.create_state_machine_alias, name="live", routingConfiguration=route((1, 50)))
    refused("ValidationException", sfn.create_state_machine_alias, name="12", routingConfiguration=route((1, 100)))
    refused("ResourceNotFound", sfn.create_state_machine_alias, name="live", routingConfiguration=route((9, 100)))
    alias = sfn.create_state_machine_alias(name="live", description="d", routingConfiguration=route((1, 50), (2, 50)))
    alias = alias["stateMachineAliasArn"]
    assert alias == f"{arn}:live"
    refused("ConflictException", sfn.create_state_machine_alias, name="live", routingConfiguration=route((1, 100)))
    outputs = {run(alias)["output"] for _ in range(40)}
    assert outputs == {'{"a":1}', '{"a":2}'}, outputs
    executions = sfn.list_executions(stateMachineArn=alias)["executions"]
    assert len(executions) == 40 and executions[0]["stateMachineAliasArn"] == alias
    refused("ConflictException", sfn.delete_state_machine_version, stateMachineVersionArn=f"{arn}:1")
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=route((2, 100)))
    told = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert told["routingConfiguration"] == route((2, 100)) and told["description"] == "d"
    assert {run(alias)["stateMachineVersionArn"] for _ in range(5)} == {f"{arn}:2"}
    assert len(sfn.list_state_machine_aliases(stateMachineArn=arn)["stateMachineAliases"]) == 1
    assert sfn.list_state_machine_aliases(stateMachineArn=f"{arn}:3")["stateMachineAliases"] == []
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    refused("ResourceNotFound", sfn.describe_state_machine_alias, stateMachineAliasArn=alias)
    sfn.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1")
    refused("StateMachineDoesNotExist", sfn.start_execution, stateMachineArn=f"{arn}:1")

    sfn.tag_resource(resourceArn=arn, tags=[{"key": "k", "value": "v"}])
    assert len(sfn.list_tags_for_resource(resourceArn=arn)["tags"]) == 2
    sfn.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert sfn.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "k", "value": "v"}]
    refused("ResourceNotFound", sfn.list_tags_for_resource, resourceArn=arn + "x")

    names = [one["name"] for one in sfn.list_state_machines()["stateMachines"]]
    assert "plain" in names, names
    page = sfn.list_state_machines(maxResults=1)
    assert len(page["stateMachines"]) == 1
    sfn.delete_state_machine(stateMachineArn=arn)
    sfn.delete_state_machine(stateMachineArn=arn)
    refused("StateMachineDoesNotExist", sfn.describe_state_machine, stateMachineArn=arn)
    refused("StateMachineDoesNotExist", sfn.list_executions, stateMachineArn=arn)


def what_changes_nothing():
    """Creating and updating once more, and what hangs on a version."""
    definition = json.dumps({"StartAt": "A", "States": PASS})
    told = dict(name="again", definition=definition, roleArn=ROLE, publish=True, versionDescription="first")
    arn = sfn.create_state_machine(**told)["stateMachineArn"]
    assert sfn.create_state_machine(**told)["stateMachineVersionArn"] == f"{arn}:1"
    refused("StateMachineAlreadyExists", sfn.create_state_machine, **(told | {"versionDescription": "second"}))
    assert "publish is true" in refused("ValidationException", sfn.create_state_machine, **(told | {"publish": False}))
    # An update that changes nothing makes neither a revision nor a version.
    same = sfn.update_state_machine(stateMachineArn=arn, definition=definition, publish=True)
    assert "revisionId" not in same and same["stateMachineVersionArn"] == f"{arn}:1", same
    new = definition.replace("1", "2")
    first = sfn.update_state_machine(stateMachineArn=arn, definition=new, roleArn=ROLE + "2")
    second = sfn.update_state_machine(stateMachineArn=arn, definition=new)
    assert first["revisionId"] == second["revisionId"]
    # A version runs with the role it was published with.
    execution = run(f"{arn}:1")["executionArn"]
    behind = sfn.describe_state_machine_for_execution(executionArn=execution)
    assert behind["roleArn"] == ROLE and "revisionId" not in behind and behind["definition"] == definition
    # No machine is found by the ARN of a version.
    refused("StateMachineDoesNotExist", sfn.update_state_machine, stateMachineArn=f"{arn}:1", definition=definition)
    refused("StateMachineDoesNotExist", sfn.publish_state_machine_version, stateMachineArn=f"{arn}:1")
    refused("ResourceNotFound", sfn.tag_resource, resourceArn=f"{arn}:1", tags=[{"key": "a", "value": "b"}])
    for key, value in (("aws:a", "b"), ("AWS:a", "b"), ("a!", "b"), ("a", "{}")):
        refused("ValidationException", sfn.tag_resource, resourceArn=arn, tags=[{"key": key, "value": value}])
    # Configurations are told whole.
    arn = machine("partly", PASS, loggingConfiguration={"level": "OFF"}, tracingConfiguration={})
    told = sfn.describe_state_machine(stateMachineArn=arn)
    assert told["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert told["tracingConfiguration"] == {"enabled": False}
    refused("InvalidLoggingConfiguration", sfn.update_state_machine, stateMachineArn=arn,
            loggingConfiguration={"level": "ALL", "destinations": [{}]})
    owned = {"type": "AWS_OWNED_KEY"}
    sfn.create_state_machine(name="partly", definition=definition, roleArn=ROLE, encryptionConfiguration=owned)
    sfn.create_activity(name="twice")
    sfn.create_activity(name="twice", encryptionConfiguration=owned)


def words_of_aliases():
    arn = machine("routed", PASS, publish=True)
    sfn.update_state_machine(stateMachineArn=arn, roleArn=ROLE + "2", publish=True)

    def words(code, *weights, name="other"):
        route = [{"stateMachineVersionArn": version, "weight": weight} for version, weight in weights]
        return refused(code, sfn.create_state_machine_alias, name=name, routingConfiguration=route)

    one, two = f"{arn}:1", f"{arn}:2"
    assert words("ValidationException", (arn, 100)) == (
        f"Routing configuration must contain state machine version ARNs. Received: [{arn}]")
    assert words("ValidationException", (one, 50), (one, 50)) == (
        f"Routing configuration must contain distinct state machine version ARNs. Received: [{one}, {one}]")
    assert words("ValidationException", (one, 70), (two, 29)) == (
        "Sum of routing configuration weights must equal 100. Received: [70, 29]")
    alias = sfn.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": one, "weight": 100}])["stateMachineAliasArn"]
    assert words("ConflictException", (two, 100), name="live") == (
        "Failed to create alias because an alias with the same name and a different routing configuration already exists.")
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    assert refused("ResourceNotFound", sfn.update_state_machine_alias, stateMachineAliasArn=alias, description="d") == (
        "Request references a resource that does not exist.")


def executions():
    arn = machine("steps", {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"v": 1}, "Next": "C"},
        "C": {"Type": "Pass", "End": True},
    })
    started = sfn.start_execution(stateMachineArn=arn, name="one", input='{"x": 1}', traceHeader="Root=1")
    execution = started["executionArn"]
    assert execution == f"{PLACE}:execution:steps:one"
    told = until_ended(execution)
    assert (told["status"], told["input"], told["traceHeader"]) == ("SUCCEEDED", '{"x": 1}', "Root=1")
    assert told["redriveStatus"] == "NOT_REDRIVABLE"
    assert "output" not in sfn.describe_execution(executionArn=execution, includedData="METADATA_ONLY")
    refused("ExecutionAlreadyExists", sfn.start_execution, stateMachineArn=arn, name="one", input='{"x": 1}')
    refused("InvalidExecutionInput", sfn.start_execution, stateMachineArn=arn, input="{")
    for text, words in (
        ("", "Invalid execution input."),
        ("not", "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
                "or 'false')"),
        ("{'a'", "Unexpected character (\'\'\' (code 39)): was expecting double-quote to start field name"),
    ):
        told = refused("InvalidExecutionInput", sfn.start_execution, stateMachineArn=arn, input=text)
        assert told == f"Invalid State Machine Execution Input: '{words}'", told
    refused("ValidationException", sfn.start_execution, stateMachineArn=f"{arn}#NoSuchCase")
    refused("InvalidName", sfn.start_execution, stateMachineArn=arn, name="a b")
    refused("ValidationException", sfn.start_execution, stateMachineArn=arn, name="x" * 81)
    refused("ExecutionDoesNotExist", sfn.describe_execution, executionArn=execution + "x")
    refused("InvalidArn", sfn.describe_execution, executionArn=arn)
    forward = events_of(execution)
    assert forward[0]["type"] == "ExecutionStarted" and forward[-1]["type"] == "ExecutionSucceeded"
    assert forward[0]["executionStartedEventDetails"]["roleArn"] == ROLE
    assert [one["id"] for one in events_of(execution, reverseOrder=True)] == [one["id"] for one in forward][::-1]
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=execution, PaginationConfig={"PageSize": 3})
    assert [one["id"] for page in pages for one in page["events"]] == [one["id"] for one in forward]
    bare = events_of(execution, includeExecutionData=False)
    assert "input" not in bare[0]["executionStartedEventDetails"]
    behind = sfn.describe_state_machine_for_execution(executionArn=execution)
    assert behind["stateMachineArn"] == arn and behind["roleArn"] == ROLE

    waits = machine("waits", {"W": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                                    "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "End": True}})
    first = sfn.start_execution(stateMachineArn=waits, name="w", input="{}")
    same = sfn.start_execution(stateMachineArn=waits, name="w", input="{}")
    assert same["executionArn"] == first["executionArn"] and same["startDate"] == first["startDate"]
    refused("ExecutionAlreadyExists", sfn.start_execution, stateMachineArn=waits, name="w", input="[]")
    running = sfn.list_executions(stateMachineArn=waits, statusFilter="RUNNING")["executions"]
    assert len(running) == 1
    sfn.stop_execution(executionArn=first["executionArn"], error="E", cause="c")
    told = until_ended(first["executionArn"])
    assert (told["status"], told["error"], told["cause"]) == ("ABORTED", "E", "c")
    assert sfn.list_executions(stateMachineArn=waits, statusFilter="RUNNING")["executions"] == []
    refused("ValidationException", sfn.list_executions)
    refused("ValidationException", sfn.list_executions, stateMachineArn=waits, statusFilter="DONE")

    # A redrive goes on at the state that failed.
    redriven = sfn.redrive_execution(executionArn=first["executionArn"], clientToken="once")
    assert redriven["redriveDate"]
    # The same client token stands for the same redrive.
    again = sfn.redrive_execution(executionArn=first["executionArn"], clientToken="once")
    assert again["redriveDate"] == redriven["redriveDate"]
    refused("ExecutionNotRedrivable", sfn.redrive_execution, executionArn=first["executionArn"], clientToken="twice")
    told = sfn.describe_execution(executionArn=first["executionArn"])
    assert (told["status"], told["redriveCount"]) == ("RUNNING", 1), told
    token = token_of(first["executionArn"])
    sfn.send_task_success(taskToken=token, output="{}")
    assert until_ended(first["executionArn"])["status"] == "SUCCEEDED"
    assert len(sfn.list_executions(stateMachineArn=waits, redriveFilter="REDRIVEN")["executions"]) == 1
    assert sfn.list_executions(stateMachineArn=waits, redriveFilter="NOT_REDRIVEN")["executions"] == []
    refused("ExecutionNotRedrivable", sfn.redrive_execution, executionArn=first["executionArn"])


def token_of(execution):
    for _ in range(200):
        for event in events_of(execution, reverseOrder=True):
            if event["type"] == "TaskScheduled":
                return json.loads(event["taskScheduledEventDetails"]["parameters"])["MessageBody"]
        time.sleep(0.01)
    raise AssertionError("no task was scheduled")


def express():
    arn = machine("quick", PASS, type="EXPRESS")
    told = sfn.start_sync_execution(stateMachineArn=arn, input="{}", name="n")
    assert (told["status"], told["output"]) == ("SUCCEEDED", '{"a":1}')
    bare = sfn.start_sync_execution(stateMachineArn=arn, includedData="METADATA_ONLY")
    assert "output" not in bare
    started = sfn.start_execution(stateMachineArn=arn)
    assert ":express:quick:" in started["executionArn"]
    refused("StateMachineTypeNotSupported", sfn.list_executions, stateMachineArn=arn)
    refused("InvalidArn", sfn.describe_execution, executionArn=started["executionArn"])
    fails = machine("fails", {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}, type="EXPRESS")
    told = sfn.start_sync_execution(stateMachineArn=fails)
    assert (told["status"], told["error"]) == ("FAILED", "E")
    standard = machine("slow", PASS)
    refused("StateMachineTypeNotSupported", sfn.start_sync_execution, stateMachineArn=standard)
    updated = sfn.update_state_machine(stateMachineArn=arn, definition=json.dumps({"StartAt": "B", "States": {
        "B": {"Type": "Succeed"}}}), publish=True)
    assert sfn.start_sync_execution(stateMachineArn=updated["stateMachineVersionArn"], input="5")["output"] == "5"
    assert sfn.describe_state_machine(stateMachineArn=arn)["type"] == "EXPRESS"


def map_runs():
    arn = machine("wide", {"M": {
        "Type": "Map", "Label": "Items", "MaxConcurrency": 2, "ToleratedFailurePercentage": 100, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "C", "States": {
                "C": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}], "Default": "S"},
                "F": {"Type": "Fail", "Error": "Two"}, "S": {"Type": "Succeed"}}}, "End": True}})
    told = run(arn, input="[1,2,3,4]")
    assert told["status"] == "SUCCEEDED", told
    runs = sfn.list_map_runs(executionArn=told["executionArn"])["mapRuns"]
    assert len(runs) == 1
    map_run = sfn.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    counts = map_run["itemCounts"]
    assert (map_run["status"], counts["total"], counts["succeeded"], counts["failed"]) == ("SUCCEEDED", 4, 3, 1)
    assert map_run["maxConcurrency"] == 2 and map_run["toleratedFailurePercentage"] == 100
    children = sfn.list_executions(mapRunArn=runs[0]["mapRunArn"])["executions"]
    assert len(children) == 4 and all(child["itemCount"] == 1 for child in children)
    for word, count in (("REDRIVEN", 0), ("NOT_REDRIVEN", 4)):
        found = sfn.list_executions(mapRunArn=runs[0]["mapRunArn"], redriveFilter=word)["executions"]
        assert len(found) == count, found
    failed = sfn.list_executions(mapRunArn=runs[0]["mapRunArn"], statusFilter="FAILED")["executions"]
    assert len(failed) == 1
    child = sfn.describe_execution(executionArn=failed[0]["executionArn"])
    assert (child["input"], child["error"], child["mapRunArn"]) == ("2", "Two", runs[0]["mapRunArn"])
    assert events_of(failed[0]["executionArn"])[-1]["type"] == "ExecutionFailed"
    behind = sfn.describe_state_machine_for_execution(executionArn=failed[0]["executionArn"])
    assert behind["label"] == "Items" and behind["mapRunArn"] == runs[0]["mapRunArn"]
    own = events_of(told["executionArn"])
    assert [one["id"] for one in own] == list(range(1, len(own) + 1))
    refused("ValidationException", sfn.update_map_run, mapRunArn=runs[0]["mapRunArn"], maxConcurrency=5)
    refused("ResourceNotFound", sfn.describe_map_run, mapRunArn=runs[0]["mapRunArn"] + "x")

    # One that waits is given other limits while it runs.
    sfn.create_activity(name="hold")
    holds = machine("holds", {"M": {
        "Type": "Map", "Label": "H", "MaxConcurrency": 1, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "T", "States": {
                "T": {"Type": "Task", "Resource": f"{PLACE}:activity:hold", "End": True}}}, "End": True}})
    execution = sfn.start_execution(stateMachineArn=holds, input="[1,2,3]")["executionArn"]
    map_run = until(lambda: sfn.list_map_runs(executionArn=execution)["mapRuns"])[0]["mapRunArn"]
    until(lambda: sfn.describe_map_run(mapRunArn=map_run)["executionCounts"]["running"] == 1)
    sfn.update_map_run(mapRunArn=map_run, maxConcurrency=3, toleratedFailureCount=1)
    told = until(lambda: (lambda told: told["executionCounts"]["running"] == 3 and told)(
        sfn.describe_map_run(mapRunArn=map_run)))
    assert (told["maxConcurrency"], told["toleratedFailureCount"], told["status"]) == (3, 1, "RUNNING")
    for _ in range(3):
        task = sfn.get_activity_task(activityArn=f"{PLACE}:activity:hold")
        sfn.send_task_success(taskToken=task["taskToken"], output=task["input"])
    assert until_ended(execution)["output"] == "[1,2,3]"


def until(look):
    for _ in range(500):
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def activities():
    made = sfn.create_activity(name="work", tags=[{"key": "a", "value": "b"}])
    activity = made["activityArn"]
    assert sfn.create_activity(name="work")["creationDate"] == made["creationDate"]
    refused("InvalidName", sfn.create_activity, name="a b")
    assert sfn.describe_activity(activityArn=activity)["name"] == "work"
    assert "work" in [one["name"] for one in sfn.list_activities()["activities"]]
    assert sfn.list_tags_for_resource(resourceArn=activity)["tags"] == [{"key": "a", "value": "b"}]
    sfn.tag_resource(resourceArn=activity, tags=[{"key": "c", "value": ""}])
    sfn.untag_resource(resourceArn=activity, tagKeys=["a"])
    refused("ActivityDoesNotExist", sfn.describe_activity, activityArn=activity + "x")
    refused("ActivityDoesNotExist", sfn.get_activity_task, activityArn=activity + "x")

    arn = machine("asks", {"T": {"Type": "Task", "Resource": activity, "HeartbeatSeconds": 60, "End": True}})
    execution = sfn.start_execution(stateMachineArn=arn, input='{"n": 1}')["executionArn"]
    task = sfn.get_activity_task(activityArn=activity, workerName="me")
    assert task["input"] == '{"n":1}', task
    sfn.send_task_heartbeat(taskToken=task["taskToken"])
    refused("InvalidOutput", sfn.send_task_success, taskToken=task["taskToken"], output="{")
    sfn.send_task_success(taskToken=task["taskToken"], output='{"done": true}')
    told = until_ended(execution)
    assert (told["status"], told["output"]) == ("SUCCEEDED", '{"done":true}')
    begun = [one for one in events_of(execution) if one["type"] == "ActivityStarted"]
    assert begun[0]["activityStartedEventDetails"]["workerName"] == "me"
    refused("TaskTimedOut", sfn.send_task_success, taskToken=task["taskToken"], output="{}")
    refused("InvalidToken", sfn.send_task_success, taskToken="x", output="{}")
    refused("TaskDoesNotExist", sfn.send_task_heartbeat, taskToken="0" * 64)

    # A worker that waits gets a task that comes later.
    found = []
    worker = threading.Thread(target=lambda: found.append(Client(sys.argv[1]).get_activity_task(activityArn=activity)))
    worker.start()
    time.sleep(0.3)
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    worker.join(20)
    sfn.send_task_failure(taskToken=found[0]["taskToken"], error="Bad", cause="it was")
    told = until_ended(execution)
    assert (told["status"], told["error"], told["cause"]) == ("FAILED", "Bad", "it was")
    sfn.delete_activity(activityArn=activity)
    refused("ActivityDoesNotExist", sfn.describe_activity, activityArn=activity)
    # Now the activity is gone.
    assert run(arn)["status"] == "FAILED"


def single_states():
    definition = json.dumps({"Type": "Pass", "InputPath": "$.a", "Next": "X"})
    told = sfn.test_state(definition=definition, roleArn=ROLE, input='{"a": {"b": 1}}', inspectionLevel="DEBUG")
    assert (told["status"], told["output"], told["nextState"]) == ("SUCCEEDED", '{"b":1}', "X")
    assert told["inspectionData"]["afterInputPath"] == '{"b":1}'
    assert "inspectionData" not in sfn.test_state(definition=definition, input='{"a": 1}')
    task = json.dumps({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
                       "Retry": [{"ErrorEquals": ["Bad"], "MaxAttempts": 2}], "Catch": [
                           {"ErrorEquals": ["States.ALL"], "Next": "Y"}], "End": True})
    mocked = sfn.test_state(definition=task, mock={"result": '{"Payload": 5}'}, inspectionLevel="TRACE")
    assert mocked["status"] == "SUCCEEDED", mocked
    retried = sfn.test_state(definition=task, mock={"errorOutput": {"error": "Bad", "cause": "c"}})
    assert retried["status"] == "RETRIABLE", retried
    caught = sfn.test_state(definition=task, mock={"errorOutput": {"error": "Bad"}}, inspectionLevel="DEBUG",
                            stateConfiguration={"retrierRetryCount": 2})
    assert (caught["status"], caught["nextState"]) == ("CAUGHT_ERROR", "Y"), caught
    assert "errorDetails" in caught["inspectionData"]
    whole = json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": "{% $string($v) & $states.context.Execution.Name %}", "End": True}}})
    told = sfn.test_state(definition=whole, stateName="A", variables='{"v": 1}', context='{"Execution": {"Name": "n"}}')
    assert told["output"] == '"1n"', told
    refused("InvalidDefinition", sfn.test_state, definition="{}")
    refused("ValidationException", sfn.test_state, definition=task, mock={})
    # Nobody answers for a service: that is said, and is no success.
    assert "mock" in refused("ValidationException", sfn.test_state, definition=task, roleArn=ROLE)
    refused("InvalidExecutionInput", sfn.test_state, definition=definition, input="{")

    assert sfn.validate_state_machine_definition(definition=json.dumps({"StartAt": "A", "States": PASS}))["result"] == "OK"
    bad = json.dumps({"StartAt": "Z", "States": {"A": {"Type": "Pass"}, "B": {"Type": "Wait", "End": True}}})
    told = sfn.validate_state_machine_definition(definition=bad, severity="WARNING")
    assert told["result"] == "FAIL" and len(told["diagnostics"]) > 1 and told["truncated"] is False
    told = sfn.validate_state_machine_definition(definition=bad, maxResults=1, type="EXPRESS")
    assert len(told["diagnostics"]) == 1 and told["truncated"] is True


for part in (machines_and_versions, what_changes_nothing, words_of_aliases, executions, express, map_runs, activities, single_states):
    begun = time.time()
    part()
    print(f"{part.__name__} in {time.time() - begun:.2f} s", flush=True)

missing = set(sfn.model.operation_names) - set(sfn.checked)
assert not missing, f"never asked: {sorted(missing)}"
print(f"{len(sfn.checked)} operations, {sum(sfn.checked.values())} answers as the model has them")
