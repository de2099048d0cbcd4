"""A process that has imported everything `folk` may import, and that forks one `folk` or script for each request.

Importing takes most of a short command's time: five to seven seconds with TensorFlow, half a second without. A forked
command is a process of its own, with its own folder and streams, and starts TensorFlow's runtime itself.

A request comes over the socket whose file descriptor is the only argument: as JSON, the folder, the environment's
further variables and the words of `folk` or of `python -c`; with it, the file descriptors of stdin, stdout and stderr
and of a socket for the reply. The reply is the process's ID, then its return code.
"""

import atexit
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable

import numpy as np

REQUEST_BYTES = 1 << 16


def serve(requests: socket.socket) -> Callable[[], object]:
    """Fork for each request; return, in the forked process alone, what it runs."""
    while True:
        message, streams, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 4)
        if not message:
            sys.exit()
        if os.fork() == 0:  # waits for the command, so that commands can run beside each other
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            command = os.fork()
            if command == 0:
                requests.close()
                for number, stream in enumerate(streams[:3]):
                    os.dup2(stream, number)
                for stream in streams:
                    os.close(stream)
                return command_of(message)
            reply = socket.socket(fileno=streams[3])
            reply.sendall(f"{command}\n".encode())
            status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
            reply.sendall(f"{status}\n".encode())
            os._exit(0)
        for stream in streams:
            os.close(stream)


def command_of(message: bytes) -> Callable[[], object]:
    """What a request asks for; its folder, environment and words are this process's from now on."""
    folder, environment, words = json.loads(message)
    os.chdir(folder)
    os.environ.update(environment)
    if words[:1] != ["-c"]:
        from folkkeras_cli.exit_codes import run

        sys.argv = ["folk", *words]
        return run
    sys.argv = ["-c", *words[2:]]
    return lambda: exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    from folkkeras_cli.tensorflow_startup import start_tensorflow

    start_tensorflow(running=False)
    for module in ("folkkeras.training.train", "folkkeras.evaluation.evaluate", "tensorboard.summary.v2"):
        importlib.import_module(module)
    from folkkeras.features.compiled import features_of_text  # compiled, or loaded, when it is first called

    features_of_text(np.zeros(1, np.int32), np.zeros(1, np.int32))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # leaves no zombies
    requests = socket.socket(fileno=int(sys.argv[1]))
    requests.sendall(b"ready")
    command = serve(requests)
    code: object = None
    try:
        command()
    except SystemExit as end:
        code = end.code
    # Ended without destroying each imported object, which takes a quarter of a second.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code or 0))
