"""The AWS CLI against `stepwright serve`. Usage: cli.py URL."""
import json
import os
import subprocess
import sys
import time

AWS = os.path.join(os.path.dirname(sys.executable), "aws")
PLACE = "arn:aws:states:us-east-1:123456789012"
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_MAX_ATTEMPTS": "1",
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
}


def aws(*arguments, codes=(0,)):
    line = [AWS, "stepfunctions", "--endpoint-url", sys.argv[1], "--output", "json", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode in codes, (arguments, done.returncode, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else done.stderr


assert "filed" in [one["name"] for one in aws("list-state-machines")["stateMachines"]]
definition = json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}})
made = aws("create-state-machine", "--name", "cli", "--definition", definition,
           "--role-arn", "arn:aws:iam::123456789012:role/any", "--publish")
machine = made["stateMachineArn"]
started = aws("start-execution", "--state-machine-arn", machine, "--name", "e", "--input", '{"a": 1}')
for _ in range(100):
    told = aws("describe-execution", "--execution-arn", started["executionArn"])
    if told["status"] != "RUNNING":
        break
    time.sleep(0.05)
assert (told["status"], told["output"]) == ("SUCCEEDED", '{"a":1}'), told
events = aws("get-execution-history", "--execution-arn", started["executionArn"], "--page-size", "1")["events"]
assert [event["id"] for event in events] == [1, 2, 3, 4], events
aws("tag-resource", "--resource-arn", machine, "--tags", "key=a,value=b")
assert aws("list-tags-for-resource", "--resource-arn", machine)["tags"] == [{"key": "a", "value": "b"}]
words = aws("describe-execution", "--execution-arn", started["executionArn"] + "x", codes=(254, 255))
assert "ExecutionDoesNotExist" in words, words
valid = aws("validate-state-machine-definition", "--definition", "{}")
assert valid["result"] == "FAIL", valid
tested = aws("test-state", "--definition", '{"Type": "Pass", "Result": 1, "End": true}')
assert (tested["status"], tested["output"]) == ("SUCCEEDED", "1"), tested
express = aws("create-state-machine", "--name", "cli-quick", "--definition", definition, "--type", "EXPRESS",
              "--role-arn", "arn:aws:iam::123456789012:role/any")["stateMachineArn"]
assert aws("start-sync-execution", "--state-machine-arn", express, "--input", "5")["output"] == "5"
activity = aws("create-activity", "--name", "cli")["activityArn"]
aws("delete-activity", "--activity-arn", activity)
aws("delete-state-machine", "--state-machine-arn", machine)
print("the AWS CLI found what it asked for")
