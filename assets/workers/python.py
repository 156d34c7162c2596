# Keeps one handler of Python warm. Arguments: folder, handler ("app.handler").
# A line of standard input is {"id", "event", "context"}; a line of descriptor 3 is {"ready"} before each of them, {"failed"}
# in its place where the code does not load, {"id", "result"} or {"id", "error"}. Both outputs get a line with the id between
# two U+001E before each answer, where the log of a call ends.
import decimal
import importlib
import json
import logging
import os
import sys
import time
import traceback

folder, handler_name = sys.argv[1:3]
sys.path[0] = folder
answers = os.fdopen(3, "w", encoding="utf-8")
requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
# What a handler reads, or starts, finds an empty input as in Lambda.
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
# What was printed before a crash or a hang is part of the log.
sys.stdout.reconfigure(encoding="utf-8", line_buffering=True, write_through=True)
# A handler may put others in their place.
outputs = (sys.stdout, sys.stderr)
# Lambda gives the root logger a handler, so that `logger.setLevel` is all a function does.
logging.basicConfig(format="[%(levelname)s]\t%(message)s", stream=sys.stdout)


def say(message):
    answers.write(message + "\n")
    answers.flush()


def failure(message, name, trace=(), request_id=""):
    return {"errorMessage": message, "errorType": name, "requestId": request_id, "stackTrace": list(trace)}


def described(error, request_id=""):
    # The first frame is this file's own.
    frames = traceback.format_tb(error.__traceback__)[1:]
    return failure(str(error), type(error).__name__, frames, request_id)


def number(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


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

    def log(self, message):
        sys.stdout.write(str(message))


def load():
    module_name, dot, name = handler_name.rpartition(".")
    if not dot:
        return None, failure(f"Bad handler '{handler_name}': it needs a module and a function", "Runtime.MalformedHandlerName")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        return None, failure(f"Unable to import module '{module_name}': {error}", "Runtime.ImportModuleError")
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        return None, failure(f"Syntax error in module '{module_name}': {error}", "Runtime.UserCodeSyntaxError", trace)
    except Exception as error:
        return None, described(error)
    handler = getattr(module, name, None)
    if handler is None:
        return None, failure(f"Handler '{name}' missing on module '{module_name}'", "Runtime.HandlerNotFound")
    return handler, None


def answer(handler, request):
    request_id = request["id"]
    try:
        result = handler(request["event"], Context(request["context"]))
    except Exception as error:
        return json.dumps({"id": request_id, "error": described(error, request_id)})
    try:
        # What is no number in JSON is none here either.
        return json.dumps({"id": request_id, "result": result}, default=number, allow_nan=False)
    except Exception as error:
        message = f"Unable to marshal response: {error}"
        return json.dumps({"id": request_id, "error": failure(message, "Runtime.MarshalError", (), request_id)})


handler, failed = load()
if failed:
    say(json.dumps({"failed": failed}))
    sys.exit(1)
say('{"ready": true}')

for line in requests:
    request = json.loads(line)
    text = answer(handler, request)
    for output, descriptor in zip(outputs, (1, 2)):
        try:
            output.flush()
        except ValueError:
            pass  # A handler has closed it; the descriptor is still there.
        try:
            os.write(descriptor, f"\u001e{request['id']}\u001e\n".encode())
        except OSError:
            pass  # That is closed, too: its log has ended already.
    say(text)
    say('{"ready": true}')
