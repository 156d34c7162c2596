# Keeps one handler of Python warm. Arguments: folder, handler ("app.handler").
# A line of standard input is {"id", "event", "context"}; a line of descriptor 3 is {"ready"}, {"id", "result"} or
# {"id", "error"}. After each answer both outputs get a line with the id between two U+001E, where the log of a call ends.
import importlib
import json
import os
import sys
import time
import traceback

folder, handler_name = sys.argv[1:3]
sys.path.insert(0, folder)
answers = os.fdopen(3, "w", encoding="utf-8")
requests = os.fdopen(os.dup(0), "r", encoding="utf-8")


def say(message):
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def described(error, name=None):
    return {
        "errorMessage": str(error),
        "errorType": name or type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


class Context:
    def __init__(self, facts):
        self.aws_request_id = facts["awsRequestId"]
        self.function_name = facts["functionName"]
        self.function_version = facts["functionVersion"]
        self.invoked_function_arn = facts["invokedFunctionArn"]
        self.memory_limit_in_mb = facts["memoryLimitInMB"]
        self.log_group_name = facts["logGroupName"]
        self.log_stream_name = facts["logStreamName"]
        self.identity = None
        self.client_context = None
        self._end = time.monotonic() + facts["remaining"] / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self._end - time.monotonic()) * 1000))


def load():
    module_name, _, name = handler_name.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except SyntaxError as error:
        return None, described(error, "Runtime.UserCodeSyntaxError")
    except Exception as error:
        return None, described(error, "Runtime.ImportModuleError")
    handler = getattr(module, name, None)
    if not callable(handler):
        missing = Exception(f"Handler '{name}' missing on module '{module_name}'")
        return None, described(missing, "Runtime.HandlerNotFound")
    return handler, None


handler, failed = load()
if failed:
    say({"failed": failed})
    sys.exit(1)
say({"ready": True})

for line in requests:
    request = json.loads(line)
    try:
        result = handler(request["event"], Context(request["context"]))
        answer = {"id": request["id"], "result": result}
        try:
            json.dumps(answer)
        except Exception as error:
            answer = {"id": request["id"], "error": described(error, "Runtime.MarshalError")}
    except Exception as error:
        answer = {"id": request["id"], "error": described(error)}
    for output in (sys.stdout, sys.stderr):
        output.write(f"\u001e{request['id']}\u001e\n")
        output.flush()
    say(answer)
